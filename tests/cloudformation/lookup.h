/* Finds the stack that a request names, or refuses with the text of its kind: they differ. */
#pragma once

#include "cloudformation/exchange.h"
#include "cloudformation/stacks.h"

/* How a missing stack is called: "Stack with id x", "Stack [x]", "Stack 'x'", "Stack: x". */
enum no_stack { BY_ID, BY_BRACKETS, BY_QUOTES, BY_COLON };

/* The stack of StackName, as far as this (maybe stale) read can see it; NULL: refused. */
struct stack *lookup_stack(struct exchange *exchange, enum no_stack kind);
/* The same; *moment_ms is the time as of which to answer. */
struct stack *lookup_for_read(struct exchange *exchange, enum no_stack kind, uint64_t *moment_ms);

/* The change set of ChangeSetName, an ARN or a name within StackName; NULL: refused. Only reads may
 * be stale. */
struct change_set *lookup_change_set(
	struct exchange *exchange, bool is_read, uint64_t *moment_ms, struct stack **stack);

/* The deployment that DescribeStacks and GetTemplate showed at a moment; NULL: none. */
const struct deployment *deployment_at(const struct stack *stack, uint64_t moment_ms);

/* Why a stack can't be updated now: refuses and returns false. */
bool check_updatable(struct exchange *exchange, const struct stack *stack);
