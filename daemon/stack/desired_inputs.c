/* What parents can give, as far as their templates tell. Only a warning: what counts is the live
 * stack, which may have an output that its template no longer has, or not have it yet. */
#include "stack/desired_build.h"
#include "stack/names.h"

/* False where only the live stack can tell. */
static bool known(const struct building *building, const struct edge *edge)
{
	const struct desired_stack *parent =
		edge->stack == SIZE_MAX ? NULL : building->drafts[edge->stack].stack;

	return parent && parent->template && !parent->template->more_outputs;
}

static bool gives(const struct building *building, const struct edge *edge, const char *output)
{
	const struct desired_stack *parent = building->drafts[edge->stack].stack;

	return texts_have(&parent->template->outputs, output);
}

static void check_cluster(
	const struct building *building, struct draft *draft, const struct edge *edge)
{
	const struct desired_stack *parent;

	if (edge->kind != EDGE_CLUSTER || edge->stack == SIZE_MAX)
		return;
	parent = building->drafts[edge->stack].stack;
	if (parent->frozen || parent->kind == KIND_CLUSTER)
		return;
	draft_warning(draft, edge->line, edge->column,
		"expected a manifest with 'kind: cluster' after 'cluster:', found '%s' with 'kind: "
		"%s'",
		shown(edge->text).text, stack_kind_name(parent->kind));
}

static void check_output(
	const struct building *building, struct draft *draft, const struct part *part)
{
	const struct edge *edge;

	if (part->kind != PART_OUTPUT)
		return;
	edge = &draft->stack->edges[part->edge];
	if (known(building, edge) && !gives(building, edge, part->text))
		draft_warning(draft, part->line, part->column,
			"found the output '%s', which the template of '%s' does not have",
			shown(part->text).text, shown(edge->text).text);
}

static void check_given(
	const struct building *building, struct draft *draft, const struct desired_given *given)
{
	for (size_t i = 0; i < given->part_count; i++)
		check_output(building, draft, &given->parts[i]);
}

/* A parameter that the manifest does not give and that has no Default. */
static void check_inherited(const struct building *building, struct draft *draft,
	const struct template_parameter *declared)
{
	const struct desired_stack *stack = draft->stack;
	const struct edge *first = NULL;

	for (size_t i = 0; i < stack->edge_count; i++) {
		const struct edge *edge = &stack->edges[i];

		if (edge->kind != EDGE_CLUSTER && edge->kind != EDGE_PARENT)
			continue;
		if (!known(building, edge) || gives(building, edge, declared->name))
			return;
		if (!first)
			first = edge;
	}
	if (first)
		draft_warning(draft, first->line, first->column,
			"template parameter '%s' has no value: it is not in 'parameters:', has no "
			"Default, and no template of a parent has an output of that name",
			shown(declared->name).text);
}

/* Where a template is a file of its own, the place is one in there. */
static void check_roles(const struct building *building, struct draft *draft)
{
	static const char format[] =
		"task definition %s has no TaskRoleArn: its containers share the rights of the "
		"cluster's instances with all other services; give it a role of its own";
	const struct desired_stack *stack = draft->stack;

	if (stack->kind != KIND_SERVICE || !stack->template || !draft->drawn || draft->drawn->told)
		return;
	draft->drawn->told = true;
	for (size_t i = 0; i < stack->template->roleless_count; i++) {
		const struct template_roleless *resource = &stack->template->roleless[i];
		AUTO(free_text) char *what = xasprintf(format, shown(resource->name).text);

		if (stack->template_path)
			draft_warning_in(draft, building_shown_path(building, stack->template_path),
				resource->line, resource->column, what);
		else
			draft_warning(draft, resource->line, resource->column, "%s", what);
	}
}

void building_check_inputs(struct building *building)
{
	for (size_t i = 0; i < building->draft_count; i++)
		if (building->drafts[i].drawn)
			building->drafts[i].drawn->told = false;
	for (size_t i = 0; i < building->draft_count; i++) {
		struct draft *draft = &building->drafts[i];
		const struct desired_stack *stack = draft->stack;

		check_roles(building, draft);
		for (size_t j = 0; j < stack->edge_count; j++)
			check_cluster(building, draft, &stack->edges[j]);
		for (size_t j = 0; j < stack->given_count; j++)
			check_given(building, draft, &stack->given[j]);
		for (size_t j = 0; j < stack->parameter_count; j++)
			if (!stack->parameters[j].given && !stack->parameters[j].declared->preset)
				check_inherited(building, draft, stack->parameters[j].declared);
	}
}
