/* One manifest and its template become one stack; values are filled in from where they come. */
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

FORMAT(4, 0)
static void say(struct draft *draft, struct texts *to, struct place place, const char *format,
	va_list arguments)
{
	if (to->count >= PROBLEMS_LIMIT)
		return;
	AUTO(free_text) char *said = xvasprintf(format, arguments);
	AUTO(free_text)
	char *line = xasprintf("%s:%u:%u: %s", draft->parsed->file, place.line, place.column, said);

	texts_add(to, line);
}

void draft_problem(struct draft *draft, unsigned line, unsigned column, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(draft, &draft->stack->problems, (struct place){line, column}, format, arguments);
	va_end(arguments);
}

void draft_warning(struct draft *draft, unsigned line, unsigned column, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(draft, &draft->stack->warnings, (struct place){line, column}, format, arguments);
	va_end(arguments);
}

void draft_warning_in(
	struct draft *draft, const char *path, unsigned line, unsigned column, const char *what)
{
	struct texts *warnings = &draft->stack->warnings;
	AUTO(free_text) char *text = xasprintf("%s:%u:%u: %s", path, line, column, what);

	if (warnings->count < PROBLEMS_LIMIT)
		texts_add(warnings, text);
}

/* --- which stack it is --- */

static void be(struct desired_stack *stack, const char *name, const char *region, bool known)
{
	stack->name = xstrdup(name);
	stack->region = xstrdup(region ? region : "");
	stack->name_known = known;
}

/* A file too broken to say stays what it was. */
static void identify(
	struct building *building, struct draft *draft, const struct desired_stack *was)
{
	struct desired_stack *stack = draft->stack;
	const struct manifest *manifest = draft->parsed->manifest;
	bool identified = manifest && manifest->identified;
	const char *region = manifest && manifest->region ? manifest->region : building->region;

	if (identified && !region)
		draft_problem(draft, 1, 1,
			"found no region, expected 'region:' here, 'Region=' in stackd.conf, "
			"AWS_REGION or a profile's");
	if (identified && region)
		be(stack, manifest->stack_name, region, true);
	else if (was && was->name_known)
		be(stack, was->name, was->region, true);
	else if (manifest && manifest->stack_name)
		be(stack, manifest->stack_name, region, false);
	else
		be(stack, stack->manifest, region, false);
}

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

static void check_value(struct draft *draft, const struct manifest_parameter *given,
	const struct desired_parameter *parameter)
{
	size_t length = parameter->part_count ? parameter->part_count - 1 : 0;

	for (size_t i = 0; i < parameter->part_count; i++) {
		const struct part *part = &parameter->parts[i];

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

static void fill(struct building *building, struct draft *draft,
	const struct manifest_parameter *given, struct desired_parameter *parameter)
{
	parameter->given = true;
	parameter->line = given->line;
	parameter->column = given->column;
	parameter->parts = xcalloc(given->part_count, sizeof(struct part));
	for (size_t i = 0; i < given->part_count; i++) {
		struct part *part = &parameter->parts[parameter->part_count++];

		*part = given->parts[i];
		part->name = xstrdup(given->parts[i].name);
		part->text = text_of(building, draft, &given->parts[i]);
		if (part->kind != PART_LITERAL && part->kind != PART_OUTPUT)
			parameter->has_sources = true;
	}
	check_value(draft, given, parameter);
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

static void refuse_undeclared(struct draft *draft, const struct manifest_parameter *given)
{
	const struct template *template = draft->drawn->template;
	struct nearest nearest = nearest_to(given->name);

	for (size_t i = 0; i < template->parameter_count && i < GUESSES_LIMIT; i++)
		nearest_offer(&nearest, template->parameters[i].name);
	draft_problem(draft, given->line, given->column,
		"found parameter '%s', which the template does not declare%s",
		shown(given->name).text, nearest_hint(&nearest).text);
}

static bool has_parents(const struct manifest *manifest)
{
	for (size_t i = 0; i < manifest->edge_count; i++)
		if (manifest->edges[i].kind == EDGE_CLUSTER ||
			manifest->edges[i].kind == EDGE_PARENT)
			return true;
	return false;
}

static void refuse_missing(struct draft *draft, const struct template_parameter *declared)
{
	draft_problem(draft, 1, 1,
		"template parameter '%s' has no value: expected one after 'parameters:', for it "
		"has no Default, and neither 'cluster:' nor 'parents:' names a stack that could "
		"have it as an output",
		shown(declared->name).text);
}

static void add_parameters(struct building *building, struct draft *draft)
{
	struct desired_stack *stack = draft->stack;
	const struct manifest *manifest = draft->parsed->manifest;
	const struct template *template = draft->drawn->template;
	AUTO_DONE(lookup_done) struct lookup declared = {0};
	AUTO_DONE(lookup_done) struct lookup given = {0};

	for (size_t i = 0; i < template->parameter_count; i++)
		lookup_add(&declared, template->parameters[i].name, i);
	for (size_t i = 0; i < manifest->parameter_count; i++)
		lookup_add(&given, manifest->parameters[i].name, i);
	lookup_sort(&declared);
	lookup_sort(&given);
	for (size_t i = 0; i < manifest->parameter_count; i++)
		if (!lookup_get(&declared, manifest->parameters[i].name))
			refuse_undeclared(draft, &manifest->parameters[i]);
	stack->parameters = xcalloc(template->parameter_count, sizeof(struct desired_parameter));
	stack->parameter_count = template->parameter_count;
	for (size_t i = 0; i < stack->parameter_count; i++) {
		struct desired_parameter *parameter = &stack->parameters[i];
		const struct lookup_item *item;

		parameter->declared = &template->parameters[i];
		item = lookup_get(&given, parameter->declared->name);
		if (item)
			fill(building, draft, &manifest->parameters[item->value], parameter);
		else if (!parameter->declared->preset && !has_parents(manifest))
			refuse_missing(draft, parameter->declared);
	}
}

/* --- the whole --- */

static void add_template(struct building *building, struct draft *draft)
{
	const struct manifest *manifest = draft->parsed->manifest;
	struct template *template = draft->drawn->template;

	if (!template && manifest->template_path)
		draft_problem(draft, manifest->template_line, manifest->template_column, "%s%s",
			draft->drawn->unreadable ? "can't read the template " : "",
			draft->drawn->problem);
	else if (!template)
		texts_add(&draft->stack->problems, draft->drawn->problem);
	if (!template)
		return;
	if (!template->has_resources)
		draft_problem(draft, manifest->template_line, manifest->template_column,
			"expected a template with 'Resources', found none in it");
	draft->stack->template = template;
	add_parameters(building, draft);
}

static void add_edges(struct desired_stack *stack, const struct manifest *manifest)
{
	stack->edges = xcalloc(manifest->edge_count, sizeof(struct edge));
	for (; stack->edge_count < manifest->edge_count; stack->edge_count++) {
		const struct edge *edge = &manifest->edges[stack->edge_count];

		stack->edges[stack->edge_count] = *edge;
		stack->edges[stack->edge_count].text = xstrdup(edge->text);
	}
}

static struct digest source_of(const struct draft *draft)
{
	const struct desired_stack *stack = draft->stack;
	struct digest_stream stream;

	digest_begin(&stream);
	digest_add(&stream, draft->parsed->digest.bytes, DIGEST_SIZE);
	if (draft->drawn)
		digest_add(&stream, draft->drawn->source.bytes, DIGEST_SIZE);
	for (size_t i = 0; i < stack->parameter_count; i++) {
		const struct desired_parameter *parameter = &stack->parameters[i];

		for (size_t j = 0; j < parameter->part_count; j++)
			digest_field(&stream, parameter->parts[j].text);
	}
	digest_field(&stream, stack->stack_policy);
	return digest_end(&stream);
}

void building_stack(struct building *building, struct draft *draft, const struct desired_stack *was)
{
	struct desired_stack *stack = draft->stack;
	const struct manifest *manifest = draft->parsed->manifest;

	texts_copy(&stack->problems, &draft->parsed->problems);
	identify(building, draft, was);
	building_options(building, draft);
	if (!manifest) {
		stack->source = source_of(draft);
		return;
	}
	stack->kind = manifest->kind;
	stack->suspend = xstrdup(manifest->suspend);
	texts_copy(&stack->capabilities, &manifest->capabilities);
	add_edges(stack, manifest);
	if (draft->drawn)
		add_template(building, draft);
	stack->source = source_of(draft);
}
