/* Accounts: whose credentials reach a stack, and which stacks are the same. */
#include "desired_world.h"

#define OURS "arn:aws:iam::111111111111:role/stackd"
#define OURS_TOO "arn:aws:iam::111111111111:role/other"
#define THEIRS "arn:aws:iam::222222222222:role/stackd"

#define IN(role) "assume-role-arn: " role "\n" PLAIN

/* What a reference of "a", in the account 1 and the region eu-west-1, leads to. */
static const struct {
	const char *sentence, *reference, *region, *name, *role, *external_id;
	bool managed;
} references[] = {
	{"a manifest's account is its own", "b", "eu-west-1", "b", THEIRS, "them", true},
	{"so is the daemon's", "c", "us-east-1", "c2", NULL, NULL, true},
	{"a live stack is in the child's account", "x", "eu-west-1", "x", OURS, "us", false},
	{"also elsewhere", "us-east-1/c2", "us-east-1", "c2", OURS, "us", false},
	{"a stack of that account that has a manifest is reached as that says", "d2", "eu-west-1",
		"d2", OURS_TOO, NULL, true},
	{"also where its region is written", "us-east-1/e", "us-east-1", "e", OURS_TOO, NULL, true},
};

static void test_references(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(references); i++) {
		AUTO(free_text)
		char *manifest = xasprintf(
			"parents: [%s]\nexternal-id: us\n" IN(OURS), references[i].reference);
		const struct world world = {
			{{"a.yaml", manifest}, {"b.yaml", "external-id: them\n" IN(THEIRS)},
				{"c.yaml", "region: us-east-1\nstack-name: c2\n" PLAIN},
				{"d.yaml", "stack-name: d2\n" IN(OURS_TOO)},
				{"e.yaml", "region: us-east-1\n" IN(OURS_TOO)}, PLAIN_TEMPLATE}};
		AUTO(desired_free) struct desired *desired = world_build(&world, NULL);
		const struct edge *edge = &world_stack(desired, "a")->edges[0];

		assert_false(world_stack(desired, "a")->frozen);
		if (strcmp(edge->region, references[i].region) != 0 ||
			strcmp(edge->name, references[i].name) != 0 ||
			!text_same(edge->assume_role_arn, references[i].role) ||
			!text_same(edge->external_id, references[i].external_id) ||
			references[i].managed != (edge->stack != SIZE_MAX))
			fail_msg("%s: %s %s/%s", references[i].sentence,
				edge->assume_role_arn ? edge->assume_role_arn : "own", edge->region,
				edge->name);
	}
}

/* problem NULL: "a" and "b" are two stacks. */
static const struct {
	const char *sentence, *a, *b, *problem;
} doubles[] = {
	{"two accounts", "stack-name: x\n" IN(OURS), "stack-name: x\n" IN(THEIRS), NULL},
	{"another account than the daemon's", "stack-name: x\n" PLAIN, "stack-name: x\n" IN(OURS),
		NULL},
	{"two regions", "stack-name: x\nregion: us-east-1\n" IN(OURS), "stack-name: x\n" IN(OURS),
		NULL},
	{"one account, two roles", "stack-name: x\n" IN(OURS), "stack-name: x\n" IN(OURS_TOO),
		"a.yaml:1:13: the stack x in eu-west-1 of account 111111111111 is also what b.yaml "
		"wants, expected one manifest for a stack"},
	{"one role, two external ids", "stack-name: x\nexternal-id: aa\n" IN(OURS),
		"stack-name: x\nexternal-id: bb\n" IN(OURS),
		"a.yaml:1:13: the stack x in eu-west-1 of account 111111111111 is also what b.yaml "
		"wants"},
};

static void test_which_are_the_same(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(doubles); i++) {
		const struct world world = {
			{{"a.yaml", doubles[i].a}, {"b.yaml", doubles[i].b}, PLAIN_TEMPLATE}};
		AUTO(desired_free) struct desired *desired = world_build(&world, NULL);
		const struct desired_stack *a = world_stack(desired, "a");

		print_message("# %s\n", doubles[i].sentence);
		assert_int_equal(a->frozen, doubles[i].problem != NULL);
		assert_int_equal(world_stack(desired, "b")->frozen, a->frozen);
		if (doubles[i].problem)
			assert_true(text_starts(a->problems.items[0], doubles[i].problem));
	}
}

/* A cluster of the same name elsewhere is another one. */
static void test_dedicated(void **state)
{
	static const struct world world = {{
		{"a.yaml", "cluster: live\ndedicated: true\n" IN(OURS)},
		{"b.yaml", "cluster: live\n" IN(THEIRS)},
		{"c.yaml", "cluster: shared\ndedicated: true\n" IN(OURS)},
		{"d.yaml", "cluster: eu-west-1/shared\n" IN(OURS_TOO)},
		PLAIN_TEMPLATE,
	}};
	AUTO(desired_free) struct desired *desired = world_build(&world, NULL);

	(void)state;
	assert_false(world_stack(desired, "a")->frozen);
	assert_false(world_stack(desired, "b")->frozen);
	assert_true(world_stack(desired, "c")->frozen);
	assert_non_null(
		strstr(world_stack(desired, "c")->problems.items[0], "also that of d.yaml"));
}

/* "a" names the stack "b", which is in another account, and is none of the manifest "c". */
static void test_cycles(void **state)
{
	static const struct world apart = {{
		{"a.yaml", "parents: [b]\nstack-name: a2\n" IN(OURS)},
		{"c.yaml", "parents: [a]\nstack-name: b\n" IN(THEIRS)},
		PLAIN_TEMPLATE,
	}};
	static const struct world cycle = {{
		{"a.yaml", "parents: [b]\nstack-name: a2\n" IN(OURS)},
		{"c.yaml", "parents: [a]\nstack-name: b\n" IN(OURS_TOO)},
		PLAIN_TEMPLATE,
	}};
	AUTO(desired_free) struct desired *first = world_build(&apart, NULL);
	AUTO(desired_free) struct desired *second = world_build(&cycle, NULL);

	(void)state;
	assert_false(world_stack(first, "a")->frozen);
	assert_true(world_stack(second, "a")->frozen);
	assert_non_null(strstr(world_stack(second, "a")->problems.items[0], "found a cycle"));
}

static void test_whose_a_broken_manifest_is(void **state)
{
	static const struct world good = {
		{{"a.yaml", "external-id: us\n" IN(OURS)}, PLAIN_TEMPLATE}};
	static const struct world broken = {{{"a.yaml", IN("me")}, PLAIN_TEMPLATE}};
	AUTO(desired_free) struct desired *desired = world_build(&good, NULL);

	(void)state;
	assert_string_equal(world_stack(desired, "a")->assume_role_arn, OURS);
	assert_string_equal(world_stack(desired, "a")->external_id, "us");
	desired = world_build(&broken, desired);
	assert_true(world_stack(desired, "a")->frozen);
	assert_true(world_stack(desired, "a")->name_known);
	assert_string_equal(world_stack(desired, "a")->assume_role_arn, OURS);
	assert_string_equal(world_stack(desired, "a")->external_id, "us");

	AUTO(desired_free) struct desired *fresh = world_build(&broken, NULL);

	assert_false(world_stack(fresh, "a")->name_known);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_references),
		cmocka_unit_test(test_which_are_the_same),
		cmocka_unit_test(test_dedicated),
		cmocka_unit_test(test_cycles),
		cmocka_unit_test(test_whose_a_broken_manifest_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
