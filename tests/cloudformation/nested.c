#include "cloudformation/nested.h"
#include "cloudformation/submission.h"

#include <string.h>

#include "base/document.h"
#include "cloudformation/objects.h"

/* A property's value as text: a list is joined by commas, as a parameter takes it. */
static char *as_text(const struct node *value)
{
	struct text out = {0};

	if (value->kind == NODE_SCALAR)
		text_add(&out, value->text);
	for (size_t i = 0; value->kind == NODE_LIST && i < value->count; i++) {
		if (i)
			text_add_char(&out, ',');
		if (value->items[i]->kind == NODE_SCALAR)
			text_add(&out, value->items[i]->text);
	}
	return text_take(&out);
}

static struct node *property(const struct resource *resource, const char *name)
{
	const char *json = pairs_get(&resource->properties, name);

	return json ? document_json(json, strlen(json), NULL, NULL) : NULL;
}

static const char *template_of(const struct model *model, const char *url)
{
	const char *body = pairs_get(&model->templates, url);
	const struct object *object = body ? NULL : objects_at(model, url, NULL);

	return object ? object->body : body;
}

/* The template, from what S3 has now, or as a change set found it. */
static const char *find_body(const struct evaluation *evaluation, const struct resource *resource,
	struct nested_plan *plan, struct error *e)
{
	const struct change_set *executing = evaluation->executing;
	const char *body = NULL;

	if (executing && executing->include_nested) {
		plan->set = plan->is_new ? NULL : nested_set_of(plan->child, executing);
		if (plan->set)
			return plan->set->deployment->body;
		if (plan->child->live)
			return plan->child->live->body;
	}
	AUTO(node_free) struct node *url = property(resource, "TemplateURL");

	if (url && url->kind == NODE_SCALAR)
		body = template_of(evaluation->model, url->text);
	if (!body)
		error_set(e, ERROR_REFUSED,
			"TemplateURL must reference a valid S3 object to which you have access.");
	return body;
}

static bool read_arguments(const struct evaluation *evaluation, const struct resource *resource,
	struct deployment *deployment, struct error *e)
{
	AUTO(node_free) struct node *parameters = property(resource, "Parameters");
	size_t count = parameters && parameters->kind == NODE_MAP ? parameters->count : 0;
	struct given_argument *given = xcalloc(count, sizeof(*given));

	for (size_t i = 0; i < count; i++)
		given[i] = (struct given_argument){
			.name = parameters->names[i]->text, .value = as_text(parameters->items[i])};
	bool good = arguments_resolve(deployment->blueprint, given, count, NULL,
		&evaluation->environment, &deployment->arguments, e);

	for (size_t i = 0; i < count; i++)
		free((char *)given[i].value);
	free(given);
	return good;
}

/* Tags of the stack above reach all below; so do its role and capabilities. */
static void inherit(const struct evaluation *evaluation, const struct resource *resource,
	struct deployment *out)
{
	const struct deployment *above = evaluation->deployment;
	AUTO(node_free) struct node *tags = property(resource, "Tags");
	AUTO(node_free) struct node *arns = property(resource, "NotificationARNs");

	pairs_copy(&out->tags, &above->tags);
	texts_copy(&out->capabilities, &above->capabilities);
	out->role_arn = xstrdup(above->role_arn);
	for (size_t i = 0; tags && tags->kind == NODE_LIST && i < tags->count; i++) {
		const struct node *key = node_get(tags->items[i], "Key");
		const struct node *value = node_get(tags->items[i], "Value");

		if (key && value && key->kind == NODE_SCALAR && value->kind == NODE_SCALAR)
			pairs_set(&out->tags, key->text, value->text);
	}
	for (size_t i = 0; arns && arns->kind == NODE_LIST && i < arns->count; i++)
		if (arns->items[i]->kind == NODE_SCALAR)
			texts_add(&out->notification_arns, arns->items[i]->text);
}

static bool read_deployment(const struct evaluation *evaluation, const struct resource *resource,
	struct nested_plan *plan, struct evaluation *inner, struct error *e)
{
	const char *body = find_body(evaluation, resource, plan, e);
	struct deployment *deployment = xcalloc(1, sizeof(*deployment));

	plan->deployment = deployment;
	if (!body)
		return false;
	deployment->body = xstrdup(body);
	deployment->blueprint = blueprint_parse(body, strlen(body), e);
	if (!deployment->blueprint)
		return false;
	inherit(evaluation, resource, deployment);
	evaluation_begin(inner, evaluation->model, plan->child, NULL);
	if (!read_arguments(inner, resource, deployment, e))
		return false;
	evaluation_begin(inner, evaluation->model, plan->child, deployment);
	inner->depth = evaluation->depth + 1;
	inner->nested_seen = evaluation->nested_seen;
	inner->executing = plan->set;
	return true;
}

/* A stack that a change set has made already is taken over. */
static bool find_child(const struct evaluation *evaluation, const struct change *change,
	const struct resource *resource, struct nested_plan *plan, struct error *e)
{
	struct model *model = evaluation->model;
	const struct stack *parent = evaluation->stack;

	if (change->before) {
		plan->child = stacks_find(
			model, parent->account, parent->region, change->before->physical_id);
		if (plan->child && !stacks_is(plan->child, "DELETE_COMPLETE"))
			return true;
		return error_set(
			e, ERROR_REFUSED, "Stack [%s] does not exist", change->before->physical_id);
	}
	plan->child = stacks_child(model, parent, resource->logical_id, "REVIEW_IN_PROGRESS");
	if (plan->child)
		return true;
	AUTO(free_text)
	char *name = xasprintf("%.80s-%.30s-%012llX", parent->name, resource->logical_id,
		(unsigned long long)(model_random(model) >> 16));

	plan->child = stacks_new(model, parent->account, parent->region, name, model->now_ms);
	plan->child->parent = (struct stack *)parent;
	plan->child->logical_id = xstrdup(resource->logical_id);
	plan->child->created_by = xstrdup(parent->created_by);
	plan->is_new = true;
	return true;
}

static bool plan_child(struct evaluation *inner, struct nested_plan *plan, bool preview,
	struct resource *resource, struct error *e)
{
	const struct stack *child = plan->child;
	bool deployed = child->resources.count || child->outputs.count;
	struct transition_start start = {
		.resources = deployed ? &child->resources : NULL,
		.outputs = deployed ? &child->outputs : NULL,
		.arguments = deployed && child->live ? &child->live->arguments : NULL,
	};

	if (!transition_plan(plan->deployment->blueprint, &inner->environment, &start,
		    preview ? TRANSITION_PREVIEW : TRANSITION_EXECUTE, &plan->transition, e))
		return false;
	plan->differs = plan->transition.differs || !child->live ||
			!tags_equal(&plan->deployment->tags, &child->live->tags);
	if (plan->differs && child->live && (child->operation || !stacks_is_updatable(child)))
		return error_set(e, ERROR_REFUSED,
			"Stack:%s is in %s state and can not be updated.", child->id,
			child->status);
	for (size_t i = 0; i < plan->transition.outputs.count; i++) {
		const struct stack_output *output = &plan->transition.outputs.items[i];
		AUTO(free_text) char *name = xasprintf("Outputs.%s", output->name);

		pairs_set(&resource->attributes, name, output->value);
	}
	return true;
}

/* A change set that doesn't include nested stacks can't know what is in them. */
static bool plan_unseen(const struct change *change, struct resource *resource, bool *differs)
{
	*differs = true;
	replace_text(&resource->physical_id,
		change->before ? change->before->physical_id : EVALUATE_UNKNOWN);
	if (change->before)
		pairs_copy(&resource->attributes, &change->before->attributes);
	return true;
}

bool nested_plan_stack(void *owner, bool preview, struct change *change, struct resource *resource,
	bool *differs, struct error *e)
{
	struct evaluation *evaluation = owner;
	struct evaluation inner;
	struct nested_plan *plan = NULL;

	if (preview && !evaluation->nested_seen)
		return plan_unseen(change, resource, differs);
	if (evaluation->depth >= NESTED_DEPTH)
		return error_set(e, ERROR_REFUSED, "Stacks are nested too deep");
	plan = xcalloc(1, sizeof(*plan));
	change->nested = plan;
	if (!find_child(evaluation, change, resource, plan, e))
		return false;
	replace_text(&resource->physical_id, plan->child->id);
	if (!read_deployment(evaluation, resource, plan, &inner, e) ||
		!plan_child(&inner, plan, preview, resource, e)) {
		e->kind = ERROR_REFUSED; /* the resource fails, not the request */
		return false;
	}
	*differs = plan->differs;
	return true;
}

void nested_plan_free(struct nested_plan *plan)
{
	if (!plan)
		return;
	transition_done(&plan->transition);
	deployment_free(plan->deployment);
	if (plan->is_new)
		stacks_free(plan->child);
	free(plan);
}
