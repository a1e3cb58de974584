#include "aws/sigv4.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/calendar.h"
#include "base/digest.h"
#include "base/memory.h"
#include "base/text.h"

enum { DATE_SIZE = 17, DAY_LENGTH = 8 };

static void add_hex(struct text *out, struct digest digest)
{
	char hex[DIGEST_HEX_SIZE];

	digest_hex(&digest, hex, DIGEST_HEX_SIZE - 1);
	text_add(out, hex);
}

/* "a=b&c=d", encoded, by encoded name and then value. */
static void add_query(struct text *out, const struct pairs *query)
{
	struct texts fields = {0};

	for (size_t i = 0; query && i < query->count; i++) {
		AUTO_DONE(text_done) struct text field = {0};
		const char *value = query->items[i].value ? query->items[i].value : "";

		text_add_percent(&field, query->items[i].name, strlen(query->items[i].name), "");
		text_add_char(&field, '=');
		text_add_percent(&field, value, strlen(value), "");
		texts_add(&fields, text_string(&field));
	}
	texts_sort(&fields);
	AUTO(free_text) char *joined = texts_join(&fields, "&");

	text_add(out, joined);
	texts_done(&fields);
}

/* Without white space around, and one blank for several. */
static void add_header_value(struct text *out, const char *value)
{
	while (*value == ' ' || *value == '\t')
		value++;
	for (; *value; value++) {
		bool blank = *value == ' ' || *value == '\t';

		if (!blank)
			text_add_char(out, *value);
		else if (value[1] && value[1] != ' ' && value[1] != '\t')
			text_add_char(out, ' ');
	}
}

/* Names in lower case, sorted; values of one name joined by commas, in their order. */
static void canonical_headers(const struct pairs *headers, struct text *lines, struct text *names)
{
	struct pairs sorted;

	pairs_copy(&sorted, headers);
	for (size_t i = 0; i < sorted.count; i++)
		for (char *c = sorted.items[i].name; *c; c++)
			*c = (char)tolower((unsigned char)*c);
	pairs_sort(&sorted);
	for (size_t i = 0; i < sorted.count; i++) {
		const char *name = sorted.items[i].name;
		bool again = i && strcmp(sorted.items[i - 1].name, name) == 0;
		bool last = i + 1 == sorted.count || strcmp(sorted.items[i + 1].name, name) != 0;

		text_format(lines, "%s%s", again ? "," : name, again ? "" : ":");
		add_header_value(lines, sorted.items[i].value ? sorted.items[i].value : "");
		if (last)
			text_add_char(lines, '\n');
		if (!again)
			text_format(names, "%s%s", i ? ";" : "", name);
	}
	pairs_done(&sorted);
}

static char *canonical_request(
	const struct sigv4_request *request, const struct text *lines, const struct text *names)
{
	struct text out = {0};

	text_format(&out, "%s\n", request->method);
	text_add_percent(&out, request->path, strlen(request->path), "/");
	text_add_char(&out, '\n');
	add_query(&out, request->query);
	text_format(&out, "\n%s\n%s\n", text_string(lines), text_string(names));
	add_hex(&out, digest_of(request->body ? request->body : "", request->body_length));
	return text_take(&out);
}

static struct digest step(struct digest key, const char *text)
{
	struct digest next = digest_hmac(key.bytes, DIGEST_SIZE, text, strlen(text));

	wipe(&key, sizeof(key));
	return next;
}

static struct digest sign(const struct sigv4_keys *keys, const struct sigv4_request *request,
	const char *day, const char *to_sign)
{
	AUTO(free_secret) char *secret = xasprintf("AWS4%s", keys->secret_key);
	struct digest key = digest_hmac(secret, strlen(secret), day, strlen(day));

	key = step(key, request->region);
	key = step(key, request->service);
	key = step(key, "aws4_request");
	struct digest signature = step(key, to_sign);

	wipe(&key, sizeof(key));
	return signature;
}

void sigv4_sign(const struct sigv4_keys *keys, const struct sigv4_request *request,
	struct pairs *headers, struct sigv4_stages *stages)
{
	char date[DATE_SIZE];
	char day[DAY_LENGTH + 1];
	AUTO_DONE(text_done) struct text lines = {0};
	AUTO_DONE(text_done) struct text names = {0};

	calendar_write(CALENDAR_BASIC, request->wall_ms, date, sizeof(date));
	snprintf(day, sizeof(day), "%.*s", DAY_LENGTH, date);
	pairs_add(headers, "X-Amz-Date", date);
	if (keys->session_token)
		pairs_add(headers, "X-Amz-Security-Token", keys->session_token);
	canonical_headers(headers, &lines, &names);

	AUTO(free_secret) char *canonical = canonical_request(request, &lines, &names);
	AUTO(free_text)
	char *scope = xasprintf("%s/%s/%s/aws4_request", day, request->region, request->service);
	struct text to_sign = {0};

	text_format(&to_sign, "AWS4-HMAC-SHA256\n%s\n%s\n", date, scope);
	add_hex(&to_sign, digest_of(canonical, strlen(canonical)));
	AUTO(free_text) char *signing = text_take(&to_sign);
	struct text signature = {0};

	add_hex(&signature, sign(keys, request, day, signing));
	AUTO(free_text) char *hex = text_take(&signature);
	AUTO(free_text)
	char *authorization =
		xasprintf("AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s",
			keys->access_key, scope, text_string(&names), hex);

	pairs_add(headers, "Authorization", authorization);
	if (lines.data)
		wipe(lines.data, lines.length);
	if (stages)
		*stages = (struct sigv4_stages){take(canonical), take(signing), take(hex)};
}

void sigv4_stages_done(struct sigv4_stages *stages)
{
	free_secret(stages->canonical);
	free(stages->to_sign);
	free(stages->signature);
	*stages = (struct sigv4_stages){0};
}
