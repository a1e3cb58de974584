/* Growable text with a ceiling. Adding beyond the ceiling adds nothing and sets `overflow`, which
 * the caller looks at once, at the end. `data` is always NUL-terminated once something was added;
 * text_string() gives "" before that. Zeroed memory is an empty text without a ceiling. */
#pragma once

#include <stdbool.h>

#include "base/memory.h"

struct text {
	char *data;
	size_t length; /* bytes, without the NUL */
	size_t size;   /* bytes allocated */
	size_t limit;  /* ceiling of length; 0: none */
	bool overflow;
	bool secret; /* wiped wherever it was: when it grows, and with text_done() */
};

void text_done(struct text *text);
void text_clear(struct text *text); /* keeps the memory */
void text_add(struct text *text, const char *string);
void text_add_bytes(struct text *text, const void *bytes, size_t length);
void text_add_char(struct text *text, char c);
void text_format(struct text *text, const char *format, ...) FORMAT(2, 3);
void text_add_cut(struct text *text, const char *string, size_t limit); /* between characters */
const char *text_string(const struct text *text);

/* Hands the characters over (never NULL) and leaves an empty text. */
char *text_take(struct text *text);

/* Adds a JSON string with its quotes: control characters, quotes and backslashes escaped, UTF-8
 * as it is. */
void text_add_json(struct text *text, const char *bytes, size_t length);

/* Adds bytes percent-encoded: all but letters, digits, "-._~" and the characters in `also`. */
void text_add_percent(struct text *text, const char *bytes, size_t length, const char *also);

/* True for well-formed UTF-8 without NUL. *bad (may be NULL) is the offset of the first fault. */
bool utf8_valid(const char *bytes, size_t length, size_t *bad);

bool text_same(const char *a, const char *b); /* NULL is the same as NULL only */
bool text_starts(const char *string, const char *prefix);
bool text_ends(const char *string, const char *suffix);
