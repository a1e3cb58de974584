/* Finds texts among many: filled, sorted once, then asked. Keys are borrowed. Zeroed memory is an
 * empty one. */
#pragma once

#include <stddef.h>

struct lookup_item {
	const char *key;
	size_t value;
};

struct lookup {
	struct lookup_item *items;
	size_t count, size;
};

void lookup_done(struct lookup *lookup);
void lookup_add(struct lookup *lookup, const char *key, size_t value);

/* By key, then value: items with the same key stand side by side. */
void lookup_sort(struct lookup *lookup);

/* The first item with this key; NULL: none. */
const struct lookup_item *lookup_get(const struct lookup *lookup, const char *key);
