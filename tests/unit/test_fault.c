#include "aws/fault.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "aws/replies.h"
#include "base/memory.h"
#include "base/text.h"
#include "support.h"

#define ARN "arn:aws:cloudformation:eu-west-1:123456789012:stack/web/1"
#define IN(status) "Stack:" ARN " is in " status " state and can not be updated."

struct row {
	const char *sentence;
	const char *code, *message;
	int status;
	enum reply_code reply;
	enum error_kind kind;
	bool scope_wide;
};

static const struct row rows[] = {
	{"a server fault is transient", "InternalFailure", "any", 500, REPLY_ERROR, ERROR_TRANSIENT,
		true},
	{"overload throttles, whatever its code", "ServiceUnavailable", "any", 503, REPLY_ERROR,
		ERROR_THROTTLED, true},
	{"429 throttles, whatever its code", "ConcurrentResourcesLimitExceeded", "any", 429,
		REPLY_ERROR, ERROR_THROTTLED, true},
	{"so do a throttle's codes, whatever the status", "RequestLimitExceeded", "any", 500,
		REPLY_ERROR, ERROR_THROTTLED, true},
	{"the throttle of EC2", "RequestLimitExceeded", "any", 400, REPLY_ERROR, ERROR_THROTTLED,
		true},
	{"the throttle of S3", "SlowDown", "Please reduce your request rate.", 400, REPLY_ERROR,
		ERROR_THROTTLED, true},
	{"the usual throttle", "Throttling", "Rate exceeded", 400, REPLY_ERROR, ERROR_THROTTLED,
		true},
	{"the documented throttle", "ThrottlingException", "Rate exceeded", 400, REPLY_ERROR,
		ERROR_THROTTLED, true},
	{"the throttle of other services", "TooManyRequestsException", "", 400, REPLY_ERROR,
		ERROR_THROTTLED, true},
	{"a clock behind", "SignatureDoesNotMatch",
		"Signature expired: 20161024T215820Z is now "
		"earlier than 20161024T215917Z (20161024T220417Z - 5 min.)",
		403, REPLY_ERROR, ERROR_DENIED, true},
	{"a clock ahead", "SignatureDoesNotMatch",
		"Signature not yet current: 20161024T220820Z "
		"is still later than 20161024T220417Z (20161024T215917Z + 5 min.)",
		403, REPLY_ERROR, ERROR_DENIED, true},
	{"a clock off, as documented", "RequestExpired", "any", 400, REPLY_ERROR, ERROR_DENIED,
		true},
	{"expired credentials, live", "ExpiredToken",
		"The security token included in the "
		"request is expired",
		403, REPLY_ERROR, ERROR_DENIED, true},
	{"expired credentials, as documented", "ExpiredTokenException", "any", 400, REPLY_ERROR,
		ERROR_DENIED, true},
	{"an unknown key", "InvalidClientTokenId", "any", 403, REPLY_ERROR, ERROR_DENIED, true},
	{"an unknown key at another status", "UnrecognizedClientException", "any", 400, REPLY_ERROR,
		ERROR_DENIED, true},
	{"a wrong secret", "SignatureDoesNotMatch",
		"The request signature we calculated does "
		"not match",
		403, REPLY_ERROR, ERROR_DENIED, true},
	{"no signature", "MissingAuthenticationToken", "any", 403, REPLY_ERROR, ERROR_DENIED, true},
	{"a broken signature", "IncompleteSignature", "any", 400, REPLY_ERROR, ERROR_DENIED, true},
	{"a missing permission concerns one action on one stack", "AccessDenied", "any", 403,
		REPLY_ERROR, ERROR_DENIED, false},
	{"a missing permission, as documented", "AccessDeniedException", "any", 400, REPLY_ERROR,
		ERROR_DENIED, false},
	{"a missing permission, in another service's words", "NotAuthorized", "any", 400,
		REPLY_ERROR, ERROR_DENIED, false},
	{"any other 403 concerns the credentials", "OptInRequired", "any", 403, REPLY_ERROR,
		ERROR_DENIED, true},
	{"no such stack, DescribeStacks", "ValidationError", "Stack with id web does not exist",
		400, REPLY_NO_STACK, ERROR_REFUSED, false},
	{"no such stack, CreateChangeSet", "ValidationError", "Stack [web] does not exist", 400,
		REPLY_NO_STACK, ERROR_REFUSED, false},
	{"no such stack, events", "ValidationError", "Stack:" ARN " does not exist", 400,
		REPLY_NO_STACK, ERROR_REFUSED, false},
	{"no such stack, stack policies", "ValidationError", "Stack: web does not exist", 400,
		REPLY_NO_STACK, ERROR_REFUSED, false},
	{"a missing resource is no missing stack", "ValidationError",
		"Resource R does not exist for stack web", 400, REPLY_ERROR, ERROR_REFUSED, false},
	{"a missing stack has its own code only", "Other", "Stack with id web does not exist", 400,
		REPLY_ERROR, ERROR_REFUSED, false},
	{"nothing to update", "ValidationError", "No updates are to be performed.", 400,
		REPLY_NO_CHANGE, ERROR_REFUSED, false},
	{"nothing to update is the whole message", "ValidationError",
		"No updates are to be performed. Or are they?", 400, REPLY_ERROR, ERROR_REFUSED,
		false},
	{"a stack in an update is busy", "ValidationError", IN("UPDATE_IN_PROGRESS"), 400,
		REPLY_BUSY, ERROR_TRANSIENT, false},
	{"a stack in cleanup is busy", "ValidationError", IN("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"),
		400, REPLY_BUSY, ERROR_TRANSIENT, false},
	{"a stack in a new status is busy", "ValidationError", IN("UPDATE_PAUSED"), 400, REPLY_BUSY,
		ERROR_TRANSIENT, false},
	{"a rolled-back create does not move", "ValidationError", IN("ROLLBACK_COMPLETE"), 400,
		REPLY_NOT_UPDATABLE, ERROR_REFUSED, false},
	{"a deleted stack does not move", "ValidationError", IN("DELETE_COMPLETE"), 400,
		REPLY_NOT_UPDATABLE, ERROR_REFUSED, false},
	{"a review does not move", "ValidationError", IN("REVIEW_IN_PROGRESS"), 400,
		REPLY_NOT_UPDATABLE, ERROR_REFUSED, false},
	{"a delete in an update has to wait", "ValidationError",
		"Stack [" ARN "] cannot be "
		"deleted while in status UPDATE_IN_PROGRESS",
		400, REPLY_BUSY, ERROR_TRANSIENT, false},
	{"a delete in a new status has to wait", "ValidationError",
		"Stack [" ARN "] cannot be deleted while in status UPDATE_PAUSED", 400, REPLY_BUSY,
		ERROR_TRANSIENT, false},
	{"a delete in a status that does not move is no use", "ValidationError",
		"Stack [web] cannot be deleted while in status REVIEW_IN_PROGRESS", 400,
		REPLY_NOT_UPDATABLE, ERROR_REFUSED, false},
	{"a status is no part of another sentence", "ValidationError",
		"Parameter X: cannot be deleted while in status UPDATE_IN_PROGRESS", 400,
		REPLY_ERROR, ERROR_REFUSED, false},
	{"a rollback that is continued too early", "ValidationError",
		"Stack:" ARN " is in UPDATE_ROLLBACK_IN_PROGRESS state and can not continue "
		"rollback.",
		400, REPLY_BUSY, ERROR_TRANSIENT, false},
	{"a rollback that is over can't be continued", "ValidationError",
		"Stack [" ARN "] is in UPDATE_ROLLBACK_COMPLETE state and can not continue "
		"rollback.",
		400, REPLY_NOT_UPDATABLE, ERROR_REFUSED, false},
	{"a protected stack stays until somebody changes that", "ValidationError",
		"Stack [" ARN "] cannot be deleted while TerminationProtection is enabled", 400,
		REPLY_ERROR, ERROR_REFUSED, false},
	{"so does one whose export is in use", "ValidationError",
		"Export web-url cannot be deleted as it is in use by shop", 400, REPLY_ERROR,
		ERROR_REFUSED, false},
	{"a call that is newer than the endpoint is refused under its code", "InvalidAction",
		"Could not find operation DescribeEvents for version 2010-05-15", 400, REPLY_ERROR,
		ERROR_REFUSED, false},
	{"a name is taken", "AlreadyExistsException", "Stack [web] already exists", 400,
		REPLY_EXISTS, ERROR_REFUSED, false},
	{"a name is taken, for a change set", "ValidationError",
		"Stack [web] already exists "
		"and cannot be created again with the changeSet [c].",
		400, REPLY_EXISTS, ERROR_REFUSED, false},
	{"a change set's name is taken", "AlreadyExistsException",
		"ChangeSet c cannot be "
		"created due to a mismatch with existing attribute Template",
		400, REPLY_EXISTS, ERROR_REFUSED, false},
	{"submitted before", "TokenAlreadyExistsException", "any", 400, REPLY_TOKEN_EXISTS,
		ERROR_REFUSED, false},
	{"a change set that is busy", "InvalidChangeSetStatus",
		"An operation on this ChangeSet "
		"is currently in progress.  Please attempt this operation again later.",
		400, REPLY_BUSY, ERROR_TRANSIENT, false},
	{"a change set that can't be executed", "InvalidChangeSetStatusException",
		"ChangeSet "
		"[arn] cannot be executed in its current status of [FAILED]",
		400, REPLY_CHANGE_SET_STATUS, ERROR_REFUSED, false},
	{"no such change set, on the wire", "ChangeSetNotFound", "ChangeSet [c] does not exist",
		404, REPLY_NO_CHANGE_SET, ERROR_REFUSED, false},
	{"no such change set, as modelled", "ChangeSetNotFoundException", "any", 404,
		REPLY_NO_CHANGE_SET, ERROR_REFUSED, false},
	{"a quota is no throttle", "LimitExceededException", "Limit for stack has been exceeded",
		400, REPLY_ERROR, ERROR_QUOTA, false},
	{"a missing capability waits for an edit", "InsufficientCapabilitiesException",
		"Requires capabilities : [CAPABILITY_IAM]", 400, REPLY_ERROR, ERROR_REFUSED, false},
	{"a broken template waits for an edit", "ValidationError",
		"Template format error: "
		"unsupported structure.",
		400, REPLY_ERROR, ERROR_REFUSED, false},
	{"a code between blanks is not looked up", "Throttling ThrottlingException", "any", 400,
		REPLY_ERROR, ERROR_REFUSED, false},
};

static void add_escaped(struct text *xml, const char *string)
{
	for (; *string; string++)
		text_format(xml, "&#%d;", (unsigned char)*string);
}

static struct reply refused(enum call_kind kind, int status, const char *code, const char *message)
{
	AUTO_DONE(text_done) struct text xml = {0};
	struct reply reply = {0};

	text_add(&xml, "<ErrorResponse><Error><Type>Sender</Type><Code>");
	add_escaped(&xml, code);
	text_add(&xml, "</Code><Message>");
	add_escaped(&xml, message);
	text_add(&xml, "</Message></Error><RequestId>r-1</RequestId></ErrorResponse>");
	struct answer answer = {
		.http_status = status, .body = text_string(&xml), .length = xml.length};

	replies_read(kind, &answer, &reply);
	return reply;
}

static void test_refusals_are_sorted(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct row *row = &rows[i];
		AUTO_DONE(reply_done)
		struct reply reply =
			refused(CALL_CREATE_STACK, row->status, row->code, row->message);

		if (reply.code != row->reply || reply.error.kind != row->kind ||
			reply.scope_wide != row->scope_wide)
			fail_msg("%s: code %d, %s, scope-wide %d: %s", row->sentence, reply.code,
				error_kind_name(reply.error.kind), reply.scope_wide,
				reply.error.text);
		if (reply.effect != (row->status < 500 ? EFFECT_NONE : EFFECT_MAYBE))
			fail_msg("%s: effect %d", row->sentence, reply.effect);
		assert_string_equal(reply.aws_code, row->code);
		assert_string_equal(reply.request_id, "r-1");
		assert_int_equal(reply.http_status, row->status);
	}
}

struct text_row {
	const char *sentence;
	int status;
	const char *code, *message, *text;
};

static const struct text_row text_rows[] = {
	{"code and message stand for themselves", 400, "ValidationError",
		"Template format error: unsupported structure.",
		"ValidationError: Template format error: unsupported structure."},
	{"a code without a message", 500, "InternalFailure", "", "InternalFailure"},
	{"overload is named", 503, "ServiceUnavailable", "", "too many calls: ServiceUnavailable"},
	{"a protected stack is named as it was", 400, "ValidationError",
		"Stack [web] cannot be deleted while TerminationProtection is enabled",
		"ValidationError: Stack [web] cannot be deleted while TerminationProtection is "
		"enabled"},
	{"control characters and line breaks become blanks", 400, "ValidationError",
		"\n a\r\n\tb\x7f", "ValidationError: a b"},
	{"a missing permission is named", 403, "AccessDenied",
		"User: arn:x is not authorized to perform: iam:PassRole on resource: arn:y",
		"permission iam:PassRole is missing: AccessDenied: User: arn:x is not authorized "
		"to "
		"perform: iam:PassRole on resource: arn:y"},
	{"where AWS does not name it, the action does", 403, "AccessDenied", "Access denied",
		"a permission for CreateStack is missing: AccessDenied: Access denied"},
	{"an echoed value is cut out", 400, "ValidationError",
		"1 validation error detected: Value '{\"a\": \"it's at 'home', ' at ' work\"}' at "
		"'templateBody' failed to satisfy constraint: Member must have length less than or "
		"equal to 51200",
		"ValidationError: 1 validation error detected: the value at 'templateBody' failed "
		"to "
		"satisfy constraint: Member must have length less than or equal to 51200"},
	{"of several, too", 400, "ValidationError",
		"2 validation errors detected: Value '9a' at 'stackName' failed; Value 'hunter2' "
		"at "
		"'parameters.1.member.parameterValue' failed",
		"ValidationError: 2 validation errors detected: the value at "
		"'parameters.1.member.parameterValue' failed"},
	{"an echoed value that has no end goes, too", 400, "ValidationError",
		"1 validation error detected: Value 'hunter2",
		"ValidationError: 1 validation error detected: ..."},
	{"what was signed is cut out: it has the session token", 403, "SignatureDoesNotMatch",
		"The request signature we calculated does not match. The Canonical String for this "
		"request should have been 'POST\n/\n\nx-amz-security-token:secret",
		"SignatureDoesNotMatch: The request signature we calculated does not match. ..."},
	{"a quota is named", 400, "LimitExceededException", "Limit for stack has been exceeded",
		"a quota of the account is used up: LimitExceededException: Limit for stack has "
		"been "
		"exceeded"},
	{"expired credentials are named", 403, "ExpiredToken",
		"The security token included in the "
		"request is expired",
		"the credentials have expired: ExpiredToken: The security "
		"token included in the request is expired"},
};

static void test_texts_are_fit_for_people(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(text_rows); i++) {
		const struct text_row *row = &text_rows[i];
		AUTO_DONE(reply_done)
		struct reply reply =
			refused(CALL_CREATE_STACK, row->status, row->code, row->message);

		if (strcmp(reply.error.text, row->text) != 0)
			fail_msg("%s:\n%s\nis expected to be\n%s", row->sentence, reply.error.text,
				row->text);
	}
}

static void test_a_template_in_a_message_is_not_shown(void **state)
{
	size_t length;
	AUTO(free_text) char *body = project_file("tests/data/replies/error-echo.xml", &length);
	struct answer answer = {.http_status = 400, .body = body, .length = length};
	AUTO_DONE(reply_done) struct reply reply = {0};

	(void)state;
	replies_read(CALL_CREATE_STACK, &answer, &reply);
	assert_null(strstr(reply.error.text, "hunter2"));
	assert_null(strstr(reply.error.text, "Description"));
	assert_non_null(strstr(reply.error.text, "the value at 'templateBody' failed"));
}

static void test_long_texts_are_cut_between_characters(void **state)
{
	AUTO_DONE(text_done) struct text message = {0};

	(void)state;
	for (size_t i = 0; i < 4096; i++) {
		char out[16];
		const char *euros = "\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac";

		fault_tidy(euros + (i % 2 ? 3 : 0), out, 13 + i % 4);
		assert_true(utf8_valid(out, strlen(out), NULL));
		text_add(&message, "\xe2\x82\xac");
	}
	AUTO_DONE(reply_done)
	struct reply reply = refused(CALL_CREATE_STACK, 400, "ValidationError", "x");
	char out[16];

	assert_string_equal(reply.error.text, "ValidationError: x");
	fault_sort(CALL_CREATE_STACK, 400, "ValidationError", text_string(&message), &reply);
	assert_true(strlen(reply.error.text) < 600);
	assert_true(text_ends(reply.error.text, "..."));
	assert_true(utf8_valid(reply.error.text, strlen(reply.error.text), NULL));
	fault_tidy("0123456789abcde", out, sizeof(out));
	assert_string_equal(out, "0123456789abcde");
	fault_tidy("0123456789abcdef", out, sizeof(out));
	assert_string_equal(out, "0123456789ab...");
	fault_tidy("a\xc2\x9b"
		   "31mb",
		out, sizeof(out)); /* a terminal's CSI */
	assert_string_equal(out, "a 31mb");
}

static void test_only_two_refusals_are_about_the_clock(void **state)
{
	size_t skewed = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		bool skew = fault_is_skew(rows[i].code, rows[i].message);

		if (skew != text_starts(rows[i].sentence, "a clock"))
			fail_msg("%s: skew is %d", rows[i].sentence, skew);
		skewed += skew;
	}
	assert_int_equal(skewed, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refusals_are_sorted),
		cmocka_unit_test(test_texts_are_fit_for_people),
		cmocka_unit_test(test_a_template_in_a_message_is_not_shown),
		cmocka_unit_test(test_long_texts_are_cut_between_characters),
		cmocka_unit_test(test_only_two_refusals_are_about_the_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
