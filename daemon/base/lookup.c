#include "base/lookup.h"

#include <string.h>

#include "base/memory.h"

void lookup_done(struct lookup *lookup)
{
	free(lookup->items);
	*lookup = (struct lookup){0};
}

void lookup_add(struct lookup *lookup, const char *key, size_t value)
{
	GROW(lookup->items, lookup->size, lookup->count + 1);
	lookup->items[lookup->count++] = (struct lookup_item){key, value};
}

static int by_key(const void *a, const void *b)
{
	const struct lookup_item *left = a;
	const struct lookup_item *right = b;
	int order = strcmp(left->key, right->key);

	return order ? order : (left->value > right->value) - (left->value < right->value);
}

void lookup_sort(struct lookup *lookup)
{
	if (lookup->count > 1)
		qsort(lookup->items, lookup->count, sizeof(*lookup->items), by_key);
}

const struct lookup_item *lookup_get(const struct lookup *lookup, const char *key)
{
	size_t low = 0, high = lookup->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(lookup->items[middle].key, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < lookup->count && strcmp(lookup->items[low].key, key) == 0 ? &lookup->items[low]
									       : NULL;
}
