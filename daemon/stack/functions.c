#include "stack/functions.h"

#include <string.h>

char *function_name(const struct node *node)
{
	const char *tag = node->tag;

	if (!tag || tag[0] != '!' || tag[1] == '!' || !tag[1])
		return NULL;
	if (strcmp(tag, "!Ref") == 0 || strcmp(tag, "!Condition") == 0)
		return xstrdup(tag + 1);
	return xasprintf("Fn::%s", tag + 1);
}

bool function_attribute(const struct node *argument, size_t *dot)
{
	const char *found = argument->kind == NODE_SCALAR ? strchr(argument->text, '.') : NULL;

	if (found)
		*dot = (size_t)(found - argument->text);
	return found;
}

static bool is_one_of(const char *text, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(text, words[i]) == 0)
			return true;
	return false;
}

/* "true", "false", "null" or NULL. */
static const char *word_of(const struct node *node)
{
	static const char *const yes[] = {
		"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"};
	static const char *const no[] = {
		"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"};

	if (node_is_nothing(node))
		return "null";
	if (is_one_of(node->text, yes, COUNT(yes)))
		return "true";
	return is_one_of(node->text, no, COUNT(no)) ? "false" : NULL;
}

/* JSON of a decimal number, NULL for other text. The gem's reader wants a dot and a signed exponent
 * before it takes an `e` for one, so `1e3` (perhaps a commit) stays text. */
static char *number_of(const char *text)
{
	const char *at = text + (*text == '-' || *text == '+');
	size_t whole = strspn(at, "0123456789");
	bool dot = at[whole] == '.';
	size_t fraction = dot ? strspn(at + whole + 1, "0123456789") : 0;
	const char *exponent = at + whole + dot + fraction;
	bool scaled = dot && (*exponent | 0x20) == 'e' && strchr("+-", exponent[1]) && exponent[1];
	size_t digits = scaled ? strspn(exponent + 2, "0123456789") : 0;

	if (whole + fraction == 0 || (whole > 1 && *at == '0') || (scaled && !digits) ||
		exponent[scaled ? 2 + digits : 0])
		return NULL;
	return xasprintf("%s%.*s%s%.*s%s", *text == '-' ? "-" : "", whole ? (int)whole : 1,
		whole ? at : "0", fraction ? "." : "", (int)fraction, at + whole + dot, exponent);
}

static struct node *scalar_form(const struct node *node)
{
	const char *word = NULL;
	AUTO(free_text) char *number = NULL;

	if (node->typed) {
		word = node->text;
	} else if (node->plain && !node->tag) {
		word = word_of(node);
		number = word ? NULL : number_of(node->text);
	}
	if (!word)
		word = number;

	/* Text that could be taken for a number or null must not look plain. */
	bool plain =
		word || (node->plain && !node->tag && !json_is_literal(node->text, node->length));
	struct node *form = node_scalar(word ? word : node->text, plain, node);

	form->typed = word;
	form->block = node->block;
	return form;
}

static struct node *attribute_form(const struct node *argument, size_t dot)
{
	AUTO(free_text) char *resource = xstrndup(argument->text, dot);
	struct node *pair = node_list(argument);

	node_append(pair, node_scalar(resource, false, argument));
	node_append(pair, node_scalar(argument->text + dot + 1, false, argument));
	return pair;
}

static struct node *untagged_form(const struct node *node)
{
	struct node *form;

	if (node->kind == NODE_SCALAR)
		return scalar_form(node);
	form = node->kind == NODE_LIST ? node_list(node) : node_map(node);
	for (size_t i = 0; i < node->count; i++) {
		struct node *item = function_form(node->items[i]);

		if (node->kind == NODE_LIST)
			node_append(form, item);
		else
			node_put_named(form, node_copy(node->names[i]), item);
	}
	if (form->kind == NODE_MAP)
		node_index(form, NULL, NULL);
	return form;
}

struct node *function_form(const struct node *node)
{
	AUTO(free_text) char *function = function_name(node);
	size_t dot;

	if (!function)
		return untagged_form(node);
	struct node *map = node_map(node);

	if (strcmp(function, "Fn::GetAtt") == 0 && function_attribute(node, &dot))
		node_put(map, function, attribute_form(node, dot));
	else
		node_put(map, function, untagged_form(node));
	return map;
}
