/* Requests on their way to AWS: the endpoint, the host's clock, the signature, the request. What
 * calls and credentials send goes out here. */
#pragma once

#include "aws/credentials.h"
#include "aws/endpoint.h"
#include "aws/session.h"
#include "aws/surroundings.h"
#include "base/text.h"
#include "io/http.h"

struct sender {
	struct http *http;
	const struct pairs *environment;
	char *endpoint_url;            /* EndpointUrl=; NULL: none */
	bool plain_http;               /* AllowPlainHttp= */
	struct client_profile profile; /* the chosen one */
	struct sessions sessions;
};

void sender_done(struct sender *sender); /* all but http and environment */

/* endpoint_find() with what is set now; an error is ERROR_DENIED: one stack's edit doesn't mend it.
 */
bool sender_endpoint(const struct sender *sender, const char *service, const char *region,
	struct endpoint *out, struct error *e);

/* Usually a form that is POSTed. */
struct sender_form {
	const struct endpoint *endpoint;
	const char *service;
	const struct credentials *keys; /* NULL: not signed */
	const struct text *form;        /* the body; NULL: none */
	const char *method;             /* NULL: POST */
	const struct pairs *headers;    /* but Host; NULL: the Content-Type of a form */
	bool once, secret;              /* as in struct http_request */
	uint64_t timeout_ms;            /* likewise */
};

/* One try. *session is the host's, *signed_ms the time that was signed with. */
struct http_transfer *sender_send(struct sender *sender, const struct sender_form *form,
	struct session **session, uint64_t *signed_ms, http_done *done, void *owner);

/* CLOCK_REALTIME */
uint64_t sender_wall_ms(void);
