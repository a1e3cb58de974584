#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "cloudformation/blueprint.h"

const char *function_of(const struct node *node, const struct node **argument)
{
	const char *name;

	if (!node || node->kind != NODE_MAP || node->count != 1)
		return NULL;
	name = node->names[0]->text;
	if (strcmp(name, "Ref") != 0 && strcmp(name, "Condition") != 0 &&
		!text_starts(name, "Fn::"))
		return NULL;
	*argument = node->items[0];
	return name;
}

bool sub_next(const char **rest, struct sub_piece *piece)
{
	const char *text = *rest;
	const char *open, *close;

	if (!*text)
		return false;
	open = strstr(text, "${");
	close = open ? strchr(open, '}') : NULL;
	if (!close) {
		*piece = (struct sub_piece){text, strlen(text), false};
		*rest = text + strlen(text);
	} else if (open > text) {
		*piece = (struct sub_piece){text, (size_t)(open - text), false};
		*rest = open;
	} else if (open[2] == '!') {
		/* What follows the mark is literal text again, its closing brace included. */
		*piece = (struct sub_piece){"${", 2, false};
		*rest = open + 3;
	} else {
		*piece = (struct sub_piece){open + 2, (size_t)(close - open - 2), true};
		*rest = close + 1;
	}
	return true;
}

static void visit(
	const struct references *references, enum reference_kind kind, const struct node *name)
{
	if (name && name->kind == NODE_SCALAR)
		references->visit(references->owner, kind, name->text, NULL);
}

static void visit_variable(const struct references *references, const struct sub_piece *piece)
{
	AUTO(free_text) char *name = xstrndup(piece->text, piece->length);
	char *dot = strchr(name, '.');

	if (!dot) {
		references->visit(references->owner, REFERENCE_NAME, name, NULL);
		return;
	}
	*dot = '\0';
	references->visit(references->owner, REFERENCE_ATTRIBUTE, name, dot + 1);
}

static void walk_sub(const struct references *references, const struct node *argument)
{
	const struct node *format = argument, *variables = NULL;
	struct sub_piece piece;

	if (argument->kind == NODE_LIST && argument->count == 2) {
		format = argument->items[0];
		variables = argument->items[1];
		references_walk(references, variables);
	}
	if (format->kind != NODE_SCALAR)
		return;
	for (const char *rest = format->text; sub_next(&rest, &piece);) {
		AUTO(free_text) char *name = xstrndup(piece.text, piece.length);

		if (piece.is_variable && !node_get(variables, name))
			visit_variable(references, &piece);
	}
}

static void walk_if(const struct references *references, const struct node *argument)
{
	const char *truth;

	if (argument->kind != NODE_LIST || argument->count != 3)
		return;
	visit(references, REFERENCE_CONDITION, argument->items[0]);
	if (references->skip_if)
		return;
	truth = references->conditions && argument->items[0]->kind == NODE_SCALAR
			? pairs_get(references->conditions, argument->items[0]->text)
			: NULL;
	if (!truth || strcmp(truth, "true") == 0)
		references_walk(references, argument->items[1]);
	if (!truth || strcmp(truth, "false") == 0)
		references_walk(references, argument->items[2]);
}

static void walk_attribute(const struct references *references, const struct node *argument)
{
	const struct node *attribute;

	if (argument->kind != NODE_LIST || argument->count != 2)
		return;
	attribute = argument->items[1];
	if (argument->items[0]->kind == NODE_SCALAR)
		references->visit(references->owner, REFERENCE_ATTRIBUTE, argument->items[0]->text,
			attribute->kind == NODE_SCALAR ? attribute->text : NULL);
	references_walk(references, attribute);
}

static bool walk_function(
	const struct references *references, const char *function, const struct node *argument)
{
	if (strcmp(function, "Ref") == 0)
		visit(references, REFERENCE_NAME, argument);
	else if (strcmp(function, "Fn::GetAtt") == 0)
		walk_attribute(references, argument);
	else if (strcmp(function, "Fn::Sub") == 0)
		walk_sub(references, argument);
	else if (strcmp(function, "Fn::If") == 0)
		walk_if(references, argument);
	else
		return false;
	return true;
}

void references_walk(const struct references *references, const struct node *node)
{
	const struct node *argument = NULL;
	const char *function = function_of(node, &argument);

	if (!node)
		return;
	if (function && walk_function(references, function, argument))
		return;
	if (function && strcmp(function, "Fn::FindInMap") == 0 && argument->kind == NODE_LIST &&
		argument->count > 0)
		visit(references, REFERENCE_MAPPING, argument->items[0]);
	if (function && strcmp(function, "Fn::ImportValue") == 0)
		references->visit(references->owner, REFERENCE_IMPORT,
			argument->kind == NODE_SCALAR ? argument->text : "", NULL);
	if (function && strcmp(function, "Fn::GetAZs") == 0)
		references->visit(references->owner, REFERENCE_ZONES, "", NULL);
	if (function && references->in_conditions && strcmp(function, "Condition") == 0)
		visit(references, REFERENCE_CONDITION, argument);
	for (size_t i = 0; i < node->count; i++)
		references_walk(references, node->items[i]);
}

void depends_on(const struct node *resource, struct texts *out)
{
	const struct node *names = node_get(resource, "DependsOn");

	if (names && names->kind == NODE_SCALAR)
		texts_add(out, names->text);
	for (size_t i = 0; names && names->kind == NODE_LIST && i < names->count; i++)
		if (names->items[i]->kind == NODE_SCALAR)
			texts_add(out, names->items[i]->text);
}
