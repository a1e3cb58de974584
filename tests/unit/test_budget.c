#include "engine/budget.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/memory.h"
#include "engine/backoff.h"

/* A story of one bucket: at each moment something happens, and then so many calls can be made. */
static const struct {
	const char *sentence;
	uint64_t now_ms;
	unsigned throttled, succeeded;
	unsigned calls; /* that can be made now */
} story[] = {
	{"a bucket of twice the rate is full at first", 0, 0, 0, 8},
	{"nothing is left at the same moment", 0, 0, 0, 0},
	{"a quarter of a second brings one call", 250, 0, 0, 1},
	{"a minute brings no more than the bucket holds", 60000, 0, 0, 8},
	{"throttled once, nothing goes now", 60000, 1, 0, 0},
	{"and then half as often", 61000, 0, 0, 2},
	{"throttled again: a quarter", 61000, 1, 0, 0},
	{"one call in a second", 62000, 0, 0, 1},
	{"many successes bring the rate back", 62000, 0, 60, 0},
	{"four a second again", 63000, 0, 0, 4},
};

static void test_budget(void **state)
{
	struct budget budget = {0};
	uint64_t due_ms = 0;

	(void)state;
	budget_set(&budget, 4, 0);
	for (size_t i = 0; i < COUNT(story); i++) {
		unsigned calls = 0;

		for (unsigned j = 0; j < story[i].throttled; j++)
			budget_throttled(&budget, story[i].now_ms);
		for (unsigned j = 0; j < story[i].succeeded; j++)
			budget_succeeded(&budget);
		while (budget_take(&budget, story[i].now_ms, &due_ms))
			calls++;
		print_message("# %s\n", story[i].sentence);
		assert_int_equal(calls, story[i].calls);
		assert_true(due_ms > story[i].now_ms);
	}
}

static void test_due(void **state)
{
	struct budget budget = {0};
	uint64_t due_ms = 0;

	(void)state;
	budget_set(&budget, 0.5, 1000);
	assert_true(budget_take(&budget, 1000, NULL));
	assert_false(budget_take(&budget, 1000, &due_ms));
	assert_false(budget_take(&budget, due_ms - 10, NULL));
	assert_true(budget_take(&budget, due_ms, NULL));
}

static const struct {
	const char *sentence;
	unsigned attempt;
	uint64_t least_ms, most_ms;
	double chance;
	uint64_t expected_ms;
} pauses[] = {
	{"no chance: a tenth of the least", 1, 15000, 3600000, 0, 1500},
	{"the first attempt waits at most the least", 1, 15000, 3600000, 0.999999, 14999},
	{"the second twice as long", 2, 15000, 3600000, 0.999999, 29999},
	{"the hundredth no longer than the most", 100, 15000, 3600000, 0.999999, 3599996},
	{"a most that is less than the least wins", 3, 15000, 1000, 0.5, 1000},
	{"never nothing", 1, 0, 0, 0, 1},
};

static void test_backoff(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(pauses); i++) {
		print_message("# %s\n", pauses[i].sentence);
		assert_int_equal(backoff_ms(pauses[i].attempt, pauses[i].least_ms,
					 pauses[i].most_ms, pauses[i].chance),
			pauses[i].expected_ms);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_budget),
		cmocka_unit_test(test_due),
		cmocka_unit_test(test_backoff),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
