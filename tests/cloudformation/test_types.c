/* Which change of a property replaces a resource, for the types that hold data; and what the ledger
 * says of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "cloudformation/model.h"

#define START UINT64_C(1700000000000)
#define REGION "eu-west-1"

static const struct {
	const char *type, *before, *after;
	const char *replacement; /* "False", "True", "Conditional" */
} rows[] = {
	{"AWS::DynamoDB::Table", "\"KeySchema\":[\"a\"]", "\"KeySchema\":[\"b\"]", "True"},
	{"AWS::DynamoDB::Table", "\"TableName\":\"a\"", "\"TableName\":\"b\"", "True"},
	{"AWS::DynamoDB::Table", "\"AttributeDefinitions\":[\"a\"]",
		"\"AttributeDefinitions\":[\"b\"]", "Conditional"},
	{"AWS::DynamoDB::Table", "\"BillingMode\":\"a\"", "\"BillingMode\":\"b\"", "False"},
	{"AWS::DynamoDB::GlobalTable", "\"KeySchema\":[\"a\"]", "\"KeySchema\":[\"b\"]", "True"},
	{"AWS::S3::Bucket", "\"BucketName\":\"a\"", "\"BucketName\":\"b\"", "True"},
	{"AWS::S3::Bucket", "\"Tags\":[]", "\"Tags\":[\"b\"]", "False"},
	{"AWS::RDS::DBInstance", "\"DBInstanceIdentifier\":\"a\"", "\"DBInstanceIdentifier\":\"b\"",
		"True"},
	{"AWS::RDS::DBInstance", "\"Engine\":\"a\"", "\"Engine\":\"b\"", "Conditional"},
	{"AWS::RDS::DBInstance", "\"DBInstanceClass\":\"a\"", "\"DBInstanceClass\":\"b\"", "False"},
	{"AWS::RDS::DBCluster", "\"DatabaseName\":\"a\"", "\"DatabaseName\":\"b\"", "True"},
	{"AWS::SQS::Queue", "\"QueueName\":\"a\"", "\"QueueName\":\"b\"", "True"},
	{"AWS::Logs::LogGroup", "\"LogGroupName\":\"a\"", "\"LogGroupName\":\"b\"", "True"},
	{"AWS::KMS::Key", "\"Description\":\"a\"", "\"Description\":\"b\"", "False"},
	{"AWS::SecretsManager::Secret", "\"Name\":\"a\"", "\"Name\":\"b\"", "True"},
	{"AWS::EFS::FileSystem", "\"Encrypted\":false", "\"Encrypted\":true", "True"},
	{"AWS::Cognito::UserPool", "\"UsernameAttributes\":[\"a\"]",
		"\"UsernameAttributes\":[\"b\"]", "True"},
	{"AWS::Cognito::UserPool", "\"UserPoolName\":\"a\"", "\"UserPoolName\":\"b\"", "False"},
	{"AWS::ECR::Repository", "\"RepositoryName\":\"a\"", "\"RepositoryName\":\"b\"", "True"},
	{"AWS::ECS::Cluster", "\"ClusterName\":\"a\"", "\"ClusterName\":\"b\"", "True"},
	{"AWS::Route53::HostedZone", "\"Name\":\"a.org\"", "\"Name\":\"b.org\"", "True"},
	{"AWS::CertificateManager::Certificate", "\"DomainName\":\"a\"", "\"DomainName\":\"b\"",
		"True"},
	{"AWS::EC2::Volume", "\"AvailabilityZone\":\"a\"", "\"AvailabilityZone\":\"b\"", "True"},
	{"AWS::EC2::Volume", "\"Size\":1", "\"Size\":2", "False"},
	{"AWS::Kinesis::Stream", "\"Name\":\"a\"", "\"Name\":\"b\"", "True"},
	{"AWS::FSx::FileSystem", "\"SubnetIds\":[\"a\"]", "\"SubnetIds\":[\"b\"]", "True"},
	{"AWS::OpenSearchService::Domain", "\"DomainName\":\"a\"", "\"DomainName\":\"b\"", "True"},
	{"AWS::ElastiCache::ReplicationGroup", "\"Port\":1", "\"Port\":2", "True"},
	{"AWS::Redshift::Cluster", "\"DBName\":\"a\"", "\"DBName\":\"b\"", "True"},
	{"AWS::Neptune::DBCluster", "\"KmsKeyId\":\"a\"", "\"KmsKeyId\":\"b\"", "True"},
	{"AWS::DocDB::DBCluster", "\"KmsKeyId\":\"a\"", "\"KmsKeyId\":\"b\"", "True"},
	{"AWS::Backup::BackupVault", "\"BackupVaultName\":\"a\"", "\"BackupVaultName\":\"b\"",
		"True"},
	{"Custom::Thing", "\"ServiceToken\":\"a\"", "\"ServiceToken\":\"b\"", "True"},
	{"Custom::Thing", "\"Other\":\"a\"", "\"Other\":\"b\"", "False"},
	{"AWS::CloudFormation::CustomResource", "\"ServiceToken\":\"a\"", "\"ServiceToken\":\"b\"",
		"True"},
};

static void act(struct model *model, const char *form, struct model_reply *reply)
{
	model_act(model, START, "", NULL, form, reply);
	if (reply && reply->status != 200)
		fail_msg("%.60s: %s", form, reply->body);
}

static char *template_form(const char *start, const char *type, const char *properties)
{
	return xasprintf(
		"%s&TemplateBody={\"Resources\":{\"R\":{\"Type\":\"%s\",\"Properties\":{%s}"
		"}}}",
		start, type, properties);
}

static struct model *instant(void)
{
	struct model_options options = model_options_default();

	options.schedule = (struct model_schedule){0};
	return model_new(&options);
}

static void test_replacements(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(model_free) struct model *model = instant();
		AUTO(free_text)
		char *create = template_form(
			"Action=CreateStack&StackName=app", rows[i].type, rows[i].before);
		AUTO(free_text)
		char *propose =
			template_form("Action=CreateChangeSet&StackName=app&ChangeSetName=c",
				rows[i].type, rows[i].after);
		AUTO(free_text) char *expected = xasprintf("<Replacement>%s<", rows[i].replacement);
		bool replaced = strcmp(rows[i].replacement, "False") != 0;
		struct model_reply reply;

		act(model, create, NULL);
		act(model, propose, NULL);
		act(model, "Action=DescribeChangeSet&StackName=app&ChangeSetName=c", &reply);
		if (!strstr(reply.body, expected))
			fail_msg("%s, %s: expected %s, found %s", rows[i].type, rows[i].after,
				expected, reply.body);
		model_reply_done(&reply);
		const struct model_entry *entry = model_entry(model, 1);

		assert_string_equal(entry->action, "CreateChangeSet");
		assert_int_equal(entry->loss_count, replaced);
		if (!replaced)
			continue;
		assert_string_equal(entry->losses[0].type, rows[i].type);
		assert_string_equal(entry->losses[0].replacement, rows[i].replacement);
	}
}

static void check_entries(const struct model *model, const char *stack_id)
{
	static const struct {
		const char *action, *token, *result;
		size_t losses;
	} expected[] = {
		{"CreateStack", NULL, "CREATE_COMPLETE", 0},
		{"CreateChangeSet", NULL, "CREATE_COMPLETE", 1},
		{"ExecuteChangeSet", "e", "UPDATE_COMPLETE", 1},
		{"SetStackPolicy", NULL, "done", 0},
		{"UpdateTerminationProtection", NULL, "disabled", 0},
		{"DeleteStack", "d", "DELETE_COMPLETE", 0},
	};

	assert_int_equal(model_entry_count(model), COUNT(expected));
	for (size_t i = 0; i < COUNT(expected); i++) {
		const struct model_entry *entry = model_entry(model, i);

		assert_string_equal(entry->action, expected[i].action);
		assert_string_equal(entry->result, expected[i].result);
		assert_string_equal(entry->stack_id, stack_id);
		assert_int_equal(entry->loss_count, expected[i].losses);
		if (expected[i].token)
			assert_string_equal(entry->token, expected[i].token);
		if (!entry->loss_count)
			continue;
		assert_string_equal(entry->losses[0].action, "Remove");
		assert_string_equal(entry->losses[0].logical_id, "Q");
		assert_string_equal(entry->losses[0].policy_action, "Retain");
		assert_null(entry->losses[0].replacement);
	}
}

/* What a judge knows of a removal: the same for the set, its execution and a direct update. */
static void test_ledger(void **state)
{
	AUTO(model_free) struct model *model = instant();
	struct model_stack_view view;

	(void)state;
	act(model,
		"Action=CreateStack&StackName=app&TemplateBody={\"Resources\":{\"A\":{\"Type\":"
		"\"AWS::SNS::Topic\"},\"Q\":{\"Type\":\"AWS::SQS::Queue\",\"DeletionPolicy\":"
		"\"Retain\"}}}&EnableTerminationProtection=true&RoleARN="
		"arn:aws:iam::111111111111:role/r&NotificationARNs.member.1=arn:n&"
		"TimeoutInMinutes=7",
		NULL);
	act(model,
		"Action=CreateChangeSet&StackName=app&ChangeSetName=c&TemplateBody={\"Resources\":"
		"{\"A\":{\"Type\":\"AWS::SNS::Topic\"}}}",
		NULL);
	act(model, "Action=ExecuteChangeSet&StackName=app&ChangeSetName=c&ClientRequestToken=e",
		NULL);
	act(model, "Action=SetStackPolicy&StackName=app&StackPolicyBody={\"Statement\":[]}", NULL);
	assert_true(model_stack(model, NULL, REGION, "app", &view));
	assert_true(view.protected);
	assert_string_equal(view.policy, "{\"Statement\":[]}");
	assert_string_equal(view.role_arn, "arn:aws:iam::111111111111:role/r");
	assert_string_equal(view.notification_arns->items[0], "arn:n");
	assert_string_equal(view.created_by, "");
	assert_int_equal(view.timeout_minutes, 7);
	assert_null(view.parent_id);
	act(model,
		"Action=UpdateTerminationProtection&StackName=app&"
		"EnableTerminationProtection=false",
		NULL);
	act(model, "Action=DeleteStack&StackName=app&ClientRequestToken=d", NULL);

	check_entries(model, view.id);
}

/* What goes within a nested stack is told with the stack where it is. */
static void test_nested_ledger(void **state)
{
	AUTO(model_free) struct model *model = instant();
	struct error e = {0};

	(void)state;
	assert_true(model_scenario(model,
		"{\"templates\":{\"https://s3.amazonaws.com/b/t\":\"{\\\"Parameters\\\":{\\\"P\\\":"
		"{\\\"Type\\\":\\\"String\\\"}},\\\"Resources\\\":{\\\"Q\\\":{\\\"Type\\\":"
		"\\\"AWS::SQS::Queue\\\",\\\"Properties\\\":{\\\"QueueName\\\":{\\\"Ref\\\":"
		"\\\"P\\\"}}}}}\"}}",
		&e));
	for (size_t i = 0; i < 2; i++) {
		AUTO(free_text)
		char *properties = xasprintf("\"TemplateURL\":\"https://s3.amazonaws.com/b/t\","
					     "\"Parameters\":{\"P\":\"q%zu\"}",
			i);
		AUTO(free_text)
		char *form = template_form(i ? "Action=CreateChangeSet&StackName=app&"
					       "ChangeSetName=c&IncludeNestedStacks=true"
					     : "Action=CreateStack&StackName=app",
			"AWS::CloudFormation::Stack", properties);

		act(model, form, NULL);
	}
	act(model, "Action=ExecuteChangeSet&StackName=app&ChangeSetName=c", NULL);
	const struct model_entry *entry = model_entry(model, 2);
	struct model_stack_view view;

	assert_int_equal(entry->loss_count, 1);
	assert_string_equal(entry->losses[0].type, "AWS::SQS::Queue");
	assert_string_equal(entry->losses[0].replacement, "True");
	assert_true(model_stack(model, NULL, REGION, entry->losses[0].stack_id, &view));
	assert_string_equal(view.parent_id, entry->stack_id);
	assert_string_equal(view.root_id, entry->stack_id);
	assert_string_equal(pairs_get(view.parameters, "P"), "q1");
	assert_string_equal(view.status, "UPDATE_COMPLETE");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_replacements),
		cmocka_unit_test(test_ledger),
		cmocka_unit_test(test_nested_ledger),
	};

	return cmocka_run_group_tests_name("types", tests, NULL, NULL);
}
