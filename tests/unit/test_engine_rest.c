/* Conversations about what is no part of the template, and about values behind SSM parameters. */
#include "engine_play.h"

#define PROTECTED APP "termination-protection: true\n"
#define WITH_POLICY APP "stack-policy-file-path: policy.json\n"
#define ON NEW " protected"
#define EDITED                                                                                     \
	"parameters: {Version: 43}\ntemplate:\n  Parameters: {Version: {Type: String}}\n"          \
	"  Resources: {Topic: {Type: AWS::SNS::Topic}}\n"
#define SAME                                                                                       \
	{                                                                                          \
		"GetTemplate id", "template " APP_TEMPLATE                                         \
	}
#define FOREIGN                                                                                    \
	{                                                                                          \
		"told", "somebody else changed it: termination protection: off -> on"              \
	}
#define SWITCHED_ON                                                                                \
	{SWEEP, NEW}, SAME, {"UpdateTerminationProtection id", "ok"},                              \
	{                                                                                          \
		"DescribeStacks id", ON                                                            \
	}
#define ASKED                                                                                      \
	{                                                                                          \
		"told", "held: apply: approve; would update: termination protection: off -> on"    \
	}
#define SSM                                                                                        \
	"parameters: {Version: /v}\ntemplate:\n"                                                   \
	"  Parameters: {Version: {Type: 'AWS::SSM::Parameter::Value<String>'}}\n"                  \
	"  Resources: {Topic: {Type: AWS::SNS::Topic}}\n"
#define VALUE "stack app CREATE_COMPLETE 00 /v"
#define UPDATED "stack app UPDATE_COMPLETE 01 /v"
#define SSM_IN_SYNC                                                                                \
	{SWEEP, VALUE},                                                                            \
	{                                                                                          \
		"GetTemplate id",                                                                  \
			"template {\"Parameters\":{\"Version\":{\"Type\":"                         \
			"\"AWS::SSM::Parameter::Value<String>\"}},\"Resources\":{\"Topic\":"       \
			"{\"Type\":\"AWS::SNS::Topic\"}}}"                                         \
	}
#define NOTHING                                                                                    \
	{                                                                                          \
		"DescribeChangeSet", "review FAILED UNAVAILABLE No updates are to be performed."   \
	}
#define AWAY                                                                                       \
	{                                                                                          \
		"DeleteChangeSet", "ok"                                                            \
	}
#define SEEN                                                                                       \
	{                                                                                          \
		"DescribeStacks id", VALUE                                                         \
	}
#define SET                                                                                        \
	{                                                                                          \
		"CreateChangeSet id", "set"                                                        \
	}
#define LIST                                                                                       \
	{                                                                                          \
		"ListChangeSets id", "ok"                                                          \
	}
#define HARMLESS                                                                                   \
	{                                                                                          \
		"DescribeChangeSet", "changes Modify Topic AWS::SNS::Topic False"                  \
	}
#define REPLACES                                                                                   \
	{                                                                                          \
		"DescribeChangeSet", "changes Modify Table AWS::DynamoDB::Table True"              \
	}

static const struct story stories[] = {
	{"protection is switched on by itself, and then left alone", ENGINE_RUN,
		{{"app", PROTECTED}}, {NULL}, {SWITCHED_ON, {"quiet 90", ON}}, NULL, "app in sync"},
	{"what the manifest says nothing of stays as it is", ENGINE_RUN, {{"app", APP}}, {NULL},
		{{SWEEP, ON}, SAME, {"quiet 90", ON}}, NULL, "app in sync"},
	{"what somebody else switched off is told, and set right later, across a restart",
		ENGINE_RUN, {{"app", PROTECTED}}, {NULL},
		{SWITCHED_ON, {SWEEP, NEW}, FOREIGN, {"quiet 9", NEW}, {"restart", ""},
			{"quiet 4", NEW}, {"sweeps", NEW}, {"UpdateTerminationProtection id", "ok"},
			{"DescribeStacks id", ON}, {"quiet 90", ON}},
		NULL, "app in sync"},
	{"while that is under way, nothing is due", ENGINE_RUN, {{"app", PROTECTED}}, {NULL},
		{SWITCHED_ON, {SWEEP, NEW}, FOREIGN, {"sweeps", NEW},
			{"out", "UpdateTerminationProtection"},
			{"UpdateTerminationProtection id", "ok"}, {SWEEP, NEW},
			{"DescribeStacks id", ON}},
		NULL, "app in sync"},
	{"an edit does not wait for that", ENGINE_RUN, {{"app", APP}}, {NULL},
		{{SWEEP, NEW}, SAME, {"quiet 5", NEW}, {"write app", PROTECTED},
			{"UpdateTerminationProtection id", "ok"}, {"DescribeStacks id", ON}},
		NULL, "app in sync"},
	{"a lost switch is looked for", ENGINE_RUN, {{"app", PROTECTED}}, {NULL},
		{{SWEEP, NEW}, SAME, {"UpdateTerminationProtection id", "lost"}, {"restart", ""},
			{SWEEP, ON}, {"quiet 90", ON}},
		NULL, "app in sync"},
	{"also without a restart, and approved once", ENGINE_RUN,
		{{"app", PROTECTED "apply: approve\n"}}, {NULL},
		{{SWEEP, NEW}, SAME, ASKED, {"approve app this", "done app: "},
			{"UpdateTerminationProtection id", "lost"}, {"DescribeStacks id", ON},
			{"quiet 90", ON}},
		NULL, "app in sync"},
	{"so is a policy", ENGINE_RUN, {{"app", WITH_POLICY}}, {NULL},
		{{SWEEP, NEW}, SAME, {"GetStackPolicy id", "policy"}, {"SetStackPolicy id", "lost"},
			{"DescribeStacks id", NEW}, {"GetStackPolicy id", "policy " POLICY},
			{"quiet 55", NEW}},
		NULL, "app in sync"},
	{"a refused switch is told, and ends --once", ENGINE_ONCE, {{"app", PROTECTED}}, {NULL},
		{{SWEEP, NEW}, SAME, {"UpdateTerminationProtection id", "refused"}},
		"UpdateTerminationProtection failed: the answer was refused",
		"app update: termination protection: off -> on"},
	{"it is switched while a change of the template is held", ENGINE_RUN, {{"app", PROTECTED}},
		{NULL},
		{{SWEEP, OLD}, {"UpdateTerminationProtection id", "ok"},
			{"DescribeStacks id", OLD " protected"}, LIST, SET, REPLACES,
			{"told", "held: would replace Table"}, {SWEEP, OLD},
			{"told", "somebody else changed it: termination protection: off -> on"},
			{"sweeps", OLD}, {"UpdateTerminationProtection id", "ok"},
			{"DescribeStacks id", OLD " protected"}},
		NULL, "app hold: would replace Table..."},
	{"with apply: approve it is approved, for one time", ENGINE_RUN,
		{{"app", PROTECTED "apply: approve\n"}}, {NULL},
		{{SWEEP, NEW}, SAME, {"quiet 90", NEW}, ASKED, {"approve app this", "done app: "},
			{"UpdateTerminationProtection id", "ok"}, {"DescribeStacks id", ON},
			{"quiet 5", ON}, {"quiet 90", NEW}},
		"held: apply: approve; would update: termination protection: off -> on",
		"app hold: apply: approve; would update: termination protection: off -> on..."},
	{"nobody is asked for it again before it is seen", ENGINE_RUN,
		{{"app", PROTECTED "apply: approve\n"}}, {NULL},
		{{SWEEP, NEW}, SAME, ASKED, {"approve app this", "done app: "},
			{"UpdateTerminationProtection id", "ok"},
			{"state", "app update: termination protection: off -> on"},
			{"DescribeStacks id", ON}, {"quiet 5", ON}},
		NULL, "app in sync"},
	{"one approval is for both, and for one time", ENGINE_RUN,
		{{"app", PROTECTED "stack-policy-file-path: policy.json\napply: approve\n"}},
		{NULL},
		{{SWEEP, NEW}, SAME, {"GetStackPolicy id", "policy"}, {"quiet 50", NEW},
			{"told", "held: apply: approve; would update: termination protection: off "
				 "-> on; stack policy"},
			{"approve app this", "done app: "},
			{"UpdateTerminationProtection id", "ok"}, {"DescribeStacks id", ON},
			{"SetStackPolicy id", "ok"}, {"DescribeStacks id", ON},
			{"GetStackPolicy id", "policy " POLICY}, {"quiet 5", ON},
			{"quiet 50", NEW}},
		"held: apply: approve; would update: termination protection: off -> on",
		"app hold: apply: approve; would update: termination protection: off -> on..."},
	{"an approval of protection is none of a policy that others change meanwhile", ENGINE_RUN,
		{{"app", PROTECTED "stack-policy-file-path: policy.json\napply: approve\n"}},
		{NULL},
		{{SWEEP, NEW}, SAME, {"GetStackPolicy id", "policy " POLICY}, ASKED,
			{"approve app this", "done app: "},
			{"UpdateTerminationProtection id", "lost"}, {"DescribeStacks id", NEW},
			{"GetStackPolicy id", "policy"}, {"quiet 50", NEW}},
		"held: apply: approve; would update: termination protection: off -> on; stack "
		"policy",
		"app hold: apply: approve; would update: termination protection: off -> on; stack "
		"policy..."},
	{"for one time also where a restart came before its answer", ENGINE_RUN,
		{{"app", PROTECTED "apply: approve\n"}}, {NULL},
		{{SWEEP, NEW}, SAME, ASKED, {"approve app this", "done app: "},
			{"out", "UpdateTerminationProtection"}, {"restart", ""}, {SWEEP, ON},
			{"quiet 5", ON}, {"quiet 90", NEW}},
		"held: apply: approve; would update: termination protection: off -> on",
		"app hold: apply: approve; would update: termination protection: off -> on..."},
	{"with apply: never it is told", ENGINE_RUN, {{"app", PROTECTED "apply: never\n"}}, {NULL},
		{{SWEEP, NEW}, SAME, {"quiet 90", NEW}}, "held: apply: never",
		"app hold: apply: never; would update: termination protection: off -> on"},
	{"a suspended stack keeps it", ENGINE_RUN, {{"app", APP}}, {NULL},
		{{SWEEP, NEW}, SAME, {"suspend app why", "done app: "}, {"write app", PROTECTED},
			{"quiet 90", NEW}, {"state", "app hold: suspended: why"},
			{"resume app", "done app: "}, {"UpdateTerminationProtection id", "ok"},
			{"DescribeStacks id", ON}},
		"held: suspended: why", "app in sync"},
	{"the policy of a suspended stack is looked at", ENGINE_RUN, {{"app", APP}}, {NULL},
		{{SWEEP, NEW}, SAME, {"suspend app why", "done app: "}, {"write app", WITH_POLICY},
			{"sweeps", NEW}, {"GetStackPolicy id", "policy"}, {"quiet 55", NEW}},
		"held: suspended: why", "app hold: suspended: why"},
	{"so is one whose record can't be read", ENGINE_RUN, {{"app", PROTECTED}},
		{"eu-west-1/app", "{"}, {{SWEEP, NEW}, SAME, {"quiet 90", NEW}},
		"held: what is remembered of it can't be read",
		"app hold: what is remembered of it can't be read..."},
	{"--plan says so", ENGINE_PLAN, {{"app", PROTECTED}}, {NULL}, {{SWEEP, NEW}, SAME}, NULL,
		"app update: termination protection: off -> on"},
	{"a policy is set, looked at after it, and then once an hour", ENGINE_RUN,
		{{"app", WITH_POLICY}}, {NULL},
		{{SWEEP, NEW}, SAME, {"GetStackPolicy id", "policy"}, {"SetStackPolicy id", "ok"},
			{"DescribeStacks id", NEW}, {"GetStackPolicy id", "policy " POLICY},
			{"quiet 55", NEW}, {"sweeps", NEW},
			{"GetStackPolicy id", "policy {\"Statement\": [ ] }"}, {"quiet 55", NEW}},
		NULL, "app in sync"},
	{"a policy that may not be read is told, and asked for again", ENGINE_RUN,
		{{"app", WITH_POLICY}}, {NULL},
		{{SWEEP, NEW}, SAME, {"GetStackPolicy id", "denied"}, {"sweeps", NEW},
			{"GetStackPolicy id", "policy " POLICY}, {"quiet 55", NEW}},
		"the answer was denied; it is tried again and again", "app in sync"},
	{"a policy of a stack that is gone meanwhile", ENGINE_RUN, {{"app", WITH_POLICY}}, {NULL},
		{{SWEEP, NEW}, SAME, {"GetStackPolicy id", "none"}, {"DescribeStacks id", "none"},
			{"DescribeStacks app", "none"}, {"quiet 5", "none"}},
		"somebody else deleted it; at ", "app create: not in eu-west-1 yet"},
	{"a manifest that goes while its policy is set", ENGINE_RUN,
		{{"app", WITH_POLICY}, {"base", BASE}}, {NULL},
		{{SWEEP, NEW "; stack base CREATE_COMPLETE 00 -"}, SAME,
			{"GetStackPolicy id", "policy"},
			{"GetTemplate id", "template " BASE_TEMPLATE}, {"out", "SetStackPolicy"},
			{"remove", "app"}, {"SetStackPolicy id", "ok"},
			{"quiet 90", "stack base CREATE_COMPLETE 00 -"}},
		NULL, "base in sync"},
	{"what the manifest says nothing of is looked at before it is sent", ENGINE_RUN,
		{{"app", APP}}, {NULL},
		{{SWEEP, NEW}, SAME, {"quiet 1", NEW}, {"write app", EDITED},
			{"ListChangeSets id", "ok"}, {"DescribeStacks id", NEW},
			{"CreateChangeSet id", "set"}},
		NULL, "app update: parameter Version: 42 -> 43"},
	{"where it says all of it, nothing is", ENGINE_RUN, {{"app", APP}}, {NULL},
		{{SWEEP, NEW}, SAME, {"quiet 1", NEW},
			{"write app", EDITED "tags: {Team: a}\nnotification-arns: []\n"},
			{"ListChangeSets id", "ok"}, {"CreateChangeSet id", "set"}},
		NULL, "app update..."},
	{"once an hour it looks behind an SSM parameter", ENGINE_RUN, {{"app", SSM}}, {NULL},
		{SSM_IN_SYNC, {"quiet 55", VALUE}, {"sweeps", VALUE}, LIST, SEEN, SET, NOTHING,
			AWAY, {"DescribeStacks id", VALUE}, {"quiet 55", VALUE}, {"sweeps", VALUE},
			SEEN, SET, NOTHING, AWAY, {"DescribeStacks id", VALUE}, {"restart", ""},
			{"quiet 55", VALUE}},
		NULL, "app in sync"},
	{"a new value there is told, and left for the next update", ENGINE_RUN, {{"app", SSM}},
		{NULL},
		{SSM_IN_SYNC, {"sweeps", VALUE}, LIST, SEEN, SET, HARMLESS, AWAY,
			{"DescribeStacks id", VALUE}, {"quiet 55", VALUE}},
		NULL, "app in sync"},
	{"with follow-ssm it is applied", ENGINE_RUN, {{"app", SSM "follow-ssm: true\n"}}, {NULL},
		{SSM_IN_SYNC, {"sweeps", VALUE}, LIST, SEEN, SET, HARMLESS,
			{"ExecuteChangeSet", "ok"}, {"DescribeStacks id", UPDATED},
			{"DescribeStackEvents", "end UPDATE_COMPLETE"},
			{"DescribeStacks id", UPDATED}, {"quiet 55", UPDATED}},
		NULL, "app in sync"},
	{"what the guard holds of that can be approved", ENGINE_RUN,
		{{"app", SSM "follow-ssm: true\n"}}, {NULL},
		{SSM_IN_SYNC, {"sweeps", VALUE}, LIST, SEEN, SET, REPLACES, {"quiet 90", VALUE},
			{"told", "held: would replace Table"}, {"restart", ""}, {"quiet 90", VALUE},
			{"told", "held: would replace Table"}, {"approve app this", "done app: "},
			{"ExecuteChangeSet", "ok"}, {"DescribeStacks id", UPDATED},
			{"DescribeStackEvents", "end UPDATE_COMPLETE"},
			{"DescribeStacks id", UPDATED}, {"quiet 55", UPDATED}},
		NULL, "app in sync"},
	{"a suspended stack is not looked behind", ENGINE_RUN, {{"app", SSM}}, {NULL},
		{SSM_IN_SYNC, {"suspend app why", "done app: "}, {"quiet 200", VALUE}}, NULL,
		"app in sync"},
	{"a look that is refused is made again in an hour", ENGINE_RUN, {{"app", SSM}}, {NULL},
		{SSM_IN_SYNC, {"sweeps", VALUE}, LIST, SEEN, {"CreateChangeSet id", "denied"},
			{"DescribeStacks id", VALUE}, {"quiet 55", VALUE}, {"sweeps", VALUE}, SEEN,
			{"CreateChangeSet id", "refused"}, {"DescribeStacks id", VALUE},
			{"quiet 55", VALUE}},
		"can't look behind its SSM parameters: the answer was refused", "app in sync"},
	{"a look that fails is made again in an hour", ENGINE_RUN, {{"app", SSM}}, {NULL},
		{SSM_IN_SYNC, {"sweeps", VALUE}, LIST, SEEN, SET,
			{"DescribeChangeSet", "review FAILED UNAVAILABLE no such parameter"},
			{"DescribeEvents", "refused"}, AWAY, {"DescribeStacks id", VALUE},
			{"quiet 55", VALUE}},
		"can't look behind its SSM parameters: no such parameter", "app in sync"},
	{"--once looks behind it only to follow, and once", ENGINE_ONCE,
		{{"app", SSM "follow-ssm: true\n"}}, {NULL},
		{SSM_IN_SYNC, LIST, {"CreateChangeSet id", "denied"}, {"DescribeStacks id", VALUE}},
		"can't look behind its SSM parameters: the answer was denied", "app in sync"},
};

int main(void)
{
	return play_all("engine_rest", stories, COUNT(stories));
}
