#include "report/command.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define TEN "0123456789"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
#define THOUSAND HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED
#define DIGEST "9c1d22a07f3b"

static const struct {
	const char *json;
	struct command expected;
} good[] = {
	{"{\"command\": \"approve\", \"stack\": \"database\", \"digest\": \"" DIGEST "\"}",
		{COMMAND_APPROVE, "database", DIGEST}},
	{"{\"command\": \"approve\", \"stack\": \"d\", \"digest\": \"9C1D22A07F3B\"}",
		{COMMAND_APPROVE, "d", DIGEST}},
	{"{\"digest\": \"" TEN TEN TEN TEN TEN TEN
	 "abcd\", \"stack\": \"d\", \"command\": \"approve\"}",
		{COMMAND_APPROVE, "d", TEN TEN TEN TEN TEN TEN "abcd"}},
	{"{\"command\":\"suspend\",\"stack\":\"us-east-1/d\",\"reason\":\"gr\\u00f6\\u00dfer\"}",
		{COMMAND_SUSPEND, "us-east-1/d", "größer"}},
	{"{\"command\": \"suspend\", \"reason\": \"" THOUSAND "\"}",
		{COMMAND_SUSPEND, NULL, THOUSAND}},
	{"{\"command\": \"resume\", \"stack\": \"d\"}", {COMMAND_RESUME, "d", NULL}},
	{"{\"command\": \"retry\"}", {COMMAND_RETRY, NULL, NULL}},
	{" {\"command\": \"reconcile\"}\n", {COMMAND_RECONCILE, NULL, NULL}},
};

static void assert_command(const struct command *command, const struct command *expected)
{
	assert_int_equal(command->kind, expected->kind);
	assert_true(text_same(command->stack, expected->stack));
	assert_true(text_same(command->text, expected->text));
}

static void test_good(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		AUTO_DONE(command_request_done) struct command_request request = {0};
		AUTO_DONE(command_request_done) struct command_request again = {0};
		AUTO_DONE(text_done) struct text text = {0};
		struct error e = {0};

		print_message("# %.60s\n", good[i].json);
		if (!command_parse(good[i].json, strlen(good[i].json), &request, &e))
			fail_msg("%s", e.text);
		assert_command(&request.command, &good[i].expected);
		command_write(&good[i].expected, &text);
		assert_true(command_parse(text.data, text.length, &again, &e));
		assert_command(&again.command, &good[i].expected);
	}
}

static const struct {
	const char *json, *said;
} bad[] = {
	{"", "1:1: "},
	{"{\"command\": \"retry\"", "1:20: "},
	{"{\"command\": \"retry\"} {}", "1:22: "},
	{"{\"command\": \"retry\", \"command\": \"retry\"}", "1:22: found the key 'command' again"},
	{"[[[[[[[[]]]]]]]]", "1:5: "},
	{"[]", "found a list, expected an object"},
	{"7", "found text, expected an object"},
	{"{}", "the member 'command' is missing"},
	{"{\"stack\": \"retry\"}", "the member 'command' is missing"},
	{"{\"command\": null}", "1:13: found null for 'command', expected a text"},
	{"{\"command\": \"\"}", "unknown command ''"},
	{"{\"command\": \"aprove\"}", "unknown command 'aprove'; did you mean 'approve'?"},
	{"{\"command\": \"delete\"}", "unknown command 'delete'"},
	{"{\"command\": \"retry\", \"stacks\": \"a\"}",
		"1:22: unknown member 'stacks'; did you mean 'stack'?"},
	{"{\"command\": \"retry\", \"stack\": null}",
		"1:31: found null for 'stack', expected a text"},
	{"{\"command\": \"retry\", \"stack\": 7}", "1:31: found 7 for 'stack', expected a text"},
	{"{\"command\": \"retry\", \"stack\": [\"a\"]}",
		"1:31: found a list for 'stack', expected a text"},
	{"{\"command\": \"retry\", \"stack\": \"\"}",
		"found an empty stack's name, expected a text"},
	{"{\"command\": \"retry\", \"stack\": \"" HUNDRED HUNDRED HUNDRED "1\"}",
		"found a stack's name of 301 characters, expected at most 300"},
	{"{\"command\": \"retry\", \"stack\": \"a\\u001b\"}",
		"found a character that can't be shown in the stack's name, expected one plain "
		"line"},
	{"{\"command\": \"retry\", \"reason\": \"a\"}", "retry takes no reason"},
	{"{\"command\": \"suspend\", \"reason\": \"a\", \"digest\": \"a\"}",
		"suspend takes no digest"},
	{"{\"command\": \"approve\", \"digest\": \"" DIGEST "\"}", "approve needs a stack"},
	{"{\"command\": \"approve\", \"stack\": \"d\"}", "approve needs a digest"},
	{"{\"command\": \"approve\", \"stack\": \"d\", \"digest\": \"9c1d22a07f3\"}",
		"found '9c1d22a07f3' as the digest, expected 12 to 64 hexadecimal digits"},
	{"{\"command\": \"approve\", \"stack\": \"d\", \"digest\": \"9c1d22a07f3g\"}",
		"found '9c1d22a07f3g' as the digest, expected 12 to 64 hexadecimal digits"},
	{"{\"command\": \"approve\", \"stack\": \"d\", \"digest\": \"" HUNDRED "\"}",
		"found '" TEN TEN TEN TEN TEN TEN "0123"},
	{"{\"command\": \"suspend\", \"stack\": \"d\"}", "suspend needs a reason"},
	{"{\"command\": \"suspend\", \"reason\": \" \"}", "found an empty reason, expected a text"},
	{"{\"command\": \"suspend\", \"reason\": \"" THOUSAND "1\"}",
		"found a reason of 1001 characters, expected at most 1000"},
	{"{\"command\": \"suspend\", \"reason\": \"a\\nb\"}",
		"found a character that can't be shown in the reason, expected one plain line"},
	{"{\"command\": \"suspend\", \"reason\": \"a\\u202eb\"}",
		"found a character that can't be shown in the reason, expected one plain line"},
};

static void test_bad(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		AUTO_DONE(command_request_done) struct command_request request = {0};
		struct error e = {0};

		print_message("# %.60s\n", bad[i].json);
		assert_false(command_parse(bad[i].json, strlen(bad[i].json), &request, &e));
		assert_int_equal(e.kind, ERROR_INVALID);
		if (!text_starts(e.text, bad[i].said))
			assert_string_equal(e.text, bad[i].said);
	}
}

static void test_ceiling(void **state)
{
	AUTO_DONE(command_request_done) struct command_request request = {0};
	AUTO_DONE(text_done) struct text text = {0};
	struct error e = {0};

	(void)state;
	text_add(&text, "{\"command\": \"retry\"}");
	while (text.length < COMMAND_LIMIT)
		text_add_char(&text, ' ');
	assert_true(command_parse(text.data, text.length, &request, &e));
	command_request_done(&request);
	text_add_char(&text, ' ');
	assert_false(command_parse(text.data, text.length, &request, &e));
}

static void test_names(void **state)
{
	enum command_kind kind = COMMAND_KIND_COUNT;

	(void)state;
	for (int i = 0; i < COMMAND_KIND_COUNT; i++) {
		assert_true(command_kind_of(command_name((enum command_kind)i), &kind));
		assert_int_equal(kind, i);
	}
	assert_false(command_kind_of("Approve", &kind));
}

static void test_answers(void **state)
{
	(void)state;
	for (int i = ANSWER_DONE; i <= ANSWER_FAILED; i++) {
		AUTO_DONE(text_done) struct text text = {0};
		AUTO(free_text) char *said = NULL;
		enum answer_code code = ANSWER_DONE;
		struct error e = {0};

		answer_write((enum answer_code)i, "it \"is\"\nso\xff", &text);
		assert_true(answer_parse(text.data, text.length, &code, &said, &e));
		assert_int_equal(code, i);
		assert_string_equal(said, "it \"is\" so?");
	}
}

static void test_no_answers(void **state)
{
	static const char *const rows[] = {"", "<html>", "7", "[]", "{}", "{\"answer\": \"done\"}",
		"{\"answer\": \"good\", \"text\": \"a\"}", "{\"answer\": \"done\", \"text\": 7}"};
	AUTO(free_text) char *said = NULL;
	enum answer_code code = ANSWER_DONE;
	struct error e = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		print_message("# %s\n", rows[i]);
		assert_false(answer_parse(rows[i], strlen(rows[i]), &code, &said, &e));
		assert_null(said);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_ceiling),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_no_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
