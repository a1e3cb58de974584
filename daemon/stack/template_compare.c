#include <string.h>

#include "stack/functions.h"
#include "stack/template_read.h"

enum {
	CANONICAL_DEPTH = 2 * DOCUMENT_DEPTH, /* AutoStacker24's functions stand inside of texts */
	CANONICAL_NODES = 2 * DOCUMENT_NODES,
	NAMES_SHOWN = 3,
	NAME_SHOWN = 64,
};

static void write_value(const struct node *node, const char *name, struct text *out);

static void write_map(const struct node *map, struct text *out)
{
	text_add_char(out, '{');
	for (size_t i = 0; i < map->count; i++) {
		size_t member = map->sorted ? map->sorted[i] : i;
		const struct node *name = map->names[member];

		if (i)
			text_add_char(out, ',');
		text_add_json(out, name->text, name->length);
		text_add_char(out, ':');
		write_value(map->items[member], name->text, out);
	}
	text_add_char(out, '}');
}

static void write_untagged(const struct node *node, struct text *out)
{
	if (node->kind == NODE_MAP) {
		write_map(node, out);
	} else if (node->kind == NODE_LIST) {
		text_add_char(out, '[');
		for (size_t i = 0; i < node->count; i++) {
			if (i)
				text_add_char(out, ',');
			write_value(node->items[i], "", out);
		}
		text_add_char(out, ']');
	} else if (node_is_nothing(node)) {
		text_add(out, "null");
	} else {
		text_add_json(out, node->text, node->length);
	}
}

/* `name` is the member's that the value belongs to. */
static void write_value(const struct node *node, const char *name, struct text *out)
{
	AUTO(free_text) char *function = function_name(node);
	size_t dot;

	if (function) {
		text_add_char(out, '{');
		text_add_json(out, function, strlen(function));
		text_add_char(out, ':');
		name = function;
	}
	if (strcmp(name, "Fn::GetAtt") == 0 && function_attribute(node, &dot)) {
		text_add_char(out, '[');
		text_add_json(out, node->text, dot);
		text_add_char(out, ',');
		text_add_json(out, node->text + dot + 1, node->length - dot - 1);
		text_add_char(out, ']');
	} else {
		write_untagged(node, out);
	}
	if (function)
		text_add_char(out, '}');
}

struct node *template_tree(const char *bytes, size_t length)
{
	static const struct document_limits limits = {
		TEMPLATE_LIMIT, CANONICAL_DEPTH, CANONICAL_NODES, 0};

	return bytes ? document_parse(bytes, length, &limits, NULL) : NULL;
}

struct digest template_meaning(const struct node *root)
{
	AUTO_DONE(text_done) struct text text = {0};

	write_value(root, "", &text);
	return digest_of(text_string(&text), text.length);
}

struct digest template_canonical(const char *bytes, size_t length)
{
	AUTO(node_free) struct node *root = template_tree(bytes, length);

	return root ? template_meaning(root) : digest_of(bytes, length);
}

static bool same(const struct node *was, const struct node *is)
{
	AUTO_DONE(text_done) struct text left = {0};
	AUTO_DONE(text_done) struct text right = {0};

	if (!was || !is)
		return was == is;
	write_value(was, "", &left);
	write_value(is, "", &right);
	return left.length == right.length && memcmp(left.data, right.data, left.length) == 0;
}

struct difference {
	struct text text;
	size_t count;
};

static void add_difference(struct difference *difference, const char *section, const char *name)
{
	if (difference->count++ >= NAMES_SHOWN)
		return;
	if (difference->count > 1)
		text_add(&difference->text, ", ");
	if (section) {
		text_add_cut(&difference->text, section, NAME_SHOWN);
		text_add_char(&difference->text, '.');
	}
	text_add_cut(&difference->text, name, NAME_SHOWN);
}

static bool is_map(const struct node *node)
{
	return node && node->kind == NODE_MAP && !node->tag;
}

static void compare(struct difference *difference, const char *section, const struct node *was,
	const struct node *is);

/* Sections are looked into, but for those that came or went as a whole. */
static void compare_member(struct difference *difference, const char *section, const char *name,
	const struct node *was, const struct node *is)
{
	if (!section && is_map(was) && is_map(is))
		compare(difference, name, was, is);
	else if (!same(was, is))
		add_difference(difference, section, name);
}

/* What is, in its own order, then what was. */
static void compare(struct difference *difference, const char *section, const struct node *was,
	const struct node *is)
{
	for (size_t i = 0; i < is->count; i++)
		compare_member(difference, section, is->names[i]->text,
			node_get(was, is->names[i]->text), is->items[i]);
	for (size_t i = 0; i < was->count; i++)
		if (!node_get(is, was->names[i]->text))
			add_difference(difference, section, was->names[i]->text);
}

char *template_difference(const char *was, size_t was_length, const char *is, size_t is_length)
{
	if (!is)
		return xstrdup("");
	AUTO(node_free) struct node *before = template_tree(was, was_length);
	AUTO(node_free) struct node *after = template_tree(is, is_length);
	struct difference difference = {0};

	if (is_map(before) && is_map(after)) {
		compare(&difference, NULL, before, after);
	} else {
		struct digest left = template_canonical(was, was_length);
		struct digest right = template_canonical(is, is_length);

		if (!digest_equal(&left, &right))
			add_difference(&difference, NULL, "the whole text");
	}
	if (difference.count > NAMES_SHOWN)
		text_format(&difference.text, " and %zu more", difference.count - NAMES_SHOWN);
	return text_take(&difference.text);
}
