/* Values of parameters: filled in from where they come, then matched with what the template
 * declares, which may be known only later. */
#include <string.h>

#include "base/nearest.h"
#include "base/path.h"
#include "base/text.h"
#include "stack/desired_build.h"
#include "stack/names.h"

enum {
	VALUE_LIMIT = 4096,  /* CloudFormation's, in bytes */
	GUESSES_LIMIT = 200, /* parameters that a mistyped one is compared with */
};

/* --- values --- */

static char *file_path(const struct draft *draft, const struct part *part)
{
	return path_beside(draft->stack->path, part->name);
}

static char *text_of_file(struct building *building, struct draft *draft, const struct part *part)
{
	AUTO(free_text) char *path = file_path(draft, part);
	const struct file *file = building_file(building, path);

	if (!file->bytes) {
		draft_problem(draft, part->line, part->column, "can't read the file %s: %s",
			shown(part->name).text, file->problem);
		return NULL;
	}
	if (!utf8_valid(file->bytes, file->length, NULL)) {
		draft_problem(draft, part->line, part->column,
			"expected UTF-8 text in the file %s, found other bytes",
			shown(part->name).text);
		return NULL;
	}
	size_t length = file->length;

	if (length && file->bytes[length - 1] == '\n')
		length -= length > 1 && file->bytes[length - 2] == '\r' ? 2 : 1;
	return xstrndup(file->bytes, length);
}

static char *text_of_pair(
	struct draft *draft, const struct part *part, const struct pairs *pairs, const char *what)
{
	const char *text = pairs_get(pairs, part->name);

	if (!text)
		draft_problem(draft, part->line, part->column,
			"found no %s '%s', expected stackd to be started with it", what,
			shown(part->name).text);
	return xstrdup(text);
}

static char *text_of(struct building *building, struct draft *draft, const struct part *part)
{
	switch (part->kind) {
	case PART_FILE:
		return text_of_file(building, draft, part);
	case PART_ENVIRONMENT:
		return text_of_pair(
			draft, part, &building->surroundings->environment, "environment variable");
	case PART_CREDENTIAL:
		return text_of_pair(
			draft, part, &building->surroundings->credentials, "credential");
	default:
		return xstrdup(part->text);
	}
}

static void check_value(struct draft *draft, const struct desired_given *given)
{
	size_t length = given->part_count ? given->part_count - 1 : 0;

	for (size_t i = 0; i < given->part_count; i++) {
		const struct part *part = &given->parts[i];

		if (!part->text || part->kind == PART_OUTPUT)
			continue;
		length += strlen(part->text);
		if (given->list && part->kind != PART_LITERAL && strchr(part->text, ','))
			draft_problem(draft, part->line, part->column,
				"expected an item without a comma in the list of '%s', found one "
				"in %s (the list is joined with commas)",
				given->name, shown(part->name).text);
	}
	if (length > VALUE_LIMIT)
		draft_problem(draft, given->line, given->column,
			"expected at most %d bytes as the value of '%s', found %zu", VALUE_LIMIT,
			given->name, length);
}

static void give(struct building *building, struct draft *draft,
	const struct manifest_parameter *said, struct desired_given *given)
{
	*given = (struct desired_given){.name = xstrdup(said->name),
		.list = said->list,
		.parts = xcalloc(said->part_count, sizeof(struct part)),
		.line = said->line,
		.column = said->column};
	for (size_t i = 0; i < said->part_count; i++) {
		struct part *part = &given->parts[given->part_count++];

		*part = said->parts[i];
		part->name = xstrdup(said->parts[i].name);
		part->text = text_of(building, draft, &said->parts[i]);
		if (part->kind != PART_LITERAL && part->kind != PART_OUTPUT)
			given->has_sources = true;
	}
	check_value(draft, given);
}

void building_give(struct building *building, struct draft *draft)
{
	struct desired_stack *stack = draft->stack;
	const struct manifest *manifest = draft->parsed->manifest;

	stack->given = xcalloc(manifest->parameter_count, sizeof(struct desired_given));
	for (size_t i = 0; i < manifest->parameter_count; i++)
		give(building, draft, &manifest->parameters[i],
			&stack->given[stack->given_count++]);
}

void building_want_values(struct building *building)
{
	for (size_t i = 0; i < building->draft_count; i++) {
		struct draft *draft = &building->drafts[i];
		const struct manifest *manifest = draft->parsed->manifest;

		for (size_t j = 0; !draft->parsed->problems.count && j < manifest->parameter_count;
			j++) {
			const struct manifest_parameter *parameter = &manifest->parameters[j];

			for (size_t k = 0; k < parameter->part_count; k++) {
				if (parameter->parts[k].kind != PART_FILE)
					continue;
				AUTO(free_text) char *path = file_path(draft, &parameter->parts[k]);

				building_file(building, path);
			}
		}
	}
}

/* --- what the template declares --- */

static void refuse_undeclared(struct desired_stack *stack, const struct desired_given *given)
{
	const struct template *template = stack->template;
	struct nearest nearest = nearest_to(given->name);

	for (size_t i = 0; i < template->parameter_count && i < GUESSES_LIMIT; i++)
		nearest_offer(&nearest, template->parameters[i].name);
	stack_problem(stack, given->line, given->column,
		"found parameter '%s', which the template does not declare%s",
		shown(given->name).text, nearest_hint(&nearest).text);
}

static bool has_parents(const struct desired_stack *stack)
{
	for (size_t i = 0; i < stack->edge_count; i++)
		if (stack->edges[i].kind == EDGE_CLUSTER || stack->edges[i].kind == EDGE_PARENT)
			return true;
	return false;
}

static void refuse_missing(struct desired_stack *stack, const struct template_parameter *declared)
{
	stack_problem(stack, 1, 1,
		"template parameter '%s' has no value: expected one after 'parameters:', for it "
		"has no Default, and neither 'cluster:' nor 'parents:' names a stack that could "
		"have it as an output",
		shown(declared->name).text);
}

static void match(struct desired_parameter *parameter, const struct desired_given *given)
{
	parameter->given = true;
	parameter->has_sources = given->has_sources;
	parameter->parts = given->parts;
	parameter->part_count = given->part_count;
	parameter->line = given->line;
	parameter->column = given->column;
}

void stack_match_parameters(struct desired_stack *stack)
{
	const struct template *template = stack->template;
	AUTO_DONE(lookup_done) struct lookup declared = {0};
	AUTO_DONE(lookup_done) struct lookup given = {0};

	for (size_t i = 0; i < template->parameter_count; i++)
		lookup_add(&declared, template->parameters[i].name, i);
	for (size_t i = 0; i < stack->given_count; i++)
		lookup_add(&given, stack->given[i].name, i);
	lookup_sort(&declared);
	lookup_sort(&given);
	for (size_t i = 0; i < stack->given_count; i++)
		if (!lookup_get(&declared, stack->given[i].name))
			refuse_undeclared(stack, &stack->given[i]);
	stack->parameters = xcalloc(template->parameter_count, sizeof(struct desired_parameter));
	stack->parameter_count = template->parameter_count;
	for (size_t i = 0; i < stack->parameter_count; i++) {
		struct desired_parameter *parameter = &stack->parameters[i];
		const struct lookup_item *item;

		parameter->declared = &template->parameters[i];
		item = lookup_get(&given, parameter->declared->name);
		if (item)
			match(parameter, &stack->given[item->value]);
		else if (!parameter->declared->preset && !has_parents(stack))
			refuse_missing(stack, parameter->declared);
	}
}

/* --- and after --- */

static void forget_parameters(struct desired_stack *stack)
{
	free(stack->parameters);
	stack->parameters = NULL;
	stack->parameter_count = 0;
}

void stack_values_free(struct desired_stack *stack)
{
	forget_parameters(stack);
	for (size_t i = 0; i < stack->given_count; i++) {
		struct desired_given *given = &stack->given[i];

		for (size_t j = 0; j < given->part_count; j++)
			part_done(&given->parts[j]);
		free(given->parts);
		free(given->name);
	}
	free(stack->given);
	stack->given = NULL;
	stack->given_count = 0;
}

void stack_freeze(struct desired_stack *stack)
{
	stack->frozen = true;
	stack->template = NULL;
	stack_values_free(stack);
}

bool desired_template_awaited(const struct desired_stack *stack)
{
	return !stack->frozen && stack->template_url && !stack->template;
}

bool desired_bind_template(struct desired_stack *stack, struct template *template)
{
	if (stack->frozen)
		return false;
	forget_parameters(stack);
	stack->template = template;
	stack_match_parameters(stack);
	if (stack->problems.count)
		stack_freeze(stack);
	return !stack->frozen;
}
