#include "report/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#define ROW(does, is, name, why)                                                                   \
	{                                                                                          \
		.action = (does), .state = (is), .stack = (name), .manifest = (name),              \
		.reason = (why)                                                                    \
	}
#define TEN "abcdefghij"

static struct overview_row manual[] = {
	ROW("create", STATE_CREATE, "ecs-cluster", "not in eu-west-1 yet"),
	ROW("wait", STATE_WAIT, "tatsu-hubot", "needs ecs-cluster (CREATE_IN_PROGRESS)"),
	ROW("update", STATE_UPDATE, "website", "parameter ContainerVersion: 41 -> 42"),
	ROW("hold", STATE_HOLD, "database", "would replace Table (AWS::DynamoDB::Table)"),
	ROW("frozen", STATE_FROZEN, "reports", "reports.yaml:12:3: expected a list, found a map"),
	ROW("in sync", STATE_IN_SYNC, "queue", NULL),
};

static void test_manual(void **state)
{
	AUTO_DONE(text_done) struct text text = {0};

	(void)state;
	table_write(&(struct overview){.rows = manual, .count = COUNT(manual)}, false, &text);
	assert_string_equal(text_string(&text),
		"  create   ecs-cluster    not in eu-west-1 yet\n"
		"  wait     tatsu-hubot    needs ecs-cluster (CREATE_IN_PROGRESS)\n"
		"  update   website        parameter ContainerVersion: 41 -> 42\n"
		"  hold     database       would replace Table (AWS::DynamoDB::Table)\n"
		"  frozen   reports        reports.yaml:12:3: expected a list, found a map\n"
		"  in sync  queue\n");
}

static const struct {
	const char *sentence;
	struct overview_row row;
	bool colours;
	const char *expected;
} rows[] = {
	{"no reason, no blanks behind the name", ROW("in sync", STATE_IN_SYNC, "web", ""), false,
		"  in sync  web\n"},
	{"a stack of another name stands behind its manifest",
		{.action = "wait", .manifest = "web", .stack = "website-2", .reason = "why"}, false,
		"  wait     web (website-2)    why\n"},
	{"a manifest too broken to name its stack", {.action = "frozen", .manifest = "web"}, false,
		"  frozen   web\n"},
	{"a stack without a manifest", {.action = "hold", .stack = "web", .reason = "why"}, false,
		"  hold     web    why\n"},
	{"colours surround what is done", ROW("in sync", STATE_IN_SYNC, "web", NULL), true,
		"  \x1b[32min sync  \x1b[0mweb\n"},
	{"a reason can't steer the terminal", ROW("hold", STATE_HOLD, "web", "a\x1b]0;b\nc"), false,
		"  hold     web    a ]0;b c\n"},
	{"nor can a file's name", ROW("hold", STATE_HOLD, "w\x1b\xff", NULL), false,
		"  hold     w ?\n"},
	{"a longer word for what is done", ROW("recreate", STATE_CREATE, "web", "why"), false,
		"  recreate  web    why\n"},
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO_DONE(text_done) struct text text = {0};
		struct overview_row row = rows[i].row;

		print_message("# %s\n", rows[i].sentence);
		table_write(&(struct overview){.rows = &row, .count = 1}, rows[i].colours, &text);
		assert_string_equal(text_string(&text), rows[i].expected);
	}
}

/* A name of 60 characters sticks out; the column stays as wide as the next. */
static void test_long_name(void **state)
{
	AUTO_DONE(text_done) struct text text = {0};
	struct overview_row two[] = {
		ROW("wait", STATE_WAIT, TEN TEN TEN TEN TEN TEN, "why"),
		ROW("wait", STATE_WAIT, "größe", "why"),
		ROW("wait", STATE_WAIT, "web", "why"),
	};

	(void)state;
	table_write(&(struct overview){.rows = two, .count = COUNT(two)}, false, &text);
	assert_string_equal(text_string(&text), "  wait     " TEN TEN TEN TEN TEN TEN "    why\n"
						"  wait     größe    why\n"
						"  wait     web      why\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_manual),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_long_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
