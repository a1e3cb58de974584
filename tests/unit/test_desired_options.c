/* What a manifest says beside template and parameters: its word or the settings', the stack
 * policy's file, and a cluster of one's own. */
#include "desired_world.h"

static void test_the_settings_where_the_manifest_is_silent(void **state)
{
	static const struct world world = {
		.files = {{"a.yaml", PLAIN},
			{"b.yaml", PLAIN "apply: auto\nguard: stateful\non-removal: keep\n"},
			{"c.yaml", PLAIN "apply: approve\n"}, {"d.yaml", "kind: [\n"},
			{"e.yaml", PLAIN "on-removal: delete\nkind: x\n"},
			{"f.yaml", PLAIN "on-removal: delete\nparameters: {A: 1}\n"},
			PLAIN_TEMPLATE},
		.apply = APPLY_NEVER,
		.guard = GUARD_ALL,
		.on_removal = ON_REMOVAL_DELETE,
	};
	static const struct {
		const char *sentence, *manifest;
		enum apply apply;
		enum guard guard;
		enum on_removal on_removal;
	} rows[] = {
		{"it says nothing", "a", APPLY_NEVER, GUARD_ALL, ON_REMOVAL_DELETE},
		{"it says what is the default anyhow", "b", APPLY_AUTO, GUARD_STATEFUL,
			ON_REMOVAL_KEEP},
		{"it says something of one", "c", APPLY_APPROVE, GUARD_ALL, ON_REMOVAL_DELETE},
		{"it can't be read: never delete", "d", APPLY_NEVER, GUARD_ALL, ON_REMOVAL_KEEP},
		{"it is faulty: never delete", "e", APPLY_NEVER, GUARD_ALL, ON_REMOVAL_KEEP},
		{"it does not fit its template, but its word is clear", "f", APPLY_NEVER, GUARD_ALL,
			ON_REMOVAL_DELETE},
	};
	AUTO(desired_free) struct desired *desired = world_build(&world, NULL);

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct desired_stack *stack = world_stack(desired, rows[i].manifest);

		if (stack->apply != rows[i].apply || stack->guard != rows[i].guard ||
			stack->on_removal != rows[i].on_removal)
			fail_msg("%s: %d %d %d", rows[i].sentence, stack->apply, stack->guard,
				stack->on_removal);
	}
}

#define ROLE "arn:aws:iam::123456789012:role/deploy"
#define TOPIC "arn:aws:sns:eu-west-1:123456789012:ops"

static void test_everything(void **state)
{
	static const struct world world = {{
		{"a.yaml", PLAIN "tags: {Team: web, Cost: 042}\nnotification-arns: [" TOPIC "]\n"
				 "role-arn: " ROLE "\ntermination-protection: true\n"
				 "timeout-in-minutes: 5\non-failure: delete\nfollow-ssm: true\n"
				 "cluster: c\ndedicated: true\nstack-policy-file-path: p/a.json\n"},
		{"b.yaml",
			PLAIN "tags: {}\nnotification-arns: []\ntermination-protection: false\n"},
		{"c.yaml", PLAIN "kind: cluster\n"},
		{"/etc/stackd/p/a.json", " {\"Statement\": []}\n\n"},
		PLAIN_TEMPLATE,
	}};
	AUTO(desired_free) struct desired *desired = world_build(&world, NULL);
	const struct desired_stack *a = world_stack(desired, "a");
	const struct desired_stack *b = world_stack(desired, "b");
	const struct desired_stack *c = world_stack(desired, "c");

	(void)state;
	if (a->frozen)
		fail_msg("%s", a->problems.items[0]);
	assert_true(a->tags_given && a->notification_arns_given);
	assert_int_equal(a->tags.count, 2);
	assert_string_equal(a->tags.items[0].name, "Cost");
	assert_string_equal(a->tags.items[0].value, "042");
	assert_string_equal(a->notification_arns.items[0], TOPIC);
	assert_string_equal(a->role_arn, ROLE);
	assert_int_equal(a->termination_protection, PROTECTION_ON);
	assert_int_equal(a->timeout_minutes, 5);
	assert_int_equal(a->on_failure, ON_FAILURE_DELETE);
	assert_true(a->follow_ssm && a->dedicated);
	assert_string_equal(a->stack_policy, " {\"Statement\": []}\n\n");
	assert_string_equal(desired->watched.items[0], "/etc/stackd/p");

	assert_true(b->tags_given && b->notification_arns_given);
	assert_int_equal(b->tags.count + b->notification_arns.count, 0);
	assert_int_equal(b->termination_protection, PROTECTION_OFF);
	assert_null(b->stack_policy);

	assert_false(c->tags_given || c->notification_arns_given || c->follow_ssm || c->dedicated);
	assert_null(c->role_arn);
	assert_int_equal(c->termination_protection, PROTECTION_UNSAID);
	assert_int_equal(c->on_failure, ON_FAILURE_ROLLBACK);
	assert_int_equal(c->timeout_minutes, 0);
}

/* --- stack policies --- */

#define POLICY PLAIN "stack-policy-file-path: p.json\n"

/* problem NULL: it is sent as it is. */
static const struct {
	const char *sentence, *text, *problem;
} policies[] = {
	{"a policy", "{\"Statement\": [{\"Effect\": \"Allow\"}]}", NULL},
	{"a policy with a newline behind it", "{}\n", NULL},
	{"a policy that is not there", NULL,
		"a.yaml:2:25: can't read the stack policy p.json: No such file or directory"},
	{"a policy that can't be read", UNREADABLE,
		"a.yaml:2:25: can't read the stack policy p.json: Permission denied"},
	{"a policy that is no JSON", "{\"Statement\":\n  ]}", "a.yaml:2:25: p.json:2:3: "},
	{"a policy in YAML", "Statement: []\n", "a.yaml:2:25: p.json:1:1: "},
	{"a member twice", "{\"a\": 1,\n\"a\": 2}", "a.yaml:2:25: p.json:2:1: "},
	{"a list", "\n [1]",
		"a.yaml:2:25: p.json:2:2: expected a map with 'Statement' as a stack policy, found "
		"a list"},
	{"a text", "\"x\"",
		"a.yaml:2:25: p.json:1:1: expected a map with 'Statement' as a stack policy, found "
		"text"},
	{"nothing", "", "a.yaml:2:25: p.json:1:1: "},
	{"bytes that are no text", "{\"a\": \"\xff\"}", "a.yaml:2:25: p.json:1:"},
};

static void test_policies(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(policies); i++) {
		const struct world world = {{{"a.yaml", POLICY}, PLAIN_TEMPLATE,
			{"/etc/stackd/p.json", policies[i].text}}};
		AUTO(desired_free) struct desired *desired = world_build(&world, NULL);
		const struct desired_stack *stack = desired->stacks[0];
		const char *said = stack->frozen ? stack->problems.items[0] : NULL;

		if (!policies[i].problem != !said ||
			(said && !text_starts(said, policies[i].problem)))
			fail_msg("%s: %s", policies[i].sentence, said ? said : "nothing");
		if (!text_same(stack->stack_policy, said ? NULL : policies[i].text))
			fail_msg("%s: it is sent", policies[i].sentence);
	}
}

static void test_the_size_of_a_policy(void **state)
{
	static const char large[] = "a.yaml:2:25: expected at most 16384 bytes in the stack policy "
				    "p.json, found 16385";
	char text[16386];
	const struct world world = {
		{{"a.yaml", POLICY}, PLAIN_TEMPLATE, {"/etc/stackd/p.json", text}}};

	(void)state;
	memset(text, ' ', sizeof(text));
	text[0] = '{';
	text[16383] = '}';
	text[16384] = '\0';
	AUTO(desired_free) struct desired *desired = world_build(&world, NULL);

	assert_false(desired->stacks[0]->frozen);
	text[16384] = ' ';
	text[16385] = '\0';
	desired = world_build(&world, desired);
	assert_string_equal(desired->stacks[0]->problems.items[0], large);
}

/* A policy in the folder itself is read from there, and a new one is a change of the stack. */
static void test_a_policy_that_changes(void **state)
{
	struct world world = {{{"a.yaml", POLICY}, {"p.json", "{}"}, PLAIN_TEMPLATE}};
	AUTO(desired_free) struct desired *desired = world_build(&world, NULL);
	struct digest source = desired->stacks[0]->source;

	(void)state;
	assert_int_equal(desired->stack_count, 1);
	assert_string_equal(desired->stacks[0]->stack_policy, "{}");
	world.files[1].text = "{ }";
	desired = world_build(&world, desired);
	assert_string_equal(desired->stacks[0]->stack_policy, "{ }");
	assert_false(digest_equal(&desired->stacks[0]->source, &source));
}

/* A faulty manifest asks for nothing: its world has no policy, and building ends. */
static void test_a_faulty_manifest_has_no_policy(void **state)
{
	static const struct world world = {
		{{"a.yaml", POLICY "kind: x\n"}, {"/etc/stackd/p.json", "{}"}, PLAIN_TEMPLATE}};
	AUTO(desired_free) struct desired *desired = world_build(&world, NULL);

	(void)state;
	assert_null(desired->stacks[0]->stack_policy);
	assert_int_equal(desired->watched.count, 0);
}

/* --- a cluster of one's own --- */

#define ALONE PLAIN "cluster: base\ndedicated: true\n"
#define SHARED(others)                                                                             \
	"a.yaml:3:12: found 'dedicated: true', but the cluster 'base' is also that of " others     \
	": give this service a cluster of its own, move the others to another, or remove "         \
	"'dedicated:'"

/* What the stack of manifest "a" says; NULL: nothing. */
static const struct {
	const char *sentence;
	struct world world;
	const char *problem;
} clusters[] = {
	{"a cluster of one's own", {{{"a.yaml", ALONE}, {"base.yaml", PLAIN}, PLAIN_TEMPLATE}},
		NULL},
	{"another service in it",
		{{{"a.yaml", ALONE}, {"b.yaml", PLAIN "cluster: base\n"}, {"base.yaml", PLAIN},
			PLAIN_TEMPLATE}},
		SHARED("b.yaml")},
	{"a cluster that no manifest manages",
		{{{"a.yaml", ALONE}, {"b.yaml", PLAIN "cluster: base\n"}, PLAIN_TEMPLATE}},
		SHARED("b.yaml")},
	{"by the stack's name and region",
		{{{"a.yaml", ALONE}, {"b.yaml", PLAIN "cluster: eu-west-1/main\n"},
			{"c.yaml", PLAIN "cluster: main\n"},
			{"base.yaml", PLAIN "stack-name: main\n"}, PLAIN_TEMPLATE}},
		SHARED("b.yaml, c.yaml")},
	{"by a manifest in another region",
		{{{"a.yaml", ALONE},
			{"b.yaml", PLAIN "region: us-east-1\ncluster: eu-west-1/base\n"},
			PLAIN_TEMPLATE}},
		SHARED("b.yaml")},
	{"the same name elsewhere is another stack",
		{{{"a.yaml", ALONE}, {"b.yaml", PLAIN "region: us-east-1\ncluster: base\n"},
			PLAIN_TEMPLATE}},
		NULL},
	{"two manifests for stacks of one name in two regions",
		{{{"a.yaml", ALONE}, {"b.yaml", PLAIN "cluster: other\n"}, {"base.yaml", PLAIN},
			{"other.yaml", PLAIN "stack-name: base\nregion: us-east-1\n"},
			PLAIN_TEMPLATE}},
		NULL},
	{"a parent is no cluster",
		{{{"a.yaml", ALONE}, {"b.yaml", PLAIN "parents: [base]\n"}, PLAIN_TEMPLATE}}, NULL},
	{"dedicated: false shares",
		{{{"a.yaml", PLAIN "cluster: base\ndedicated: false\n"},
			{"b.yaml", PLAIN "cluster: base\n"}, PLAIN_TEMPLATE}},
		NULL},
	{"that the other one wants it alone is its own problem",
		{{{"a.yaml", PLAIN "cluster: base\n"}, {"b.yaml", ALONE}, PLAIN_TEMPLATE}}, NULL},
	{"a faulty manifest's stack is there all the same",
		{{{"a.yaml", ALONE}, {"b.yaml", PLAIN "cluster: base\nbanana: 1\n"},
			PLAIN_TEMPLATE}},
		SHARED("b.yaml")},
	{"five others: three are named",
		{{{"a.yaml", ALONE}, {"b.yaml", ALONE}, {"c.yaml", ALONE}, {"d.yaml", ALONE},
			{"e.yaml", ALONE}, {"f.yaml", ALONE}, PLAIN_TEMPLATE}},
		SHARED("b.yaml, c.yaml, d.yaml and 2 more")},
};

static void test_clusters(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(clusters); i++) {
		AUTO(desired_free)
		struct desired *desired = world_build(&clusters[i].world, NULL);
		const struct desired_stack *stack = world_stack(desired, "a");
		const char *said = stack->problems.count ? stack->problems.items[0] : NULL;

		if (!text_same(said, clusters[i].problem))
			fail_msg("%s: %s", clusters[i].sentence, said ? said : "nothing");
		assert_int_equal(stack->frozen, said != NULL);
		if (said)
			assert_int_equal(stack->problems.count, 1);
	}
}

/* The service that shares goes on; so does the first, once the other one is gone. */
static void test_only_the_dedicated_one_is_frozen(void **state)
{
	struct world world = {
		{{"a.yaml", ALONE}, {"b.yaml", PLAIN "cluster: base\n"}, PLAIN_TEMPLATE}};
	AUTO(desired_free) struct desired *desired = world_build(&world, NULL);

	(void)state;
	assert_true(world_stack(desired, "a")->frozen);
	assert_false(world_stack(desired, "b")->frozen);
	world.files[1].text = PLAIN;
	desired = world_build(&world, desired);
	assert_false(world_stack(desired, "a")->frozen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_settings_where_the_manifest_is_silent),
		cmocka_unit_test(test_everything),
		cmocka_unit_test(test_policies),
		cmocka_unit_test(test_the_size_of_a_policy),
		cmocka_unit_test(test_a_policy_that_changes),
		cmocka_unit_test(test_a_faulty_manifest_has_no_policy),
		cmocka_unit_test(test_clusters),
		cmocka_unit_test(test_only_the_dedicated_one_is_frozen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
