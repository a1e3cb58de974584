/* Change sets of nested stacks: IncludeNestedStacks. */
#include <string.h>

#include "cloudformation/change_sets.h"
#include "cloudformation/nested.h"

static bool belongs_to(const struct change_set *set, const struct change_set *root)
{
	return set->root == root;
}

/* The stack that is new with this set waits for its execution, like any that a change set made. */
static void review(struct exchange *exchange, struct nested_plan *plan)
{
	if (!plan->is_new)
		return;
	stacks_insert(exchange->model, plan->child);
	plan->is_new = false;
	stacks_move(exchange->model, plan->child, exchange->now_ms, "REVIEW_IN_PROGRESS",
		"User Initiated");
}

static char *make(struct exchange *exchange, struct change_set *parent, struct change *change)
{
	struct nested_plan *plan = change->nested;
	AUTO(free_text)
	char *name = xasprintf("%.80s-%.30s-%08X", parent->name, plan->child->logical_id,
		(unsigned)model_random(exchange->model));

	review(exchange, plan);
	struct change_set *set = change_sets_new(exchange, plan->child, name);

	set->parent = parent;
	set->root = parent->root ? parent->root : parent;
	set->is_create = !plan->child->live;
	set->include_nested = true;
	set->entry = (size_t)NO_ENTRY;
	set->deployment = stacks_keep(plan->child, take(plan->deployment));
	change_sets_judge(exchange, plan->child, set, &plan->transition);
	change->change_set_id = xstrdup(set->id);
	if (set->status != CHANGE_SET_FAILED)
		return NULL;
	return xasprintf(
		"Nested change set %s was not successfully created: Currently in FAILED.", set->id);
}

char *nested_sets_make(
	struct exchange *exchange, struct change_set *set, const struct transition *transition)
{
	char *reason = NULL;

	for (size_t i = 0; i < transition->change_count && set->include_nested; i++) {
		struct change *change = &transition->changes[i];
		char *problem = NULL;

		if (change->nested && change->failure)
			problem = xasprintf("Nested change set of %s was not successfully created: "
					    "%s",
				change->after->logical_id, change->failure);
		else if (change->nested && change->nested->differs)
			problem = make(exchange, set, change);
		if (reason)
			free(problem);
		else
			reason = problem;
	}
	return reason;
}

struct change_set *nested_set_of(struct stack *child, const struct change_set *parent)
{
	for (size_t i = 0; i < child->change_set_count; i++)
		if (child->change_sets[i]->parent == parent && !child->change_sets[i]->deleted)
			return child->change_sets[i];
	return NULL;
}

static bool has_active(const struct stack *stack)
{
	for (size_t i = 0; i < stack->change_set_count; i++)
		if (change_set_is_active(stack->change_sets[i]))
			return true;
	return false;
}

void nested_sets_delete(struct exchange *exchange, const struct change_set *root)
{
	struct model *model = exchange->model;

	for (size_t i = 0; i < model->stack_count && root->include_nested; i++) {
		struct stack *stack = model->stacks[i];
		bool touched = false;

		for (size_t j = 0; j < stack->change_set_count; j++) {
			struct change_set *set = stack->change_sets[j];

			if (!belongs_to(set, root))
				continue;
			touched = true;
			set->deleted = true;
		}
		if (touched && stacks_is(stack, "REVIEW_IN_PROGRESS") && !has_active(stack))
			stacks_move(model, stack, exchange->now_ms, "DELETE_COMPLETE", NULL);
	}
}

void nested_drop_reviews(struct model *model, struct stack *stack, uint64_t now_ms)
{
	for (size_t i = 0; i < model->stack_count; i++) {
		struct stack *child = model->stacks[i];

		if (child->parent != stack || !stacks_is(child, "REVIEW_IN_PROGRESS"))
			continue;
		nested_drop_reviews(model, child, now_ms);
		stacks_move(model, child, now_ms, "DELETE_COMPLETE", NULL);
	}
}

void nested_sets_execution(
	struct model *model, const struct change_set *root, enum change_set_execution execution)
{
	for (size_t i = 0; i < model->stack_count && root->include_nested; i++)
		for (size_t j = 0; j < model->stacks[i]->change_set_count; j++) {
			struct change_set *set = model->stacks[i]->change_sets[j];
			/* One that has run has its own end. */
			enum change_set_execution now = execution == EXECUTION_RUNNING
								? EXECUTION_AVAILABLE
								: EXECUTION_RUNNING;

			if (belongs_to(set, root) && set->execution == now)
				set->execution = execution;
		}
}
