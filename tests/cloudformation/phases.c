#include <string.h>

#include "cloudformation/nested.h"

void phase_add_failed(struct text *out, const char *verb, const struct texts *names)
{
	AUTO(free_text) char *joined = texts_join(names, ", ");

	if (names->count)
		text_format(out, "The following resource(s) failed to %s: [%s]. ", verb, joined);
}

static char *failure_text(const struct operation *operation, const char *ending)
{
	AUTO_DONE(text_done) struct text out = {0};

	bool more = *ending || operation->failed_create.count || operation->failed_update.count;

	if (operation->failure)
		text_format(&out, "%s%s", operation->failure, more ? " " : "");
	phase_add_failed(&out, "create", &operation->failed_create);
	phase_add_failed(&out, "update", &operation->failed_update);
	text_add(&out, ending);
	return text_take(&out);
}

void phase_forward(struct stack *stack, uint64_t now_ms)
{
	struct operation *operation = stack->operation;
	const struct transition *transition = &operation->transition;
	struct task *tasks = tasks_new(operation, transition->change_count);
	size_t used = 0;

	operation->phase = PHASE_FORWARD;
	operation->deadline_ms = now_ms;
	for (size_t i = 0; i < transition->change_count; i++) {
		const struct change *change = &transition->changes[i];

		if (change->failure && !operation->failure)
			operation->failure = xstrdup(change->failure);
		if (change->action == CHANGE_REMOVE)
			continue;
		bool replaced = change->before && strcmp(change->before->physical_id,
							  change->after->physical_id) != 0;

		tasks[used++] = (struct task){
			.kind = change->action == CHANGE_IMPORT ? TASK_IMPORT
				: !change->before               ? TASK_CREATE
				: replaced                      ? TASK_REPLACE
								: TASK_UPDATE,
			.resource = change->after,
			.change = i,
		};
	}
	operation->task_count = operation->failure ? 0 : used;
	tasks_link(operation, false);
}

/* What this very operation created goes again where the policy, or the request, excepts that. */
static bool is_retained(const struct operation *operation, const char *policy)
{
	bool taken_back = operation->phase == PHASE_ROLLBACK_CLEANUP ||
			  (operation->phase == PHASE_DELETE && operation->kind == OPERATION_CREATE);

	return strcmp(policy, "RetainExceptOnCreate") == 0
		       ? !taken_back
		       : strcmp(policy, "Retain") == 0 &&
				 !(taken_back && operation->retain_except_on_create);
}

/* Deletes operation->victims, dependents first. */
static void delete_victims(struct stack *stack, uint64_t now_ms, enum phase phase)
{
	struct operation *operation = stack->operation;
	struct task *tasks = tasks_new(operation, operation->victims.count);

	operation->phase = phase;
	operation->deadline_ms = now_ms;
	for (size_t i = 0; i < operation->victims.count; i++) {
		const struct resource *resource = &operation->victims.items[i];
		const struct resource *living =
			phase == PHASE_DELETE
				? NULL
				: resources_find(&stack->resources, resource->logical_id);

		tasks[i] = (struct task){
			.kind = TASK_DELETE,
			.resource = resource,
			.shadow = living != NULL,
			.retained = is_retained(operation, living ? resource->update_replace_policy
								  : resource->deletion_policy) ||
				    texts_have(&operation->retain, resource->logical_id),
		};
	}
	tasks_link(operation, true);
}

void phase_delete(struct stack *stack, uint64_t now_ms)
{
	delete_victims(stack, now_ms, PHASE_DELETE);
}

/* A task that was begun: there may be something to take back. */
static bool was_begun(const struct task *task)
{
	return task->state == TASK_DONE || task->state == TASK_FAILED;
}

/* A failed create: whatever was begun goes away again. */
static void roll_back_create(struct model *model, struct stack *stack, uint64_t now_ms)
{
	struct operation *operation = stack->operation;
	bool delete = operation->on_failure == ON_FAILURE_DELETE;
	AUTO(free_text)
	char *reason = failure_text(operation, operation->on_failure == ON_FAILURE_NOTHING ? ""
					       : delete ? "Delete requested by user."
							: "Rollback requested by user.");

	for (size_t i = 0; i < operation->task_count; i++)
		if (was_begun(&operation->tasks[i]))
			resources_add(&stack->resources, operation->tasks[i].resource);
	tasks_clear(operation);
	if (operation->on_failure == ON_FAILURE_NOTHING) {
		operations_end(model, stack, now_ms, "CREATE_FAILED", reason);
		return;
	}
	resources_copy(&operation->victims, &stack->resources);
	stack->deleted_ms = now_ms;
	replace_text(&stack->change_set_id, NULL);
	operation->delete_after_failure = delete;
	stacks_move(model, stack, now_ms, delete ? "DELETE_IN_PROGRESS" : "ROLLBACK_IN_PROGRESS",
		reason);
	phase_delete(stack, now_ms);
}

/* What RollbackStack will have to restore. */
static void keep_stuck(struct stack *stack)
{
	const struct operation *operation = stack->operation;

	texts_done(&stack->stuck);
	for (size_t i = 0; i < operation->task_count; i++) {
		const struct task *task = &operation->tasks[i];

		if (was_begun(task) && operation->transition.changes[task->change].before)
			texts_add(&stack->stuck, task->resource->logical_id);
	}
}

/* A failed update: what was changed is restored, then what was created is deleted. */
void phase_roll_back(struct model *model, struct stack *stack, uint64_t now_ms)
{
	struct operation *operation = stack->operation;
	AUTO(free_text) char *reason = failure_text(operation, "");

	if (operation->on_failure == ON_FAILURE_NOTHING) {
		keep_stuck(stack);
		operations_end(model, stack, now_ms, "UPDATE_FAILED", reason);
		return;
	}
	size_t count = operation->task_count;
	struct task *forward = take(operation->tasks);
	struct task *back = NULL;
	size_t used = 0;

	operation->task_count = 0;
	back = tasks_new(operation, count);
	for (size_t i = 0; i < count; i++) {
		const struct change *change = &operation->transition.changes[forward[i].change];

		if (was_begun(&forward[i]) && change->before)
			back[used++] = (struct task){.kind = TASK_RESTORE,
				.resource = change->before,
				.change = forward[i].change};
		if (was_begun(&forward[i]) && forward[i].kind != TASK_UPDATE)
			resources_add(&operation->victims, change->after);
		free(forward[i].dependents);
		free(forward[i].failure);
	}
	free(forward);
	operation->task_count = used;
	operation->phase = PHASE_ROLLBACK;
	operation->deadline_ms = now_ms;
	texts_done(&operation->failed_create);
	texts_done(&operation->failed_update);
	stack->pending = NULL;
	tasks_link(operation, false);
	stacks_move(model, stack, now_ms, "UPDATE_ROLLBACK_IN_PROGRESS", reason);
	if (operation->by_parent)
		nested_tell(stack, now_ms);
}

void phase_adopt(struct stack *stack)
{
	struct transition *transition = &stack->operation->transition;
	const struct deployment *deployed = stacks_shown(stack);

	resources_done(&stack->resources);
	stack_outputs_done(&stack->outputs);
	texts_done(&stack->imports);
	resources_copy(&stack->resources, &transition->after);
	stack_outputs_copy(&stack->outputs, &transition->outputs);
	texts_copy(&stack->imports, &transition->imports);
	stack->live = deployed;
	stack->pending = NULL;
	replace_text(&stack->description, blueprint_summary(deployed->blueprint)->description);
}

void phase_cleanup(struct model *model, struct stack *stack, uint64_t now_ms)
{
	struct operation *operation = stack->operation;
	const struct transition *transition = &operation->transition;

	for (size_t i = 0; i < transition->change_count; i++) {
		const struct change *change = &transition->changes[i];
		bool replaced =
			change->before && change->after &&
			strcmp(change->before->physical_id, change->after->physical_id) != 0;

		if (change->action == CHANGE_REMOVE || replaced)
			resources_add(&operation->victims, change->before);
	}
	tasks_clear(operation);
	phase_adopt(stack);
	operation->not_before_ms = now_ms + model->options.schedule.cleanup_ms;
	if (operation->phase != PHASE_HELD)
		stacks_move(model, stack, now_ms, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", NULL);
	nested_release(model, stack, now_ms, false);
	delete_victims(stack, now_ms, PHASE_CLEANUP);
}

/* The stack above may still fail: until then nothing is thrown away. */
static void hold(struct model *model, struct stack *stack, uint64_t now_ms)
{
	stack->operation->phase = PHASE_HELD;
	stacks_move(model, stack, now_ms, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", NULL);
	nested_tell(stack, now_ms);
}

static void forward_over(struct model *model, struct stack *stack, uint64_t now_ms)
{
	struct operation *operation = stack->operation;

	if (!operation->failure && !operation->failed_create.count &&
		!operation->failed_update.count) {
		operation->failure = xstrdup(operation->transition.output_failure);
		exports_check(model, stack);
	}
	bool failed = operation->failure || operation->failed_create.count ||
		      operation->failed_update.count;

	if (operation->kind == OPERATION_IMPORT) {
		import_over(model, stack, now_ms);
	} else if (failed && operation->kind == OPERATION_CREATE) {
		roll_back_create(model, stack, now_ms);
	} else if (failed) {
		phase_roll_back(model, stack, now_ms);
	} else if (operation->kind == OPERATION_CREATE) {
		phase_adopt(stack);
		operations_end(model, stack, now_ms, "CREATE_COMPLETE", NULL);
	} else if (operation->by_parent) {
		hold(model, stack, now_ms);
	} else {
		phase_cleanup(model, stack, now_ms);
	}
}

static void rollback_over(struct model *model, struct stack *stack, uint64_t now_ms)
{
	struct operation *operation = stack->operation;

	texts_done(&stack->stuck);
	if (operation->failed_update.count) {
		AUTO(free_text) char *reason = failure_text(operation, "");

		texts_copy(&stack->stuck, &operation->failed_update);
		operations_end(model, stack, now_ms, "UPDATE_ROLLBACK_FAILED", reason);
		return;
	}
	operation->not_before_ms = now_ms + model->options.schedule.cleanup_ms;
	stacks_move(model, stack, now_ms, "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", NULL);
	delete_victims(stack, now_ms, PHASE_ROLLBACK_CLEANUP);
}

/* A rollback that was given up for the deletion doesn't go on by itself. */
static const char *status_to_go_back_to(const struct operation *operation)
{
	return text_ends(operation->status_before, "_IN_PROGRESS") ? "UPDATE_ROLLBACK_COMPLETE"
								   : operation->status_before;
}

static void deletion_over(struct model *model, struct stack *stack, uint64_t now_ms)
{
	struct operation *operation = stack->operation;
	AUTO_DONE(text_done) struct text reason = {0};
	bool delete = operation->kind == OPERATION_DELETE || operation->delete_after_failure;

	if (operation->kind == OPERATION_DELETE &&
		operation->failure) { /* DeleteStack of an export in use: back to where it was */
		stack->deleted_ms = 0;
		operations_end(
			model, stack, now_ms, status_to_go_back_to(operation), operation->failure);
		return;
	}
	phase_add_failed(&reason, "delete", &operation->failed_delete);
	if (!delete || operation->failed_delete.count == 0) {
		stack_outputs_done(&stack->outputs);
		texts_done(&stack->imports);
	}
	if (operation->failed_delete.count)
		operations_end(model, stack, now_ms, delete ? "DELETE_FAILED" : "ROLLBACK_FAILED",
			text_string(&reason));
	else
		operations_end(model, stack, now_ms,
			delete ? "DELETE_COMPLETE" : "ROLLBACK_COMPLETE", NULL);
}

void phase_over(struct model *model, struct stack *stack, uint64_t now_ms)
{
	switch (stack->operation->phase) {
	case PHASE_FORWARD:
		forward_over(model, stack, now_ms);
		break;
	case PHASE_HELD:
		break;
	case PHASE_CLEANUP:
		operations_end(model, stack, now_ms, "UPDATE_COMPLETE",
			stack->operation->failed_delete.count
				? "Update successful. One or more resources could not be deleted."
				: NULL);
		break;
	case PHASE_ROLLBACK:
		rollback_over(model, stack, now_ms);
		break;
	case PHASE_ROLLBACK_CLEANUP:
		operations_end(model, stack, now_ms, "UPDATE_ROLLBACK_COMPLETE", NULL);
		break;
	case PHASE_DELETE:
		deletion_over(model, stack, now_ms);
		break;
	case PHASE_IMPORT_ROLLBACK:
		import_rollback_over(model, stack, now_ms);
		break;
	}
}
