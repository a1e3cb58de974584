/* DescribeEvents: what happened, by operation. */
#pragma once

#include "cloudformation/exchange.h"

/* The creation of a change set begins or ends at a moment. */
void operation_events_set(struct model *model, struct stack *stack, const struct change_set *set,
	uint64_t time_ms, const char *status);
/* Pre-deployment validation found something in this resource; reason may be NULL. */
void operation_events_invalid(struct model *model, struct stack *stack,
	const struct change_set *set, const struct resource *resource, const char *reason);
