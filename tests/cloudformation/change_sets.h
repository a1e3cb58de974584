/* What the files about change sets share. */
#pragma once

#include "cloudformation/exchange.h"
#include "cloudformation/stacks.h"

/* Computes what a set shows: its status, its changes, the sets of nested stacks. */
void change_sets_judge(struct exchange *exchange, struct stack *stack, struct change_set *set,
	const struct transition *transition);
/* An empty set of this stack, which begins now. */
struct change_set *change_sets_new(
	struct exchange *exchange, struct stack *stack, const char *name);

/* A change as DescribeChangeSet shows it. */
void render_change(const struct change *change, bool with_values, struct text *out);

/* Its Status and ExecutionStatus as of a moment. */
const char *change_set_status_at(const struct change_set *set, uint64_t moment_ms);
const char *change_set_execution_at(const struct change_set *set, uint64_t moment_ms);

/* Neither deleted nor executed. */
bool change_set_is_active(const struct change_set *set);
