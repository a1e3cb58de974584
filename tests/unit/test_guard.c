#include "stack/guard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "support.h"

/* Changes own their texts; these are only read. */
#define T(text) ((char *)(text))
#define CHANGE(action_, id, type_, replacement_, policy)                                           \
	{                                                                                          \
		.action = T(action_), .logical_id = T(id), .type = T(type_),                       \
		.replacement = T(replacement_), .policy_action = T(policy)                         \
	}
#define MODIFY(id, type, replacement, policy) CHANGE("Modify", id, type, replacement, policy)
#define REMOVE(id, type, policy) CHANGE("Remove", id, type, NULL, policy)

#define TABLE "AWS::DynamoDB::Table"
#define BUCKET "AWS::S3::Bucket"
#define TASK "AWS::ECS::TaskDefinition"
#define CLUSTER "AWS::ECS::Cluster"
#define NESTED "AWS::CloudFormation::Stack"
#define STRANGER                                                                                   \
	"stackd did not create this stack: each removal and replacement is asked for until its "   \
	"first update by stackd has completed"
#define ADVICE(user)                                                                               \
	"; in two steps: first add the new one beside it and let " user                            \
	" use that, then remove the old one"

struct row {
	const char *sentence;
	enum guard guard;
	bool stranger;
	const char *unread;
	struct change changes[6];
	struct guard_output outputs[4];
	const char *reason;  /* NULL: they may go ahead */
	const char *remarks; /* joined with " | " */
};

static const struct row rows[] = {
	{.sentence = "no change is no reason", .remarks = ""},
	{.sentence = "a replaced table is held",
		.changes = {MODIFY("Table", TABLE, "True", "ReplaceAndDelete")},
		.reason = "would replace Table (" TABLE ")",
		.remarks = "Table holds items that a replacement loses"},
	{.sentence = "one that may be replaced as well",
		.changes = {MODIFY("Table", TABLE, "Conditional", "ReplaceAndDelete")},
		.reason = "may replace Table (" TABLE ")",
		.remarks = "Table holds items that a replacement would lose"},
	{.sentence = "a removed one, too",
		.changes = {REMOVE("Table", TABLE, "Delete")},
		.reason = "would remove Table (" TABLE ")",
		.remarks = "Table holds items that a removal loses"},
	{.sentence = "within a nested stack it has that stack's name",
		.changes = {REMOVE("Data.Table", TABLE, "Delete")},
		.reason = "would remove Data.Table (" TABLE ")",
		.remarks = "Data.Table holds items that a removal loses"},
	{.sentence = "one that is changed in place is not",
		.changes = {MODIFY("Table", TABLE, "False", NULL),
			MODIFY("Other", TABLE, NULL, NULL)},
		.remarks = ""},
	{.sentence = "neither is one that comes, by whatever way, though it is said to be new",
		.changes = {CHANGE("Add", "Table", TABLE, "True", NULL),
			CHANGE("Import", "Other", TABLE, NULL, NULL)},
		.remarks = ""},
	{.sentence = "a replacement is known by what becomes of the old one, too",
		.changes = {MODIFY("Table", TABLE, NULL, "ReplaceAndDelete")},
		.reason = "would replace Table (" TABLE ")",
		.remarks = "Table holds items that a replacement loses"},
	{.sentence = "an action that CloudFormation can't tell yet may be a replacement",
		.changes = {CHANGE("Dynamic", "Table", TABLE, NULL, NULL),
			CHANGE("Dynamic", "Task", TASK, NULL, NULL)},
		.reason = "may replace Table (" TABLE ")",
		.remarks = "Table holds items that a replacement would lose"},
	{.sentence = "so may an action, or a replacement, that is newer than stackd",
		.changes = {CHANGE("Transmute", "Table", TABLE, NULL, NULL),
			MODIFY("Zone", "AWS::Route53::HostedZone", "Perhaps", NULL)},
		.reason = "may replace Table (" TABLE "); "
			  "may replace Zone (AWS::Route53::HostedZone)",
		.remarks = "Table holds items that a replacement would lose | "
			   "Zone holds names and name servers that a replacement would lose"},
	{.sentence = "drift that is reverted by a replacement is one",
		.changes = {CHANGE("SyncWithActual", "Table", TABLE, "True", NULL),
			CHANGE("SyncWithActual", "Other", TABLE, "False", NULL)},
		.reason = "would replace Table (" TABLE ")",
		.remarks = "Table holds items that a replacement loses"},
	{.sentence = "what can be made anew goes ahead",
		.changes = {MODIFY("Task", TASK, "True", "ReplaceAndDelete"),
			REMOVE("Role", "AWS::IAM::Role", "Delete")},
		.remarks = ""},
	{.sentence = "a snapshot keeps the data, not the database",
		.changes = {REMOVE("Main", "AWS::RDS::DBCluster", "Snapshot"),
			MODIFY("Cache", "AWS::ElastiCache::ReplicationGroup", "True",
				"ReplaceAndSnapshot")},
		.reason = "would replace Cache (AWS::ElastiCache::ReplicationGroup); "
			  "would remove Main (AWS::RDS::DBCluster)",
		.remarks = "Cache holds data that a replacement loses; a snapshot is taken "
			   "(ReplaceAndSnapshot) | "
			   "Main holds data that a removal loses; a snapshot is taken (Snapshot)"},
	{.sentence = "what is kept is told, not held",
		.changes = {REMOVE("Bucket", BUCKET, "Retain"),
			REMOVE("Logs", "AWS::Logs::LogGroup", "RetainExceptOnCreate"),
			MODIFY("Table", TABLE, "True", "ReplaceAndRetain")},
		.remarks = "Bucket is kept (Retain) | Logs is kept (RetainExceptOnCreate) | "
			   "the old Table is kept (ReplaceAndRetain)"},
	{.sentence = "a policy for removals does not keep what is replaced",
		.changes = {MODIFY("Table", TABLE, "True", "Retain")},
		.reason = "would replace Table (" TABLE ")",
		.remarks = "Table holds items that a replacement loses"},
	{.sentence = "a nested stack that is changed is judged by its own set",
		.changes = {MODIFY("Data", NESTED, "Conditional", NULL),
			CHANGE("Dynamic", "Other", NESTED, NULL, NULL),
			MODIFY("Hook", "Custom::Hook", "Conditional", NULL)},
		.remarks = "Data holds resources of its own that a replacement would lose | "
			   "Hook holds things known to its provider only that a replacement would "
			   "lose | "
			   "Other holds resources of its own that a replacement would lose"},
	{.sentence = "one that is removed or replaced is held, and so is a custom resource",
		.changes = {REMOVE("Data", NESTED, "Delete"), MODIFY("More", NESTED, "True", NULL),
			REMOVE("Hook", "Custom::Hook", "Delete")},
		.reason = "would remove Data (" NESTED "); would remove Hook (Custom::Hook); "
			  "would replace More (" NESTED ")",
		.remarks = "Data holds resources of its own that a removal loses | "
			   "Hook holds things known to its provider only that a removal loses | "
			   "More holds resources of its own that a replacement loses"},
	{.sentence = "a nested stack that can't be looked into is a reason by itself",
		.unread = "Data",
		.reason = "can't see what would change in Data",
		.remarks = ""},
	{.sentence = "it is one of the three that are named",
		.unread = "Data",
		.changes = {REMOVE("C", TABLE, "Delete"), REMOVE("B", TABLE, "Delete"),
			REMOVE("A", TABLE, "Delete"), REMOVE("D", TABLE, "Delete")},
		.reason = "can't see what would change in Data; would remove A (" TABLE "); "
			  "would remove B (" TABLE "); and 2 more",
		.remarks = "A holds items that a removal loses | B holds items that a removal "
			   "loses | "
			   "C holds items that a removal loses | D holds items that a removal "
			   "loses"},
	{.sentence = "three are named, not four",
		.changes = {REMOVE("C", TABLE, "Delete"), REMOVE("B", TABLE, "Delete"),
			REMOVE("A", TABLE, "Delete")},
		.reason = "would remove A (" TABLE "); would remove B (" TABLE "); "
			  "would remove C (" TABLE ")",
		.remarks = "A holds items that a removal loses | B holds items that a removal "
			   "loses | "
			   "C holds items that a removal loses"},
	{.sentence = "in a stranger's stack each removal and replacement is held, the grave first",
		.stranger = true,
		.changes = {REMOVE("Role", "AWS::IAM::Role", "Delete"),
			MODIFY("Queue", "AWS::SQS::Queue", "Conditional", NULL),
			MODIFY("Task", TASK, "Conditional", NULL),
			MODIFY("Service", "AWS::ECS::Service", "False", NULL),
			REMOVE("Bucket", BUCKET, "Retain")},
		.reason = "may replace Queue (AWS::SQS::Queue); would remove Role "
			  "(AWS::IAM::Role); may replace Task (" TASK ")",
		.remarks = STRANGER " | Queue holds messages that a replacement would lose | "
				    "Bucket is kept (Retain)"},
	{.sentence = "a stranger's stack that only grows goes ahead without a word",
		.stranger = true,
		.changes = {CHANGE("Add", "Table", TABLE, NULL, NULL),
			MODIFY("Task", TASK, "False", NULL)},
		.remarks = ""},
	{.sentence = "with `all` each is held, in a stack of ours, too",
		.guard = GUARD_ALL,
		.changes = {MODIFY("Task", TASK, "Conditional", NULL),
			REMOVE("Role", "AWS::IAM::Role", "Delete"),
			REMOVE("Bucket", BUCKET, "Retain")},
		.reason = "would remove Role (AWS::IAM::Role); may replace Task (" TASK ")",
		.remarks = "Bucket is kept (Retain)"},
	{.sentence = "with `none` nothing is held, but told",
		.guard = GUARD_NONE,
		.stranger = true,
		.unread = "Data",
		.changes = {REMOVE("Table", TABLE, "Delete"), REMOVE("Bucket", BUCKET, "Retain"),
			MODIFY("Cluster", CLUSTER, "True", NULL)},
		.outputs = {{"Cluster", "ECSCluster", "website"}},
		.remarks = "Table holds items that a removal loses | Bucket is kept (Retain)"},
	{.sentence = "what is behind an output that somebody uses is held, with advice",
		.changes = {MODIFY("Cluster", CLUSTER, "True", "ReplaceAndDelete"),
			MODIFY("Task", TASK, "True", NULL)},
		.outputs = {{"Cluster", "ECSCluster", "website"}},
		.reason = "would replace Cluster (" CLUSTER "), behind output ECSCluster that "
			  "website uses" ADVICE("website"),
		.remarks = ""},
	{.sentence = "the advice stands once, behind all, and names nobody where there are several",
		.changes = {MODIFY("Cluster", CLUSTER, "Conditional", NULL),
			REMOVE("Table", TABLE, "Delete"),
			MODIFY("Balancer", "AWS::ElasticLoadBalancingV2::LoadBalancer", "True",
				NULL)},
		.outputs = {{"Cluster", "ECSCluster", "website"}, {"Balancer", "Url", "shop"},
			{"Cluster", "ECSCluster", "shop"}},
		.reason =
			"would replace Balancer (AWS::ElasticLoadBalancingV2::LoadBalancer), "
			"behind output Url that shop uses; "
			"would remove Table (" TABLE "); "
			"may replace Cluster (" CLUSTER "), behind output ECSCluster that website "
			"uses (one of 2 such uses)" ADVICE("all that use it"),
		.remarks = "Table holds items that a removal loses"},
	{.sentence = "what is removed has no new one to be put beside it",
		.changes = {REMOVE("Cluster", CLUSTER, "Delete")},
		.outputs = {{"Cluster", "ECSCluster", "website"}},
		.reason = "would remove Cluster (" CLUSTER "), behind output ECSCluster that "
			  "website uses; in two steps: first let website do without it, then "
			  "remove it",
		.remarks = ""},
	{.sentence = "what is behind an output and stays is no reason",
		.changes = {REMOVE("Cluster", CLUSTER, "Retain"),
			MODIFY("Other", CLUSTER, "False", NULL)},
		.outputs = {{"Cluster", "ECSCluster", "website"}, {"Other", "O", "website"}},
		.remarks = "Cluster is kept (Retain)"},
	{.sentence = "an output of a nested stack may come from any resource in there",
		.changes = {MODIFY("Network.Cluster", CLUSTER, "True", NULL),
			MODIFY("Networks.Task", TASK, "True", NULL),
			MODIFY("Other.Network", TASK, "True", NULL)},
		.outputs = {{"Network", "ECSCluster", "website"}},
		.reason = "would replace Network.Cluster (" CLUSTER "), perhaps behind output "
			  "ECSCluster that website uses" ADVICE("website"),
		.remarks = ""},
};

static struct guard_input input_of(const struct row *row)
{
	struct guard_input input = {.guard = row->guard,
		.stranger = row->stranger,
		.changes = row->changes,
		.outputs = row->outputs,
		.unread = row->unread};

	while (input.change_count < COUNT(row->changes) && row->changes[input.change_count].action)
		input.change_count++;
	while (input.output_count < COUNT(row->outputs) &&
		row->outputs[input.output_count].resource)
		input.output_count++;
	return input;
}

static void test_what_is_held_and_why(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct guard_input input = input_of(&rows[i]);
		AUTO_DONE(texts_done) struct texts remarks = {0};
		AUTO(free_text) char *reason = guard_judge(&input, &remarks);
		AUTO(free_text) char *told = texts_join(&remarks, " | ");

		if (!text_same(reason, rows[i].reason) || strcmp(told, rows[i].remarks) != 0)
			fail_msg("%s:\n%s\nis expected to be\n%s\nand\n%s\nto be\n%s",
				rows[i].sentence, reason ? reason : "-",
				rows[i].reason ? rows[i].reason : "-", told, rows[i].remarks);
	}
}

static void test_many_are_counted(void **state)
{
	static const struct change table = REMOVE("Table", TABLE, "Delete");
	struct change changes[500];
	struct guard_input input = {.changes = changes, .change_count = COUNT(changes)};
	AUTO_DONE(texts_done) struct texts remarks = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(changes); i++)
		changes[i] = table;
	AUTO(free_text) char *reason = guard_judge(&input, &remarks);

	assert_true(text_ends(reason, "would remove Table (" TABLE "); and 497 more"));
	assert_int_equal(remarks.count, 11);
	assert_string_equal(remarks.items[10], "and 490 more");
}

static void test_long_names_are_cut_between_characters(void **state)
{
	char name[4096];
	struct change change = REMOVE(name, name, "Delete");
	struct guard_output output = {name, name, "website"};
	struct guard_input input = {.guard = GUARD_ALL,
		.changes = &change,
		.change_count = 1,
		.outputs = &output,
		.output_count = 1,
		.unread = name};
	AUTO_DONE(texts_done) struct texts remarks = {0};

	(void)state;
	for (size_t i = 0; i + 2 < sizeof(name); i += 2)
		memcpy(name + i, "\xc3\xa9", 3);
	AUTO(free_text) char *reason = guard_judge(&input, &remarks);

	assert_true(strlen(reason) < 1400);
	assert_true(utf8_valid(reason, strlen(reason), NULL));
}

/* --- the table --- */

static void test_each_type_stands_once_and_says_what_it_holds(void **state)
{
	const char *type, *holds, *other;

	(void)state;
	assert_false(guard_row(100000, &type, &holds));
	for (size_t i = 0; guard_row(i, &type, &holds); i++) {
		assert_true(text_starts(holds, "holds "));
		assert_true(holds[strlen(holds) - 1] != '.');
		for (size_t j = i + 1; guard_row(j, &other, &holds); j++)
			if (strcmp(type, other) == 0)
				fail_msg("%s stands twice", type);
	}
	assert_string_equal(guard_stateful("Custom::Hook"), guard_stateful("Custom::Other"));
	assert_null(guard_stateful("AWS::DynamoDB::TableX"));
	assert_null(guard_stateful("AWS::DynamoDB::Tabl"));
	assert_null(guard_stateful("Custom"));
	assert_null(guard_stateful(""));
}

/* One of each kind that has to be there, and what only looks like it. */
static void test_kinds_of_the_table(void **state)
{
	static const char *const stateful[] = {"AWS::RDS::DBInstance", "AWS::RDS::DBCluster", TABLE,
		BUCKET, "AWS::EC2::Volume", "AWS::EFS::FileSystem", "AWS::Kinesis::Stream",
		"AWS::KMS::Key", "AWS::SecretsManager::Secret", "AWS::Cognito::UserPool",
		"AWS::SQS::Queue", "AWS::Logs::LogGroup", "AWS::ECR::Repository",
		"AWS::Route53::HostedZone", "AWS::CertificateManager::Certificate", NESTED,
		"AWS::CloudFormation::CustomResource", "AWS::OpenSearchService::Domain"};
	static const char *const others[] = {"AWS::RDS::DBParameterGroup", "AWS::S3::AccessPoint",
		"AWS::EFS::AccessPoint", "AWS::DAX::Cluster",
		"AWS::KinesisFirehose::DeliveryStream", "AWS::KMS::Alias", "AWS::SSM::Parameter",
		"AWS::SQS::QueuePolicy", "AWS::Route53::RecordSet", "AWS::EC2::Instance", CLUSTER,
		TASK};

	(void)state;
	for (size_t i = 0; i < COUNT(stateful); i++)
		if (!guard_stateful(stateful[i]))
			fail_msg("%s holds nothing", stateful[i]);
	for (size_t i = 0; i < COUNT(others); i++)
		if (guard_stateful(others[i]))
			fail_msg("%s %s", others[i], guard_stateful(others[i]));
}

/* The manual's section about the guard, without the backslashes of its source. */
static char *guard_section(void)
{
	size_t length;
	AUTO(free_text) char *page = project_file("config/man/stackd.8.scd", &length);
	char *start = strstr(page, "\n# GUARD\n");
	char *end = start ? strstr(start + 3, "\n# ") : NULL;

	if (!end)
		fail_msg("stackd.8.scd has no section GUARD");
	AUTO_DONE(text_done) struct text section = {0};

	for (const char *at = start; at < end; at++)
		if (*at != '\\')
			text_add_char(&section, *at);
	return text_take(&section);
}

static bool has_word(const char *text, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = text; (at = strstr(at, word)); at += length)
		if (!strchr(":*abcdefghijklmnopqrstuvwxyz", at[length]) && strchr(" \n\t", at[-1]))
			return true;
	return false;
}

static void test_the_manual_has_the_table(void **state)
{
	AUTO(free_text) char *section = guard_section();
	const char *type, *holds;
	size_t named = 0, count = 0;

	(void)state;
	for (; guard_row(count, &type, &holds); count++)
		if (!has_word(section, type))
			fail_msg("stackd.8.scd, GUARD: %s is missing", type);
	for (const char *at = section; (at = strstr(at, "AWS::")); named++) {
		size_t length = strspn(at, ":ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
					   "0123456789");
		AUTO(free_text) char *word = xstrndup(at, length);

		if (!guard_stateful(word))
			fail_msg("stackd.8.scd, GUARD: %s is not in the table", word);
		at += length;
	}
	assert_int_equal(named + 2, count); /* all but Custom::* and Fn::Transform */
}

/* --- the digest --- */

struct approved {
	const char *id, *updated, *request;
	const struct digest *desired;
	struct change changes[2];
	size_t count;
};

static struct digest digest_of_approved(const struct approved *a)
{
	return guard_digest(a->id, a->updated, a->desired, a->request, a->changes, a->count);
}

#define FIRST REMOVE("Table", TABLE, "Delete")
#define SECOND MODIFY("Bucket", BUCKET, "True", "ReplaceAndDelete")

static const struct digest one = {{1}}, two = {{2}};

/* No two of them may have the same digest. */
static const struct approved all[] = {
	{"arn:1", "t", "update", &one, {FIRST, SECOND}, 2},
	{"arn:2", "t", "update", &one, {FIRST, SECOND}, 2},
	{"arn:1", "u", "update", &one, {FIRST, SECOND}, 2},
	{"arn:1", NULL, "update", &one, {FIRST, SECOND}, 2},
	{"arn:1", "", "update", &one, {FIRST, SECOND}, 2},
	{"arn:1", "t", "update", &two, {FIRST, SECOND}, 2},
	{"arn:1", "t", "update", NULL, {FIRST, SECOND}, 2},
	{"arn:1", "t", "update", &one, {FIRST}, 1},
	{"arn:1", "t", "update", &one, {SECOND}, 1},
	{"arn:1", "t", "update", &one, {FIRST, FIRST}, 2},
	{"arn:1", "t", "update", &one, {{0}}, 0},
	{"arn:1", "t", "create", &one, {{0}}, 0},
	{"arn:1", "t", "delete", &one, {{0}}, 0},
	{"arn:1t", "", "delete", &one, {{0}}, 0},
	{"arn:1", "t", "update", &one, {REMOVE("Table", TABLE, NULL)}, 1},
	{"arn:1", "t", "update", &one, {REMOVE("Table", TABLE, "")}, 1},
	{"arn:1", "t", "update", &one, {REMOVE("Table", TABLE, "Retain")}, 1},
	{"arn:1", "t", "update", &one, {REMOVE("Table", BUCKET, "Delete")}, 1},
	{"arn:1", "t", "update", &one, {REMOVE("Other", TABLE, "Delete")}, 1},
	{"arn:1", "t", "update", &one, {CHANGE("Remove", "Table", TABLE, "True", "Delete")}, 1},
	{"arn:1", "t", "update", &one, {MODIFY("Table", TABLE, NULL, "Delete")}, 1},
};

static void test_each_part_enters_the_digest(void **state)
{
	struct digest digests[COUNT(all)];

	(void)state;
	for (size_t i = 0; i < COUNT(all); i++) {
		digests[i] = digest_of_approved(&all[i]);
		for (size_t j = 0; j < i; j++)
			if (digest_equal(&digests[i], &digests[j]))
				fail_msg("rows %zu and %zu have the same digest", j, i);
	}
}

static void test_the_order_of_changes_does_not(void **state)
{
	static const struct change changes[] = {REMOVE("Table", TABLE, "Delete"),
		REMOVE("Table", TABLE, NULL), MODIFY("Table", TABLE, "True", NULL),
		MODIFY("Table", TABLE, "False", NULL), REMOVE("Table", BUCKET, NULL),
		REMOVE("A", TABLE, NULL)};
	struct digest expected = guard_digest("arn:1", "t", &one, "", changes, COUNT(changes));
	struct change turned[COUNT(changes)];

	(void)state;
	for (size_t by = 0; by < COUNT(changes); by++) {
		for (size_t i = 0; i < COUNT(changes); i++)
			turned[i] = changes[(i * 5 + by) % COUNT(changes)];
		struct digest digest = guard_digest("arn:1", "t", &one, "", turned, COUNT(changes));

		assert_true(digest_equal(&digest, &expected));
	}
}

static void test_where_a_set_lies_does_not(void **state)
{
	struct change change = REMOVE("Table", TABLE, "Delete");
	struct digest before = guard_digest("arn:1", "t", &one, "", &change, 1);

	(void)state;
	change.change_set_id = T("arn:set");
	struct digest after = guard_digest("arn:1", "t", &one, "", &change, 1);

	assert_true(digest_equal(&before, &after));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_held_and_why),
		cmocka_unit_test(test_many_are_counted),
		cmocka_unit_test(test_long_names_are_cut_between_characters),
		cmocka_unit_test(test_each_type_stands_once_and_says_what_it_holds),
		cmocka_unit_test(test_kinds_of_the_table),
		cmocka_unit_test(test_the_manual_has_the_table),
		cmocka_unit_test(test_each_part_enters_the_digest),
		cmocka_unit_test(test_the_order_of_changes_does_not),
		cmocka_unit_test(test_where_a_set_lies_does_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
