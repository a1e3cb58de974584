#include <string.h>

#include "base/document_builder.h"

struct json {
	struct builder builder;
	const char *at, *end;
	const char
		*placed; /* `place` is this byte's; it only moves on, so that places cost little */
	struct place place;
	struct text text; /* the string that is being read */
};

static struct place here(struct json *json)
{
	place_move(&json->place, json->placed, json->at, json->end);
	json->placed = json->at;
	return json->place;
}

static int peek(const struct json *json)
{
	return json->at < json->end ? (unsigned char)*json->at : -1;
}

static bool fail_expected(struct json *json, const char *expected)
{
	int c = peek(json);
	struct place place = here(json);

	if (c < 0)
		return builder_fail(&json->builder, place,
			"found the end of the document, expected %s", expected);
	if (c == '\'')
		return builder_fail(&json->builder, place,
			"found ', expected %s: JSON quotes with \"", expected);
	if (c == '/')
		return builder_fail(&json->builder, place,
			"found '/', expected %s: JSON has no comments", expected);
	if (c > 0x20 && c < 0x7f)
		return builder_fail(&json->builder, place, "found '%c', expected %s", c, expected);
	return builder_fail(&json->builder, place, "found %s, expected %s",
		c < 0x80 ? "a control character" : "a character outside of quotes", expected);
}

static void skip_space(struct json *json)
{
	while (json->at < json->end && strchr(" \t\r\n", *json->at))
		json->at++;
}

static void skip_digits(const char **at, const char *end)
{
	while (*at < end && **at >= '0' && **at <= '9')
		++*at;
}

/* The end of the number at `at`, NULL if there is none. */
static const char *number_end(const char *at, const char *end)
{
	at += at < end && *at == '-';
	const char *digits = at;

	skip_digits(&at, end);
	if (at == digits || (*digits == '0' && at - digits > 1))
		return NULL;
	if (at < end && *at == '.') {
		const char *fraction = ++at;

		skip_digits(&at, end);
		if (at == fraction)
			return NULL;
	}
	if (at < end && (*at == 'e' || *at == 'E')) {
		at++;
		at += at < end && (*at == '+' || *at == '-');
		const char *exponent = at;

		skip_digits(&at, end);
		if (at == exponent)
			return NULL;
	}
	return at;
}

bool json_is_literal(const char *text, size_t length)
{
	static const char *const words[] = {"true", "false", "null"};

	for (size_t i = 0; i < COUNT(words); i++)
		if (length == strlen(words[i]) && memcmp(text, words[i], length) == 0)
			return true;
	return number_end(text, text + length) == text + length;
}

/* A number or a word: everything up to what may follow a value. */
static bool read_literal(struct json *json)
{
	struct place place = here(json);
	const char *start = json->at;

	while (json->at < json->end && !strchr(" \t\r\n,:[]{}\"/", *json->at))
		json->at++;
	size_t length = (size_t)(json->at - start);

	if (!json_is_literal(start, length)) {
		json->at = start;
		if (length && (*start == '-' || *start == '+' || *start == '.' ||
				      (*start >= '0' && *start <= '9')))
			return builder_fail(&json->builder, place,
				"found a malformed number, expected one such as -1.5e3");
		if (length > 1 && *start != '\'')
			return builder_fail(&json->builder, place,
				"found a word, expected a value: text is written in double quotes");
		return fail_expected(json, "a value");
	}
	struct node *node = builder_node(&json->builder, NODE_SCALAR, place);

	node->plain = node->typed = true;
	node->text = xmemdup(start, length);
	node->length = length;
	return builder_scalar(&json->builder, node);
}

static bool read_hex(struct json *json, unsigned *out)
{
	*out = 0;
	for (int i = 0; i < 4; i++, json->at++) {
		int c = peek(json);
		int lower = c | 0x20;

		if (c >= '0' && c <= '9')
			*out = *out * 16 + (unsigned)(c - '0');
		else if (c > 0 && lower >= 'a' && lower <= 'f')
			*out = *out * 16 + (unsigned)(lower - 'a' + 10);
		else
			return fail_expected(json, "four hex digits after \\u");
	}
	return true;
}

static void add_utf8(struct text *text, unsigned c)
{
	if (c < 0x80) {
		text_add_char(text, (char)c);
		return;
	}
	if (c < 0x800) {
		text_add_char(text, (char)(0xc0 | c >> 6));
	} else {
		if (c < 0x10000) {
			text_add_char(text, (char)(0xe0 | c >> 12));
		} else {
			text_add_char(text, (char)(0xf0 | c >> 18));
			text_add_char(text, (char)(0x80 | (c >> 12 & 0x3f)));
		}
		text_add_char(text, (char)(0x80 | (c >> 6 & 0x3f)));
	}
	text_add_char(text, (char)(0x80 | (c & 0x3f)));
}

/* Behind "\u". Half a surrogate pair has no UTF-8, and NUL no place in a text. */
static bool read_unicode(struct json *json, struct place place)
{
	unsigned c, low;

	if (!read_hex(json, &c))
		return false;
	if (!c)
		return builder_fail(
			&json->builder, place, "found \\u0000, expected text without NUL");
	if (c >= 0xd800 && c < 0xdc00 && json->end - json->at >= 2 && json->at[0] == '\\' &&
		json->at[1] == 'u') {
		json->at += 2;
		if (!read_hex(json, &low))
			return false;
		if (low >= 0xdc00 && low < 0xe000) {
			add_utf8(&json->text, 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00));
			return true;
		}
	}
	if (c >= 0xd800 && c < 0xe000)
		return builder_fail(&json->builder, place,
			"found \\u%04x, half of a surrogate pair, expected both halves", c);
	add_utf8(&json->text, c);
	return true;
}

static bool read_escape(struct json *json)
{
	static const char names[] = "\"\\/bfnrt";
	static const char values[] = "\"\\/\b\f\n\r\t";
	struct place place = here(json);

	json->at++;
	int c = peek(json);
	const char *known = c > 0 ? strchr(names, c) : NULL;

	if (c == 'u') {
		json->at++;
		return read_unicode(json, place);
	}
	if (!known)
		return fail_expected(json, "one of \" \\ / b f n r t u after a backslash");
	json->at++;
	text_add_char(&json->text, values[known - names]);
	return true;
}

static bool read_string(struct json *json)
{
	struct place place = here(json);

	text_clear(&json->text);
	for (json->at++; peek(json) != '"';) {
		const char *start = json->at;

		while (json->at < json->end && (unsigned char)*json->at >= 0x20 &&
			*json->at != '"' && *json->at != '\\')
			json->at++;
		text_add_bytes(&json->text, start, (size_t)(json->at - start));
		int c = peek(json);

		if (c < 0)
			return builder_fail(&json->builder, place,
				"found a text whose closing \" is missing, expected it before the "
				"end");
		if (c < 0x20)
			return builder_fail(&json->builder, here(json),
				"found %s inside of a text, expected %s: or is a \" missing?",
				c == '\n' || c == '\r' ? "a line break"
				: c == '\t'            ? "a tab"
						       : "a control character",
				c == '\t' ? "\\t" : "\\n or another escape");
		if (c == '\\' && !read_escape(json))
			return false;
	}
	json->at++;
	struct node *node = builder_node(&json->builder, NODE_SCALAR, place);

	node->text = xmemdup(text_string(&json->text), json->text.length);
	node->length = json->text.length;
	return builder_scalar(&json->builder, node);
}

static bool read_value(struct json *json);

/* Behind a member or an item: true at its end too, then *closed is set. */
static bool read_separator(struct json *json, char close, bool *closed)
{
	skip_space(json);
	if (peek(json) == close) {
		json->at++;
		*closed = true;
		return true;
	}
	if (peek(json) != ',')
		return fail_expected(json, close == '}' ? "',' or '}'" : "',' or ']'");
	json->at++;
	skip_space(json);
	if (peek(json) == close)
		return fail_expected(json, "another one after ','");
	return true;
}

static bool read_member(struct json *json)
{
	if (peek(json) != '"')
		return fail_expected(json, "a key in double quotes");
	if (!read_string(json))
		return false;
	skip_space(json);
	if (peek(json) != ':')
		return fail_expected(json, "':' after the key");
	json->at++;
	return read_value(json);
}

static bool read_members(struct json *json, enum node_kind kind)
{
	char close = kind == NODE_MAP ? '}' : ']';
	bool closed = false;

	if (!builder_open(&json->builder, builder_node(&json->builder, kind, here(json))))
		return false;
	json->at++;
	skip_space(json);
	if (peek(json) == close) {
		json->at++;
		closed = true;
	}
	while (!closed) {
		if (kind == NODE_MAP ? !read_member(json) : !read_value(json))
			return false;
		if (!read_separator(json, close, &closed))
			return false;
	}
	return builder_close(&json->builder);
}

/* Calls itself no deeper than the ceiling of builder_open(). */
static bool read_value(struct json *json)
{
	skip_space(json);
	switch (peek(json)) {
	case '{':
		return read_members(json, NODE_MAP);
	case '[':
		return read_members(json, NODE_LIST);
	case '"':
		return read_string(json);
	default:
		return read_literal(json);
	}
}

static bool read_document(struct json *json, const char *bytes, size_t length)
{
	if (!builder_admit(&json->builder, &bytes, &length))
		return false;
	json->at = json->placed = bytes;
	json->end = bytes + length;
	json->place = (struct place){1, 1};
	if (!read_value(json))
		return false;
	skip_space(json);
	return json->at == json->end || fail_expected(json, "the end of the document");
}

struct node *document_json(
	const char *bytes, size_t length, const struct document_limits *limits, struct error *e)
{
	struct json json = {0};
	struct node *root = NULL;

	builder_init(&json.builder, limits, e);
	if (read_document(&json, bytes, length))
		root = take(json.builder.root);
	if (json.text.data)
		wipe(json.text.data, json.text.size);
	text_done(&json.text);
	builder_done(&json.builder);
	return root;
}
