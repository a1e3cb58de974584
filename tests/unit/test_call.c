#include "engine/call.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"

static void test_each_kind_has_a_name_of_its_own(void **state)
{
	(void)state;
	for (size_t i = 0; i < CALL_KIND_COUNT; i++) {
		assert_non_null(call_kind_name(i));
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(call_kind_name(i), call_kind_name(j));
	}
	assert_string_equal(call_kind_name(CALL_DESCRIBE_STACK_EVENTS), "DescribeStackEvents");
}

static void test_reading_actions_do_not_mutate(void **state)
{
	(void)state;
	for (size_t i = CALL_GET_CALLER_IDENTITY; i < CALL_KIND_COUNT; i++) {
		const char *name = call_kind_name(i);
		bool reads = strncmp(name, "Get", 3) == 0 || strncmp(name, "List", 4) == 0 ||
			     strncmp(name, "Describe", 8) == 0;

		if (call_kind_mutates(i) == reads)
			fail_msg("%s: mutates is %d", name, call_kind_mutates(i));
	}
	assert_false(call_kind_mutates(CALL_RECALL));
	assert_false(call_kind_mutates(CALL_SAVE));
}

/* What a leak checker looks at: every member set, none left. */
static void test_a_full_call_is_freed_and_empty_again(void **state)
{
	struct call call = {.kind = CALL_CREATE_STACK, .region = xstrdup("eu-west-1")};
	static const struct call empty;

	(void)state;
	call.stack = xstrdup("a");
	call.next_token = xstrdup("b");
	call.change_set = xstrdup("c");
	call.token = xstrdup("d");
	call.description = xstrdup("e");
	call.body = xstrdup("{}");
	call.template_url = xstrdup("https://");
	pairs_add(&call.parameters, "P", NULL);
	texts_add(&call.capabilities, "CAPABILITY_IAM");
	pairs_add(&call.tags, "k", "v");
	texts_add(&call.notification_arns, "arn");
	call_done(&call);
	assert_memory_equal(&call, &empty, sizeof(call));
	call_done(&call);
}

static struct stack_event *one_event(void)
{
	struct stack_event *event = xcalloc(1, sizeof(*event));

	*event = (struct stack_event){xstrdup("1"), xstrdup("2"), xstrdup("3"), xstrdup("4"),
		xstrdup("5"), xstrdup("6"), xstrdup("7"), xstrdup("8"), xstrdup("9")};
	return event;
}

static struct change_set *one_change_set(void)
{
	struct change_set *set = xcalloc(1, sizeof(*set));

	*set = (struct change_set){xstrdup("1"), xstrdup("2"), xstrdup("3"), xstrdup("4"),
		xstrdup("5"), xstrdup("6"), xcalloc(1, sizeof(struct change)), 1};
	set->changes[0] = (struct change){
		xstrdup("1"), xstrdup("2"), xstrdup("3"), xstrdup("4"), xstrdup("5"), xstrdup("6")};
	return set;
}

static void test_a_full_reply_is_freed_and_empty_again(void **state)
{
	struct reply reply = {.stack_count = 1, .event_count = 1, .change_set_count = 1};
	static const struct reply empty;

	(void)state;
	reply.stacks = xcalloc(1, sizeof(struct live *));
	reply.stacks[0] = xcalloc(1, sizeof(struct live));
	reply.stacks[0]->name = xstrdup("a");
	reply.next_token = xstrdup("b");
	reply.stack_id = xstrdup("c");
	reply.operation_id = xstrdup("d");
	reply.change_set_id = xstrdup("e");
	reply.template_body = xstrdup("f");
	reply.account = xstrdup("g");
	reply.parameters = xcalloc(1, sizeof(*reply.parameters));
	reply.parameters[0] = (struct template_parameter){
		.name = xstrdup("n"), .type = xstrdup("t"), .preset = xstrdup("d")};
	reply.parameter_count = 1;
	reply.events = one_event();
	reply.change_sets = one_change_set();
	reply.records = xcalloc(1, sizeof(*reply.records));
	reply.records[0] = (struct record_text){xstrdup("k"), xstrdup("t"), xstrdup("p")};
	reply.record_count = 1;
	memset(reply.state_key, 7, sizeof(reply.state_key));
	reply_done(&reply);
	assert_memory_equal(&reply, &empty, sizeof(reply));
	reply_done(&reply);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_kind_has_a_name_of_its_own),
		cmocka_unit_test(test_reading_actions_do_not_mutate),
		cmocka_unit_test(test_a_full_call_is_freed_and_empty_again),
		cmocka_unit_test(test_a_full_reply_is_freed_and_empty_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
