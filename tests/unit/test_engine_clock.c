/* Conversations in which the clocks do what clocks do: stand at zero, and go back. */
#include "engine_play.h"

#define THEIRS "stack app UPDATE_COMPLETE 01 41"
#define PROTECTED APP "termination-protection: true\n"
#define IN_SYNC                                                                                    \
	{SWEEP, NEW},                                                                              \
	{                                                                                          \
		"GetTemplate id", "template " APP_TEMPLATE                                         \
	}
#define YEARS "5256000"
#define YEARS_BACK "-5256000"

static const struct story stories[] = {
	{"another attempt does not wait for a time that the clock has left", ENGINE_RUN,
		{{"app", APP}}, {NULL},
		{{SWEEP, "none"}, {"DescribeStacks app", "none"}, {"CreateStack app", "denied"},
			{"wall", YEARS_BACK}, {"DescribeStacks app", "none"}, {"sweeps", "none"},
			{"CreateStack app", "id"}},
		"create failed: the answer was denied", "app create: not in eu-west-1 yet"},
	{"nor does what somebody else changed", ENGINE_RUN, {{"app", APP}}, {NULL},
		{IN_SYNC, {SWEEP, THEIRS}, {"wall", YEARS_BACK}, {"quiet 10", THEIRS},
			{"sweeps", THEIRS}, {"ListChangeSets id", "ok"}},
		"somebody else changed it; at ", "app update: parameter Version: 41 -> 42"},
	{"nor a protection that somebody else switched off", ENGINE_RUN, {{"app", PROTECTED}},
		{NULL},
		{{SWEEP, NEW " protected"}, {"GetTemplate id", "template " APP_TEMPLATE},
			{SWEEP, NEW}, {"told", "somebody else changed it: "}, {"wall", YEARS_BACK},
			{"quiet 10", NEW}, {"sweeps", NEW},
			{"UpdateTerminationProtection id", "ok"}},
		NULL, "app update: termination protection: off -> on"},
	{"a left-over change set is deleted though its time never comes", ENGINE_RUN,
		{{"app", APP}},
		{RECORD("app", ",\"stack_id\":\"" APP_ID
			       "\",\"listed\":true,\"orphans\":[\"stackd-review-2\"],"
			       "\"orphans_ms\":1994998000000")},
		{IN_SYNC, {"quiet 9", NEW}, {"sweeps", NEW}, {"DeleteChangeSet id", "no-set"},
			{"quiet 60", NEW}},
		NULL, "app in sync"},
	{"one whose stack is gone is in no one's way", ENGINE_RUN, {{"app", APP}},
		{RECORD("app", ",\"orphans\":[\"stackd-review-2\"],\"orphans_ms\":9")},
		{{SWEEP, "none"}, {"DescribeStacks app", "none"}, {"CreateStack app", "id"},
			CREATED, {"quiet 60", NEW}},
		NULL, "app in sync"},
	{"a jump ahead is no reason to warn but once", ENGINE_RUN, {{"app", APP}}, {NULL},
		{{SWEEP, "none"}, {"DescribeStacks app", "none"}, {"CreateStack app", "id"},
			{"DescribeStacks id", "stack app CREATE_IN_PROGRESS 00 42"},
			{"DescribeStackEvents", "ok"}, {"wall", YEARS},
			{"told", "nothing has happened in its create"}, {"pause", "1"}},
		NULL, "app create: not in eu-west-1 yet"},
	{"all begins at zero", ENGINE_RUN, {{"app", APP}}, {NULL},
		{{"restart", "0"}, {SWEEP, "none"}, {"DescribeStacks app", "none"},
			{"CreateStack app", "id"}, CREATED, {"restart", "0"}, {SWEEP, THEIRS},
			{"told", "somebody else changed it; at "}, {"quiet 10", THEIRS},
			{"sweeps", THEIRS}, {"DescribeStacks id", THEIRS},
			{"CreateChangeSet id", "set"}, {"restart", "0"},
			{"DescribeChangeSet", "changes Modify Topic AWS::SNS::Topic False"},
			{SWEEP, THEIRS}, {"DescribeStacks id", THEIRS}, {"ExecuteChangeSet", "ok"}},
		NULL, "app update: parameter Version: 41 -> 42"},
	{"a removal that failed is tried again though the clock went back", ENGINE_RUN,
		{{"base", BASE}},
		{RECORD("app", ",\"stack_id\":\"" APP_ID "\",\"created\":true,"
			       "\"manifest\":\"app\",\"on_removal\":\"delete\"")},
		{{SWEEP, NEW "; stack base CREATE_COMPLETE 00 -"},
			{"GetTemplate id", "template " BASE_TEMPLATE},
			{"told", "its manifest is gone"},
			{"sweeps", NEW "; stack base CREATE_COMPLETE 00 -"},
			{"GetTemplate id", "template " APP_TEMPLATE}, {"DeleteStack id", "denied"},
			{"wall", YEARS_BACK}, {"DescribeStacks id", NEW},
			{"sweeps", NEW "; stack base CREATE_COMPLETE 00 -"},
			{"DeleteStack id", "ok"}},
		"delete failed: the answer was denied", "app delete: its manifest is gone"},
};

int main(void)
{
	return play_all("engine_clock", stories, COUNT(stories));
}
