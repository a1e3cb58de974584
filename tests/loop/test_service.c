#include "io/service.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"

enum { CEILING_MS = 10000 };

/* The service manager's end of $NOTIFY_SOCKET, under a name of the kernel's choice. */
static int manager(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	socklen_t length = sizeof(address);
	int listening = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	assert_int_equal(bind(listening, (void *)&address, sizeof(sa_family_t)), 0);
	assert_int_equal(getsockname(listening, (void *)&address, &length), 0);
	AUTO(free_text)
	char *name = xasprintf("@%.*s", (int)(length - offsetof(struct sockaddr_un, sun_path) - 1),
		address.sun_path + 1);

	setenv("NOTIFY_SOCKET", name, 1);
	return listening;
}

/* The next note, "" where there is none. */
static const char *note(int listening)
{
	static char bytes[256];
	ssize_t got = recv(listening, bytes, sizeof(bytes) - 1, 0);

	bytes[got > 0 ? got : 0] = '\0';
	return bytes;
}

static void close_all(uv_loop_t *loop, struct service *service)
{
	service_close(service);
	assert_int_equal(uv_run(loop, UV_RUN_DEFAULT), 0);
	assert_int_equal(uv_loop_close(loop), 0);
}

static void test_notes(void **state)
{
	int listening = manager();
	uv_loop_t loop;

	(void)state;
	unsetenv("WATCHDOG_USEC");
	uv_loop_init(&loop);
	struct service *service = service_new(&loop);

	service_ready();
	assert_string_equal(note(listening), "READY=1");
	service_reloading();
	const char *told = note(listening);

	assert_true(text_starts(told, "RELOADING=1\nMONOTONIC_USEC="));
	assert_true(strtoull(strrchr(told, '=') + 1, NULL, 10) > 0);
	service_status(service, "2 stacks: 2 in sync");
	assert_string_equal(note(listening), "STATUS=2 stacks: 2 in sync");
	service_status(service, "2 stacks: 2 in sync");
	assert_string_equal(note(listening), "");
	service_status(service, "2 stacks: 1 in sync, 1 updating");
	assert_string_equal(note(listening), "STATUS=2 stacks: 1 in sync, 1 updating");
	service_stopping();
	assert_string_equal(note(listening), "STOPPING=1");
	close_all(&loop, service);
	close(listening);
}

struct counter {
	int listening;
	unsigned fed;
};

static void count(uv_timer_t *timer)
{
	struct counter *counter = timer->data;

	for (const char *said = note(counter->listening); *said; said = note(counter->listening))
		counter->fed += strcmp(said, "WATCHDOG=1") == 0;
	if (counter->fed >= 3)
		uv_stop(timer->loop);
}

static void give_up(uv_timer_t *timer)
{
	uv_stop(timer->loop);
}

static void test_watchdog(void **state)
{
	struct counter counter = {.listening = manager()};
	uv_loop_t loop;
	uv_timer_t counting, ceiling;

	(void)state;
	setenv("WATCHDOG_USEC", "20000", 1);
	unsetenv("WATCHDOG_PID");
	uv_loop_init(&loop);
	struct service *service = service_new(&loop);

	uv_timer_init(&loop, &counting);
	uv_timer_init(&loop, &ceiling);
	counting.data = &counter;
	uv_timer_start(&counting, count, 1, 1);
	uv_timer_start(&ceiling, give_up, CEILING_MS, 0);
	uint64_t before_ms = uv_now(&loop);

	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(counter.fed, 3);
	/* Once at the start, then every 10 ms: neither at once nor at the last moment. */
	assert_in_range(uv_now(&loop) - before_ms, 20, CEILING_MS - 1);
	uv_close((uv_handle_t *)&counting, NULL);
	uv_close((uv_handle_t *)&ceiling, NULL);
	close_all(&loop, service);
	close(counter.listening);
}

/* Not started as a service: nothing is said, and nothing keeps the loop. */
static void test_nobody(void **state)
{
	uv_loop_t loop;

	(void)state;
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	uv_loop_init(&loop);
	struct service *service = service_new(&loop);

	service_ready();
	service_status(service, "0 stacks");
	assert_false(uv_loop_alive(&loop));
	close_all(&loop, service);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_notes),
		cmocka_unit_test(test_watchdog),
		cmocka_unit_test(test_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
