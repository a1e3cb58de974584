/* Stacks: finding, making, and their moves with events. */
#pragma once

#include "cloudformation/state.h"

/* The caller frees it, or inserts it. */
struct stack *stacks_new(struct model *model, const char *account, const char *region,
	const char *name, uint64_t now_ms);
void stacks_insert(struct model *model, struct stack *takes);
void stacks_free(struct stack *stack);

/* By StackId, or the one that holds the name (a deleted one doesn't); NULL: none. */
struct stack *stacks_find(
	const struct model *model, const char *account, const char *region, const char *name_or_id);
bool stacks_is(const struct stack *stack, const char *status);
bool stacks_is_named(const struct stack *stack, const char *name_or_id); /* NULL matches all */

/* Hands the deployment to the stack, which keeps it to its end. */
const struct deployment *stacks_keep(struct stack *stack, struct deployment *takes);
void deployment_free(struct deployment *deployment);
DEFINE_AUTO(struct deployment *, deployment_free);

/* The stack moves to a status: an event of its own, and an old state for stale reads. */
void stacks_move(struct model *model, struct stack *stack, uint64_t now_ms, const char *status,
	const char *reason);

struct resource_event {
	const struct resource *resource;
	const char *physical_id; /* "" at first */
	const char *status;
	const char *reason; /* NULL: none */
	bool shadow;        /* about an old physical id: the resource's row stays */
};

void stacks_resource_event(struct model *model, struct stack *stack, uint64_t now_ms,
	const struct resource_event *event);
void stacks_remove_row(struct stack *stack, const char *logical_id);

/* Keeps the present state for stale reads; called after every change that DescribeStacks shows. */
void stacks_remember(struct model *model, struct stack *stack, uint64_t now_ms);

/* The deployment that DescribeStacks and GetTemplate show. */
const struct deployment *stacks_shown(const struct stack *stack);

struct change_set *stacks_add_change_set(struct stack *stack);

/* Exports of an account and region. NULL: none. */
const struct stack_output *exports_find(const struct model *model, const char *account,
	const char *region, const char *name, const struct stack **exporter);
/* Another stack that imports this name; NULL: none. */
const struct stack *exports_user(
	const struct model *model, const struct stack *exporter, const char *name);

/* What a stack is evaluated in. The owner's memory has to live as long as the environment. */
struct evaluation {
	struct model *model;
	const struct stack *stack;
	struct environment environment;
};
void evaluation_begin(struct evaluation *evaluation, struct model *model, const struct stack *stack,
	const struct deployment *deployment);
