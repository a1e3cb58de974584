/* What freezes a stack, and what is said of it. */
#include "desired_world.h"

/* `problem` is what the stack of manifest "a" says; NULL: nothing, it is not frozen. */
static const struct row {
	const char *sentence;
	struct world world;
	const char *problem;
} rows[] = {
	{"a manifest and its template", {{{"a.yaml", PLAIN}, PLAIN_TEMPLATE}}, NULL},

	/* templates */
	{"a template that is not there is named", {{{"a.yaml", PLAIN}}},
		"a.yaml:1:21: can't read the template t/plain.yaml: No such file or directory"},
	{"a template that can't be read is named",
		{{{"a.yaml", PLAIN}, {"/etc/stackd/t/plain.yaml", UNREADABLE}}},
		"a.yaml:1:21: can't read the template t/plain.yaml: Permission denied"},
	{"a template's faults have a place in it, behind the one where it is named",
		{{{"a.yaml", PLAIN}, {"/etc/stackd/t/plain.yaml", "Resources:\n  A: [1\n"}}},
		"a.yaml:1:21: t/plain.yaml:3:1: "},
	{"a template elsewhere is named by its whole path",
		{{{"a.yaml", "template-file-path: /srv/t.yaml\n"}}},
		"a.yaml:1:21: can't read the template /srv/t.yaml: No such file or directory"},
	{"a path is the manifest's, not the folder's parent's",
		{{{"a.yaml", "template-file-path: ./t//plain.yaml\n"}, PLAIN_TEMPLATE}}, NULL},
	{"a template within the manifest", {{{"a.yaml", "template: |\n  " RESOURCES}}}, NULL},
	{"a template within the manifest, as a map", {{{"a.yaml", "template: {" RESOURCES "}\n"}}},
		NULL},
	{"an included file that can't be read",
		{{{"a.yaml", "template-file-path: t/x.json\n"},
			{"/etc/stackd/t/x.json",
				"// AutoStacker24\n{\"Resources\":\n{\"A\": \"@file://y\"}}"}}},
		"a.yaml:1:21: t/x.json:3:8: t/y: No such file or directory"},
	{"lines of a template within the manifest are the manifest's",
		{{{"a.yaml", "# one\ntemplate: |\n  Resources:\n    A: [1\n"}}}, "a.yaml:"},
	{"a manifest is no template",
		{{{"a.yaml", "template-file-path: b.yaml\n"}, {"b.yaml", PLAIN}, PLAIN_TEMPLATE}},
		"a.yaml:1:21: expected a template with 'Resources', found none in it"},
	{"a transform may bring the resources",
		{{{"a.yaml", "template: {Transform: AWS::Serverless-2016-10-31}\n"}}}, NULL},

	/* parameters */
	{"an unknown parameter, and the nearest that is declared",
		{{{"a.yaml", PLAIN "parameters:\n  NmeTag: x\n"},
			{"/etc/stackd/t/plain.yaml",
				"Parameters: {NameTag: {Type: String, Default: x}}\n" RESOURCES}}},
		"a.yaml:3:3: found parameter 'NmeTag', which the template does not declare; did "
		"you mean 'NameTag'?"},
	{"a parameter without a value and without parents",
		{{{"a.yaml", PLAIN}, {"/etc/stackd/t/plain.yaml",
					     "Parameters: {KeyName: {Type: String}}\n" RESOURCES}}},
		"a.yaml:1:1: template parameter 'KeyName' has no value: expected one after "
		"'parameters:'"},
	{"depends-on gives no values",
		{{{"a.yaml", PLAIN "depends-on: [b]\n"},
			{"/etc/stackd/t/plain.yaml",
				"Parameters: {KeyName: {Type: String}}\n" RESOURCES}}},
		"a.yaml:1:1: template parameter 'KeyName' has no value"},
	{"a parent may have the value",
		{{{"a.yaml", PLAIN "parents: [b]\n"},
			{"/etc/stackd/t/plain.yaml",
				"Parameters: {KeyName: {Type: String}}\n" RESOURCES}}},
		NULL},
	{"a cluster may have the value",
		{{{"a.yaml", PLAIN "cluster: b\n"},
			{"/etc/stackd/t/plain.yaml",
				"Parameters: {KeyName: {Type: String}}\n" RESOURCES}}},
		NULL},
	{"the template's Default is a value, even an empty one",
		{{{"a.yaml", PLAIN},
			{"/etc/stackd/t/plain.yaml",
				"Parameters: {KeyName: {Type: String, Default: ''}}\n" RESOURCES}}},
		NULL},

/* sources: t/name.yaml declares Name */
#define NAME "template-file-path: t/name.yaml\nparameters:\n  Name: "
#define NAME_TEMPLATE                                                                              \
	{                                                                                          \
		"/etc/stackd/t/name.yaml", "Parameters: {Name: {Type: String}}\n" RESOURCES        \
	}
	{"a file's text",
		{{{"a.yaml", NAME "{file: x}\n"}, NAME_TEMPLATE, {"/etc/stackd/x", "v\n"}}}, NULL},
	{"a file that is not there", {{{"a.yaml", NAME "{file: x}\n"}, NAME_TEMPLATE}},
		"a.yaml:3:9: can't read the file x: No such file or directory"},
	{"a file that is no text",
		{{{"a.yaml", NAME "{file: x}\n"}, NAME_TEMPLATE, {"/etc/stackd/x", "s3cret\xff"}}},
		"a.yaml:3:9: expected UTF-8 text in the file x, found other bytes"},
	{"a variable that is not set", {{{"a.yaml", NAME "{environment: STAG}\n"}, NAME_TEMPLATE}},
		"a.yaml:3:9: found no environment variable 'STAG', expected stackd to be started "
		"with it"},
	{"a credential that is not there", {{{"a.yaml", NAME "{credential: p}\n"}, NAME_TEMPLATE}},
		"a.yaml:3:9: found no credential 'p', expected stackd to be started with it"},
	{"an item with a comma, wherever it comes from",
		{{{"a.yaml", NAME "[a, {environment: PAIR}]\n"}, NAME_TEMPLATE}},
		"a.yaml:3:13: expected an item without a comma in the list of 'Name', found one in "
		"PAIR (the list is joined with commas)"},
	{"a comma outside of lists is text",
		{{{"a.yaml", NAME "{environment: PAIR}\n"}, NAME_TEMPLATE}}, NULL},

	/* region */
	{"no region anywhere", {.files = {{"a.yaml", PLAIN}, PLAIN_TEMPLATE}, .no_region = true},
		"a.yaml:1:1: found no region, expected 'region:' here, 'Region=' in stackd.conf"},
	{"a region of its own",
		{.files = {{"a.yaml", PLAIN "region: eu-west-1\n"}, PLAIN_TEMPLATE},
			.no_region = true},
		NULL},

	/* twice the same */
	{"two manifests for one stack name each other",
		{{{"a.yaml", PLAIN "stack-name: x\n"}, {"b.yaml", PLAIN "stack-name: x\n"},
			PLAIN_TEMPLATE}},
		"a.yaml:2:13: the stack x in eu-west-1 is also what b.yaml wants, expected one "
		"manifest for a stack"},
	{"a manifest's own name counts as well",
		{{{"a.yaml", PLAIN}, {"b.yaml", PLAIN "stack-name: a\n"}, PLAIN_TEMPLATE}},
		"a.yaml:1:1: the stack a in eu-west-1 is also what b.yaml wants"},
	{"a faulty manifest wants its stack all the same",
		{{{"a.yaml", PLAIN}, {"b.yaml", "stack-name: a\n"}, PLAIN_TEMPLATE}},
		"a.yaml:1:1: the stack a in eu-west-1 is also what b.yaml wants"},
	{"five manifests for one stack: three are named",
		{{{"a.yaml", PLAIN}, {"b.yaml", PLAIN "stack-name: a\n"},
			{"c.yaml", PLAIN "stack-name: a\n"}, {"d.yaml", PLAIN "stack-name: a\n"},
			{"e.yaml", PLAIN "stack-name: a\n"}, PLAIN_TEMPLATE}},
		"a.yaml:1:1: the stack a in eu-west-1 is also what b.yaml, c.yaml, d.yaml and 1 "
		"more wants"},
	{"the same name in another region is another stack",
		{{{"a.yaml", PLAIN}, {"b.yaml", PLAIN "stack-name: a\nregion: us-east-1\n"},
			PLAIN_TEMPLATE}},
		NULL},
	{"two files for one manifest name each other",
		{{{"a.json", "{\"template\": {\"Resources\": {}}, \"stack-name\": \"b\"}"},
			{"a.yaml", PLAIN}, PLAIN_TEMPLATE}},
		"a.json:1:1: found a.yaml beside it, expected one file for the manifest 'a'"},

	/* references */
	{"a name that can be neither manifest nor stack",
		{{{"a.yaml", PLAIN "parents: [my_net]\n"}, PLAIN_TEMPLATE}},
		"a.yaml:2:11: found 'my_net', which is no manifest here and can't be the name of a "
		"stack either"},
	{"a manifest is named without its suffix",
		{{{"a.yaml", PLAIN "parents: [b.yaml]\n"}, {"b.yaml", PLAIN}, PLAIN_TEMPLATE}},
		"a.yaml:2:11: found 'b.yaml', which is no manifest here and can't be the name of a "
		"stack either; a manifest is named without its suffix"},
	{"a manifest's name need not be a stack's",
		{{{"a.yaml", PLAIN "parents: [my_net]\n"},
			{"my_net.yaml", PLAIN "stack-name: net\n"}, PLAIN_TEMPLATE}},
		NULL},

	/* cycles */
	{"a stack that needs itself", {{{"a.yaml", PLAIN "parents: [a]\n"}, PLAIN_TEMPLATE}},
		"a.yaml:2:11: found a cycle, expected none: a needs a"},
	{"a cycle of three is named from its first on",
		{{{"a.yaml", PLAIN "cluster: b\n"}, {"b.yaml", PLAIN "depends-on: [x, c]\n"},
			{"c.yaml", PLAIN "parents: [eu-west-1/a]\n"}, PLAIN_TEMPLATE}},
		"a.yaml:2:10: found a cycle, expected none: a needs b, b needs c, c needs a"},
	{"an output makes a cycle, too",
		{{{"a.yaml", NAME "{output: b.X}\n"}, {"b.yaml", PLAIN "depends-on: [a]\n"},
			NAME_TEMPLATE, PLAIN_TEMPLATE}},
		"a.yaml:3:18: found a cycle, expected none: a needs b, b needs a"},
	{"a stack between two cycles is frozen as well",
		{{{"d.yaml", PLAIN "depends-on: [d2, a]\n"}, {"d2.yaml", PLAIN "depends-on: [d]\n"},
			{"a.yaml", PLAIN "depends-on: [d]\n"}, PLAIN_TEMPLATE}},
		"a.yaml:2:14: found a cycle, expected none: a needs d, d needs a"},
	{"a child of a cycle is not in it",
		{{{"b.yaml", PLAIN "depends-on: [c]\n"}, {"c.yaml", PLAIN "depends-on: [b]\n"},
			{"a.yaml", PLAIN "depends-on: [b]\n"}, PLAIN_TEMPLATE}},
		NULL},
	{"a parent of a cycle is not in it",
		{{{"b.yaml", PLAIN "depends-on: [c, a]\n"}, {"c.yaml", PLAIN "depends-on: [b]\n"},
			{"a.yaml", PLAIN}, PLAIN_TEMPLATE}},
		NULL},
	{"two ways to one stack are no cycle",
		{{{"a.yaml", PLAIN "depends-on: [b, c]\n"}, {"b.yaml", PLAIN "depends-on: [d]\n"},
			{"c.yaml", PLAIN "depends-on: [d]\n"}, {"d.yaml", PLAIN}, PLAIN_TEMPLATE}},
		NULL},

	/* files */
	{"a manifest that can't be read", {{{"a.yaml", UNREADABLE}}},
		"a.yaml:1:1: can't be read: Permission denied"},
	{"one bad file never stops the rest",
		{{{"a.yaml", PLAIN}, {"b.yaml", "kind: [\n"}, PLAIN_TEMPLATE}}, NULL},
};

static void test_problems(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(desired_free) struct desired *desired = world_build(&rows[i].world, NULL);
		const struct desired_stack *stack = world_stack(desired, "a");
		const char *said = stack && stack->problems.count ? stack->problems.items[0] : NULL;

		if (!stack)
			fail_msg("%s: there is no stack", rows[i].sentence);
		if (!rows[i].problem != !said || (said && !text_starts(said, rows[i].problem)))
			fail_msg("%s: \"%s\"", rows[i].sentence, said ? said : "nothing");
		if (stack->frozen != !!said || !stack->template != stack->frozen ||
			(stack->frozen && stack->parameter_count))
			fail_msg("%s: frozen, and without a template", rows[i].sentence);
		for (size_t j = 0; j < stack->problems.count; j++)
			if (strstr(stack->problems.items[j], "s3cret"))
				fail_msg("%s: a secret is told", rows[i].sentence);
	}
}

static void test_all_of_a_cycle_and_no_more(void **state)
{
	static const struct world world = {
		{{"a.yaml", PLAIN "depends-on: [b]\n"}, {"b.yaml", PLAIN "depends-on: [a]\n"},
			{"c.yaml", PLAIN "depends-on: [a]\n"}, {"d.yaml", PLAIN}, PLAIN_TEMPLATE}};
	AUTO(desired_free) struct desired *desired = world_build(&world, NULL);

	(void)state;
	assert_true(world_stack(desired, "a")->frozen);
	assert_true(world_stack(desired, "b")->frozen);
	assert_false(world_stack(desired, "c")->frozen);
	assert_false(world_stack(desired, "d")->frozen);
	assert_string_equal(world_stack(desired, "b")->problems.items[0],
		"b.yaml:2:14: found a cycle, expected none: a needs b, b needs a");
}

static void test_stacks_tied_to_a_cycle(void **state)
{
	static const struct world world = {{{"a.yaml", PLAIN "depends-on: [b]\n"},
		{"b.yaml", PLAIN "depends-on: [a, c]\n"}, {"c.yaml", PLAIN "depends-on: [d]\n"},
		{"d.yaml", PLAIN "depends-on: [b]\n"}, PLAIN_TEMPLATE}};
	AUTO(desired_free) struct desired *desired = world_build(&world, NULL);

	(void)state;
	assert_string_equal(world_stack(desired, "c")->problems.items[0],
		"c.yaml:2:14: found a stack that needs a cycle and is needed by it, expected none: "
		"a needs b, b needs a");
}

static void test_a_value_has_its_ceiling(void **state)
{
	char text[4099];
	struct world world = {
		{{"a.yaml", NAME "{file: long}\n"}, NAME_TEMPLATE, {"/etc/stackd/long", text}}};

	(void)state;
	memset(text, 'x', sizeof(text));
	text[4097] = '\0';
	text[4096] = '\n';
	AUTO(desired_free) struct desired *desired = world_build(&world, NULL);

	assert_false(desired->stacks[0]->frozen);
	text[4096] = 'x';
	desired = world_build(&world, desired);
	assert_string_equal(desired->stacks[0]->problems.items[0],
		"a.yaml:3:3: expected at most 4096 bytes as the value of 'Name', found 4097");
}

#define GIVING                                                                                     \
	{                                                                                          \
		"/etc/stackd/t/giving.yaml", RESOURCES "Outputs: {Name: {Value: x}}\n"             \
	}

#define TASK "Resources: {Web: {Type: AWS::ECS::TaskDefinition}}\n"
#define ROLELESS                                                                                   \
	" has no TaskRoleArn: its containers share the rights of the cluster's instances with "    \
	"all other services; give it a role of its own"

/* `warning` is what the stack of manifest "a" says, which is not frozen; NULL: nothing. */
static const struct row warnings[] = {
	{"a cluster of another kind",
		{{{"a.yaml", PLAIN "cluster: b\n"}, {"b.yaml", PLAIN}, PLAIN_TEMPLATE}},
		"a.yaml:2:10: expected a manifest with 'kind: cluster' after 'cluster:', found 'b' "
		"with 'kind: stack'"},
	{"a cluster",
		{{{"a.yaml", PLAIN "cluster: b\n"}, {"b.yaml", PLAIN "kind: cluster\n"},
			PLAIN_TEMPLATE}},
		NULL},
	{"a cluster that no manifest manages", {{{"a.yaml", PLAIN "cluster: b\n"}, PLAIN_TEMPLATE}},
		NULL},
	{"a parameter that no parent gives",
		{{{"a.yaml", "template-file-path: t/name.yaml\nparents: [b]\n"}, {"b.yaml", PLAIN},
			NAME_TEMPLATE, PLAIN_TEMPLATE}},
		"a.yaml:2:11: template parameter 'Name' has no value: it is not in 'parameters:', "
		"has no Default, and no template of a parent has an output of that name"},
	{"a parent gives it",
		{{{"a.yaml", "template-file-path: t/name.yaml\nparents: [c, b]\n"},
			{"b.yaml", "template-file-path: t/giving.yaml\n"}, {"c.yaml", PLAIN},
			NAME_TEMPLATE, PLAIN_TEMPLATE, GIVING}},
		NULL},
	{"a live parent may give it",
		{{{"a.yaml", "template-file-path: t/name.yaml\nparents: [b, live]\n"},
			{"b.yaml", PLAIN}, NAME_TEMPLATE, PLAIN_TEMPLATE}},
		NULL},
	{"a frozen parent may give it",
		{{{"a.yaml", "template-file-path: t/name.yaml\nparents: [b]\n"},
			{"b.yaml", PLAIN "kind: x\n"}, NAME_TEMPLATE, PLAIN_TEMPLATE}},
		NULL},
	{"a transform may give it",
		{{{"a.yaml", "template-file-path: t/name.yaml\nparents: [b]\n"},
			{"b.yaml", "template: {Transform: X, Resources: {}}\n"}, NAME_TEMPLATE}},
		NULL},
	{"an output that a template does not have",
		{{{"a.yaml", NAME "{output: b.Nme}\n"},
			{"b.yaml", "template-file-path: t/giving.yaml\n"}, NAME_TEMPLATE, GIVING}},
		"a.yaml:3:9: found the output 'Nme', which the template of 'b' does not have"},
	{"an output that a template has",
		{{{"a.yaml", NAME "{output: b.Name}\n"},
			{"b.yaml", "template-file-path: t/giving.yaml\n"}, NAME_TEMPLATE, GIVING}},
		NULL},
	{"an output of a function",
		{{{"a.yaml", NAME "{output: b.Nme}\n"},
			{"b.yaml", "template: {Resources: {}, Outputs: {'Fn::ForEach::A': []}}\n"},
			NAME_TEMPLATE}},
		NULL},
	{"a service's task without a role, at its place in the template",
		{{{"a.yaml", "template-file-path: t/task.yaml\ncluster: c\n"},
			{"/etc/stackd/t/task.yaml", "# one\n" TASK}}},
		"t/task.yaml:2:13: task definition Web" ROLELESS},
	{"in a template of the manifest, at its place in there",
		{{{"a.yaml", "cluster: c\ntemplate: |\n  # two\n  " TASK}}},
		"a.yaml:4:15: task definition Web" ROLELESS},
	{"in a template elsewhere",
		{{{"a.yaml", "template-file-path: /srv/t.yaml\ncluster: c\n"},
			{"/srv/t.yaml", TASK}}},
		"/srv/t.yaml:1:13: task definition Web" ROLELESS},
	{"a task that is no service's says nothing",
		{{{"a.yaml", "template-file-path: t/task.yaml\n"},
			{"/etc/stackd/t/task.yaml", TASK}}},
		NULL},
	{"of two services with one template the first says it",
		{{{"a.yaml", "template-file-path: t/task.yaml\ncluster: c\n"},
			{"B.yaml", "template-file-path: t/task.yaml\ncluster: c\n"},
			{"/etc/stackd/t/task.yaml", TASK}}},
		NULL},
	{"a frozen one does not say it for others",
		{{{"a.yaml", "template-file-path: t/task.yaml\ncluster: c\n"},
			{"B.yaml", "template-file-path: t/task.yaml\ncluster: c\n"
				   "parameters: {None: 1}\n"},
			{"/etc/stackd/t/task.yaml", TASK}}},
		"t/task.yaml:1:13: task definition Web" ROLELESS},
};

static void test_warnings(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(warnings); i++) {
		AUTO(desired_free)
		struct desired *desired = world_build(&warnings[i].world, NULL);
		const struct desired_stack *stack = world_stack(desired, "a");
		const struct texts *said = &stack->warnings;

		if (stack->frozen)
			fail_msg("%s: %s", warnings[i].sentence, stack->problems.items[0]);
		if (said->count != !!warnings[i].problem ||
			(said->count && strcmp(said->items[0], warnings[i].problem) != 0))
			fail_msg("%s: \"%s\"", warnings[i].sentence,
				said->count ? said->items[0] : "nothing");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_problems),
		cmocka_unit_test(test_all_of_a_cycle_and_no_more),
		cmocka_unit_test(test_stacks_tied_to_a_cycle),
		cmocka_unit_test(test_a_value_has_its_ceiling),
		cmocka_unit_test(test_warnings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
