#include "stack/template.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

#define RESOURCES "Resources: {A: {Type: AWS::SNS::Topic}}\n"

static struct template *parse(const char *text, struct error *e)
{
	return template_parse("t.yaml", text, strlen(text), 0, NULL, NULL, e);
}

static struct template *parse_good(const char *text)
{
	struct error e = {0};
	struct template *template = parse(text, &e);

	if (!template)
		fail_msg("%s", e.text);
	return template;
}

static void test_sent_byte_for_byte(void **state)
{
	static const char *const texts[] = {
		("# comment\r\n" RESOURCES "\n\n"),
		"{ \"Resources\" : {\t\"A\": {\"B\": 1.50, \"C\": \"\\/\\ud83d\\ude00\"}} }\n",
		"Resources:\n  A: {Type: AWS::SNS::Topic, Properties: {TopicName: \"@Name\"}}\n",
		"\xef\xbb\xbf{\"Resources\": {}}",
		"\"Resources\":\n  A: {Type: AWS::SNS::Topic}\n",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		AUTO(template_free) struct template *template = parse_good(texts[i]);

		assert_string_equal(template->body, texts[i]);
		assert_int_equal(template->body_length, strlen(texts[i]));
	}
}

static void test_parameters_and_outputs(void **state)
{
	AUTO(template_free)
	struct template *template =
		parse_good("Parameters:\n"
			   "  Name: {Type: String}\n"
			   "  Count:\n"
			   "    Default: 012\n"
			   "    Type: Number\n"
			   "  Secret: {NoEcho: yes, Type: String, Default: ''}\n"
			   "  Shown: {NoEcho: \"false\", Type: String}\n" RESOURCES "Outputs:\n"
			   "  Url: {Value: !Ref A}\n"
			   "  Fn::ForEach::More: []\n"
			   "  Arn: {Value: !GetAtt A.Arn}\n");
	const struct template_parameter *parameters = template->parameters;

	(void)state;
	assert_int_equal(template->parameter_count, 4);
	assert_string_equal(parameters[0].name, "Name");
	assert_string_equal(parameters[0].type, "String");
	assert_null(parameters[0].preset);
	assert_false(parameters[0].no_echo);
	assert_int_equal(parameters[1].line, 3);
	assert_int_equal(parameters[1].column, 3);
	assert_string_equal(parameters[1].preset, "012");
	assert_true(parameters[2].no_echo);
	assert_string_equal(parameters[2].preset, "");
	assert_false(parameters[3].no_echo);
	assert_int_equal(template->outputs.count, 2);
	assert_string_equal(template->outputs.items[0], "Url");
	assert_string_equal(template->outputs.items[1], "Arn");
	assert_ptr_equal(template_parameter(template, "Secret"), &parameters[2]);
	assert_null(template_parameter(template, "Url"));
}

static const struct {
	const char *what, *left, *right;
	bool equal;
} meanings[] = {
	{"order of members", "A: 1\nB: 2", "B: 2\nA: 1", true},
	{"comments and layout", "A: {B: 1}", "# x\nA:\n\n    B:   1 # y\n", true},
	{"JSON and YAML", "{\"A\": [1, true, \"x\"]}", "A:\n- 1\n- true\n- x\n", true},
	{"escapes", "{\"A\": \"\\u0041\\/\"}", "A: \"\\x41/\"", true},
	{"quoting", "A: '1'", "A: 1", true},
	{"folding", "A: >-\n  b\n  c\n", "A: b c\n", true},
	{"Ref", "A: !Ref X", "{\"A\": {\"Ref\": \"X\"}}", true},
	{"Condition", "A: !Condition X", "A: {Condition: X}", true},
	{"GetAtt as text", "A: !GetAtt B.C", "A: {Fn::GetAtt: [B, C]}", true},
	{"GetAtt as a list", "A: !GetAtt [B, C]", "A: !GetAtt B.C", true},
	{"the full form of GetAtt as text", "A: {Fn::GetAtt: B.C}", "A: !GetAtt B.C", true},
	{"an attribute of an attribute", "A: !GetAtt B.C.D", "A: {Fn::GetAtt: [B, C.D]}", true},
	{"Sub", "A: !Sub '${B}'", "A: {Fn::Sub: \"${B}\"}", true},
	{"tags within tags", "A: !Join ['', [!Ref B]]", "A: {Fn::Join: ['', [{Ref: B}]]}", true},
	{"a tagged map", "A: !Transform {Name: B}", "A: {Fn::Transform: {Name: B}}", true},
	{"a function that is not known yet", "A: !New B", "A: {Fn::New: B}", true},
	{"YAML's own tags", "A: !!str 1", "A: 1", true},
	{"nothing", "A: ~", "{\"A\": null}", true},
	{"another value", "A: 1", "A: 2", false},
	{"numbers are compared as text", "A: 1", "A: 1.0", false},
	{"order of items", "A: [1, 2]", "A: [2, 1]", false},
	{"one member more", "A: 1", "A: 1\nB: 2", false},
	{"text and a list of it", "A: x", "A: [x]", false},
	{"a dot outside of GetAtt", "A: {Fn::Sub: B.C}", "A: {Fn::Sub: [B, C]}", false},
	{"the text null and nothing", "A: 'null'", "A: null", false},
	{"a tag and its text", "A: !Ref X", "A: X", false},
	{"what does not parse, by its bytes", "A: [", "A: [ ", false},
	{"the same that does not parse", "A: [", "A: [", true},
};

static void test_meanings(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(meanings); i++) {
		const char *left = meanings[i].left;
		const char *right = meanings[i].right;
		struct digest a = template_canonical(left, strlen(left));
		struct digest b = template_canonical(right, strlen(right));
		AUTO(free_text)
		char *difference = template_difference(left, strlen(left), right, strlen(right));

		if (digest_equal(&a, &b) != meanings[i].equal || !*difference != meanings[i].equal)
			fail_msg("%s: difference '%s'", meanings[i].what, difference);
	}
}

static const struct {
	const char *was, *is, *difference;
} differences[] = {
	{"Resources: {Queue: {Type: a}}\nOutputs: {Url: {Value: 1}}",
		"Resources: {Queue: {Type: b}}\nOutputs: {Url: {Value: 2}}",
		"Resources.Queue, Outputs.Url"},
	{"Resources: {A: 1, B: 2}", "Resources: {B: 2, C: 3}", "Resources.C, Resources.A"},
	{"Description: x\nResources: {}", "Resources: {}", "Description"},
	{"Resources: {}", "Resources: {}\nOutputs: {A: 1}", "Outputs"},
	{"R: {A: 1, B: 1, C: 1, D: 1, E: 1, F: 1, G: 1}",
		"R: {A: 2, B: 2, C: 2, D: 2, E: 2, F: 2, G: 2}", "R.A, R.B, R.C and 4 more"},
	{"R: {A: 1, B: 1, C: 1, D: 1}", "R: {}", "R.A, R.B, R.C and 1 more"},
	{"R: {}", "R: [", "the whole text"},
	{"R: !Ref X", "R: {Ref: X}", ""},
	{"\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
	 "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
	 "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4x\xc3\xa4y: 1",
		"{}",
		"\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
		"\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
		"\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
		"\xc3\xa4x"},
};

static void test_differences(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(differences); i++) {
		AUTO(free_text)
		char *difference = template_difference(differences[i].was,
			strlen(differences[i].was), differences[i].is, strlen(differences[i].is));

		assert_string_equal(difference, differences[i].difference);
	}
}

static const struct {
	const char *what, *text, *error;
} faults[] = {
	{"broken YAML", "A: [\n", "t.yaml:2:1: "},
	{"broken JSON", "{\"A\": 1,}", "t.yaml:1:9: found '}', expected another one after ','"},
	{"an empty file", "", "t.yaml:1:1: found an empty document, expected a map"},
	{"no map", "- a", "t.yaml:1:1: expected a map with 'Resources', found a list"},
	{"a name twice", "A: 1\nA: 2", "t.yaml:2:1: found the key 'A' again, already at 1:1"},
	{"parameters that are a list", "Parameters: []",
		"t.yaml:1:13: expected a map after 'Parameters:', found a list"},
	{"parameters that are nothing", "Parameters:\n" RESOURCES,
		"t.yaml:1:12: expected a map after 'Parameters:', found nothing"},
	{"a parameter that is text", "Parameters:\n  A: String",
		"t.yaml:2:6: expected a map after 'Parameters.A:', found text"},
	{"a parameter without a type", "Parameters:\n  A: {Default: 1}",
		"t.yaml:2:3: found the parameter 'A' without 'Type'"},
	{"a type that is a list", "Parameters:\n  A: {Type: [x]}",
		"t.yaml:2:13: expected text after 'Parameters.A.Type:', found a list"},
	{"a default that is a function", "Parameters:\n  A: {Type: x, Default: !Ref B}",
		"t.yaml:2:25: expected text after 'Parameters.A.Default:', found a function"},
	{"a default that is nothing", "Parameters:\n  A: {Type: x, Default: }",
		"t.yaml:2:25: expected text after 'Parameters.A.Default:', found nothing"},
};

static void test_faults(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(faults); i++) {
		struct error e = {0};
		AUTO(template_free) struct template *template = parse(faults[i].text, &e);

		if (template || e.kind != ERROR_INVALID || !text_starts(e.text, faults[i].error))
			fail_msg("%s: %s", faults[i].what, e.text);
	}
}

static void test_lines_of_the_manifest(void **state)
{
	static const char text[] = "Parameters:\n  A: {Type: String}\n" RESOURCES;
	struct error e = {0};
	AUTO(template_free)
	struct template *good = template_parse("m.yaml", text, strlen(text), 10, NULL, NULL, &e);
	AUTO(template_free)
	struct template *bad = template_parse("m.yaml", "A: 1\nA: 2", 9, 10, NULL, NULL, &e);

	(void)state;
	assert_non_null(good);
	assert_int_equal(good->parameters[0].line, 12);
	assert_null(bad);
	assert_true(text_starts(e.text, "m.yaml:12:1: "));
}

static const struct {
	const char *what, *manifest, *error;
} inner_faults[] = {
	{"a literal block", "# x\ntemplate: |\n  A: 1\n  A: 2\n",
		"m.yaml:4:3: found the key 'A' again, already at 3:3"},
	{"a deeper block below empty lines", "template: |\n\n\n     A: 1\n     B: {Type: [}\n",
		"m.yaml:5:17: "},
	{"a block with its indentation given", "template: |1\n   {\"A\": x}\n",
		"m.yaml:2:10: found 'x', expected a value"},
	{"a parameter", "template: |\n  Parameters:\n    A: String\n",
		"m.yaml:3:8: expected a map after 'Parameters.A:', found text"},
	{"no map", "template: |\n  - a\n", "m.yaml:2:3: expected a map with 'Resources'"},
	{"an expression", "template: |\n  # AutoStacker24\n  A: 'x @{}'\n",
		"m.yaml:3:11: found '}', expected the name"},
	{"an expression in a block in a block",
		"template: |\n  # AutoStacker24\n  A: |\n    one\n    x @{}\n",
		"m.yaml:5:9: found '}', expected the name"},
	{"a comment", "template: |\n  // AutoStacker24\n  { /* x\n",
		"m.yaml:3:5: found a comment without an end"},
	{"quoted on one line", "template: '{\"A\": x}'\n",
		"m.yaml:1:18: found 'x', expected a value"},
	{"plain on one line", "template: A [x\n", "m.yaml:1:11: expected a map"},
	{"quoted on several lines: only the line can be told", "template: \"A: 1\\nA: 2\"\n",
		"m.yaml:2:1: found the key 'A' again, already at 1:1"},
};

static void test_a_text_of_the_manifest(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(inner_faults); i++) {
		const char *bytes = inner_faults[i].manifest;
		struct error e = {0};
		AUTO(node_free) struct node *root = document_yaml(bytes, strlen(bytes), NULL, &e);

		assert_non_null(root);
		AUTO(template_free)
		struct template *template = template_from_text(
			"m.yaml", node_get(root, "template"), bytes, strlen(bytes), NULL, NULL, &e);

		if (template || !text_starts(e.text, inner_faults[i].error))
			fail_msg("%s: %s", inner_faults[i].what, e.text);
	}
}

static void test_a_map_of_the_manifest(void **state)
{
	static const char manifest[] =
		"template:\n"
		"  Parameters:\n"
		"    A: {Type: String, Default: 012}\n"
		"  Resources:\n"
		"    Q:\n"
		"      On: [yes, No, ~, 1, -2.50, +3, .5, 4., 1.5e+3, 1e3, 007]\n"
		"      Text: ['yes', \"1\", !!str 1, 0x10, 1:30, \"1,000\", x]\n"
		"      Arn: !GetAtt Q.A.B\n"
		"      If: !If [!Condition C, !Ref A, !Sub '${A}']\n";
	struct error e = {0};
	AUTO(node_free)
	struct node *root = document_yaml(manifest, strlen(manifest), NULL, &e);
	AUTO(template_free)
	struct template *template = template_from_node("m.yaml", node_get(root, "template"), &e);

	(void)state;
	assert_non_null(template);
	assert_string_equal(template->body,
		"{\"Parameters\":{\"A\":{\"Type\":\"String\",\"Default\":\"012\"}},"
		"\"Resources\":{\"Q\":{"
		"\"On\":[true,false,null,1,-2.50,3,0.5,4,1.5e+3,\"1e3\",\"007\"],"
		"\"Text\":[\"yes\",\"1\",\"1\",\"0x10\",\"1:30\",\"1,000\",\"x\"],"
		"\"Arn\":{\"Fn::GetAtt\":[\"Q\",\"A.B\"]},"
		"\"If\":{\"Fn::If\":[{\"Condition\":\"C\"},{\"Ref\":\"A\"},"
		"{\"Fn::Sub\":\"${A}\"}]}}}}");
	assert_int_equal(template->parameters[0].line, 3);

	struct digest sent = template_canonical(template->body, template->body_length);

	assert_true(digest_equal(&sent, &template->canonical));
}

/* {"Resources":{"A":"x x x ..."}} with white space around its tokens. */
static char *json_of(size_t content, size_t space)
{
	struct text text = {0};

	text_add(&text, "{\"Resources\":");
	for (size_t i = 0; i < space; i++)
		text_add_char(&text, " \n\t\r"[i % 4]);
	text_add(&text, "{\"A\":\"\\\" \\\\\",\"B\":\"");
	for (size_t i = 0; i + 34 < content; i++)
		text_add_char(&text, i % 2 ? ' ' : 'x');
	text_add(&text, "\"}}");
	return text_take(&text);
}

static void test_the_limit_of_a_body(void **state)
{
	AUTO(free_text) char *fits = json_of(TEMPLATE_BODY_LIMIT, 0);
	AUTO(free_text) char *spaced = json_of(TEMPLATE_BODY_LIMIT, 100);
	AUTO(free_text) char *small = json_of(1000, 100);

	(void)state;
	AUTO(template_free) struct template *first = parse_good(fits);
	AUTO(template_free) struct template *second = parse_good(spaced);
	AUTO(template_free) struct template *third = parse_good(small);

	assert_int_equal(strlen(fits), TEMPLATE_BODY_LIMIT);
	assert_string_equal(first->body, fits);
	assert_string_equal(second->body, fits);
	assert_int_equal(second->body_length, TEMPLATE_BODY_LIMIT);
	assert_true(digest_equal(&first->canonical, &second->canonical));
	assert_string_equal(third->body, small);
	assert_false(first->large || second->large || third->large);
}

static void test_large_templates(void **state)
{
	AUTO(free_text) char *json = json_of(TEMPLATE_BODY_LIMIT + 2, 100);
	AUTO(free_text) char *yaml = xasprintf(RESOURCES "# %*s", TEMPLATE_BODY_LIMIT, "x");
	AUTO(free_text) char *largest = json_of(TEMPLATE_LIMIT, 0);

	(void)state;
	AUTO(template_free) struct template *first = parse_good(json);
	AUTO(template_free) struct template *second = parse_good(yaml);
	AUTO(template_free) struct template *third = parse_good(largest);

	/* White space that does not help stays: byte for byte. */
	assert_string_equal(first->body, json);
	assert_int_equal(first->body_length, strlen(json));
	assert_string_equal(second->body, yaml);
	assert_int_equal(third->body_length, TEMPLATE_LIMIT);
	assert_true(first->large && second->large && third->large);
}

/* Also where only the preprocessing makes it too large. */
static void test_over_the_largest(void **state)
{
	AUTO(free_text) char *json = json_of(TEMPLATE_LIMIT + 2, 0);
	struct text grown = {0};
	struct error e = {0};

	(void)state;
	assert_null(parse(json, &e));
	assert_string_equal(e.text, "t.yaml:1:1: found 1048578 bytes, expected at most 1048576: "
				    "make it smaller or split it");
	text_add(&grown, "# AutoStacker24\n" RESOURCES "Many:\n");
	for (int i = 0; i < 25000; i++)
		text_add(&grown, "- '@Map[A]'\n");
	assert_null(parse(grown.data, &e));
	assert_true(text_starts(e.text, "t.yaml:1:1: found a template of "));
	assert_true(
		text_ends(e.text, " bytes, expected at most 1048576: make it smaller or split it"));
	text_done(&grown);
}

static void test_where_a_template_is_uploaded(void **state)
{
	AUTO(template_free) struct template *template = parse_good(RESOURCES);
	AUTO(template_free) struct template *other = parse_good(RESOURCES "# other\n");
	AUTO(free_text) char *key = template_upload_key(template);
	AUTO(free_text) char *other_key = template_upload_key(other);
	struct digest digest = digest_of(template->body, template->body_length);
	char hex[DIGEST_HEX_SIZE];

	(void)state;
	digest_hex(&digest, hex, 64);
	AUTO(free_text) char *expected = xasprintf("stackd/%s.template", hex);

	assert_string_equal(key, expected);
	assert_string_not_equal(key, other_key); /* by its bytes, whatever they mean */
}

static void test_what_a_summary_tells(void **state)
{
	char names[2][8] = {"Size", "Secret"};
	char type[] = "String", preset[] = "";
	const struct template_parameter parameters[] = {
		{.name = names[0], .type = type},
		{.name = names[1], .type = type, .preset = preset, .no_echo = true},
	};
	AUTO(template_free)
	struct template *template = template_from_summary("https://a", parameters, 2);
	AUTO(template_free)
	struct template *same = template_from_summary("https://a", parameters, 1);
	AUTO(template_free)
	struct template *other = template_from_summary("https://b", parameters, 2);

	(void)state;
	assert_null(template->body);
	assert_false(template->large);
	assert_true(template->more_outputs && template->has_resources);
	assert_int_equal(template->parameter_count, 2);
	assert_null(template->parameters[0].preset);
	assert_string_equal(template->parameters[1].name, "Secret");
	assert_string_equal(template->parameters[1].preset, "");
	assert_true(template->parameters[1].no_echo);
	assert_true(template->parameters[1].name != names[1]);
	assert_true(digest_equal(&template->canonical, &same->canonical));
	assert_false(digest_equal(&template->canonical, &other->canonical));
	AUTO(free_text) char *difference = template_difference(RESOURCES, 9, NULL, 0);

	assert_string_equal(difference, "");
}

static void test_ssm(void **state)
{
	static const struct {
		const char *type;
		bool ssm;
	} types[] = {
		{"AWS::SSM::Parameter::Value<String>", true},
		{"AWS::SSM::Parameter::Value<List<String>>", true},
		{"AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>", true},
		{"AWS::SSM::Parameter::Name", false},
		{"String", false},
		{"List<AWS::SSM::Parameter::Value<String>>", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(types); i++) {
		const struct template_parameter parameter = {.type = (char *)types[i].type};

		if (template_parameter_ssm(&parameter) != types[i].ssm)
			fail_msg("%s", types[i].type);
	}
}

#define TASK                                                                                       \
	"Resources:\n  Other: {Type: AWS::SNS::Topic}\n  Task:\n    Type: "                        \
	"AWS::ECS::TaskDefinition\n"

/* `roleless`: it is told. */
static const struct {
	const char *sentence, *text;
	bool roleless;
} tasks[] = {
	{"no properties at all", TASK, true},
	{"other properties", TASK "    Properties: {Family: a, ExecutionRoleArn: x}\n", true},
	{"a role", TASK "    Properties: {TaskRoleArn: !GetAtt Role.Arn}\n", false},
	{"a role in words", TASK "    Properties: {TaskRoleArn: 'arn:aws:iam::1:role/a'}\n", false},
	{"a role or none", TASK "    Properties: {TaskRoleArn: !If [A, b, !Ref AWS::NoValue]}\n",
		false},
	{"a role that is taken away", TASK "    Properties: {TaskRoleArn: !Ref AWS::NoValue}\n",
		true},
	{"likewise, in long", TASK "    Properties: {TaskRoleArn: {Ref: AWS::NoValue}}\n", true},
	{"nothing as a role", TASK "    Properties: {TaskRoleArn: }\n", true},
	{"a role of a parameter", TASK "    Properties: {TaskRoleArn: !Ref Role}\n", false},
	{"properties that a function brings", TASK "    Properties: {Fn::Transform: {Name: A}}\n",
		false},
	{"another type", "Resources: {Task: {Type: AWS::ECS::Service}}\n", false},
	{"a function for resources", "Resources: {'Fn::ForEach::A': [a, [b], {}]}\n", false},
	{"no map", "Resources: [a]\n", false},
};

static void test_task_roles(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(tasks); i++) {
		AUTO(template_free) struct template *template = parse_good(tasks[i].text);

		if (template->roleless_count != tasks[i].roleless)
			fail_msg("%s: %zu", tasks[i].sentence, template->roleless_count);
		if (!tasks[i].roleless)
			continue;
		assert_string_equal(template->roleless[0].name, "Task");
		assert_int_equal(template->roleless[0].line, 3);
		assert_int_equal(template->roleless[0].column, 3);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sent_byte_for_byte),
		cmocka_unit_test(test_parameters_and_outputs),
		cmocka_unit_test(test_meanings),
		cmocka_unit_test(test_differences),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_lines_of_the_manifest),
		cmocka_unit_test(test_a_text_of_the_manifest),
		cmocka_unit_test(test_a_map_of_the_manifest),
		cmocka_unit_test(test_the_limit_of_a_body),
		cmocka_unit_test(test_large_templates),
		cmocka_unit_test(test_over_the_largest),
		cmocka_unit_test(test_where_a_template_is_uploaded),
		cmocka_unit_test(test_what_a_summary_tells),
		cmocka_unit_test(test_ssm),
		cmocka_unit_test(test_task_roles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
