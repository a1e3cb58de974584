#include "aws/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/calendar.h"

#define NOW_MS UINT64_C(1477346657000) /* 20161024T220417Z */
#define SERVER "Mon, 24 Oct 2016 22:04:17 GMT"

static char *refusal(const char *code, const char *message)
{
	return xasprintf("<ErrorResponse><Error><Code>%s</Code><Message>%s</Message></Error>"
			 "<RequestId>r</RequestId></ErrorResponse>",
		code, message);
}

static const struct {
	const char *sentence;
	enum call_kind kind;
	int status;
	const char *code, *message; /* code NULL: message is the whole body */
	const char *date;
	int64_t ahead_ms; /* our clock, and what was signed, before the server's */
	enum session_next next;
	bool learned;
} rows[] = {
	{"we are late: the message has the server's time", CALL_DESCRIBE_STACKS, 403,
		"SignatureDoesNotMatch",
		"Signature expired: 20161024T215820Z is now earlier than 20161024T215917Z "
		"(20161024T220417Z - 5 min.)",
		NULL, -600000, SESSION_RESEND, true},
	{"we are early", CALL_CREATE_STACK, 403, "SignatureDoesNotMatch",
		"Signature not yet current: 20161024T230417Z is still later than "
		"20161024T220917Z (20161024T220417Z + 5 min.)",
		NULL, 3600000, SESSION_RESEND, true},
	{"the message comes before the Date of whoever passes it on", CALL_DESCRIBE_STACKS, 403,
		"SignatureDoesNotMatch",
		"Signature expired: 20161024T215820Z is now earlier than 20161024T215917Z "
		"(20161024T220417Z - 5 min.)",
		"Mon, 24 Oct 2016 20:00:00 GMT", -600000, SESSION_RESEND, true},
	{"without a time in the message, the Date", CALL_DESCRIBE_STACKS, 400,
		"RequestTimeTooSkewed", "too much", SERVER, -600000, SESSION_RESEND, true},
	{"S3 says it in its own way", CALL_UPLOAD_TEMPLATE, 403, NULL,
		"<Error><Code>RequestTimeTooSkewed</Code><Message>The difference between the "
		"request time and the current time is too large.</Message></Error>",
		SERVER, -1200000, SESSION_RESEND, true},
	{"S3 does not like the keys", CALL_UPLOAD_TEMPLATE, 400, NULL,
		"<Error><Code>ExpiredToken</Code><Message>The provided token has expired."
		"</Message></Error>",
		SERVER, 0, SESSION_RENEW, false},
	{"without any, nothing helps", CALL_DESCRIBE_STACKS, 400, "RequestExpired", "too late",
		NULL, -600000, SESSION_DELIVER, false},
	{"a Date that is none", CALL_DESCRIBE_STACKS, 400, "RequestExpired", "too late",
		"yesterday", -600000, SESSION_DELIVER, false},
	{"the right time is not a remedy twice", CALL_DESCRIBE_STACKS, 400, "RequestExpired",
		"too late", SERVER, 1000, SESSION_DELIVER, true},
	{"an expired token: other keys may be there", CALL_CREATE_STACK, 403, "ExpiredToken",
		"The security token included in the request is expired", SERVER, 0, SESSION_RENEW,
		false},
	{"keys that AWS does not know", CALL_DESCRIBE_STACKS, 403, "InvalidClientTokenId",
		"The security token included in the request is invalid.", SERVER, 0, SESSION_RENEW,
		false},
	{"a wrong signature that is no matter of time", CALL_DESCRIBE_STACKS, 403,
		"SignatureDoesNotMatch", "The request signature we calculated does not match",
		SERVER, -600000, SESSION_RENEW, false},
	{"a permission that is missing", CALL_DESCRIBE_STACKS, 403, "AccessDenied",
		"User: x is not authorized to perform: cloudformation:DescribeStacks", SERVER, 0,
		SESSION_DELIVER, false},
	{"a read that something else forbids", CALL_DESCRIBE_STACKS, 403, NULL, "<html>", SERVER, 0,
		SESSION_RENEW, false},
	{"a write likewise: who knows what became of it", CALL_CREATE_STACK, 403, NULL, "<html>",
		SERVER, 0, SESSION_DELIVER, false},
	{"throttled", CALL_DESCRIBE_STACKS, 400, "Throttling", "Rate exceeded", SERVER, -600000,
		SESSION_DELIVER, false},
	{"refused", CALL_DESCRIBE_STACKS, 400, "ValidationError", "no", SERVER, -600000,
		SESSION_DELIVER, false},
	{"broken", CALL_DESCRIBE_STACKS, 503, "ServiceUnavailable", "no", SERVER, -600000,
		SESSION_DELIVER, false},
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(free_text)
		char *body = rows[i].code ? refusal(rows[i].code, rows[i].message)
					  : xstrdup(rows[i].message);
		struct answer answer = {.http_status = rows[i].status,
			.date = rows[i].date,
			.body = body,
			.length = strlen(body)};
		uint64_t ours_ms = NOW_MS + (uint64_t)rows[i].ahead_ms;
		AUTO_DONE(reply_done) struct reply reply = {0};
		struct session session = {0};

		print_message("# %s\n", rows[i].sentence);
		replies_read(rows[i].kind, &answer, &reply);
		assert_int_equal(session_decide(&session, rows[i].kind, &answer, &reply,
					 session_wall_ms(&session, ours_ms), ours_ms),
			rows[i].next);
		assert_int_equal(
			session_wall_ms(&session, ours_ms), rows[i].learned ? NOW_MS : ours_ms);
	}
}

/* Six calls out with the old time: each is told the same, each may go once more. */
static void test_others_learned_it_already(void **state)
{
	AUTO(free_text) char *body = refusal("RequestExpired", "too late");
	struct answer answer = {400, SERVER, NULL, body, strlen(body)};
	AUTO_DONE(reply_done) struct reply reply = {0};
	uint64_t ours_ms = NOW_MS - 600000;
	struct session session = {.offset_ms = 600000};

	(void)state;
	replies_read(CALL_DESCRIBE_STACKS, &answer, &reply);
	assert_int_equal(
		session_decide(&session, CALL_DESCRIBE_STACKS, &answer, &reply, ours_ms, ours_ms),
		SESSION_RESEND);
	assert_int_equal(session_decide(&session, CALL_DESCRIBE_STACKS, &answer, &reply,
				 session_wall_ms(&session, ours_ms), ours_ms),
		SESSION_DELIVER);
}

static void test_no_time_before_1970(void **state)
{
	struct session session = {.offset_ms = -5000};

	(void)state;
	assert_int_equal(session_wall_ms(&session, 4000), 0);
	assert_int_equal(session_wall_ms(&session, 6000), 1000);
}

static void test_what_an_answer_says_of_the_time(void **state)
{
	const struct session learned = {.offset_ms = 5};

	(void)state;
	assert_int_equal(session_ahead_ms(&learned, SERVER, NOW_MS - 90000), 90000);
	assert_int_equal(session_ahead_ms(&learned, SERVER, NOW_MS + 90000), -90000);
	assert_int_equal(session_ahead_ms(&learned, NULL, NOW_MS), 5);
	assert_int_equal(session_ahead_ms(&learned, "tomorrow", NOW_MS), 5);
}

static void test_each_host_has_its_clock(void **state)
{
	AUTO_DONE(sessions_done) struct sessions sessions = {0};
	struct session *a = sessions_get(&sessions, "a");

	(void)state;
	a->offset_ms = 1;
	assert_int_equal(sessions_get(&sessions, "b")->offset_ms, 0);
	assert_ptr_equal(sessions_get(&sessions, "a"), a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_others_learned_it_already),
		cmocka_unit_test(test_no_time_before_1970),
		cmocka_unit_test(test_what_an_answer_says_of_the_time),
		cmocka_unit_test(test_each_host_has_its_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
