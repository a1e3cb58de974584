/* Conversations about changes that a person has to approve first. */
#include "engine_play.h"

#define UPDATED "stack app UPDATE_COMPLETE 01 42"
#define UPDATING "stack app UPDATE_IN_PROGRESS 01 41"
#define REPLACES "changes Modify Table AWS::DynamoDB::Table True"
#define HARMLESS "changes Modify Topic AWS::SNS::Topic False"
#define SET                                                                                        \
	{SWEEP, OLD}, {"ListChangeSets id", "ok"},                                                 \
	{                                                                                          \
		"CreateChangeSet id", "set"                                                        \
	}
#define HELD_SET                                                                                   \
	SET, {"DescribeChangeSet", REPLACES}, {"told", "held: would replace Table"},               \
	{                                                                                          \
		"state", "app hold: would replace Table (AWS::DynamoDB::Table)"                    \
	}
#define RUN                                                                                        \
	{"DescribeStacks id", UPDATING}, {"DescribeStackEvents", "end UPDATE_COMPLETE"},           \
	{                                                                                          \
		"DescribeStacks id", UPDATED                                                       \
	}
#define EDITED                                                                                     \
	"parameters: {Version: 43}\ntemplate:\n  Parameters: {Version: {Type: String}}\n"          \
	"  Resources: {Topic: {Type: AWS::SNS::Topic}}\n"
#define NESTED "arn:aws:cloudformation:eu-west-1:1:changeSet/net/1"
#define SOURCE                                                                                     \
	"parameters: {Version: 42}\ntemplate:\n  Parameters: {Version: {Type: String}}\n"          \
	"  Resources: {Topic: {Type: AWS::SNS::Topic}}\n"                                          \
	"  Outputs: {Url: {Value: {Ref: Topic}}}\n"
#define SOURCE_TEMPLATE                                                                            \
	"template {\"Parameters\":{\"Version\":{\"Type\":\"String\"}},\"Resources\":{\"Topic\":"   \
	"{\"Type\":\"AWS::SNS::Topic\"}},\"Outputs\":{\"Url\":{\"Value\":{\"Ref\":\"Topic\"}}}}"
#define TAKER                                                                                      \
	"parents: [base]\ntemplate:\n  Parameters: {Url: {Type: String}}\n"                        \
	"  Resources: {Topic: {Type: AWS::SNS::Topic}}\n"
#define FEEDS "stack base CREATE_COMPLETE 00 41 owner=stackd Url=a; stack app CREATE_COMPLETE 00 -"
#define FAILED_FEEDS                                                                               \
	"stack base UPDATE_ROLLBACK_FAILED 00 41 owner=stackd Url=a; stack app CREATE_COMPLETE "   \
	"00 -"
#define URL "https://templates.s3.eu-west-1.amazonaws.com/app.yaml"
#define FAR_TAKER "parents: [base]\ntemplate-url: " URL "\n"
#define TABLE "template: {Resources: {Table: {Type: AWS::DynamoDB::Table}}}\n"

static const struct story stories[] = {
	{"a replaced table waits for the approval of just this", ENGINE_RUN, {{"app", APP}}, {NULL},
		{HELD_SET, {"quiet 90", OLD},
			{"approve app 0123456789ab", "refused what waits in app is"},
			{"approve app this", "done app: "}, {"ExecuteChangeSet", "ok"}, RUN,
			{"approve app this", "refused nothing of app waits"}},
		NULL, "app in sync"},
	{"it waits across a restart, and is approved after it", ENGINE_RUN, {{"app", APP}}, {NULL},
		{HELD_SET, {"restart", ""}, {SWEEP, OLD}, {"told", "held: would replace Table"},
			{"quiet 90", OLD}, {"approve app this", "done app: "},
			{"ExecuteChangeSet", "ok"}, RUN},
		NULL, "app in sync"},
	{"an approved set whose execution was lost is executed after a restart", ENGINE_RUN,
		{{"app", APP}}, {NULL},
		{HELD_SET, {"approve app this", "done app: "}, {"ExecuteChangeSet", "lost"},
			{"restart", ""}, {"DescribeChangeSet", REPLACES}, {SWEEP, OLD},
			{"ExecuteChangeSet", "ok"}, RUN},
		NULL, "app in sync"},
	{"one whose execution began is not executed again", ENGINE_RUN, {{"app", APP}}, {NULL},
		{HELD_SET, {"approve app this", "done app: "}, {"ExecuteChangeSet", "lost"},
			{"restart", ""},
			{"DescribeChangeSet", "review CREATE_COMPLETE EXECUTE_IN_PROGRESS"},
			{SWEEP, UPDATING}, {"DescribeStackEvents", "end UPDATE_COMPLETE"},
			{"DescribeStacks id", UPDATED}},
		NULL, "app in sync"},
	{"an approval that is not remembered yet executes nothing", ENGINE_RUN, {{"app", APP}},
		{NULL},
		{HELD_SET, {"saves", "refused"},
			{"approve app this", "failed it can't be remembered"}, {"quiet 5", OLD},
			{"restart", ""}, {"saves", "done"}, {SWEEP, OLD},
			{"told", "held: would replace Table"}, {"quiet 30", OLD}},
		NULL,
		"app hold: would replace Table (AWS::DynamoDB::Table); approve with: "
		"stackctl approve app ..."},
	{"an edit voids what was held", ENGINE_RUN, {{"app", APP}}, {NULL},
		{HELD_SET, {"write app", EDITED}, {"DeleteChangeSet", "ok"},
			{"DescribeStacks id", OLD}, {"CreateChangeSet id", "set 2"},
			{"DescribeChangeSet", HARMLESS}, {"ExecuteChangeSet", "ok"}},
		NULL, "app update: parameter Version: 41 -> 43"},
	{"an update by somebody else voids it, too", ENGINE_RUN, {{"app", APP}}, {NULL},
		{HELD_SET, {SWEEP, "stack app UPDATE_COMPLETE 01 40"}, {"DeleteChangeSet", "ok"},
			{"DescribeStacks id", "stack app UPDATE_COMPLETE 01 40"},
			{"CreateChangeSet id", "set 2"}, {"DescribeChangeSet", REPLACES},
			{"quiet 30", "stack app UPDATE_COMPLETE 01 40"}},
		"held: would replace Table",
		"app hold: would replace Table (AWS::DynamoDB::Table); "
		"approve with: stackctl approve app ..."},
	{"what somebody else brought in sync needs no set any more", ENGINE_RUN, {{"app", APP}},
		{NULL},
		{HELD_SET, {SWEEP, UPDATED}, {"DeleteChangeSet", "ok"},
			{"DescribeStacks id", UPDATED},
			{"GetTemplate id", "template " APP_TEMPLATE}, {"quiet 30", UPDATED}},
		NULL, "app in sync"},
	{"a manifest that goes takes its held set along", ENGINE_RUN, {{"app", APP}}, {NULL},
		{HELD_SET, {"remove", "app"}, {"DeleteChangeSet", "ok"}, {"quiet 30", OLD}}, NULL,
		NULL},
	{"a manifest that is broken leaves it held, and cannot be approved", ENGINE_RUN,
		{{"app", APP}}, {NULL},
		{HELD_SET, {"write app", "parameters: ["}, {"quiet 30", OLD}, {"told", "frozen: "},
			{"approve app this", "refused nothing of app"}, {"write app", APP},
			{"approve app this", "done app: "}, {"ExecuteChangeSet", "ok"}},
		"held: would replace Table", "app update: parameter Version: 41 -> 42"},
	{"guard: none lets it go", ENGINE_RUN, {{"app", APP}}, {NULL},
		{HELD_SET, {"write app", APP "guard: none\n"}, {"DeleteChangeSet", "ok"},
			{"DescribeStacks id", OLD}, {"CreateChangeSet id", "set 2"},
			{"DescribeChangeSet", REPLACES}, {"ExecuteChangeSet", "ok"}, RUN},
		NULL, "app in sync"},
	{"what is suspended stays held, and is approved once it is resumed", ENGINE_RUN,
		{{"app", APP}}, {NULL},
		{HELD_SET, {"suspend app a reason", "done app: suspended"}, {"quiet 30", OLD},
			{"told", "held: suspended: a reason"},
			{"approve app this", "refused nothing of app waits"}, {"restart", ""},
			{SWEEP, OLD}, {"told", "held: suspended: a reason"},
			{"resume app", "done app: resumed"}, {"told", "held: would replace"},
			{"approve app this", "done app: "}, {"ExecuteChangeSet", "ok"}},
		NULL, "app update: parameter Version: 41 -> 42"},
	{"a set that was deleted meanwhile is made again, and asked for again", ENGINE_RUN,
		{{"app", APP}}, {NULL},
		{HELD_SET, {"approve app this", "done app: "}, {"ExecuteChangeSet", "no-set"},
			{"sweeps", OLD}, {"DescribeChangeSet", "no-set"},
			{"DescribeStacks id", OLD},
			{"DescribeStackEvents", "other UPDATE_COMPLETE"}, {"pause", "6"},
			{"DescribeStacks id", OLD}, {"sweeps", OLD},
			{"DescribeStackEvents", "other UPDATE_COMPLETE"},
			{"told", "no event shows that the operation took place"},
			{"DeleteChangeSet", "no-set"}, {"DescribeStacks id", OLD},
			{"CreateChangeSet id", "set 2"}, {"DescribeChangeSet", REPLACES},
			{"quiet 30", OLD}},
		"held: would replace Table",
		"app hold: would replace Table (AWS::DynamoDB::Table); approve with: stackctl "
		"approve app ..."},
	{"all pages and nested sets are read before anything runs", ENGINE_RUN, {{"app", APP}},
		{NULL},
		{SET, {"DescribeChangeSet", "page Modify Topic AWS::SNS::Topic False"},
			{"DescribeChangeSet",
				"changes Modify Net AWS::CloudFormation::Stack False " NESTED},
			{"DescribeChangeSet", "page Modify Topic AWS::SNS::Topic False"},
			{"DescribeChangeSet", REPLACES},
			{"state", "app hold: would replace Net.Table (AWS::DynamoDB::Table)"},
			{"approve app this", "done app: "}, {"ExecuteChangeSet", "ok"}},
		"held: would replace Net.Table", "app update: parameter Version: 41 -> 42"},
	{"a nested set that can't be read is held", ENGINE_RUN, {{"app", APP}}, {NULL},
		{SET,
			{"DescribeChangeSet",
				"changes Modify Net AWS::CloudFormation::Stack False " NESTED},
			{"DescribeChangeSet", "denied"}, {"state", "app hold: "},
			{"told", "held: "}, {"quiet 30", OLD}, {"approve app this", "done app: "},
			{"ExecuteChangeSet", "ok"}},
		NULL, "app update: parameter Version: 41 -> 42"},
	{"a manifest that goes while nested sets are read ends it", ENGINE_RUN,
		{{"app", APP}, {"base", BASE}}, {NULL},
		{{SWEEP, OLD "; stack base CREATE_COMPLETE 00 -"}, {"ListChangeSets id", "ok"},
			{"GetTemplate id", "template " BASE_TEMPLATE},
			{"CreateChangeSet id", "set"},
			{"DescribeChangeSet",
				"changes Modify Net AWS::CloudFormation::Stack False " NESTED},
			{"remove", "app"}, {"DescribeChangeSet", REPLACES},
			{"DeleteChangeSet", "ok"}},
		NULL, "base in sync"},
	{"a manifest that breaks while nested sets are read ends it, too", ENGINE_RUN,
		{{"app", APP}}, {NULL},
		{SET,
			{"DescribeChangeSet",
				"changes Modify Net AWS::CloudFormation::Stack False " NESTED},
			{"write app", "parameters: ["}, {"DescribeChangeSet", REPLACES},
			{"DeleteChangeSet", "ok"}, {"told", "frozen: "}, {"quiet 30", OLD}},
		NULL, "app frozen: app.yaml:1:14: found no value where one was expected"},
	{"what others take from a replaced resource is held, by the live template", ENGINE_RUN,
		{{"app", TAKER}, {"base", SOURCE}}, {NULL},
		{{SWEEP, FEEDS}, {"ListChangeSets id", "ok"}, {"CreateChangeSet id", "set"},
			{"DescribeChangeSet", "changes Modify Topic AWS::SNS::Topic True"},
			{"GetTemplate id", SOURCE_TEMPLATE},
			{"state", "base hold: would replace Topic (AWS::SNS::Topic)"}},
		"held: would replace Topic",
		"app update: parameter Url: nothing -> a (output Url of "
		"base)"},
	{"it is held after a restart, too, when nobody has looked at it yet", ENGINE_RUN,
		{{"app", TAKER}, {"base", SOURCE}}, {NULL},
		{{SWEEP, FEEDS}, {"ListChangeSets id", "ok"}, {"CreateChangeSet id", "set"},
			{"restart", ""},
			{"DescribeChangeSet", "changes Modify Topic AWS::SNS::Topic True"},
			{SWEEP, FEEDS},
			{"DescribeStacks id", "stack base CREATE_COMPLETE 00 41 "
					      "owner=stackd Url=a"},
			{"GetTemplate id", SOURCE_TEMPLATE},
			{"state", "base hold: would replace Topic (AWS::SNS::Topic)"}},
		"held: would replace Topic",
		"app update: parameter Url: nothing -> a (output Url of "
		"base)"},
	{"what others take is theirs in a read from before a failed rollback was mended, too",
		ENGINE_RUN, {{"app", TAKER}, {"base", SOURCE}}, {NULL},
		{{SWEEP, FEEDS}, {"ListChangeSets id", "ok"}, {"CreateChangeSet id", "set"},
			{"pages", "review CREATE_IN_PROGRESS UNAVAILABLE"}, {SWEEP, FAILED_FEEDS},
			{"sweeps", FAILED_FEEDS},
			{"DescribeChangeSet", "changes Modify Topic AWS::SNS::Topic True"},
			{"GetTemplate id", SOURCE_TEMPLATE},
			{"told", "held: UPDATE_ROLLBACK_FAILED"}, {SWEEP, FEEDS},
			{"state", "base hold: would replace Topic"}},
		"held: would replace Topic", "app update..."},
	{"nor is it replaced where the live template can't be read", ENGINE_RUN,
		{{"app", TAKER}, {"base", SOURCE}}, {NULL},
		{{SWEEP, FEEDS}, {"ListChangeSets id", "ok"}, {"CreateChangeSet id", "set"},
			{"DescribeChangeSet", "changes Modify Other AWS::SNS::Topic True"},
			{"GetTemplate id", "denied"},
			{"state", "base hold: can't read its live template to see what is behind "
				  "output Url, which app uses; approve with"}},
		"held: can't read", "app update..."},
	{"and by a template that is behind a URL, once that was looked at again", ENGINE_RUN,
		{{"app", FAR_TAKER}, {"base", SOURCE}}, {NULL},
		{{SWEEP, FEEDS}, {"GetTemplateSummary from " URL, "summary Url"},
			{"ListChangeSets id", "ok"}, {"CreateChangeSet id", "set"}, {"restart", ""},
			{"DescribeChangeSet", "changes Modify Topic AWS::SNS::Topic True"},
			{SWEEP, FEEDS}, {"out", "GetTemplateSummary"}, {"sweeps", FEEDS},
			{"DescribeStacks id", "stack base CREATE_COMPLETE 00 41 "
					      "owner=stackd Url=a"},
			{"GetTemplateSummary from " URL, "summary Url"}, {"sweeps", FEEDS},
			{"GetTemplate id", SOURCE_TEMPLATE},
			{"state", "base hold: would replace Topic (AWS::SNS::Topic)"}},
		"held: would replace Topic", "app update..."},
	{"an output may be removed once it is known that nobody takes it", ENGINE_RUN,
		{{"app", FAR_TAKER}, {"base", APP}}, {NULL},
		{{SWEEP, FEEDS}, {"out", "GetTemplateSummary"},
			{"state", "base unknown: what app takes of it is not known yet"},
			{"sweeps", FEEDS}, {"GetTemplateSummary from " URL, "summary"},
			{"sweeps", FEEDS}, {"ListChangeSets id", "ok"},
			{"CreateChangeSet id", "set"}},
		NULL, "app wait: needs base (is being updated)"},
	{"an output that others take is not removed", ENGINE_RUN, {{"app", TAKER}, {"base", APP}},
		{NULL},
		{{SWEEP, FEEDS},
			{"state", "base hold: would remove output Url, which app needs; in two"}},
		"held: would remove output Url",
		"app update: parameter Url: nothing -> a (output Url of base)"},
	{"with apply: approve an update is held, with a summary", ENGINE_RUN,
		{{"app", APP "apply: approve\n"}}, {NULL},
		{SET, {"DescribeChangeSet", HARMLESS}, {"quiet 30", OLD},
			{"told", "held: apply: approve; parameter Version: 41 -> 42; would change "
				 "1 resource: "
				 "Modify Topic (AWS::SNS::Topic)"},
			{"approve app this", "done app: "}, {"ExecuteChangeSet", "ok"}, RUN},
		NULL, "app in sync"},
	{"and that names what is another resource afterwards", ENGINE_RUN,
		{{"app", APP "apply: approve\nguard: none\n"}}, {NULL},
		{SET, {"DescribeChangeSet", HARMLESS ", Modify Table AWS::DynamoDB::Table True"}},
		"held: apply: approve; parameter Version: 41 -> 42; would change 2 resources: "
		"Replace Table (AWS::DynamoDB::Table), ...",
		"app hold: apply: approve; parameter Version: 41 -> 42; would change 2 resources: "
		"Replace Table (AWS::DynamoDB::Table), ...; approve with..."},
	{"apply: approve in time stops what was let go, and did not leave", ENGINE_RUN,
		{{"app", APP}}, {NULL},
		{SET, {"saves", "refused"}, {"DescribeChangeSet", HARMLESS},
			{"told", "can't be remembered"}, {"write app", APP "apply: approve\n"},
			{"saves", "done"}, {"DescribeChangeSet", HARMLESS}, {"quiet 30", OLD}},
		"held: apply: approve; parameter Version: 41 -> 42; would change 1 resource",
		"app hold: apply: approve; parameter Version: 41 -> 42; would change 1 resource: "
		"Modify Topic (AWS::SNS::Topic); approve with: "
		"stackctl approve app ..."},
	{"apply: auto in time has what was approved judged anew, at once", ENGINE_RUN,
		{{"app", APP "apply: approve\n"}}, {NULL},
		{SET, {"DescribeChangeSet", HARMLESS}, {"told", "held: apply: approve"},
			{"saves", "late"}, {"approve app this", ""}, {"saves", "some"},
			{"write app", APP}, {"saves", "some"}, {"saves", "some"},
			{"DescribeChangeSet", HARMLESS}, {"saves", "done"}, {"saves", "some"},
			{"ExecuteChangeSet", "ok"}, RUN},
		NULL, "app in sync"},
	{"with apply: approve each attempt to create is approved", ENGINE_RUN,
		{{"app", APP "apply: approve\n"}}, {NULL},
		{{SWEEP, "none"}, {"DescribeStacks app", "none"}, {"quiet 30", "none"},
			{"told", "held: apply: approve; would create: not in eu-west-1 yet"},
			{"approve app this", "done app: "}, {"CreateStack app", "refused"},
			{"told", "held: apply: approve; would create: not in eu-west-1 yet"},
			{"DescribeStacks app", "none"}, {"quiet 30", "none"},
			{"approve app this", "done app: "}, {"CreateStack app", "lost"},
			{"restart", ""}, {"DescribeStacks app", "none"}, {SWEEP, "none"},
			{"CreateStack app", "id"}},
		NULL, "app create: not in eu-west-1 yet"},
	{"with apply: never nothing is done", ENGINE_RUN, {{"app", APP "apply: never\n"}}, {NULL},
		{{SWEEP, OLD}, {"quiet 90", OLD}}, "held: apply: never",
		"app hold: apply: never; would update: parameter Version: 41 -> 42"},
	{"apply: never deletes a set that was held", ENGINE_RUN, {{"app", APP}}, {NULL},
		{HELD_SET, {"write app", APP "apply: never\n"}, {"DeleteChangeSet", "ok"},
			{"DescribeStacks id", OLD}, {"quiet 90", OLD}},
		"held: apply: never",
		"app hold: apply: never; would update: parameter Version: 41 -> 42"},
	{"a stack with a table that somebody deleted is made anew once that is approved",
		ENGINE_RUN, {{"app", TABLE}}, {NULL},
		{{SWEEP, "stack app CREATE_COMPLETE 00 -"},
			{"GetTemplate id", "template {\"Resources\":{\"Table\":{\"Type\":"
					   "\"AWS::DynamoDB::Table\"}}}"},
			{SWEEP, "none"}, {"DescribeStacks id", "none"},
			{"DescribeStacks app", "none"}, {"quiet 60", "none"},
			{"told", "held: somebody else deleted it; would create Table"},
			{"approve app this", "done app: "}, {"CreateStack app", "id 2"}},
		NULL, "app create: not in eu-west-1 yet"},
	{"a revert that is held is told once, and may be the second of a day", ENGINE_RUN,
		{{"app", APP}},
		{RECORD("app", ",\"stack_id\":\"" APP_ID "\",\"reverts_ms\":[1794999000000]")},
		{{SWEEP, NEW}, {"GetTemplate id", "template " APP_TEMPLATE},
			{SWEEP, "stack app UPDATE_COMPLETE 01 41"},
			{"told", "somebody else changed it; at "},
			{"sweeps", "stack app UPDATE_COMPLETE 01 41"}, {"ListChangeSets id", "ok"},
			{"CreateChangeSet id", "set"}, {"DescribeChangeSet", REPLACES},
			{"quiet 60", "stack app UPDATE_COMPLETE 01 41"},
			{"told", "held: would replace Table"}, {"approve app this", "done app: "},
			{"ExecuteChangeSet", "ok"}},
		NULL, "app update: parameter Version: 41 -> 42"},
	{"a held template waits for no look at the live one after a restart", ENGINE_RUN,
		{{"base", BASE}}, {NULL},
		{{SWEEP, "stack base CREATE_COMPLETE 00 -"},
			{"GetTemplate id", "template {\"Resources\":{}}"},
			{"ListChangeSets id", "ok"}, {"CreateChangeSet id", "set"},
			{"DescribeChangeSet", REPLACES}, {"restart", ""},
			{SWEEP, "stack base CREATE_COMPLETE 00 -"},
			{"quiet 60", "stack base CREATE_COMPLETE 00 -"},
			{"approve base this", "done base: "}, {"ExecuteChangeSet", "ok"}},
		"held: would replace Table", "base update: template"},
	{"what is held takes no place of another's", ENGINE_RUN, {{"app", APP}, {"web", APP}},
		{NULL},
		{{SWEEP, OLD "; stack web CREATE_COMPLETE 00 41"}, {"ListChangeSets id", "ok"},
			{"ListChangeSets id", "ok"}, {"CreateChangeSet id", "set"},
			{"DescribeChangeSet", REPLACES}, {"CreateChangeSet id", "set"},
			{"DescribeChangeSet", HARMLESS}, {"ExecuteChangeSet", "ok"}},
		"held: would replace Table", "web update: parameter Version: 41 -> 42",
		"[Reconcile]\nMaxConcurrent=1\n"},
};

int main(void)
{
	return play_all("engine_approval", stories, COUNT(stories));
}
