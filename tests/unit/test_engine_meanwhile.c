/* Conversations about what changes between a decision and its call: nothing leaves that would not
 * be decided again. */
#include "engine_play.h"

#define GOES APP "on-removal: delete\n"
#define CREATED_APP(more)                                                                          \
	RECORD("app", ",\"stack_id\":\"" APP_ID "\",\"created\":true,\"manifest\":\"app\","        \
		      "\"on_removal\":\"delete\"" more)
#define CREATED_OTHER                                                                              \
	RECORD("other", ",\"stack_id\":\"arn:aws:cloudformation:eu-west-1:1:stack/other/1\","      \
			"\"created\":true,\"manifest\":\"other\",\"on_removal\":\"delete\"")
#define HERE "stack base CREATE_COMPLETE 00 -"
#define BOTH NEW "; " HERE
#define URL "https://templates.s3.eu-west-1.amazonaws.com/t"
#define BY_ROLE APP "stack-name: app\nassume-role-arn: arn:aws:iam::111111111111:role/x\n"
#define LARGE "template:\n  Description: $MANY\n  Resources: {Topic: {Type: AWS::SNS::Topic}}\n"
#define TABLES "template {\"Resources\":{\"Table\":{\"Type\":\"AWS::DynamoDB::Table\"}}}"
#define KEPT APP "on-failure: keep\n"
#define KEPT_EDITED KEPT "tags: {Team: a}\n"
#define LEFT "stack app CREATE_FAILED 00 42"
#define MENDED "stack app UPDATE_COMPLETE 01 42"
#define WEB_GOES "stack web CREATE_IN_PROGRESS 00 42"
#define WEB_DONE "stack web CREATE_COMPLETE 00 42"
#define WRECK "stack app ROLLBACK_COMPLETE 00 42 owner=stackd"
#define TOLD                                                                                       \
	{                                                                                          \
		"told", "its manifest is gone: the stack is deleted in 10min"                      \
	}

#define SECOND "stack app CREATE_COMPLETE 07 41 id=2 since=07"

static const struct story stories[] = {
	{"a failed create that somebody mended is not deleted for its past", ENGINE_RUN,
		{{"app", KEPT}}, {NULL},
		{{SWEEP, "none"}, {"DescribeStacks app", "none"}, {"CreateStack app", "id"},
			{"DescribeStacks id", LEFT}, {"DescribeStackEvents", "end CREATE_FAILED"},
			{"DescribeStacks id", LEFT}, {"quiet 120", LEFT},
			{"told", "held: CREATE_FAILED"}, {"write app", KEPT_EDITED},
			{"DeleteStack id", "lost"}, {"DescribeStacks id", MENDED},
			{"DescribeStacks id", MENDED}, {"CreateChangeSet id", "set"}},
		NULL, "app update: tag Team: none -> a"},
	{"apply: approve in time stops a creation that did not leave", ENGINE_RUN, {{"app", APP}},
		{NULL},
		{{SWEEP, "none"}, {"saves", "refused"}, {"DescribeStacks app", "none"},
			{"told", "can't be remembered"}, {"write app", APP "apply: approve\n"},
			{"saves", "done"}, {"DescribeStacks app", "none"}, {"quiet 30", "none"}},
		"held: apply: approve; would create", "app hold: apply: approve; would create..."},
	{"guard: all in time stops the deletion of a wreck", ENGINE_RUN, {{"app", APP}}, {NULL},
		{{"saves", "refused"}, {SWEEP, WRECK}, {"told", "can't be remembered"},
			{"write app", APP "guard: all\n"}, {"saves", "done"},
			{"DescribeStacks id", WRECK}, {"quiet 30", WRECK}},
		"held: would delete", "app hold: would delete: ROLLBACK_COMPLETE..."},
	{"a manifest that needs it in time stops a removal", ENGINE_RUN, {{"base", BASE}},
		{CREATED_APP("")},
		{{SWEEP, BOTH}, {"GetTemplate id", "template " BASE_TEMPLATE}, TOLD,
			{"quiet 9", BOTH}, {"sweeps", BOTH}, {"saves", "refused"},
			{"GetTemplate id", "template " APP_TEMPLATE},
			{"told", "can't be remembered"}, {"write base", BASE "depends-on: [app]\n"},
			{"told", "can't be"}, {"saves", "done"}, {"DescribeStacks id", NEW},
			{"quiet 30", BOTH}},
		NULL, "app wait: its manifest is gone; needs base to do without it first"},
	{"Apply=never in time stops it, too", ENGINE_RUN, {{"base", BASE}}, {CREATED_APP("")},
		{{SWEEP, BOTH}, {"GetTemplate id", "template " BASE_TEMPLATE}, TOLD,
			{"quiet 9", BOTH}, {"sweeps", BOTH}, {"saves", "refused"},
			{"GetTemplate id", "template " APP_TEMPLATE},
			{"told", "can't be remembered"}, {"settings", "[Policy]\nApply=never\n"},
			{"saves", "done"}, {"DescribeStacks id", NEW}, {"quiet 30", BOTH}},
		"held: apply: never", "app hold: apply: never; its manifest is gone..."},
	{"what was approved for one removal is not for the next", ENGINE_RUN, {{"base", BASE}},
		{CREATED_APP("")},
		{{SWEEP, BOTH}, {"GetTemplate id", "template " BASE_TEMPLATE}, TOLD,
			{"quiet 9", BOTH}, {"sweeps", BOTH}, {"GetTemplate id", TABLES},
			{"state", "app hold: its manifest is gone; deleting it would remove"},
			{"told", "held: its manifest is gone"}, {"write web", APP},
			{"DescribeStacks web", "none"}, {"CreateStack web", "id"},
			{"approve app this", "done app: "}, {"write app", GOES},
			{"GetTemplate id", TABLES}, {"DescribeStacks id", WEB_GOES},
			{"DescribeStackEvents", "ok"}, {"remove", "app"}, TOLD,
			{"DescribeStacks id", WEB_DONE},
			{"DescribeStackEvents", "end CREATE_COMPLETE"},
			{"DescribeStacks id", WEB_DONE}, {"quiet 60", WEB_DONE "; " BOTH}},
		"held: its manifest is gone",
		"app hold: its manifest is gone; deleting it would...",
		"[Reconcile]\nMaxConcurrent=1\n"},
	{"a stack that another manifest means, by a role, is not removed", ENGINE_RUN,
		{{"base", BASE}, {"new", BY_ROLE}}, {CREATED_APP("")},
		{{"GetCallerIdentity", "account 111111111111"}, {SWEEP " as x", NEW}, {SWEEP, BOTH},
			{"GetTemplate id as x", "template " APP_TEMPLATE},
			{"GetTemplate id", "template " BASE_TEMPLATE}, TOLD, {"quiet 30", BOTH}},
		"held: its manifest is gone, but /etc/stackd/new.yaml means the same stack",
		"app in sync"},
	{"whose the keys are is not asked again and again where that is refused", ENGINE_RUN,
		{{"base", BASE}, {"new", BY_ROLE}}, {CREATED_APP("")},
		{{"GetCallerIdentity", "refused"}, {SWEEP " as x", NEW}, {SWEEP, BOTH},
			{"GetTemplate id as x", "template " APP_TEMPLATE},
			{"GetTemplate id", "template " BASE_TEMPLATE}, TOLD,
			{"GetCallerIdentity", "refused"}, {"sweeps", BOTH},
			{"GetCallerIdentity", "account 111111111111"}, {"quiet 5", BOTH}},
		NULL, "app in sync"},
	{"an uploaded template that went is uploaded again", ENGINE_RUN, {{"app", LARGE}}, {NULL},
		{{SWEEP, "none"}, {"DescribeStacks app", "none"}, {"PutObject", "url"},
			{"CreateStack app from " URL, "refused"}, {"told", "create failed"},
			{"DescribeStacks app", "none"}, {"sweeps", "none"}, {"PutObject", "url"},
			{"CreateStack app from " URL, "id"}},
		NULL, "app create: not in eu-west-1 yet", "[AWS]\nTemplateBucket=templates\n"},
	{"a stack whose manifest was in another folder is not removed", ENGINE_RUN,
		{{"base", BASE}}, {CREATED_APP(",\"folder\":\"/srv/other\"")},
		{{SWEEP, BOTH}, {"GetTemplate id", "template " BASE_TEMPLATE}, {"quiet 30", BOTH},
			{"restart", ""}, {SWEEP, BOTH}, {"quiet 30", BOTH}},
		"held: its manifest is missing, but nothing is deleted while it is looked for in",
		"app hold: its manifest is missing, but nothing is deleted while it is looked for "
		"in "
		"/etc/stackd, and was in /srv/other"},
	{"a change set is not forgotten for a stale read", ENGINE_RUN, {{"app", APP}}, {NULL},
		{{SWEEP, OLD}, {"ListChangeSets id", "ok"}, {"CreateChangeSet id", "set"},
			{"out", "DescribeChangeSet"},
			{"DescribeChangeSet", "review CREATE_IN_PROGRESS UNAVAILABLE -"},
			{SWEEP, "none"},
			{"DescribeChangeSet", "review CREATE_IN_PROGRESS UNAVAILABLE -"},
			{"DescribeStacks id", "none"},
			{"DescribeChangeSet", "changes Modify Topic AWS::SNS::Topic False"},
			{"ExecuteChangeSet", "ok"}},
		NULL, "app update: parameter Version: 41 -> 42"},
	{"what can neither be heard nor seen for long is not made again", ENGINE_RUN,
		{{"app", APP}}, {NULL},
		{{SWEEP, "none"}, {"DescribeStacks app", "none"}, {"CreateStack app", "id"},
			{"DescribeStacks id", "none"}, {"DescribeStackEvents", "denied"},
			{"DescribeStackEvents", "denied"}, {"DescribeStacks id", "denied"},
			{"pause", "6"}, {"DescribeStackEvents", "denied"},
			{"DescribeStacks id", "denied"}, {"sweeps", "none"},
			{"DescribeStackEvents", "denied"}, {"DescribeStacks id", "denied"},
			{"sweeps", "none"}, {"DescribeStackEvents", "end CREATE_COMPLETE"},
			{"DescribeStacks id", NEW}, {"DescribeStacks id", NEW}},
		"can't be looked at: the answer was denied", "app in sync"},
	{"nor for a read of who had the name before", ENGINE_RUN, {{"app", APP}}, {NULL},
		{{SWEEP, SECOND}, {"ListChangeSets id2", "ok"}, {"CreateChangeSet id2", "set"},
			{"pages", "review CREATE_IN_PROGRESS UNAVAILABLE -"}, {SWEEP, OLD},
			{"pages", "review CREATE_IN_PROGRESS UNAVAILABLE -"},
			{"DescribeStacks id2", SECOND},
			{"DescribeChangeSet", "changes Modify Topic AWS::SNS::Topic False"},
			{"ExecuteChangeSet", "ok"}},
		NULL, "app update: parameter Version: 41 -> 42"},
};

int main(void)
{
	return play_all("engine_meanwhile", stories, COUNT(stories));
}
