/* Stacks as the replies show them. */
#pragma once

#include "cloudformation/state.h"

void render_stack(const struct model *model, const struct stack *stack, struct text *out);
void render_summary(const struct model *model, const struct stack *stack, struct text *out);

/* deployment may be NULL: an empty element. */
void render_rollback_configuration(const struct deployment *deployment, struct text *out);

/* <Parameters>, with NoEcho values masked. Nothing where there are none, or deployment is NULL. */
void render_parameters(
	const struct model *model, const struct deployment *deployment, struct text *out);
