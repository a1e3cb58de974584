/* The JSON in which keys are handed out: by a program, a container's endpoint, an instance's
 * metadata. Hostile until read; what held secrets is wiped. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "aws/credentials.h"
#include "base/error.h"

enum { CREDENTIALS_REPLY_LIMIT = 64 * 1024 };

enum credentials_form {
	CREDENTIALS_OF_PROCESS,  /* Version 1; SessionToken and Expiration may be missing */
	CREDENTIALS_OF_ENDPOINT, /* Token and Expiration are there */
};

/* `bytes` has a NUL behind it. *keys is zeroed before, and the caller's in any case; *expires_ms is
 * 0 where they never do. An error is ERROR_DENIED and has nothing of the text, but Code and Message
 * of an endpoint that refuses. */
bool credentials_reply(enum credentials_form form, const char *bytes, size_t length,
	struct credentials *keys, uint64_t *expires_ms, struct error *e);

/* ISO 8601 with "Z", an offset such as +01:00, or neither (UTC); fractions are cut off. */
bool credentials_time(const char *text, uint64_t *ms);
