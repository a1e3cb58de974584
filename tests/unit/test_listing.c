#include "report/listing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "report/json.h"
#include "report/table.h"

/* What the daemon would print, and what stackctl prints of what the daemon sent. */
static void test_there_and_back(void **state)
{
	AUTO_DONE(listing_done) struct listing listing = {0};
	AUTO_DONE(text_done) struct text sent = {0};
	AUTO_DONE(text_done) struct text first = {0};
	AUTO_DONE(text_done) struct text second = {0};
	struct overview_row rows[STATE_COUNT] = {{0}};
	struct overview overview = {.rows = rows, .count = STATE_COUNT};
	struct error e = {0};

	(void)state;
	for (int i = 0; i < STATE_COUNT; i++) {
		rows[i] = (struct overview_row){.stack = i % 2 ? "web" : "größe",
			.manifest = "web",
			.region = "eu-west-1",
			.state = (enum stack_state)i,
			.action = "hold",
			.reason = i == STATE_IN_SYNC ? NULL : "a \"reason\"",
			.approval = i == STATE_HOLD ? "9c1d22a07f3b" : NULL,
			.suspended = i == STATE_WAIT ? "painters" : NULL};
		overview.states[i] = 1;
	}
	json_overview(&overview, "", &sent);
	if (!listing_parse(sent.data, sent.length, &listing, &e))
		fail_msg("%s", e.text);
	table_write(&overview, true, &first);
	table_write(&listing.overview, true, &second);
	assert_string_equal(text_string(&first), text_string(&second));
	assert_string_equal(listing.overview.rows[STATE_HOLD].approval, "9c1d22a07f3b");
	assert_string_equal(listing.overview.rows[STATE_WAIT].suspended, "painters");
	for (int i = 0; i < STATE_COUNT; i++)
		assert_int_equal(listing.overview.states[i], 1);
}

static const struct {
	const char *json, *said; /* NULL: it is good */
} rows[] = {
	{"{\"stacks\": []}", NULL},
	{"{\"stacks\": [{\"stack\": \"a\", \"state\": \"newer\", \"colour\": [{}]}]}", NULL},
	{"{\"stacks\": [{\"manifest\": \"a\", \"stack\": null}], \"more\": 7}", NULL},
	{"", "1:1: "},
	{"[]", "found no list of stacks"},
	{"{}", "found no list of stacks"},
	{"{\"stacks\": {}}", "found no list of stacks"},
	{"{\"stacks\": [7]}", "1:13: found text, expected a stack"},
	{"{\"stacks\": [{}]}", "1:13: 'stack' of a stack is not there"},
	{"{\"stacks\": [{\"stack\": \"a\"}, {\"stack\": 7}]}",
		"1:39: 'stack' of a stack is not a text"},
	{"{\"stacks\": [{\"stack\": \"a\", \"reason\": [\"b\"]}]}",
		"1:38: 'reason' of a stack is not a text"},
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO_DONE(listing_done) struct listing listing = {0};
		struct error e = {0};

		print_message("# %s\n", rows[i].json);
		assert_int_equal(listing_parse(rows[i].json, strlen(rows[i].json), &listing, &e),
			!rows[i].said);
		if (rows[i].said && !text_starts(e.text, rows[i].said))
			assert_string_equal(e.text, rows[i].said);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
