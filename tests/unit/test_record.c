#include "engine/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct record full(void)
{
	struct digest digest = digest_of("wanted", 6);
	struct record record = {.created = true,
		.listed = true,
		.attempts = 2,
		.not_before_ms = 1795000000123,
		.foreign_ms = 7,
		.reverts_ms = {5, 4},
		.orphans_ms = 9,
		.failed = digest};
	struct record_operation *operation = &record.operation;

	record.region = xstrdup("eu-west-1");
	record.name = xstrdup("app");
	record.manifest = xstrdup("app");
	record.stack_id = xstrdup("arn:aws:cloudformation:eu-west-1:1:stack/app/1");
	record.cause = xstrdup("Topic: \"no\"\n");
	record_mark_set(&record.template, "UPDATE_COMPLETE 1", &digest);
	record_mark_set(&record.verdict, "UPDATE_COMPLETE 2", &digest);
	record_mark_set(&record.settled, "UPDATE_COMPLETE 3", &digest);
	pairs_add(&record.secrets, "Password", "00ff");
	texts_add(&record.orphans, "stackd-review-1");
	operation->kind = OPERATION_UPDATE;
	operation->step = STEP_FOLLOW;
	operation->token = xstrdup("0123456789abcdef");
	operation->reason = xstrdup("parameter A: 1 -> 2");
	operation->change_set = xstrdup("arn:aws:cloudformation:x");
	operation->updated = xstrdup("2026-11-24T00:00:00Z");
	operation->event = xstrdup("event");
	operation->ended = xstrdup("UPDATE_COMPLETE");
	operation->cause = xstrdup("Topic failed");
	operation->digest = operation->template = digest;
	operation->started_ms = 1795000000000;
	pairs_add(&operation->secrets, "Password", "11ee");
	return record;
}

/* All that is written comes back, and a second writing gives the same text. */
static void test_round_trip(void **state)
{
	struct record record = full(), back = {0};
	AUTO(free_text) char *text = record_write(&record);
	AUTO(free_text) char *again = NULL;
	struct error e = {0};

	(void)state;
	assert_true(record_read(text, &back, &e));
	again = record_write(&back);
	assert_string_equal(again, text);
	assert_int_equal(back.not_before_ms, record.not_before_ms);
	assert_int_equal(back.operation.step, STEP_FOLLOW);
	assert_int_equal(back.reverts_ms[1], 4);
	assert_true(digest_equal(&back.failed, &record.failed));
	record_done(&record);
	record_done(&back);
}

static const struct {
	const char *sentence, *text;
	bool good;
} rows[] = {
	{"an empty record", "{\"version\":1,\"region\":\"r-1\",\"name\":\"a\"}", true},
	{"an empty file", "", false},
	{"half of a record", "{\"version\":1,\"region\":\"r-1\",\"na", false},
	{"something behind it", "{\"version\":1,\"region\":\"r-1\",\"name\":\"a\"} x", false},
	{"a list", "[1]", false},
	{"another version", "{\"version\":2,\"region\":\"r-1\",\"name\":\"a\"}", false},
	{"no name", "{\"version\":1,\"region\":\"r-1\"}", false},
	{"an operation without a token",
		"{\"version\":1,\"region\":\"r-1\",\"name\":\"a\",\"operation\":{\"kind\":"
		"\"update\",\"step\":\"review\",\"reason\":\"x\"}}",
		false},
	{"a step that is not known",
		"{\"version\":1,\"region\":\"r-1\",\"name\":\"a\",\"operation\":{\"kind\":"
		"\"update\",\"step\":\"dance\",\"reason\":\"x\",\"token\":\"1\"}}",
		false},
	{"a digest that is none",
		"{\"version\":1,\"region\":\"r-1\",\"name\":\"a\",\"failed\":\"12\"}", false},
	{"a mark without a version",
		"{\"version\":1,\"region\":\"r-1\",\"name\":\"a\",\"settled\":{}}", false},
};

static void test_reading(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct record record = {0};
		struct error e = {0};

		print_message("# %s\n", rows[i].sentence);
		assert_int_equal(record_read(rows[i].text, &record, &e), rows[i].good);
		assert_int_equal(e.kind, rows[i].good ? ERROR_NONE : ERROR_INVALID);
		record_done(&record);
	}
}

/* Left-over change sets are deleted by name, so a damaged record must not name others'. */
static void test_orphans(void **state)
{
	struct record record = {0};
	struct error e = {0};

	(void)state;
	assert_true(record_read("{\"version\":1,\"region\":\"r-1\",\"name\":\"a\",\"orphans\":["
				"\"mine\",\"stackd-review-2\",3]}",
		&record, &e));
	assert_int_equal(record.orphans.count, 1);
	assert_string_equal(record.orphans.items[0], "stackd-review-2");
	record_done(&record);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_reading),
		cmocka_unit_test(test_orphans),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
