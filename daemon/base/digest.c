#include "base/digest.h"

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/memory.h"

struct digest digest_of(const void *bytes, size_t length)
{
	struct digest digest;

	if (!EVP_Digest(bytes, length, digest.bytes, NULL, EVP_sha256(), NULL))
		abort();
	return digest;
}

struct digest digest_hmac(const void *key, size_t key_length, const void *bytes, size_t length)
{
	struct digest digest;

	if (!HMAC(EVP_sha256(), key, (int)key_length, bytes, length, digest.bytes, NULL))
		abort();
	return digest;
}

bool digest_equal(const struct digest *a, const struct digest *b)
{
	return CRYPTO_memcmp(a->bytes, b->bytes, DIGEST_SIZE) == 0;
}

bool digest_is_zero(const struct digest *digest)
{
	static const struct digest zero;

	return digest_equal(digest, &zero);
}

void digest_hex(const struct digest *digest, char *out, size_t characters)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < characters; i++)
		out[i] = digits[i % 2 ? digest->bytes[i / 2] & 15 : digest->bytes[i / 2] >> 4];
	out[characters] = '\0';
}

static int hex_value(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool digest_from_hex(struct digest *digest, const char *hex)
{
	if (!hex || strlen(hex) != DIGEST_HEX_SIZE - 1)
		return false;
	for (size_t i = 0; i < DIGEST_SIZE; i++) {
		int high = hex_value(hex[2 * i]);
		int low = hex_value(hex[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		digest->bytes[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

void digest_begin(struct digest_stream *stream)
{
	stream->context = EVP_MD_CTX_new();
	if (!stream->context || !EVP_DigestInit_ex(stream->context, EVP_sha256(), NULL))
		abort();
}

void digest_add(struct digest_stream *stream, const void *bytes, size_t length)
{
	if (length && !EVP_DigestUpdate(stream->context, bytes, length))
		abort();
}

void digest_field(struct digest_stream *stream, const char *text)
{
	uint64_t length = text ? strlen(text) : UINT64_MAX;

	digest_add(stream, &length, sizeof(length));
	if (text)
		digest_add(stream, text, strlen(text));
}

struct digest digest_end(struct digest_stream *stream)
{
	struct digest digest;

	if (!EVP_DigestFinal_ex(stream->context, digest.bytes, NULL))
		abort();
	EVP_MD_CTX_free(stream->context);
	stream->context = NULL;
	return digest;
}
