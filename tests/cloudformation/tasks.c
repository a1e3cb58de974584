#include <string.h>

#include "cloudformation/faults.h"
#include "cloudformation/nested.h"

static const char default_reason[] =
	"Resource handler returned message: \"The model was told to fail this resource\" "
	"(HandlerErrorCode: GeneralServiceException)";

void tasks_clear(struct operation *operation)
{
	for (size_t i = 0; i < operation->task_count; i++) {
		free(operation->tasks[i].dependents);
		free(operation->tasks[i].failure);
	}
	free(operation->tasks);
	operation->tasks = NULL;
	operation->task_count = 0;
}

struct task *tasks_new(struct operation *operation, size_t count)
{
	tasks_clear(operation);
	operation->tasks = xcalloc(count, sizeof(*operation->tasks));
	operation->task_count = count;
	return operation->tasks;
}

static void wait_for(struct operation *operation, size_t waiter, size_t needed)
{
	struct task *task = &operation->tasks[needed];

	GROW(task->dependents, task->dependent_size, task->dependent_count + 1);
	task->dependents[task->dependent_count++] = waiter;
	operation->tasks[waiter].waiting++;
}

/* Who depends on a resource waits for it; backwards: is waited for by it. */
void tasks_link(struct operation *operation, bool backwards)
{
	for (size_t i = 0; i < operation->task_count; i++)
		for (size_t j = 0; j < operation->task_count; j++) {
			const struct resource *later = operation->tasks[i].resource;
			const struct resource *earlier = operation->tasks[j].resource;

			if (i == j || !texts_have(&later->dependencies, earlier->logical_id))
				continue;
			if (backwards)
				wait_for(operation, j, i);
			else
				wait_for(operation, i, j);
		}
}

static const char *fault_kind(enum task_kind kind)
{
	static const char *const kinds[] = {
		[TASK_CREATE] = "fail-create",
		[TASK_UPDATE] = "fail-update",
		[TASK_REPLACE] = "fail-create",
		[TASK_RESTORE] = "fail-rollback",
		[TASK_DELETE] = "fail-delete",
		[TASK_IMPORT] = "fail-import",
		[TASK_RELEASE] = "fail-rollback",
	};

	return kinds[kind];
}

static uint64_t duration(
	const struct model *model, const struct operation *operation, const struct task *task)
{
	const struct model_schedule *schedule = &model->options.schedule;

	if (task->kind == TASK_RESTORE || task->kind == TASK_RELEASE ||
		operation->phase == PHASE_ROLLBACK_CLEANUP ||
		(task->kind == TASK_DELETE && operation->kind == OPERATION_CREATE))
		return schedule->rollback_ms;
	return task->kind == TASK_DELETE   ? schedule->delete_ms
	       : task->kind == TASK_UPDATE ? schedule->update_ms
					   : schedule->create_ms;
}

static void say(struct model *model, struct stack *stack, uint64_t now_ms, const struct task *task,
	const char *status, const char *reason)
{
	struct resource_event event = {
		task->resource, task->resource->physical_id, status, reason, task->shadow};

	stacks_resource_event(model, stack, now_ms, &event);
}

static void say_started(
	struct model *model, struct stack *stack, uint64_t now_ms, const struct task *task)
{
	struct resource_event blank = {task->resource, "", "CREATE_IN_PROGRESS", NULL, false};

	switch (task->kind) {
	case TASK_CREATE:
		stacks_resource_event(model, stack, now_ms, &blank);
		say(model, stack, now_ms, task, "CREATE_IN_PROGRESS",
			"Resource creation Initiated");
		break;
	case TASK_REPLACE: {
		struct resource old = *task->resource;
		const struct change *change = &stack->operation->transition.changes[task->change];
		struct resource_event event = {&old, change->before->physical_id,
			"UPDATE_IN_PROGRESS",
			"Requested update requires the creation of a new physical resource; hence "
			"creating one.",
			false};

		stacks_resource_event(model, stack, now_ms, &event);
		say(model, stack, now_ms, task, "UPDATE_IN_PROGRESS",
			"Resource creation Initiated");
		break;
	}
	case TASK_UPDATE:
	case TASK_RESTORE:
		say(model, stack, now_ms, task, "UPDATE_IN_PROGRESS", NULL);
		break;
	case TASK_IMPORT:
		say(model, stack, now_ms, task, "IMPORT_IN_PROGRESS", "Resource import started.");
		break;
	case TASK_RELEASE:
		say(model, stack, now_ms, task, "IMPORT_ROLLBACK_IN_PROGRESS", NULL);
		break;
	case TASK_DELETE:
		if (!task->retained)
			say(model, stack, now_ms, task, "DELETE_IN_PROGRESS", NULL);
		break;
	}
}

static void start(struct model *model, struct stack *stack, uint64_t now_ms, struct task *task)
{
	const char *resource = task->resource->logical_id;
	const struct resource_fault *fault = NULL;

	task->state = TASK_RUNNING;
	task->due_ms = now_ms;
	if (!task->retained) {
		const struct resource_fault *slow =
			resource_fault_take(model, stack, resource, "slow");

		task->due_ms +=
			duration(model, stack->operation, task) + (slow ? slow->delay_ms : 0);
		fault = resource_fault_take(model, stack, resource, fault_kind(task->kind));
	}
	if (fault)
		task->failure = xstrdup(fault->reason ? fault->reason : default_reason);
	say_started(model, stack, now_ms, task);
	if (fault || task->retained ||
		strcmp(task->resource->type, "AWS::CloudFormation::Stack") != 0 ||
		!nested_start(model, stack, now_ms, task))
		return;
	task->is_nested = true;
	task->due_ms = UINT64_MAX;
}

/* The resource is no longer there. */
static void forget(struct stack *stack, const struct task *task)
{
	struct resources *resources = &stack->resources;

	for (size_t i = 0; i < resources->count && !task->shadow; i++) {
		if (strcmp(resources->items[i].logical_id, task->resource->logical_id) != 0)
			continue;
		resource_done(&resources->items[i]);
		memmove(&resources->items[i], &resources->items[i + 1],
			(--resources->count - i) * sizeof(*resources->items));
		break;
	}
}

static void finish_delete(
	struct model *model, struct stack *stack, uint64_t now_ms, struct task *task)
{
	const struct operation *operation = stack->operation;

	say(model, stack, now_ms, task, task->retained ? "DELETE_SKIPPED" : "DELETE_COMPLETE",
		NULL);
	if (operation->phase == PHASE_DELETE)
		forget(stack, task);
	else if (!task->shadow)
		stacks_remove_row(stack, task->resource->logical_id);
}

static const char *status_of(const struct task *task, bool good)
{
	static const char *const statuses[][2] = {
		[TASK_CREATE] = {"CREATE_FAILED", "CREATE_COMPLETE"},
		[TASK_UPDATE] = {"UPDATE_FAILED", "UPDATE_COMPLETE"},
		[TASK_REPLACE] = {"UPDATE_FAILED", "UPDATE_COMPLETE"},
		[TASK_RESTORE] = {"UPDATE_FAILED", "UPDATE_COMPLETE"},
		[TASK_DELETE] = {"DELETE_FAILED", "DELETE_COMPLETE"},
		[TASK_IMPORT] = {"IMPORT_FAILED", "IMPORT_COMPLETE"},
		[TASK_RELEASE] = {"IMPORT_ROLLBACK_FAILED", "IMPORT_ROLLBACK_COMPLETE"},
	};

	return statuses[task->kind][good];
}

static struct texts *failures_of(struct operation *operation, enum task_kind kind)
{
	return kind == TASK_CREATE                           ? &operation->failed_create
	       : kind == TASK_DELETE                         ? &operation->failed_delete
	       : kind == TASK_IMPORT || kind == TASK_RELEASE ? &operation->failed_import
							     : &operation->failed_update;
}

static void finish(struct model *model, struct stack *stack, uint64_t now_ms, struct task *task)
{
	struct operation *operation = stack->operation;

	if (task->kind == TASK_DELETE)
		finish_delete(model, stack, now_ms, task);
	else
		say(model, stack, now_ms, task, status_of(task, true), NULL);
	task->state = TASK_DONE;
	for (size_t i = 0; i < task->dependent_count; i++)
		operation->tasks[task->dependents[i]].waiting--;
}

static void fail(struct model *model, struct stack *stack, uint64_t now_ms, struct task *task)
{
	struct operation *operation = stack->operation;
	const char *name = task->resource->logical_id;

	if (task->kind == TASK_DELETE && operation->force_delete) {
		task->retained = true;
		finish(model, stack, now_ms, task);
		return;
	}
	task->state = TASK_FAILED;
	texts_add(failures_of(operation, task->kind), name);
	say(model, stack, now_ms, task, status_of(task, false), task->failure);
	/* A failed delete holds up nobody but those that it depends on. */
	if (task->kind != TASK_DELETE && task->kind != TASK_RELEASE)
		tasks_cancel(model, stack, now_ms);
}

void tasks_cancel(struct model *model, struct stack *stack, uint64_t now_ms)
{
	struct operation *operation = stack->operation;

	for (size_t i = 0; i < operation->task_count; i++) {
		struct task *task = &operation->tasks[i];

		if (task->state == TASK_RUNNING) {
			if (task->is_nested)
				nested_cancel(model, stack, now_ms, task);
			task->state = TASK_FAILED;
			texts_add(failures_of(operation, task->kind), task->resource->logical_id);
			say(model, stack, now_ms, task, status_of(task, false),
				task->kind == TASK_CREATE   ? "Resource creation cancelled"
				: task->kind == TASK_IMPORT ? "Resource import cancelled"
							    : "Resource update cancelled");
		} else if (task->state == TASK_WAITING) {
			task->state = TASK_CANCELLED;
		}
	}
}

bool tasks_run(struct model *model, struct stack *stack, uint64_t now_ms)
{
	struct operation *operation = stack->operation;
	bool running = false;

	for (size_t i = 0; i < operation->task_count; i++) {
		struct task *task = &operation->tasks[i];

		if (task->state != TASK_RUNNING || task->due_ms > now_ms)
			continue;
		if (task->failure)
			fail(model, stack, now_ms, task);
		else
			finish(model, stack, now_ms, task);
	}
	operation->deadline_ms = UINT64_MAX;
	for (size_t i = 0; i < operation->task_count; i++) {
		struct task *task = &operation->tasks[i];

		if (task->state == TASK_WAITING && task->waiting == 0)
			start(model, stack, now_ms, task);
		if (task->state != TASK_RUNNING)
			continue;
		running = true;
		if (task->due_ms < operation->deadline_ms)
			operation->deadline_ms = task->due_ms;
	}
	return !running;
}
