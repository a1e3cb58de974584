#include "aws/query.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"

#define CFN "&Version=2010-05-15"
#define ID "arn:aws:cloudformation:eu-west-1:123456789012:stack/web/0a1b"
#define ID_SENT "arn%3Aaws%3Acloudformation%3Aeu-west-1%3A123456789012%3Astack%2Fweb%2F0a1b"
#define URL "https://b.s3.eu-west-1.amazonaws.com/stackd/a.template?versionId=1"
#define URL_SENT "https%3A%2F%2Fb.s3.eu-west-1.amazonaws.com%2Fstackd%2Fa.template%3FversionId%3D1"

/* Calls own their texts; these are only read. */
#define T(text) ((char *)(text))

struct row {
	const char *sentence;
	struct call call;
	const char *form;
};

static struct pair previous[] = {
	{T("Count"), NULL}, {T("Name"), T("")}, {T("Text"), T("a b+c&d=e%/\xc3\xa9\n")}};
static struct pair tags[] = {{T("team"), T("blue & green")}};
static char *capabilities[] = {T("CAPABILITY_IAM"), T("CAPABILITY_AUTO_EXPAND")};
static char *topics[] = {T("arn:aws:sns:eu-west-1:123456789012:t")};

static const struct row rows[] = {
	{"who we are is asked of STS, with its own version", {.kind = CALL_GET_CALLER_IDENTITY},
		"Action=GetCallerIdentity&Version=2011-06-15"},
	{"a sweep names no stack", {.kind = CALL_DESCRIBE_STACKS}, "Action=DescribeStacks" CFN},
	{"its next page has the token", {.kind = CALL_DESCRIBE_STACKS, .next_token = T("ab/c=")},
		"Action=DescribeStacks" CFN "&NextToken=ab%2Fc%3D"},
	{"one stack is asked for by StackId", {.kind = CALL_DESCRIBE_STACKS, .stack = T(ID)},
		"Action=DescribeStacks" CFN "&StackName=" ID_SENT},
	{"events of a stack come in pages",
		{.kind = CALL_DESCRIBE_STACK_EVENTS, .stack = T("web"), .next_token = T("t")},
		"Action=DescribeStackEvents" CFN "&StackName=web&NextToken=t"},
	{"a template is asked for as it was submitted",
		{.kind = CALL_GET_TEMPLATE, .stack = T("web")},
		"Action=GetTemplate" CFN "&StackName=web&TemplateStage=Original"},
	{"change sets are listed in pages",
		{.kind = CALL_LIST_CHANGE_SETS, .stack = T("web"), .next_token = T("t")},
		"Action=ListChangeSets" CFN "&StackName=web&NextToken=t"},
	{"a change set by ARN needs no stack",
		{.kind = CALL_DESCRIBE_CHANGE_SET, .change_set = T("arn:x")},
		"Action=DescribeChangeSet" CFN "&ChangeSetName=arn%3Ax"},
	{"a change set by name needs one",
		{.kind = CALL_DESCRIBE_CHANGE_SET,
			.stack = T("web"),
			.change_set = T("c"),
			.next_token = T("t")},
		"Action=DescribeChangeSet" CFN "&StackName=web&ChangeSetName=c&NextToken=t"},
	{"a create carries template, values, capabilities, tags and its token",
		{.kind = CALL_CREATE_STACK,
			.stack = T("web"),
			.body = T("{\"A\": 1}"),
			.parameters = {previous, 3, 3},
			.capabilities = {capabilities, 2, 2},
			.tags = {tags, 1, 1},
			.tags_given = true,
			.token = T("stackd-create-1")},
		"Action=CreateStack" CFN "&StackName=web&TemplateBody=%7B%22A%22%3A%201%7D"
		"&Parameters.member.1.ParameterKey=Count&Parameters.member.1.UsePreviousValue=true"
		"&Parameters.member.2.ParameterKey=Name&Parameters.member.2.ParameterValue="
		"&Parameters.member.3.ParameterKey=Text"
		"&Parameters.member.3.ParameterValue=a%20b%2Bc%26d%3De%25%2F%C3%A9%0A"
		"&Capabilities.member.1=CAPABILITY_IAM&Capabilities.member.2=CAPABILITY_AUTO_EXPAND"
		"&Tags.member.1.Key=team&Tags.member.1.Value=blue%20%26%20green"
		"&ClientRequestToken=stackd-create-1"},
	{"a description belongs to change sets only",
		{.kind = CALL_CREATE_STACK,
			.stack = T("web"),
			.body = T("x"),
			.description = T("no")},
		"Action=CreateStack" CFN "&StackName=web&TemplateBody=x"},
	{"a change set is an update with nested stacks, and its token is a ClientToken",
		{.kind = CALL_CREATE_CHANGE_SET,
			.stack = T(ID),
			.change_set = T("stackd-update-1"),
			.description = T("digest 00ff"),
			.body = T("x"),
			.token = T("stackd-update-1")},
		"Action=CreateChangeSet" CFN "&StackName=" ID_SENT "&ChangeSetName=stackd-update-1"
		"&Description=digest%2000ff&ChangeSetType=UPDATE&IncludeNestedStacks=true"
		"&TemplateBody=x&ClientToken=stackd-update-1"},
	{"tags and topics that are given and empty are sent empty: they remove all",
		{.kind = CALL_CREATE_CHANGE_SET,
			.stack = T("web"),
			.change_set = T("c"),
			.body = T("x"),
			.tags_given = true,
			.notification_arns_given = true},
		"Action=CreateChangeSet" CFN "&StackName=web&ChangeSetName=c"
		"&ChangeSetType=UPDATE&IncludeNestedStacks=true&TemplateBody=x&NotificationARNs=&"
		"Tags="},
	{"tags and topics that are not given are left out: they stay",
		{.kind = CALL_CREATE_CHANGE_SET,
			.stack = T("web"),
			.change_set = T("c"),
			.body = T("x"),
			.tags = {tags, 1, 1},
			.notification_arns = {topics, 1, 1}},
		"Action=CreateChangeSet" CFN "&StackName=web&ChangeSetName=c"
		"&ChangeSetType=UPDATE&IncludeNestedStacks=true&TemplateBody=x"},
	{"topics are a list",
		{.kind = CALL_CREATE_STACK,
			.stack = T("web"),
			.body = T("x"),
			.notification_arns = {topics, 1, 1},
			.notification_arns_given = true},
		"Action=CreateStack" CFN "&StackName=web&TemplateBody=x"
		"&NotificationARNs.member.1=arn%3Aaws%3Asns%3Aeu-west-1%3A123456789012%3At"},
	{"an execution carries its token",
		{.kind = CALL_EXECUTE_CHANGE_SET,
			.change_set = T("arn:x"),
			.token = T("stackd-execute-1")},
		"Action=ExecuteChangeSet" CFN "&ChangeSetName=arn%3Ax"
		"&ClientRequestToken=stackd-execute-1"},
	{"deleting a change set takes no token",
		{.kind = CALL_DELETE_CHANGE_SET,
			.stack = T(ID),
			.change_set = T("c"),
			.token = T("t")},
		"Action=DeleteChangeSet" CFN "&StackName=" ID_SENT "&ChangeSetName=c"},
	{"a create says what becomes of it when it fails or takes too long, and in whose name",
		{.kind = CALL_CREATE_STACK,
			.stack = T("web"),
			.body = T("x"),
			.role_arn = T("arn:aws:iam::1:role/r"),
			.on_failure = T("DO_NOTHING"),
			.timeout_minutes = 45,
			.token = T("t")},
		"Action=CreateStack" CFN
		"&StackName=web&TemplateBody=x&RoleARN=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr"
		"&OnFailure=DO_NOTHING&TimeoutInMinutes=45&ClientRequestToken=t"},
	{"of those a change set has the role only",
		{.kind = CALL_CREATE_CHANGE_SET,
			.stack = T("web"),
			.change_set = T("c"),
			.body = T("x"),
			.role_arn = T("arn:r"),
			.on_failure = T("DELETE"),
			.timeout_minutes = 45},
		"Action=CreateChangeSet" CFN "&StackName=web&ChangeSetName=c"
		"&ChangeSetType=UPDATE&IncludeNestedStacks=true&TemplateBody=x&RoleARN=arn%3Ar"},
	{"what failed in a change set is asked for by its ARN",
		{.kind = CALL_DESCRIBE_EVENTS, .change_set = T("arn:x"), .next_token = T("t")},
		"Action=DescribeEvents" CFN
		"&ChangeSetName=arn%3Ax&Filters.FailedEvents=true&NextToken=t"},
	{"what failed in a stack is asked for by the stack",
		{.kind = CALL_DESCRIBE_EVENTS, .stack = T("web")},
		"Action=DescribeEvents" CFN "&StackName=web&Filters.FailedEvents=true"},
	{"a policy is asked for", {.kind = CALL_GET_STACK_POLICY, .stack = T("web")},
		"Action=GetStackPolicy" CFN "&StackName=web"},
	{"a policy is sent as it is, and takes no token",
		{.kind = CALL_SET_STACK_POLICY,
			.stack = T(ID),
			.body = T("{\"Statement\": []}\n"),
			.token = T("t")},
		"Action=SetStackPolicy" CFN "&StackName=" ID_SENT
		"&StackPolicyBody=%7B%22Statement%22%3A%20%5B%5D%7D%0A"},
	{"protection is switched on",
		{.kind = CALL_UPDATE_TERMINATION_PROTECTION, .stack = T("web"), .protection = true},
		"Action=UpdateTerminationProtection" CFN
		"&StackName=web&EnableTerminationProtection=true"},
	{"protection is switched off",
		{.kind = CALL_UPDATE_TERMINATION_PROTECTION, .stack = T("web"), .token = T("t")},
		"Action=UpdateTerminationProtection" CFN
		"&StackName=web&EnableTerminationProtection=false"},
	{"a deletion names nothing but the stack and its token",
		{.kind = CALL_DELETE_STACK,
			.stack = T(ID),
			.body = T("x"),
			.role_arn = T("arn:r"),
			.token = T("stackd-delete-1")},
		"Action=DeleteStack" CFN "&StackName=" ID_SENT
		"&ClientRequestToken=stackd-delete-1"},
	{"so does a rollback that goes on",
		{.kind = CALL_CONTINUE_UPDATE_ROLLBACK,
			.stack = T(ID),
			.token = T("stackd-rollback-1")},
		"Action=ContinueUpdateRollback" CFN "&StackName=" ID_SENT
		"&ClientRequestToken=stackd-rollback-1"},
	{"a template behind a URL is asked for its parameters by that alone",
		{.kind = CALL_GET_TEMPLATE_SUMMARY, .stack = T("web"), .template_url = T(URL)},
		"Action=GetTemplateSummary" CFN "&TemplateURL=" URL_SENT},
	{"a create names the template's URL instead of its body",
		{.kind = CALL_CREATE_STACK,
			.stack = T("web"),
			.body = T("x"),
			.template_url = T(URL),
			.token = T("t")},
		"Action=CreateStack" CFN "&StackName=web&TemplateURL=" URL_SENT
		"&ClientRequestToken=t"},
	{"so does a change set",
		{.kind = CALL_CREATE_CHANGE_SET,
			.stack = T("web"),
			.change_set = T("c"),
			.template_url = T(URL)},
		"Action=CreateChangeSet" CFN "&StackName=web&ChangeSetName=c"
		"&ChangeSetType=UPDATE&IncludeNestedStacks=true&TemplateURL=" URL_SENT},
};

static void test_forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO_DONE(text_done) struct text form = {0};

		query_write(&rows[i].call, &form);
		if (strcmp(text_string(&form), rows[i].form) != 0)
			fail_msg("%s:\n%s\nis expected to be\n%s", rows[i].sentence,
				text_string(&form), rows[i].form);
	}
}

static void test_every_action_has_a_service_and_a_row(void **state)
{
	(void)state;
	for (size_t kind = CALL_GET_CALLER_IDENTITY; kind < CALL_KIND_COUNT; kind++) {
		bool seen = false;

		for (size_t i = 0; i < COUNT(rows); i++)
			seen = seen || rows[i].call.kind == kind;
		if (kind == CALL_UPLOAD_TEMPLATE) {
			assert_string_equal(query_service(kind), "s3"); /* no form */
			continue;
		}
		if (!seen)
			fail_msg("%s has no row", call_kind_name(kind));
		assert_string_equal(query_service(kind),
			kind == CALL_GET_CALLER_IDENTITY ? "sts" : "cloudformation");
	}
	assert_null(query_service(CALL_RECALL));
	assert_null(query_service(CALL_SAVE));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_every_action_has_a_service_and_a_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
