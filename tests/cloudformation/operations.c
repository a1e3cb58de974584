#include "cloudformation/operations.h"

#include <string.h>

#include "cloudformation/ledger.h"
#include "cloudformation/nested.h"
#include "cloudformation/operation_events.h"

const char *operations_token(const struct operation *operation)
{
	return operation->token;
}

const char *operations_id(const struct operation *operation)
{
	return operation->id;
}

void operations_free(struct operation *operation)
{
	if (!operation)
		return;
	tasks_clear(operation);
	transition_done(&operation->transition);
	resources_done(&operation->victims);
	texts_done(&operation->retain);
	texts_done(&operation->failed_create);
	texts_done(&operation->failed_update);
	texts_done(&operation->failed_delete);
	texts_done(&operation->failed_import);
	free(operation->token);
	free(operation->id);
	free(operation->failure);
	free(operation);
}

static const char *operation_type(enum operation_kind kind)
{
	return kind == OPERATION_CREATE   ? "CREATE_STACK"
	       : kind == OPERATION_DELETE ? "DELETE_STACK"
					  : "UPDATE_STACK";
}

static struct operation *operation_new(
	struct stack *stack, uint64_t now_ms, const struct beginning *beginning)
{
	struct operation *operation = xcalloc(1, sizeof(*operation));

	operation->kind = beginning->kind;
	operation->type = beginning->type ? beginning->type : operation_type(beginning->kind);
	operation->started_ms = now_ms;
	operation->timeout_ms = beginning->timeout_ms ? now_ms + beginning->timeout_ms : 0;
	operation->retain_except_on_create = beginning->retain_except_on_create;
	operation->by_parent = beginning->by_parent;
	operation->on_failure = beginning->on_failure;
	operation->force_delete = beginning->force_delete;
	operation->token = xstrdup(beginning->token);
	operation->id = xstrdup(beginning->operation_id);
	operation->entry = beginning->entry;
	operation->change_set = beginning->change_set;
	operation->status_before = stack->status;
	operation->deadline_ms = now_ms;
	if (beginning->retain)
		texts_copy(&operation->retain, beginning->retain);
	if (beginning->takes) {
		operation->transition = *beginning->takes;
		*beginning->takes = (struct transition){0};
	}
	pairs_set(&stack->last_operations, operation->type, operation->id);
	return operation;
}

void operations_begin(struct model *model, struct stack *stack, uint64_t now_ms,
	const struct beginning *beginning)
{
	const char *reason = "User Initiated";

	stack->operation = operation_new(stack, now_ms, beginning);
	stacks_operation_begins(model, stack, now_ms);
	if (beginning->validate &&
		!operation_events_validate(model, stack, NULL, &stack->operation->transition))
		stack->operation->failure = xstrdup(operation_events_hint);
	switch (beginning->kind) {
	case OPERATION_CREATE:
		stack->live = beginning->deployed;
		stacks_move(model, stack, now_ms, "CREATE_IN_PROGRESS", reason);
		phase_forward(stack, now_ms);
		break;
	case OPERATION_IMPORT:
		stack->pending = beginning->deployed;
		stack->updated_ms = now_ms;
		if (!stack->live)
			stack->live = beginning->deployed;
		stacks_move(model, stack, now_ms, "IMPORT_IN_PROGRESS", reason);
		phase_forward(stack, now_ms);
		break;
	case OPERATION_UPDATE:
		stack->pending = beginning->deployed;
		stack->updated_ms = now_ms;
		stacks_move(model, stack, now_ms, "UPDATE_IN_PROGRESS", reason);
		phase_forward(stack, now_ms);
		break;
	case OPERATION_DELETE:
		stack->deleted_ms = now_ms;
		replace_text(&stack->change_set_id, NULL);
		stacks_move(model, stack, now_ms, "DELETE_IN_PROGRESS", reason);
		if (exports_hold(model, stack, &stack->operation->failure))
			stack->operation->not_before_ms =
				now_ms + model->options.schedule.delete_ms;
		else
			resources_copy(&stack->operation->victims, &stack->resources);
		phase_delete(stack, now_ms);
		break;
	}
}

/* TimeoutInMinutes: what isn't there by then won't come any more. */
static void give_up(struct model *model, struct stack *stack, uint64_t now_ms)
{
	struct operation *operation = stack->operation;

	operation->timeout_ms = 0;
	replace_text(&operation->failure, "Stack creation time exceeded the specified timeout.");
	tasks_cancel(model, stack, now_ms);
}

static bool is_limited(const struct operation *operation)
{
	return operation->timeout_ms && operation->phase == PHASE_FORWARD;
}

static bool is_cleaning(const struct operation *operation)
{
	return operation->phase == PHASE_CLEANUP || operation->phase == PHASE_ROLLBACK_CLEANUP;
}

void operations_step(struct model *model, struct stack *stack, uint64_t now_ms)
{
	while (stack->operation && stack->operation->deadline_ms <= now_ms) {
		struct operation *operation = stack->operation;

		if (is_limited(operation) && operation->timeout_ms <= now_ms)
			give_up(model, stack, now_ms);
		if (!tasks_run(model, stack, now_ms)) {
			if (is_limited(operation) && operation->timeout_ms < operation->deadline_ms)
				operation->deadline_ms = operation->timeout_ms;
			continue;
		}
		if (now_ms < operation->not_before_ms)
			operation->deadline_ms = operation->not_before_ms;
		else if (!is_cleaning(operation) || !nested_busy(model, stack))
			phase_over(model, stack, now_ms);
	}
}

/* That what was asked for has come about. */
static bool is_success(const struct operation *operation, const char *status)
{
	bool asked_for_rollback = text_ends(operation->type, "ROLLBACK");

	return text_ends(status, "_COMPLETE") &&
	       (asked_for_rollback || !strstr(status, "ROLLBACK")) &&
	       (operation->kind == OPERATION_DELETE) == (strcmp(status, "DELETE_COMPLETE") == 0);
}

void operations_end(struct model *model, struct stack *stack, uint64_t now_ms, const char *status,
	const char *reason)
{
	struct operation *operation = stack->operation;

	enum change_set_execution execution =
		is_success(operation, status) ? EXECUTION_COMPLETE : EXECUTION_FAILED;
	bool by_parent = operation->by_parent;

	if (operation->change_set) {
		operation->change_set->execution = execution;
		nested_sets_execution(model, operation->change_set, execution);
	}
	if (stack->has_nested && strcmp(status, "DELETE_COMPLETE") == 0)
		nested_drop_reviews(model, stack, now_ms);
	if (stack->has_nested)
		nested_release(model, stack, now_ms, strstr(status, "ROLLBACK") != NULL);
	stack->pending = NULL;
	ledger_end(model, operation->entry, now_ms, status);
	/* The last event still carries the token. */
	stacks_move(model, stack, now_ms, status, reason);
	stacks_operation_ends(model, stack, now_ms, is_success(operation, status));
	stack->operation = NULL;
	operations_free(operation);
	if (by_parent)
		nested_tell(stack, now_ms);
}

void operations_cancel(struct model *model, struct stack *stack, uint64_t now_ms)
{
	struct operation *operation = stack->operation;

	replace_text(&operation->failure, "User Initiated");
	operation->on_failure = ON_FAILURE_ROLLBACK;
	tasks_cancel(model, stack, now_ms);
	operation->deadline_ms = now_ms;
}

void operations_continue_rollback(struct model *model, struct stack *stack, uint64_t now_ms,
	const struct beginning *beginning, const struct texts *skip)
{
	struct operation *operation = operation_new(stack, now_ms, beginning);
	struct task *tasks = tasks_new(operation, stack->stuck.count);
	size_t used = 0;

	texts_copy(&operation->retain, skip); /* for those within nested stacks */

	stack->operation = operation;
	stacks_operation_begins(model, stack, now_ms);
	operation->phase = PHASE_ROLLBACK;
	for (size_t i = 0; i < stack->stuck.count; i++) {
		const char *name = stack->stuck.items[i];
		const struct resource *resource = resources_find(&stack->resources, name);

		if (resource && !texts_have(skip, name))
			tasks[used++] = (struct task){.kind = TASK_RESTORE, .resource = resource};
	}
	operation->task_count = used;
	tasks_link(operation, false);
	stacks_move(model, stack, now_ms, "UPDATE_ROLLBACK_IN_PROGRESS", "User Initiated");
}

static void keep_resource(struct stack *stack, const struct resource *resource)
{
	if (!resources_find(&stack->resources, resource->logical_id))
		resources_add(&stack->resources, resource);
}

void operations_abandon(struct model *model, struct stack *stack, uint64_t now_ms)
{
	struct operation *operation = stack->operation;
	bool forward = operation->phase == PHASE_FORWARD || operation->phase == PHASE_HELD;
	bool back =
		operation->phase == PHASE_ROLLBACK || operation->phase == PHASE_ROLLBACK_CLEANUP;

	/* What was begun may be there, also where it failed. */
	for (size_t i = 0; forward && i < operation->task_count; i++) {
		const struct task *task = &operation->tasks[i];

		if (task->kind == TASK_CREATE && task->state != TASK_WAITING &&
			task->state != TASK_CANCELLED)
			keep_resource(stack, task->resource);
	}
	for (size_t i = 0; back && i < operation->victims.count; i++)
		keep_resource(stack, &operation->victims.items[i]);
	ledger_end(model, operation->entry, now_ms, "DELETE_IN_PROGRESS");
	stacks_operation_ends(model, stack, now_ms, false);
	if (operation->change_set) {
		operation->change_set->execution = EXECUTION_FAILED;
		nested_sets_execution(model, operation->change_set, EXECUTION_FAILED);
	}
	stack->pending = NULL;
	stack->operation = NULL;
	operations_free(operation);
}
