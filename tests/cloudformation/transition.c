#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "cloudformation/planner.h"
#include "cloudformation/resource_type.h"

static bool is_preview(const struct planner *planner)
{
	return planner->mode == TRANSITION_PREVIEW;
}

static const struct node *resources_section(const struct planner *planner)
{
	return blueprint_section(planner->evaluator.blueprint, "Resources");
}

/* ---- One resource's new state ---- */

static bool evaluate_properties(struct planner *planner, const struct node *node,
	struct resource *resource, struct error *e)
{
	const struct node *source = node_get(node, "Properties");
	AUTO(node_free) struct node *properties = NULL;

	if (!source)
		return true;
	if (!evaluate_value(&planner->evaluator, source, &properties, e))
		return false;
	for (size_t i = 0; properties && properties->kind == NODE_MAP && i < properties->count;
		i++) {
		AUTO(free_text) char *json = canonical_json(properties->items[i]);

		pairs_add(&resource->properties, properties->names[i]->text, json);
	}
	pairs_sort(&resource->properties);
	return true;
}

static bool evaluate_sections(struct planner *planner, const struct node *node,
	struct resource *resource, struct error *e)
{
	static const char *const sections[] = {"CreationPolicy", "Metadata", "UpdatePolicy"};

	for (size_t i = 0; i < COUNT(sections); i++) {
		const struct node *source = node_get(node, sections[i]);
		AUTO(node_free) struct node *value = NULL;

		if (!source)
			continue;
		if (!evaluate_value(&planner->evaluator, source, &value, e))
			return false;
		if (!value)
			continue;
		AUTO(free_text) char *json = canonical_json(value);

		pairs_add(&resource->sections, sections[i], json);
	}
	return true;
}

static void set_policies(const struct node *node, struct resource *resource)
{
	const struct node *deletion = node_get(node, "DeletionPolicy");
	const struct node *replacing = node_get(node, "UpdateReplacePolicy");
	const char *otherwise = resource_type_default_deletion(
		resource_type_find(resource->type), &resource->properties);

	resource->deletion_policy = xstrdup(deletion ? deletion->text : otherwise);
	resource->update_replace_policy = xstrdup(replacing ? replacing->text : "Delete");
}

/* All but physical id and attributes. */
static bool evaluate_resource(struct planner *planner, const char *name, const struct node *node,
	const struct texts *dependencies, struct resource *resource, struct error *e)
{
	bool good;

	*resource = (struct resource){
		.logical_id = xstrdup(name),
		.type = xstrdup(node_get(node, "Type")->text),
	};
	texts_copy(&resource->dependencies, dependencies);
	good = evaluate_properties(planner, node, resource, e) &&
	       evaluate_sections(planner, node, resource, e);
	set_policies(node, resource);
	return good;
}

/* ---- What changes ---- */

static struct change *add_change(struct transition *out, enum change_action action)
{
	struct change *change = &out->changes[out->change_count++];

	*change = (struct change){.action = action};
	return change;
}

static void change_done(struct change *change)
{
	texts_done(&change->scope);
	for (size_t i = 0; i < change->detail_count; i++) {
		free(change->details[i].name);
		free(change->details[i].path);
		free(change->details[i].before);
		free(change->details[i].after);
		free(change->details[i].causing_entity);
	}
	free(change->details);
	free(change->before_context);
	free(change->after_context);
	free(change->failure);
	free(change->change_set_id);
	nested_plan_free(change->nested);
	*change = (struct change){0};
}

static void create(
	struct planner *planner, struct resource *resource, const struct resource *replaced)
{
	const struct environment *environment = planner->evaluator.environment;

	if (is_preview(planner))
		replace_text(&resource->physical_id, EVALUATE_UNKNOWN);
	else
		resource_identify(resource, replaced, environment);
	resource_describe(resource, NULL, is_preview(planner), environment);
}

static void replace(struct planner *planner, struct resource *resource, struct change *change)
{
	create(planner, resource, change->before);
	if (strcmp(resource->physical_id, change->before->physical_id) == 0)
		change->failure = xasprintf("CloudFormation cannot update a stack when a "
					    "custom-named resource requires "
					    "replacing. Rename %s and update the stack again.",
			resource->physical_id);
}

static const char *policy_action(const struct change *change)
{
	const char *replacing, *deletion;

	if (change->action == CHANGE_REMOVE) {
		deletion = change->before->deletion_policy;
		return text_starts(deletion, "Retain")     ? "Retain"
		       : strcmp(deletion, "Snapshot") == 0 ? "Snapshot"
							   : "Delete";
	}
	if (change->action != CHANGE_MODIFY || change->replacement != REPLACEMENT_TRUE)
		return NULL;
	replacing = change->after->update_replace_policy;
	return text_starts(replacing, "Retain")     ? "ReplaceAndRetain"
	       : strcmp(replacing, "Snapshot") == 0 ? "ReplaceAndSnapshot"
						    : "ReplaceAndDelete";
}

static void add_resource(struct planner *planner, struct resource *resource, const char *failure)
{
	const char *imported = planner->start->imported
				       ? pairs_get(planner->start->imported, resource->logical_id)
				       : NULL;
	struct change *change = add_change(planner->out, imported ? CHANGE_IMPORT : CHANGE_ADD);

	if (imported) {
		replace_text(&resource->physical_id, imported);
		resource_describe(
			resource, NULL, is_preview(planner), planner->evaluator.environment);
	} else if (failure) {
		replace_text(&resource->physical_id, EVALUATE_UNKNOWN);
		change->failure = xstrdup(failure);
	} else if (nested_is_planned(planner, resource)) {
		nested_plan_resource(planner, change, resource);
	} else {
		create(planner, resource, NULL);
	}
	change->after = resource;
	change->after_context = details_context(resource);
}

static void modify_resource(struct planner *planner, const struct node *node,
	const struct resource *before, struct resource *resource, const char *failure)
{
	struct change *change = add_change(planner->out, CHANGE_MODIFY);

	change->before = before;
	change->after = resource;
	replace_text(&resource->physical_id, before->physical_id);
	bool nested = nested_is_planned(planner, resource);
	bool differs = details_compare(planner, node, change) || failure;

	if (nested && !failure && nested_plan_resource(planner, change, resource)) {
		if (!differs)
			details_automatic(change);
		differs = true;
	}
	if (!differs) {
		if (!nested)
			pairs_copy(&resource->attributes, &before->attributes);
		change_done(change);
		planner->out->change_count--;
		return;
	}
	if (failure)
		change->failure = xstrdup(failure);
	if (change->replacement == REPLACEMENT_TRUE ||
		(change->replacement == REPLACEMENT_CONDITIONAL && is_preview(planner)))
		replace(planner, resource, change);
	else if (!nested)
		resource_describe(
			resource, before, is_preview(planner), planner->evaluator.environment);
	change->policy_action = policy_action(change);
	change->before_context = details_context(before);
	change->after_context = details_context(resource);
}

static bool plan_resource(
	struct planner *planner, size_t index, const struct texts *dependencies, struct error *e)
{
	const struct node *section = resources_section(planner);
	const char *name = section->names[index]->text;
	const struct resource *before = resources_find(planner->start->resources, name);
	struct resources *after = &planner->out->after;
	struct resource *resource = &after->items[after->count];
	struct error cause = {0};
	bool good = evaluate_resource(
		planner, name, section->items[index], dependencies, resource, &cause);

	after->count++;
	if (!good && cause.kind != ERROR_REFUSED)
		return error_set(e, cause.kind, "%s", cause.text);
	if (before)
		modify_resource(
			planner, section->items[index], before, resource, good ? NULL : cause.text);
	else
		add_resource(planner, resource, good ? NULL : cause.text);
	return true;
}

/* ---- All of them ---- */

static bool check_types(const struct planner *planner, struct error *e)
{
	const struct node *section = resources_section(planner);
	AUTO_DONE(texts_done) struct texts changed = {0};

	for (size_t i = 0; i < section->count; i++) {
		const char *name = section->names[i]->text;
		const struct resource *before = resources_find(planner->start->resources, name);

		if (before && !node_is(node_get(section->items[i], "Type"), before->type) &&
			evaluator_is_active(&planner->evaluator, section->items[i]))
			texts_add(&changed, name);
	}
	if (!changed.count)
		return true;
	AUTO(free_text) char *names = texts_join(&changed, ", ");

	return error_set(e, ERROR_INVALID,
		"Update of resource type is not permitted. The new template modifies resource type "
		"of "
		"the following resources: [%s]",
		names);
}

/* The resources whose condition holds, with what they depend on, in an order of creation. */
struct active {
	struct texts names;
	size_t *indices;
	struct texts *dependencies;
	size_t *order;
};

static void active_done(struct active *active)
{
	for (size_t i = 0; i < active->names.count; i++)
		texts_done(&active->dependencies[i]);
	texts_done(&active->names);
	free(active->indices);
	free(active->dependencies);
	free(active->order);
}

static void keep_active(struct texts *dependencies, const struct texts *names)
{
	AUTO_DONE(texts_done) struct texts all = *dependencies;

	*dependencies = (struct texts){0};
	for (size_t i = 0; i < all.count; i++)
		if (texts_have(names, all.items[i]))
			texts_add(dependencies, all.items[i]);
}

static bool find_active(const struct planner *planner, struct active *active, struct error *e)
{
	const struct node *section = resources_section(planner);
	struct references how = {.conditions = &planner->evaluator.conditions};

	active->indices = xcalloc(section->count, sizeof(*active->indices));
	active->dependencies = xcalloc(section->count, sizeof(*active->dependencies));
	active->order = xcalloc(section->count, sizeof(*active->order));
	for (size_t i = 0; i < section->count; i++) {
		if (!evaluator_is_active(&planner->evaluator, section->items[i]))
			continue;
		active->indices[active->names.count] = i;
		texts_add(&active->names, section->names[i]->text);
	}
	for (size_t i = 0; i < active->names.count; i++) {
		dependencies_of(section, active->indices[i], &how, &active->dependencies[i]);
		keep_active(&active->dependencies[i], &active->names);
	}
	return order_resources(&active->names, active->dependencies, active->order, e);
}

static void plan_removals(struct planner *planner, const struct texts *active)
{
	const struct resources *before = planner->start->resources;

	for (size_t i = before ? before->count : 0; i > 0; i--) {
		const struct resource *resource = &before->items[i - 1];

		if (texts_have(active, resource->logical_id))
			continue;
		struct change *change = add_change(planner->out, CHANGE_REMOVE);

		change->before = resource;
		change->policy_action = policy_action(change);
		change->before_context = details_context(resource);
	}
}

static bool plan_resources(struct planner *planner, struct error *e)
{
	AUTO_DONE(active_done) struct active active = {0};
	struct transition *out = planner->out;
	const struct resources *before = planner->start->resources;

	if (!check_types(planner, e) || !find_active(planner, &active, e))
		return false;
	/* Both arrays get their final size at once: changes point into `after`. */
	out->changes = xcalloc(
		active.names.count + (before ? before->count : 0) + 1, sizeof(*out->changes));
	out->after.size = active.names.count + 1;
	out->after.items = xcalloc(out->after.size, sizeof(*out->after.items));
	planner->evaluator.resources = &out->after;
	for (size_t i = 0; i < active.names.count; i++) {
		size_t which = active.order[i];

		if (!plan_resource(planner, active.indices[which], &active.dependencies[which], e))
			return false;
	}
	plan_removals(planner, &active.names);
	return true;
}

bool transition_plan(const struct blueprint *blueprint, const struct environment *environment,
	const struct transition_start *start, enum transition_mode mode, struct transition *out,
	struct error *e)
{
	struct planner planner = {.start = start, .mode = mode, .out = out};
	bool good;

	*out = (struct transition){0};
	good = evaluator_init(
		       &planner.evaluator, blueprint, environment, mode == TRANSITION_PREVIEW, e) &&
	       plan_resources(&planner, e) && plan_outputs(&planner, e);
	if (good) {
		out->differs = out->change_count || out->outputs_differ || !start->resources;
		texts_sort(&planner.evaluator.imports);
		texts_copy(&out->imports, &planner.evaluator.imports);
	} else {
		transition_done(out);
	}
	evaluator_done(&planner.evaluator);
	return good;
}

void transition_done(struct transition *transition)
{
	for (size_t i = 0; i < transition->change_count; i++)
		change_done(&transition->changes[i]);
	free(transition->changes);
	resources_done(&transition->after);
	stack_outputs_done(&transition->outputs);
	free(transition->output_failure);
	texts_done(&transition->imports);
	*transition = (struct transition){0};
}
