/* How the operations of nested stacks and of the stack above move each other. */
#include <string.h>

#include "cloudformation/nested.h"

static struct stack *child_of(
	const struct model *model, const struct stack *stack, const struct task *task)
{
	return stacks_find(model, stack->account, stack->region, task->resource->physical_id);
}

static struct beginning begin(struct model *model, const struct stack *stack,
	enum operation_kind kind, char **operation_id)
{
	*operation_id = model_uuid(model);
	return (struct beginning){
		.kind = kind,
		.token = operations_token(stack->operation),
		.operation_id = *operation_id,
		.by_parent = true,
		.entry = (size_t)NO_ENTRY,
	};
}

/* A set that was not the one to be executed is of no use any more. */
static void settle_sets(struct stack *child, const struct change_set *executed)
{
	for (size_t i = 0; i < child->change_set_count; i++) {
		struct change_set *set = child->change_sets[i];

		if (set != executed && set->execution == EXECUTION_AVAILABLE)
			set->execution = EXECUTION_OBSOLETE;
	}
	replace_text(&child->change_set_id, executed ? executed->id : NULL);
}

static void start_planned(struct model *model, struct stack *stack, uint64_t now_ms,
	struct nested_plan *plan, enum operation_kind kind)
{
	struct stack *child = plan->child;
	AUTO(free_text) char *operation_id = NULL;
	struct beginning beginning = begin(model, stack, kind, &operation_id);
	bool keep_failure = stack->operation->on_failure == ON_FAILURE_NOTHING;

	if (plan->is_new) {
		child->created_ms = now_ms;
		stacks_insert(model, child);
		plan->is_new = false;
	}
	/* What a failed create left is deleted by the stack above. */
	beginning.on_failure =
		keep_failure || kind == OPERATION_CREATE ? ON_FAILURE_NOTHING : ON_FAILURE_ROLLBACK;
	beginning.change_set = plan->set;
	beginning.deployed = stacks_keep(child, take(plan->deployment));
	beginning.takes = &plan->transition;
	replace_text(
		&child->description, blueprint_summary(beginning.deployed->blueprint)->description);
	settle_sets(child, plan->set);
	operations_begin(model, child, now_ms, &beginning);
}

/* "NESTED.RESOURCE" in ResourcesToSkip, with the resource or the stack as its first part. */
static void skip_within(const struct texts *skip, const struct stack *child, struct texts *out)
{
	for (size_t i = 0; i < skip->count; i++) {
		const char *dot = strchr(skip->items[i], '.');
		size_t length = dot ? (size_t)(dot - skip->items[i]) : 0;

		if (dot && ((strncmp(skip->items[i], child->logical_id, length) == 0 &&
				    !child->logical_id[length]) ||
				   (strncmp(skip->items[i], child->name, length) == 0 &&
					   !child->name[length])))
			texts_add(out, dot + 1);
	}
}

/* Sets task->failure where the nested stack's operation didn't go well. */
static void settle(const struct stack *child, struct task *task)
{
	const char *why = child->reason ? child->reason : "";
	bool good = task->kind == TASK_CREATE    ? stacks_is(child, "CREATE_COMPLETE")
		    : task->kind == TASK_DELETE  ? stacks_is(child, "DELETE_COMPLETE")
		    : task->kind == TASK_RESTORE ? stacks_is(child, "UPDATE_ROLLBACK_COMPLETE")
						 : text_starts(child->status, "UPDATE_COMPLETE");

	if (good)
		return;
	if (task->kind == TASK_CREATE || task->kind == TASK_DELETE)
		task->failure = xasprintf("Embedded stack %s was not successfully %s: %s",
			child->id, task->kind == TASK_CREATE ? "created" : "deleted", why);
	else
		task->failure = xasprintf("Embedded stack %s was not successfully updated. "
					  "Currently in %s with reason: %s",
			child->id, child->status, why);
}

/* Also where a failure of its own would have left it as it is. */
static void roll_back(struct model *model, struct stack *child, uint64_t now_ms)
{
	child->operation->on_failure = ON_FAILURE_ROLLBACK;
	phase_roll_back(model, child, now_ms);
}

static bool start_restore(struct model *model, struct stack *stack, uint64_t now_ms,
	struct stack *child, struct task *task)
{
	bool again = text_ends(stack->operation->type, "ROLLBACK");
	bool failed = stacks_is(child, "UPDATE_ROLLBACK_FAILED");
	AUTO_DONE(texts_done) struct texts skip = {0};
	AUTO(free_text) char *operation_id = NULL;

	if (child->operation) {
		child->operation->by_parent = true; /* also where somebody else began it */
		if (child->operation->phase == PHASE_HELD)
			roll_back(model, child, now_ms);
		return true;
	}
	/* Its own rollback is over already; only a request begins another one. */
	if (failed && !again)
		settle(child, task);
	if (!again || (!failed && !stacks_is(child, "UPDATE_FAILED")))
		return false;
	struct beginning beginning = begin(model, stack, OPERATION_UPDATE, &operation_id);

	beginning.type = stack->operation->type;
	skip_within(&stack->operation->retain, child, &skip);
	operations_continue_rollback(model, child, now_ms, &beginning, &skip);
	return true;
}

static bool start_delete(
	struct model *model, struct stack *stack, uint64_t now_ms, struct stack *child)
{
	AUTO(free_text) char *operation_id = NULL;
	struct beginning beginning = begin(model, stack, OPERATION_DELETE, &operation_id);

	if (stacks_is(child, "DELETE_COMPLETE"))
		return false;
	if (child->operation && stacks_is(child, "DELETE_IN_PROGRESS")) {
		child->operation->by_parent = true;
		return true;
	}
	if (child->operation)
		operations_abandon(model, child, now_ms);
	settle_sets(child, NULL);
	operations_begin(model, child, now_ms, &beginning);
	return true;
}

bool nested_start(struct model *model, struct stack *stack, uint64_t now_ms, struct task *task)
{
	struct stack *child = child_of(model, stack, task);
	struct nested_plan *plan = NULL;

	if (task->kind == TASK_CREATE || task->kind == TASK_UPDATE)
		plan = stack->operation->transition.changes[task->change].nested;
	if (plan && plan->differs) {
		start_planned(model, stack, now_ms, plan,
			task->kind == TASK_CREATE ? OPERATION_CREATE : OPERATION_UPDATE);
		return true;
	}
	if (plan && plan->set)
		plan->set->execution = EXECUTION_COMPLETE;
	if (child && task->kind == TASK_RESTORE)
		return start_restore(model, stack, now_ms, child, task);
	return child && task->kind == TASK_DELETE && start_delete(model, stack, now_ms, child);
}

void nested_cancel(
	struct model *model, struct stack *stack, uint64_t now_ms, const struct task *task)
{
	struct stack *child = child_of(model, stack, task);
	struct operation *operation = child ? child->operation : NULL;

	if (!operation || !operation->by_parent || operation->phase != PHASE_FORWARD)
		return;
	replace_text(&operation->failure, task->kind == TASK_CREATE ? "Resource creation cancelled"
								    : "Resource update cancelled");
	if (operation->kind == OPERATION_UPDATE)
		operation->on_failure = stack->operation->on_failure;
	tasks_cancel(model, child, now_ms);
	operation->deadline_ms = now_ms;
}

void nested_release(struct model *model, struct stack *stack, uint64_t now_ms, bool back)
{
	for (size_t i = 0; i < model->stack_count; i++) {
		struct stack *child = model->stacks[i];

		if (child->parent != stack || !child->operation ||
			child->operation->phase != PHASE_HELD)
			continue;
		if (back)
			roll_back(model, child, now_ms);
		else
			phase_cleanup(model, child, now_ms);
	}
}

bool nested_busy(const struct model *model, const struct stack *stack)
{
	for (size_t i = 0; i < model->stack_count && stack->has_nested; i++)
		if (model->stacks[i]->parent == stack && model->stacks[i]->operation &&
			model->stacks[i]->operation->by_parent)
			return true;
	return false;
}

/* An update is told from the moment when it is known how it ends, all else when it is over. */
static bool is_told(const struct stack *child, const struct task *task)
{
	return task->state == TASK_RUNNING && task->is_nested &&
	       strcmp(task->resource->physical_id, child->id) == 0 &&
	       (!child->operation || task->kind == TASK_UPDATE);
}

void nested_tell(struct stack *child, uint64_t now_ms)
{
	struct operation *above = child->parent ? child->parent->operation : NULL;

	for (size_t i = 0; above && i < above->task_count; i++) {
		struct task *task = &above->tasks[i];

		if (!is_told(child, task) || task->due_ms != UINT64_MAX)
			continue;
		task->due_ms = now_ms;
		settle(child, task);
	}
	if (above)
		above->deadline_ms = now_ms;
}
