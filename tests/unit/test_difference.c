/* What is compared only where the manifest has it; parameters and templates are in test_plan. */
#include "stack/difference.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

static const uint8_t key[32] = {1, 2, 3};

#define TEMPLATE "Resources: {Topic: {Type: AWS::SNS::Topic}}\n"
#define ROLE "arn:aws:iam::123456789012:role/"
#define A "arn:aws:sns:eu-west-1:123456789012:a"
#define B "arn:aws:sns:eu-west-1:123456789012:b"

/* Tags are "name=value" with '|' between, topics have '|' between; NULL: the key is absent. */
struct options {
	const char *tags, *topics, *role;
	enum on_failure on_failure;
	unsigned minutes;
};

static void split(const char *list, struct texts *items)
{
	while (list && *list) {
		size_t length = strcspn(list, "|");
		AUTO(free_text) char *item = xstrndup(list, length);

		texts_add(items, item);
		list += length + (list[length] == '|');
	}
}

static void add_tags(const char *list, struct pairs *tags)
{
	AUTO_DONE(texts_done) struct texts items = {0};

	split(list, &items);
	for (size_t i = 0; i < items.count; i++) {
		char *equals = strchr(items.items[i], '=');

		*equals = '\0';
		pairs_add(tags, items.items[i], equals + 1);
	}
	pairs_sort(tags);
}

static void fill(struct desired_stack *stack, const struct options *options)
{
	stack->tags_given = options->tags;
	add_tags(options->tags, &stack->tags);
	stack->notification_arns_given = options->topics;
	split(options->topics, &stack->notification_arns);
	stack->role_arn = (char *)options->role;
	stack->on_failure = options->on_failure;
	stack->timeout_minutes = options->minutes;
}

static void empty(struct desired_stack *stack)
{
	pairs_done(&stack->tags);
	texts_done(&stack->notification_arns);
}

static struct template *parse(void)
{
	struct error e = {0};
	struct template *template =
		template_parse("t.yaml", TEMPLATE, strlen(TEMPLATE), 0, NULL, NULL, &e);

	if (!template)
		fail_msg("%s", e.text);
	return template;
}

/* reason NULL: nothing differs. */
static const struct {
	const char *sentence;
	struct options wanted, live;
	const char *reason;
} rows[] = {
	{"what is absent is not compared", {0}, {"Team=a|stackd:owner=x", A, ROLE "a"}, NULL},
	{"what is equal is no difference", {"Team=a|Zone=b", A "|" B, ROLE "a"},
		{"Zone=b|Team=a", B "|" A, ROLE "a"}, NULL},
	{"another value", {.tags = "Team=b"}, {.tags = "Team=a"}, "tag Team: a -> b"},
	{"a tag that is new", {.tags = "Team=b"}, {0}, "tag Team: none -> b"},
	{"a tag too many", {.tags = "Zone=z"}, {.tags = "Team=a|Zone=z"}, "tag Team: a -> none"},
	{"no tags at all takes them away", {.tags = ""}, {.tags = "Team=a"}, "tag Team: a -> none"},
	{"no tags at all, and none there", {.tags = ""}, {0}, NULL},
	{"our own tag and AWS's don't count", {.tags = ""},
		{.tags = "stackd:owner=stackd|aws:cloudformation:x=y"}, NULL},
	{"names are compared as they are written", {.tags = "team=a"}, {.tags = "Team=a"},
		"tag team: none -> a; tag Team: a -> none"},
	{"three are named", {.tags = "a=1|b=1|c=1|d=1|e=1"}, {0},
		"tag a: none -> 1; tag b: none -> 1; tag c: none -> 1; and 2 more"},
	{"another role", {.role = ROLE "b"}, {.role = ROLE "a"},
		"role-arn: " ROLE "a -> " ROLE "b"},
	{"a role where there was none", {.role = ROLE "b"}, {0}, "role-arn: none -> " ROLE "b"},
	{"one topic more", {.topics = A "|" B}, {.topics = A}, "notification-arns: none -> " B},
	{"no topics takes them away", {.topics = ""}, {.topics = A},
		"notification-arns: " A " -> none"},
	{"no topics, and none there", {.topics = ""}, {0}, NULL},
	{"a topic for another", {.topics = B}, {.topics = A}, "notification-arns: " A " -> " B},
	{"on-failure and timeout are for creating only",
		{.on_failure = ON_FAILURE_KEEP, .minutes = 5}, {0}, NULL},
	{"several differences are all told", {"Team=b", "", ROLE "b"}, {"Team=a", A, ROLE "a"},
		"tag Team: a -> b; role-arn: " ROLE "a -> " ROLE "b; notification-arns: " A
		" -> none"},
};

static void test_differences(void **state)
{
	AUTO(template_free) struct template *template = parse();
	const struct wanted wanted = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct desired_stack stack = {.template = template};
		struct live live = {.role_arn = (char *)rows[i].live.role};
		AUTO(free_text) char *reason = NULL;

		fill(&stack, &rows[i].wanted);
		add_tags(rows[i].live.tags, &live.tags);
		split(rows[i].live.topics, &live.notification_arns);
		struct difference_input input = {.desired = &stack,
			.wanted = &wanted,
			.live = &live,
			.key = key,
			.template_known = true,
			.template_canonical = template->canonical};
		enum difference_kind kind = difference_find(&input, &reason);

		if (!text_same(reason, rows[i].reason))
			fail_msg("%s: %s", rows[i].sentence, reason ? reason : "nothing");
		assert_int_equal(kind, rows[i].reason ? DIFFERENCE_FOUND : DIFFERENCE_NONE);
		empty(&stack);
		pairs_done(&live.tags);
		texts_done(&live.notification_arns);
	}
}

#define URL "https://b-1.s3.amazonaws.com/"

/* `live`: the canonical digest that is remembered; NULL: none. */
static void test_behind_a_url(void **state)
{
	static const char unsure[] = "template-url: only a change set can tell";
	AUTO(template_free) struct template *template = template_from_summary(URL "a", NULL, 0);
	AUTO(template_free) struct template *other = template_from_summary(URL "b", NULL, 0);
	AUTO(template_free) struct template *read = parse();
	const struct wanted wanted = {0};
	const struct {
		const char *sentence;
		const struct template *live;
		const char *role;
		enum difference_kind kind;
		const char *reason;
	} urls[] = {
		{"what our own operation put there is there", template, NULL, DIFFERENCE_NONE,
			NULL},
		{"nothing is remembered", NULL, NULL, DIFFERENCE_UNSURE, unsure},
		{"another URL was", other, NULL, DIFFERENCE_UNSURE, unsure},
		{"the live template was read", read, NULL, DIFFERENCE_UNSURE, unsure},
		{"something else differs", NULL, ROLE "a", DIFFERENCE_FOUND,
			"role-arn: none -> " ROLE "a"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(urls); i++) {
		struct desired_stack stack = {.template = template,
			.template_url = (char *)URL "a",
			.role_arn = (char *)urls[i].role};
		struct live live = {0};
		struct difference_input input = {
			.desired = &stack, .wanted = &wanted, .live = &live, .key = key};
		AUTO(free_text) char *reason = NULL;

		input.template_known = urls[i].live;
		if (urls[i].live)
			input.template_canonical = urls[i].live->canonical;
		enum difference_kind kind = difference_find(&input, &reason);

		if (kind != urls[i].kind || !text_same(reason, urls[i].reason))
			fail_msg("%s: %d %s", urls[i].sentence, kind, reason ? reason : "nothing");
	}
}

/* By the URL's text, whether it is known what is behind it or not. */
static void test_digests_of_urls(void **state)
{
	AUTO(template_free) struct template *template = template_from_summary(URL "a", NULL, 0);
	const struct desired_stack awaited = {.template_url = (char *)URL "a"};
	const struct desired_stack bound = {.template_url = (char *)URL "a", .template = template};
	const struct desired_stack other = {.template_url = (char *)URL "b", .template = template};
	const struct wanted wanted = {0};
	struct digest first = wanted_digest(&awaited, &wanted, key);
	struct digest second = wanted_digest(&bound, &wanted, key);
	struct digest third = wanted_digest(&other, &wanted, key);

	(void)state;
	assert_true(digest_equal(&first, &second));
	assert_false(digest_equal(&first, &third));
}

/* Every two of them are something else. */
static void test_digests(void **state)
{
	static const struct options all[] = {
		{0},
		{.tags = ""},
		{.tags = "a=b"},
		{.tags = "a=c"},
		{.tags = "a=b|c=d"},
		{.tags = "notification-arns 1=" A},
		{.tags = "", .topics = A},
		{.topics = ""},
		{.topics = A},
		{.topics = A "|" B},
		{.role = ROLE "a"},
		{.role = ROLE "b"},
		{.on_failure = ON_FAILURE_DELETE},
		{.on_failure = ON_FAILURE_KEEP},
		{.minutes = 1},
		{.minutes = 2},
	};
	struct digest digests[COUNT(all)];
	AUTO(template_free) struct template *template = parse();
	const struct wanted wanted = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(all); i++) {
		struct desired_stack stack = {.template = template};

		fill(&stack, &all[i]);
		digests[i] = wanted_digest(&stack, &wanted, key);
		for (size_t j = 0; j < i; j++)
			if (digest_equal(&digests[i], &digests[j]))
				fail_msg("%zu and %zu are the same", j, i);
		/* What the engine sets on its own is no part of it. */
		stack.termination_protection = PROTECTION_ON;
		stack.stack_policy = (char *)"{}";
		struct digest same = wanted_digest(&stack, &wanted, key);

		assert_true(digest_equal(&digests[i], &same));
		empty(&stack);
	}
}

static void test_protection(void **state)
{
	static const struct {
		enum protection wanted;
		bool live;
		const char *reason;
	} protections[] = {
		{PROTECTION_UNSAID, true, NULL},
		{PROTECTION_UNSAID, false, NULL},
		{PROTECTION_ON, true, NULL},
		{PROTECTION_OFF, false, NULL},
		{PROTECTION_ON, false, "termination protection: off -> on"},
		{PROTECTION_OFF, true, "termination protection: on -> off"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(protections); i++) {
		const struct desired_stack stack = {
			.termination_protection = protections[i].wanted};
		const struct live live = {.termination_protection = protections[i].live};
		AUTO(free_text) char *reason = protection_difference(&stack, &live);

		if (!text_same(reason, protections[i].reason))
			fail_msg("%zu: %s", i, reason ? reason : "nothing");
	}
}

static void test_policies(void **state)
{
	static const struct {
		const char *sentence, *a, *b;
		bool same;
	} policies[] = {
		{"formatting", "{\"Statement\":[]}", " {\n\t\"Statement\": [ ]\n}\n", true},
		{"the order of members", "{\"a\":{\"b\":1,\"c\":2}}", "{\"a\":{\"c\":2,\"b\":1}}",
			true},
		{"the order of a list", "{\"a\":[1,2]}", "{\"a\":[2,1]}", false},
		{"another value", "{\"Effect\":\"Allow\"}", "{\"Effect\":\"Deny\"}", false},
		{"bytes where it does not parse", "{\"a\":", "{\"a\": ", false},
		{"the same bytes", "{\"a\":", "{\"a\":", true},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(policies); i++) {
		struct digest a = policy_canonical(policies[i].a, strlen(policies[i].a));
		struct digest b = policy_canonical(policies[i].b, strlen(policies[i].b));

		if (digest_equal(&a, &b) != policies[i].same)
			fail_msg("%s", policies[i].sentence);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_differences),
		cmocka_unit_test(test_behind_a_url),
		cmocka_unit_test(test_digests_of_urls),
		cmocka_unit_test(test_digests),
		cmocka_unit_test(test_protection),
		cmocka_unit_test(test_policies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
