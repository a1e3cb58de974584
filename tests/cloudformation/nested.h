/* Stacks nested in stacks: AWS::CloudFormation::Stack. A nested stack is a stack like any other;
 * the operation of the one above plans it (nested.c), runs it (nested_run.c), and has a change set
 * for it (nested_sets.c). */
#pragma once

#include "cloudformation/exchange.h"
#include "cloudformation/operations.h"
#include "cloudformation/stacks.h"

enum { NESTED_DEPTH = 8 };

struct nested_plan {
	struct stack *child;
	bool is_new; /* the model hasn't got it yet: it goes with the plan */
	bool differs;
	struct change_set *set; /* the child's own, which is executed; NULL: none */
	struct deployment *deployment;
	struct transition transition;
};

/* environment.plan_nested; the owner is a struct evaluation. */
plan_nested_stack nested_plan_stack;

/* ---- Running ---- */

/* A task about a nested stack begins with that stack's operation. False: there is nothing to do but
 * to let the time pass. */
bool nested_start(struct model *model, struct stack *stack, uint64_t now_ms, struct task *task);
/* The task is given up. */
void nested_cancel(
	struct model *model, struct stack *stack, uint64_t now_ms, const struct task *task);
/* Those that wait for the stack above go on with their cleanup, or back. */
void nested_release(struct model *model, struct stack *stack, uint64_t now_ms, bool back);
/* True: some nested stack is still at it, the stack above has to wait. */
bool nested_busy(const struct model *model, const struct stack *stack);
/* Wakes the stack above, whose task waits for this one. */
void nested_tell(struct stack *child, uint64_t now_ms);

/* ---- Change sets ---- */

/* Makes the sets of all nested stacks that differ; their ids go to the changes. The reason why that
 * can't be is returned, or NULL; the caller frees it. */
char *nested_sets_make(
	struct exchange *exchange, struct change_set *set, const struct transition *transition);
struct change_set *nested_set_of(struct stack *child, const struct change_set *parent);
/* Deletes all that hang on this set, with the stacks that only they made. */
void nested_sets_delete(struct exchange *exchange, const struct change_set *root);
/* Those that were only planned go with the stack above. */
void nested_drop_reviews(struct model *model, struct stack *stack, uint64_t now_ms);
void nested_sets_execution(
	struct model *model, const struct change_set *root, enum change_set_execution execution);
