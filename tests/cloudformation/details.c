#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "cloudformation/planner.h"
#include "cloudformation/resource_type.h"

/* One property, section or policy that differs. */
struct difference {
	const char *attribute;         /* "Properties", "Metadata" ... */
	const char *name;              /* of the property, or NULL */
	const char *before, *after;    /* canonical JSON, or a policy's text; NULL: not there */
	const struct node *expression; /* in the template; may be NULL */
	enum change_recreation recreation;
};

/* Why it differs, as far as parameters and other resources go. */
struct causes {
	const struct planner *planner;
	struct texts parameters, resources, attributes;
};

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static void add_once(struct texts *texts, const char *text)
{
	if (!texts_have(texts, text))
		texts_add(texts, text);
}

static void cause_of_name(struct causes *causes, const char *name)
{
	const struct planner *planner = causes->planner;
	const struct argument *new =
		arguments_find(planner->evaluator.environment->arguments, name);
	const struct argument *old = arguments_find(planner->start->arguments, name);
	const struct resource *before = resources_find(planner->start->resources, name);
	const struct resource *after = resources_find(&planner->out->after, name);

	/* What is behind the name of an SSM parameter can change by itself. */
	if (new && (!old || strcmp(new->value, old->value) != 0 ||
			   !same_text(new->resolved, old->resolved)))
		add_once(&causes->parameters, name);
	if (!new &&after && (!before || strcmp(before->physical_id, after->physical_id) != 0))
		add_once(&causes->resources, name);
}

static void cause_of_attribute(struct causes *causes, const char *name, const char *attribute)
{
	const struct planner *planner = causes->planner;
	const struct resource *before = resources_find(planner->start->resources, name);
	const struct resource *after = resources_find(&planner->out->after, name);
	AUTO(free_text) char *entity = xasprintf("%s.%s", name, attribute ? attribute : "");

	if (!after)
		return;
	if (!before || strcmp(before->physical_id, after->physical_id) != 0 ||
		(attribute && !same_text(pairs_get(&before->attributes, attribute),
				      pairs_get(&after->attributes, attribute))))
		add_once(&causes->attributes, entity);
}

static void visit(void *owner, enum reference_kind kind, const char *name, const char *attribute)
{
	if (kind == REFERENCE_NAME)
		cause_of_name(owner, name);
	else if (kind == REFERENCE_ATTRIBUTE)
		cause_of_attribute(owner, name, attribute);
}

static void causes_done(struct causes *causes)
{
	texts_done(&causes->parameters);
	texts_done(&causes->resources);
	texts_done(&causes->attributes);
}

/* A scalar as it is, anything else as canonical JSON. */
static char *shown(const char *json)
{
	AUTO(node_free) struct node *value = NULL;

	if (json && json[0] == '"')
		value = document_json(json, strlen(json), NULL, NULL);
	return xstrdup(value ? value->text : json);
}

static void add_detail(struct change *change, const struct difference *difference,
	enum change_source source, bool is_dynamic, const char *entity)
{
	struct change_detail *detail;

	change->details =
		xrealloc(change->details, (change->detail_count + 1) * sizeof(*change->details));
	detail = &change->details[change->detail_count++];
	*detail = (struct change_detail){
		.attribute = difference->attribute,
		.name = xstrdup(difference->name),
		.path = source == SOURCE_AUTOMATIC ? NULL
			: difference->name
				? xasprintf("/%s/%s", difference->attribute, difference->name)
				: xasprintf("/%s", difference->attribute),
		.before = shown(difference->before),
		.after = shown(difference->after),
		.recreation = difference->recreation,
		.is_dynamic = is_dynamic,
		.source = source,
		.causing_entity = xstrdup(entity),
	};
	if (!texts_have(&change->scope, difference->attribute))
		texts_add(&change->scope, difference->attribute);
}

static void raise_replacement(
	struct change *change, enum change_recreation recreation, bool is_dynamic)
{
	enum change_replacement needed = REPLACEMENT_FALSE;

	if (recreation == RECREATION_ALWAYS)
		needed = is_dynamic ? REPLACEMENT_CONDITIONAL : REPLACEMENT_TRUE;
	else if (recreation == RECREATION_CONDITIONALLY)
		needed = REPLACEMENT_CONDITIONAL;
	if (needed > change->replacement)
		change->replacement = needed;
}

/* A changed parameter gives two entries, as recorded: the reference, which is certain, and the
 * modification, which is not. */
static void explain(
	struct planner *planner, struct change *change, const struct difference *difference)
{
	AUTO_DONE(causes_done) struct causes causes = {.planner = planner};
	struct references references = {
		.owner = &causes, .visit = visit, .conditions = &planner->evaluator.conditions};
	size_t others;

	if (difference->expression)
		references_walk(&references, difference->expression);
	others = causes.resources.count + causes.attributes.count;
	for (size_t i = 0; i < causes.parameters.count; i++)
		add_detail(change, difference, SOURCE_PARAMETER_REFERENCE, false,
			causes.parameters.items[i]);
	for (size_t i = 0; i < causes.resources.count; i++)
		add_detail(change, difference, SOURCE_RESOURCE_REFERENCE, true,
			causes.resources.items[i]);
	for (size_t i = 0; i < causes.attributes.count; i++)
		add_detail(change, difference, SOURCE_RESOURCE_ATTRIBUTE, true,
			causes.attributes.items[i]);
	if (causes.parameters.count || !others)
		add_detail(change, difference, SOURCE_DIRECT_MODIFICATION,
			causes.parameters.count > 0, NULL);
	/* When it executes, all values are known. */
	raise_replacement(change, difference->recreation,
		planner->mode == TRANSITION_PREVIEW && !causes.parameters.count && others);
}

static void compare_property(struct planner *planner, struct change *change,
	const struct node *properties, const char *name)
{
	struct difference difference = {
		.attribute = "Properties",
		.name = name,
		.before = pairs_get(&change->before->properties, name),
		.after = pairs_get(&change->after->properties, name),
		.expression = node_get(properties, name),
	};

	if (same_text(difference.before, difference.after))
		return;
	difference.recreation = resource_type_recreation(
		resource_type_find(change->after->type), change->after->type, name);
	explain(planner, change, &difference);
}

static void compare_properties(
	struct planner *planner, struct change *change, const struct node *properties)
{
	const struct pairs *before = &change->before->properties;
	const struct pairs *after = &change->after->properties;

	for (size_t i = 0; i < after->count; i++)
		compare_property(planner, change, properties, after->items[i].name);
	for (size_t i = 0; i < before->count; i++)
		if (!pairs_has(after, before->items[i].name))
			compare_property(planner, change, properties, before->items[i].name);
}

static void compare_section(struct planner *planner, struct change *change, const struct node *node,
	const char *section)
{
	struct difference difference = {
		.attribute = section,
		.before = pairs_get(&change->before->sections, section),
		.after = pairs_get(&change->after->sections, section),
		.expression = node_get(node, section),
	};

	if (!same_text(difference.before, difference.after))
		explain(planner, change, &difference);
}

static void compare_policy(struct planner *planner, struct change *change, const char *policy,
	const char *before, const char *after)
{
	struct difference difference = {.attribute = policy, .before = before, .after = after};

	if (!same_text(before, after))
		explain(planner, change, &difference);
}

/* Static entries first, as recorded. */
static void sort_details(struct change *change)
{
	size_t place = 0;

	for (size_t i = 0; i < change->detail_count; i++) {
		struct change_detail detail = change->details[i];

		if (detail.is_dynamic)
			continue;
		memmove(&change->details[place + 1], &change->details[place],
			(i - place) * sizeof(detail));
		change->details[place++] = detail;
	}
}

void details_automatic(struct change *change)
{
	const struct difference difference = {.attribute = "Properties"};

	add_detail(change, &difference, SOURCE_AUTOMATIC, true, NULL);
}

bool details_compare(struct planner *planner, const struct node *node, struct change *change)
{
	const struct resource *before = change->before, *after = change->after;

	compare_section(planner, change, node, "Metadata");
	compare_properties(planner, change, node_get(node, "Properties"));
	compare_section(planner, change, node, "CreationPolicy");
	compare_section(planner, change, node, "UpdatePolicy");
	compare_policy(
		planner, change, "DeletionPolicy", before->deletion_policy, after->deletion_policy);
	compare_policy(planner, change, "UpdateReplacePolicy", before->update_replace_policy,
		after->update_replace_policy);
	sort_details(change);
	texts_sort(&change->scope);
	return change->detail_count > 0;
}

char *details_context(const struct resource *resource)
{
	AUTO(free_text) char *properties = resource_properties_json(resource);
	struct text out = {0};

	text_format(&out, "{\"Properties\":");
	text_add(&out, properties);
	for (size_t i = 0; i < resource->sections.count; i++) {
		text_format(&out, ",\"%s\":", resource->sections.items[i].name);
		text_add(&out, resource->sections.items[i].value);
	}
	if (strcmp(resource->deletion_policy, "Delete") != 0)
		text_format(&out, ",\"DeletionPolicy\":\"%s\"", resource->deletion_policy);
	if (strcmp(resource->update_replace_policy, "Delete") != 0)
		text_format(
			&out, ",\"UpdateReplacePolicy\":\"%s\"", resource->update_replace_policy);
	text_add_char(&out, '}');
	return text_take(&out);
}
