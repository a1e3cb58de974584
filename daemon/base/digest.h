/* SHA-256 and HMAC-SHA-256, by libcrypto. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DIGEST_SIZE = 32, DIGEST_HEX_SIZE = 2 * DIGEST_SIZE + 1 };

struct digest {
	uint8_t bytes[DIGEST_SIZE];
};

struct digest digest_of(const void *bytes, size_t length);
struct digest digest_hmac(const void *key, size_t key_length, const void *bytes, size_t length);
bool digest_equal(const struct digest *a, const struct digest *b); /* in constant time */
bool digest_is_zero(const struct digest *digest);

/* Lower-case hex. `characters` is 1 to 64; out holds one more, for the NUL. */
void digest_hex(const struct digest *digest, char *out, size_t characters);
bool digest_from_hex(struct digest *digest, const char *hex); /* exactly 64 hex digits */

/* A digest over several fields: each goes in with its length, so that no two lists of fields give
 * the same bytes. Zeroed by digest_begin(). */
struct digest_stream {
	void *context;
};

void digest_begin(struct digest_stream *stream);
void digest_add(struct digest_stream *stream, const void *bytes, size_t length);
void digest_field(struct digest_stream *stream, const char *text); /* NULL differs from "" */
struct digest digest_end(struct digest_stream *stream);            /* and frees the stream */
