/* Conversations over several accounts and regions, and about templates that a request does not
 * hold: behind a URL, or too large for it. */
#include "engine_play.h"

#include <string.h>

#include "base/memory.h"

#define DEPLOY "assume-role-arn: arn:aws:iam::222222222222:role/deploy\n"
#define AUDIT "assume-role-arn: arn:aws:iam::222222222222:role/audit\n"
#define ELSEWHERE "assume-role-arn: arn:aws:iam::333333333333:role/elsewhere\n"
#define NAMED "stack-name: app\n"
#define FAR "region: us-east-1\n"
#define ONE_A_SECOND "[Reconcile]\nReadRate=1\n"
#define BUCKET "[AWS]\nTemplateBucket=templates\n"
#define URL "https://templates.s3.eu-west-1.amazonaws.com/app.yaml"
#define BEHIND "template-url: " URL "\nparameters: {Version: 42}\n"
#define BEHIND_TWO "template-url: " URL "2\nparameters: {Version: 42}\n"
#define ONE "https://templates/one"
#define TWO "https://templates/two"
#define NOT_YET "not in eu-west-1 yet"

/* The stack of the name is not there, and is created, by these credentials. */
#define MAKES(as)                                                                                  \
	{"DescribeStacks app" as, "none"}, {"CreateStack app" as, "id"},                           \
		{"DescribeStacks id" as, "stack app CREATE_IN_PROGRESS 00 42"},                    \
		{"DescribeStackEvents id" as, "end CREATE_COMPLETE"},                              \
	{                                                                                          \
		"DescribeStacks id" as, NEW                                                        \
	}

/* A parent with an output, and what its child takes of it. */
#define NEEDY                                                                                      \
	"template:\n  Parameters: {Version: {Type: String}}\n"                                     \
	"  Resources: {Topic: {Type: AWS::SNS::Topic}}\n"
#define FED "stack base CREATE_COMPLETE 00 - Version="
#define FED_APP "stack app CREATE_COMPLETE 00 "
#define FINDS_NOTHING                                                                              \
	{"DescribeChangeSet", "review FAILED UNAVAILABLE No updates are to be performed."},        \
	{                                                                                          \
		"DeleteChangeSet", "ok"                                                            \
	}

static const struct story accounts[] = {
	{"a manifest's role is that of all calls for it", ENGINE_RUN, {{"app", DEPLOY APP}}, {NULL},
		{{SWEEP " as deploy", "none"}, MAKES(" as deploy")}, NULL, "app in sync"},
	{"the role is remembered", ENGINE_RUN, {{"app", DEPLOY APP}}, {NULL},
		{{SWEEP " as deploy", "none"}, {"DescribeStacks app as deploy", "none"},
			{"CreateStack app as deploy", "id"}, {"remove", "app"}, {"restart", ""},
			{"DescribeStacks id as deploy", "stack app CREATE_IN_PROGRESS 00 42"},
			{SWEEP " as deploy", "stack app CREATE_IN_PROGRESS 00 42"},
			{"DescribeStackEvents id as deploy", "end CREATE_COMPLETE"}},
		NULL, NULL},
	{"also of a stack that is made anew when its manifest comes back", ENGINE_RUN,
		{{"app", DEPLOY APP "on-removal: delete\n"}},
		{"222222222222/eu-west-1/app",
			"{\"version\":1,\"region\":\"eu-west-1\",\"name\":\"app\",\"role\":"
			"\"arn:aws:iam::222222222222:role/deploy\",\"stack_id\":\"" APP_ID
			"\",\"created\":true,\"manifest\":\"app\",\"on_removal\":\"delete\"}"},
		{{SWEEP " as deploy", NEW}, {"GetTemplate id as deploy", "template " APP_TEMPLATE},
			{"write base", DEPLOY BASE "suspend: x\n"}, {"remove", "app"},
			{"sweeps", NEW}, {"told", "its manifest is gone"},
			{"DescribeStacks base as deploy", "none"}, {"sweeps", NEW},
			{"GetTemplate id as deploy", "template " APP_TEMPLATE},
			{"DeleteStack id as deploy", "ok"},
			{"DescribeStacks id as deploy", "stack app DELETE_IN_PROGRESS 00 42"},
			{"DescribeStackEvents", "end DELETE_COMPLETE"},
			{"DescribeStacks id as deploy", "stack app DELETE_COMPLETE 00 42"},
			{"write app", DEPLOY APP}, {"sweeps", "none"},
			{"DescribeStacks app as deploy", "none"},
			{"CreateStack app as deploy", "id 2"}, {"restart", ""},
			{"DescribeStacks id2 as deploy",
				"stack app CREATE_IN_PROGRESS 09 42 id=2"}},
		"held: suspended: x", "app create: not in eu-west-1 yet"},
	{"the same name in two regions is two stacks", ENGINE_RUN,
		{{"app", APP}, {"far", NAMED FAR APP}}, {NULL},
		{{SWEEP, "none"}, {SWEEP " in us-east-1", "none"}, {"DescribeStacks app", "none"},
			{"DescribeStacks app in us-east-1", NEW}, {"CreateStack app", "id"},
			{"GetTemplate id in us-east-1", "template " APP_TEMPLATE},
			{"state", "far in sync"}},
		NULL, "app create: not in eu-west-1 yet"},
	{"the same name in two accounts is two stacks", ENGINE_RUN,
		{{"app", DEPLOY APP}, {"other", NAMED ELSEWHERE APP}}, {NULL},
		{{SWEEP " as deploy", "none"}, {SWEEP " as elsewhere", NEW},
			{"DescribeStacks app as deploy", "none"},
			{"GetTemplate id as elsewhere", "template " APP_TEMPLATE},
			{"CreateStack app as deploy", "id"}, {"state", "other in sync"}},
		NULL, "app create: not in eu-west-1 yet"},
	{"two roles in an account share its rate", ENGINE_RUN,
		{{"app", DEPLOY APP}, {"other", AUDIT APP}, {"third", AUDIT APP}}, {NULL},
		{{"calls", "2"}, {SWEEP " as deploy", "none"}, {SWEEP " as audit", "none"},
			/* Two at once, then one a second. */
			{"calls", "0"}, {"DescribeStacks app as deploy", "none"},
			{"CreateStack app as deploy", "id"}, {"calls", "0"}},
		NULL, "app create: " NOT_YET, ONE_A_SECOND},
	{"roles in two accounts have a rate each", ENGINE_RUN,
		{{"app", DEPLOY APP}, {"other", ELSEWHERE APP}}, {NULL},
		{{SWEEP " as deploy", "none"}, {SWEEP " as elsewhere", "none"}, {"calls", "2"}},
		NULL, "app unknown: not observed yet", ONE_A_SECOND},
	{"two external ids are two identities, of one account", ENGINE_RUN,
		{{"app", DEPLOY APP}, {"other", DEPLOY "external-id: x1\n" APP}}, {NULL},
		{{SWEEP " as deploy", "none"}, {SWEEP " as deploy", "none"}, {"calls", "0"}}, NULL,
		"app unknown: not observed yet", ONE_A_SECOND},
	{"outputs of another account's stack are read by its role", ENGINE_RUN,
		{{"app", "parents: [base]\n" NEEDY}, {"base", DEPLOY FAR BASE}}, {NULL},
		{{"GetCallerIdentity", "account 111111111111"},
			{SWEEP " in us-east-1 as deploy", FED "1"}, {SWEEP, FED_APP "1"},
			{"GetTemplate id in us-east-1 as deploy", "template " BASE_TEMPLATE},
			{"GetTemplate id", "template " APP_TEMPLATE}, {"state", "app in sync"},
			{SWEEP " in us-east-1 as deploy", FED "2"}, {"ListChangeSets id", "ok"},
			{"DescribeStacks id", FED_APP "1"}, {"CreateChangeSet id", "set"}},
		NULL, "app update: parameter Version: 1 -> 2 (output Version of base)"},
	{"a child waits for the parent that another account holds up", ENGINE_RUN,
		{{"app", "parents: [base]\n" NEEDY}, {"base", DEPLOY FAR BASE}}, {NULL},
		{{"GetCallerIdentity", "account 111111111111"},
			{SWEEP " in us-east-1 as deploy", "expired"}, {SWEEP, "none"},
			{"DescribeStacks app", "none"}},
		"us-east-1 as arn:aws:iam::222222222222:role/deploy can't be asked: ",
		"app wait: needs base (not observed yet)"},
	{"a region that refuses does not hold up another", ENGINE_RUN,
		{{"app", APP}, {"far", FAR APP}}, {NULL},
		{{SWEEP, "none"}, {SWEEP " in us-east-1", "expired"}, MAKES(""),
			{"state", "far unknown"}},
		"us-east-1 can't be asked: ", "app in sync"},
	{"why nothing may be changed there stands beside each stack", ENGINE_RUN, {{"app", APP}},
		{NULL},
		{{SWEEP, "none"}, {"DescribeStacks app", "none"}, {"CreateStack app", "expired"},
			{"state", "app create: the answer was denied"}, {"sweeps", "none"},
			{"CreateStack app", "id"}, {"state", "app create: not in eu-west-1 yet"}},
		"eu-west-1 can't be asked: ", "app create: not in eu-west-1 yet"},
	{"a role that is throttled does not slow another account", ENGINE_RUN,
		{{"app", DEPLOY APP}, {"other", ELSEWHERE APP}}, {NULL},
		{{SWEEP " as deploy", "none"}, {SWEEP " as elsewhere", "throttled"},
			MAKES(" as deploy")},
		NULL, "app in sync"},
};

/* Two manifests that may mean one stack. */
#define TWINS                                                                                      \
	{                                                                                          \
		{"app", APP},                                                                      \
		{                                                                                  \
			"other", NAMED DEPLOY APP                                                  \
		}                                                                                  \
	}
#define IS_OWN "account 222222222222"
#define BOTH_NEW                                                                                   \
	{SWEEP " as deploy", NEW},                                                                 \
	{                                                                                          \
		SWEEP, NEW                                                                         \
	}

static const struct story twins[] = {
	{"a role in the daemon's own account: neither manifest is followed", ENGINE_RUN, TWINS,
		{NULL},
		{{"GetCallerIdentity", IS_OWN}, {SWEEP " as deploy", "none"}, {SWEEP, "none"},
			{"DescribeStacks app as deploy", "none"}, {"DescribeStacks app", "none"},
			{"state",
				"other hold: /etc/stackd/app.yaml means the same stack, in account "
				"222222222222; only one of them may"},
			{"quiet 10", "none"}},
		"held: /etc/stackd/",
		"app hold: /etc/stackd/other.yaml means the same stack, in account ..."},
	{"both wait until the account is known", ENGINE_RUN, TWINS, {NULL},
		{{"GetCallerIdentity", "lost"}, {SWEEP " as deploy", NEW},
			{"state",
				"other unknown: whether /etc/stackd/app.yaml means the same stack "
				"is not known"},
			{SWEEP, NEW}, {"GetCallerIdentity", "account 111111111111"},
			{"GetTemplate id as deploy", "template " APP_TEMPLATE},
			{"GetTemplate id", "template " APP_TEMPLATE}, {"state", "other in sync"}},
		NULL, "app in sync"},
	{"of three only those two wait that are one stack", ENGINE_RUN,
		{{"app", APP}, {"other", NAMED DEPLOY APP}, {"third", NAMED ELSEWHERE APP}}, {NULL},
		{{"GetCallerIdentity", IS_OWN}, {SWEEP " as deploy", NEW},
			{SWEEP " as elsewhere", NEW}, {SWEEP, NEW},
			{"GetTemplate id as elsewhere", "template " APP_TEMPLATE},
			{"state", "third in sync"},
			{"state", "other hold: /etc/stackd/app.yaml means"},
			{"state", "app hold: /etc/stackd/other.yaml means"}},
		"held: /etc/stackd/", "third in sync"},
	{"once the other is removed it is followed", ENGINE_RUN, TWINS, {NULL},
		{{"GetCallerIdentity", IS_OWN}, BOTH_NEW, {"remove", "other"},
			{"GetTemplate id", "template " APP_TEMPLATE}},
		"held: /etc/stackd/", "app in sync"},
	{"--once waits for the account", ENGINE_ONCE, TWINS, {NULL},
		{{"GetCallerIdentity", "garbled"}, BOTH_NEW, {"unfinished", ""},
			{"GetCallerIdentity", "account 111111111111"},
			{"GetTemplate id as deploy", "template " APP_TEMPLATE},
			{"GetTemplate id", "template " APP_TEMPLATE}},
		NULL, "app in sync"},
	{"a plan does not wait for long", ENGINE_PLAN, TWINS, {NULL},
		{{"unfinished", ""}, {"GetCallerIdentity", "garbled"}, BOTH_NEW}, "held: whether",
		"app hold: whether /etc/stackd/other.yaml means the same stack is not known yet"},
	{"an account that can't be told is asked for ever more slowly", ENGINE_RUN, TWINS, {NULL},
		{{"GetCallerIdentity", "garbled"}, BOTH_NEW, {"GetCallerIdentity", "garbled"},
			{"state", "app unknown: whether"}, {"calls", "0"},
			{"GetCallerIdentity", "garbled"}, {"calls", "0"}},
		"held: whether",
		"app hold: whether /etc/stackd/other.yaml means the same stack is not known yet"},
};

/* --- templates behind a URL --- */

static const struct story urls[] = {
	{"what a URL's template declares is asked once, then the stack is created", ENGINE_RUN,
		{{"app", BEHIND}}, {NULL},
		{{SWEEP, "none"}, {"DescribeStacks app", "none"},
			{"GetTemplateSummary from " URL, "summary Version"},
			{"CreateStack app from " URL, "id"},
			{"DescribeStacks id", "stack app CREATE_IN_PROGRESS 00 42"},
			{"DescribeStackEvents", "end CREATE_COMPLETE"}, {"DescribeStacks id", NEW}},
		NULL, "app in sync"},
	{"only a change set tells that it is the same, and after a restart it is known", ENGINE_RUN,
		{{"app", BEHIND}}, {NULL},
		{{SWEEP, NEW}, {"GetTemplateSummary from " URL, "summary Version"},
			{"state", "app unknown"}, {"ListChangeSets id", "ok"},
			{"CreateChangeSet id from " URL, "set"}, FINDS_NOTHING,
			{"state", "app in sync"}, {"quiet 10", NEW}, {"restart", ""}, {SWEEP, NEW},
			{"GetTemplateSummary from " URL, "summary Version"},
			{"state", "app in sync"}, {"quiet 10", NEW}},
		NULL, "app in sync"},
	{"another URL is another template", ENGINE_RUN, {{"app", BEHIND}}, {NULL},
		{{SWEEP, NEW}, {"GetTemplateSummary from " URL, "summary Version"},
			{"ListChangeSets id", "ok"}, {"CreateChangeSet id from " URL, "set"},
			FINDS_NOTHING, {"DescribeStacks id", NEW}, {"write app", BEHIND_TWO},
			{"GetTemplateSummary from " URL "2", "summary Version"},
			{"CreateChangeSet id from " URL "2", "set"}},
		NULL, "app update: template-url: only a change set can tell"},
	{"parameters that the template does not declare freeze the stack", ENGINE_RUN,
		{{"app", BEHIND}, {"other", APP}}, {NULL},
		{{SWEEP, "stack other CREATE_COMPLETE 00 42"}, {"DescribeStacks app", "none"},
			{"GetTemplate id", "template " APP_TEMPLATE},
			{"GetTemplateSummary from " URL, "summary Size"},
			{"state", "app frozen: app.yaml:2:14: "},
			{"quiet 10", "stack other "
				     "CREATE_COMPLETE 00 "
				     "42"}},
		"frozen: app.yaml:2:14: ", "other in sync"},
	{"a template that can't be had is asked for again, more slowly", ENGINE_RUN,
		{{"app", BEHIND}}, {NULL},
		{{SWEEP, "none"}, {"DescribeStacks app", "none"},
			{"GetTemplateSummary from " URL, "refused"}, {"calls", "0"},
			{"GetTemplateSummary from " URL, "summary Version"},
			{"CreateStack app from " URL, "id"}},
		"can't be looked at: the answer", "app create: " NOT_YET},
	{"an edit while a URL's template is asked for", ENGINE_RUN, {{"app", BEHIND}}, {NULL},
		{{SWEEP, "none"}, {"DescribeStacks app", "none"}, {"calls", "1"},
			{"write app", BEHIND_TWO}, {"GetTemplateSummary from " URL, "summary Size"},
			{"GetTemplateSummary from " URL "2", "summary Version"},
			{"CreateStack app from " URL "2", "id"}},
		NULL, "app create: " NOT_YET},
	{"what its URL declares is asked before a failed create is made anew", ENGINE_RUN,
		{{"app", BEHIND}}, {RECORD("app", ",\"stack_id\":\"" APP_ID "\",\"created\":true")},
		{{SWEEP, "stack app ROLLBACK_COMPLETE 00 42"},
			{"GetTemplateSummary from " URL, "summary Version"},
			{"DeleteStack id", "ok"}},
		NULL, "app delete: ROLLBACK_COMPLETE..."},
	{"in a file now, and the live one is another", ENGINE_RUN, {{"app", BEHIND}}, {NULL},
		{{SWEEP, "none"}, {"DescribeStacks app", "none"},
			{"GetTemplateSummary from " URL, "summary Version"},
			{"CreateStack app from " URL, "id"}, CREATED, {"write app", APP},
			{"GetTemplate id", "template " BASE_TEMPLATE},
			{"CreateChangeSet id", "set"}},
		NULL, "app update: template: Parameters"},
	{"in a file now, and the same", ENGINE_RUN, {{"app", BEHIND}}, {NULL},
		{{SWEEP, "none"}, {"DescribeStacks app", "none"},
			{"GetTemplateSummary from " URL, "summary Version"},
			{"CreateStack app from " URL, "id"}, CREATED, {"write app", APP},
			{"GetTemplate id", "template " APP_TEMPLATE}, {"quiet 10", NEW},
			{"restart", ""}, {SWEEP, NEW}, {"quiet 10", NEW}},
		NULL, "app in sync"},
	{"its manifest goes, and the stack with it", ENGINE_RUN,
		{{"app", "on-removal: delete\n" BEHIND}, {"base", BASE "suspend: a reason\n"}},
		{NULL},
		{{SWEEP, "none"}, {"DescribeStacks app", "none"}, {"DescribeStacks base", "none"},
			{"GetTemplateSummary from " URL, "summary Version"},
			{"CreateStack app from " URL, "id"}, CREATED, {"remove", "app"},
			{"sweeps", NEW}, {"GetTemplate id", "template " APP_TEMPLATE},
			{"DeleteStack id", "ok"}},
		"its manifest is gone", "app delete..."},
};

/* --- large templates --- */

enum { LARGE_SIZE = 60000 };
static char large_one[LARGE_SIZE + 200], large_two[LARGE_SIZE + 200];

#define UPLOADS(url)                                                                               \
	{                                                                                          \
		"PutObject", "uploaded " url                                                       \
	}
#define STARTS                                                                                     \
	{SWEEP, "none"},                                                                           \
	{                                                                                          \
		"DescribeStacks app", "none"                                                       \
	}
#define BOTH_START                                                                                 \
	{SWEEP, "none"}, {"DescribeStacks app", "none"},                                           \
	{                                                                                          \
		"DescribeStacks other", "none"                                                     \
	}

static const struct story uploads[] = {
	{"a large template is uploaded, then the stack is created", ENGINE_RUN,
		{{"app", large_one}}, {NULL},
		{STARTS, {"calls", "1"}, UPLOADS(ONE), {"CreateStack app from " ONE, "id"}}, NULL,
		"app create: " NOT_YET, BUCKET},
	{"before a change set likewise", ENGINE_RUN, {{"app", large_one}}, {NULL},
		{{SWEEP, OLD}, {"ListChangeSets id", "ok"}, UPLOADS(ONE),
			{"CreateChangeSet id from " ONE, "set"}},
		NULL, "app update...", BUCKET},
	{"once for two stacks", ENGINE_RUN, {{"app", large_one}, {"other", large_one}}, {NULL},
		{BOTH_START, {"calls", "1"}, UPLOADS(ONE), {"CreateStack app from " ONE, "id"},
			{"CreateStack other from " ONE, "id"}},
		NULL, "app create: " NOT_YET, BUCKET},
	{"another content is another object", ENGINE_RUN,
		{{"app", large_one}, {"other", large_two}}, {NULL},
		{BOTH_START, {"calls", "2"}, UPLOADS(ONE), UPLOADS(TWO),
			{"CreateStack app from " ONE, "id"}, {"CreateStack other from " TWO, "id"}},
		NULL, "app create: " NOT_YET, BUCKET},
	{"in each account it is uploaded by its own keys", ENGINE_RUN,
		{{"app", large_one}, {"far", FAR APP}}, {NULL},
		{{SWEEP, "none"}, {SWEEP " in us-east-1", "none"}, {"DescribeStacks app", "none"},
			{"DescribeStacks far in us-east-1", "none"}, UPLOADS(ONE),
			{"CreateStack far in us-east-1", "id"},
			{"CreateStack app from " ONE, "id"}},
		NULL, "app create: " NOT_YET, BUCKET},
	{"an upload that is lost is made again", ENGINE_RUN, {{"app", large_one}}, {NULL},
		{STARTS, {"PutObject", "lost"}, {"sweeps", "none"}, UPLOADS(ONE),
			{"CreateStack app from " ONE, "id"}},
		NULL, "app create: " NOT_YET, BUCKET},
	{"one that is lost again and again is told", ENGINE_RUN, {{"app", large_one}}, {NULL},
		{STARTS, {"PutObject", "lost"}, {"sweeps", "none"}, {"PutObject", "lost"},
			{"sweeps", "none"}, {"PutObject", "lost"},
			{"told", "the template can't be uploaded: "}, {"sweeps", "none"},
			UPLOADS(ONE), {"CreateStack app from " ONE, "id"}},
		NULL, "app create: " NOT_YET, BUCKET},
	{"one that is refused fails the change, and the other stack tries for itself", ENGINE_RUN,
		{{"app", large_one}, {"other", large_one}}, {NULL},
		{BOTH_START, {"PutObject", "refused"}, {"told", "create failed: the answer"},
			UPLOADS(ONE), {"DescribeStacks app", "none"},
			{"CreateStack other from " ONE, "id"}},
		NULL, "app create...", BUCKET},
	{"one that is denied is told, and tried again", ENGINE_RUN, {{"app", large_one}}, {NULL},
		{STARTS, {"PutObject", "denied"}, {"told", "create failed: the answer"},
			{"DescribeStacks app", "none"}, {"sweeps", "none"}, UPLOADS(ONE),
			{"CreateStack app from " ONE, "id"}},
		NULL, "app create: " NOT_YET, BUCKET},
	{"an object that may be gone is looked for anew", ENGINE_RUN, {{"app", large_one}}, {NULL},
		{STARTS, UPLOADS(ONE), {"CreateStack app from " ONE, "refused"},
			{"told", "create failed"}, {"DescribeStacks app", "none"},
			{"sweeps", "none"}, UPLOADS(ONE), {"CreateStack app from " ONE, "id"}},
		NULL, "app create: " NOT_YET, BUCKET},
	{"an edit while it is uploaded", ENGINE_RUN, {{"app", large_one}}, {NULL},
		{STARTS, {"calls", "1"}, {"write app", large_two}, UPLOADS(ONE),
			{"DescribeStacks app", "none"}, UPLOADS(TWO),
			{"CreateStack app from " TWO, "id"}},
		NULL, "app create: " NOT_YET, BUCKET},
	{"removed while it is uploaded", ENGINE_RUN, {{"app", large_one}, {"other", APP}}, {NULL},
		{STARTS, {"DescribeStacks other", "none"}, {"remove", "app"}, UPLOADS(ONE),
			{"CreateStack other", "id"}},
		NULL, "other create: " NOT_YET, BUCKET},
	{"a restart while it is uploaded", ENGINE_RUN, {{"app", large_one}}, {NULL},
		{STARTS, {"out", "PutObject"}, {"restart", ""}, {"DescribeStacks app", "none"},
			{SWEEP, "none"}, UPLOADS(ONE), {"CreateStack app from " ONE, "id"}},
		NULL, "app create: " NOT_YET, BUCKET},
};

/* More than a request can hold, and each its own. */
static void write_large(char *manifest, char mark)
{
	char *end = stpcpy(manifest, "parameters: {Version: 42}\ntemplate:\n"
				     "  Parameters: {Version: {Type: String}}\n"
				     "  Resources: {Topic: {Type: AWS::SNS::Topic}}\n"
				     "  Metadata: {Padding: ");

	memset(end, mark, LARGE_SIZE);
	stpcpy(end + LARGE_SIZE, "}\n");
}

static struct story all[COUNT(accounts) + COUNT(twins) + COUNT(urls) + COUNT(uploads)];

int main(void)
{
	struct story *end = mempcpy(all, accounts, sizeof(accounts));

	end = mempcpy(end, twins, sizeof(twins));
	end = mempcpy(end, urls, sizeof(urls));
	mempcpy(end, uploads, sizeof(uploads));
	write_large(large_one, 'a');
	write_large(large_two, 'b');
	return play_all("engine, several accounts", all, COUNT(all));
}
