#include "base/document_builder.h"

#include <stdio.h>
#include <string.h>

bool builder_fail(struct builder *builder, struct place place, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	AUTO(free_text) char *what = xvasprintf(format, arguments);
	va_end(arguments);
	return error_set(builder->e, ERROR_INVALID, "%u:%u: %s",
		place.line + builder->limits.lines_above,
		place.column + builder->limits.columns_left, what);
}

void builder_init(struct builder *builder, const struct document_limits *limits, struct error *e)
{
	static const struct document_limits defaults = {
		TEMPLATE_LIMIT, DOCUMENT_DEPTH, DOCUMENT_NODES, 0};

	*builder = (struct builder){.limits = limits ? *limits : defaults, .e = e};
}

void builder_done(struct builder *builder)
{
	for (size_t i = 0; i < builder->depth; i++) {
		node_free(builder->frames[i].node);
		node_free(builder->frames[i].name);
	}
	free(builder->frames);
	node_free(builder->root);
}

static bool is_utf16(const unsigned char *s, size_t length)
{
	if (length >= 2 && ((s[0] == 0xff && s[1] == 0xfe) || (s[0] == 0xfe && s[1] == 0xff)))
		return true;
	return length >= 4 &&
	       ((!s[0] && s[1] && !s[2] && s[3]) || (s[0] && !s[1] && s[2] && !s[3]));
}

bool builder_admit(struct builder *builder, const char **bytes, size_t *length)
{
	struct place place = {1, 1};
	size_t bad = 0;

	if (*length > builder->limits.bytes)
		return builder_fail(builder, place,
			"found %zu bytes, expected at most %zu: make it smaller or split it",
			*length, builder->limits.bytes);
	if (is_utf16((const unsigned char *)*bytes, *length))
		return builder_fail(
			builder, place, "found UTF-16, expected UTF-8: save the file as UTF-8");
	if (*length >= 3 && memcmp(*bytes, "\xef\xbb\xbf", 3) == 0) {
		*bytes += 3;
		*length -= 3;
	}
	if (utf8_valid(*bytes, *length, &bad))
		return true;
	place = place_of(*bytes, *length, bad);
	if (!(*bytes)[bad])
		return builder_fail(
			builder, place, "found a NUL character, expected text: remove it");
	return builder_fail(builder, place,
		"found the byte 0x%02x, expected UTF-8: save the file as UTF-8",
		(unsigned char)(*bytes)[bad]);
}

struct node *builder_node(struct builder *builder, enum node_kind kind, struct place place)
{
	struct node *node = xcalloc(1, sizeof(*node));

	node->kind = kind;
	node->line = place.line + builder->limits.lines_above;
	node->column = place.column + builder->limits.columns_left;
	builder->nodes++;
	return node;
}

static struct place own_place(const struct builder *builder, const struct node *node)
{
	return (struct place){node->line - builder->limits.lines_above,
		node->column - builder->limits.columns_left};
}

static bool within_nodes(struct builder *builder, const struct node *node)
{
	if (builder->nodes <= builder->limits.nodes)
		return true;
	return builder_fail(builder, own_place(builder, node),
		"found more than %zu values, names, lists and maps: make the file smaller",
		builder->limits.nodes);
}

bool builder_expects_name(const struct builder *builder)
{
	const struct builder_frame *frame =
		builder->depth ? &builder->frames[builder->depth - 1] : NULL;

	return frame && frame->node->kind == NODE_MAP && !frame->name;
}

/* Hangs a whole node into the innermost open one. */
static void place_node(struct builder *builder, struct node *takes)
{
	struct builder_frame *frame = builder->depth ? &builder->frames[builder->depth - 1] : NULL;

	if (!frame) {
		node_free(builder->root);
		builder->root = takes;
	} else if (frame->node->kind == NODE_LIST) {
		node_append(frame->node, takes);
	} else {
		node_put_named(frame->node, frame->name, takes);
		frame->name = NULL;
	}
}

bool builder_open(struct builder *builder, struct node *takes)
{
	AUTO(node_free) struct node *node = takes;
	struct place place = own_place(builder, node);

	if (builder_expects_name(builder))
		return builder_fail(builder, place, "found %s as a map's key, expected text",
			node_describe(node));
	if (builder->depth >= builder->limits.depth)
		return builder_fail(builder, place,
			"found more than %u lists and maps inside each other: flatten it",
			builder->limits.depth);
	if (!within_nodes(builder, node))
		return false;
	GROW(builder->frames, builder->size, builder->depth + 1);
	builder->frames[builder->depth++] = (struct builder_frame){.node = take(node)};
	return true;
}

bool builder_scalar(struct builder *builder, struct node *takes)
{
	AUTO(node_free) struct node *node = takes;

	if (!within_nodes(builder, node))
		return false;
	if (builder_expects_name(builder))
		builder->frames[builder->depth - 1].name = take(node);
	else
		place_node(builder, take(node));
	return true;
}

bool builder_close(struct builder *builder)
{
	const struct node *first, *second;
	AUTO(node_free) struct node *node = builder->frames[builder->depth - 1].node;

	builder->depth--;
	if (node->kind == NODE_MAP && !node_index(node, &first, &second))
		return builder_fail(builder, own_place(builder, second),
			"found the key '%.80s' again, already at %u:%u: keep one of the two",
			second->text, first->line, first->column);
	place_node(builder, take(node));
	return true;
}
