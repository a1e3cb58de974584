#include "cloudformation/arguments.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

enum { VALUE_LIMIT = 4096 };

static bool parse_number(const char *text, double *number)
{
	char *end;

	/* strtod() also reads "inf", "nan" and hexadecimal numbers. */
	if (!*text || strspn(text, "0123456789+-.eE") != strlen(text))
		return false;
	*number = strtod(text, &end);
	return *end == '\0' && isfinite(*number);
}

static const char *constraint(const struct node *parameter, const char *name)
{
	const struct node *value = node_get(parameter, name);

	return value && value->kind == NODE_SCALAR ? value->text : NULL;
}

/* The refusal: the template's own words, else those of the service. */
static bool refuse(const struct node *parameter, const char *name, const char *otherwise,
	const char *detail, struct error *e)
{
	const char *description = constraint(parameter, "ConstraintDescription");

	if (description)
		return error_set(e, ERROR_INVALID, "Parameter %s failed to satisfy constraint: %s",
			name, description);
	return error_set(e, ERROR_INVALID, "Parameter '%s' %s%s", name, otherwise, detail);
}

static bool is_allowed(const struct node *allowed, const char *value)
{
	for (size_t i = 0; i < allowed->count; i++)
		if (node_is(allowed->items[i], value))
			return true;
	return false;
}

static bool check_length(
	const struct node *parameter, const char *name, const char *value, struct error *e)
{
	const char *least = constraint(parameter, "MinLength");
	const char *most = constraint(parameter, "MaxLength");

	if (least && strlen(value) < strtoul(least, NULL, 10)) {
		AUTO(free_text) char *detail = xasprintf("%s characters", least);

		return refuse(parameter, name, "must contain at least ", detail, e);
	}
	if (most && strlen(value) > strtoul(most, NULL, 10)) {
		AUTO(free_text) char *detail = xasprintf("%s characters", most);

		return refuse(parameter, name, "must contain at most ", detail, e);
	}
	return true;
}

static bool check_range(
	const struct node *parameter, const char *name, const char *value, struct error *e)
{
	const char *least = constraint(parameter, "MinValue");
	const char *most = constraint(parameter, "MaxValue");
	double number, bound;

	if (!parse_number(value, &number))
		return error_set(e, ERROR_INVALID, "Parameter '%s' must be a number.", name);
	if (least && parse_number(least, &bound) && number < bound)
		return refuse(parameter, name, "must be a number not less than ", least, e);
	if (most && parse_number(most, &bound) && number > bound)
		return refuse(parameter, name, "must be a number not greater than ", most, e);
	return true;
}

/* One value, or one item of a list. */
static bool check_item(const struct node *parameter, const char *type, const char *name,
	const char *value, struct error *e)
{
	const struct node *allowed = node_get(parameter, "AllowedValues");
	const char *pattern = constraint(parameter, "AllowedPattern");
	bool is_number = strcmp(type, "Number") == 0 || strcmp(type, "List<Number>") == 0;

	if (is_number && !check_range(parameter, name, value, e))
		return false;
	if (allowed && allowed->kind == NODE_LIST && !is_allowed(allowed, value))
		return refuse(parameter, name, "must be one of AllowedValues", "", e);
	if (pattern && !is_number && !pattern_matches(pattern, value))
		return refuse(parameter, name, "must match pattern ", pattern, e);
	return is_number || check_length(parameter, name, value, e);
}

bool argument_check(
	const struct node *parameter, const char *name, const char *value, struct error *e)
{
	AUTO(free_text) char *type = argument_value_type(parameter);
	AUTO_DONE(texts_done) struct texts items = {0};

	if (strlen(value) > VALUE_LIMIT)
		return error_set(e, ERROR_INVALID,
			"Parameter '%s' must contain at most %d characters", name, VALUE_LIMIT);
	if (!argument_type_is_list(type))
		return check_item(parameter, type, name, value, e);
	argument_split(value, &items);
	for (size_t i = 0; i < items.count; i++)
		if (!check_item(parameter, type, name, items.items[i], e))
			return false;
	return true;
}
