#include "base/timespan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/memory.h"

static const struct {
	const char *sentence;
	const char *text;
	uint64_t ms;
} good[] = {
	{"a bare number counts seconds", "90", 90000},
	{"seconds", "90s", 90000},
	{"minutes", "5min", 300000},
	{"m is minutes", "5m", 300000},
	{"M is months", "1M", 2629800000},
	{"milliseconds", "200ms", 200},
	{"terms add up", "1h 30min", 5400000},
	{"terms without blanks add up", "1h30min", 5400000},
	{"blanks around and between", "  2 h  5 s ", 7205000},
	{"fractions", "1.5h", 5400000},
	{"fractions of seconds", "0.25", 250},
	{"microseconds round up, never down to nothing", "1us", 1},
	{"the Greek letter", "1500µs", 2},
	{"weeks", "1w", 604800000},
	{"years", "100y", TIMESPAN_LIMIT_MS},
	{"nothing is a span, too", "0", 0},
	{"infinity", "infinity", TIMESPAN_LIMIT_MS},
};

static const struct {
	const char *sentence;
	const char *text;
} bad[] = {
	{"empty", ""},
	{"blanks only", "  "},
	{"a word", "soon"},
	{"a unit alone", "min"},
	{"an unknown unit", "5 fortnights"},
	{"negative", "-5s"},
	{"case counts", "5S"},
	{"a point without digits", "5.s"},
	{"a point in front", ".5s"},
	{"a comma", "1,5s"},
	{"more than 100 years", "101y"},
	{"more than 100 years in two terms", "100y 1s"},
	{"more digits than fit", "99999999999999999999999999s"},
	{"infinity has no unit", "infinity s"},
};

static void test_good(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		uint64_t ms = 42;

		print_message("# %s: '%s'\n", good[i].sentence, good[i].text);
		assert_true(timespan_parse(good[i].text, &ms));
		assert_int_equal(ms, good[i].ms);
	}
}

static void test_bad(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		uint64_t ms = 42;

		print_message("# %s: '%s'\n", bad[i].sentence, bad[i].text);
		assert_false(timespan_parse(bad[i].text, &ms));
		assert_int_equal(ms, 42);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
