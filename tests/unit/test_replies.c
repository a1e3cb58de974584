#include "aws/replies.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "aws/members.h"
#include "aws/xml.h"
#include "base/memory.h"
#include "base/text.h"
#include "support.h"

static struct reply read_text(enum call_kind kind, int status, const char *body)
{
	struct answer answer = {.http_status = status, .body = body, .length = strlen(body)};
	struct reply reply = {0};

	replies_read(kind, &answer, &reply);
	return reply;
}

static struct reply read_file(enum call_kind kind, int status, const char *name)
{
	AUTO(free_text) char *path = xasprintf("tests/data/replies/%s", name);
	size_t length;
	AUTO(free_text) char *body = project_file(path, &length);

	return read_text(kind, status, body);
}

struct rubbish {
	const char *sentence;
	enum call_kind kind;
	int status;
	const char *body;
	enum error_kind error;
	enum effect effect;
	bool scope_wide;
	const char *text; /* part of the error */
};

#define CREATE(inner) "<CreateStackResponse>" inner "</CreateStackResponse>"

static const struct rubbish rubbish[] = {
	{"a cut body of a create may have taken effect", CALL_CREATE_STACK, 200,
		"<CreateStackResponse><CreateStackResult><StackId>arn", ERROR_TRANSIENT,
		EFFECT_MAYBE, false, "can't be read: line 1, column "},
	{"a cut page of stacks changes nothing", CALL_DESCRIBE_STACKS, 200,
		"<DescribeStacksResponse><DescribeStacksResult>", ERROR_TRANSIENT, EFFECT_NONE,
		false, "can't be read"},
	{"an empty body is no success", CALL_EXECUTE_CHANGE_SET, 200, "", ERROR_TRANSIENT,
		EFFECT_MAYBE, false, "no element found"},
	{"a create without StackId is no success", CALL_CREATE_STACK, 200,
		CREATE("<CreateStackResult/>"), ERROR_TRANSIENT, EFFECT_MAYBE, false,
		"StackId is missing"},
	{"a change set without id is no success", CALL_CREATE_CHANGE_SET, 200,
		"<CreateChangeSetResponse><CreateChangeSetResult><StackId>a</StackId>"
		"</CreateChangeSetResult></CreateChangeSetResponse>",
		ERROR_TRANSIENT, EFFECT_MAYBE, false, "Id is missing"},
	{"another action's reply is no answer", CALL_DESCRIBE_STACKS, 200,
		CREATE("<CreateStackResult><StackId>a</StackId></CreateStackResult>"),
		ERROR_TRANSIENT, EFFECT_NONE, false, "not a reply to DescribeStacks"},
	{"a page with a nameless stack is no page", CALL_DESCRIBE_STACKS, 200,
		"<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>a"
		"</StackName></member></Stacks></DescribeStacksResult></DescribeStacksResponse>",
		ERROR_TRANSIENT, EFFECT_NONE, false, "a stack without"},
	{"an empty change set description is none", CALL_DESCRIBE_CHANGE_SET, 200,
		"<DescribeChangeSetResponse><DescribeChangeSetResult/>"
		"</DescribeChangeSetResponse>",
		ERROR_TRANSIENT, EFFECT_NONE, false, "a change set without"},
	{"an answer without an account says nobody", CALL_GET_CALLER_IDENTITY, 200,
		"<GetCallerIdentityResponse/>", ERROR_TRANSIENT, EFFECT_NONE, false,
		"Account is missing"},
	{"a cut answer to a deletion may have taken effect", CALL_DELETE_STACK, 200,
		"<DeleteStackResponse><ResponseMetadata>", ERROR_TRANSIENT, EFFECT_MAYBE, false,
		"can't be read"},
	{"an empty answer to a deletion is no success", CALL_DELETE_STACK, 200, "", ERROR_TRANSIENT,
		EFFECT_MAYBE, false, "no element found"},
	{"a cut policy is none", CALL_GET_STACK_POLICY, 200,
		"<GetStackPolicyResponse><GetStackPolicyResult><StackPolicyBody>{", ERROR_TRANSIENT,
		EFFECT_NONE, false, "can't be read"},
	{"junk behind the reply is refused", CALL_CREATE_STACK, 200,
		CREATE("<CreateStackResult><StackId>a</StackId></CreateStackResult>") "junk",
		ERROR_TRANSIENT, EFFECT_MAYBE, false, "junk after document element"},
	{"a captive portal is no AWS", CALL_CREATE_STACK, 302, "<html></html>", ERROR_TRANSIENT,
		EFFECT_MAYBE, true, "HTTP 302: expected an answer of AWS, found HTML"},
	{"a load balancer's HTML is transient", CALL_CREATE_STACK, 502, " \n<HTML><body>",
		ERROR_TRANSIENT, EFFECT_MAYBE, true,
		"HTTP 502: expected an answer of AWS, found "
		"HTML"},
	{"one that can't keep up throttles", CALL_CREATE_STACK, 503, " \n<HTML><body>",
		ERROR_THROTTLED, EFFECT_MAYBE, true,
		"HTTP 503: expected an answer of AWS, found "
		"HTML"},
	{"a proxy's 403 is about credentials", CALL_DESCRIBE_STACKS, 403, "no", ERROR_DENIED,
		EFFECT_NONE, true, "HTTP 403: expected an answer of AWS, found something else"},
	{"429 without a body throttles", CALL_DESCRIBE_STACKS, 429, "", ERROR_THROTTLED,
		EFFECT_NONE, true, "found nothing"},
	{"a 400 that is not AWS's says nothing about the stack", CALL_CREATE_STACK, 400,
		"{\"message\": \"no\"}", ERROR_TRANSIENT, EFFECT_MAYBE, true, "found JSON"},
	{"an error without a code is not AWS's", CALL_CREATE_STACK, 400,
		"<ErrorResponse><Error><Message>a</Message></Error></ErrorResponse>",
		ERROR_TRANSIENT, EFFECT_MAYBE, true, "found other XML"},
};

static void expect_fault_only(const struct reply *reply)
{
	struct reply empty = *reply;

	assert_null(empty.stacks);
	assert_null(empty.events);
	assert_null(empty.change_sets);
	assert_null(empty.next_token);
	assert_null(empty.stack_id);
	assert_null(empty.change_set_id);
	assert_null(empty.template_body);
	assert_null(empty.stack_policy);
	assert_null(empty.account);
}

static void test_rubbish_is_never_a_success(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rubbish); i++) {
		const struct rubbish *row = &rubbish[i];
		AUTO_DONE(reply_done)
		struct reply reply = read_text(row->kind, row->status, row->body);

		if (reply.code != REPLY_ERROR || reply.error.kind != row->error ||
			reply.effect != row->effect || reply.scope_wide != row->scope_wide ||
			!strstr(reply.error.text, row->text))
			fail_msg("%s: code %d, %s, effect %d, scope-wide %d: %s", row->sentence,
				reply.code, error_kind_name(reply.error.kind), reply.effect,
				reply.scope_wide, reply.error.text);
		expect_fault_only(&reply);
	}
}

static void test_a_doctype_is_refused(void **state)
{
	AUTO_DONE(reply_done) struct reply reply = read_file(CALL_CREATE_STACK, 200, "doctype.xml");

	(void)state;
	assert_int_equal(reply.code, REPLY_ERROR);
	assert_int_equal(reply.effect, EFFECT_MAYBE);
	assert_non_null(strstr(reply.error.text, "line 2, column"));
	assert_non_null(strstr(reply.error.text, "a DOCTYPE, which AWS never sends"));
}

static void test_ceilings(void **state)
{
	AUTO_DONE(text_done) struct text deep = {0};
	AUTO_DONE(text_done) struct text many = {0};
	AUTO_DONE(text_done) struct text large = {0};

	(void)state;
	for (size_t i = 0; i <= XML_DEPTH; i++)
		text_add(&deep, "<a>");
	AUTO_DONE(reply_done)
	struct reply reply = read_text(CALL_DESCRIBE_STACKS, 200, text_string(&deep));

	assert_non_null(strstr(reply.error.text, "more than 64 levels"));
	text_add(&many, "<DescribeStacksResponse><DescribeStacksResult><Stacks>");
	for (size_t i = 0; i <= PAGE_LIMIT; i++)
		text_add(&many, "<member/>");
	AUTO_DONE(reply_done)
	struct reply page = read_text(CALL_DESCRIBE_STACKS, 200, text_string(&many));

	assert_non_null(strstr(page.error.text, "more than 10000 items"));
	while (large.length <= XML_LIMIT)
		text_add(&large, "<GetTemplateResponse>          ");
	AUTO_DONE(reply_done)
	struct reply body = read_text(CALL_GET_TEMPLATE, 200, text_string(&large));

	assert_non_null(strstr(body.error.text, "more than 8388608 bytes"));
}

static void test_the_request_id_of_the_header_serves_where_the_body_has_none(void **state)
{
	struct answer answer = {
		.http_status = 503, .request_id = "ab-12\n\x1b[31mX=Y", .body = "", .length = 0};
	AUTO_DONE(reply_done) struct reply reply = {0};

	(void)state;
	replies_read(CALL_DESCRIBE_STACKS, &answer, &reply);
	assert_string_equal(reply.request_id, "ab-1231mXY");
}

static void test_no_answer(void **state)
{
	struct error why = {0};
	AUTO_DONE(reply_done) struct reply lost = {0};
	AUTO_DONE(reply_done) struct reply unsent = {0};
	AUTO_DONE(reply_done) struct reply reading = {0};

	(void)state;
	error_set(&why, ERROR_TRANSIENT, "no answer within 60 s");
	replies_lost(CALL_CREATE_STACK, &why, true, &lost);
	assert_int_equal(lost.effect, EFFECT_MAYBE);
	assert_int_equal(lost.code, REPLY_ERROR);
	assert_int_equal(lost.error.kind, ERROR_TRANSIENT);
	assert_string_equal(lost.error.text, "no answer within 60 s");
	assert_true(lost.scope_wide);
	assert_int_equal(lost.http_status, 0);
	replies_lost(CALL_CREATE_STACK, &why, false, &unsent);
	assert_int_equal(unsent.effect, EFFECT_NONE);
	replies_lost(CALL_DESCRIBE_STACKS, &why, true, &reading);
	assert_int_equal(reading.effect, EFFECT_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rubbish_is_never_a_success),
		cmocka_unit_test(test_a_doctype_is_refused),
		cmocka_unit_test(test_ceilings),
		cmocka_unit_test(test_the_request_id_of_the_header_serves_where_the_body_has_none),
		cmocka_unit_test(test_no_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
