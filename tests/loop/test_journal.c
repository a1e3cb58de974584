#include "io/journal.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"

enum { LONG = 512 * 1024, NEVER_BLOCKS_MS = 5000 };

/* A journal's socket of our own. */
struct listener {
	char folder[32];
	struct sockaddr_un address;
	int socket;
};

static void listener_open(struct listener *listener)
{
	*listener =
		(struct listener){.folder = "/tmp/journal-XXXXXX", .address.sun_family = AF_UNIX};
	assert_non_null(mkdtemp(listener->folder));
	snprintf(listener->address.sun_path, sizeof(listener->address.sun_path), "%s/socket",
		listener->folder);
	listener->socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_int_equal(
		bind(listener->socket, (void *)&listener->address, sizeof(listener->address)), 0);
}

static void listener_close(struct listener *listener)
{
	close(listener->socket);
	unlink(listener->address.sun_path);
	rmdir(listener->folder);
}

/* The next message, "" where there is none; the caller frees it. From a file where it was sent as
 * one, then *sealed tells whether its writer can still change it. */
static char *received(struct listener *listener, bool *from_file, bool *sealed)
{
	char *bytes = xcalloc(1, LONG * 2);
	char control[CMSG_SPACE(sizeof(int))];
	struct iovec part = {.iov_base = bytes, .iov_len = LONG * 2 - 1};
	struct msghdr message = {.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control)};
	ssize_t got = recvmsg(listener->socket, &message, MSG_CMSG_CLOEXEC);
	struct cmsghdr *header = got < 0 ? NULL : CMSG_FIRSTHDR(&message);

	*from_file = header != NULL;
	*sealed = false;
	if (header) {
		int file;

		memcpy(&file, CMSG_DATA(header), sizeof(file));
		*sealed = fcntl(file, F_GET_SEALS) ==
			  (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
		assert_true(pread(file, bytes, LONG * 2 - 1, 0) > 0);
		close(file);
	}
	return bytes;
}

static char *received_datagram(struct listener *listener)
{
	bool from_file, sealed;
	char *bytes = received(listener, &from_file, &sealed);

	assert_false(from_file);
	return bytes;
}

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void test_fields(void **state)
{
	struct listener listener;
	struct report report = {.class = REPORT_FAILED,
		.level = REPORT_ERR,
		.stack = "web",
		.region = "eu-west-1",
		.manifest = "web",
		.operation = "update",
		.reason = "parameter A:\n1 -> 2",
		.request_id = "b-1",
		.text = "update failed:\nno such image"};

	(void)state;
	listener_open(&listener);
	AUTO(journal_free)
	struct journal *journal = journal_new(JOURNAL_FIELDS, listener.address.sun_path, 2);

	journal_report(journal, &report);
	AUTO(free_text) char *said = received_datagram(&listener);
	const char *id = strstr(said, "MESSAGE_ID=");

	assert_true(text_starts(said, "MESSAGE=web: update failed: no such image\nPRIORITY=3\n"
				      "SYSLOG_IDENTIFIER=stackd\nMESSAGE_ID="));
	assert_int_equal(strspn(id + 11, "0123456789abcdef"), 32);
	assert_non_null(strstr(said, "\nSTACKD_STACK=web\nSTACKD_REGION=eu-west-1\n"
				     "STACKD_MANIFEST=web\nSTACKD_OPERATION=update\n"));
	assert_non_null(strstr(said, "STACKD_REASON\n\x13")); /* then 8 bytes of length */

	journal_line(journal, REPORT_INFO, "started with %d\x1b", 12);
	AUTO(free_text) char *line = received_datagram(&listener);

	assert_string_equal(
		line, "MESSAGE=started with 12 \nPRIORITY=6\nSYSLOG_IDENTIFIER=stackd\n");
	listener_close(&listener);
}

static void test_length_of_lines(void **state)
{
	struct listener listener;
	struct report report = {.level = REPORT_INFO, .reason = "a\nb", .text = "t"};

	(void)state;
	listener_open(&listener);
	AUTO(journal_free)
	struct journal *journal = journal_new(JOURNAL_FIELDS, listener.address.sun_path, 2);
	static const char expected[] = "STACKD_REASON\n\3\0\0\0\0\0\0\0a\nb\n";

	journal_report(journal, &report);
	AUTO(free_text) char *said = received_datagram(&listener);

	assert_memory_equal(strstr(said, "STACKD_REASON"), expected, sizeof(expected) - 1);
	listener_close(&listener);
}

static void test_long_message(void **state)
{
	struct listener listener;
	bool from_file, sealed;
	AUTO(free_text) char *text = xmalloc(LONG + 1);

	(void)state;
	memset(text, 'x', LONG);
	text[LONG] = '\0';
	listener_open(&listener);
	AUTO(journal_free)
	struct journal *journal = journal_new(JOURNAL_FIELDS, listener.address.sun_path, 2);

	journal_line(journal, REPORT_INFO, "%s", text);
	AUTO(free_text) char *said = received(&listener, &from_file, &sealed);

	assert_true(from_file);
	assert_true(sealed);
	assert_true(text_starts(said, "MESSAGE=xxx"));
	assert_true(text_ends(said, "x\nPRIORITY=6\nSYSLOG_IDENTIFIER=stackd\n"));
	assert_true(strlen(said) > LONG);
	listener_close(&listener);
}

static void test_full_queue(void **state)
{
	enum { SENT = 5000 };
	struct listener listener;
	unsigned got = 0;
	char *said;

	(void)state;
	listener_open(&listener);
	AUTO(journal_free)
	struct journal *journal = journal_new(JOURNAL_FIELDS, listener.address.sun_path, 2);
	uint64_t before_ms = now_ms();

	for (int i = 0; i < SENT; i++)
		journal_line(journal, REPORT_INFO, "line %d", i);
	assert_true(now_ms() - before_ms < NEVER_BLOCKS_MS);
	for (;; got++) {
		said = received_datagram(&listener);
		if (!*said)
			break;
		free(said);
	}
	free(said);
	assert_in_range(got, 1, SENT - 1);

	journal_line(journal, REPORT_INFO, "room again");
	said = received_datagram(&listener);
	AUTO(free_text)
	char *dropped = xasprintf("MESSAGE=%u messages dropped\nPRIORITY=4\n", SENT - got);

	assert_true(text_starts(said, dropped));
	free(said);
	said = received_datagram(&listener);
	assert_true(text_starts(said, "MESSAGE=room again\n"));
	free(said);
	listener_close(&listener);
}

/* What comes out of the reading end of a pipe, at most `size` bytes. */
static char *piped(int reader, size_t size)
{
	char *bytes = xcalloc(1, size + 1);

	assert_true(read(reader, bytes, size) > 0);
	return bytes;
}

static void test_no_journal(void **state)
{
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	AUTO(journal_free)
	struct journal *journal = journal_new(JOURNAL_FIELDS, "/nonexistent/socket", ends[1]);

	journal_line(journal, REPORT_NOTICE, "hello");
	AUTO(free_text) char *said = piped(ends[0], 100);

	assert_string_equal(said, "<5>hello\n");
	close(ends[0]);
	close(ends[1]);
}

static void test_lines(void **state)
{
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	AUTO(journal_free) struct journal *prefixed = journal_new(JOURNAL_PREFIXED, "", ends[1]);
	AUTO(journal_free) struct journal *plain = journal_new(JOURNAL_PLAIN, "", ends[1]);

	journal_line(prefixed, REPORT_WARNING, "a\nb");
	AUTO(free_text) char *first = piped(ends[0], 100);

	assert_string_equal(first, "<4>a b\n");
	journal_line(plain, REPORT_ERR, "c");
	AUTO(free_text) char *second = piped(ends[0], 100);

	assert_int_equal(strlen(second), strlen("2015-08-30T12:36:00Z error: c\n"));
	assert_true(text_ends(second, "Z error: c\n"));
	close(ends[0]);
	close(ends[1]);
}

static void test_full_pipe(void **state)
{
	int ends[2];
	char text[3 * 4096] = {0};

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	assert_int_equal(pipe(ends), 0);
	struct journal *journal = journal_new(JOURNAL_PREFIXED, "", ends[1]);
	uint64_t before_ms = now_ms();

	for (int i = 0; i < 100; i++)
		journal_line(journal, REPORT_INFO, "%s", text);
	assert_true(now_ms() - before_ms < NEVER_BLOCKS_MS);
	journal_free(journal);
	close(ends[1]);

	AUTO(free_text) char *said = piped(ends[0], LONG);
	const char *end = strchr(said, '\n');

	assert_int_equal(end + 1 - said, 4096);
	assert_memory_equal(end - 3, "...", 3);
	assert_true(text_starts(end + 1, "<6>xxx"));
	assert_int_equal(strlen(said) % 4096, 0);
	close(ends[0]);
}

static void test_target(void **state)
{
	struct stat status;
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(fstat(ends[1], &status), 0);
	AUTO(free_text)
	char *ours = xasprintf(
		"%llu:%llu", (unsigned long long)status.st_dev, (unsigned long long)status.st_ino);
	AUTO(free_text) char *process = xasprintf("%d", (int)getpid());

	unsetenv("JOURNAL_STREAM");
	unsetenv("SYSTEMD_EXEC_PID");
	assert_int_equal(journal_target_of(ends[1]), JOURNAL_PLAIN);
	setenv("SYSTEMD_EXEC_PID", "1", 1);
	assert_int_equal(journal_target_of(ends[1]), JOURNAL_PLAIN);
	setenv("SYSTEMD_EXEC_PID", process, 1);
	assert_int_equal(journal_target_of(ends[1]), JOURNAL_PREFIXED);
	setenv("JOURNAL_STREAM", "1:2", 1);
	assert_int_equal(journal_target_of(ends[1]), JOURNAL_PREFIXED);
	setenv("JOURNAL_STREAM", ours, 1);
	assert_int_equal(journal_target_of(ends[1]), JOURNAL_FIELDS);
	assert_int_not_equal(journal_target_of(0), JOURNAL_FIELDS);
	close(ends[0]);
	close(ends[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_length_of_lines),
		cmocka_unit_test(test_long_message),
		cmocka_unit_test(test_full_queue),
		cmocka_unit_test(test_no_journal),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_full_pipe),
		cmocka_unit_test(test_target),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
