#include "cloudformation/operations.h"

#include <string.h>

#include "cloudformation/ledger.h"
#include "cloudformation/stacks.h"

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
	free(operation->token);
	free(operation->id);
	free(operation->failure);
	free(operation);
}

static const char *operation_type(enum operation_kind kind)
{
	return kind == OPERATION_CREATE   ? "CREATE_STACK"
	       : kind == OPERATION_UPDATE ? "UPDATE_STACK"
					  : "DELETE_STACK";
}

static struct operation *operation_new(
	struct stack *stack, uint64_t now_ms, const struct beginning *beginning)
{
	struct operation *operation = xcalloc(1, sizeof(*operation));

	operation->kind = beginning->kind;
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
	pairs_set(&stack->last_operations, operation_type(beginning->kind), operation->id);
	return operation;
}

void operations_begin(struct model *model, struct stack *stack, uint64_t now_ms,
	const struct beginning *beginning)
{
	const char *reason = "User Initiated";

	stack->operation = operation_new(stack, now_ms, beginning);
	switch (beginning->kind) {
	case OPERATION_CREATE:
		stack->live = beginning->deployed;
		stacks_move(model, stack, now_ms, "CREATE_IN_PROGRESS", reason);
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

void operations_step(struct model *model, struct stack *stack, uint64_t now_ms)
{
	while (stack->operation && stack->operation->deadline_ms <= now_ms) {
		struct operation *operation = stack->operation;

		if (!tasks_run(model, stack, now_ms))
			continue;
		if (now_ms >= operation->not_before_ms)
			phase_over(model, stack, now_ms);
		else
			operation->deadline_ms = operation->not_before_ms;
	}
}

void operations_end(struct model *model, struct stack *stack, uint64_t now_ms, const char *status,
	const char *reason)
{
	struct operation *operation = stack->operation;

	if (operation->change_set)
		operation->change_set->execution =
			text_ends(status, "_COMPLETE") && !strstr(status, "ROLLBACK")
				? EXECUTION_COMPLETE
				: EXECUTION_FAILED;
	stack->pending = NULL;
	ledger_end(model, operation->entry, now_ms, status);
	/* The last event still carries the token. */
	stacks_move(model, stack, now_ms, status, reason);
	stack->operation = NULL;
	operations_free(operation);
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

	stack->operation = operation;
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

void operations_abandon(struct model *model, struct stack *stack, uint64_t now_ms)
{
	struct operation *operation = stack->operation;

	if (operation->kind == OPERATION_CREATE && operation->phase == PHASE_FORWARD)
		for (size_t i = 0; i < operation->task_count; i++)
			if (operation->tasks[i].state == TASK_RUNNING ||
				operation->tasks[i].state == TASK_DONE)
				resources_add(&stack->resources, operation->tasks[i].resource);
	ledger_end(model, operation->entry, now_ms, "DELETE_IN_PROGRESS");
	if (operation->change_set)
		operation->change_set->execution = EXECUTION_FAILED;
	stack->pending = NULL;
	stack->operation = NULL;
	operations_free(operation);
}
