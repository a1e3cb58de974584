/* DescribeEvents: what happened, by operation. */
#pragma once

#include "cloudformation/exchange.h"

/* The creation of a change set begins or ends at a moment. */
void operation_events_set(struct model *model, struct stack *stack, const struct change_set *set,
	uint64_t time_ms, const char *status);
/* Pre-deployment validation of what is to be changed; set: for this change set, else (NULL) for the
 * running operation. False: it found something, which stands only here. */
bool operation_events_validate(struct model *model, struct stack *stack,
	const struct change_set *set, const struct transition *transition);
/* What a change set, or a stack, says about it. */
extern const char operation_events_hint[];
