#include "cloudformation/signature.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/text.h"

bool refuse_as(struct refusal *refusal, int status, const char *code, const char *format, ...)
{
	va_list arguments;

	refusal->status = status;
	refusal->code = code;
	va_start(arguments, format);
	vsnprintf(refusal->text, sizeof(refusal->text), format, arguments);
	va_end(arguments);
	return false;
}

const char *header_value(const struct model_request *request, const char *name)
{
	for (size_t i = 0; i < request->headers.count; i++)
		if (strcasecmp(request->headers.items[i].name, name) == 0)
			return request->headers.items[i].value;
	return NULL;
}

/* Copies what stands before one of the ends (or the whole rest) and steps over it; false where it
 * is empty or too long. */
static bool copy_until(const char **at, const char *ends, char *out, size_t size)
{
	size_t length = strcspn(*at, ends);

	if (!length || length >= size)
		return false;
	memcpy(out, *at, length);
	out[length] = '\0';
	*at += length + ((*at)[length] != '\0');
	return true;
}

static bool read_member(
	const char *header, const char *name, const char *ends, char *out, size_t size)
{
	const char *at = strstr(header, name);

	if (!at)
		return false;
	at += strlen(name);
	return copy_until(&at, ends, out, size);
}

bool signature_read(const struct model_request *request, struct signature *out)
{
	const char *header = header_value(request, "Authorization");
	char end[16];

	*out = (struct signature){0};
	if (!header || !text_starts(header, "AWS4-HMAC-SHA256 "))
		return false;
	const char *at = strstr(header, "Credential=");

	if (!at)
		return false;
	at += strlen("Credential=");
	return copy_until(&at, "/,", out->access_key, sizeof(out->access_key)) &&
	       copy_until(&at, "/,", out->date, sizeof(out->date)) &&
	       copy_until(&at, "/,", out->region, sizeof(out->region)) &&
	       copy_until(&at, "/,", out->service, sizeof(out->service)) &&
	       copy_until(&at, "/, ", end, sizeof(end)) && strcmp(end, "aws4_request") == 0 &&
	       read_member(header, "SignedHeaders=", ", ", out->signed_headers,
		       sizeof(out->signed_headers)) &&
	       read_member(header, "Signature=", ", ", out->signature, sizeof(out->signature));
}

/* Outer white space goes, inner runs become one blank. */
static void add_trimmed(struct text *out, const char *value)
{
	bool pending = false;
	bool any = false;

	for (; *value; value++) {
		if (*value == ' ' || *value == '\t') {
			pending = any;
			continue;
		}
		if (pending)
			text_add_char(out, ' ');
		text_add_char(out, *value);
		pending = false;
		any = true;
	}
}

/* Every value of the header, in order, with commas between; false where it was not sent. */
static bool add_header(struct text *out, const struct model_request *request, const char *name)
{
	bool found = false;

	for (size_t i = 0; i < request->headers.count; i++) {
		const struct pair *header = &request->headers.items[i];

		if (strcasecmp(header->name, name) != 0)
			continue;
		if (found)
			text_add_char(out, ',');
		else
			text_format(out, "%s:", name);
		add_trimmed(out, header->value);
		found = true;
	}
	text_add_char(out, '\n');
	return found;
}

static bool is_signed(const struct signature *signature, const char *name)
{
	size_t length = strlen(name);

	for (const char *at = signature->signed_headers; *at;) {
		size_t here = strcspn(at, ";");

		if (here == length && strncasecmp(at, name, length) == 0)
			return true;
		at += here + (at[here] == ';');
	}
	return false;
}

/* The path and query go in as they came. */
static bool canonical_request(const struct model_request *request,
	const struct signature *signature, const char *content_hash, struct text *out)
{
	const char *query = strchr(request->target, '?');
	size_t path_length = query ? (size_t)(query - request->target) : strlen(request->target);
	char hash[DIGEST_HEX_SIZE];

	text_format(out, "%s\n%.*s\n%s\n", request->method, (int)path_length, request->target,
		query ? query + 1 : "");
	for (const char *at = signature->signed_headers; *at;) {
		char name[128];

		if (!copy_until(&at, ";", name, sizeof(name)) || !add_header(out, request, name))
			return false;
	}
	struct digest digest = digest_of(request->body, request->body_length);

	digest_hex(&digest, hash, DIGEST_HEX_SIZE - 1);
	text_format(out, "\n%s\n%s", signature->signed_headers, content_hash ? content_hash : hash);
	return true;
}

static struct digest keyed(const struct digest *key, const char *text)
{
	return digest_hmac(key->bytes, DIGEST_SIZE, text, strlen(text));
}

static void sign(const struct signature *signature, const char *secret_key, const char *date_time,
	const struct text *canonical, char out[DIGEST_HEX_SIZE])
{
	AUTO(free_text) char *key_text = xasprintf("AWS4%s", secret_key);
	struct digest request_digest = digest_of(canonical->data, canonical->length);
	char request_hex[DIGEST_HEX_SIZE];

	digest_hex(&request_digest, request_hex, DIGEST_HEX_SIZE - 1);
	AUTO(free_text)
	char *to_sign = xasprintf("AWS4-HMAC-SHA256\n%s\n%s/%s/%s/aws4_request\n%s", date_time,
		signature->date, signature->region, signature->service, request_hex);
	struct digest key =
		digest_hmac(key_text, strlen(key_text), signature->date, strlen(signature->date));

	key = keyed(&key, signature->region);
	key = keyed(&key, signature->service);
	key = keyed(&key, "aws4_request");
	key = keyed(&key, to_sign);
	digest_hex(&key, out, DIGEST_HEX_SIZE - 1);
}

static bool parse_time(const char *text, uint64_t *time_ms)
{
	struct tm parts = {0};
	const char *end = strptime(text, "%Y%m%dT%H%M%SZ", &parts);

	if (!end || *end || strlen(text) != strlen("20260807T101112Z"))
		return false;
	*time_ms = (uint64_t)timegm(&parts) * 1000;
	return true;
}

static void compact_time(uint64_t time_ms, char out[20])
{
	time_t seconds = (time_t)(time_ms / 1000);
	struct tm parts;

	gmtime_r(&seconds, &parts);
	strftime(out, 20, "%Y%m%dT%H%M%SZ", &parts);
}

static bool check_skew(const char *date_time, uint64_t sent_ms, const struct signature_check *check,
	struct refusal *refusal)
{
	char now[20];
	char limit[20];

	compact_time(check->now_ms, now);
	if (sent_ms + check->behind_ms < check->now_ms) {
		compact_time(check->now_ms - check->behind_ms, limit);
		return refuse_as(refusal, 403, "SignatureDoesNotMatch",
			"Signature expired: %s is now earlier than %s (%s - %u min.)", date_time,
			limit, now, (unsigned)(check->behind_ms / 60000));
	}
	if (sent_ms > check->now_ms + check->ahead_ms) {
		compact_time(check->now_ms + check->ahead_ms, limit);
		return refuse_as(refusal, 403, "SignatureDoesNotMatch",
			"Signature not yet current: %s is still later than %s (%s + %u min.)",
			date_time, limit, now, (unsigned)(check->ahead_ms / 60000));
	}
	return true;
}

static bool check_scope(const struct signature *signature, const char *date_time,
	const struct signature_check *check, struct refusal *refusal)
{
	if (strcmp(signature->service, check->service) != 0)
		return refuse_as(refusal, 403, "SignatureDoesNotMatch",
			"Credential should be scoped to correct service: '%s'. ", check->service);
	if (!strchr(signature->region, '-'))
		return refuse_as(refusal, 403, "SignatureDoesNotMatch",
			"Credential should be scoped to a valid region, not '%s'. ",
			signature->region);
	if (strncmp(signature->date, date_time, 8) != 0)
		return refuse_as(refusal, 403, "SignatureDoesNotMatch",
			"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of "
			"date from HTTP: '%s' != '%.8s', from '%s'.",
			signature->date, date_time, date_time);
	return true;
}

/* The token has to be the one that belongs to the key. */
static bool check_token(const struct model_request *request, const struct signature_check *check,
	struct refusal *refusal)
{
	const char *sent = header_value(request, "X-Amz-Security-Token");

	if (!sent && !check->session_token)
		return true;
	if (sent && check->session_token && strcmp(sent, check->session_token) == 0)
		return true;
	return refuse_as(refusal, 403, "InvalidClientTokenId",
		"The security token included in the request is invalid.");
}

bool signature_check(const struct model_request *request, const struct signature *signature,
	const struct signature_check *check, struct refusal *refusal)
{
	const char *date_time = header_value(request, "X-Amz-Date");
	AUTO_DONE(text_done) struct text canonical = {0};
	char expected[DIGEST_HEX_SIZE];
	uint64_t sent_ms = 0;

	if (!date_time || !parse_time(date_time, &sent_ms))
		return refuse_as(refusal, 400, "IncompleteSignature",
			"Authorization header requires existence of either a 'X-Amz-Date' or a "
			"'Date' header.");
	if (!check_token(request, check, refusal) ||
		!check_scope(signature, date_time, check, refusal) ||
		!check_skew(date_time, sent_ms, check, refusal))
		return false;
	bool complete = is_signed(signature, "host") && is_signed(signature, "x-amz-date");

	if (header_value(request, "X-Amz-Security-Token"))
		complete = complete && is_signed(signature, "x-amz-security-token");
	if (complete && canonical_request(request, signature, check->content_hash, &canonical)) {
		sign(signature, check->secret_key, date_time, &canonical, expected);
		if (strcmp(expected, signature->signature) == 0)
			return true;
	}
	return refuse_as(refusal, 403, "SignatureDoesNotMatch",
		"The request signature we calculated does not match the signature you provided. "
		"Check your AWS Secret Access Key and signing method. Consult the service "
		"documentation for details.");
}
