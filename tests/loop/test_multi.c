#include "io/multi.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <dlfcn.h>
#include <netdb.h>
#include <semaphore.h>
#include <time.h>

#include <cmocka.h>

#include "base/memory.h"
#include "http_fixture.h"

/* --- names that take for ever --- */

static sem_t resolver_may_go, resolver_went;

/* The C library's, but for one name, which takes as long as the test wants. */
int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
	struct addrinfo **found)
{
	int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);

	if (name && strcmp(name, "slow.test") == 0) {
		struct timespec until;

		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_sec += CEILING_MS / 1000 / 5;
		sem_timedwait(&resolver_may_go, &until);
		sem_post(&resolver_went);
		return EAI_NONAME;
	}
	*(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
	return real(name, service, hints, found);
}

static void on_tick(uv_timer_t *tick)
{
	uint64_t *longest_ms = tick->data;
	static uint64_t last_ms;
	uint64_t now_ms = uv_hrtime() / 1000000;

	if (last_ms && now_ms - last_ms > *longest_ms)
		*longest_ms = now_ms - last_ms;
	last_ms = now_ms;
}

static void test_resolver_never_stalls_the_loop(void **state)
{
	struct http_fixture *fixture = *state;
	AUTO_DONE(http_outcome_done) struct http_outcome outcome = {0};
	AUTO_DONE(http_outcome_done) struct http_outcome cancelled = {0};
	AUTO_DONE(http_outcome_done) struct http_outcome closed = {0};
	uint64_t longest_ms = 0;
	static uv_timer_t tick; /* a test that fails leaves it behind */

	sem_init(&resolver_may_go, 0, 0);
	sem_init(&resolver_went, 0, 0);
	uv_timer_init(&fixture->loop, &tick);
	tick.data = &longest_ms;
	uv_timer_start(&tick, on_tick, 0, 5);
	uv_unref((uv_handle_t *)&tick);
	http_open(fixture, SHORT_MS);
	struct http_transfer *victim =
		http_post_to(fixture, "http://slow.test/", false, &cancelled);

	http_post_to(fixture, "http://slow.test/", false, &outcome);
	http_run_until(fixture, &outcome.count, 1);
	assert_false(outcome.sent);
	assert_non_null(strstr(outcome.error.text, "cannot reach http://slow.test/"));
	if (cancelled.count == 0)
		http_cancel(victim);
	http_post_to(fixture, "http://slow.test/", false, &closed);
	uv_run(&fixture->loop, UV_RUN_NOWAIT);
	http_finish(fixture);
	assert_in_range(longest_ms, 0, CEILING_MS / 5);
	uv_close((uv_handle_t *)&tick, NULL);
	uv_run(&fixture->loop, UV_RUN_NOWAIT);
	for (int i = 0; i < 3; i++)
		sem_post(&resolver_may_go);
	for (int i = 0; i < 3; i++)
		sem_wait(&resolver_went);
}

/* --- time --- */

/* The loop's clock is behind; libcurl's isn't. */
static void test_timeout_after_a_stall(void **state)
{
	struct http_fixture *fixture = *state;
	AUTO_DONE(http_outcome_done) struct http_outcome outcome = {0};

	http_open(fixture, SHORT_MS);
	http_script(fixture, &http_silent, 1);
	uv_update_time(&fixture->loop);
	uint64_t began_ms = uv_hrtime() / 1000000;

	while (uv_hrtime() / 1000000 < began_ms + SHORT_MS + 100)
		; /* the loop is busy elsewhere */
	began_ms = uv_hrtime() / 1000000;
	http_post_one(fixture, &outcome);
	http_run_until(fixture, &outcome.count, 1);
	uint64_t took_ms = uv_hrtime() / 1000000 - began_ms;

	assert_in_range(took_ms, SHORT_MS - 1, CEILING_MS);
}

/* --- connections --- */

static void post_many(struct http_fixture *fixture, size_t count)
{
	struct http_outcome outcome = {0};

	for (size_t i = 0; i < count; i++)
		http_post_one(fixture, &outcome);
	http_run_until(fixture, &outcome.count, count);
	assert_int_equal(outcome.error.kind, ERROR_NONE);
	http_outcome_done(&outcome);
}

static void test_connections_are_kept(void **state)
{
	struct http_fixture *fixture = *state;

	http_open(fixture, CEILING_MS);
	http_script(fixture, &http_fine, 1);
	for (int round = 0; round < 3; round++)
		post_many(fixture, 20);
	post_many(fixture, 1);
	post_many(fixture, 20);
	assert_int_equal(fixture->server.connection_count, 20);
	assert_int_equal(fixture->server.request_count, 81);
}

static void test_a_kept_connection_that_ended(void **state)
{
	struct http_fixture *fixture = *state;

	http_open(fixture, CEILING_MS);
	http_script(fixture, &http_fine, 1);
	for (int round = 0; round < 4; round++) {
		post_many(fixture, 1);
		web_server_drop(&fixture->server);
	}
	assert_int_equal(fixture->server.request_count, 4);
}

/* On a kept connection libcurl takes a reset for an old one that ended, and sends again. */
static void test_once_is_once(void **state)
{
	static const struct web_answer answers[] = {{OK_ANSWER, WEB_KEEP}, {NULL, WEB_RESET}};
	struct http_fixture *fixture = *state;
	AUTO_DONE(http_outcome_done) struct http_outcome first = {0};
	AUTO_DONE(http_outcome_done) struct http_outcome second = {0};

	http_open(fixture, CEILING_MS);
	http_script(fixture, answers, 2);
	http_post_one(fixture, &first);
	http_run_until(fixture, &first.count, 1);
	http_post_to(fixture, fixture->url, true, &second);
	http_run_until(fixture, &second.count, 1);
	assert_int_equal(second.error.kind, ERROR_TRANSIENT);
	assert_true(second.sent);
	assert_int_equal(fixture->server.request_count, 2);
}

/* --- the end --- */

static void test_cancel(void **state)
{
	struct http_fixture *fixture = *state;
	AUTO_DONE(http_outcome_done) struct http_outcome never = {0};
	AUTO_DONE(http_outcome_done) struct http_outcome outcome = {0};

	http_open(fixture, CEILING_MS);
	http_script(fixture, &http_silent, 1);
	http_cancel(http_post_one(fixture, &never)); /* before it began */
	struct http_transfer *transfer = http_post_one(fixture, &never);

	http_run_until(fixture, &fixture->server.request_count, 1);
	http_cancel(transfer); /* while it waits */
	http_script(fixture, &http_fine, 1);
	outcome.victim = http_post_one(fixture, &never);
	http_post_to(fixture, "http://127.0.0.1:1/", false, &outcome);
	http_run_until(fixture, &outcome.count, 1); /* from the callback of another */
	post_many(fixture, 3);
	assert_int_equal(never.count, 0);
}

/* Whoever of two that are told at once comes first cancels the other. */
static void test_cancel_what_is_about_to_be_told(void **state)
{
	struct http_fixture *fixture = *state;
	AUTO_DONE(http_outcome_done) struct http_outcome a = {0};
	AUTO_DONE(http_outcome_done) struct http_outcome b = {0};

	http_open(fixture, SHORT_MS);
	http_script(fixture, &http_silent, 1);
	b.victim = http_post_one(fixture, &a);
	a.victim = http_post_one(fixture, &b);
	uint64_t until_ms = uv_hrtime() / 1000000 + SHORT_MS + 50;

	http_run_until(fixture, &fixture->server.request_count, 2);
	while (uv_hrtime() / 1000000 < until_ms)
		; /* both are over at the same turn */
	while (a.count + b.count == 0 && !fixture->expired)
		uv_run(&fixture->loop, UV_RUN_ONCE);
	post_many(fixture, 0);
	uv_run(&fixture->loop, UV_RUN_NOWAIT);
	assert_int_equal(a.count + b.count, 1);
}

static void test_close_from_a_callback(void **state)
{
	struct http_fixture *fixture = *state;
	AUTO_DONE(http_outcome_done) struct http_outcome never = {0};
	AUTO_DONE(http_outcome_done) struct http_outcome outcome = {.close = true};

	http_open(fixture, CEILING_MS);
	http_script(fixture, &http_silent, 1);
	for (int i = 0; i < 5; i++)
		http_post_one(fixture, &never);
	http_run_until(fixture, &fixture->server.request_count, 5);
	http_post_to(fixture, "http://127.0.0.1:1/", false, &outcome);
	http_run_until(fixture, &outcome.count, 1);
	assert_int_equal(never.count, 0);
}

/* The tear-down closes in the middle: connecting, waiting, kept; it sees that nothing is left. */
static void test_close_in_the_middle(void **state)
{
	struct http_fixture *fixture = *state;
	static struct http_outcome never;

	http_open(fixture, CEILING_MS);
	http_script(fixture, &http_fine, 1);
	post_many(fixture, 3);
	http_script(fixture, &http_silent, 1);
	for (int i = 0; i < 5; i++)
		http_post_one(fixture, &never);
	http_run_until(fixture, &fixture->server.request_count, 5);
	for (int i = 0; i < 5; i++)
		http_post_one(fixture, &never);
	assert_int_equal(never.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_resolver_never_stalls_the_loop, http_set_up, http_tear_down),
		cmocka_unit_test_setup_teardown(
			test_timeout_after_a_stall, http_set_up, http_tear_down),
		cmocka_unit_test_setup_teardown(
			test_connections_are_kept, http_set_up, http_tear_down),
		cmocka_unit_test_setup_teardown(
			test_a_kept_connection_that_ended, http_set_up, http_tear_down),
		cmocka_unit_test_setup_teardown(test_once_is_once, http_set_up, http_tear_down),
		cmocka_unit_test_setup_teardown(test_cancel, http_set_up, http_tear_down),
		cmocka_unit_test_setup_teardown(
			test_cancel_what_is_about_to_be_told, http_set_up, http_tear_down),
		cmocka_unit_test_setup_teardown(
			test_close_from_a_callback, http_set_up, http_tear_down),
		cmocka_unit_test_setup_teardown(
			test_close_in_the_middle, http_set_up, http_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
