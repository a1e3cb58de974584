#include "report/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

static void test_overview(void **state)
{
	AUTO_DONE(text_done) struct text text = {0};
	struct overview_row rows[] = {
		{.stack = "web",
			.region = "eu-west-1",
			.manifest = "web",
			.path = "/etc/stackd/web.yaml",
			.stack_id = "arn:aws:cloudformation:eu-west-1:1:stack/web/1",
			.status = "UPDATE_COMPLETE",
			.state = STATE_HOLD,
			.action = "hold",
			.reason = "failed: \"x\"\n",
			.next_attempt_ms = 1440938160000,
			.approval = "9c1d22a07f3b",
			.suspended = "the \"painters\" are here"},
		{.manifest = "a\xff",
			.state = STATE_UNKNOWN,
			.action = "unknown",
			.unreadable = true},
	};
	struct overview overview = {.rows = rows, .count = 2, .observed = true};

	(void)state;
	overview.states[STATE_HOLD] = overview.states[STATE_UNKNOWN] = 1;
	json_overview(&overview, "{}", &text);
	assert_string_equal(text_string(&text),
		"{\"stacks\": [{\"stack\": \"web\", \"region\": \"eu-west-1\", "
		"\"manifest\": \"web\", \"path\": \"/etc/stackd/web.yaml\", "
		"\"stack_id\": \"arn:aws:cloudformation:eu-west-1:1:stack/web/1\", "
		"\"status\": \"UPDATE_COMPLETE\", \"state\": \"hold\", \"action\": \"hold\", "
		"\"reason\": \"failed: \\\"x\\\" \", \"next_attempt\": \"2015-08-30T12:36:00Z\", "
		"\"approval\": \"9c1d22a07f3b\", "
		"\"suspended\": \"the \\\"painters\\\" are here\", \"unreadable\": false}, "
		"{\"stack\": null, \"region\": null, \"manifest\": \"a?\", \"path\": null, "
		"\"stack_id\": null, \"status\": null, \"state\": \"unknown\", "
		"\"action\": \"unknown\", \"reason\": null, \"next_attempt\": null, "
		"\"approval\": null, \"suspended\": null, \"unreadable\": true}], "
		"\"counts\": {\"unknown\": 1, \"in_sync\": 0, \"create\": 0, \"update\": 0, "
		"\"running\": 0, \"wait\": 0, \"hold\": 1, \"frozen\": 0, \"delete\": 0}, "
		"\"observed\": true, "
		"\"reports\": [{}]}");
}

/* Whatever a report holds, it is JSON that another reader reads as one object of text. */
static void test_report(void **state)
{
	static const char *const members[] = {"class", "stack", "region", "manifest", "operation",
		"reason", "request_id", "text"};
	struct report report = {.level = REPORT_WARNING,
		.stack = "s\xff",
		.region = "r\x01",
		.manifest = "\"m\"",
		.operation = "o\\",
		.reason = "",
		.request_id = "i",
		.text = "größe"};

	(void)state;
	for (int class = 0; class < REPORT_CLASS_COUNT; class ++) {
		AUTO_DONE(text_done) struct text text = {0};

		report.class = (enum report_class) class;
		json_report(&report, &text);
		cJSON *root = cJSON_Parse(text_string(&text));

		assert_non_null(root);
		for (size_t i = 0; i < COUNT(members); i++)
			assert_non_null(
				cJSON_GetStringValue(cJSON_GetObjectItem(root, members[i])));
		assert_string_equal(
			cJSON_GetStringValue(cJSON_GetObjectItem(root, "text")), "größe");
		assert_int_equal(cJSON_GetNumberValue(cJSON_GetObjectItem(root, "priority")), 4);
		cJSON_Delete(root);
	}
}

static void test_reports(void **state)
{
	AUTO_DONE(text_done) struct text text = {0};

	(void)state;
	json_report(&(struct report){.text = "a"}, &text);
	json_report(&(struct report){.text = "b"}, &text);
	AUTO(free_text) char *list = xasprintf("[%s]", text_string(&text));
	cJSON *root = cJSON_Parse(list);

	assert_int_equal(cJSON_GetArraySize(root), 2);
	cJSON_Delete(root);
}

static void test_texts(void **state)
{
	AUTO_DONE(text_done) struct text text = {0};
	AUTO_DONE(texts_done) struct texts texts = {0};

	(void)state;
	json_texts(&texts, &text);
	texts_add(&texts, "a.yaml:1:2: \"b\"");
	texts_add(&texts, "c");
	json_texts(&texts, &text);
	assert_string_equal(text_string(&text), "[][\"a.yaml:1:2: \\\"b\\\"\", \"c\"]");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_overview),
		cmocka_unit_test(test_report),
		cmocka_unit_test(test_reports),
		cmocka_unit_test(test_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
