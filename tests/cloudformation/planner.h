/* Inside the evaluator: a transition in the making. */
#pragma once

#include "cloudformation/evaluator.h"

struct planner {
	struct evaluator evaluator;
	const struct transition_start *start;
	enum transition_mode mode;
	struct transition *out;
};

/* Compares before and after of a change that modifies; node is the resource in the template.
 * Fills scope, details and replacement; false where nothing differs. */
bool details_compare(struct planner *planner, const struct node *node, struct change *change);

/* The only reason of a change: what is in the nested stack, or may be. */
void details_automatic(struct change *change);

/* Whether a resource is a stack that has to be planned, too. */
bool nested_is_planned(const struct planner *planner, const struct resource *resource);
/* Plans it; false: nothing in it differs. A failure is the change's. */
bool nested_plan_resource(
	struct planner *planner, struct change *change, struct resource *resource);

/* {"Properties":{...},...} as DescribeChangeSet shows it; the caller frees it. */
char *details_context(const struct resource *resource);

/* Evaluates the outputs into out->outputs, or sets out->output_failure. */
bool plan_outputs(struct planner *planner, struct error *e);
