#include "stack/template_resources.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "support.h"

struct origin {
	const char *sentence;
	const char *value; /* of the output Url, in YAML */
	const char *ids;   /* joined with blanks */
};

static const struct origin origins[] = {
	{"a text comes from nowhere", "plain", ""},
	{"a reference", "!Ref Table", "Table"},
	{"its long form", "{Ref: Table}", "Table"},
	{"its JSON", "{\"Ref\": \"Table\"}", "Table"},
	{"a parameter is no resource", "!Ref Zone", ""},
	{"neither is what AWS itself gives", "!Ref AWS::Region", ""},
	{"an attribute", "!GetAtt Table.Arn", "Table"},
	{"its attribute may have dots", "!GetAtt Network.Outputs.Vpc", "Network"},
	{"an attribute as a list", "!GetAtt [Table, Arn]", "Table"},
	{"an attribute in long form, as text", "{'Fn::GetAtt': Table.Arn}", "Table"},
	{"an attribute in long form, as a list", "{'Fn::GetAtt': [Table, Arn]}", "Table"},
	{"an attribute that a parameter names", "{'Fn::GetAtt': [Table, !Ref Zone]}", "Table"},
	{"a text with resources in it", "!Sub 'a ${Table} b ${Queue.Arn}'", "Table Queue"},
	{"its long form", "{'Fn::Sub': '${Table}'}", "Table"},
	{"neither parameters nor AWS's own, nor what is no variable",
		"!Sub '${Zone} ${AWS::Region} ${!Table} $Queue {Queue} ${'", ""},
	{"a text with values of its own",
		"!Sub ['${Own} ${Queue}', {Own: !GetAtt Table.Arn, Other: !Ref Zone}]",
		"Queue Table"},
	{"its long form", "{'Fn::Sub': ['${Own}', {Own: {Ref: Table}}]}", "Table"},
	{"both sides of a condition", "!If [Live, !Ref Table, !GetAtt Queue.Arn]", "Table Queue"},
	{"functions within functions",
		"!Select [0, !Split [',', !Join [',', [!Ref Table, !Sub '${Queue}']]]]",
		"Table Queue"},
	{"in base64 and JSON", "{'Fn::Base64': {'Fn::ToJsonString': {a: [!Ref Table]}}}", "Table"},
	{"each once", "!Join ['', [!Ref Table, !Ref Table, !Sub '${Table}${Table.Arn}']]", "Table"},
	{"a mapping's names are no resources", "!FindInMap [Table, Queue, !Ref Zone]", ""},
	{"an export is not ours", "!ImportValue Table", ""},
	{"a function that is not known yet is looked into", "!Newest [!Ref Table]", "Table"},
	{"what a macro makes is taken as it is named", "!Ref TableRole", "TableRole"},
	{"arguments that make no sense do no harm",
		"[!Ref [a], !Sub [], !GetAtt [], !Sub [[]], {Ref: {}}, !GetAtt {a: b}, !Ref '']",
		""},
};

static void test_where_an_output_comes_from(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(origins); i++) {
		AUTO(free_text)
		char *body = xasprintf("Parameters: {Zone: {Type: String}}\n"
				       "Conditions: {Live: true}\n"
				       "Resources: {Table: {DependsOn: Queue}, Queue: {}}\n"
				       "Outputs:\n  Other: {Value: !Ref Other}\n"
				       "  Url:\n    Condition: Live\n    Value: %s\n"
				       "    Export: {Name: !Ref Other}\n",
			origins[i].value);
		AUTO_DONE(texts_done) struct texts ids = {0};

		template_output_resources(body, strlen(body), "Url", &ids);
		AUTO(free_text) char *found = texts_join(&ids, " ");

		if (strcmp(found, origins[i].ids) != 0)
			fail_msg("%s: '%s' is expected to be '%s'", origins[i].sentence, found,
				origins[i].ids);
	}
}

static void test_an_output_that_is_not_there_comes_from_nowhere(void **state)
{
	static const char *const bodies[] = {"", "{", "[]", "Outputs: 1", "Outputs: {Url: 1}",
		"Outputs: {Url: {}}", "Outputs: {Other: {Value: !Ref A}}",
		"{\"Outputs\": {\"Url\": {\"Value\": {\"Ref\": \"A\"}}}"};

	(void)state;
	for (size_t i = 0; i < COUNT(bodies); i++) {
		AUTO_DONE(texts_done) struct texts ids = {0};

		template_output_resources(bodies[i], strlen(bodies[i]), "Url", &ids);
		if (ids.count)
			fail_msg("%s: %s", bodies[i], ids.items[0]);
	}
}

static void test_what_was_found_before_stays(void **state)
{
	static const char body[] =
		"Outputs: {Url: {Value: !Ref A}, Name: {Value: !Sub '${B}${A}'}}";
	AUTO_DONE(texts_done) struct texts ids = {0};

	(void)state;
	template_output_resources(body, strlen(body), "Url", &ids);
	template_output_resources(body, strlen(body), "Name", &ids);
	AUTO(free_text) char *found = texts_join(&ids, " ");

	assert_string_equal(found, "A B");
}

static void test_an_output_of_too_many_is_cut(void **state)
{
	AUTO_DONE(text_done) struct text body = {0};
	AUTO_DONE(texts_done) struct texts ids = {0};

	(void)state;
	text_add(&body, "{\"Outputs\": {\"Url\": {\"Value\": {\"Fn::Sub\": \"");
	for (size_t i = 0; i < 60000; i++)
		text_format(&body, "${A%zu}", i);
	text_add(&body, "\"}}}}");
	template_output_resources(text_string(&body), body.length, "Url", &ids);
	assert_int_equal(ids.count, TEMPLATE_RESOURCES_LIMIT);
}

struct removal {
	const char *sentence;
	const char *body;
	const char *changes; /* "ID TYPE POLICY; ..."; NULL: not known */
};

static const struct removal removals[] = {
	{"each resource is removed",
		"{\"Resources\": {\"B\": {\"Type\": \"AWS::S3::Bucket\"}, \"A\": {\"Type\": "
		"\"AWS::SQS::Queue\"}}}",
		"B AWS::S3::Bucket Delete; A AWS::SQS::Queue Delete"},
	{"or kept, or snapshotted, as it says",
		"Resources:\n"
		"  A: {Type: A::B::C, DeletionPolicy: Delete}\n"
		"  B: {Type: A::B::C, DeletionPolicy: Retain}\n"
		"  C: {Type: A::B::C, DeletionPolicy: Snapshot}\n"
		"  D: {Type: A::B::C, DeletionPolicy: RetainExceptOnCreate}\n",
		"A A::B::C Delete; B A::B::C Retain; C A::B::C Snapshot; "
		"D A::B::C RetainExceptOnCreate"},
	{"a policy that is no word, or none that is known, keeps nothing",
		"Resources:\n"
		"  A: {Type: T, DeletionPolicy: !If [Live, Retain, Delete]}\n"
		"  B: {Type: T, DeletionPolicy: !Ref Retain}\n"
		"  C: {Type: T, DeletionPolicy: retain}\n"
		"  D: {Type: T, DeletionPolicy: [Retain]}\n"
		"  E: {Type: T, UpdateReplacePolicy: Retain}\n",
		"A T Delete; B T Delete; C T Delete; D T Delete; E T Delete"},
	{"databases that say nothing are snapshotted, but for those of a cluster",
		"Resources:\n"
		"  A: {Type: 'AWS::RDS::DBCluster'}\n"
		"  B: {Type: 'AWS::RDS::DBInstance', Properties: {DBClusterIdentifier: !Ref A}}\n"
		"  C: {Type: 'AWS::RDS::DBInstance', Properties: {Engine: mysql}}\n"
		"  D: {Type: 'AWS::RDS::DBInstance'}\n"
		"  E: {Type: 'AWS::RDS::DBInstance', DeletionPolicy: Delete}\n"
		"  F: {Type: 'AWS::RDS::DBCluster', DeletionPolicy: !Ref P}\n",
		"A AWS::RDS::DBCluster Snapshot; B AWS::RDS::DBInstance Delete; "
		"C AWS::RDS::DBInstance Snapshot; D AWS::RDS::DBInstance Snapshot; "
		"E AWS::RDS::DBInstance Delete; F AWS::RDS::DBCluster Delete"},
	{"what is there under a condition only is removed as well",
		"Resources: {A: {Type: T, Condition: Never}}", "A T Delete"},
	{"a loop is looked into",
		"Resources:\n"
		"  Fn::ForEach::Tables: [Name, [a, b], {'Table${Name}': {Type: T, "
		"DeletionPolicy: Retain}}]\n",
		"Table${Name} T Retain"},
	{"a transform is what it is, and so is a loop that makes no sense",
		"Resources:\n  Fn::Transform: {Name: 'AWS::Include'}\n"
		"  Fn::ForEach::X: [Name]\n  Fn::ForEach::Y: []\n",
		"Fn::Transform Fn::Transform Delete; Fn::ForEach::X Fn::Transform Delete; "
		"Fn::ForEach::Y Fn::Transform Delete"},
	{"a resource without a type is one", "Resources: {A: 1, B: {}, C: {Type: !Ref T}}",
		"A  Delete; B  Delete; C  Delete"},
	{"a text that does not parse tells nothing", "{\"Resources\": {", NULL},
	{"neither does one without resources", "Outputs: {}", NULL},
	{"nor an empty list of them", "Resources: {}", NULL},
	{"nor resources that are no map", "Resources: [A]", NULL},
	{"nor nothing", "", NULL},
};

static void test_deleting_a_stack_as_changes(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(removals); i++) {
		const struct removal *row = &removals[i];
		AUTO_DONE(text_done) struct text found = {0};
		struct change *changes;
		size_t count;
		bool read = template_removals(row->body, strlen(row->body), &changes, &count);

		for (size_t j = 0; j < count; j++) {
			assert_string_equal(changes[j].action, "Remove");
			assert_null(changes[j].replacement);
			assert_null(changes[j].change_set_id);
			text_format(&found, "%s%s %s %s", j ? "; " : "", changes[j].logical_id,
				changes[j].type, changes[j].policy_action);
		}
		changes_free(changes, count);
		if (read != !!row->changes ||
			strcmp(text_string(&found), row->changes ? row->changes : "") != 0)
			fail_msg("%s: '%s'", row->sentence, text_string(&found));
	}
}

static void test_more_resources_than_there_can_be_tell_nothing(void **state)
{
	AUTO_DONE(text_done) struct text body = {0};
	struct change *changes;
	size_t count;

	(void)state;
	text_add(&body, "Resources:\n");
	for (size_t i = 0; i < TEMPLATE_RESOURCES_LIMIT; i++)
		text_format(&body, "  A%zu: {Type: T}\n", i);
	assert_true(template_removals(text_string(&body), body.length, &changes, &count));
	assert_int_equal(count, TEMPLATE_RESOURCES_LIMIT);
	changes_free(changes, count);
	text_add(&body, "  B: {Type: T}\n");
	assert_false(template_removals(text_string(&body), body.length, &changes, &count));
	assert_int_equal(count, 0);
	assert_null(changes);
}

/* The example's cluster, whose outputs the example's services use. */
static void test_the_outputs_of_the_example(void **state)
{
	size_t length, count;
	AUTO(free_text)
	char *body = project_file("config/examples/templates/ecs-cluster.yaml", &length);
	AUTO_DONE(texts_done) struct texts ids = {0};
	struct change *changes;

	(void)state;
	template_output_resources(body, length, "Cluster", &ids);
	assert_int_equal(ids.count, 1);
	assert_true(template_removals(body, length, &changes, &count));
	bool found = false;

	for (size_t i = 0; i < count; i++)
		found = found || (strcmp(changes[i].logical_id, ids.items[0]) == 0 &&
					 strcmp(changes[i].type, "AWS::ECS::Cluster") == 0);
	changes_free(changes, count);
	assert_true(found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_where_an_output_comes_from),
		cmocka_unit_test(test_an_output_that_is_not_there_comes_from_nowhere),
		cmocka_unit_test(test_what_was_found_before_stays),
		cmocka_unit_test(test_an_output_of_too_many_is_cut),
		cmocka_unit_test(test_deleting_a_stack_as_changes),
		cmocka_unit_test(test_more_resources_than_there_can_be_tell_nothing),
		cmocka_unit_test(test_the_outputs_of_the_example),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
