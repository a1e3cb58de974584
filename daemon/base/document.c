#include "base/document.h"

#include <string.h>

enum { LINEAR_LIMIT = 8 }; /* up to here looking at each member is quicker than sorting */

void node_free(struct node *node)
{
	if (!node)
		return;
	for (size_t i = 0; i < node->count; i++) {
		node_free(node->items[i]);
		if (node->names)
			node_free(node->names[i]);
	}
	free(node->items);
	free(node->names);
	free(node->sorted);
	free(node->tag);
	if (node->text)
		wipe(node->text, node->length);
	free(node->text);
	free(node);
}

static struct node *node_new(enum node_kind kind, const struct node *like)
{
	struct node *node = xcalloc(1, sizeof(*node));

	node->kind = kind;
	node->line = like ? like->line : 0;
	node->column = like ? like->column : 0;
	return node;
}

struct node *node_scalar(const char *text, bool plain, const struct node *like)
{
	struct node *node = node_new(NODE_SCALAR, like);

	node->text = xstrdup(text);
	node->length = strlen(text);
	node->plain = plain;
	return node;
}

struct node *node_list(const struct node *like)
{
	return node_new(NODE_LIST, like);
}

struct node *node_map(const struct node *like)
{
	return node_new(NODE_MAP, like);
}

/* The array has room for the next power of two, so that no node carries its size. */
static struct node **with_room(struct node **items, size_t count)
{
	if (count & (count - 1))
		return items;
	return xrealloc(items, (count ? 2 * count : 1) * sizeof(struct node *));
}

void node_append(struct node *list, struct node *takes)
{
	list->items = with_room(list->items, list->count);
	list->items[list->count++] = takes;
}

void node_put_named(struct node *map, struct node *name_takes, struct node *takes)
{
	free(map->sorted);
	map->sorted = NULL;
	map->names = with_room(map->names, map->count);
	map->names[map->count] = name_takes;
	node_append(map, takes);
}

void node_put(struct node *map, const char *name, struct node *takes)
{
	node_put_named(map, node_scalar(name, false, takes), takes);
}

struct node *node_copy(const struct node *node)
{
	struct node *copy = node_new(node->kind, node);

	copy->plain = node->plain;
	copy->typed = node->typed;
	copy->block = node->block;
	copy->tag = xstrdup(node->tag);
	copy->text = xstrdup(node->text);
	copy->length = node->length;
	for (size_t i = 0; i < node->count; i++) {
		if (node->kind == NODE_MAP)
			node_put_named(copy, node_copy(node->names[i]), node_copy(node->items[i]));
		else
			node_append(copy, node_copy(node->items[i]));
	}
	if (node->sorted)
		node_index(copy, NULL, NULL);
	return copy;
}

static int compare_names(const void *a, const void *b, void *context)
{
	const struct node *map = context;
	uint32_t left = *(const uint32_t *)a;
	uint32_t right = *(const uint32_t *)b;
	int order = strcmp(map->names[left]->text, map->names[right]->text);

	return order ? order : (left > right) - (left < right);
}

bool node_index(struct node *map, const struct node **first, const struct node **second)
{
	size_t again = SIZE_MAX;
	size_t before = SIZE_MAX;

	free(map->sorted);
	map->sorted = xmalloc(map->count * sizeof(*map->sorted));
	for (uint32_t i = 0; i < map->count; i++)
		map->sorted[i] = i;
	if (map->count)
		qsort_r(map->sorted, map->count, sizeof(*map->sorted), compare_names, map);
	for (size_t i = 1; i < map->count; i++) {
		uint32_t was = map->sorted[i - 1];
		uint32_t is = map->sorted[i];

		if (is < again && strcmp(map->names[was]->text, map->names[is]->text) == 0) {
			again = is;
			before = was;
		}
	}
	if (again == SIZE_MAX)
		return true;
	if (first)
		*first = map->names[before];
	if (second)
		*second = map->names[again];
	return false;
}

static size_t find(const struct node *map, const char *name)
{
	if (!map || map->kind != NODE_MAP)
		return SIZE_MAX;
	if (!map->sorted || map->count <= LINEAR_LIMIT) {
		for (size_t i = 0; i < map->count; i++)
			if (strcmp(map->names[i]->text, name) == 0)
				return i;
		return SIZE_MAX;
	}
	for (size_t low = 0, high = map->count; low < high;) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(map->names[map->sorted[middle]]->text, name);

		if (!order)
			return map->sorted[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return SIZE_MAX;
}

struct node *node_get(const struct node *map, const char *name)
{
	size_t i = find(map, name);

	return i == SIZE_MAX ? NULL : map->items[i];
}

const struct node *node_name(const struct node *map, const char *name)
{
	size_t i = find(map, name);

	return i == SIZE_MAX ? NULL : map->names[i];
}

bool node_is(const struct node *scalar, const char *text)
{
	return scalar && scalar->kind == NODE_SCALAR && strcmp(scalar->text, text) == 0;
}

bool node_is_nothing(const struct node *node)
{
	static const char *const words[] = {"", "~", "null", "Null", "NULL"};

	if (node->kind != NODE_SCALAR || !node->plain || node->tag)
		return false;
	for (size_t i = 0; i < COUNT(words); i++)
		if (strcmp(node->text, words[i]) == 0)
			return true;
	return false;
}

/* The line of a block scalar's text that holds the offset is somewhere in the source's line, behind
 * the indentation. NULL: not found so. */
static const char *find_in_block(
	const struct node *node, size_t offset, const char *header, const char *end)
{
	const char *text_line = node->text;
	unsigned lines = 1;

	for (const char *at = node->text; at < node->text + offset; at++)
		if (*at == '\n') {
			text_line = at + 1;
			lines++;
		}
	size_t wanted = strcspn(text_line, "\n");
	const char *line = place_line(header, (size_t)(end - header), lines + 1);

	if (!line)
		return NULL;
	const char *line_end = memchr(line, '\n', (size_t)(end - line));
	const char *found =
		memmem(line, (size_t)((line_end ? line_end : end) - line), text_line, wanted);

	return found ? found + (node->text + offset - text_line) : NULL;
}

struct place node_place(const struct node *scalar, size_t offset, const char *source, size_t length,
	unsigned lines_above)
{
	struct place place = {scalar->line, scalar->column};
	const char *end = source + length;
	const char *line = place_line(source, length, scalar->line - lines_above);
	const char *found = NULL;

	if (!line)
		return place;
	if (scalar->block) {
		found = find_in_block(scalar, offset, line, end);
	} else {
		const char *at = line;

		for (unsigned column = 1; column < scalar->column && at < end; at++)
			column += at + 1 < end && ((unsigned char)at[1] & 0xc0) != 0x80;
		at += !scalar->plain && at < end;
		if ((size_t)(end - at) >= offset && memcmp(at, scalar->text, offset) == 0)
			found = at + offset;
	}
	if (!found)
		return place;
	place = (struct place){scalar->line, 1};
	place_move(&place, line, found, end);
	return place;
}

const char *node_describe(const struct node *node)
{
	if (!node)
		return "nothing";
	if (node->kind == NODE_SCALAR)
		return node_is_nothing(node) ? "nothing" : "text";
	return node->kind == NODE_LIST ? "a list" : "a map";
}

static void write_members(const struct node *node, struct text *out)
{
	text_add_char(out, node->kind == NODE_MAP ? '{' : '[');
	for (size_t i = 0; i < node->count; i++) {
		if (i)
			text_add_char(out, ',');
		if (node->kind == NODE_MAP) {
			text_add_json(out, node->names[i]->text, node->names[i]->length);
			text_add_char(out, ':');
		}
		node_write_json(node->items[i], out);
	}
	text_add_char(out, node->kind == NODE_MAP ? '}' : ']');
}

void node_write_json(const struct node *node, struct text *out)
{
	if (node->kind != NODE_SCALAR)
		write_members(node, out);
	else if (node->plain && json_is_literal(node->text, node->length))
		text_add_bytes(out, node->text, node->length);
	else
		text_add_json(out, node->text, node->length);
}

struct node *document_parse(
	const char *bytes, size_t length, const struct document_limits *limits, struct error *e)
{
	size_t i = length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

	while (i < length && bytes[i] && strchr(" \t\r\n", bytes[i]))
		i++;
	if (i < length && (bytes[i] == '{' || bytes[i] == '['))
		return document_json(bytes, length, limits, e);
	return document_yaml(bytes, length, limits, e);
}
