#include "base/text.h"

#include <stdio.h>
#include <string.h>

void text_done(struct text *text)
{
	if (text->secret)
		wipe(text->data, text->size);
	free(text->data);
	*text = (struct text){.limit = text->limit, .secret = text->secret};
}

void text_clear(struct text *text)
{
	text->length = 0;
	text->overflow = false;
	if (text->data)
		text->data[0] = '\0';
}

/* realloc() would leave a copy behind. */
static void grow_secret(struct text *text, size_t needed)
{
	struct text larger = *text;

	if (needed <= text->size)
		return;
	larger.data = NULL;
	larger.size = 0;
	GROW(larger.data, larger.size, needed > 2 * text->size ? needed : 2 * text->size);
	if (text->data)
		memcpy(larger.data, text->data, text->length + 1);
	wipe(text->data, text->size);
	free(text->data);
	*text = larger;
}

void text_add_bytes(struct text *text, const void *bytes, size_t length)
{
	if (text->overflow)
		return;
	if (text->limit && length > text->limit - text->length) {
		text->overflow = true;
		return;
	}
	if (text->secret)
		grow_secret(text, text->length + length + 1);
	GROW(text->data, text->size, text->length + length + 1);
	if (length)
		memcpy(text->data + text->length, bytes, length);
	text->length += length;
	text->data[text->length] = '\0';
}

void text_add(struct text *text, const char *string)
{
	text_add_bytes(text, string, strlen(string));
}

void text_add_cut(struct text *text, const char *string, size_t limit)
{
	size_t length = strnlen(string, limit + 1);

	if (length > limit)
		for (length = limit; length && ((unsigned char)string[length] & 0xc0) == 0x80;)
			length--;
	text_add_bytes(text, string, length);
}

void text_add_char(struct text *text, char c)
{
	text_add_bytes(text, &c, 1);
}

void text_format(struct text *text, const char *format, ...)
{
	char small[256];
	va_list arguments;

	va_start(arguments, format);
	int length = vsnprintf(small, sizeof(small), format, arguments);
	va_end(arguments);
	if (length < 0)
		abort();
	if ((size_t)length < sizeof(small)) {
		text_add_bytes(text, small, (size_t)length);
		return;
	}
	va_start(arguments, format);
	AUTO(free_text) char *large = xvasprintf(format, arguments);
	va_end(arguments);
	text_add(text, large);
}

const char *text_string(const struct text *text)
{
	return text->data ? text->data : "";
}

char *text_take(struct text *text)
{
	char *data = text->data ? text->data : xstrdup("");

	*text = (struct text){.limit = text->limit};
	return data;
}

static bool is_plain_in_json(char c)
{
	return (unsigned char)c >= 0x20 && c != '"' && c != '\\' && c != 0x7f;
}

static void add_escape(struct text *text, char c)
{
	switch (c) {
	case '\n':
		text_add(text, "\\n");
		break;
	case '\r':
		text_add(text, "\\r");
		break;
	case '\t':
		text_add(text, "\\t");
		break;
	case '"':
	case '\\':
		text_format(text, "\\%c", c);
		break;
	default:
		text_format(text, "\\u%04x", (unsigned char)c);
		break;
	}
}

/* Most of a text stands as it is, so runs are added as a whole. */
void text_add_json(struct text *text, const char *bytes, size_t length)
{
	const char *end = bytes + length;

	text_add_char(text, '"');
	for (const char *at = bytes; at < end; bytes = ++at) {
		while (at < end && is_plain_in_json(*at))
			at++;
		text_add_bytes(text, bytes, (size_t)(at - bytes));
		if (at == end)
			break;
		add_escape(text, *at);
	}
	text_add_char(text, '"');
}

void text_add_percent(struct text *text, const char *bytes, size_t length, const char *also)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)bytes[i];
		char escaped[] = {'%', digits[c >> 4], digits[c & 15]};
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			     (c >= '0' && c <= '9') || (c && strchr("-._~", c)) ||
			     (c && strchr(also, c));

		text_add_bytes(text, plain ? (const char *)&c : escaped, plain ? 1 : 3);
	}
}

/* Length of the well-formed sequence at `s` (RFC 3629, table 3-7 of Unicode), 0 if there is none.
 */
static size_t utf8_sequence(const unsigned char *s, size_t left)
{
	if (s[0] < 0x80)
		return s[0] ? 1 : 0;
	size_t length = s[0] >= 0xc2 && s[0] <= 0xdf   ? 2
			: s[0] >= 0xe0 && s[0] <= 0xef ? 3
			: s[0] >= 0xf0 && s[0] <= 0xf4 ? 4
						       : 0;
	if (!length || length > left)
		return 0;
	unsigned char low = s[0] == 0xe0 ? 0xa0 : s[0] == 0xf0 ? 0x90 : 0x80;
	unsigned char high = s[0] == 0xed ? 0x9f : s[0] == 0xf4 ? 0x8f : 0xbf;

	if (s[1] < low || s[1] > high)
		return 0;
	for (size_t i = 2; i < length; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	return length;
}

bool utf8_valid(const char *bytes, size_t length, size_t *bad)
{
	const unsigned char *s = (const unsigned char *)bytes;

	for (size_t i = 0; i < length;) {
		size_t step = utf8_sequence(s + i, length - i);

		if (!step) {
			if (bad)
				*bad = i;
			return false;
		}
		i += step;
	}
	return true;
}

bool text_same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

bool text_starts(const char *string, const char *prefix)
{
	return strncmp(string, prefix, strlen(prefix)) == 0;
}

bool text_ends(const char *string, const char *suffix)
{
	size_t length = strlen(string);
	size_t tail = strlen(suffix);

	return length >= tail && memcmp(string + length - tail, suffix, tail) == 0;
}
