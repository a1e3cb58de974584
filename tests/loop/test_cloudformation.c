#include "io/cloudformation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "client_fixture.h"

/* --- what goes well --- */

static void test_every_kind_of_call(void **state)
{
	struct client_fixture *fixture = *state;
	const struct reply *reply;

	client_open(fixture);
	reply = client_ask(fixture, (struct call){.kind = CALL_GET_CALLER_IDENTITY});
	assert_string_equal(reply->account, MODEL_ACCOUNT);
	reply = client_ask(fixture, CREATE("web"));
	assert_int_equal(reply->effect, EFFECT_CONFIRMED);
	AUTO(free_text) char *stack_id = xstrdup(reply->stack_id);

	assert_true(text_starts(stack_id, "arn:aws:cloudformation:eu-west-1:" MODEL_ACCOUNT));
	reply = client_ask(fixture, ALL);
	assert_int_equal(reply->stack_count, 1);
	reply = client_ask(fixture, DESCRIBE(stack_id));
	assert_int_equal(reply->stack_count, 1);
	reply = client_ask(
		fixture, (struct call){.kind = CALL_DESCRIBE_STACK_EVENTS, .stack = stack_id});
	assert_in_range(reply->event_count, 1, 10);
	assert_string_equal(reply->events[0].token, "stackd-web");
	reply = client_ask(fixture, (struct call){.kind = CALL_GET_TEMPLATE, .stack = stack_id});
	assert_string_equal(reply->template_body, TEMPLATE);
	for (int round = 0; round < 2; round++) {
		reply = client_ask(fixture, (struct call){.kind = CALL_CREATE_CHANGE_SET,
						    .stack = stack_id,
						    .change_set = TEXT(round ? "b" : "a"),
						    .token = TEXT(round ? "stackd-b" : "stackd-a"),
						    .body = TEXT(CHANGED)});
		assert_int_equal(reply->code, REPLY_OK);
	}
	AUTO(free_text) char *change_set = xstrdup(reply->change_set_id);

	reply = client_ask(
		fixture, (struct call){.kind = CALL_LIST_CHANGE_SETS, .stack = stack_id});
	assert_int_equal(reply->change_set_count, 2);
	reply = client_ask(fixture, (struct call){.kind = CALL_DELETE_CHANGE_SET,
					    .stack = stack_id,
					    .change_set = TEXT("a")});
	assert_int_equal(reply->effect, EFFECT_CONFIRMED);
	reply = client_ask(
		fixture, (struct call){.kind = CALL_DESCRIBE_CHANGE_SET, .change_set = change_set});
	assert_int_equal(reply->change_sets[0].change_count, 1);
	reply = client_ask(fixture, (struct call){.kind = CALL_EXECUTE_CHANGE_SET,
					    .change_set = change_set,
					    .token = TEXT("stackd-execute")});
	assert_int_equal(reply->effect, EFFECT_CONFIRMED);
	assert_int_equal(model_requests(&fixture->model, NULL), 12);
}

static void test_many_at_once(void **state)
{
	struct client_fixture *fixture = *state;

	client_open(fixture);
	for (int i = 0; i < 50; i++)
		client_send(fixture, ALL);
	client_run_until(fixture, 50);
	assert_int_equal(fixture->reply.code, REPLY_OK);
}

static void test_regions_and_services(void **state)
{
	struct client_fixture *fixture = *state;
	struct call call = ALL;

	replace_text(&fixture->settings->endpoint_url, fixture->model.endpoint);
	pairs_set(&fixture->environment, "AWS_ENDPOINT_URL", "http://127.0.0.1:1");
	client_open(fixture);
	call.region = TEXT("us-east-1");
	assert_int_equal(client_ask(fixture, call)->code, REPLY_OK);
	AUTO(free_text) char *transcript = model_control(&fixture->model, "/transcript", NULL);

	assert_non_null(strstr(transcript, "\"region\": \"us-east-1\""));
}

/* --- what goes wrong --- */

static const struct {
	const char *sentence, *fault;
	enum error_kind kind;
	enum effect write_effect; /* a read's is none */
	bool scope_wide;
	const char *says;
} faults[] = {
	{"throttled", "throttle", ERROR_THROTTLED, EFFECT_NONE, true, "too many calls"},
	{"an error within", "internal", ERROR_TRANSIENT, EFFECT_MAYBE, true, ""},
	{"unavailable", "unavailable", ERROR_THROTTLED, EFFECT_MAYBE, true, ""},
	{"a page of a proxy", "html", ERROR_THROTTLED, EFFECT_MAYBE, true, "found HTML"},
	{"silence", "hang", ERROR_TRANSIENT, EFFECT_MAYBE, true, "timed out"},
	{"silence after the effect", "hang-after", ERROR_TRANSIENT, EFFECT_MAYBE, true,
		"timed out"},
	{"a reset before the effect", "reset-before", ERROR_TRANSIENT, EFFECT_MAYBE, true,
		"no answer from"},
	{"a reset after the effect", "reset-after", ERROR_TRANSIENT, EFFECT_MAYBE, true,
		"no answer from"},
	{"a cut body", "cut", ERROR_TRANSIENT, EFFECT_MAYBE, true, "no answer from"},
	{"XML that is none", "bad-xml", ERROR_TRANSIENT, EFFECT_MAYBE, false, "can't be read"},
	{"a permission is missing", "denied", ERROR_DENIED, EFFECT_NONE, false,
		"permission cloudformation:"},
	{"an expired token", "expired-token", ERROR_DENIED, EFFECT_NONE, true, "have expired"},
	{"a token that is none", "invalid-token", ERROR_DENIED, EFFECT_NONE, true,
		"does not accept the credentials"},
};

static void test_faults(void **state)
{
	struct client_fixture *fixture = *state;
	size_t requests = 0;

	for (size_t i = 0; i < 2 * COUNT(faults); i++) {
		bool write = i >= COUNT(faults);
		size_t row = i % COUNT(faults);
		AUTO(free_text)
		char *json = xasprintf("{\"faults\": [{\"kind\": \"%s\"}]}", faults[row].fault);
		AUTO(free_text) char *name = xasprintf("stack-%zu", i);
		struct call call = write ? CREATE("x") : ALL;

		print_message("# %s (%s)\n", faults[row].sentence, write ? "write" : "read");
		if (write)
			call.stack = call.token = name;
		client_scenario(fixture, json);
		fixture->timeout_ms =
			text_starts(faults[row].fault, "hang") ? SHORT_MS : CEILING_MS;
		client_open(fixture);
		const struct reply *reply = client_ask(fixture, call);

		client_finish(fixture);
		assert_int_equal(reply->code, REPLY_ERROR);
		assert_int_equal(reply->error.kind, faults[row].kind);
		assert_int_equal(reply->effect, write ? faults[row].write_effect : EFFECT_NONE);
		assert_int_equal(reply->scope_wide, faults[row].scope_wide);
		assert_non_null(strstr(reply->error.text, faults[row].says));
		assert_null(strstr(reply->error.text, MODEL_SECRET));
		/* Asked once: what to do about it is the engine's to know. */
		assert_int_equal(model_requests(&fixture->model, NULL), ++requests);
	}
	client_open(fixture);
	assert_int_equal(client_ask(fixture, ALL)->code, REPLY_OK);
}

/* On a connection that was kept, libcurl would ask again by itself. */
static void test_a_change_is_sent_once(void **state)
{
	struct client_fixture *fixture = *state;

	client_open(fixture);
	assert_int_equal(client_ask(fixture, ALL)->code, REPLY_OK);
	client_scenario(fixture, "{\"faults\": [{\"kind\": \"reset-after\"}]}");
	assert_int_equal(client_ask(fixture, CREATE("web"))->effect, EFFECT_MAYBE);
	assert_int_equal(model_requests(&fixture->model, NULL), 2);
}

static void test_reply_over_the_ceiling(void **state)
{
	struct client_fixture *fixture = *state;

	client_open(fixture);
	AUTO_DONE(text_done) struct text body = {0};

	text_add(&body, TEMPLATE);
	while (body.length < 30000)
		text_add_char(&body, ' ');
	struct call create = CREATE("web");

	create.body = body.data;
	assert_int_equal(client_ask(fixture, create)->code, REPLY_OK);
	const struct reply *reply =
		client_ask(fixture, (struct call){.kind = CALL_GET_TEMPLATE, .stack = TEXT("web")});

	assert_int_equal(reply->error.kind, ERROR_TRANSIENT);
	assert_non_null(strstr(reply->error.text, "the reply is larger than 20000 bytes"));
}

static void test_nobody_listens(void **state)
{
	struct client_fixture *fixture = *state;

	replace_text(&fixture->settings->endpoint_url, "http://127.0.0.1:1");
	client_open(fixture);
	const struct reply *reply = client_ask(fixture, CREATE("web"));

	assert_int_equal(reply->error.kind, ERROR_TRANSIENT);
	assert_int_equal(reply->effect, EFFECT_NONE);
	assert_non_null(strstr(reply->error.text, "cannot reach http://127.0.0.1:1/"));
}

/* --- clocks --- */

static void test_clocks_differ(void **state)
{
	static const char *const skews[] = {
		"{\"skew_ms\": 3600000}", "{\"skew_ms\": -3600000}", "{\"skew_ms\": 0}"};
	struct client_fixture *fixture = *state;
	size_t requests = 0;

	client_open(fixture);
	for (size_t i = 0; i < COUNT(skews); i++) {
		struct call create = CREATE("web");
		char name[] = "web-0";

		name[4] = (char)('0' + i);
		create.stack = create.token = name;
		client_scenario(fixture, skews[i]);
		assert_int_equal(client_ask(fixture, create)->effect, EFFECT_CONFIRMED);
		requests += 2; /* refused, and signed again */
		assert_int_equal(model_requests(&fixture->model, NULL), requests);
		assert_int_equal(client_ask(fixture, ALL)->code, REPLY_OK);
		requests += 1; /* the time is known */
		assert_int_equal(model_requests(&fixture->model, NULL), requests);
	}
}

/* The clock jumps while the first refusal is on its way. */
static void test_resent_once(void **state)
{
	struct client_fixture *fixture = *state;

	client_open(fixture);
	client_scenario(fixture, "{\"skew_ms\": 3600000}");
	client_send(fixture, ALL);
	while (model_requests(&fixture->model, NULL) == 0 && !fixture->expired)
		uv_run(&fixture->loop, UV_RUN_NOWAIT);
	client_scenario(fixture, "{\"skew_ms\": -3600000}");
	client_run_until(fixture, 1);
	assert_int_equal(fixture->reply.error.kind, ERROR_DENIED);
	assert_true(fixture->reply.scope_wide);
	assert_non_null(strstr(fixture->reply.error.text, "the clocks differ"));
	assert_int_equal(model_requests(&fixture->model, NULL), 2);
}

/* --- the end --- */

static void test_close_from_a_callback(void **state)
{
	struct client_fixture *fixture = *state;

	texts_add(&fixture->settings->allowed_accounts, MODEL_ACCOUNT);
	client_open(fixture);
	client_scenario(fixture, "{\"faults\": [{\"kind\": \"hang\", \"action\": "
				 "\"GetCallerIdentity\"}]}");
	client_send(fixture, CREATE("web"));
	for (int i = 0; i < 5; i++)
		client_send(fixture, ALL);
	fixture->close = true;
	client_run_until(fixture, 1);
}

static void test_close_where_answers_are_due(void **state)
{
	struct client_fixture *fixture = *state;

	pairs_remove(&fixture->environment, "AWS_SECRET_ACCESS_KEY");
	client_open(fixture);
	for (int i = 0; i < 5; i++)
		client_send(fixture, ALL);
	fixture->close = true;
	client_run_until(fixture, 1);
}

/* The tear-down closes while all kinds of calls are out; it sees that nothing is left. */
static void test_close_in_the_middle(void **state)
{
	struct client_fixture *fixture = *state;

	client_open(fixture);
	client_scenario(fixture, "{\"faults\": [{\"kind\": \"hang\", \"count\": 5}]}");
	for (int i = 0; i < 5; i++)
		client_send(fixture, i % 2 ? ALL : CREATE("web"));
	for (size_t i = 0; i < 50 && model_requests(&fixture->model, NULL) < 5; i++)
		uv_run(&fixture->loop, UV_RUN_NOWAIT);
	assert_int_equal(fixture->answers, 0);
	client_send(fixture, ALL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, client_set_up, client_tear_down)
		TEST(test_every_kind_of_call),
		TEST(test_many_at_once),
		TEST(test_regions_and_services),
		TEST(test_faults),
		TEST(test_a_change_is_sent_once),
		TEST(test_reply_over_the_ceiling),
		TEST(test_nobody_listens),
		TEST(test_clocks_differ),
		TEST(test_resent_once),
		TEST(test_close_from_a_callback),
		TEST(test_close_where_answers_are_due),
		TEST(test_close_in_the_middle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
