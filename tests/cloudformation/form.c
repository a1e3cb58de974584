#include "cloudformation/form.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

static int digit(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
				      : -1;
}

/* The decoded text; NULL for a bad escape, NUL or broken UTF-8. */
static char *unescape(const char *bytes, size_t length)
{
	char *out = xmalloc(length + 1);
	size_t used = 0;

	for (size_t i = 0; i < length; i++) {
		if (bytes[i] != '%') {
			out[used++] = bytes[i];
			if (bytes[i] == '+')
				out[used - 1] = ' ';
			continue;
		}
		int high = length - i > 2 ? digit(bytes[i + 1]) : -1;
		int low = length - i > 2 ? digit(bytes[i + 2]) : -1;

		if (high < 0 || low < 0) {
			free(out);
			return NULL;
		}
		out[used++] = (char)(high << 4 | low);
		i += 2;
	}
	out[used] = '\0';
	if (!utf8_valid(out, used, NULL)) {
		free(out);
		return NULL;
	}
	return out;
}

static bool add_field(struct pairs *fields, const char *bytes, size_t length)
{
	const char *equals = memchr(bytes, '=', length);
	size_t name_length = equals ? (size_t)(equals - bytes) : length;
	AUTO(free_text) char *name = unescape(bytes, name_length);
	AUTO(free_text)
	char *value = equals ? unescape(equals + 1, length - name_length - 1) : xstrdup("");

	if (!name || !value)
		return false;
	pairs_add(fields, name, value);
	return true;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct pair *)a)->name, ((const struct pair *)b)->name);
}

bool form_decode(const char *bytes, size_t length, struct pairs *fields)
{
	*fields = (struct pairs){0};
	if (length > FORM_LIMIT)
		return false;
	for (size_t start = 0; start < length;) {
		const char *end = memchr(bytes + start, '&', length - start);
		size_t size = end ? (size_t)(end - bytes) - start : length - start;

		if (fields->count == FORM_FIELDS ||
			(size && !add_field(fields, bytes + start, size)))
			goto bad;
		start += size + 1;
	}
	if (fields->count > 1)
		qsort(fields->items, fields->count, sizeof(*fields->items), by_name);
	for (size_t i = 1; i < fields->count; i++)
		if (strcmp(fields->items[i - 1].name, fields->items[i].name) == 0)
			goto bad;
	return true;
bad:
	pairs_done(fields);
	return false;
}

const char *form_item(
	const struct pairs *fields, const char *list, size_t number, const char *member)
{
	char name[256];

	snprintf(name, sizeof(name), "%s.member.%zu%s%s", list, number, member ? "." : "",
		member ? member : "");
	return pairs_get(fields, name);
}

/* Items count from 1 without a gap, as clients send them; what comes after a gap is not there. */
size_t form_item_count(const struct pairs *fields, const char *list)
{
	char prefix[128];
	size_t count = 0;

	for (bool found = true; found; count += found) {
		found = false;
		snprintf(prefix, sizeof(prefix), "%s.member.%zu", list, count + 1);
		size_t length = strlen(prefix);

		for (size_t i = 0; i < fields->count && !found; i++) {
			const char *name = fields->items[i].name;

			found = text_starts(name, prefix) &&
				(name[length] == '\0' || name[length] == '.');
		}
	}
	return count;
}

bool form_has_list(const struct pairs *fields, const char *list)
{
	return pairs_has(fields, list) || form_item_count(fields, list) > 0;
}

void form_texts(const struct pairs *fields, const char *list, struct texts *out)
{
	size_t count = form_item_count(fields, list);

	for (size_t i = 1; i <= count; i++) {
		const char *item = form_item(fields, list, i, NULL);

		if (item)
			texts_add(out, item);
	}
}

bool form_true(const struct pairs *fields, const char *name)
{
	const char *value = pairs_get(fields, name);

	return value && strcmp(value, "true") == 0;
}
