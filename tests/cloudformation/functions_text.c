#include <ctype.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "cloudformation/arguments.h"
#include "cloudformation/evaluator.h"

static bool finish(struct text *text, struct node **out, struct error *e)
{
	if (text->overflow)
		return error_set(e, ERROR_INVALID, "Template error: a value is too long");
	*out = node_scalar(text_string(text), false, NULL);
	return true;
}

bool function_join(struct evaluator *evaluator, const struct node *argument, struct node **out,
	struct error *e)
{
	static const char usage[] = "every Fn::Join object requires two parameters, (1) a string "
				    "delimiter and (2) a list of "
				    "strings to be joined or a function that returns a list of "
				    "strings (such as Fn::GetAZs) "
				    "to be joined.";
	AUTO(node_free) struct node *parts = NULL;
	AUTO_DONE(texts_done) struct texts items = {0};
	AUTO_DONE(text_done) struct text text = {.limit = EVALUATE_TEXT_LIMIT};

	if (!evaluate_arguments(evaluator, argument, 2, 2, usage, &parts, e))
		return false;
	if (parts->items[0]->kind != NODE_SCALAR || !list_texts(parts->items[1], &items))
		return error_set(e, ERROR_INVALID, "Template error: %s", usage);
	for (size_t i = 0; i < items.count; i++) {
		text_add(&text, i ? parts->items[0]->text : "");
		text_add(&text, items.items[i]);
	}
	return finish(&text, out, e);
}

static bool is_variable_name(const char *name)
{
	const char *c = name;

	while (isalnum((unsigned char)*c) || (*c && strchr("_.:", *c)))
		c++;
	return *name && !*c;
}

/* The value of one variable of Fn::Sub: of the function's own, a parameter, or a resource. */
static bool variable_value(struct evaluator *evaluator, const struct node *variables, char *name,
	struct node **out, struct error *e)
{
	const struct node *own = node_get(variables, name);
	char *dot = strchr(name, '.');

	if (own)
		return evaluate_value(evaluator, own, out, e);
	if (!is_variable_name(name))
		return error_set(e, ERROR_INVALID,
			"Template error: variable names in Fn::Sub syntax must contain only "
			"alphanumeric "
			"characters, underscores, periods, and colons");
	if (!dot)
		return evaluate_ref(evaluator, name, out, e);
	*dot = '\0';
	return evaluate_attribute(evaluator, name, dot + 1, out, e);
}

static bool substitute(struct evaluator *evaluator, const char *format,
	const struct node *variables, struct text *text, struct error *e)
{
	struct sub_piece piece;

	while (sub_next(&format, &piece)) {
		AUTO(free_text) char *name = xstrndup(piece.text, piece.length);
		AUTO(node_free) struct node *value = NULL;
		AUTO_DONE(texts_done) struct texts items = {0};

		if (!piece.is_variable) {
			text_add(text, name);
			continue;
		}
		if (!variable_value(evaluator, variables, name, &value, e))
			return false;
		if (!value || !list_texts(value, &items))
			return error_set(e, ERROR_INVALID,
				"Template error: every value of the context object of every "
				"Fn::Sub object "
				"must be a string or a function that returns a string");
		AUTO(free_text) char *joined = texts_join(&items, ",");

		text_add(text, joined);
	}
	return true;
}

bool function_sub(struct evaluator *evaluator, const struct node *argument, struct node **out,
	struct error *e)
{
	const struct node *format = argument, *variables = NULL;
	AUTO_DONE(text_done) struct text text = {.limit = EVALUATE_TEXT_LIMIT};

	if (argument->kind == NODE_LIST && argument->count == 2) {
		format = argument->items[0];
		variables = argument->items[1];
	}
	if (format->kind != NODE_SCALAR || (variables && variables->kind != NODE_MAP))
		return error_set(e, ERROR_INVALID,
			"Template error: One or more Fn::Sub intrinsic functions don't specify "
			"expected "
			"arguments. Specify a string as first argument, and an optional second "
			"argument "
			"to specify a mapping of values to replace in the string");
	return substitute(evaluator, format->text, variables, &text, e) && finish(&text, out, e);
}

static bool parse_index(const char *text, size_t *index)
{
	if (!*text || strlen(text) > 9 || strspn(text, "0123456789") != strlen(text))
		return false;
	*index = strtoul(text, NULL, 10);
	return true;
}

bool function_select(struct evaluator *evaluator, const struct node *argument, struct node **out,
	struct error *e)
{
	static const char usage[] =
		"Fn::Select requires a list argument with two elements: an integer "
		"index and a list";
	AUTO(node_free) struct node *parts = NULL;
	const struct node *list;
	size_t index;

	if (!evaluate_arguments(evaluator, argument, 2, 2, usage, &parts, e))
		return false;
	list = parts->items[1];
	if (list->kind == NODE_SCALAR && is_unknown(list->text)) {
		*out = node_scalar(EVALUATE_UNKNOWN, false, NULL);
		return true;
	}
	if (parts->items[0]->kind != NODE_SCALAR || list->kind != NODE_LIST ||
		!parse_index(parts->items[0]->text, &index))
		return error_set(e, ERROR_INVALID, "Template error: %s", usage);
	if (index < list->count) {
		*out = node_copy(list->items[index]);
		return true;
	}
	/* One unknown text may turn out to be many. */
	if (list->count == 1 && list->items[0]->kind == NODE_SCALAR &&
		is_unknown(list->items[0]->text)) {
		*out = node_scalar(EVALUATE_UNKNOWN, false, NULL);
		return true;
	}
	return error_set(e, ERROR_INVALID,
		"Template error: Fn::Select  cannot select nonexistent value at index %zu", index);
}

bool function_split(struct evaluator *evaluator, const struct node *argument, struct node **out,
	struct error *e)
{
	static const char usage[] = "every Fn::Split object requires two parameters, (1) a string "
				    "delimiter and (2) a string "
				    "to be split or a function that returns a string to be split.";
	AUTO(node_free) struct node *parts = NULL;
	const char *delimiter, *rest;

	if (!evaluate_arguments(evaluator, argument, 2, 2, usage, &parts, e))
		return false;
	if (parts->items[0]->kind != NODE_SCALAR || parts->items[1]->kind != NODE_SCALAR ||
		!parts->items[0]->length)
		return error_set(e, ERROR_INVALID, "Template error: %s", usage);
	delimiter = parts->items[0]->text;
	rest = parts->items[1]->text;
	*out = node_list(NULL);
	for (const char *end; (end = strstr(rest, delimiter)); rest = end + strlen(delimiter)) {
		AUTO(free_text) char *item = xstrndup(rest, (size_t)(end - rest));

		node_append(*out, node_scalar(item, false, NULL));
		evaluator->nodes++;
	}
	node_append(*out, node_scalar(rest, false, NULL));
	return true;
}

static void encode(const unsigned char *bytes, size_t length, struct text *out)
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < length; i += 3) {
		size_t left = length - i;
		unsigned bits = (unsigned)bytes[i] << 16 |
				(left > 1 ? (unsigned)bytes[i + 1] << 8 : 0) |
				(left > 2 ? (unsigned)bytes[i + 2] : 0);

		text_add_char(out, alphabet[bits >> 18]);
		text_add_char(out, alphabet[bits >> 12 & 63]);
		text_add_char(out, left > 1 ? alphabet[bits >> 6 & 63] : '=');
		text_add_char(out, left > 2 ? alphabet[bits & 63] : '=');
	}
}

bool function_base64(struct evaluator *evaluator, const struct node *argument, struct node **out,
	struct error *e)
{
	AUTO(free_text) char *plain = NULL;
	AUTO_DONE(text_done) struct text text = {.limit = 2 * EVALUATE_TEXT_LIMIT};

	if (!evaluate_text(evaluator, argument,
		    "Template error: every Fn::Base64 object must have a String-typed value.",
		    &plain, e))
		return false;
	if (is_unknown(plain))
		text_add(&text, EVALUATE_UNKNOWN);
	else
		encode((const unsigned char *)plain, strlen(plain), &text);
	return finish(&text, out, e);
}
