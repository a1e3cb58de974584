/* An ordered list of name and value, both text: parameters, outputs, tags, headers, form fields.
 * Owns copies of both. A value may be NULL (no value, unlike an empty one). Zeroed memory is an
 * empty list. */
#pragma once

#include <stdbool.h>

#include "base/memory.h"

struct pair {
	char *name;
	char *value;
};

struct pairs {
	struct pair *items;
	size_t count;
	size_t size;
};

void pairs_done(struct pairs *pairs); /* wipes the values: they may be secrets */
void pairs_add(struct pairs *pairs, const char *name, const char *value);
void pairs_set(struct pairs *pairs, const char *name, const char *value); /* adds or replaces */
void pairs_remove(struct pairs *pairs, const char *name);
const char *pairs_get(const struct pairs *pairs, const char *name); /* NULL: not there (or NULL) */
const char *pairs_filled(const struct pairs *pairs, const char *name); /* NULL: also if empty */
bool pairs_has(const struct pairs *pairs, const char *name);
void pairs_copy(struct pairs *to, const struct pairs *from);    /* to is overwritten, not freed */
void pairs_sort(struct pairs *pairs);                           /* by name, bytewise, stable */
bool pairs_equal(const struct pairs *a, const struct pairs *b); /* same order, same texts */

/* A list of texts, owned. */
struct texts {
	char **items;
	size_t count;
	size_t size;
};

void texts_done(struct texts *texts);
void texts_add(struct texts *texts, const char *text);
bool texts_have(const struct texts *texts, const char *text);
void texts_copy(struct texts *to, const struct texts *from);
void texts_sort(struct texts *texts);
bool texts_equal(const struct texts *a, const struct texts *b);
char *texts_join(const struct texts *texts, const char *separator); /* the caller frees it */
