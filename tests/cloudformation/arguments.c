#include "cloudformation/arguments.h"

#include <ctype.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

static const char ssm_prefix[] = "AWS::SSM::Parameter::Value<";

bool argument_is_ssm(const struct node *parameter)
{
	return text_starts(node_get(parameter, "Type")->text, ssm_prefix);
}

char *argument_value_type(const struct node *parameter)
{
	const char *type = node_get(parameter, "Type")->text;

	if (!text_starts(type, ssm_prefix))
		return xstrdup(type);
	return xstrndup(type + strlen(ssm_prefix), strlen(type) - strlen(ssm_prefix) - 1);
}

bool argument_type_is_list(const char *value_type)
{
	return strcmp(value_type, "CommaDelimitedList") == 0 || text_starts(value_type, "List<");
}

void argument_split(const char *value, struct texts *out)
{
	for (const char *item = value; item;) {
		size_t length = strcspn(item, ",");
		const char *next = item[length] ? item + length + 1 : NULL;

		while (length && isspace((unsigned char)*item)) {
			item++;
			length--;
		}
		while (length && isspace((unsigned char)item[length - 1]))
			length--;
		AUTO(free_text) char *trimmed = xstrndup(item, length);

		texts_add(out, trimmed);
		item = next;
	}
}

void arguments_copy(struct arguments *to, const struct arguments *from)
{
	*to = (struct arguments){0};
	for (size_t i = 0; i < from->count; i++) {
		const struct argument *argument = &from->items[i];

		GROW(to->items, to->size, to->count + 1);
		to->items[to->count++] = (struct argument){
			.name = xstrdup(argument->name),
			.value = xstrdup(argument->value),
			.resolved = xstrdup(argument->resolved),
			.no_echo = argument->no_echo,
		};
	}
}

void arguments_done(struct arguments *arguments)
{
	for (size_t i = 0; i < arguments->count; i++) {
		free(arguments->items[i].name);
		free(arguments->items[i].value);
		free(arguments->items[i].resolved);
	}
	free(arguments->items);
	*arguments = (struct arguments){0};
}

const struct argument *arguments_find(const struct arguments *arguments, const char *name)
{
	for (size_t i = 0; arguments && i < arguments->count; i++)
		if (strcmp(arguments->items[i].name, name) == 0)
			return &arguments->items[i];
	return NULL;
}

struct resolution {
	const struct node *parameters; /* may be NULL */
	const struct given_argument *given;
	size_t given_count;
	const struct arguments *previous;
	const struct environment *environment;
};

/* The last one of a name counts. */
static const struct given_argument *find_given(
	const struct resolution *resolution, const char *name)
{
	for (size_t i = resolution->given_count; i > 0; i--)
		if (strcmp(resolution->given[i - 1].name, name) == 0)
			return &resolution->given[i - 1];
	return NULL;
}

static bool check_known(const struct resolution *resolution, struct error *e)
{
	AUTO_DONE(texts_done) struct texts unknown = {0};

	if (!resolution->parameters || !resolution->parameters->count)
		return !resolution->given_count || error_set(e, ERROR_INVALID,
							   "Parameter values specified for a "
							   "template which does not require them.");
	for (size_t i = 0; i < resolution->given_count && unknown.count < 50; i++) {
		const char *name = resolution->given[i].name;

		if (!node_get(resolution->parameters, name) && !texts_have(&unknown, name))
			texts_add(&unknown, name);
	}
	if (!unknown.count)
		return true;
	AUTO(free_text) char *names = texts_join(&unknown, ", ");

	return error_set(e, ERROR_INVALID, "Parameters: [%s] do not exist in the template", names);
}

static bool check_previous(const struct resolution *resolution, struct error *e)
{
	for (size_t i = 0; i < resolution->given_count; i++) {
		const struct given_argument *given = &resolution->given[i];

		if (!given->use_previous)
			continue;
		if (given->value && *given->value)
			return error_set(e, ERROR_INVALID,
				"Invalid input for parameter key %s. Cannot specify "
				"usePreviousValue as "
				"true and non empty value for a parameter",
				given->name);
		if (!arguments_find(resolution->previous, given->name))
			return error_set(e, ERROR_INVALID,
				"Invalid input for parameter key %s. Cannot specify "
				"usePreviousValue as "
				"true for a parameter key not in the previous template",
				given->name);
	}
	return true;
}

static const char *effective(const struct resolution *resolution, size_t index)
{
	const char *name = resolution->parameters->names[index]->text;
	const struct given_argument *given = find_given(resolution, name);
	const struct node *otherwise = node_get(resolution->parameters->items[index], "Default");

	if (given && given->use_previous)
		return arguments_find(resolution->previous, name)->value;
	if (given && given->value)
		return given->value;
	return otherwise ? otherwise->text : NULL;
}

static bool check_missing(const struct resolution *resolution, struct error *e)
{
	AUTO_DONE(texts_done) struct texts missing = {0};
	const struct node *parameters = resolution->parameters;

	for (size_t i = 0; parameters && i < parameters->count; i++) {
		const char *name = parameters->names[i]->text;

		if (effective(resolution, i))
			continue;
		if (argument_is_ssm(parameters->items[i]))
			return error_set(e, ERROR_INVALID,
				"Parameter %s should either have input value or default value",
				name);
		texts_add(&missing, name);
	}
	if (!missing.count)
		return true;
	AUTO(free_text) char *names = texts_join(&missing, ", ");

	return error_set(e, ERROR_INVALID, "Parameters: [%s] must have values", names);
}

/* Looks up the value behind the name in `value`. */
static bool resolve_ssm(
	const struct environment *environment, const char *value, char **resolved, struct error *e)
{
	const char *found = environment && environment->ssm_value
				    ? environment->ssm_value(environment->owner, value)
				    : NULL;

	if (!found)
		return error_set(e, ERROR_INVALID,
			"Unable to fetch parameters [%.255s] from parameter store for this "
			"account.",
			value);
	*resolved = xstrdup(found);
	return true;
}

static bool add_argument(
	const struct resolution *resolution, size_t index, struct arguments *out, struct error *e)
{
	const struct node *parameter = resolution->parameters->items[index];
	const char *name = resolution->parameters->names[index]->text;
	const char *value = effective(resolution, index);
	struct argument *argument;

	GROW(out->items, out->size, out->count + 1);
	argument = &out->items[out->count++];
	*argument = (struct argument){
		.name = xstrdup(name),
		.value = xstrdup(value),
		.no_echo = node_is(node_get(parameter, "NoEcho"), "true"),
	};
	if (argument_is_ssm(parameter) &&
		!resolve_ssm(resolution->environment, value, &argument->resolved, e))
		return false;
	/* A nested stack's parameter may get its value only when the stack above is changed. */
	if (strstr(value, EVALUATE_UNKNOWN))
		return true;
	return argument_check(parameter, name, argument->resolved ? argument->resolved : value, e);
}

bool arguments_resolve(const struct blueprint *blueprint, const struct given_argument *given,
	size_t given_count, const struct arguments *previous, const struct environment *environment,
	struct arguments *out, struct error *e)
{
	struct resolution resolution = {blueprint_section(blueprint, "Parameters"), given,
		given_count, previous, environment};
	const struct node *parameters = resolution.parameters;

	*out = (struct arguments){0};
	if (!check_known(&resolution, e) || !check_previous(&resolution, e) ||
		!check_missing(&resolution, e))
		return false;
	for (size_t i = 0; parameters && i < parameters->count; i++) {
		if (!add_argument(&resolution, i, out, e)) {
			arguments_done(out);
			return false;
		}
	}
	return true;
}
