/* Stacks: finding, making, and their moves with events. */
#pragma once

#include "cloudformation/state.h"

/* The caller frees it, or inserts it. */
struct stack *stacks_new(struct model *model, const char *account, const char *region,
	const char *name, uint64_t now_ms);
void stacks_insert(struct model *model, struct stack *takes);
void stacks_free(struct stack *stack);

const struct stack *stacks_root(const struct stack *stack); /* itself, where it is not nested */
/* The stack nested in `parent` as this resource, in this status; NULL: none. */
struct stack *stacks_child(const struct model *model, const struct stack *parent,
	const char *logical_id, const char *status);
bool stacks_is_updatable(const struct stack *stack); /* by its status */
/* The topmost of it and those above it that an operation goes on in; NULL: none. */
const struct stack *stacks_busy(const struct stack *stack);

/* By StackId, or the one that holds the name (a deleted one doesn't); NULL: none. */
struct stack *stacks_find(
	const struct model *model, const char *account, const char *region, const char *name_or_id);
bool stacks_is(const struct stack *stack, const char *status);
/* By name, StackId or, of a nested one, PARENT/LOGICAL; NULL matches all. */
bool stacks_is_named(const struct stack *stack, const char *name_or_id);

/* Hands the deployment to the stack, which keeps it to its end. */
const struct deployment *stacks_keep(struct stack *stack, struct deployment *takes);
void deployment_free(struct deployment *deployment);
DEFINE_AUTO(struct deployment *, deployment_free);

/* The stack moves to a status: an event of its own, and an old state for stale reads. */
void stacks_move(struct model *model, struct stack *stack, uint64_t now_ms, const char *status,
	const char *reason);

/* For DescribeEvents: the running operation begins, or has ended. */
void stacks_operation_begins(struct model *model, struct stack *stack, uint64_t now_ms);
void stacks_operation_ends(struct model *model, struct stack *stack, uint64_t now_ms, bool good);
/* Adds an event of a kind of its own; NULL where nobody can ask for them. The caller fills it. */
struct event *stacks_add_event(struct model *model, struct stack *stack, uint64_t now_ms,
	enum event_kind kind, const char *operation_id);

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
	const struct deployment *deployment; /* NULL: none yet */
	unsigned depth;                      /* so many stacks are above this one */
	bool nested_seen;                    /* a preview looks into nested stacks, too */
	const struct change_set *executing;  /* its nested sets say what to do; NULL: none */
	struct environment environment;
};
void evaluation_begin(struct evaluation *evaluation, struct model *model, const struct stack *stack,
	const struct deployment *deployment);
