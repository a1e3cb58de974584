#include "desired_world.h"

static void assert_good(const struct desired_stack *stack)
{
	assert_non_null(stack);
	if (stack->problems.count)
		fail_msg("%s", stack->problems.items[0]);
	assert_false(stack->frozen);
}

#define WEB_TEMPLATE                                                                               \
	{                                                                                          \
		"/etc/stackd/t/web.yaml", "Parameters:\n"                                          \
					  "  Cluster: {Type: String}\n"                            \
					  "  Version: {Type: String}\n"                            \
					  "  Zone: {Type: String}\n" RESOURCES                     \
	}

static void test_a_cluster_and_its_service(void **state)
{
	static const struct world world = {{
		{"web.yaml", "cluster: base\ntemplate-file-path: t/web.yaml\n"
			     "capabilities: [CAPABILITY_IAM]\nsuspend: not now\n"
			     "parameters: {Version: [4, 2], Zone: {output: net.Zone}}\n"},
		{"base.yml", "kind: cluster\n"
			     "template: {Resources: {}, Outputs: {Cluster: {Value: x}}}\n"},
		WEB_TEMPLATE,
	}};
	AUTO(desired_free) struct desired *desired = world_build(&world, NULL);
	const struct desired_stack *web = world_stack(desired, "web");

	(void)state;
	assert_good(web);
	assert_good(world_stack(desired, "base"));
	assert_int_equal(desired->stack_count, 2);
	assert_string_equal(desired->stacks[0]->manifest, "base");
	assert_string_equal(desired->stacks[0]->path, "/etc/stackd/base.yml");
	assert_string_equal(web->name, "web");
	assert_string_equal(web->region, "eu-west-1");
	assert_true(web->name_known);
	assert_int_equal(web->kind, KIND_SERVICE);
	assert_string_equal(web->suspend, "not now");
	assert_string_equal(web->capabilities.items[0], "CAPABILITY_IAM");
	assert_string_equal(web->template_path, "/etc/stackd/t/web.yaml");
	assert_int_equal(web->warnings.count, 0);

	assert_int_equal(web->parameter_count, 3);
	assert_ptr_equal(web->parameters[0].declared, &web->template->parameters[0]);
	assert_false(web->parameters[0].given);
	assert_true(web->parameters[1].given);
	assert_int_equal(web->parameters[1].part_count, 2);
	assert_string_equal(web->parameters[1].parts[1].text, "2");
	assert_int_equal(web->parameters[2].parts[0].kind, PART_OUTPUT);
	assert_string_equal(web->parameters[2].parts[0].text, "Zone");
	assert_int_equal(web->parameters[2].parts[0].edge, 1);
	assert_false(web->parameters[2].has_sources);

	assert_int_equal(web->edge_count, 2);
	assert_int_equal(web->edges[0].stack, 0);
	assert_string_equal(web->edges[0].name, "base");
	assert_int_equal(web->edges[1].stack, SIZE_MAX);
	assert_string_equal(web->edges[1].region, "eu-west-1");
	assert_string_equal(web->edges[1].name, "net");

	assert_int_equal(desired->template_count, 2);
	assert_int_equal(desired->watched.count, 1);
	assert_string_equal(desired->watched.items[0], "/etc/stackd/t");
}

/* A reference of "a", and what it leads to: the manifest "b" is the stack b2 in us-east-1. */
static const struct {
	const char *sentence, *reference, *region, *name;
	bool managed;
} references[] = {
	{"a manifest first, wherever its stack is", "b", "us-east-1", "b2", true},
	{"else a live stack in the child's own region", "b2", "eu-central-1", "b2", false},
	{"a live stack elsewhere", "eu-west-1/b", "eu-west-1", "b", false},
	{"a stack that is named outright may have a manifest", "us-east-1/b2", "us-east-1", "b2",
		true},
	{"a stack's name in the own region may have a manifest", "c2", "eu-central-1", "c2", true},
};

static void test_references(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(references); i++) {
		AUTO(free_text)
		char *manifest = xasprintf(
			"region: eu-central-1\nparents: [%s]\n" PLAIN, references[i].reference);
		const struct world world = {{{"a.yaml", manifest},
			{"b.yaml", "region: us-east-1\nstack-name: b2\n" PLAIN},
			{"c.yaml", "region: eu-central-1\nstack-name: c2\n" PLAIN},
			PLAIN_TEMPLATE}};
		AUTO(desired_free) struct desired *desired = world_build(&world, NULL);
		const struct edge *edge = &world_stack(desired, "a")->edges[0];

		assert_good(world_stack(desired, "a"));
		if (strcmp(edge->region, references[i].region) != 0 ||
			strcmp(edge->name, references[i].name) != 0 ||
			strcmp(edge->text, references[i].reference) != 0)
			fail_msg("%s: %s/%s", references[i].sentence, edge->region, edge->name);
		if (references[i].managed != (edge->stack != SIZE_MAX))
			fail_msg("%s: index %zu", references[i].sentence, edge->stack);
		if (references[i].managed &&
			strcmp(desired->stacks[edge->stack]->name, references[i].name) != 0)
			fail_msg("%s: the index is wrong", references[i].sentence);
	}
}

static const struct {
	const char *sentence, *value, *file, *text, *name;
} values[] = {
	{"a literal as it is written", "042", "", "042", NULL},
	{"a file's last newline goes", "{file: x}", "one\ntwo\n\n", "one\ntwo\n", "x"},
	{"and with it its carriage return", "{file: x}", "one\r\n", "one", "x"},
	{"a file without a last newline", "{file: x}", "one", "one", "x"},
	{"an empty file is a value", "{file: x}", "", "", "x"},
	{"a file of one newline is empty", "{file: x}", "\n", "", "x"},
	{"a file elsewhere", "{file: /etc/stackd/x}", "one\n", "one", "/etc/stackd/x"},
	{"a variable", "{environment: STAGE}", "", "production", "STAGE"},
	{"a credential", "{credential: password}", "", "s3cret", "password"},
};

static void test_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(values); i++) {
		AUTO(free_text)
		char *manifest = xasprintf("parameters: {Name: %s}\n"
					   "template: {Parameters: {Name: {Type: String}}, "
					   "Resources: {}}\n",
			values[i].value);
		const struct world world = {
			{{"a.yaml", manifest}, {"/etc/stackd/x", values[i].file}}};
		AUTO(desired_free) struct desired *desired = world_build(&world, NULL);
		const struct desired_parameter *parameter = desired->stacks[0]->parameters;

		assert_good(desired->stacks[0]);
		if (strcmp(parameter->parts[0].text, values[i].text) != 0)
			fail_msg("%s: '%s'", values[i].sentence, parameter->parts[0].text);
		if (!parameter->has_sources != !values[i].name ||
			(values[i].name && strcmp(parameter->parts[0].name, values[i].name) != 0))
			fail_msg("%s: is not shown by name", values[i].sentence);
	}
}

/* --- what is not a manifest --- */

static void test_candidates(void **state)
{
	static const char *const good[] = {"a.yaml", "a.yml", "a.json", "a.b.yaml", "ä.yaml"};
	static const char *const bad[] = {".a.yaml", ".yaml", "a.yaml~", "a.yaml.swp", "a.yaml.tmp",
		"a.yaml.bak", "a.yaml.dpkg-new", "a.yaml.rpmsave", "a.yaml.ucf-dist", "a.yamlx",
		"a.YAML", "yaml", "stackd.conf", "a.json5", "#a.yaml#", ""};

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++)
		if (!manifest_candidate(good[i]))
			fail_msg("%s is a candidate", good[i]);
	for (size_t i = 0; i < COUNT(bad); i++)
		if (manifest_candidate(bad[i]))
			fail_msg("%s is no candidate", bad[i]);
}

/* `manifests` are those that are left, in order. */
static const struct {
	const char *sentence;
	struct world world;
	const char *manifests;
} entries[] = {
	{"a file with Resources is none",
		{{{"a.yaml", "template-file-path: b.yaml\n"}, {"b.yaml", RESOURCES},
			{"c.json", "{\"Resources\": {}}"}}},
		"a"},
	{"nor one that a manifest names as its template, however broken",
		{{{"a.yaml", "template-file-path: b.yaml\n"}, {"b.yaml", "Resources: [\n"}}}, "a"},
	{"nor if it can't be read",
		{{{"a.yaml", "template-file-path: b.yaml\n"}, {"b.yaml", UNREADABLE}}}, "a"},
	{"nor if it is named by its whole path",
		{{{"a.yaml", "template-file-path: /etc//stackd/./b.yaml\n"}, {"b.yaml", "x"}}},
		"a"},
	{"nor if the manifest that names it has other faults",
		{{{"a.yaml", "template-file-path: b.yaml\nkind: x\n"}, {"b.yaml", "x"}}}, "a"},
	{"nor one that is named as a policy",
		{{{"a.yaml", PLAIN "stack-policy-file-path: b.json\n"}, {"b.json", "{}"},
			PLAIN_TEMPLATE}},
		"a"},
	{"what is just broken is a manifest", {{{"a.yaml", PLAIN}, {"b.yaml", "["}}}, "a b"},
	{"two that name each other don't vanish",
		{{{"a.yaml", "template-file-path: b.yaml\n"},
			{"b.yaml", "template-file-path: a.yaml\n"}}},
		"a b"},
	{"one that names itself doesn't vanish",
		{{{"a.yaml", "template-file-path: a.yaml\nkind: x\n"}}}, "a"},
	{"an empty folder has none", {{{0}}}, ""},
};

static void test_what_is_not_a_manifest(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(entries); i++) {
		AUTO(desired_free) struct desired *desired = world_build(&entries[i].world, NULL);
		AUTO_DONE(texts_done) struct texts names = {0};

		for (size_t j = 0; j < desired->stack_count; j++)
			texts_add(&names, desired->stacks[j]->manifest);
		AUTO(free_text) char *all = texts_join(&names, " ");

		if (strcmp(all, entries[i].manifests) != 0)
			fail_msg("%s: %s", entries[i].sentence, all);
	}
}

static void test_watched_folders(void **state)
{
	static const struct world world = {{
		{"a.yaml", "template-file-path: a-template.yaml\nparameters: {P: {file: s/x}}\n"},
		{"b.yaml", "template: |\n  # AutoStacker24\n  Resources: {A: '@file://i/x'}\n"},
		{"c.yaml", "template-file-path: ../t.yaml\n"},
		{"d.yaml", "template-file-path: /t.yaml\n"},
		{"/etc/stackd/a-template.yaml", RESOURCES},
		{"/etc/stackd/i/x", "x"},
	}};
	AUTO(desired_free) struct desired *desired = world_build(&world, NULL);
	AUTO(free_text) char *all = texts_join(&desired->watched, " ");

	(void)state;
	assert_string_equal(all, "/ /etc/stackd/.. /etc/stackd/i /etc/stackd/s");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_cluster_and_its_service),
		cmocka_unit_test(test_references),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_candidates),
		cmocka_unit_test(test_what_is_not_a_manifest),
		cmocka_unit_test(test_watched_folders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
