#include "report/sentences.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static const struct {
	const char *sentence;
	struct report report;
	const char *expected;
} reports[] = {
	{"a stack stands in front", {.stack = "web", .text = "in sync"}, "web: in sync"},
	{"a manifest of the same name is not told twice",
		{.stack = "web", .manifest = "web", .text = "in sync"}, "web: in sync"},
	{"one of another name tells which of several stacks it is",
		{.stack = "web", .manifest = "web-us", .text = "in sync"}, "web-us (web): in sync"},
	{"what is not about a stack stands alone", {.text = "eu-west-1 can't be reached"},
		"eu-west-1 can't be reached"},
	{"a reply's text becomes one line", {.stack = "web", .text = "failed:\nno\x1b[1m such"},
		"web: failed: no [1m such"},
};

static void test_reports(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(reports); i++) {
		AUTO_DONE(text_done) struct text text = {0};

		print_message("# %s\n", reports[i].sentence);
		sentence_report(&reports[i].report, &text);
		assert_string_equal(text_string(&text), reports[i].expected);
	}
}

#define IN_SYNC                                                                                    \
	{                                                                                          \
		.state = STATE_IN_SYNC, .status = "UPDATE_COMPLETE"                                \
	}
#define RUNNING(said, does)                                                                        \
	{                                                                                          \
		.state = STATE_RUNNING, .status = (said), .action = (does)                         \
	}

static const struct {
	const char *sentence;
	struct overview_row rows[8];
	size_t count;
	const char *expected;
} overviews[] = {
	{"no stacks", {{0}}, 0, "0 stacks"},
	{"one stack is singular", {IN_SYNC}, 1, "1 stack: 1 in sync"},
	{"the sentence of the manual", {IN_SYNC, RUNNING("UPDATE_IN_PROGRESS", NULL), IN_SYNC}, 3,
		"3 stacks: 2 in sync, 1 updating"},
	{"what runs is told by its status",
		{
			RUNNING("CREATE_IN_PROGRESS", NULL),
			RUNNING("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", NULL),
			RUNNING("DELETE_IN_PROGRESS", NULL),
			RUNNING("UPDATE_ROLLBACK_IN_PROGRESS", NULL),
			RUNNING("ROLLBACK_IN_PROGRESS", NULL),
			RUNNING("IMPORT_IN_PROGRESS", NULL),
			RUNNING("IMPORT_ROLLBACK_IN_PROGRESS", NULL),
		},
		7, "7 stacks: 1 creating, 1 updating, 1 deleting, 3 rolling back, 1 importing"},
	{"what was only submitted is told by what is done",
		{RUNNING(NULL, "create"), RUNNING("UPDATE_COMPLETE", "update"),
			RUNNING(NULL, NULL)},
		3, "3 stacks: 1 creating, 2 updating"},
	{"also where that is no update",
		{RUNNING("ROLLBACK_COMPLETE", "delete"),
			RUNNING("UPDATE_ROLLBACK_FAILED", "continue")},
		2, "2 stacks: 1 deleting, 1 rolling back"},
	{"a status that is new to us says nothing", {RUNNING("PAUSED", "running")}, 1,
		"1 stack: 1 unknown"},
	{"a settled status says nothing of what runs", {RUNNING("CREATE_COMPLETE", "update")}, 1,
		"1 stack: 1 updating"},
	{"the rest, in its order",
		{
			{.state = STATE_UNKNOWN},
			{.state = STATE_FROZEN},
			{.state = STATE_HOLD},
			{.state = STATE_WAIT},
			{.state = STATE_UPDATE},
			{.state = STATE_CREATE},
			IN_SYNC,
		},
		7,
		"7 stacks: 1 in sync, 1 to create, 1 to update, 1 waiting, 1 held, 1 frozen, "
		"1 unknown"},
};

static void test_status(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(overviews); i++) {
		AUTO_DONE(text_done) struct text text = {0};
		struct overview_row rows[8];

		for (size_t k = 0; k < COUNT(rows); k++)
			rows[k] = overviews[i].rows[k];
		print_message("# %s\n", overviews[i].sentence);
		sentence_status(
			&(struct overview){.rows = rows, .count = overviews[i].count}, &text);
		assert_string_equal(text_string(&text), overviews[i].expected);
	}
}

static void test_empty(void **state)
{
	AUTO_DONE(text_done) struct text text = {0};

	(void)state;
	sentence_empty("/etc/\x1bstackd", &text);
	assert_string_equal(text_string(&text),
		"there is no manifest in /etc/ stackd: write one for each stack, such as "
		"/etc/ stackd/NAME.yaml; see stackd.manifest(5)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reports),
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
