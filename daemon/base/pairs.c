#include "base/pairs.h"

#include <string.h>

#include "base/text.h"

void pairs_done(struct pairs *pairs)
{
	for (size_t i = 0; i < pairs->count; i++) {
		struct pair *pair = &pairs->items[i];

		free(pair->name);
		if (pair->value)
			wipe(pair->value, strlen(pair->value));
		free(pair->value);
	}
	free(pairs->items);
	*pairs = (struct pairs){0};
}

static struct pair *find(const struct pairs *pairs, const char *name)
{
	for (size_t i = 0; i < pairs->count; i++)
		if (strcmp(pairs->items[i].name, name) == 0)
			return &pairs->items[i];
	return NULL;
}

void pairs_add(struct pairs *pairs, const char *name, const char *value)
{
	GROW(pairs->items, pairs->size, pairs->count + 1);
	pairs->items[pairs->count++] = (struct pair){xstrdup(name), xstrdup(value)};
}

void pairs_set(struct pairs *pairs, const char *name, const char *value)
{
	struct pair *pair = find(pairs, name);

	if (!pair) {
		pairs_add(pairs, name, value);
		return;
	}
	char *old = pair->value;

	pair->value = xstrdup(value); /* which may be the old one */
	free_secret(old);
}

void pairs_remove(struct pairs *pairs, const char *name)
{
	struct pair *pair = find(pairs, name);

	if (!pair)
		return;
	free(pair->name);
	free_secret(pair->value);
	size_t behind = pairs->count - 1 - (size_t)(pair - pairs->items);

	memmove(pair, pair + 1, behind * sizeof(*pair));
	pairs->count--;
}

const char *pairs_get(const struct pairs *pairs, const char *name)
{
	const struct pair *pair = find(pairs, name);

	return pair ? pair->value : NULL;
}

const char *pairs_filled(const struct pairs *pairs, const char *name)
{
	const char *value = pairs_get(pairs, name);

	return value && *value ? value : NULL;
}

bool pairs_has(const struct pairs *pairs, const char *name)
{
	return find(pairs, name) != NULL;
}

void pairs_copy(struct pairs *to, const struct pairs *from)
{
	*to = (struct pairs){0};
	for (size_t i = 0; i < from->count; i++)
		pairs_add(to, from->items[i].name, from->items[i].value);
}

struct placed {
	struct pair pair;
	size_t place;
};

static int by_name(const void *a, const void *b)
{
	const struct placed *x = a;
	const struct placed *y = b;
	int order = strcmp(x->pair.name, y->pair.name);

	return order ? order : (x->place > y->place) - (x->place < y->place);
}

void pairs_sort(struct pairs *pairs)
{
	if (pairs->count < 2)
		return;
	/* qsort() is not stable, so each pair takes its place along. */
	struct placed *sorted = xcalloc(pairs->count, sizeof(*sorted));

	for (size_t i = 0; i < pairs->count; i++)
		sorted[i] = (struct placed){pairs->items[i], i};
	qsort(sorted, pairs->count, sizeof(*sorted), by_name);
	for (size_t i = 0; i < pairs->count; i++)
		pairs->items[i] = sorted[i].pair;
	free(sorted);
}

bool pairs_equal(const struct pairs *a, const struct pairs *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (strcmp(a->items[i].name, b->items[i].name) != 0 ||
			!text_same(a->items[i].value, b->items[i].value))
			return false;
	return true;
}

void texts_done(struct texts *texts)
{
	for (size_t i = 0; i < texts->count; i++)
		free(texts->items[i]);
	free(texts->items);
	*texts = (struct texts){0};
}

void texts_add(struct texts *texts, const char *text)
{
	GROW(texts->items, texts->size, texts->count + 1);
	texts->items[texts->count++] = xstrdup(text);
}

bool texts_have(const struct texts *texts, const char *text)
{
	for (size_t i = 0; i < texts->count; i++)
		if (strcmp(texts->items[i], text) == 0)
			return true;
	return false;
}

void texts_copy(struct texts *to, const struct texts *from)
{
	*to = (struct texts){0};
	for (size_t i = 0; i < from->count; i++)
		texts_add(to, from->items[i]);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void texts_sort(struct texts *texts)
{
	if (texts->count > 1)
		qsort(texts->items, texts->count, sizeof(*texts->items), by_text);
}

bool texts_equal(const struct texts *a, const struct texts *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (strcmp(a->items[i], b->items[i]) != 0)
			return false;
	return true;
}

char *texts_join(const struct texts *texts, const char *separator)
{
	struct text joined = {0};

	for (size_t i = 0; i < texts->count; i++) {
		if (i)
			text_add(&joined, separator);
		text_add(&joined, texts->items[i]);
	}
	return text_take(&joined);
}
