#include "base/calendar.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"

struct row {
	const char *sentence, *format, *text;
	uint64_t seconds;
};

static const struct row rows[] = {
	{"the beginning", CALENDAR_BASIC, "19700101T000000Z", 0},
	{"AWS's own example", CALENDAR_BASIC, "20150830T123600Z", 1440938160},
	{"the last second of a leap day", CALENDAR_BASIC, "20240229T235959Z", 1709251199},
	{"a century that is no leap year", CALENDAR_BASIC, "21000301T000000Z", 4107542400},
	{"a century that is one", CALENDAR_BASIC, "20000229T120000Z", 951825600},
	{"the last day of a year", CALENDAR_BASIC, "20231231T235959Z", 1704067199},
	{"the last second with four digits", CALENDAR_BASIC, "99991231T235959Z", 253402300799},
	{"ISO 8601", "%Y-%M-%DT%h:%m:%s", "2026-03-04T05:06:07", 1772600767},
	{"a month by its name", "%D %b %Y %h:%m:%s GMT", "24 Oct 2016 22:04:17 GMT", 1477346657},
};

static void test_texts_and_times(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct row *row = &rows[i];
		uint64_t ms = 1;
		const char *end = NULL;
		char out[32];

		if (!calendar_read(row->format, row->text, &ms, &end) || ms != row->seconds * 1000)
			fail_msg("%s: '%s' is read as %llu", row->sentence, row->text,
				(unsigned long long)ms);
		assert_string_equal(end, "");
		calendar_write(row->format, row->seconds * 1000 + 999, out, sizeof(out));
		if (strcmp(out, row->text) != 0)
			fail_msg("%s: written as '%s'", row->sentence, out);
	}
}

static void test_the_date_header(void **state)
{
	uint64_t ms = 0;
	const char *end = NULL;

	(void)state;
	assert_true(calendar_read(CALENDAR_HTTP, "Mon, 24 Oct 2016 22:04:17 GMT!", &ms, &end));
	assert_int_equal(ms, 1477346657000);
	assert_string_equal(end, "!");
}

static void test_what_is_no_time(void **state)
{
	static const char *const texts[] = {"", "20150830", "2015083 T123600Z", "20150830T123600",
		"20151330T123600Z", "20150030T123600Z", "20150229T123600Z", "20150832T123600Z",
		"20150830T243600Z", "20150830T126000Z", "20150830T123661Z", "19691231T235959Z"};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		uint64_t ms;

		if (calendar_read(CALENDAR_BASIC, texts[i], &ms, NULL))
			fail_msg("'%s' is taken for a time", texts[i]);
		assert_false(calendar_read(CALENDAR_HTTP, texts[i], &ms, NULL));
	}
}

static void test_every_day_comes_back(void **state)
{
	(void)state;
	for (uint64_t day = 0; day < 150000; day++) {
		uint64_t ms = 1;
		char out[32];

		calendar_write(CALENDAR_BASIC, day * 86400000, out, sizeof(out));
		assert_true(calendar_read(CALENDAR_BASIC, out, &ms, NULL));
		assert_int_equal(ms, day * 86400000);
	}
}

static void test_absurd_numbers_and_small_buffers(void **state)
{
	char out[32];
	char small[5];

	(void)state;
	calendar_write(CALENDAR_BASIC, UINT64_MAX, out, sizeof(out));
	assert_string_equal(out, "99991231T235959Z");
	calendar_write(CALENDAR_BASIC, 0, small, sizeof(small));
	assert_string_equal(small, "1970");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts_and_times),
		cmocka_unit_test(test_the_date_header),
		cmocka_unit_test(test_what_is_no_time),
		cmocka_unit_test(test_every_day_comes_back),
		cmocka_unit_test(test_absurd_numbers_and_small_buffers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
