/* Signature version 4, in the headers of one request (platform.md §1.2, fact sheet §7.1). What is
 * given is what is signed and sent: same method, path, query, headers and body. Sign when the
 * request really leaves, and again for each try. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/pairs.h"

struct sigv4_keys {
	const char *access_key, *secret_key;
	const char *session_token; /* NULL: none; it is signed along */
};

struct sigv4_request {
	const char *method;
	const char *path; /* as sent, without query; never normalised; for S3, which encodes it only
			   * once, as it is before it is encoded to be sent */
	const struct pairs *query; /* decoded; NULL: none */
	const char *body;
	size_t body_length;
	const char *region, *service;
	uint64_t wall_ms; /* with the endpoint's clock offset */
};

/* What was computed on the way, for tests; holds the session token. */
struct sigv4_stages {
	char *canonical, *to_sign, *signature;
};

/* `headers` are those to be signed and sent, "Host" (with its port, unless it is the scheme's own)
 * and "Content-Type" among them. Adds X-Amz-Date, X-Amz-Security-Token where there is one, and
 * Authorization. `stages` may be NULL; else free it with sigv4_stages_done(). */
void sigv4_sign(const struct sigv4_keys *keys, const struct sigv4_request *request,
	struct pairs *headers, struct sigv4_stages *stages);
void sigv4_stages_done(struct sigv4_stages *stages);
