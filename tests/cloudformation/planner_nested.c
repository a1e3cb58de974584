#include <string.h>

#include "base/memory.h"
#include "cloudformation/planner.h"

bool nested_is_planned(const struct planner *planner, const struct resource *resource)
{
	return planner->evaluator.environment->plan_nested &&
	       strcmp(resource->type, "AWS::CloudFormation::Stack") == 0;
}

bool nested_plan_resource(struct planner *planner, struct change *change, struct resource *resource)
{
	const struct environment *environment = planner->evaluator.environment;
	struct error cause = {0};
	bool differs = false;

	if (environment->plan_nested(environment->owner, planner->mode == TRANSITION_PREVIEW,
		    change, resource, &differs, &cause))
		return differs;
	replace_text(&change->failure, cause.text);
	if (!resource->physical_id)
		replace_text(&resource->physical_id, EVALUATE_UNKNOWN);
	return true;
}
