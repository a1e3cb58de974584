#include "io/cloudformation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "model_process.h"
#include "scratch.h"

enum { CEILING_MS = 10000, TIMEOUT_MS = 300 };

#define TEMPLATE "{\"Resources\": {\"A\": {\"Type\": \"AWS::SNS::Topic\"}}}"
#define CHANGED                                                                                    \
	"{\"Resources\": {\"A\": {\"Type\": \"AWS::SNS::Topic\"}, "                                \
	"\"B\": {\"Type\": \"AWS::SNS::Topic\"}}}"

#define OTHER_ACCOUNT                                                                              \
	"{\"accounts\": [{\"access_key\": \"OTHER\", \"secret_key\": \"s\", "                      \
	"\"session_token\": \"t\", \"account\": \"222222222222\"}]}"

struct fixture {
	uv_loop_t loop;
	uv_timer_t guard;
	bool expired, closed;
	struct model_process model;
	struct pairs environment;
	struct settings *settings;
	struct cloudformation *client;
	bool inside; /* cloudformation_call() has not returned yet */
	size_t answers;
	uint64_t answered;  /* the number of the last call */
	struct reply reply; /* to it */
	bool close;         /* the client, from the callback */
};

static void on_expired(uv_timer_t *guard)
{
	((struct fixture *)guard->data)->expired = true;
}

static void on_closed(void *owner)
{
	((struct fixture *)owner)->closed = true;
}

static int set_up(void **state)
{
	struct fixture *fixture = xcalloc(1, sizeof(*fixture));

	uv_loop_init(&fixture->loop);
	uv_timer_init(&fixture->loop, &fixture->guard);
	fixture->guard.data = fixture;
	uv_timer_start(&fixture->guard, on_expired, CEILING_MS, 0);
	model_process_start(&fixture->model);
	fixture->settings = settings_new();
	pairs_add(&fixture->environment, "AWS_ENDPOINT_URL", fixture->model.endpoint);
	pairs_add(&fixture->environment, "AWS_ACCESS_KEY_ID", MODEL_KEY);
	pairs_add(&fixture->environment, "AWS_SECRET_ACCESS_KEY", MODEL_SECRET);
	*state = fixture;
	return 0;
}

static void close_client(struct fixture *fixture)
{
	cloudformation_close(fixture->client, on_closed, fixture);
	fixture->client = NULL;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	if (fixture->client)
		close_client(fixture);
	uv_close((uv_handle_t *)&fixture->guard, NULL);
	uv_run(&fixture->loop, UV_RUN_DEFAULT);
	int result = fixture->closed ? uv_loop_close(&fixture->loop) : -1;

	model_process_stop(&fixture->model);
	settings_free(fixture->settings);
	pairs_done(&fixture->environment);
	reply_done(&fixture->reply);
	free(fixture);
	return result;
}

static void open_client(struct fixture *fixture)
{
	struct cloudformation_options options = {
		.connect_timeout_ms = TIMEOUT_MS, .timeout_ms = TIMEOUT_MS, .reply_limit = 20000};

	fixture->client = cloudformation_new_with(&fixture->loop, &fixture->environment, &options);
	cloudformation_settings(fixture->client, fixture->settings);
}

static void on_reply(void *owner, uint64_t call, struct reply *reply)
{
	struct fixture *fixture = owner;

	assert_false(fixture->inside);
	uv_stop(&fixture->loop);
	fixture->answers++;
	fixture->answered = call;
	reply_done(&fixture->reply);
	fixture->reply = *reply;
	*reply = (struct reply){0};
	if (fixture->close)
		close_client(fixture);
}

static void send_call(struct fixture *fixture, struct call call)
{
	static uint64_t number;

	call.id = ++number;
	if (!call.region)
		call.region = (char *)(uintptr_t) "eu-west-1";
	fixture->inside = true;
	cloudformation_call(fixture->client, &call, on_reply, fixture);
	fixture->inside = false;
}

static void run_until(struct fixture *fixture, size_t answers)
{
	while (fixture->answers < answers && !fixture->expired)
		uv_run(&fixture->loop, UV_RUN_ONCE);
	assert_int_equal(fixture->answers, answers);
}

static const struct reply *ask(struct fixture *fixture, struct call call)
{
	size_t before = fixture->answers;

	send_call(fixture, call);
	run_until(fixture, before + 1);
	return &fixture->reply;
}

static void scenario(struct fixture *fixture, const char *json)
{
	free(model_control(&fixture->model, "/scenario", json));
}

#define TEXT(string) ((char *)(uintptr_t)(string))
#define CREATE(name)                                                                               \
	((struct call){.kind = CALL_CREATE_STACK,                                                  \
		.stack = TEXT(name),                                                               \
		.body = TEXT(TEMPLATE),                                                            \
		.token = TEXT("stackd-" name)})
#define DESCRIBE(name) ((struct call){.kind = CALL_DESCRIBE_STACKS, .stack = TEXT(name)})
#define ALL ((struct call){.kind = CALL_DESCRIBE_STACKS})

/* --- what goes well --- */

static void test_every_kind_of_call(void **state)
{
	struct fixture *fixture = *state;
	const struct reply *reply;

	open_client(fixture);
	reply = ask(fixture, (struct call){.kind = CALL_GET_CALLER_IDENTITY});
	assert_string_equal(reply->account, MODEL_ACCOUNT);
	reply = ask(fixture, CREATE("web"));
	assert_int_equal(reply->effect, EFFECT_CONFIRMED);
	AUTO(free_text) char *stack_id = xstrdup(reply->stack_id);

	assert_true(text_starts(stack_id, "arn:aws:cloudformation:eu-west-1:" MODEL_ACCOUNT));
	reply = ask(fixture, ALL);
	assert_int_equal(reply->stack_count, 1);
	reply = ask(fixture, DESCRIBE(stack_id));
	assert_int_equal(reply->stack_count, 1);
	reply = ask(fixture, (struct call){.kind = CALL_DESCRIBE_STACK_EVENTS, .stack = stack_id});
	assert_in_range(reply->event_count, 1, 10);
	assert_string_equal(reply->events[0].token, "stackd-web");
	reply = ask(fixture, (struct call){.kind = CALL_GET_TEMPLATE, .stack = stack_id});
	assert_string_equal(reply->template_body, TEMPLATE);
	for (int round = 0; round < 2; round++) {
		reply = ask(fixture, (struct call){.kind = CALL_CREATE_CHANGE_SET,
					     .stack = stack_id,
					     .change_set = TEXT(round ? "b" : "a"),
					     .token = TEXT(round ? "stackd-b" : "stackd-a"),
					     .body = TEXT(CHANGED)});
		assert_int_equal(reply->code, REPLY_OK);
	}
	AUTO(free_text) char *change_set = xstrdup(reply->change_set_id);

	reply = ask(fixture, (struct call){.kind = CALL_LIST_CHANGE_SETS, .stack = stack_id});
	assert_int_equal(reply->change_set_count, 2);
	reply = ask(fixture, (struct call){.kind = CALL_DELETE_CHANGE_SET,
				     .stack = stack_id,
				     .change_set = TEXT("a")});
	assert_int_equal(reply->effect, EFFECT_CONFIRMED);
	reply = ask(
		fixture, (struct call){.kind = CALL_DESCRIBE_CHANGE_SET, .change_set = change_set});
	assert_int_equal(reply->change_sets[0].change_count, 1);
	reply = ask(fixture, (struct call){.kind = CALL_EXECUTE_CHANGE_SET,
				     .change_set = change_set,
				     .token = TEXT("stackd-execute")});
	assert_int_equal(reply->effect, EFFECT_CONFIRMED);
	assert_int_equal(model_requests(&fixture->model, NULL), 12);
}

static void test_many_at_once(void **state)
{
	struct fixture *fixture = *state;

	open_client(fixture);
	for (int i = 0; i < 50; i++)
		send_call(fixture, ALL);
	run_until(fixture, 50);
	assert_int_equal(fixture->reply.code, REPLY_OK);
}

static void test_regions_and_services(void **state)
{
	struct fixture *fixture = *state;
	struct call call = ALL;

	replace_text(&fixture->settings->endpoint_url, fixture->model.endpoint);
	pairs_set(&fixture->environment, "AWS_ENDPOINT_URL", "http://127.0.0.1:1");
	open_client(fixture);
	call.region = TEXT("us-east-1");
	assert_int_equal(ask(fixture, call)->code, REPLY_OK);
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
	{"unavailable", "unavailable", ERROR_TRANSIENT, EFFECT_MAYBE, true, ""},
	{"a page of a proxy", "html", ERROR_TRANSIENT, EFFECT_MAYBE, true, "found HTML"},
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
	struct fixture *fixture = *state;
	size_t requests = 0;

	open_client(fixture);
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
		scenario(fixture, json);
		const struct reply *reply = ask(fixture, call);

		assert_int_equal(reply->code, REPLY_ERROR);
		assert_int_equal(reply->error.kind, faults[row].kind);
		assert_int_equal(reply->effect, write ? faults[row].write_effect : EFFECT_NONE);
		assert_int_equal(reply->scope_wide, faults[row].scope_wide);
		assert_non_null(strstr(reply->error.text, faults[row].says));
		assert_null(strstr(reply->error.text, MODEL_SECRET));
		/* Asked once: what to do about it is the engine's to know. */
		assert_int_equal(model_requests(&fixture->model, NULL), ++requests);
	}
	assert_int_equal(ask(fixture, ALL)->code, REPLY_OK);
}

/* On a connection that was kept, libcurl would ask again by itself. */
static void test_a_change_is_sent_once(void **state)
{
	struct fixture *fixture = *state;

	open_client(fixture);
	assert_int_equal(ask(fixture, ALL)->code, REPLY_OK);
	scenario(fixture, "{\"faults\": [{\"kind\": \"reset-after\"}]}");
	assert_int_equal(ask(fixture, CREATE("web"))->effect, EFFECT_MAYBE);
	assert_int_equal(model_requests(&fixture->model, NULL), 2);
}

static void test_reply_over_the_ceiling(void **state)
{
	struct fixture *fixture = *state;

	open_client(fixture);
	AUTO_DONE(text_done) struct text body = {0};

	text_add(&body, TEMPLATE);
	while (body.length < 30000)
		text_add_char(&body, ' ');
	struct call create = CREATE("web");

	create.body = body.data;
	assert_int_equal(ask(fixture, create)->code, REPLY_OK);
	const struct reply *reply =
		ask(fixture, (struct call){.kind = CALL_GET_TEMPLATE, .stack = TEXT("web")});

	assert_int_equal(reply->error.kind, ERROR_TRANSIENT);
	assert_non_null(strstr(reply->error.text, "the reply is larger than 20000 bytes"));
}

static void test_nobody_listens(void **state)
{
	struct fixture *fixture = *state;

	replace_text(&fixture->settings->endpoint_url, "http://127.0.0.1:1");
	open_client(fixture);
	const struct reply *reply = ask(fixture, CREATE("web"));

	assert_int_equal(reply->error.kind, ERROR_TRANSIENT);
	assert_int_equal(reply->effect, EFFECT_NONE);
	assert_non_null(strstr(reply->error.text, "cannot reach http://127.0.0.1:1/"));
}

/* --- clocks --- */

static void test_clocks_differ(void **state)
{
	static const char *const skews[] = {
		"{\"skew_ms\": 3600000}", "{\"skew_ms\": -3600000}", "{\"skew_ms\": 0}"};
	struct fixture *fixture = *state;
	size_t requests = 0;

	open_client(fixture);
	for (size_t i = 0; i < COUNT(skews); i++) {
		struct call create = CREATE("web");
		char name[] = "web-0";

		name[4] = (char)('0' + i);
		create.stack = create.token = name;
		scenario(fixture, skews[i]);
		assert_int_equal(ask(fixture, create)->effect, EFFECT_CONFIRMED);
		requests += 2; /* refused, and signed again */
		assert_int_equal(model_requests(&fixture->model, NULL), requests);
		assert_int_equal(ask(fixture, ALL)->code, REPLY_OK);
		requests += 1; /* the time is known */
		assert_int_equal(model_requests(&fixture->model, NULL), requests);
	}
}

/* The clock jumps while the first refusal is on its way. */
static void test_resent_once(void **state)
{
	struct fixture *fixture = *state;

	open_client(fixture);
	scenario(fixture, "{\"skew_ms\": 3600000}");
	send_call(fixture, ALL);
	while (model_requests(&fixture->model, NULL) == 0 && !fixture->expired)
		uv_run(&fixture->loop, UV_RUN_NOWAIT);
	scenario(fixture, "{\"skew_ms\": -3600000}");
	run_until(fixture, 1);
	assert_int_equal(fixture->reply.error.kind, ERROR_DENIED);
	assert_true(fixture->reply.scope_wide);
	assert_non_null(strstr(fixture->reply.error.text, "the clocks differ"));
	assert_int_equal(model_requests(&fixture->model, NULL), 2);
}

/* --- keys --- */

static void write_keys(const char *path, const char *key, const char *secret, const char *more)
{
	FILE *file = fopen(path, "w");

	must(file ? 0 : -1, path);
	fprintf(file,
		"[ops]\naws_access_key_id = %s\naws_secret_access_key = %s\nregion = "
		"eu-north-1\n%s",
		key, secret, more);
	fclose(file);
}

/* A folder with a credentials file, and the environment that leads there. The caller frees both. */
static char *keys_in_file(struct fixture *fixture, char **folder)
{
	*folder = scratch_new();
	char *path = xasprintf("%s/credentials", *folder);

	pairs_remove(&fixture->environment, "AWS_ACCESS_KEY_ID");
	pairs_remove(&fixture->environment, "AWS_SECRET_ACCESS_KEY");
	pairs_set(&fixture->environment, "AWS_SHARED_CREDENTIALS_FILE", path);
	replace_text(&fixture->settings->profile, "ops");
	return path;
}

static void test_keys_that_change(void **state)
{
	struct fixture *fixture = *state;
	char *folder;
	AUTO(free_text) char *path = keys_in_file(fixture, &folder);

	write_keys(path, MODEL_KEY, "wrong", "");
	open_client(fixture);
	assert_string_equal(cloudformation_region(fixture->client), "eu-north-1");
	const struct reply *reply = ask(fixture, ALL);

	assert_string_equal(reply->aws_code, "SignatureDoesNotMatch");
	assert_true(reply->scope_wide);
	assert_int_equal(model_requests(&fixture->model, NULL), 1);

	send_call(fixture, ALL); /* signed with the old keys, refused under the new ones */
	write_keys(path, MODEL_KEY, MODEL_SECRET, "");
	run_until(fixture, 2);
	assert_int_equal(fixture->reply.code, REPLY_OK);
	assert_int_equal(model_requests(&fixture->model, NULL), 3);

	scenario(fixture, OTHER_ACCOUNT);
	write_keys(path, "OTHER", "s", "aws_session_token = t\n");
	reply = ask(fixture, (struct call){.kind = CALL_GET_CALLER_IDENTITY});
	assert_string_equal(reply->account, "222222222222");
	assert_int_equal(model_requests(&fixture->model, NULL), 4);
	scratch_remove(folder);
	free(folder);
}

static void test_no_keys(void **state)
{
	struct fixture *fixture = *state;
	char *folder;
	AUTO(free_text) char *path = keys_in_file(fixture, &folder);

	open_client(fixture);
	assert_null(cloudformation_region(fixture->client));
	for (int i = 0; i < 3; i++)
		send_call(fixture, CREATE("web"));
	run_until(fixture, 3);
	assert_int_equal(fixture->reply.error.kind, ERROR_DENIED);
	assert_int_equal(fixture->reply.effect, EFFECT_NONE);
	assert_true(fixture->reply.scope_wide);
	assert_non_null(strstr(fixture->reply.error.text, "no profile 'ops' in "));

	must(mkdir(path, 0700), path);
	assert_non_null(strstr(ask(fixture, ALL)->error.text, path));
	must(rmdir(path), path);
	write_keys(path, MODEL_KEY, MODEL_SECRET, "");
	assert_int_equal(ask(fixture, ALL)->code, REPLY_OK);
	scratch_remove(folder);
	free(folder);
}

static void test_region_of_the_environment(void **state)
{
	struct fixture *fixture = *state;

	pairs_set(&fixture->environment, "AWS_DEFAULT_REGION", "eu-west-2");
	open_client(fixture);
	assert_string_equal(cloudformation_region(fixture->client), "eu-west-2");
	struct call call = ALL;

	call.region = TEXT("nowhere");
	const struct reply *reply = ask(fixture, call);

	assert_int_equal(reply->error.kind, ERROR_DENIED);
	assert_non_null(strstr(reply->error.text, "region 'nowhere'"));
}

/* --- AllowedAccounts= --- */

static void test_allowed_account(void **state)
{
	struct fixture *fixture = *state;

	texts_add(&fixture->settings->allowed_accounts, "333333333333");
	texts_add(&fixture->settings->allowed_accounts, MODEL_ACCOUNT);
	open_client(fixture);
	assert_int_equal(ask(fixture, ALL)->code, REPLY_OK);
	assert_int_equal(model_requests(&fixture->model, "GetCallerIdentity"), 0);
	send_call(fixture, CREATE("a"));
	send_call(fixture, CREATE("b"));
	run_until(fixture, 3);
	assert_int_equal(fixture->reply.effect, EFFECT_CONFIRMED);
	ask(fixture, CREATE("c"));
	assert_int_equal(model_requests(&fixture->model, "GetCallerIdentity"), 1);
	assert_int_equal(model_requests(&fixture->model, "CreateStack"), 3);
}

static void test_another_account(void **state)
{
	struct fixture *fixture = *state;

	texts_add(&fixture->settings->allowed_accounts, "333333333333");
	open_client(fixture);
	for (int i = 0; i < 2; i++) {
		const struct reply *reply = ask(fixture, CREATE("web"));

		assert_int_equal(reply->error.kind, ERROR_DENIED);
		assert_int_equal(reply->effect, EFFECT_NONE);
		assert_true(reply->scope_wide);
		assert_string_equal(reply->error.text,
			"the credentials are of account " MODEL_ACCOUNT
			", which AllowedAccounts= doesn't have");
	}
	assert_int_equal(ask(fixture, ALL)->code, REPLY_OK);
	assert_int_equal(model_requests(&fixture->model, "GetCallerIdentity"), 1);
	assert_int_equal(model_requests(&fixture->model, "CreateStack"), 0);

	texts_add(&fixture->settings->allowed_accounts, MODEL_ACCOUNT);
	cloudformation_settings(fixture->client, fixture->settings);
	assert_int_equal(ask(fixture, CREATE("web"))->code, REPLY_OK);
	assert_int_equal(model_requests(&fixture->model, "GetCallerIdentity"), 2);
}

static void test_keys_of_another_account(void **state)
{
	struct fixture *fixture = *state;
	char *folder;
	AUTO(free_text) char *path = keys_in_file(fixture, &folder);

	write_keys(path, MODEL_KEY, MODEL_SECRET, "");
	texts_add(&fixture->settings->allowed_accounts, MODEL_ACCOUNT);
	open_client(fixture);
	assert_int_equal(ask(fixture, CREATE("a"))->code, REPLY_OK);
	scenario(fixture, OTHER_ACCOUNT);
	write_keys(path, "OTHER", "s", "aws_session_token = t\n");
	assert_non_null(
		strstr(ask(fixture, CREATE("b"))->error.text, "of account 222222222222, which"));
	assert_int_equal(model_requests(&fixture->model, "CreateStack"), 1);
	scratch_remove(folder);
	free(folder);
}

static void test_account_that_nobody_tells(void **state)
{
	struct fixture *fixture = *state;

	texts_add(&fixture->settings->allowed_accounts, MODEL_ACCOUNT);
	open_client(fixture);
	scenario(fixture, "{\"faults\": [{\"kind\": \"hang\"}]}");
	const struct reply *reply = ask(fixture, CREATE("web"));

	assert_int_equal(reply->error.kind, ERROR_TRANSIENT);
	assert_int_equal(reply->effect, EFFECT_NONE);
	assert_non_null(strstr(reply->error.text, "AllowedAccounts= can't be checked: "));
	assert_int_equal(model_requests(&fixture->model, "CreateStack"), 0);
	assert_int_equal(ask(fixture, CREATE("web"))->effect, EFFECT_CONFIRMED);
}

/* --- the end --- */

static void test_close_from_a_callback(void **state)
{
	struct fixture *fixture = *state;

	texts_add(&fixture->settings->allowed_accounts, MODEL_ACCOUNT);
	open_client(fixture);
	scenario(fixture, "{\"faults\": [{\"kind\": \"hang\", \"action\": "
			  "\"GetCallerIdentity\"}]}");
	send_call(fixture, CREATE("web"));
	for (int i = 0; i < 5; i++)
		send_call(fixture, ALL);
	fixture->close = true;
	run_until(fixture, 1);
}

static void test_close_where_answers_are_due(void **state)
{
	struct fixture *fixture = *state;

	pairs_remove(&fixture->environment, "AWS_SECRET_ACCESS_KEY");
	open_client(fixture);
	for (int i = 0; i < 5; i++)
		send_call(fixture, ALL);
	fixture->close = true;
	run_until(fixture, 1);
}

/* The tear-down closes while all kinds of calls are out; it sees that nothing is left. */
static void test_close_in_the_middle(void **state)
{
	struct fixture *fixture = *state;

	open_client(fixture);
	scenario(fixture, "{\"faults\": [{\"kind\": \"hang\", \"count\": 5}]}");
	for (int i = 0; i < 5; i++)
		send_call(fixture, i % 2 ? ALL : CREATE("web"));
	for (size_t i = 0; i < 50 && model_requests(&fixture->model, NULL) < 5; i++)
		uv_run(&fixture->loop, UV_RUN_NOWAIT);
	assert_int_equal(fixture->answers, 0);
	send_call(fixture, ALL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(test_every_kind_of_call),
		TEST(test_many_at_once),
		TEST(test_regions_and_services),
		TEST(test_faults),
		TEST(test_a_change_is_sent_once),
		TEST(test_reply_over_the_ceiling),
		TEST(test_nobody_listens),
		TEST(test_clocks_differ),
		TEST(test_resent_once),
		TEST(test_keys_that_change),
		TEST(test_no_keys),
		TEST(test_region_of_the_environment),
		TEST(test_allowed_account),
		TEST(test_another_account),
		TEST(test_keys_of_another_account),
		TEST(test_account_that_nobody_tells),
		TEST(test_close_from_a_callback),
		TEST(test_close_where_answers_are_due),
		TEST(test_close_in_the_middle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
