/* What a story's own events justify at its end. */
#include <string.h>

#include "simulation/plot.h"

static bool has_outputs(const struct member *member, const struct world *world)
{
	struct model_stack_view view;

	return model_stack(world->model, member->reach->account, member->region, member->stack,
		       &view) &&
	       stack_status_outputs_valid(stack_status_from(view.status));
}

static bool is_never_applied(const struct member *member)
{
	return member->keys.values[KEY_APPLY] == APPLY_NOT_AT_ALL;
}

/* A parent that is as it must not stay keeps its children from what they want. */
static bool parents_justify(
	const struct plot *plot, const struct world *world, const struct member *member)
{
	for (size_t i = 0; i < member->parent_count; i++) {
		const struct member *parent = &plot->cast.members[member->parents[i].member];

		if (!parent->managed || parent->removed) {
			/* Without a manifest it is looked for in the child's region. */
			if (!has_outputs(parent, world) || !cast_same_reach(parent, member) ||
				strcmp(parent->name, parent->stack) != 0)
				return true;
		} else if (parent->suspended || parent->broken || parent->damaged ||
			   parent->orders || parent->failures || parent->foreign_changes ||
			   parent->reviews || is_never_applied(parent) ||
			   parents_justify(plot, world, parent)) {
			return true;
		}
	}
	return false;
}

bool plot_justifies(const struct plot *plot, const struct world *world, const struct member *member,
	enum reason reason)
{
	if (plot->mended)
		return false;
	if (reach_blocks(&plot->cast, world, member))
		return true;
	switch (reason) {
	case REASON_SUSPENDED:
		return member->suspended || member->orders;
	case REASON_FROZEN:
		return member->broken;
	case REASON_NEVER:
		return is_never_applied(member);
	case REASON_FAILED:
		return member->failures || member->foreign_changes;
	case REASON_FOREIGN:
		return member->foreign_changes > 2;
	case REASON_WRECK:
		return member->failures || member->reviews;
	case REASON_REVIEW:
		return member->reviews;
	case REASON_UNREAD:
		return member->damaged;
	case REASON_PARENT:
		return parents_justify(plot, world, member);
	case REASON_DIFFERS:
		/* Another attempt may be due after the quiet. */
		return member->failures;
	default:
		return false;
	}
}
