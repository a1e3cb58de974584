/* Conversations about what failed operations leave, and the ways out of it. */
#include "engine_play.h"

#define DIGEST "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define WRECK "stack app ROLLBACK_COMPLETE 00 42"
#define GONE "stack app DELETE_COMPLETE 00 42"
#define FAILED_CREATE                                                                              \
	{"CreateStack app", "id"}, {"DescribeStacks id", WRECK},                                   \
		{"DescribeStackEvents", "end ROLLBACK_COMPLETE"},                                  \
	{                                                                                          \
		"DescribeStacks id", WRECK                                                         \
	}
#define ABSENT                                                                                     \
	{SWEEP, "none"},                                                                           \
	{                                                                                          \
		"DescribeStacks app", "none"                                                       \
	}
#define CLEARED                                                                                    \
	{"sweeps", WRECK}, {"DeleteStack id", "ok"}, {"DescribeStacks id", GONE},                  \
		{"DescribeStackEvents", "end DELETE_COMPLETE"},                                    \
	{                                                                                          \
		"DescribeStacks id", GONE                                                          \
	}
#define STUCK "stack app UPDATE_ROLLBACK_FAILED 01 41"
#define THEIRS "stack app UPDATE_ROLLBACK_FAILED 02 43"
#define BACK "stack app UPDATE_ROLLBACK_COMPLETE 02 41"
#define UPDATE                                                                                     \
	{"CreateChangeSet id", "set"},                                                             \
		{"DescribeChangeSet", "changes Modify Topic AWS::SNS::Topic False"},               \
	{                                                                                          \
		"ExecuteChangeSet", "ok"                                                           \
	}
#define FAILED_UPDATE                                                                              \
	{SWEEP, OLD}, {"ListChangeSets id", "ok"}, UPDATE, {"DescribeStacks id", STUCK},           \
		{"DescribeStackEvents", "end UPDATE_ROLLBACK_FAILED"},                             \
	{                                                                                          \
		"DescribeStacks id", STUCK                                                         \
	}
#define UPDATE_TOLD                                                                                \
	{                                                                                          \
		"told", "update failed: app (AWS::CloudFormation::Stack): the event's reason"      \
	}
#define FAILED_CONTINUE                                                                            \
	{"ContinueUpdateRollback id", "ok"}, {"DescribeStacks id", STUCK},                         \
		{"DescribeStackEvents", "end UPDATE_ROLLBACK_FAILED"},                             \
	{                                                                                          \
		"DescribeStacks id", STUCK                                                         \
	}
#define OWNED(status) "stack app " status " 00 42 owner=stackd"
#define KEPT                                                                                       \
	"on-failure: keep\nparameters: {Version: 42}\ntemplate:\n"                                 \
	"  Parameters: {Version: {Type: String}}\n"                                                \
	"  Resources: {Topic: {Type: AWS::SNS::Topic}}\n"
#define KEPT_EDITED "tags: {Team: a}\n" KEPT
#define FAILED_KEPT                                                                                \
	{SWEEP, "none"}, {"DescribeStacks app", "none"}, {"CreateStack app", "id"},                \
		{"DescribeStacks id", "stack app CREATE_FAILED 00 42"},                            \
		{"DescribeStackEvents", "end CREATE_FAILED"},                                      \
		{"DescribeStacks id", "stack app CREATE_FAILED 00 42"},                            \
		{"quiet 120", "stack app CREATE_FAILED 00 42"},                                    \
	{                                                                                          \
		"told", "held: CREATE_FAILED: its creation failed, and it is kept to be looked "   \
			"at; once"                                                                 \
	}

static const struct story stories[] = {
	{"a failed create is deleted by its id, and made anew", ENGINE_RUN, {{"app", APP}}, {NULL},
		{ABSENT, FAILED_CREATE, {"told", "create failed: "}, CLEARED,
			{"CreateStack app", "id 2"},
			{"DescribeStacks id2", "stack app CREATE_COMPLETE 00 42 id=2"},
			{"DescribeStackEvents", "end CREATE_COMPLETE"},
			{"DescribeStacks id2", "stack app CREATE_COMPLETE 00 42 id=2"}},
		NULL, "app in sync"},
	{"a failed create that is protected is not deleted", ENGINE_RUN, {{"app", APP}}, {NULL},
		{ABSENT, {"CreateStack app", "id"}, {"DescribeStacks id", WRECK " protected"},
			{"DescribeStackEvents", "end ROLLBACK_COMPLETE"},
			{"DescribeStacks id", WRECK " protected"},
			{"quiet 120", WRECK " protected"},
			{"told", "held: ROLLBACK_COMPLETE: its creation failed, and it is "
				 "protected against termination; switch that off, "}},
		NULL,
		"app hold: ROLLBACK_COMPLETE: its creation failed, and it is protected against "
		"termination; switch that off, then it is created again: aws cloudformation "
		"update-termination-protection --no-enable-termination-protection --stack-name "
		"app --region eu-west-1; what failed: ROLLBACK_COMPLETE"},
	{"after three attempts it is held, with restarts in between", ENGINE_RUN, {{"app", APP}},
		{NULL},
		{ABSENT, FAILED_CREATE, {"restart", ""}, {SWEEP, WRECK}, CLEARED, {"restart", ""},
			{"DescribeStacks app", "none"}, {SWEEP, "none"}, FAILED_CREATE,
			{"restart", ""}, CLEARED, FAILED_CREATE, {"quiet 600", WRECK},
			{"restart", ""}, {"quiet 600", WRECK}, {"told", "held: failed 3 times: "}},
		NULL,
		"app hold: failed 3 times: ROLLBACK_COMPLETE; edit the manifest or its template, "
		"or "
		"try again with: stackctl retry app"},
	{"--once tries to create once", ENGINE_ONCE, {{"app", APP}}, {NULL},
		{ABSENT, FAILED_CREATE},
		"create failed: ", "app delete: ROLLBACK_COMPLETE: its creation failed: ..."},
	{"a restart while the wreck is deleted does not delete twice", ENGINE_RUN, {{"app", APP}},
		{NULL},
		{ABSENT, FAILED_CREATE, {"sweeps", WRECK}, {"DeleteStack id", "lost"},
			{"restart", ""},
			{"DescribeStacks id", "stack app DELETE_IN_PROGRESS 00 42"},
			{SWEEP, "stack app DELETE_IN_PROGRESS 00 42"},
			{"DescribeStackEvents", "end DELETE_COMPLETE"}, {"DescribeStacks id", GONE},
			{"CreateStack app", "id 2"}},
		"create failed: ", "app create: not in eu-west-1 yet"},
	{"a token that is known says that the deletion was accepted", ENGINE_RUN, {{"app", APP}},
		{NULL},
		{ABSENT, FAILED_CREATE, {"sweeps", WRECK}, {"DeleteStack id", "lost"},
			{"DescribeStacks id", WRECK}, {"sweeps", WRECK},
			{"DeleteStack id", "token"}, {"DescribeStacks id", GONE},
			{"DescribeStackEvents", "end DELETE_COMPLETE"}, {"DescribeStacks id", GONE},
			{"CreateStack app", "id 2"}},
		"create failed: ", "app create: not in eu-west-1 yet"},
	{"an edit while the wreck is deleted counts anew", ENGINE_RUN, {{"app", APP}}, {NULL},
		{ABSENT, FAILED_CREATE, {"sweeps", WRECK}, {"DeleteStack id", "ok"},
			{"write app", KEPT}, {"DescribeStacks id", GONE},
			{"DescribeStackEvents", "end DELETE_COMPLETE"}, {"DescribeStacks id", GONE},
			{"CreateStack app", "id 2"}},
		"create failed: ", "app create: not in eu-west-1 yet"},
	{"a manifest that goes leaves its wreck alone", ENGINE_RUN, {{"app", APP}, {"base", BASE}},
		{NULL},
		{{SWEEP, "stack base CREATE_COMPLETE 00 -"}, {"DescribeStacks app", "none"},
			{"GetTemplate id", "template " BASE_TEMPLATE}, FAILED_CREATE,
			{"remove", "app"}, {"quiet 90", WRECK "; stack base CREATE_COMPLETE 00 -"}},
		"create failed: ", "base in sync"},
	{"a wreck that can't be deleted is held", ENGINE_RUN, {{"app", APP}}, {NULL},
		{ABSENT, FAILED_CREATE, {"sweeps", WRECK}, {"DeleteStack id", "ok"},
			{"DescribeStacks id", "stack app DELETE_FAILED 00 42"},
			{"DescribeStackEvents", "end DELETE_FAILED"},
			{"DescribeStacks id", "stack app DELETE_FAILED 00 42"},
			{"quiet 300", "stack app DELETE_FAILED 00 42"}},
		"held: DELETE_FAILED: ", "app hold: DELETE_FAILED: it could not be deleted..."},
	{"another's failed create is held", ENGINE_RUN, {{"app", APP}}, {NULL},
		{{SWEEP, WRECK}, {"quiet 300", WRECK}}, "held: ROLLBACK_COMPLETE: ",
		"app hold: ROLLBACK_COMPLETE: its creation failed and was rolled back; ..."},
	{"what our tag says that we created is made anew without a memory", ENGINE_RUN,
		{{"app", APP}}, {NULL},
		{{SWEEP, OWNED("ROLLBACK_FAILED")}, {"DeleteStack id", "ok"}}, NULL,
		"app delete: ROLLBACK_FAILED: its creation failed; it is created again then"},
	{"with RecreateFailed=no it is held", ENGINE_RUN, {{"app", APP}}, {NULL},
		{{SWEEP, OWNED("ROLLBACK_COMPLETE")}, {"quiet 300", OWNED("ROLLBACK_COMPLETE")}},
		"held: ROLLBACK_COMPLETE: ",
		"app hold: ROLLBACK_COMPLETE: its creation failed and was rolled back; ...",
		"[Policy]\nRecreateFailed=no\n"},
	{"with guard: all the deletion of a wreck is approved", ENGINE_RUN,
		{{"app", APP "guard: all\n"}}, {NULL},
		{{SWEEP, OWNED("ROLLBACK_COMPLETE")}, {"quiet 300", OWNED("ROLLBACK_COMPLETE")},
			{"told", "held: would delete: ROLLBACK_COMPLETE"},
			{"approve app this", "done app: "}, {"DeleteStack id", "ok"}},
		NULL,
		"app delete: ROLLBACK_COMPLETE: its creation failed; it is created again then"},
	{"a kept failure is there until the manifest is edited", ENGINE_RUN, {{"app", KEPT}},
		{NULL},
		{FAILED_KEPT, {"restart", ""}, {"quiet 120", "stack app CREATE_FAILED 00 42"},
			{"told", "held: CREATE_FAILED: "}, {"write app", KEPT_EDITED},
			{"DeleteStack id", "ok"}},
		NULL, "app delete: CREATE_FAILED: its creation failed: ..."},
	{"also where somebody tried again before", ENGINE_RUN, {{"app", KEPT}}, {NULL},
		{FAILED_KEPT, {"retry app", "done app: "},
			{"DescribeStacks id", "stack app CREATE_FAILED 00 42"},
			{"quiet 120", "stack app CREATE_FAILED 00 42"}, {"write app", KEPT_EDITED},
			{"DeleteStack id", "ok"}},
		"held: CREATE_FAILED: ", "app delete: CREATE_FAILED: its creation failed; ..."},
	{"with on-failure: delete it is only made anew", ENGINE_RUN,
		{{"app", APP "on-failure: delete\n"}}, {NULL},
		{ABSENT, {"CreateStack app", "id"}, {"DescribeStacks id", GONE},
			{"DescribeStackEvents", "end DELETE_COMPLETE"}, {"DescribeStacks id", GONE},
			{"sweeps", "none"}, {"CreateStack app", "id 2"}},
		"create failed: ", "app create: not in eu-west-1 yet"},
	{"a lost create that was seen, and is gone again, has failed", ENGINE_RUN,
		{{"app", APP "on-failure: delete\n"}}, {NULL},
		{ABSENT, {"out", "CreateStack"}, {"CreateStack app", "lost"},
			{SWEEP, "stack app CREATE_IN_PROGRESS 00 42"}, {"DescribeStacks id", GONE},
			{"DescribeStacks id", GONE}, {"DescribeStackEvents", "end DELETE_COMPLETE"},
			{"DescribeStacks id", GONE}, {"sweeps", "none"},
			{"CreateStack app", "id 2"}},
		"create failed: ", "app create: not in eu-west-1 yet"},
	{"a rollback that failed goes on, and the update is tried again", ENGINE_RUN,
		{{"app", APP}}, {NULL},
		{FAILED_UPDATE, UPDATE_TOLD, {"ContinueUpdateRollback id", "ok"},
			{"DescribeStacks id", "stack app UPDATE_ROLLBACK_IN_PROGRESS 01 41"},
			{"DescribeStackEvents", "end UPDATE_ROLLBACK_COMPLETE"},
			{"DescribeStacks id", BACK}, {"sweeps", BACK}, {"DescribeStacks id", BACK},
			{"CreateChangeSet id", "set 2"}},
		NULL, "app update: parameter Version: 41 -> 42"},
	{"somebody else's failed rollback, right after ours went well, is none of ours", ENGINE_RUN,
		{{"app", APP}}, {NULL},
		{{SWEEP, OLD}, {"ListChangeSets id", "ok"}, UPDATE, {"DescribeStacks id", THEIRS},
			{"DescribeStackEvents", "end UPDATE_ROLLBACK_COMPLETE"},
			{"DescribeStacks id", THEIRS}, {"quiet 60", THEIRS}},
		"held: UPDATE_ROLLBACK_FAILED", "app hold: UPDATE_ROLLBACK_FAILED..."},
	{"it goes on after a restart as well", ENGINE_RUN, {{"app", APP}}, {NULL},
		{FAILED_UPDATE, UPDATE_TOLD, {"ContinueUpdateRollback id", "lost"}, {"restart", ""},
			{"DescribeStacks id", STUCK}, {SWEEP, STUCK}, {"sweeps", STUCK},
			{"ContinueUpdateRollback id", "token"}, {"DescribeStacks id", BACK},
			{"DescribeStackEvents", "end UPDATE_ROLLBACK_COMPLETE"},
			{"DescribeStacks id", BACK}},
		NULL, "app update: parameter Version: 41 -> 42"},
	{"somebody else continues it right after, and it is over", ENGINE_RUN, {{"app", APP}},
		{NULL},
		{FAILED_UPDATE, UPDATE_TOLD, {"ContinueUpdateRollback id", "ok"},
			{"DescribeStacks id", "stack app UPDATE_ROLLBACK_IN_PROGRESS 01 41"},
			{"DescribeStackEvents", "end UPDATE_ROLLBACK_FAILED"},
			{"DescribeStacks id", "stack app UPDATE_ROLLBACK_COMPLETE 01 41"},
			{"told", "its rollback failed again: "},
			{"sweeps", "stack app UPDATE_ROLLBACK_COMPLETE 01 41"},
			{"CreateChangeSet id", "set 2"}},
		NULL, "app update: parameter Version: 41 -> 42"},
	{"three times, then it is held until somebody says so", ENGINE_RUN, {{"app", APP}}, {NULL},
		{FAILED_UPDATE, FAILED_CONTINUE, {"told", "its rollback failed again: "},
			{"sweeps", STUCK}, FAILED_CONTINUE, {"restart", ""}, {"sweeps", STUCK},
			FAILED_CONTINUE, {"quiet 300", STUCK},
			{"told", "held: UPDATE_ROLLBACK_FAILED: "}, {"retry app", "done app: "},
			{"DescribeStacks id", STUCK}, {"ContinueUpdateRollback id", "ok"}},
		NULL, "app continue: UPDATE_ROLLBACK_FAILED: its rollback goes on"},
	{"a refusal counts as well, and waits", ENGINE_RUN, {{"app", APP}}, {NULL},
		{FAILED_UPDATE, {"ContinueUpdateRollback id", "refused"},
			{"told", "continue failed: the answer was refused"},
			{"DescribeStacks id", STUCK}, {"sweeps", STUCK},
			{"ContinueUpdateRollback id", "refused"}, {"DescribeStacks id", STUCK},
			{"sweeps", STUCK}, {"ContinueUpdateRollback id", "refused"},
			{"DescribeStacks id", STUCK}, {"quiet 300", STUCK}},
		"held: UPDATE_ROLLBACK_FAILED: ", "app hold: UPDATE_ROLLBACK_FAILED: ..."},
	{"--once tries it once", ENGINE_ONCE, {{"app", APP}}, {NULL},
		{FAILED_UPDATE, {"ContinueUpdateRollback id", "denied"},
			{"DescribeStacks id", STUCK}},
		"continue failed: the answer was denied",
		"app continue: UPDATE_ROLLBACK_FAILED: its rollback goes on: ..."},
	{"a permission that is granted later is seen", ENGINE_RUN, {{"app", APP}}, {NULL},
		{FAILED_UPDATE, {"ContinueUpdateRollback id", "denied"},
			{"DescribeStacks id", STUCK}, {"sweeps", STUCK},
			{"ContinueUpdateRollback id", "denied"}, {"DescribeStacks id", STUCK},
			{"sweeps", STUCK}, {"ContinueUpdateRollback id", "denied"},
			{"DescribeStacks id", STUCK}, {"sweeps", STUCK},
			{"ContinueUpdateRollback id", "denied"}, {"DescribeStacks id", STUCK},
			{"sweeps", STUCK}, {"ContinueUpdateRollback id", "ok"}},
		"continue failed: the answer was denied",
		"app continue: UPDATE_ROLLBACK_FAILED: its rollback goes on: ..."},
	{"one that fails again, and that somebody else brings to its end", ENGINE_RUN,
		{{"app", APP}}, {NULL},
		{FAILED_UPDATE, UPDATE_TOLD, {"ContinueUpdateRollback id", "ok"},
			{"DescribeStacks id", STUCK},
			{"DescribeStackEvents", "end UPDATE_ROLLBACK_FAILED"},
			{"DescribeStacks id", "stack app UPDATE_ROLLBACK_COMPLETE 01 41"},
			{"told", "its rollback failed again: "}, {"sweeps", BACK},
			{"CreateChangeSet id", "set 2"}},
		NULL, "app update: parameter Version: 41 -> 42"},
	{"a wreck that is gone is no stale read, whatever had its name since", ENGINE_RUN,
		{{"app", APP}},
		{RECORD("app", ",\"stack_id\":\"" APP_ID "\",\"created\":true,\"settled\":{"
			       "\"version\":\"CREATE_COMPLETE 2026-01-01T00:00:05Z\","
			       "\"digest\":\"" DIGEST "\"},\"operation\":{\"kind\":\"delete\","
			       "\"step\":\"follow\",\"token\":\"0123456789abcdef\","
			       "\"reason\":\"\",\"digest\":\"" DIGEST "\",\"started_ms\":9}")},
		{{"DescribeStacks id", GONE}, {SWEEP, "none"},
			{"DescribeStackEvents", "end DELETE_COMPLETE"}, {"DescribeStacks id", GONE},
			{"DescribeStacks app", "none"}},
		NULL, "app create: not in eu-west-1 yet"},
	{"a stack that somebody deletes meanwhile is no rollback any more", ENGINE_RUN,
		{{"app", APP}}, {NULL},
		{FAILED_UPDATE, UPDATE_TOLD, {"ContinueUpdateRollback id", "lost"}, {"restart", ""},
			{"DescribeStacks id", "none"}, {SWEEP, "none"}, {"sweeps", "none"},
			{"DescribeStacks id", "none"}, {"DescribeStackEvents", "none"},
			{"told", "continue failed: somebody else deleted the stack meanwhile"},
			{"DescribeStacks id", "none"}, {"DescribeStacks app", "none"},
			{"sweeps", "none"}, {"CreateStack app", "id 2"}},
		NULL, "app create: not in eu-west-1 yet"},
	{"a rollback of somebody else's is held", ENGINE_RUN, {{"app", APP}}, {NULL},
		{{SWEEP, STUCK}, {"quiet 300", STUCK}},
		"held: UPDATE_ROLLBACK_FAILED: ", "app hold: UPDATE_ROLLBACK_FAILED: ..."},
	{"with ContinueRollback=no ours is held, too", ENGINE_RUN, {{"app", APP}}, {NULL},
		{FAILED_UPDATE, {"quiet 300", STUCK}}, "held: UPDATE_ROLLBACK_FAILED: ",
		"app hold: UPDATE_ROLLBACK_FAILED: ...", "[Policy]\nContinueRollback=no\n"},
};

int main(void)
{
	return play_all("engine_wreck", stories, COUNT(stories));
}
