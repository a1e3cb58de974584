#include "cloudformation/stacks.h"

#include <stdio.h>
#include <string.h>

#include "cloudformation/operations.h"
#include "cloudformation/render.h"
#include "cloudformation/xml.h"

struct stack *stacks_new(struct model *model, const char *account, const char *region,
	const char *name, uint64_t now_ms)
{
	struct stack *stack = xcalloc(1, sizeof(*stack));
	AUTO(free_text) char *uuid = model_uuid(model);

	stack->number = ++model->stack_number;
	stack->id =
		xasprintf("arn:aws:cloudformation:%s:%s:stack/%s/%s", region, account, name, uuid);
	stack->name = xstrdup(name);
	stack->account = xstrdup(account);
	stack->region = xstrdup(region);
	stack->created_ms = now_ms;
	stack->status = "";
	return stack;
}

void stacks_insert(struct model *model, struct stack *takes)
{
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): an array of pointers */
	GROW(model->stacks, model->stack_size, model->stack_count + 1);
	model->stacks[model->stack_count++] = takes;
	if (takes->parent)
		takes->parent->has_nested = true;
}

void deployment_free(struct deployment *deployment)
{
	if (!deployment)
		return;
	free(deployment->body);
	blueprint_free(deployment->blueprint);
	arguments_done(&deployment->arguments);
	texts_done(&deployment->capabilities);
	pairs_done(&deployment->tags);
	texts_done(&deployment->notification_arns);
	free(deployment->role_arn);
	free(deployment->monitoring_minutes);
	pairs_done(&deployment->triggers);
	free(deployment);
}

static void change_set_free(struct change_set *set)
{
	for (size_t i = 0; i < set->change_count; i++) {
		text_done(&set->changes[i]);
		text_done(&set->changes_with_values[i]);
	}
	free(set->changes);
	free(set->changes_with_values);
	free(set->id);
	free(set->name);
	free(set->description);
	free(set->on_stack_failure);
	free(set->status_reason);
	free(set->operation_id);
	pairs_done(&set->imported);
	free(set);
}

static void event_done(struct event *event)
{
	free(event->id);
	free(event->logical_id);
	free(event->physical_id);
	free(event->type);
	free(event->reason);
	free(event->token);
	free(event->operation_id);
	free(event->properties);
}

static void row_done(struct row *row)
{
	free(row->logical_id);
	free(row->physical_id);
	free(row->type);
	free(row->reason);
	free(row->metadata);
}

static void forget_snapshots(struct stack *stack)
{
	for (size_t i = 0; i < stack->snapshot_count; i++) {
		text_done(&stack->snapshots[i].xml);
		text_done(&stack->snapshots[i].summary);
	}
	stack->snapshot_count = 0;
}

static void free_lists(struct stack *stack)
{
	for (size_t i = 0; i < stack->deployment_count; i++)
		deployment_free(stack->deployments[i]);
	for (size_t i = 0; i < stack->change_set_count; i++)
		change_set_free(stack->change_sets[i]);
	for (size_t i = 0; i < stack->event_count; i++)
		event_done(&stack->events[i]);
	for (size_t i = 0; i < stack->row_count; i++)
		row_done(&stack->rows[i]);
	forget_snapshots(stack);
	free(stack->deployments);
	free(stack->change_sets);
	free(stack->events);
	free(stack->rows);
	free(stack->snapshots);
}

void stacks_free(struct stack *stack)
{
	operations_free(stack->operation);
	free_lists(stack);
	resources_done(&stack->resources);
	stack_outputs_done(&stack->outputs);
	texts_done(&stack->imports);
	texts_done(&stack->stuck);
	pairs_done(&stack->last_operations);
	pairs_done(&stack->view_parameters);
	pairs_done(&stack->view_resolved);
	pairs_done(&stack->view_outputs);
	free(stack->id);
	free(stack->name);
	free(stack->account);
	free(stack->region);
	free(stack->reason);
	free(stack->change_set_id);
	free(stack->description);
	free(stack->policy);
	free(stack->created_by);
	free(stack->logical_id);
	free(stack);
}

bool stacks_is(const struct stack *stack, const char *status)
{
	return strcmp(stack->status, status) == 0;
}

bool stacks_is_named(const struct stack *stack, const char *name_or_id)
{
	const char *slash = name_or_id ? strrchr(name_or_id, '/') : NULL;

	if (!name_or_id || strcmp(stack->name, name_or_id) == 0 ||
		strcmp(stack->id, name_or_id) == 0)
		return true;
	if (!slash || !stack->parent || text_starts(name_or_id, "arn:") ||
		strcmp(slash + 1, stack->logical_id) != 0)
		return false;
	AUTO(free_text) char *above = xstrndup(name_or_id, (size_t)(slash - name_or_id));

	return stacks_is_named(stack->parent, above);
}

const struct stack *stacks_root(const struct stack *stack)
{
	while (stack->parent)
		stack = stack->parent;
	return stack;
}

struct stack *stacks_child(const struct model *model, const struct stack *parent,
	const char *logical_id, const char *status)
{
	for (size_t i = model->stack_count; i-- > 0;) {
		struct stack *stack = model->stacks[i];

		if (stack->parent == parent && strcmp(stack->logical_id, logical_id) == 0 &&
			stacks_is(stack, status))
			return stack;
	}
	return NULL;
}

const struct stack *stacks_busy(const struct stack *stack)
{
	const struct stack *busy = NULL;

	for (; stack; stack = stack->parent)
		if (stack->operation)
			busy = stack;
	return busy;
}

bool stacks_is_updatable(const struct stack *stack)
{
	static const char *const updatable[] = {"CREATE_COMPLETE", "UPDATE_COMPLETE",
		"UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE", "IMPORT_ROLLBACK_COMPLETE"};

	for (size_t i = 0; i < COUNT(updatable); i++)
		if (stacks_is(stack, updatable[i]))
			return true;
	return false;
}

struct stack *stacks_find(
	const struct model *model, const char *account, const char *region, const char *name_or_id)
{
	bool is_id = text_starts(name_or_id, "arn:");

	for (size_t i = model->stack_count; i-- > 0;) {
		struct stack *stack = model->stacks[i];

		if (strcmp(is_id ? stack->id : stack->name, name_or_id) != 0 ||
			strcmp(stack->region, region) != 0 ||
			(account && strcmp(stack->account, account) != 0))
			continue;
		if (is_id || !stacks_is(stack, "DELETE_COMPLETE"))
			return stack;
	}
	return NULL;
}

const struct deployment *stacks_keep(struct stack *stack, struct deployment *takes)
{
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): an array of pointers */
	GROW(stack->deployments, stack->deployment_size, stack->deployment_count + 1);
	stack->deployments[stack->deployment_count++] = takes;
	return takes;
}

const struct deployment *stacks_shown(const struct stack *stack)
{
	return stack->pending ? stack->pending : stack->live;
}

struct change_set *stacks_add_change_set(struct stack *stack)
{
	struct change_set *set = xcalloc(1, sizeof(*set));

	/* NOLINTNEXTLINE(bugprone-sizeof-expression): an array of pointers */
	GROW(stack->change_sets, stack->change_set_size, stack->change_set_count + 1);
	stack->change_sets[stack->change_set_count++] = set;
	return set;
}

void stacks_remember(struct model *model, struct stack *stack, uint64_t now_ms)
{
	if (!model->options.stale_ms && !model->stale_count) {
		/* From here on they would be older than anybody may read. */
		forget_snapshots(stack);
		return;
	}
	struct snapshot snapshot = {
		.time_ms = now_ms, .status = stack->status, .shown = stacks_shown(stack)};

	render_stack(model, stack, &snapshot.xml);
	render_summary(model, stack, &snapshot.summary);
	GROW(stack->snapshots, stack->snapshot_size, stack->snapshot_count + 1);
	stack->snapshots[stack->snapshot_count++] = snapshot;
}

static struct event *add_event(
	struct model *model, struct stack *stack, uint64_t now_ms, const char *status)
{
	GROW(stack->events, stack->event_size, stack->event_count + 1);
	struct event *event = &stack->events[stack->event_count++];
	const struct operation *operation = stack->operation;

	(void)model;
	*event = (struct event){.status = status, .time_ms = now_ms};
	event->token = operation ? xstrdup(operations_token(operation)) : NULL;
	if (operation) {
		event->operation_id = xstrdup(operations_id(operation));
		event->operation_type = operation->type;
	}
	return event;
}

struct event *stacks_add_event(struct model *model, struct stack *stack, uint64_t now_ms,
	enum event_kind kind, const char *operation_id)
{
	if (!model->options.describe_events)
		return NULL;
	struct event *event = add_event(model, stack, now_ms, "");

	event->kind = kind;
	event->id = model_uuid(model);
	replace_text(&event->operation_id, operation_id);
	return event;
}

static void add_operation_event(struct model *model, struct stack *stack, uint64_t now_ms,
	const char *status, uint64_t end_ms)
{
	const struct operation *operation = stack->operation;
	struct event *event =
		stacks_add_event(model, stack, now_ms, EVENT_OPERATION, operation->id);

	if (!event)
		return;
	event->status = status;
	event->start_ms = operation->started_ms;
	event->end_ms = end_ms;
}

void stacks_operation_begins(struct model *model, struct stack *stack, uint64_t now_ms)
{
	add_operation_event(model, stack, now_ms, "IN_PROGRESS", 0);
}

void stacks_operation_ends(struct model *model, struct stack *stack, uint64_t now_ms, bool good)
{
	add_operation_event(model, stack, now_ms, good ? "SUCCEEDED" : "FAILED", now_ms);
}

void stacks_move(struct model *model, struct stack *stack, uint64_t now_ms, const char *status,
	const char *reason)
{
	struct event *event = add_event(model, stack, now_ms, status);

	stack->status = status;
	replace_text(&stack->reason, reason);
	event->id = model_uuid(model);
	event->logical_id = xstrdup(stack->name);
	event->physical_id = xstrdup(stack->id);
	event->type = xstrdup("AWS::CloudFormation::Stack");
	event->reason = xstrdup(reason);
	stacks_remember(model, stack, now_ms);
}

static struct row *find_row(struct stack *stack, const char *logical_id)
{
	for (size_t i = 0; i < stack->row_count; i++)
		if (strcmp(stack->rows[i].logical_id, logical_id) == 0)
			return &stack->rows[i];
	return NULL;
}

static void set_row(
	struct stack *stack, uint64_t now_ms, const struct resource_event *resource_event)
{
	const struct resource *resource = resource_event->resource;
	struct row *row = find_row(stack, resource->logical_id);

	if (!row) {
		GROW(stack->rows, stack->row_size, stack->row_count + 1);
		row = &stack->rows[stack->row_count++];
		*row = (struct row){.logical_id = xstrdup(resource->logical_id)};
	}
	replace_text(&row->physical_id, resource_event->physical_id);
	replace_text(&row->type, resource->type);
	replace_text(&row->reason, resource_event->reason);
	replace_text(&row->metadata, pairs_get(&resource->sections, "Metadata"));
	row->status = resource_event->status;
	row->time_ms = now_ms;
}

void stacks_remove_row(struct stack *stack, const char *logical_id)
{
	struct row *row = find_row(stack, logical_id);

	if (!row)
		return;
	row_done(row);
	size_t behind = stack->row_count - 1 - (size_t)(row - stack->rows);

	memmove(row, row + 1, behind * sizeof(*row));
	stack->row_count--;
}

void stacks_resource_event(struct model *model, struct stack *stack, uint64_t now_ms,
	const struct resource_event *resource_event)
{
	const struct resource *resource = resource_event->resource;
	struct event *event = add_event(model, stack, now_ms, resource_event->status);
	char time[TIME_TEXT_SIZE];

	/* Two events of a resource can fall into one millisecond here, in AWS they don't: the
	 * time within the id goes on, so that ids stay unique. */
	stack->last_event_ms = now_ms > stack->last_event_ms ? now_ms : stack->last_event_ms + 1;
	time_text(stack->last_event_ms, time);
	event->id = xasprintf("%s-%s-%s", resource->logical_id, resource_event->status, time);
	event->logical_id = xstrdup(resource->logical_id);
	event->physical_id = xstrdup(resource_event->physical_id);
	event->type = xstrdup(resource->type);
	event->reason = xstrdup(resource_event->reason);
	event->properties = resource_properties_json(resource);
	if (!resource_event->shadow)
		set_row(stack, now_ms, resource_event);
}
