#include "cloudformation/blueprint.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"

static const char *const tagged_functions[] = {"And", "Base64", "Cidr", "Equals", "FindInMap",
	"GetAtt", "GetAZs", "If", "ImportValue", "Join", "Length", "Not", "Or", "Select", "Split",
	"Sub", "ToJsonString", "Transform"};

static bool is_null(const struct node *node)
{
	static const char *const nulls[] = {"", "~", "null", "Null", "NULL"};

	if (node->kind != NODE_SCALAR || !node->plain || node->tag)
		return false;
	for (size_t i = 0; i < COUNT(nulls); i++)
		if (strcmp(node->text, nulls[i]) == 0)
			return true;
	return false;
}

/* "!Sub" -> "Fn::Sub", "!Ref" -> "Ref"; NULL for tags of YAML itself and none; "" for unknown. */
static char *long_name(const char *tag)
{
	if (!tag || text_starts(tag, "!!") || text_starts(tag, "tag:yaml.org,") ||
		strcmp(tag, "!") == 0)
		return NULL;
	if (strcmp(tag, "!Ref") == 0 || strcmp(tag, "!Condition") == 0)
		return xstrdup(tag + 1);
	for (size_t i = 0; i < COUNT(tagged_functions); i++)
		if (strcmp(tag + 1, tagged_functions[i]) == 0)
			return xasprintf("Fn::%s", tag + 1);
	return xstrdup("");
}

static struct node *scalar(const struct node *source)
{
	static const char *const trues[] = {"True", "TRUE"}, *const falses[] = {"False", "FALSE"};
	const char *text = source->text;

	for (size_t i = 0; source->plain && i < COUNT(trues); i++) {
		if (strcmp(text, trues[i]) == 0)
			text = "true";
		else if (strcmp(text, falses[i]) == 0)
			text = "false";
	}
	return node_scalar(text, source->plain, source);
}

/* Fn::GetAtt "A.B.C" -> ["A", "B.C"] */
static struct node *attribute_pair(struct node *takes)
{
	AUTO(node_free) struct node *argument = takes;
	const char *dot = argument->kind == NODE_SCALAR ? strchr(argument->text, '.') : NULL;

	if (!dot)
		return take(argument);
	AUTO(free_text) char *name = xstrndup(argument->text, (size_t)(dot - argument->text));
	struct node *pair = node_list(argument);

	node_append(pair, node_scalar(name, false, argument));
	node_append(pair, node_scalar(dot + 1, false, argument));
	return pair;
}

static struct node *normalise(const struct node *source, struct text *path, struct error *e);

static bool normalise_items(
	const struct node *source, struct node *to, struct text *path, struct error *e)
{
	size_t length = path->length;

	for (size_t i = 0; i < source->count; i++) {
		const char *name = source->kind == NODE_MAP ? source->names[i]->text : NULL;
		struct node *item;

		if (name)
			text_format(path, "/%s", name);
		else
			text_format(path, "/%zu", i);
		item = normalise(source->items[i], path, e);
		if (!item)
			return false;
		path->length = length;
		path->data[length] = '\0';
		if (name && strcmp(name, "Fn::GetAtt") == 0)
			item = attribute_pair(item);
		if (name)
			node_put(to, name, item);
		else
			node_append(to, item);
	}
	return true;
}

static struct node *untagged(const struct node *source, struct text *path, struct error *e)
{
	if (is_null(source)) {
		error_set(e, ERROR_INVALID, "[%s] 'null' values are not allowed in templates",
			text_string(path));
		return NULL;
	}
	if (source->kind == NODE_SCALAR)
		return scalar(source);
	AUTO(node_free)
	struct node *to = source->kind == NODE_MAP ? node_map(source) : node_list(source);

	return normalise_items(source, to, path, e) ? take(to) : NULL;
}

static struct node *normalise(const struct node *source, struct text *path, struct error *e)
{
	AUTO(free_text) char *function = long_name(source->tag);
	struct node *value, *map;

	if (function && !*function) {
		error_set(e, ERROR_INVALID,
			"Template format error: YAML not well-formed. (line %u, column %u)",
			source->line, source->column);
		return NULL;
	}
	value = untagged(source, path, e);
	if (!value || !function)
		return value;
	map = node_map(source);
	node_put(
		map, function, strcmp(function, "Fn::GetAtt") == 0 ? attribute_pair(value) : value);
	return map;
}

struct node *blueprint_normalise(const struct node *source, struct error *e)
{
	AUTO_DONE(text_done) struct text path = {0};

	text_add(&path, "");
	return normalise(source, &path, e);
}
