/* The expectations of a golden case; see golden.h. */
#pragma once

#include "cloudformation/golden.h"

void golden_compare(const struct node *one, const struct blueprint *blueprint,
	const struct transition *preview, const struct transition *execution, struct text *faults);
