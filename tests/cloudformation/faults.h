/* Faults as data: which requests and resources are hit next. */
#pragma once

#include "cloudformation/exchange.h"
#include "cloudformation/stacks.h"

/* The fault that hits this request, counted down; NULL: none. */
const struct fault *fault_take(struct exchange *exchange);

/* What hits this resource next, of one kind; NULL: nothing. */
const struct resource_fault *resource_fault_take(
	struct model *model, const struct stack *stack, const char *logical_id, const char *kind);

/* Reads of this stack answer as of this moment. */
uint64_t stale_moment(struct model *model, const struct stack *stack, uint64_t now_ms);

void faults_clear(struct model *model);
