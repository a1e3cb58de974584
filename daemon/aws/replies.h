/* Whatever the network brought becomes one typed reply: success, refusal, rubbish, or nothing. */
#pragma once

#include "engine/call.h"

/* What came back over HTTP; borrowed. */
struct answer {
	int http_status;
	const char *date;       /* the Date header; NULL: none */
	const char *request_id; /* x-amzn-RequestId; NULL: none */
	const char *body;
	size_t length;
};

/* *reply is zeroed before; the caller frees it with reply_done(). Where the reply is no success it
 * holds nothing but code, effect, error, scope_wide, aws_code, request_id and http_status.
 *
 * effect: confirmed with a success; none where AWS itself refused (4xx with its code), and for
 * every failed call that changes nothing; else maybe. */
void replies_read(enum call_kind kind, const struct answer *answer, struct reply *reply);

/* No answer came, or none was asked for: refused connection, timeout, unresolved name, no
 * credentials, a reply over the ceiling. `why` says what to do (ERROR_TRANSIENT, ERROR_DENIED) and
 * what to say; `sent` is whether any byte of the request may have left. */
void replies_lost(enum call_kind kind, const struct error *why, bool sent, struct reply *reply);
