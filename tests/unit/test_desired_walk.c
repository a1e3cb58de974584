/* Whatever the way there, the set is the one that a fresh start would build: random walks through
 * worlds, with a fixed seed. */
#include "desired_world.h"

enum { STEPS = 2000, SLOTS = 10, TEXTS_LIMIT = 7 };

/* Each file has one of these texts, or is not there. */
static const struct {
	const char *path, *texts[TEXTS_LIMIT];
} slots[SLOTS] = {
	{"a.yaml", {PLAIN, PLAIN "cluster: b\n", PLAIN "parents: [c]\nregion: us-east-1\n",
			   "kind: [", UNREADABLE, "template-file-path: e.yaml\n",
			   "template-file-path: t/auto.yaml\nsuspend: why\n"}},
	{"b.yaml", {PLAIN "kind: cluster\n", PLAIN "depends-on: [c]\n", "x: y\n",
			   "template-file-path: t/auto.yaml\nparameters: {Name: {file: t/part}}\n",
			   "template: |\n  # AutoStacker24\n  Resources: {A: '@file://t/part'}\n"}},
	{"c.yaml", {PLAIN "stack-policy-file-path: p.json\n",
			   PLAIN "depends-on: [a, d, eu-west-1/live]\n",
			   "cluster: a\nkind: service\n", PLAIN "cluster: b\ndedicated: true\n",
			   "template: {Resources: {}, Outputs: {Name: {Value: x}}}\n"}},
	{"d.yaml", {PLAIN "parameters: {Name: {credential: password}}\n",
			   PLAIN "parameters: {Name: {output: c.Name}}\n",
			   PLAIN "parameters: {Name: [a, {file: t/part}]}\n", "stack-name: 1\n"}},
	{"e.yaml", {RESOURCES, "[", UNREADABLE, PLAIN}},
	{"a.json", {"{\"template\": {\"Resources\": {}}, \"stack-name\": \"j\"}"}},
	{"/etc/stackd/t/plain.yaml",
		{RESOURCES, "Parameters: {Name: {Type: String}}\n" RESOURCES,
			"Parameters: {Name: {Type: String, Default: x}}\n" RESOURCES, "A: [",
			UNREADABLE}},
	{"/etc/stackd/t/auto.yaml", {"# AutoStacker24\nParameters: {Name: {Type: String}}\n"
				     "Resources: {A: '@file://part', B: '@file://more'}\n",
					    "# AutoStacker24\nResources: {A: '@{'}\n"}},
	{"/etc/stackd/p.json", {"{}", "{\"Statement\": []}", "[]", UNREADABLE}},
	{"/etc/stackd/t/part", {"one", "two\n", "a,b", UNREADABLE}},
};

static uint64_t seed = 24;

static size_t chance(size_t below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (size_t)(seed >> 33) % below;
}

static struct world make_world(const size_t *choices)
{
	static const char *const secrets[] = {"s3cret", "other"};
	struct world world = {.secret = secrets[chance(2)]};
	size_t count = 0;

	for (size_t i = 0; i < SLOTS; i++) {
		const char *text = choices[i] ? slots[i].texts[choices[i] - 1] : NULL;

		if (!text)
			continue;
		world.files[count].path = slots[i].path;
		world.files[count++].text = text;
	}
	return world;
}

static void add_parameters(struct text *out, const struct desired_stack *stack)
{
	for (size_t i = 0; i < stack->parameter_count; i++) {
		const struct desired_parameter *parameter = &stack->parameters[i];

		text_format(out, "  %s given %d, sources %d", parameter->declared->name,
			parameter->given, parameter->has_sources);
		for (size_t j = 0; j < parameter->part_count; j++)
			text_format(out, " '%s'", parameter->parts[j].text);
		text_add(out, "\n");
	}
}

/* What matters of a stack. A name that only the old set knew is left out. */
static char *describe(const struct desired_stack *stack, bool named)
{
	struct text out = {0};
	char source[DIGEST_HEX_SIZE];

	digest_hex(&stack->source, source, 64);
	text_format(&out, "%s %s %s/%s frozen %d, kind %d, suspend %s, source %s\n",
		stack->manifest, stack->path, named ? stack->region : "", named ? stack->name : "",
		stack->frozen, stack->kind, stack->suspend ? stack->suspend : "", source);
	for (size_t i = 0; i < stack->problems.count; i++)
		text_format(&out, "  problem %s\n", stack->problems.items[i]);
	for (size_t i = 0; i < stack->warnings.count; i++)
		text_format(&out, "  warning %s\n", stack->warnings.items[i]);
	if (stack->stack_policy)
		text_format(&out, "  policy %s\n", stack->stack_policy);
	if (stack->template)
		text_format(&out, "  template %s\n", stack->template->body);
	for (size_t i = 0; named && i < stack->edge_count; i++)
		text_format(&out, "  edge %s %zu\n", stack->edges[i].text, stack->edges[i].stack);
	add_parameters(&out, stack);
	return text_take(&out);
}

static void compare(size_t step, const struct desired *walked, const struct desired *fresh)
{
	assert_int_equal(walked->stack_count, fresh->stack_count);
	assert_int_equal(walked->template_count, fresh->template_count);
	assert_true(texts_equal(&walked->watched, &fresh->watched));
	for (size_t i = 0; i < fresh->stack_count; i++) {
		bool named = fresh->stacks[i]->name_known;
		AUTO(free_text) char *left = describe(walked->stacks[i], named);
		AUTO(free_text) char *right = describe(fresh->stacks[i], named);

		if (strcmp(left, right) != 0)
			fail_msg("step %zu:\n%s\nunlike\n%s", step, left, right);
	}
}

static void test_walks(void **state)
{
	size_t choices[SLOTS] = {1, 1, 1, 1, 0, 0, 1, 1, 1, 1};
	AUTO(desired_free) struct desired *walked = NULL;
	size_t good = 0, frozen = 0;

	(void)state;
	for (size_t step = 0; step < STEPS; step++) {
		for (size_t changes = chance(3); changes; changes--)
			choices[chance(SLOTS)] = chance(TEXTS_LIMIT + 1);
		const struct world world = make_world(choices);
		AUTO(desired_free) struct desired *fresh = world_build(&world, NULL);

		walked = world_build(&world, walked);
		compare(step, walked, fresh);
		for (size_t i = 0; i < fresh->stack_count; i++)
			*(fresh->stacks[i]->frozen ? &frozen : &good) += 1;
	}
	assert_true(good > STEPS / 2 && frozen > STEPS / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_walks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
