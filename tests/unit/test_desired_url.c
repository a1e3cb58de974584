/* Templates that are not sent as they are: behind a URL, or through a bucket. */
#include "desired_world.h"

#define URL "https://b-1.s3.eu-west-1.amazonaws.com/t.yaml"
#define BEHIND "template-url: " URL "\n"

/* What the template declares: Size, and Count, which has a Default. */
static struct template *summary(void)
{
	char size[] = "Size", count[] = "Count", type[] = "String", preset[] = "1";
	const struct template_parameter parameters[] = {
		{.name = size, .type = type},
		{.name = count, .type = type, .preset = preset},
	};

	return template_from_summary(URL, parameters, COUNT(parameters));
}

/* problem NULL: it fits. */
static const struct {
	const char *sentence, *text, *problem;
} rows[] = {
	{"what it needs is given", BEHIND "parameters: {Size: 1}\n", NULL},
	{"all is given", BEHIND "parameters: {Count: 2, Size: {credential: password}}\n", NULL},
	{"a parent may have what is missing", BEHIND "parents: [base]\n", NULL},
	{"something is missing", BEHIND "parameters: {Count: 1}\n",
		"a.yaml:1:1: template parameter 'Size' has no value"},
	{"one that comes first is no parent", BEHIND "depends-on: [base]\n",
		"a.yaml:1:1: template parameter 'Size' has no value"},
	{"something is not declared", BEHIND "parameters: {Size: 1, Conut: 2}\n",
		"a.yaml:2:23: found parameter 'Conut', which the template does not declare; did "
		"you mean 'Count'?"},
};

static void test_binding(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct world world = {{{"a.yaml", rows[i].text}}};
		AUTO(template_free) struct template *template = summary();
		AUTO(desired_free) struct desired *desired = world_build(&world, NULL);
		struct desired_stack *stack = desired->stacks[0];

		print_message("# %s\n", rows[i].sentence);
		assert_false(stack->frozen);
		assert_true(desired_template_awaited(stack));
		assert_string_equal(stack->template_url, URL);
		assert_int_equal(stack->parameter_count, 0);
		assert_int_equal(desired_bind_template(stack, template), !rows[i].problem);
		assert_false(desired_template_awaited(stack));
		assert_int_equal(stack->frozen, rows[i].problem != NULL);
		if (rows[i].problem) {
			assert_int_equal(stack->problems.count, 1);
			assert_true(text_starts(stack->problems.items[0], rows[i].problem));
			assert_null(stack->template);
			assert_false(desired_bind_template(stack, template));
			continue;
		}
		assert_ptr_equal(stack->template, template);
		assert_int_equal(stack->parameter_count, 2);
		assert_false(desired->template_count);
	}
}

static void test_values_after_binding_again(void **state)
{
	static const struct world world = {
		{{"a.yaml", BEHIND "parameters:\n  Size: {credential: password}\n"}}};
	AUTO(template_free) struct template *first = summary();
	AUTO(template_free) struct template *second = summary();
	AUTO(desired_free) struct desired *desired = world_build(&world, NULL);
	struct desired_stack *stack = desired->stacks[0];

	(void)state;
	assert_true(desired_bind_template(stack, first));
	assert_true(desired_bind_template(stack, second));
	template_free(take(first));

	const struct desired_parameter *size = &stack->parameters[0];

	assert_ptr_equal(size->declared, &second->parameters[0]);
	assert_true(size->given && size->has_sources);
	assert_int_equal(size->part_count, 1);
	assert_string_equal(size->parts[0].text, "s3cret");
	assert_int_equal(size->line, 3);
	assert_false(stack->parameters[1].given);
}

/* What comes of secrets behind it tells the sets apart, before anything is bound. */
static void test_the_source(void **state)
{
	static const struct world one = {
		{{"a.yaml", BEHIND "parameters: {Size: {credential: password}}\n"}}};
	struct world other = one;

	(void)state;
	other.secret = "0ther";
	AUTO(desired_free) struct desired *first = world_build(&one, NULL);
	AUTO(desired_free) struct desired *second = world_build(&other, NULL);

	assert_false(digest_equal(&first->stacks[0]->source, &second->stacks[0]->source));
}

static void test_faults_of_values_and_outputs(void **state)
{
	static const struct world world = {{
		{"a.yaml", BEHIND "parameters: {Size: {file: none}}\n"},
		{"b.yaml", BEHIND "parameters: {Size: {output: c.Url}}\n"},
		{"c.yaml", PLAIN},
		{"d.yaml", BEHIND "parameters: {Size: {output: a.Url}}\n"},
		PLAIN_TEMPLATE,
	}};
	AUTO(desired_free) struct desired *desired = world_build(&world, NULL);

	(void)state;
	assert_string_equal(world_stack(desired, "a")->problems.items[0],
		"a.yaml:2:20: can't read the file none: No such file or directory");
	assert_false(desired_template_awaited(world_stack(desired, "a")));
	assert_string_equal(world_stack(desired, "b")->warnings.items[0],
		"b.yaml:2:20: found the output 'Url', which the template of 'c' does not have");
	assert_int_equal(world_stack(desired, "d")->warnings.count, 0);
}

/* A template of more bytes than one request takes. */
static char *large_text(void)
{
	struct text text = {0};

	text_add(&text, RESOURCES);
	while (text.length < 60000)
		text_add(&text, "# many bytes\n");
	return text_take(&text);
}

static void test_large_templates(void **state)
{
	AUTO(free_text) char *large = large_text();
	struct world world = {{{"a.yaml", "kind: stack\n" PLAIN}, {"t/plain.yaml", large}}};

	(void)state;
	world.files[1].path = "/etc/stackd/t/plain.yaml";
	AUTO(desired_free) struct desired *refused = world_build(&world, NULL);

	world.bucket = "templates-{account}";
	AUTO(desired_free) struct desired *taken = world_build(&world, NULL);

	AUTO(free_text)
	char *problem = xasprintf("a.yaml:2:21: found a template of %zu bytes, expected at most "
				  "51200 without 'TemplateBucket=' in stackd.conf",
		strlen(large));

	assert_int_equal(refused->stacks[0]->problems.count, 1);
	assert_true(text_starts(refused->stacks[0]->problems.items[0], problem));
	assert_false(taken->stacks[0]->frozen);
	assert_true(taken->stacks[0]->template->large);
	/* And again, where the setting comes to a set that is there already. */
	refused = world_build(&world, refused);
	assert_false(refused->stacks[0]->frozen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_binding),
		cmocka_unit_test(test_values_after_binding_again),
		cmocka_unit_test(test_the_source),
		cmocka_unit_test(test_faults_of_values_and_outputs),
		cmocka_unit_test(test_large_templates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
