#include "io/http.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "http_fixture.h"

/* --- one answer --- */

static const struct {
	const char *sentence;
	struct web_answer answer;
	const char *body;  /* NULL: no answer, and the error has `error` in it */
	const char *error; /* or what the Date is */
	int status;
} rows[] = {
	{"an answer", {OK_ANSWER, WEB_KEEP}, "hello", DATE, 200},
	{"an answer without a body",
		{"HTTP/1.1 200 OK_ANSWER\r\nContent-Length: 0\r\n\r\n", WEB_KEEP}, "", NULL, 200},
	{"in chunks",
		{"HTTP/1.1 200 OK_ANSWER\r\nTransfer-Encoding: chunked\r\n\r\n"
		 "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
			WEB_KEEP},
		"hello", NULL, 200},
	{"that ends with its connection", {"HTTP/1.1 200 OK_ANSWER\r\n\r\nhello", WEB_CLOSE},
		"hello", NULL, 200},
	{"a refusal is an answer",
		{"HTTP/1.1 403 Forbidden\r\nDate: " DATE "\r\nContent-Length: 2\r\n\r\nno",
			WEB_KEEP},
		"no", DATE, 403},
	{"so is a failure", {"HTTP/1.1 503 Slow Down\r\nContent-Length: 2\r\n\r\nno", WEB_CLOSE},
		"no", NULL, 503},
	{"and a redirection, which nobody follows",
		{"HTTP/1.1 307 Away\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
			WEB_KEEP},
		"", NULL, 307},
	{"one to go on is not yet the answer",
		{"HTTP/1.1 100 Continue\r\nDate: yesterday\r\n\r\n" OK_ANSWER, WEB_KEEP}, "hello",
		DATE, 200},
	{"one that a reset follows is whole, too", {OK_ANSWER, WEB_RESET}, "hello", DATE, 200},
	{"headers in any case",
		{"HTTP/1.1 200 OK_ANSWER\r\nDATE:" DATE "\r\nContent-length: 1\r\n\r\nx", WEB_KEEP},
		"x", DATE, 200},
	{"a body that is cut",
		{"HTTP/1.1 200 OK_ANSWER\r\nContent-Length: 10\r\n\r\nhello", WEB_CLOSE}, NULL,
		"no answer from http://127.0.0.1:", 0},
	{"a body that is cut within a chunk",
		{"HTTP/1.1 200 OK_ANSWER\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhello",
			WEB_CLOSE},
		NULL, "no answer from http://127.0.0.1:", 0},
	{"a header that is cut is an answer without a body, which no reader will take",
		{"HTTP/1.1 200 OK_ANSWER\r\nContent-Le", WEB_CLOSE}, "", NULL, 200},
	{"a reset in the middle",
		{"HTTP/1.1 200 OK_ANSWER\r\nContent-Length: 10\r\n\r\nhello", WEB_RESET}, NULL,
		"no answer from", 0},
	{"a reset before anything came", {NULL, WEB_RESET}, NULL, "no answer from", 0},
	{"an orderly end before anything came", {NULL, WEB_CLOSE}, NULL, "Empty reply", 0},
	{"silence", {NULL, WEB_KEEP}, NULL, "timed out", 0},
	{"a body that never ends",
		{"HTTP/1.1 200 OK_ANSWER\r\nContent-Length: 10\r\n\r\nhello", WEB_KEEP}, NULL,
		"timed out", 0},
	{"what is no HTTP", {"SSH-2.0-OpenSSH\r\n\r\n", WEB_CLOSE}, NULL, "no answer from", 0},
	{"a number that is none",
		{"HTTP/1.1 200 OK_ANSWER\r\nContent-Length: many\r\n\r\n", WEB_CLOSE}, NULL,
		"no answer from", 0},
};

static void test_one_answer(void **state)
{
	struct http_fixture *fixture = *state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO_DONE(http_outcome_done) struct http_outcome outcome = {0};
		bool silence = rows[i].error && strcmp(rows[i].error, "timed out") == 0;

		print_message("# %s\n", rows[i].sentence);
		http_open(fixture, silence ? SHORT_MS : CEILING_MS);
		http_script(fixture, &rows[i].answer, 1);
		http_post_to(fixture, fixture->url, true, &outcome);
		http_run_until(fixture, &outcome.count, 1);
		assert_true(outcome.sent);
		assert_int_equal(fixture->server.request_count, 1);
		if (rows[i].body) {
			assert_int_equal(outcome.error.kind, ERROR_NONE);
			assert_string_equal(text_string(&outcome.body), rows[i].body);
			assert_string_equal(outcome.date ? outcome.date : "",
				rows[i].error ? rows[i].error : "");
			assert_int_equal(outcome.status, rows[i].status);
		} else {
			assert_int_equal(outcome.error.kind, ERROR_TRANSIENT);
			assert_non_null(strstr(outcome.error.text, rows[i].error));
		}
		http_finish(fixture);
		web_server_drop(&fixture->server);
	}
}

static void test_what_is_sent(void **state)
{
	static const char *const there[] = {"POST /a/../b HTTP/1.1\r\n",
		"\r\nHost: signed.example.com\r\n", "\r\nContent-Type: text/x; charset=utf-8\r\n",
		"\r\nContent-Length: 7\r\n", "\r\n\r\nA=1&B=2"};
	static const char *const not_there[] = {"Expect:", "Upgrade:", "x-www-form-urlencoded"};
	struct http_fixture *fixture = *state;
	AUTO_DONE(http_outcome_done) struct http_outcome outcome = {0};
	AUTO(free_text) char *url = xasprintf("%sa/../b", fixture->url);

	http_open(fixture, CEILING_MS);
	http_script(fixture, &http_fine, 1);
	http_post_to(fixture, url, false, &outcome);
	http_run_until(fixture, &outcome.count, 1);
	const char *request = text_string(&fixture->server.last);

	for (size_t i = 0; i < COUNT(there); i++)
		assert_non_null(strstr(request, there[i]));
	for (size_t i = 0; i < COUNT(not_there); i++)
		assert_null(strstr(request, not_there[i]));
	assert_string_equal(outcome.request_id, "r-1");
}

static void test_ceiling(void **state)
{
	static const struct {
		size_t length;
		bool chunked, fits;
	} sizes[] = {{REPLY_LIMIT, false, true}, {REPLY_LIMIT + 1, false, false},
		{REPLY_LIMIT, true, true}, {REPLY_LIMIT + 1, true, false}};
	struct http_fixture *fixture = *state;

	http_open(fixture, CEILING_MS);
	for (size_t i = 0; i < COUNT(sizes); i++) {
		AUTO_DONE(http_outcome_done) struct http_outcome outcome = {0};
		AUTO_DONE(text_done) struct text bytes = {0};

		if (sizes[i].chunked)
			text_format(&bytes, OK_HEAD "Transfer-Encoding: chunked\r\n\r\n%zx\r\n",
				sizes[i].length);
		else
			text_format(&bytes, OK_HEAD "Content-Length: %zu\r\n\r\n", sizes[i].length);
		for (size_t c = 0; c < sizes[i].length; c++)
			text_add_char(&bytes, 'x');
		if (sizes[i].chunked)
			text_add(&bytes, "\r\n0\r\n\r\n");
		struct web_answer answer = {text_string(&bytes), WEB_KEEP};

		http_script(fixture, &answer, 1);
		http_post_one(fixture, &outcome);
		http_run_until(fixture, &outcome.count, 1);
		if (sizes[i].fits)
			assert_int_equal(outcome.body.length, REPLY_LIMIT);
		else
			assert_non_null(
				strstr(outcome.error.text, "the reply is larger than 1000 bytes"));
		web_server_drop(&fixture->server);
	}
}

/* --- nothing was sent --- */

static void test_nobody_listens(void **state)
{
	struct http_fixture *fixture = *state;
	AUTO_DONE(http_outcome_done) struct http_outcome outcome = {0};

	http_open(fixture, CEILING_MS);
	http_post_to(fixture, "http://127.0.0.1:1/", false, &outcome);
	http_run_until(fixture, &outcome.count, 1);
	assert_int_equal(outcome.error.kind, ERROR_TRANSIENT);
	assert_false(outcome.sent);
	assert_non_null(strstr(outcome.error.text, "cannot reach http://127.0.0.1:1/"));
}

static void test_only_http(void **state)
{
	struct http_fixture *fixture = *state;
	AUTO_DONE(http_outcome_done) struct http_outcome outcome = {0};

	http_open(fixture, CEILING_MS);
	http_post_to(fixture, "file:///etc/hostname", false, &outcome);
	http_run_until(fixture, &outcome.count, 1);
	assert_int_equal(outcome.error.kind, ERROR_TRANSIENT);
	assert_false(outcome.sent);
}

/* A listener whose queue is full drops what more comes: connecting takes until the timeout. */
static void test_connecting_takes_too_long(void **state)
{
	struct http_fixture *fixture = *state;
	AUTO_DONE(http_outcome_done) struct http_outcome outcome = {0};
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000001)};
	socklen_t length = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	int queued[4];

	assert_int_equal(bind(listener, (struct sockaddr *)&address, length), 0);
	assert_int_equal(listen(listener, 0), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &length), 0);
	for (size_t i = 0; i < COUNT(queued); i++) {
		queued[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		(void)connect(queued[i], (struct sockaddr *)&address, length);
	}
	AUTO(free_text) char *url = xasprintf("http://127.0.0.1:%u/", ntohs(address.sin_port));

	http_open(fixture, SHORT_MS);
	http_post_to(fixture, url, false, &outcome);
	http_run_until(fixture, &outcome.count, 1);
	assert_false(outcome.sent);
	assert_non_null(strstr(outcome.error.text, "cannot reach"));
	for (size_t i = 0; i < COUNT(queued); i++)
		close(queued[i]);
	close(listener);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_one_answer, http_set_up, http_tear_down),
		cmocka_unit_test_setup_teardown(test_what_is_sent, http_set_up, http_tear_down),
		cmocka_unit_test_setup_teardown(test_ceiling, http_set_up, http_tear_down),
		cmocka_unit_test_setup_teardown(test_nobody_listens, http_set_up, http_tear_down),
		cmocka_unit_test_setup_teardown(test_only_http, http_set_up, http_tear_down),
		cmocka_unit_test_setup_teardown(
			test_connecting_takes_too_long, http_set_up, http_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
