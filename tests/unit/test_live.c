#include "stack/live.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"

struct row {
	const char *sentence;
	enum stack_status status;
	const char *name;
	bool settled, updatable, outputs, free, failed, held;
};

#define ROW(sentence, status, ...)                                                                 \
	{                                                                                          \
		sentence, STACK_##status, #status, __VA_ARGS__                                     \
	}

/* settled, updatable, outputs valid, free, failed, held; fact sheet §1 and §5.4. */
static const struct row rows[] = {
	{"a status nobody knows is waited for", STACK_UNKNOWN, "unknown", 0, 0, 0, 0, 0, 0},
	{"an absent stack can be created", STACK_ABSENT, "absent", 1, 0, 0, 1, 0, 0},
	ROW("a review moves only by hand, and is held", REVIEW_IN_PROGRESS, 1, 0, 0, 0, 0, 1),
	ROW("a create is followed", CREATE_IN_PROGRESS, 0, 0, 0, 0, 0, 0),
	ROW("a create without rollback is held", CREATE_FAILED, 1, 0, 0, 0, 1, 1),
	ROW("a created stack is usable", CREATE_COMPLETE, 1, 1, 1, 0, 0, 0),
	ROW("a rollback is followed", ROLLBACK_IN_PROGRESS, 0, 0, 0, 0, 0, 0),
	ROW("a failed rollback takes no update", ROLLBACK_FAILED, 1, 0, 0, 0, 1, 1),
	ROW("a rolled-back create takes no update", ROLLBACK_COMPLETE, 1, 0, 0, 0, 1, 1),
	ROW("a delete is followed", DELETE_IN_PROGRESS, 0, 0, 0, 0, 0, 0),
	ROW("a failed delete is held", DELETE_FAILED, 1, 0, 0, 0, 1, 1),
	ROW("a deleted stack's name is free; its outputs are history", DELETE_COMPLETE, 1, 0, 0, 1,
		0, 0),
	ROW("an update is followed", UPDATE_IN_PROGRESS, 0, 0, 0, 0, 0, 0),
	ROW("cleanup takes no call and gives no outputs", UPDATE_COMPLETE_CLEANUP_IN_PROGRESS, 0, 0,
		0, 0, 0, 0),
	ROW("an updated stack is usable", UPDATE_COMPLETE, 1, 1, 1, 0, 0, 0),
	ROW("an update without rollback is held", UPDATE_FAILED, 1, 0, 0, 0, 1, 1),
	ROW("an update's rollback is followed", UPDATE_ROLLBACK_IN_PROGRESS, 0, 0, 0, 0, 0, 0),
	ROW("an update's failed rollback is held", UPDATE_ROLLBACK_FAILED, 1, 0, 0, 0, 1, 1),
	ROW("cleanup after a rollback is followed", UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS, 0,
		0, 0, 0, 0, 0),
	ROW("a rolled-back update failed, and is usable", UPDATE_ROLLBACK_COMPLETE, 1, 1, 1, 0, 1,
		0),
	ROW("an import is followed", IMPORT_IN_PROGRESS, 0, 0, 0, 0, 0, 0),
	ROW("an imported stack is usable", IMPORT_COMPLETE, 1, 1, 1, 0, 0, 0),
	ROW("an import's rollback is followed", IMPORT_ROLLBACK_IN_PROGRESS, 0, 0, 0, 0, 0, 0),
	ROW("an import's failed rollback is held", IMPORT_ROLLBACK_FAILED, 1, 0, 0, 0, 1, 1),
	ROW("a rolled-back import failed, and is usable", IMPORT_ROLLBACK_COMPLETE, 1, 1, 1, 0, 1,
		0),
};

static void check(const struct row *row, const char *what, bool actual, bool expected)
{
	if (actual != expected)
		fail_msg("%s (%s): %s is %d", row->sentence, row->name, what, actual);
}

static void test_each_status_has_its_row(void **state)
{
	(void)state;
	assert_int_equal(COUNT(rows), STACK_STATUS_COUNT);
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct row *row = &rows[i];

		assert_int_equal(row->status, i);
		assert_string_equal(stack_status_name(row->status), row->name);
		check(row, "settled", stack_status_settled(row->status), row->settled);
		check(row, "updatable", stack_status_updatable(row->status), row->updatable);
		check(row, "outputs valid", stack_status_outputs_valid(row->status), row->outputs);
		check(row, "free", stack_status_free(row->status), row->free);
		check(row, "failed", stack_status_failed(row->status), row->failed);
		check(row, "held", stack_status_hold(row->status) != NULL, row->held);
	}
}

static void test_no_status_is_left_without_an_answer(void **state)
{
	(void)state;
	for (size_t i = 0; i < STACK_STATUS_COUNT; i++) {
		bool follow = !stack_status_settled(i);
		bool act = stack_status_updatable(i) || stack_status_free(i);
		bool hold = stack_status_hold(i) != NULL;

		if (follow + act + hold != 1)
			fail_msg("%s: follow %d, act %d, hold %d: exactly one expected",
				stack_status_name(i), follow, act, hold);
		if (hold && strchr(".!", stack_status_hold(i)[strlen(stack_status_hold(i)) - 1]))
			fail_msg("%s: the sentence ends in a full stop", stack_status_name(i));
	}
}

/* Commands for people; fact sheet §1, columns D, CR and RB. */
static void test_ways_out(void **state)
{
	static const char *const commands[STACK_STATUS_COUNT] = {
		[STACK_REVIEW_IN_PROGRESS] = "delete-stack",
		[STACK_CREATE_FAILED] = "rollback-stack",
		[STACK_ROLLBACK_FAILED] = "delete-stack",
		[STACK_ROLLBACK_COMPLETE] = "delete-stack",
		[STACK_DELETE_FAILED] = "delete-stack --retain-resources RESOURCES",
		[STACK_UPDATE_FAILED] = "rollback-stack",
		[STACK_UPDATE_ROLLBACK_FAILED] = "continue-update-rollback",
	};

	(void)state;
	for (size_t i = 0; i < STACK_STATUS_COUNT; i++) {
		AUTO(free_text) char *way_out = stack_status_way_out(i, "web", "eu-west-1");
		AUTO(free_text)
		char *expected = commands[i] ? xasprintf("aws cloudformation %s --stack-name web "
							 "--region eu-west-1",
						       commands[i])
					     : NULL;

		if (!text_same(way_out, expected))
			fail_msg("%s: %s", stack_status_name(i), way_out ? way_out : "none");
		if (way_out && !stack_status_hold(i))
			fail_msg("%s: a way out of where nothing holds", stack_status_name(i));
	}
}

static void test_names_are_compared_whole(void **state)
{
	static const char *const strangers[] = {"", "unknown", "absent", "create_complete",
		"CREATE_COMPLETE ", " CREATE_COMPLETE", "ROLLBACK", "_ROLLBACK_COMPLETE",
		"UPDATE_ROLLBACK_COMPLETED", "COMPLETE", "UPDATE_PAUSED"};

	(void)state;
	for (size_t i = STACK_REVIEW_IN_PROGRESS; i < STACK_STATUS_COUNT; i++)
		assert_int_equal(stack_status_from(stack_status_name(i)), i);
	for (size_t i = 0; i < COUNT(strangers); i++)
		if (stack_status_from(strangers[i]) != STACK_UNKNOWN)
			fail_msg("'%s' is taken for %s", strangers[i],
				stack_status_name(stack_status_from(strangers[i])));
	assert_int_equal(stack_status_from(NULL), STACK_UNKNOWN);
}

static void test_nothing_can_be_freed(void **state)
{
	(void)state;
	live_free(NULL);
	live_free(xcalloc(1, sizeof(struct live)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_status_has_its_row),
		cmocka_unit_test(test_no_status_is_left_without_an_answer),
		cmocka_unit_test(test_ways_out),
		cmocka_unit_test(test_names_are_compared_whole),
		cmocka_unit_test(test_nothing_can_be_freed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
