/* Conversations with a restart at each step of an operation: nothing is done twice. */
#include "engine_play.h"

#define UPDATED "stack app UPDATE_COMPLETE 01 42"
#define UPDATING "stack app UPDATE_IN_PROGRESS 01 41"
#define HARMLESS                                                                                   \
	{                                                                                          \
		"DescribeChangeSet", "changes Modify Topic AWS::SNS::Topic False"                  \
	}
#define SET                                                                                        \
	{SWEEP, OLD}, {"ListChangeSets id", "ok"},                                                 \
	{                                                                                          \
		"CreateChangeSet id", "set"                                                        \
	}
#define ENDS                                                                                       \
	{"DescribeStackEvents", "end UPDATE_COMPLETE"},                                            \
	{                                                                                          \
		"DescribeStacks id", UPDATED                                                       \
	}
#define FOUND                                                                                      \
	{"DescribeStacks id", OLD}, {"ExecuteChangeSet", "ok"}, {"DescribeStacks id", UPDATING},   \
		ENDS
#define REPLACES                                                                                   \
	{                                                                                          \
		"DescribeChangeSet", "changes Modify Table AWS::DynamoDB::Table True"              \
	}
#define NOTHING                                                                                    \
	{                                                                                          \
		"DescribeChangeSet", "review FAILED UNAVAILABLE No updates are to be performed."   \
	}

static const struct story stories[] = {
	{"before CreateStack arrived", ENGINE_RUN, {{"app", APP}}, {NULL},
		{{SWEEP, "none"}, {"DescribeStacks app", "none"}, {"out", "CreateStack"},
			{"restart", ""}, {"DescribeStacks app", "none"}, {SWEEP, "none"},
			{"CreateStack app", "id"}, CREATED},
		NULL, "app in sync"},
	{"after CreateStack arrived", ENGINE_RUN, {{"app", APP}}, {NULL},
		{{SWEEP, "none"}, {"DescribeStacks app", "none"}, {"out", "CreateStack"},
			{"restart", ""},
			{"DescribeStacks app", "stack app CREATE_IN_PROGRESS 00 42"},
			{SWEEP, "stack app CREATE_IN_PROGRESS 00 42"},
			{"DescribeStackEvents", "end CREATE_COMPLETE"}, {"DescribeStacks id", NEW}},
		NULL, "app in sync"},
	{"when CreateStack was never remembered", ENGINE_RUN, {{"app", APP}}, {NULL},
		{{SWEEP, "none"}, {"saves", "lost"}, {"DescribeStacks app", "none"},
			{"quiet 10", "none"}, {"restart", ""}, {"saves", "done"}, {SWEEP, "none"},
			{"DescribeStacks app", "none"}, {"CreateStack app", "id"}},
		NULL, "app create: not in eu-west-1 yet"},
	{"while the stack is created", ENGINE_RUN, {{"app", APP}}, {NULL},
		{{SWEEP, "none"}, {"DescribeStacks app", "none"}, {"CreateStack app", "id"},
			{"restart", ""},
			{"DescribeStacks id", "stack app CREATE_IN_PROGRESS 00 42"},
			{SWEEP, "stack app CREATE_IN_PROGRESS 00 42"},
			{"DescribeStackEvents", "ok"}, {"restart", ""}, {"DescribeStacks id", NEW},
			{SWEEP, NEW}, {"DescribeStackEvents", "end CREATE_COMPLETE"},
			{"DescribeStacks id", NEW}},
		NULL, "app in sync"},
	{"before CreateChangeSet arrived", ENGINE_RUN, {{"app", APP}}, {NULL},
		{{SWEEP, OLD}, {"ListChangeSets id", "ok"}, {"out", "CreateChangeSet"},
			{"restart", ""}, {"DescribeChangeSet id", "no-set"}, {SWEEP, OLD},
			{"DescribeStacks id", OLD}, {"CreateChangeSet id", "set"}, HARMLESS,
			{"ExecuteChangeSet", "ok"}, {"DescribeStacks id", UPDATING}, ENDS},
		NULL, "app in sync"},
	{"a CreateChangeSet that may have arrived, denied when it is made again", ENGINE_RUN,
		{{"app", APP}}, {NULL},
		{{SWEEP, OLD}, {"ListChangeSets id", "ok"}, {"out", "CreateChangeSet"},
			{"restart", ""}, {"DescribeChangeSet id", "no-set"}, {SWEEP, OLD},
			{"DescribeStacks id", OLD}, {"CreateChangeSet id", "denied"},
			{"DeleteChangeSet id", "ok"}, {"DescribeStacks id", OLD}},
		"update failed: the answer was denied", "app update: parameter Version: 41 -> 42"},
	{"a left-over change set goes while the one that is held has to", ENGINE_RUN,
		{{"app", APP}},
		{RECORD("app", ",\"stack_id\":\"" APP_ID
			       "\",\"listed\":true,\"orphans\":[\"stackd-review-2\"],"
			       "\"orphans_ms\":1994998000000")},
		{{SWEEP, OLD}, {"CreateChangeSet id", "set"}, REPLACES, {"sweeps", OLD},
			{"out", "DeleteChangeSet"}, {"write app", APP "tags: {Team: a}\n"},
			{"DeleteChangeSet id", "no-set"}, {"sweeps", OLD},
			{"DeleteChangeSet", "ok"}, {"DescribeStacks id", OLD},
			{"CreateChangeSet id", "set 2"}},
		"held: would replace Table",
		"app update: parameter Version: 41 -> 42; tag Team: none -> a"},
	{"after CreateChangeSet arrived", ENGINE_RUN, {{"app", APP}}, {NULL},
		{{SWEEP, OLD}, {"ListChangeSets id", "ok"}, {"out", "CreateChangeSet"},
			{"restart", ""}, HARMLESS, {SWEEP, OLD}, FOUND},
		NULL, "app in sync"},
	{"while the change set is computed", ENGINE_RUN, {{"app", APP}}, {NULL},
		{SET, {"DescribeChangeSet", "review CREATE_IN_PROGRESS UNAVAILABLE"},
			{"restart", ""},
			{"DescribeChangeSet", "review CREATE_IN_PROGRESS UNAVAILABLE"},
			{SWEEP, OLD}, HARMLESS, {"ExecuteChangeSet", "ok"},
			{"DescribeStacks id", UPDATING}, ENDS},
		NULL, "app in sync"},
	{"between the pages of the change set", ENGINE_RUN, {{"app", APP}}, {NULL},
		{SET, {"DescribeChangeSet", "page Modify Table AWS::DynamoDB::Table True"},
			{"restart", ""},
			{"DescribeChangeSet", "page Modify Table AWS::DynamoDB::Table True"},
			{SWEEP, OLD}, HARMLESS},
		"held: would replace Table", "app hold: would replace Table..."},
	{"before ExecuteChangeSet arrived", ENGINE_RUN, {{"app", APP}}, {NULL},
		{SET, HARMLESS, {"out", "ExecuteChangeSet"}, {"restart", ""}, HARMLESS,
			{SWEEP, OLD}, {"ExecuteChangeSet", "ok"}, {"DescribeStacks id", UPDATING},
			ENDS},
		NULL, "app in sync"},
	{"after ExecuteChangeSet arrived", ENGINE_RUN, {{"app", APP}}, {NULL},
		{SET, HARMLESS, {"out", "ExecuteChangeSet"}, {"restart", ""},
			{"DescribeChangeSet", "no-set"}, {SWEEP, UPDATING}, ENDS},
		NULL, "app in sync"},
	{"an edit before ExecuteChangeSet arrived", ENGINE_RUN, {{"app", APP}}, {NULL},
		{SET, HARMLESS, {"out", "ExecuteChangeSet"}, {"restart", ""},
			{"write app", APP "tags: {Team: a}\n"}, HARMLESS, {SWEEP, OLD},
			{"DeleteChangeSet", "ok"}, {"DescribeStacks id", OLD},
			{"CreateChangeSet id", "set 2"}},
		NULL, "app update: parameter Version: 41 -> 42; tag Team: none -> a"},
	{"before DeleteChangeSet arrived", ENGINE_RUN, {{"app", APP}}, {NULL},
		{SET, NOTHING, {"out", "DeleteChangeSet"}, {"restart", ""},
			{"DeleteChangeSet", "ok"}, {SWEEP, OLD}, {"DescribeStacks id", OLD},
			{"quiet 60", OLD}},
		NULL, "app in sync"},
	{"after DeleteChangeSet arrived", ENGINE_RUN, {{"app", APP}}, {NULL},
		{SET, NOTHING, {"out", "DeleteChangeSet"}, {"restart", ""},
			{"DeleteChangeSet", "no-set"}, {SWEEP, OLD}, {"DescribeStacks id", OLD},
			{"quiet 60", OLD}},
		NULL, "app in sync"},
	{"a manifest that went meanwhile, while the stack is updated", ENGINE_RUN,
		{{"app", APP}, {"base", BASE "suspend: x\n"}}, {NULL},
		{{SWEEP, OLD}, {"DescribeStacks base", "none"}, {"ListChangeSets id", "ok"},
			{"CreateChangeSet id", "set"}, HARMLESS, {"ExecuteChangeSet", "ok"},
			{"remove", "app"}, {"restart", ""}, {"DescribeStacks id", UPDATED},
			{SWEEP, UPDATED}, {"DescribeStackEvents", "end UPDATE_COMPLETE"},
			{"DescribeStacks base", "none"}, {"DescribeStacks id", UPDATED},
			{"quiet 60", UPDATED}},
		"held: suspended: x", "base hold: suspended: x"},
	{"--once ends with what is held", ENGINE_ONCE, {{"app", APP}}, {NULL}, {SET, REPLACES},
		"held: would replace Table", "app hold: would replace Table..."},
	{"--plan shows what is held", ENGINE_RUN, {{"app", APP}}, {NULL},
		{SET, REPLACES, {"restart", "plan"}, {SWEEP, OLD}}, "held: would replace Table",
		"app hold: would replace Table (AWS::DynamoDB::Table); approve with: stackctl..."},
	{"--plan does nothing of what runs", ENGINE_RUN, {{"app", APP}}, {NULL},
		{SET, HARMLESS, {"out", "ExecuteChangeSet"}, {"restart", "plan"}, {SWEEP, OLD}},
		NULL, "app update: parameter Version: 41 -> 42"},
	{"a memory that is gone lists the change sets it may have made", ENGINE_RUN, {{"app", APP}},
		{NULL},
		{{"saves", "lost"}, {SWEEP, OLD}, {"ListChangeSets id", "ok"}, {"quiet 10", OLD},
			{"restart", ""}, {"saves", "done"}, {SWEEP, OLD},
			{"ListChangeSets id", "ok"}, {"CreateChangeSet id", "set"}},
		NULL, "app update: parameter Version: 41 -> 42"},
};

int main(void)
{
	return play_all("engine_restart", stories, COUNT(stories));
}
