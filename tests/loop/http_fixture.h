/* An HTTP client and a scripted server on one loop, for the tests of http. */
#pragma once

#include "base/text.h"
#include "io/http.h"
#include "web_server.h"

enum { CEILING_MS = 20000, SHORT_MS = 200, REPLY_LIMIT = 1000 };

#define DATE "Mon, 24 Oct 2016 22:04:17 GMT"
#define OK_HEAD "HTTP/1.1 200 OK\r\nDate: " DATE "\r\nx-amzn-RequestId: r-1\r\n"
#define OK_ANSWER OK_HEAD "Content-Length: 5\r\n\r\nhello"

struct http_fixture {
	uv_loop_t loop;
	uv_timer_t guard;
	bool expired;
	struct web_server server;
	struct http *http;
	char *url;
	const char *ca_bundle; /* what the next http_open() trusts; NULL: the distribution's */
	bool closed;
};

struct http_outcome {
	struct http_fixture *fixture;
	size_t count;
	bool inside; /* http_send() has not returned yet */
	struct error error;
	bool sent;
	int status;
	struct text body;
	char *date, *request_id;
	struct http_transfer *victim; /* cancelled from the callback */
	bool close;                   /* closes the client from the callback */
};

int http_set_up(void **state);

/* Closes all and sees that nothing was left: the loop runs dry. */
int http_tear_down(void **state);

void http_open(struct http_fixture *fixture, uint64_t timeout_ms);
void http_end(struct http_fixture *fixture);
void http_finish(struct http_fixture *fixture); /* ends it, and waits until that is done */
void http_run_until(struct http_fixture *fixture, const size_t *count, size_t wanted);
void http_script(struct http_fixture *fixture, const struct web_answer *answers, size_t length);

struct http_transfer *http_post_to(
	struct http_fixture *fixture, const char *url, bool once, struct http_outcome *outcome);
struct http_transfer *http_post_one(struct http_fixture *fixture, struct http_outcome *outcome);
void http_outcome_done(struct http_outcome *outcome);

extern const struct web_answer http_fine, http_silent;
