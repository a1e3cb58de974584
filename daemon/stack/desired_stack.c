/* One manifest and its template become one stack; values are filled in from where they come. */
#include <string.h>

#include "base/text.h"
#include "stack/desired_build.h"

FORMAT(4, 0)
static void say(const struct desired_stack *stack, struct texts *to, struct place place,
	const char *format, va_list arguments)
{
	const char *slash = strrchr(stack->path, '/');

	if (to->count >= PROBLEMS_LIMIT)
		return;
	AUTO(free_text) char *said = xvasprintf(format, arguments);
	AUTO(free_text)
	char *line = xasprintf(
		"%s:%u:%u: %s", slash ? slash + 1 : stack->path, place.line, place.column, said);

	texts_add(to, line);
}

void stack_problem(
	struct desired_stack *stack, unsigned line, unsigned column, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(stack, &stack->problems, (struct place){line, column}, format, arguments);
	va_end(arguments);
}

void draft_problem(struct draft *draft, unsigned line, unsigned column, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(draft->stack, &draft->stack->problems, (struct place){line, column}, format, arguments);
	va_end(arguments);
}

void draft_warning(struct draft *draft, unsigned line, unsigned column, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(draft->stack, &draft->stack->warnings, (struct place){line, column}, format, arguments);
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

struct identity {
	const char *name, *region, *assume_role_arn, *external_id;
};

static void be(struct desired_stack *stack, const struct identity *identity, bool known)
{
	stack->name = xstrdup(identity->name);
	stack->region = xstrdup(identity->region ? identity->region : "");
	stack->assume_role_arn = xstrdup(identity->assume_role_arn);
	stack->external_id = xstrdup(identity->external_id);
	stack->name_known = known;
}

/* A file too broken to say stays what it was. */
static void identify(
	struct building *building, struct draft *draft, const struct desired_stack *was)
{
	struct desired_stack *stack = draft->stack;
	const struct manifest *manifest = draft->parsed->manifest;
	bool identified = manifest && manifest->identified;
	struct identity identity = {.name = stack->manifest, .region = building->region};

	if (manifest && manifest->region)
		identity.region = manifest->region;
	if (manifest && manifest->stack_name)
		identity.name = manifest->stack_name;
	if (manifest) {
		identity.assume_role_arn = manifest->assume_role_arn;
		identity.external_id = manifest->external_id;
	}
	if (identified && !identity.region)
		draft_problem(draft, 1, 1,
			"found no region, expected 'region:' here, 'Region=' in stackd.conf, "
			"AWS_REGION or a profile's");
	if (identified && identity.region) {
		be(stack, &identity, true);
	} else if (was && was->name_known) {
		identity = (struct identity){
			was->name, was->region, was->assume_role_arn, was->external_id};
		be(stack, &identity, true);
	} else {
		be(stack, &identity, false);
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
	if (template->large && !building->settings->template_bucket)
		draft_problem(draft, manifest->template_line, manifest->template_column,
			"found a template of %zu bytes, expected at most %d without "
			"'TemplateBucket=' in stackd.conf: name a bucket there, through which "
			"larger ones go, or make it smaller",
			template->body_length, TEMPLATE_BODY_LIMIT);
	draft->stack->template = template;
	building_give(building, draft);
	stack_match_parameters(draft->stack);
}

/* What is behind it, only the world can tell: see desired_bind_template(). */
static void add_url(struct building *building, struct draft *draft)
{
	draft->stack->template_url = xstrdup(draft->parsed->manifest->template_url);
	building_give(building, draft);
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
	for (size_t i = 0; i < stack->given_count; i++) {
		const struct desired_given *given = &stack->given[i];

		for (size_t j = 0; j < given->part_count; j++)
			digest_field(&stream, given->parts[j].text);
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
	stack->template_line = manifest->template_line;
	stack->template_column = manifest->template_column;
	if (draft->drawn)
		add_template(building, draft);
	else if (manifest->template_url && !draft->parsed->problems.count)
		add_url(building, draft);
	stack->source = source_of(draft);
}
