#include "http_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"

static void on_expired(uv_timer_t *guard)
{
	((struct http_fixture *)guard->data)->expired = true;
}

static void on_http_closed(void *owner)
{
	((struct http_fixture *)owner)->closed = true;
}

void http_end(struct http_fixture *fixture)
{
	http_close(fixture->http, on_http_closed, fixture);
	fixture->http = NULL;
}

void http_open(struct http_fixture *fixture, uint64_t timeout_ms)
{
	struct http_options options = {.connect_timeout_ms = timeout_ms,
		.timeout_ms = timeout_ms,
		.reply_limit = REPLY_LIMIT,
		.ca_bundle = fixture->ca_bundle};

	fixture->http = http_new(&fixture->loop, &options);
}

void http_finish(struct http_fixture *fixture)
{
	fixture->closed = false;
	http_end(fixture);
	while (!fixture->closed && !fixture->expired)
		uv_run(&fixture->loop, UV_RUN_ONCE);
	assert_true(fixture->closed);
}

int http_set_up(void **state)
{
	struct http_fixture *fixture = xcalloc(1, sizeof(*fixture));

	uv_loop_init(&fixture->loop);
	uv_timer_init(&fixture->loop, &fixture->guard);
	fixture->guard.data = fixture;
	uv_timer_start(&fixture->guard, on_expired, CEILING_MS, 0);
	web_server_start(&fixture->server, &fixture->loop);
	fixture->url = xasprintf("http://127.0.0.1:%u/", fixture->server.port);
	*state = fixture;
	return 0;
}

int http_tear_down(void **state)
{
	struct http_fixture *fixture = *state;

	if (fixture->http)
		http_end(fixture);
	web_server_stop(&fixture->server);
	uv_close((uv_handle_t *)&fixture->guard, NULL);
	uv_run(&fixture->loop, UV_RUN_DEFAULT);
	int result = fixture->closed ? uv_loop_close(&fixture->loop) : -1;

	free(fixture->url);
	free(fixture);
	return result;
}

void http_run_until(struct http_fixture *fixture, const size_t *count, size_t wanted)
{
	while (*count < wanted && !fixture->expired)
		uv_run(&fixture->loop, UV_RUN_ONCE);
	assert_int_equal(*count, wanted);
}

static void on_done(void *owner, const struct http_reply *reply)
{
	struct http_outcome *outcome = owner;

	assert_false(outcome->inside);
	outcome->count++;
	uv_stop(&outcome->fixture->loop); /* a timer's turn goes on to wait otherwise */
	outcome->error = reply->error;
	outcome->sent = reply->sent;
	outcome->status = reply->status;
	if (reply->error.kind == ERROR_NONE)
		text_add_bytes(&outcome->body, reply->body, reply->length);
	replace_text(&outcome->date, reply->date);
	replace_text(&outcome->request_id, reply->request_id);
	if (outcome->victim)
		http_cancel(outcome->victim);
	if (outcome->close)
		http_end(outcome->fixture);
}

void http_outcome_done(struct http_outcome *outcome)
{
	text_done(&outcome->body);
	free(outcome->date);
	free(outcome->request_id);
}

struct http_transfer *http_post_to(
	struct http_fixture *fixture, const char *url, bool once, struct http_outcome *outcome)
{
	AUTO_DONE(pairs_done) struct pairs headers = {0};
	struct http_request request = {
		.url = url, .headers = &headers, .body = "A=1&B=2", .body_length = 7, .once = once};

	pairs_add(&headers, "Host", "signed.example.com");
	pairs_add(&headers, "Content-Type", "text/x; charset=utf-8");
	outcome->fixture = fixture;
	outcome->inside = true;
	struct http_transfer *transfer = http_send(fixture->http, &request, on_done, outcome);

	outcome->inside = false;
	return transfer;
}

struct http_transfer *http_post_one(struct http_fixture *fixture, struct http_outcome *outcome)
{
	return http_post_to(fixture, fixture->url, false, outcome);
}

void http_script(struct http_fixture *fixture, const struct web_answer *answers, size_t length)
{
	web_server_script(&fixture->server, answers, length);
}

const struct web_answer http_fine = {OK_ANSWER, WEB_KEEP};
const struct web_answer http_silent = {NULL, WEB_KEEP};
