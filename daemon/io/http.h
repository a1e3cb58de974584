/* Requests over HTTP/1.1 and TLS: libcurl's multi interface on libuv's loop. One client for all
 * hosts: it keeps connections and TLS sessions, and limits nothing per host or in total. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "base/error.h"
#include "base/pairs.h"

struct http;
struct http_transfer;

/* Times in ms. */
struct http_options {
	uint64_t connect_timeout_ms;
	uint64_t timeout_ms;             /* of the whole transfer, resolving the name among it */
	size_t reply_limit;              /* bytes of a reply's body */
	const char *ca_bundle;           /* certificates to trust; NULL: the distribution's */
	const struct pairs *environment; /* says which proxy to use; borrowed; NULL: none */
};

struct http_request {
	const char *method;          /* NULL: POST */
	const char *url;             /* http:// or https:// */
	const struct pairs *headers; /* sent as they are, Host and Content-Type among them */
	const char *body;            /* not with GET and HEAD */
	size_t body_length;
	/* Over a new connection, so that it can't meet one that the server is just closing: libcurl
	 * would send it a second time by itself. */
	bool once;
	bool direct;         /* never through a proxy */
	bool secret;         /* the reply's body is wiped */
	uint64_t timeout_ms; /* of the whole transfer; 0: the client's */
	size_t reply_limit;  /* bytes; 0: the client's */
};

/* All borrowed. */
struct http_reply {
	struct error error; /* ERROR_NONE: an answer came, whole */
	bool sent;          /* any byte of the request may have left */
	int status;
	const char *date;          /* header Date; NULL: none */
	const char *request_id;    /* header x-amzn-RequestId or x-amz-request-id; NULL: none */
	const char *bucket_region; /* header x-amz-bucket-region; NULL: none */
	int64_t content_length;    /* as the header has it, which HEAD has no body to; -1: none */
	const char *body;          /* NUL-terminated */
	size_t length;
};

/* Called exactly once, never from inside http_send(); not after http_cancel() or http_close(). It
 * may call every http_ function. The transfer is gone when it begins. */
typedef void http_done(void *owner, const struct http_reply *reply);

/* Never NULL. The process ignores SIGPIPE from now on. */
struct http *http_new(uv_loop_t *loop, const struct http_options *options);

/* Copies the request; its copy of the body is wiped. Borrowed until the answer or http_cancel(). */
struct http_transfer *http_send(
	struct http *http, const struct http_request *request, http_done *done, void *owner);
void http_cancel(struct http_transfer *transfer);

/* The certificates to trust from now on; NULL: the distribution's. */
void http_trust(struct http *http, const char *ca_bundle);

/* Cancels all transfers and frees it; `closed` (may be NULL) is called when that is done. NULL is
 * closed already, and then `closed` is not called. */
void http_close(struct http *http, void (*closed)(void *owner), void *owner);
