#include "stack/manifest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

static struct manifest *parse(const char *file, const char *text, struct texts *problems)
{
	return manifest_parse(file, text, strlen(text), problems);
}

static struct manifest *parse_good(const char *file, const char *text)
{
	AUTO_DONE(texts_done) struct texts problems = {0};
	struct manifest *manifest = parse(file, text, &problems);

	if (problems.count)
		fail_msg("%s", problems.items[0]);
	return manifest;
}

static void test_the_cluster_of_the_contract(void **state)
{
	AUTO(manifest_free)
	struct manifest *manifest = parse_good("ecs-cluster.yaml",
		"# /etc/stackd/ecs-cluster.yaml\n"
		"kind: cluster\n"
		"template-file-path: templates/ecs-cluster-stack.json\n"
		"capabilities: [CAPABILITY_IAM]\n"
		"parameters:\n"
		"  KeyName: ops\n"
		"  SubnetID: [subnet-7f885626, subnet-1b2c3d4e]\n");

	(void)state;
	assert_int_equal(manifest->kind, KIND_CLUSTER);
	assert_true(manifest->identified);
	assert_string_equal(manifest->stack_name, "ecs-cluster");
	assert_null(manifest->region);
	assert_null(manifest->suspend);
	assert_int_equal(manifest->edge_count, 0);
	assert_string_equal(manifest->template_path, "templates/ecs-cluster-stack.json");
	assert_int_equal(manifest->template_line, 3);
	assert_int_equal(manifest->template_column, 21);
	assert_null(manifest->template_node);
	assert_int_equal(manifest->capabilities.count, 1);
	assert_string_equal(manifest->capabilities.items[0], "CAPABILITY_IAM");
	assert_int_equal(manifest->parameter_count, 2);
	assert_string_equal(manifest->parameters[0].name, "KeyName");
	assert_int_equal(manifest->parameters[0].part_count, 1);
	assert_false(manifest->parameters[0].list);
	assert_true(manifest->parameters[1].list);
	assert_int_equal(manifest->parameters[1].line, 7);
	assert_int_equal(manifest->parameters[1].column, 3);
	assert_int_equal(manifest->parameters[1].part_count, 2);
	assert_string_equal(manifest->parameters[1].parts[1].text, "subnet-1b2c3d4e");
	assert_int_equal(manifest->parameters[1].parts[1].column, 31);
}

static void test_references(void **state)
{
	static const struct {
		enum edge_kind kind;
		unsigned line;
		const char *text;
	} expected[] = {
		{EDGE_CLUSTER, 7, "ecs-cluster"},
		{EDGE_PARENT, 9, "eu-west-1/base"},
		{EDGE_PARENT, 10, "my_net.work"},
		{EDGE_OUTPUT, 3, "a.b"},
		{EDGE_OUTPUT, 4, "us-east-1/dns"},
		{EDGE_ORDER, 2, "ecs-cluster"},
	};
	AUTO(manifest_free)
	struct manifest *manifest =
		parse_good("web.yml", "template-file-path: /abs.json\n"
				      "depends-on: [ecs-cluster]\n"
				      "parameters: {A: {output: a.b.Key},\n"
				      "  B: {output: us-east-1/dns.Zone},\n"
				      "  C: [{output: a.b.Other}, x, {environment: HOME}],\n"
				      "  D: {credential: db-password}, E: {file: secrets/e.txt}}\n"
				      "cluster: ecs-cluster\n"
				      "parents:\n"
				      "  - eu-west-1/base\n"
				      "  - my_net.work\n");

	(void)state;
	assert_int_equal(manifest->kind, KIND_SERVICE);
	assert_int_equal(manifest->edge_count, COUNT(expected));
	for (size_t i = 0; i < COUNT(expected); i++) {
		assert_int_equal(manifest->edges[i].kind, expected[i].kind);
		assert_string_equal(manifest->edges[i].text, expected[i].text);
		assert_int_equal(manifest->edges[i].line, expected[i].line);
		assert_true(manifest->edges[i].stack == SIZE_MAX);
	}

	const struct manifest_parameter *parameters = manifest->parameters;

	assert_int_equal(parameters[0].parts[0].kind, PART_OUTPUT);
	assert_string_equal(parameters[0].parts[0].text, "Key");
	assert_int_equal(parameters[0].parts[0].edge, 3);
	assert_int_equal(parameters[1].parts[0].edge, 4);
	assert_int_equal(parameters[2].part_count, 3);
	assert_int_equal(parameters[2].parts[0].edge, 3);
	assert_string_equal(parameters[2].parts[0].text, "Other");
	assert_int_equal(parameters[2].parts[1].kind, PART_LITERAL);
	assert_int_equal(parameters[2].parts[2].kind, PART_ENVIRONMENT);
	assert_string_equal(parameters[2].parts[2].name, "HOME");
	assert_null(parameters[2].parts[2].text);
	assert_int_equal(parameters[3].parts[0].kind, PART_CREDENTIAL);
	assert_string_equal(parameters[3].parts[0].name, "db-password");
	assert_int_equal(parameters[4].parts[0].kind, PART_FILE);
	assert_string_equal(parameters[4].parts[0].name, "secrets/e.txt");
}

/* Text from end to end: what is written is what is sent. */
static const struct {
	const char *written;
	const char *value;
} values[] = {
	{"042", "042"},
	{"yes", "yes"},
	{"012345678901", "012345678901"},
	{"1.50", "1.50"},
	{"1e3", "1e3"},
	{"true", "true"},
	{"2001-01-01", "2001-01-01"},
	{"a, b", "a, b"},
	{"\"\"", ""},
	{"''", ""},
	{"\"~\"", "~"},
	{"'null'", "null"},
	{"nothing", "nothing"},
	{"|\n    two\n    lines\n", "two\nlines\n"},
	{"[]", ""},
	{"['']", ""},
};

static void test_values_are_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(values); i++) {
		AUTO(free_text)
		char *text = xasprintf(
			"template-file-path: t\nparameters:\n  P: %s\n", values[i].written);

		print_message("# written as %.*s\n", (int)strcspn(values[i].written, "\n"),
			values[i].written);
		AUTO(manifest_free) struct manifest *manifest = parse_good("a.yaml", text);

		assert_int_equal(manifest->parameters[0].part_count, 1);
		assert_string_equal(manifest->parameters[0].parts[0].text, values[i].value);
	}
}

static void test_json(void **state)
{
	AUTO(manifest_free)
	struct manifest *manifest =
		parse_good("a.json", "{\"template\": {\"Resources\": {}}, \"stack-name\": \"b\", "
				     "\"region\": \"eu-west-1\",\n"
				     "\t\"parameters\": {\"N\": 1.50, \"B\": true, \"T\": "
				     "\"null\"}, \"dedicated\": false,\n"
				     "\t\"cluster\": \"c\"}");

	(void)state;
	assert_string_equal(manifest->stack_name, "b");
	assert_string_equal(manifest->region, "eu-west-1");
	assert_string_equal(manifest->parameters[0].parts[0].text, "1.50");
	assert_string_equal(manifest->parameters[1].parts[0].text, "true");
	assert_string_equal(manifest->parameters[2].parts[0].text, "null");
	assert_int_equal(manifest->template_node->kind, NODE_MAP);
	assert_false(manifest->template_like);
}

static void test_templates_inside(void **state)
{
	AUTO(manifest_free)
	struct manifest *block =
		parse_good("a.yaml", "suspend: the database moves\ntemplate: |\n  Resources:\n    "
				     "Q: {Type: 'AWS::SQS::Queue'}\n");
	AUTO(manifest_free)
	struct manifest *map =
		parse_good("a.yaml", "template:\n  Resources:\n    Q: {Type: !Ref X}\n");

	(void)state;
	assert_string_equal(block->suspend, "the database moves");
	assert_true(block->template_node->block);
	assert_string_equal(
		block->template_node->text, "Resources:\n  Q: {Type: 'AWS::SQS::Queue'}\n");
	assert_int_equal(block->template_line, 2);
	assert_int_equal(map->template_node->kind, NODE_MAP);
	assert_null(map->template_path);
}

/* --- how the stack is treated, and what else it has --- */

static void test_what_is_not_given(void **state)
{
	AUTO(manifest_free)
	struct manifest *manifest = parse_good("a.yaml", "template-file-path: t\n");

	(void)state;
	assert_false(manifest->apply_given || manifest->guard_given || manifest->on_removal_given);
	assert_false(manifest->dedicated || manifest->follow_ssm);
	assert_false(manifest->tags_given || manifest->notification_arns_given);
	assert_null(manifest->role_arn);
	assert_null(manifest->policy_path);
	assert_int_equal(manifest->termination_protection, PROTECTION_UNSAID);
	assert_int_equal(manifest->on_failure, ON_FAILURE_ROLLBACK);
	assert_int_equal(manifest->timeout_minutes, 0);
}

#define ROLE "assume-role-arn: arn:aws:iam::210987654321:role/reach/stackd\n"
#define TOPIC "arn:aws:sns:eu-west-1:123456789012:"

static void test_everything_that_can_be_given(void **state)
{
	AUTO(manifest_free)
	struct manifest *manifest = parse_good("a.yaml",
		"cluster: c\ntemplate-file-path: t\n"
		"apply: approve\nguard: none\non-removal: delete\ndedicated: true\n"
		"follow-ssm: true\non-failure: keep\ntimeout-in-minutes: 030\n"
		"tags: {Team: web, cost center: 042, Billing: yes}\n"
		"notification-arns: [" TOPIC "b, " TOPIC "a]\n"
		"role-arn: arn:aws:iam::123456789012:role/deploy\n" ROLE "external-id: stackd+us\n"
		"termination-protection: true\n"
		"stack-policy-file-path: policies/p.json\n");

	(void)state;
	assert_true(manifest->apply_given && manifest->guard_given && manifest->on_removal_given);
	assert_int_equal(manifest->apply, APPLY_APPROVE);
	assert_int_equal(manifest->guard, GUARD_NONE);
	assert_int_equal(manifest->on_removal, ON_REMOVAL_DELETE);
	assert_true(manifest->dedicated && manifest->follow_ssm);
	assert_int_equal(manifest->dedicated_line, 6);
	assert_int_equal(manifest->dedicated_column, 12);
	assert_int_equal(manifest->on_failure, ON_FAILURE_KEEP);
	assert_int_equal(manifest->timeout_minutes, 30);
	assert_true(manifest->tags_given);
	assert_int_equal(manifest->tags.count, 3);
	assert_string_equal(manifest->tags.items[0].name, "Billing");
	assert_string_equal(manifest->tags.items[0].value, "yes");
	assert_string_equal(manifest->tags.items[1].value, "web");
	assert_string_equal(manifest->tags.items[2].name, "cost center");
	assert_string_equal(manifest->tags.items[2].value, "042");
	assert_true(manifest->notification_arns_given);
	assert_int_equal(manifest->notification_arns.count, 2);
	assert_string_equal(manifest->notification_arns.items[0], TOPIC "a");
	assert_string_equal(manifest->role_arn, "arn:aws:iam::123456789012:role/deploy");
	assert_int_equal(manifest->termination_protection, PROTECTION_ON);
	assert_string_equal(manifest->policy_path, "policies/p.json");
	assert_string_equal(
		manifest->assume_role_arn, "arn:aws:iam::210987654321:role/reach/stackd");
	assert_string_equal(manifest->external_id, "stackd+us");
	assert_null(manifest->template_url);
	assert_int_equal(manifest->policy_line, 16);
	assert_int_equal(manifest->policy_column, 25);
}

static void test_a_template_behind_a_url(void **state)
{
	AUTO(manifest_free)
	struct manifest *manifest = parse_good(
		"a.yaml", "template-url: https://b-1.s3.eu-west-1.amazonaws.com/k?versionId=1\n");

	(void)state;
	assert_string_equal(
		manifest->template_url, "https://b-1.s3.eu-west-1.amazonaws.com/k?versionId=1");
	assert_int_equal(manifest->template_line, 1);
	assert_int_equal(manifest->template_column, 15);
	assert_null(manifest->template_path);
	assert_null(manifest->template_node);
	assert_null(manifest->assume_role_arn);
	assert_null(manifest->external_id);
}

/* What is empty is given, and is not the same as nothing. */
static void test_what_is_given_and_empty(void **state)
{
	AUTO(manifest_free)
	struct manifest *manifest = parse_good("a.json",
		"{\"template-file-path\": \"t\", \"tags\": {}, \"notification-arns\": [], "
		"\"termination-protection\": false, \"apply\": \"auto\", "
		"\"guard\": \"stateful\", \"on-removal\": \"keep\", "
		"\"follow-ssm\": false, \"on-failure\": \"rollback\"}");

	(void)state;
	assert_true(manifest->tags_given && manifest->notification_arns_given);
	assert_int_equal(manifest->tags.count, 0);
	assert_int_equal(manifest->notification_arns.count, 0);
	assert_int_equal(manifest->termination_protection, PROTECTION_OFF);
	assert_true(manifest->apply_given && manifest->guard_given && manifest->on_removal_given);
	assert_int_equal(manifest->apply, APPLY_AUTO);
	assert_int_equal(manifest->on_removal, ON_REMOVAL_KEEP);
}

/* --- faults --- */

struct broken {
	const char *text;
	const char *problem;
};

#define T "template-file-path: t\n" /* first line of most */

static const struct broken broken[] = {
	{T "paramters: {}\n", "2:1: unknown key 'paramters'; did you mean 'parameters'?"},
	{T "Parameters: {}\n", "2:1: unknown key 'Parameters'; did you mean 'parameters'?"},
	{T "banana: 1\n", "2:1: unknown key 'banana'"},
	{T "parents: {a: b}\n", "2:10: expected a list after 'parents:', found a map"},
	{T "parents: base\n", "2:10: expected a list after 'parents:', found 'base'"},
	{T "parents:\n", "2:9: expected a list after 'parents:', found nothing"},
	{T "parents:\n  - a\n  - [b]\n",
		"4:5: expected the name of a manifest or stack after 'parents:', found a list"},
	{T "parents: [a, b, a]\n", "2:10: found 'a' twice after 'parents:', expected it once"},
	{T "depends-on: [eu-west/a]\n",
		"2:14: expected the name of a manifest or stack, or REGION/STACK, after "
		"'depends-on:', found 'eu-west/a'"},
	{T "depends-on: [eu-west-1/a_b]\n",
		"2:14: expected the name of a manifest or stack, or REGION/STACK, after "
		"'depends-on:', found 'eu-west-1/a_b'"},
	{T "cluster: ''\n",
		"2:10: expected the name of a manifest or stack, or REGION/STACK, after "
		"'cluster:', found ''"},
	{T "kind: servce\ncluster: c\n",
		"2:7: expected stack, cluster or service after 'kind:', found 'servce'; did you "
		"mean 'service'?"},
	{T "kind: [stack]\n",
		"2:7: expected stack, cluster or service after 'kind:', found a list"},
	{T "kind: service\n",
		"2:7: found 'kind: service' without 'cluster:', expected the name of the "
		"service's cluster there"},
	{T "kind: cluster\ncluster: c\n", "3:1: found 'cluster:' with 'kind: cluster', expected it "
					  "only with 'kind: service'"},
	{T "stack-name: my_stack\n",
		"2:13: expected a letter, then letters, digits and '-', at most 128 in all after "
		"'stack-name:', found 'my_stack'"},
	{T "stack-name: [a]\n",
		"2:13: expected a letter, then letters, digits and '-', at most 128 in all after "
		"'stack-name:', found a list"},
	{T "region: Ireland\n",
		"2:9: expected a region such as eu-west-1 after 'region:', found 'Ireland'"},
	{T "region: ~\n",
		"2:9: expected a region such as eu-west-1 after 'region:', found nothing"},
	{T "template: {Resources: {}}\n",
		"2:1: found both 'template-file-path:' and 'template:', expected one of them"},
	{"kind: stack\n", "1:1: found no template, expected 'template-file-path:', 'template:' or "
			  "'template-url:'"},
	{"template: t.json\n",
		"1:11: expected the template itself (as a block, 'template: |', or a map; its path "
		"goes with 'template-file-path:') after "
		"'template:', found 't.json'"},
	{"template: [a]\n",
		"1:11: expected the template itself (as a block, 'template: |', or a map; its path "
		"goes with 'template-file-path:') after "
		"'template:', found a list"},
	{"template-file-path: templates/\n",
		"1:21: expected the path of a file after 'template-file-path:', found "
		"'templates/'"},
	{"template-file-path: {a: b}\n",
		"1:21: expected the path of a file after 'template-file-path:', found a map"},
	{T "capabilities: CAPABILITY_IAM\n",
		"2:15: expected a list after 'capabilities:', found 'CAPABILITY_IAM'"},
	{T "capabilities: [CAPABILITY_IAN]\n",
		"2:16: expected CAPABILITY_IAM, CAPABILITY_NAMED_IAM or CAPABILITY_AUTO_EXPAND "
		"after 'capabilities:', found 'CAPABILITY_IAN'; did you mean 'CAPABILITY_IAM'?"},
	{T "suspend: true\n",
		"2:10: expected a sentence that says why, or no 'suspend:' at all after "
		"'suspend:', found 'true'"},
	{T "suspend: ' '\n",
		"2:10: expected a sentence that says why, or no 'suspend:' at all after "
		"'suspend:', found ' '"},
	{T "suspend: !!str x\n",
		"2:10: expected a sentence that says why, or no 'suspend:' at all after "
		"'suspend:', found the tag !!str"},

	/* parameters */
	{T "parameters: [a]\n",
		"2:13: expected a map of names and values after 'parameters:', found a list"},
	{T "parameters:\n  Password s3cret\n",
		"3:3: expected a map of names and values after 'parameters:', found text"},
	{T "parameters:\n  A:\n",
		"3:5: expected a value for 'A', found nothing (\"\" is the empty text)"},
	{T "parameters:\n  A: ~\n",
		"3:6: expected a value for 'A', found nothing (\"\" is the empty text)"},
	{T "parameters:\n  A: null\n",
		"3:6: expected a value for 'A', found nothing (\"\" is the empty text)"},
	{T "parameters:\n  A: [x, ~]\n",
		"3:10: expected a value for 'A', found nothing (\"\" is the empty text)"},
	{T "parameters:\n  A: [x, 'a,b']\n",
		"3:10: expected an item without a comma in the list of 'A', found one at its "
		"character 2 (the list is joined with commas)"},
	{T "parameters:\n  A: [[x]]\n", "3:7: expected text in the list of 'A', found a list"},
	{T "parameters:\n  A: !hunter2\n",
		"3:6: expected a value for 'A', found a tag: put a text that begins with '!' in "
		"quotes"},
	{T "parameters:\n  A: {outptu: a.B}\n",
		"3:7: unknown source 'outptu', expected output, credential, environment or file; "
		"did you mean 'output'?"},
	{T "parameters:\n  A: {}\n",
		"3:6: expected a map with one key (output, credential, environment or file), "
		"found 0 keys"},
	{T "parameters:\n  A: {file: a, output: a.B}\n",
		"3:6: expected a map with one key (output, credential, environment or file), "
		"found 2 keys"},
	{T "parameters:\n  A: {output: base}\n",
		"3:15: expected STACK.KEY or REGION/STACK.KEY after 'output:', found 'base'"},
	{T "parameters:\n  A: {output: base.}\n",
		"3:15: expected STACK.KEY or REGION/STACK.KEY after 'output:', found 'base.'"},
	{T "parameters:\n  A: {output: .Key}\n",
		"3:15: expected STACK.KEY or REGION/STACK.KEY after 'output:', found '.Key'"},
	{T "parameters:\n  A: {output: eu/base.Key}\n",
		"3:15: expected STACK.KEY or REGION/STACK.KEY after 'output:', found "
		"'eu/base.Key'"},
	{T "parameters:\n  A: {output: [base.Key]}\n",
		"3:15: expected STACK.KEY or REGION/STACK.KEY after 'output:', found a list"},
	{T "parameters:\n  A: {credential: ../a}\n",
		"3:19: expected the name of a credential after 'credential:', found '../a'"},
	{T "parameters:\n  A: {environment: A=B}\n",
		"3:20: expected the name of a variable after 'environment:', found 'A=B'"},
	{T "parameters:\n  A: {file: ''}\n",
		"3:13: expected the path of a file after 'file:', found ''"},

	/* how the stack is treated */
	{T "apply: aprove\n",
		"2:8: expected auto, approve or never after 'apply:', found 'aprove'; did you "
		"mean 'approve'?"},
	{T "apply: [never]\n", "2:8: expected auto, approve or never after 'apply:', found a list"},
	{T "guard: some\n", "2:8: expected stateful, all or none after 'guard:', found 'some'; did "
			    "you mean 'none'?"},
	{T "on-removal: drop\n", "2:13: expected keep or delete after 'on-removal:', found 'drop'"},
	{T "on-failure: retain\n",
		"2:13: expected rollback, delete or keep after 'on-failure:', found 'retain'"},
	{T "follow-ssm: 1\n", "2:13: expected true or false after 'follow-ssm:', found '1'"},
	{T "cluster: c\ndedicated: yes\n",
		"3:12: expected true or false after 'dedicated:', found 'yes'"},
	{T "dedicated: false\n",
		"2:1: found 'dedicated:' with no 'cluster:', expected it only with 'kind: "
		"service'"},

	/* what else a stack has */
	{T "termination-protection: maybe\n",
		"2:25: expected true or false after 'termination-protection:', found 'maybe'"},
	{T "tags: [web]\n", "2:7: expected a map of names and values after 'tags:', found a list"},
	{T "tags:\n", "2:6: expected a map of names and values after 'tags:', found nothing"},
	{T "tags: {team: ''}\n",
		"2:14: expected text of 1 to 256 characters after 'team:', found ''"},
	{T "tags: {team: ~}\n",
		"2:14: expected text of 1 to 256 characters after 'team:', found nothing"},
	{T "tags: {team: {a: b}}\n",
		"2:14: expected text of 1 to 256 characters after 'team:', found a map"},
	{T "tags: {aws:team: a}\n",
		"2:8: expected a tag of 1 to 128 characters that does not begin with 'aws:', "
		"found 'aws:team'"},
	{T "tags: {AWS:team: a}\n",
		"2:8: expected a tag of 1 to 128 characters that does not begin with 'aws:', "
		"found 'AWS:team'"},
	{T "tags: {'': a}\n",
		"2:8: expected a tag of 1 to 128 characters that does not begin with 'aws:', "
		"found ''"},
	{T "tags: {Team: web, stackd:owner: me}\n",
		"2:19: found the tag 'stackd:owner', expected others only: stackd itself gives it "
		"to stacks that it creates, with the value of 'Owner=' in stackd.conf"},
	{T "notification-arns: {}\n",
		"2:20: expected a list after 'notification-arns:', found a map"},
	{T "notification-arns: [topic]\n",
		"2:21: expected the ARN of an SNS topic after 'notification-arns:', found "
		"'topic'"},
	{T "notification-arns: [a, b, c, d, e, f]\n", "2:20: expected at most 5 topics, found 6"},
	{T "role-arn: deploy\n",
		"2:11: expected the ARN of an IAM role after 'role-arn:', found 'deploy'"},
	{T "role-arn: arn:aws:iam::123456789012:user/me\n",
		"2:11: expected the ARN of an IAM role after 'role-arn:', found "
		"'arn:aws:iam::123456789012:user/me'"},
	{T "timeout-in-minutes: 0\n", "2:21: expected a whole number of minutes, at least 1, after "
				      "'timeout-in-minutes:', found '0'"},
	{T "timeout-in-minutes: 30min\n",
		"2:21: expected a whole number of minutes, at least 1, after "
		"'timeout-in-minutes:', found '30min'"},
	{T "timeout-in-minutes: 123456\n",
		"2:21: expected a whole number of minutes, at least 1, after "
		"'timeout-in-minutes:', found '123456'"},
	{T "timeout-in-minutes: -1\n",
		"2:21: expected a whole number of minutes, at least 1, after "
		"'timeout-in-minutes:', found '-1'"},
	{T "stack-policy-file-path: policies/\n",
		"2:25: expected the path of a JSON file after 'stack-policy-file-path:', found "
		"'policies/'"},

	/* where the stack and its template are */
	{T "assume-role-arn: deploy\n",
		"2:18: expected the ARN of an IAM role after 'assume-role-arn:', found 'deploy'"},
	{T "assume-role-arn: arn:aws:iam::123456789012:user/deploy\n",
		"2:18: expected the ARN of an IAM role after 'assume-role-arn:', found "
		"'arn:aws:iam::123456789012:user/deploy'"},
	{T "external-id: abc\n",
		"2:1: found 'external-id:' alone, expected 'assume-role-arn:' with it"},
	{T ROLE "external-id: a\n", "3:14: expected 2 to 1224 letters, digits and _+=,.@:/- after "
				    "'external-id:', found 'a'"},
	{T ROLE "external-id: a b\n", "3:14: expected 2 to 1224 letters, digits and _+=,.@:/- "
				      "after 'external-id:', found 'a b'"},
	{T "template-url: https://b-1.s3.eu-west-1.amazonaws.com/k\n",
		"2:1: found both 'template-file-path:' and 'template-url:', expected one of them"},
	{"template-url: https://b-1.s3.eu-west-1.amazonaws.com/k\ntemplate: {Resources: {}}\n",
		"2:1: found both 'template:' and 'template-url:', expected one of them"},
	{"template-url: s3://b/k\n",
		"1:15: expected the https:// URL of an object in S3 "
		"(https://BUCKET.s3.REGION.amazonaws.com/KEY) after 'template-url:', found "
		"'s3://b/k'"},
	{"template-url: https://me:s3cret@b-1.s3.eu-west-1.amazonaws.com/k\n",
		"1:15: expected the https:// URL of an object in S3 "
		"(https://BUCKET.s3.REGION.amazonaws.com/KEY) after 'template-url:'"},
	{"template-url: https://b-1.example.com/k?X-Amz-Signature=s3cret\n",
		"1:15: expected the https:// URL of an object in S3 "
		"(https://BUCKET.s3.REGION.amazonaws.com/KEY) after 'template-url:'"},
	{"template-url: https://b-1.s3.eu-west-1.amazonaws.com/k?X-Amz-Signature=s3cret\n",
		"1:15: expected no more than '?versionId=' behind the URL after 'template-url:'"},

	/* the file as a whole */
	{"- a\n", "1:1: expected a map of keys such as 'parameters:', found a list"},
	{"kind:service\n",
		"1:1: expected a map of keys such as 'parameters:', found text: a ':' needs a "
		"plain space behind it"},
	{"just text\n", "1:1: expected a map of keys such as 'parameters:', found text"},
};

static void test_broken(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(broken); i++) {
		AUTO_DONE(texts_done) struct texts problems = {0};
		AUTO(free_text) char *expected = xasprintf("reports.yaml:%s", broken[i].problem);

		print_message("# %s\n", broken[i].problem);
		AUTO(manifest_free)
		struct manifest *manifest = parse("reports.yaml", broken[i].text, &problems);

		assert_non_null(manifest);
		assert_int_equal(problems.count, 1);
		assert_string_equal(problems.items[0], expected);
	}
}

/* Characters count, not bytes. */
static void test_the_length_of_tags(void **state)
{
	static const struct {
		size_t name, value;
		bool good;
	} lengths[] = {{128, 256, true}, {129, 1, false}, {1, 257, false}, {1, 1, true}};

	(void)state;
	for (size_t i = 0; i < COUNT(lengths); i++) {
		AUTO_DONE(texts_done) struct texts problems = {0};
		AUTO_DONE(text_done) struct text text = {0};

		text_add(&text, T "tags: {");
		for (size_t j = 0; j < lengths[i].name; j++)
			text_add(&text, "ä");
		text_add(&text, ": ");
		for (size_t j = 0; j < lengths[i].value; j++)
			text_add(&text, "ö");
		text_add(&text, "}\n");
		AUTO(manifest_free)
		struct manifest *manifest = parse("a.yaml", text.data, &problems);

		assert_int_equal(problems.count, !lengths[i].good);
		assert_int_equal(manifest->tags.count, lengths[i].good);
	}
}

static void test_how_many_tags(void **state)
{
	(void)state;
	for (size_t count = 49; count <= 50; count++) {
		AUTO_DONE(texts_done) struct texts problems = {0};
		AUTO_DONE(text_done) struct text text = {0};

		text_add(&text, T "tags:\n");
		for (size_t i = 0; i < count; i++)
			text_format(&text, "  t%zu: x\n", i);
		AUTO(manifest_free)
		struct manifest *manifest = parse("a.yaml", text.data, &problems);

		assert_int_equal(problems.count, count > 49);
		assert_int_equal(manifest->tags.count, count > 49 ? 0 : 49);
		if (count > 49)
			assert_string_equal(problems.items[0],
				"a.yaml:3:3: expected at most 49 tags, found 50");
	}
}

/* What the reader of documents refuses comes through with its position; its words are its own. */
static const struct broken unreadable[] = {
	{"kind: stack\nkind: stack\n", "reports.yaml:2:1: "},
	{"a: &x 1\n", "reports.yaml:1:4: "},
	{"a: [1\n", "reports.yaml:"},
	{"a: 1\n---\nb: 1\n", "reports.yaml:2:1: "},
	{"", "reports.yaml:1:1: "},
};

static void test_unreadable(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(unreadable); i++) {
		AUTO_DONE(texts_done) struct texts problems = {0};
		AUTO(manifest_free)
		struct manifest *manifest = parse("reports.yaml", unreadable[i].text, &problems);

		assert_int_equal(problems.count, 1);
		print_message("# %s\n", problems.items[0]);
		assert_true(text_starts(problems.items[0], unreadable[i].problem));
		assert_false(manifest->identified);
	}
}

static void test_all_faults_are_named_in_their_order(void **state)
{
	AUTO_DONE(texts_done) struct texts problems = {0};
	AUTO(manifest_free)
	struct manifest *manifest = parse("a.yaml",
		"parents: base\n"
		"region: eu-west-1\n"
		"paramters: {}\n"
		"kind: clutser\n"
		"stack-name: reports\n",
		&problems);

	(void)state;
	assert_int_equal(problems.count, 4);
	assert_true(text_starts(problems.items[0], "a.yaml:1:1: found no template"));
	assert_true(text_starts(problems.items[1], "a.yaml:1:10: expected a list"));
	assert_true(text_starts(problems.items[2], "a.yaml:3:1: unknown key"));
	assert_true(text_starts(problems.items[3], "a.yaml:4:7: expected stack"));

	/* Whose stack it is can be told all the same. */
	assert_true(manifest->identified);
	assert_string_equal(manifest->stack_name, "reports");
	assert_string_equal(manifest->region, "eu-west-1");
}

static void test_faults_end_somewhere(void **state)
{
	AUTO_DONE(texts_done) struct texts problems = {0};
	AUTO_DONE(text_done) struct text text = {0};

	(void)state;
	for (int i = 0; i < 5000; i++)
		text_format(&text, "key%d: 1\n", i);
	AUTO(manifest_free)
	struct manifest *manifest = parse("a.yaml", text_string(&text), &problems);

	assert_int_equal(problems.count, PROBLEMS_LIMIT);
	assert_true(manifest->identified);
}

static const struct {
	const char *sentence;
	const char *file, *text;
	bool identified;
	const char *stack_name;
} identities[] = {
	{"the file's name is the stack's", "reports.yaml", T, true, "reports"},
	{"stack-name wins", "reports.yaml", T "stack-name: r2\n", true, "r2"},
	{"any suffix", "reports.json", "{\"template-file-path\": \"t\"}", true, "reports"},
	{"a file's name that is no stack's", "my_reports.yaml", T, false, NULL},
	{"unless there is stack-name", "my_reports.yaml", T "stack-name: r2\n", true, "r2"},
	{"a broken stack-name tells nothing", "reports.yaml", T "stack-name: 2r\n", false, NULL},
	{"a broken region tells nothing", "reports.yaml", T "region: x\n", false, "reports"},
	{"a broken role tells nothing", "reports.yaml", T "assume-role-arn: x\n", false, "reports"},
	{"a broken external id is not who it is", "reports.yaml", T ROLE "external-id: x\n", true,
		"reports"},
	{"other faults don't matter", "reports.yaml", "banana: 1\n", true, "reports"},
};

static void test_identity(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(identities); i++) {
		AUTO_DONE(texts_done) struct texts problems = {0};

		print_message("# %s\n", identities[i].sentence);
		AUTO(manifest_free)
		struct manifest *manifest =
			parse(identities[i].file, identities[i].text, &problems);

		assert_int_equal(manifest->identified, identities[i].identified);
		if (identities[i].stack_name)
			assert_string_equal(manifest->stack_name, identities[i].stack_name);
		else
			assert_null(manifest->stack_name);
	}
}

static void test_a_file_name_that_is_no_stack_name_is_a_fault(void **state)
{
	AUTO_DONE(texts_done) struct texts problems = {0};
	AUTO(manifest_free) struct manifest *manifest = parse("my_reports.yaml", T, &problems);

	(void)state;
	assert_false(manifest->identified);
	assert_int_equal(problems.count, 1);
	assert_string_equal(problems.items[0],
		"my_reports.yaml:1:1: found no 'stack-name:', and the file's name 'my_reports' "
		"can't be one (a letter, then letters, digits and '-'): set 'stack-name:' or "
		"rename the file");
}

static void test_templates_are_no_manifests(void **state)
{
	AUTO(manifest_free)
	struct manifest *manifest = parse_good("a.yaml", "Resources: {}\nBanana: 1\n");

	(void)state;
	assert_true(manifest->template_like);
}

static void test_secrets_stay_out_of_errors(void **state)
{
	static const char *const texts[] = {
		T "parameters:\n  A: [x, 'hunter2,hunter3']\n",
		T "parameters:\n  A: !x hunter2\n",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		AUTO_DONE(texts_done) struct texts problems = {0};
		AUTO(manifest_free)
		struct manifest *manifest = parse("a.yaml", texts[i], &problems);

		assert_int_equal(problems.count, 1);
		assert_null(strstr(problems.items[0], "hunter"));
		assert_int_equal(manifest->parameter_count, 1);
	}
}

static char *many(const char *head, const char *format, int count, const char *tail)
{
	struct text text = {0};

	text_add(&text, head);
	for (int i = 0; i < count; i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		text_format(&text, format, i);
#pragma GCC diagnostic pop
	}
	text_add(&text, tail);
	return text_take(&text);
}

static const struct {
	const char *head, *format;
	int count;
	const char *tail, *problem; /* NULL: none */
} ceilings[] = {
	{T "parameters:\n", "  P%d: x\n", 200, "", NULL},
	{T "parameters:\n", "  P%d: x\n", 201, "",
		"3:3: expected at most 200 parameters, found 201"},
	{T "tags:\n", "  t%d: x\n", 50, "", "3:3: expected at most 49 tags, found 50"},
	{T "parents: [", "p%d, ", 1000, "]\n", NULL},
	{T "parents: [", "p%d, ", 1001, "]\n",
		"2:5901: expected at most 1000 references to other stacks"},
	{T "suspend: a", "%d", 60000, "\n",
		"1:1: found 288923 bytes, expected at most 262144 in a manifest"},
	{T "stack-name: a", "%1d", 10,
		"bcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghij"
		"klmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijkl\n",
		NULL},
};

static void test_ceilings(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(ceilings); i++) {
		AUTO_DONE(texts_done) struct texts problems = {0};
		AUTO(free_text)
		char *text = many(
			ceilings[i].head, ceilings[i].format, ceilings[i].count, ceilings[i].tail);
		AUTO(manifest_free) struct manifest *manifest = parse("a.yaml", text, &problems);

		assert_non_null(manifest);
		if (!ceilings[i].problem) {
			assert_int_equal(problems.count, 0);
			continue;
		}
		assert_int_equal(problems.count, 1);
		assert_string_equal(problems.items[0] + strlen("a.yaml:"), ceilings[i].problem);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_cluster_of_the_contract),
		cmocka_unit_test(test_references),
		cmocka_unit_test(test_values_are_text),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_templates_inside),
		cmocka_unit_test(test_what_is_not_given),
		cmocka_unit_test(test_everything_that_can_be_given),
		cmocka_unit_test(test_a_template_behind_a_url),
		cmocka_unit_test(test_what_is_given_and_empty),
		cmocka_unit_test(test_the_length_of_tags),
		cmocka_unit_test(test_how_many_tags),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_unreadable),
		cmocka_unit_test(test_all_faults_are_named_in_their_order),
		cmocka_unit_test(test_faults_end_somewhere),
		cmocka_unit_test(test_identity),
		cmocka_unit_test(test_a_file_name_that_is_no_stack_name_is_a_fault),
		cmocka_unit_test(test_templates_are_no_manifests),
		cmocka_unit_test(test_secrets_stay_out_of_errors),
		cmocka_unit_test(test_ceilings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
