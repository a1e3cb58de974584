#include "client_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/memory.h"

static void on_expired(uv_timer_t *guard)
{
	((struct client_fixture *)guard->data)->expired = true;
}

static void on_closed(void *owner)
{
	((struct client_fixture *)owner)->closed = true;
}

int client_set_up(void **state)
{
	struct client_fixture *fixture = xcalloc(1, sizeof(*fixture));

	uv_loop_init(&fixture->loop);
	uv_timer_init(&fixture->loop, &fixture->guard);
	fixture->guard.data = fixture;
	uv_timer_start(&fixture->guard, on_expired, CEILING_MS, 0);
	model_process_start(&fixture->model);
	fixture->timeout_ms = CEILING_MS;
	fixture->settings = settings_new();
	pairs_add(&fixture->environment, "AWS_ENDPOINT_URL", fixture->model.endpoint);
	pairs_add(&fixture->environment, "AWS_ACCESS_KEY_ID", MODEL_KEY);
	pairs_add(&fixture->environment, "AWS_SECRET_ACCESS_KEY", MODEL_SECRET);
	*state = fixture;
	return 0;
}

void client_end(struct client_fixture *fixture)
{
	cloudformation_close(fixture->client, on_closed, fixture);
	fixture->client = NULL;
}

void client_finish(struct client_fixture *fixture)
{
	fixture->closed = false;
	client_end(fixture);
	while (!fixture->closed && !fixture->expired)
		uv_run(&fixture->loop, UV_RUN_ONCE);
	assert_true(fixture->closed);
}

int client_tear_down(void **state)
{
	struct client_fixture *fixture = *state;

	if (fixture->client)
		client_end(fixture);
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

void client_open(struct client_fixture *fixture)
{
	struct cloudformation_options options = {.connect_timeout_ms = fixture->timeout_ms,
		.timeout_ms = fixture->timeout_ms,
		.reply_limit = 20000};

	fixture->client = cloudformation_new_with(&fixture->loop, &fixture->environment, &options);
	cloudformation_settings(fixture->client, fixture->settings);
}

static void on_reply(void *owner, uint64_t call, struct reply *reply)
{
	struct client_fixture *fixture = owner;

	assert_false(fixture->inside);
	uv_stop(&fixture->loop);
	fixture->answers++;
	fixture->answered = call;
	reply_done(&fixture->reply);
	fixture->reply = *reply;
	*reply = (struct reply){0};
	if (fixture->close)
		client_end(fixture);
}

void client_send(struct client_fixture *fixture, struct call call)
{
	call.id = ++fixture->number;
	if (!call.region)
		call.region = (char *)(uintptr_t) "eu-west-1";
	fixture->inside = true;
	cloudformation_call(fixture->client, &call, on_reply, fixture);
	fixture->inside = false;
}

void client_run_until(struct client_fixture *fixture, size_t answers)
{
	while (fixture->answers < answers && !fixture->expired)
		uv_run(&fixture->loop, UV_RUN_ONCE);
	assert_int_equal(fixture->answers, answers);
}

const struct reply *client_ask(struct client_fixture *fixture, struct call call)
{
	size_t before = fixture->answers;

	client_send(fixture, call);
	client_run_until(fixture, before + 1);
	assert_int_equal(fixture->answered, fixture->number);
	return &fixture->reply;
}

void client_scenario(struct client_fixture *fixture, const char *json)
{
	free(model_control(&fixture->model, "/scenario", json));
}
