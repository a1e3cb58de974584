/* The set built over an old one: what moves over, what is made anew, what is kept of the broken. */
#include "desired_world.h"

#define INCLUDING "# AutoStacker24\nResources: {A: '@file://part'}\n"

static const struct world before = {{
	{"a.yaml", PLAIN "stack-name: x\nregion: us-east-1\n"},
	{"b.yaml", PLAIN "parameters: {Name: {credential: password}}\n"},
	{"c.yaml", "template-file-path: t/other.yaml\n"},
	{"d.yaml", "template: |\n  # AutoStacker24\n  Resources: {A: '@file://t/part'}\n"},
	{"/etc/stackd/t/plain.yaml", "Parameters: {Name: {Type: String, Default: a}}\n" RESOURCES},
	{"/etc/stackd/t/other.yaml", INCLUDING},
	{"/etc/stackd/t/part", "one"},
}};

/* The world as it was, with one file (its index) changed; NULL: gone. */
static struct world changed(size_t index, const char *text)
{
	struct world world = before;

	world.files[index].text = text;
	if (!text)
		for (size_t i = index; i + 1 < WORLD_FILES; i++)
			world.files[i] = world.files[i + 1];
	return world;
}

enum { A, B, C, D, TEMPLATE, OTHER, PART };

static const struct {
	const char *sentence;
	size_t file;
	const char *text;
	const char *moved; /* manifests whose template is the very one of before */
	const char *same;  /* manifests that draw in what they did before */
} changes[] = {
	{"nothing changed", A, PLAIN "stack-name: x\nregion: us-east-1\n", "abcd", "abcd"},
	{"a manifest changed", A, PLAIN "stack-name: y\n", "abcd", "bcd"},
	{"a template changed", TEMPLATE,
		"Parameters: {Name: {Type: String, Default: b}}\n" RESOURCES, "cd", "cd"},
	{"a template changed that includes", OTHER, INCLUDING "#\n", "abd", "abd"},
	{"an included file changed", PART, "two", "ab", "ab"},
	{"a manifest changed around its template", D,
		"kind: cluster\ntemplate: |\n  # AutoStacker24\n  Resources: {A: "
		"'@file://t/part'}\n",
		"abc", "abc"},
};

static void test_what_moves_over(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(changes); i++) {
		AUTO(desired_free) struct desired *desired = world_build(&before, NULL);
		const struct world after = changed(changes[i].file, changes[i].text);
		const struct template *templates[4];
		struct digest sources[4];

		for (size_t j = 0; j < 4; j++) {
			if (desired->stacks[j]->frozen)
				fail_msg("%s", desired->stacks[j]->problems.items[0]);
			templates[j] = desired->stacks[j]->template;
			sources[j] = desired->stacks[j]->source;
		}
		desired = world_build(&after, desired);
		for (size_t j = 0; j < 4; j++) {
			const struct desired_stack *stack = desired->stacks[j];
			bool same = strchr(changes[i].same, stack->manifest[0]);

			if (strchr(changes[i].moved, stack->manifest[0]) &&
				stack->template != templates[j])
				fail_msg("%s: %s's template was read again", changes[i].sentence,
					stack->manifest);
			if (digest_equal(&stack->source, &sources[j]) != same)
				fail_msg("%s: the digest of %s", changes[i].sentence,
					stack->manifest);
		}
	}
}

static void test_new_text_of_templates(void **state)
{
	struct world after = changed(PART, "two");
	AUTO(desired_free) struct desired *desired = world_build(&before, NULL);

	(void)state;
	desired = world_build(&after, desired);
	assert_string_equal(
		world_stack(desired, "c")->template->body, "{\"Resources\":{\"A\":\"two\"}}");
	assert_string_equal(
		world_stack(desired, "d")->template->body, "{\"Resources\":{\"A\":\"two\"}}");
	after = changed(TEMPLATE, "Parameters: {Name: {Type: String, Default: b}}\n" RESOURCES);
	desired = world_build(&after, desired);
	assert_string_equal(world_stack(desired, "a")->parameters[0].declared->preset, "b");
	assert_string_equal(
		world_stack(desired, "c")->template->body, "{\"Resources\":{\"A\":\"one\"}}");
}

static void test_new_values(void **state)
{
	struct world after = before;
	AUTO(desired_free) struct desired *desired = world_build(&before, NULL);
	struct digest source = world_stack(desired, "b")->source;

	(void)state;
	after.secret = "new";
	desired = world_build(&after, desired);
	assert_string_equal(world_stack(desired, "b")->parameters[0].parts[0].text, "new");
	assert_false(digest_equal(&world_stack(desired, "b")->source, &source));
}

static void test_region_of_the_settings(void **state)
{
	struct world after = before;
	AUTO(desired_free) struct desired *desired = world_build(&before, NULL);

	(void)state;
	after.conf_region = "sa-east-1";
	desired = world_build(&after, desired);
	assert_string_equal(world_stack(desired, "a")->region, "us-east-1");
	assert_string_equal(world_stack(desired, "b")->region, "sa-east-1");
}

/* --- what broke --- */

static const struct {
	const char *sentence, *first, *then, *region, *name;
	bool known;
} broken[] = {
	{"what no longer parses is what it was", PLAIN "stack-name: x\nregion: us-east-1\n",
		"kind: [", "us-east-1", "x", true},
	{"what can't be read is what it was", PLAIN "stack-name: x\nregion: us-east-1\n",
		UNREADABLE, "us-east-1", "x", true},
	{"a broken region doesn't move a stack", PLAIN "region: us-east-1\n",
		PLAIN "region: somewhere\n", "us-east-1", "a", true},
	{"a broken name doesn't rename a stack", PLAIN "stack-name: x\n", PLAIN "stack-name: 1\n",
		"eu-west-1", "x", true},
	{"a fault elsewhere: the name counts", PLAIN "stack-name: x\n", "stack-name: y\nkind: z\n",
		"eu-west-1", "y", true},
	{"broken from the first: not known", "kind: [", "kind: [[", "eu-west-1", "a", false},
	{"broken from the first, with a name but no region", "kind: [",
		PLAIN "stack-name: y\nregion: z\n", "eu-west-1", "y", false},
};

static void test_what_broke(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(broken); i++) {
		const struct world first = {{{"a.yaml", broken[i].first}, PLAIN_TEMPLATE}};
		const struct world then = {{{"a.yaml", broken[i].then}, PLAIN_TEMPLATE}};
		AUTO(desired_free) struct desired *desired = world_build(&first, NULL);

		desired = world_build(&then, desired);
		for (size_t round = 0; round < 2; round++) {
			const struct desired_stack *stack = desired->stacks[0];

			if (!stack->frozen || strcmp(stack->name, broken[i].name) != 0 ||
				strcmp(stack->region, broken[i].region) != 0 ||
				stack->name_known != broken[i].known)
				fail_msg("%s: %s/%s", broken[i].sentence, stack->region,
					stack->name);
			desired = world_build(&then, desired);
		}
		desired = world_build(&first, desired);
		if (desired->stacks[0]->frozen == broken[i].known)
			fail_msg("%s: mended", broken[i].sentence);
	}
}

static void test_a_template_that_comes_back(void **state)
{
	static const struct world broke = {{{"a.yaml", PLAIN}, {"/etc/stackd/t/plain.yaml", "["}}};
	static const struct world gone = {{{"a.yaml", PLAIN}}};
	static const struct world good = {{{"a.yaml", PLAIN}, PLAIN_TEMPLATE}};
	static const struct world *const worlds[] = {&good, &broke, &gone, &gone, &good, &good};
	AUTO(desired_free) struct desired *desired = NULL;

	(void)state;
	for (size_t i = 0; i < COUNT(worlds); i++) {
		desired = world_build(worlds[i], desired);
		assert_int_equal(desired->stacks[0]->frozen, worlds[i] != &good);
		assert_int_equal(desired->template_count, worlds[i] == &good);
	}
}

static void test_a_manifest_that_goes(void **state)
{
	const struct world after = changed(A, NULL);
	AUTO(desired_free) struct desired *desired = world_build(&before, NULL);

	(void)state;
	desired = world_build(&after, desired);
	assert_int_equal(desired->stack_count, 3);
	assert_null(world_stack(desired, "a"));
}

/* --- the folder itself --- */

static void test_a_folder_that_goes(void **state)
{
	static const enum folder_state states[] = {FOLDER_MISSING, FOLDER_UNREADABLE};

	(void)state;
	for (size_t i = 0; i < COUNT(states); i++) {
		AUTO(desired_free) struct desired *desired = world_build(&before, NULL);
		const struct desired_stack *stack = desired->stacks[1];
		struct world after = before;

		after.state = states[i];
		after.conf_region = "sa-east-1";
		desired = world_build(&after, desired);
		assert_int_equal(desired->state, states[i]);
		assert_string_equal(desired->problem, "Permission denied");
		assert_int_equal(desired->stack_count, 4);
		assert_ptr_equal(desired->stacks[1], stack);
		assert_string_equal(stack->region, "eu-west-1");
		assert_null(desired->settings->region);

		desired = world_build(&before, desired);
		assert_int_equal(desired->state, FOLDER_READ);
		assert_null(desired->problem);
		assert_false(world_stack(desired, "b")->frozen);
	}
}

static void test_a_folder_that_was_never_there(void **state)
{
	static const struct world world = {.state = FOLDER_MISSING, .conf_region = "sa-east-1"};
	AUTO(desired_free) struct desired *desired = world_build(&world, NULL);

	(void)state;
	assert_int_equal(desired->state, FOLDER_MISSING);
	assert_int_equal(desired->stack_count, 0);
	assert_string_equal(desired->folder, "/etc/stackd");
	assert_string_equal(desired->settings->region, "sa-east-1");
	desired = world_build(&before, desired);
	assert_int_equal(desired->stack_count, 4);
}

static void test_nothing_is_taken_while_files_are_missing(void **state)
{
	static char path[] = "/etc/stackd";
	const struct surroundings surroundings = {.region = "eu-west-1"};
	AUTO(desired_free) struct desired *desired = world_build(&before, NULL);
	AUTO(settings_free) struct settings *settings = settings_new();
	AUTO_DONE(texts_done) struct texts missing = {0};
	struct folder folder = {.path = path};

	(void)state;
	for (size_t i = 0; i <= D; i++)
		world_add(&folder.entries, before.files[i].path, before.files[i].text);
	assert_null(desired_build(&folder, &surroundings, settings, desired, &missing));
	AUTO(free_text) char *all = texts_join(&missing, " ");

	assert_string_equal(
		all, "/etc/stackd/t/other.yaml /etc/stackd/t/part /etc/stackd/t/plain.yaml");
	for (size_t i = 0; i < desired->stack_count; i++)
		assert_non_null(desired->stacks[i]->template->body);
	files_done(&folder.entries);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_moves_over),
		cmocka_unit_test(test_new_text_of_templates),
		cmocka_unit_test(test_new_values),
		cmocka_unit_test(test_region_of_the_settings),
		cmocka_unit_test(test_what_broke),
		cmocka_unit_test(test_a_template_that_comes_back),
		cmocka_unit_test(test_a_manifest_that_goes),
		cmocka_unit_test(test_a_folder_that_goes),
		cmocka_unit_test(test_a_folder_that_was_never_there),
		cmocka_unit_test(test_nothing_is_taken_while_files_are_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
