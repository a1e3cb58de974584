#include "aws/lease.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/memory.h"

#define MINUTE UINT64_C(60000)
#define NOW (UINT64_C(1000000) * MINUTE)

static struct lease lease_of(uint64_t life_ms, double chance)
{
	struct credentials keys = {xstrdup("A"), xstrdup("S"), NULL};
	struct lease lease = {0};

	lease_take(&lease, &keys, life_ms ? NOW + life_ms : 0, NOW, chance);
	assert_null(keys.access_key);
	return lease;
}

static const struct {
	const char *sentence;
	uint64_t life_ms;
	double chance;
	uint64_t age_ms;
	enum lease_state state;
} rows[] = {
	{"keys without an end", 0, 0, UINT64_C(1000000) * MINUTE, LEASE_GOOD},
	{"a day: fresh", 1440 * MINUTE, 0, 0, LEASE_GOOD},
	{"a day: 15 minutes before", 1440 * MINUTE, 0, 1425 * MINUTE, LEASE_ADVISORY},
	{"a day: just before that", 1440 * MINUTE, 0, 1425 * MINUTE - 1, LEASE_GOOD},
	{"a day: 10 minutes before", 1440 * MINUTE, 0, 1430 * MINUTE, LEASE_MANDATORY},
	{"a day: just before that", 1440 * MINUTE, 0, 1430 * MINUTE - 1, LEASE_ADVISORY},
	{"a day: over", 1440 * MINUTE, 0, 1441 * MINUTE, LEASE_MANDATORY},
	{"an hour: 15 minutes before", 60 * MINUTE, 0, 45 * MINUTE, LEASE_ADVISORY},
	{"an hour: a tenth before", 60 * MINUTE, 0, 54 * MINUTE, LEASE_MANDATORY},
	{"a minute: fresh", MINUTE, 0, 44999, LEASE_GOOD},
	{"a minute: a quarter before", MINUTE, 0, 45000, LEASE_ADVISORY},
	{"a minute: a tenth before", MINUTE, 0, 54000, LEASE_MANDATORY},
	{"chance makes it later", 1440 * MINUTE, 0.8, 1426 * MINUTE, LEASE_GOOD},
	{"but not by more than half", 1440 * MINUTE, 0.9999, 1427 * MINUTE + 30000, LEASE_ADVISORY},
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO_DONE(lease_done)
		struct lease lease = lease_of(rows[i].life_ms, rows[i].chance);

		print_message("# %s\n", rows[i].sentence);
		assert_int_equal(lease_look(&lease, NOW + rows[i].age_ms), rows[i].state);
	}
}

static void test_nothing(void **state)
{
	struct lease lease = {0};

	(void)state;
	assert_int_equal(lease_look(&lease, NOW), LEASE_NONE);
	lease_failed(&lease, NOW);
	assert_int_equal(lease_look(&lease, NOW), LEASE_NONE);
}

static void test_a_fetch_that_failed(void **state)
{
	AUTO_DONE(lease_done) struct lease lease = lease_of(1440 * MINUTE, 0);
	uint64_t advisory_ms = NOW + 1425 * MINUTE;

	(void)state;
	assert_int_equal(lease_look(&lease, advisory_ms), LEASE_ADVISORY);
	lease_failed(&lease, advisory_ms);
	assert_int_equal(lease_look(&lease, advisory_ms + 59999), LEASE_GOOD);
	assert_int_equal(lease_look(&lease, advisory_ms + MINUTE), LEASE_ADVISORY);
	/* It can't put off what must be. */
	lease_failed(&lease, advisory_ms + 5 * MINUTE - 1);
	assert_int_equal(lease_look(&lease, advisory_ms + 5 * MINUTE), LEASE_MANDATORY);
}

static void test_hurry(void **state)
{
	AUTO_DONE(lease_done) struct lease lease = lease_of(1440 * MINUTE, 0);
	AUTO_DONE(lease_done) struct lease endless = lease_of(0, 0);

	(void)state;
	lease_hurry(&lease, NOW + MINUTE);
	lease_hurry(&endless, NOW + MINUTE);
	assert_int_equal(lease_look(&lease, NOW + MINUTE), LEASE_ADVISORY);
	assert_int_equal(lease_look(&endless, NOW + MINUTE), LEASE_GOOD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_a_fetch_that_failed),
		cmocka_unit_test(test_hurry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
