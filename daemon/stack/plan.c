#include "stack/plan.h"

#include <assert.h>
#include <string.h>

#include "base/text.h"

static const char *const names[] = {
	[PLAN_LOOK] = "unknown",
	[PLAN_NONE] = "in sync",
	[PLAN_CREATE] = "create",
	[PLAN_UPDATE] = "update",
	[PLAN_ASK] = "unknown",
	[PLAN_READ] = "unknown",
	[PLAN_FOLLOW] = "running",
	[PLAN_WAIT] = "wait",
	[PLAN_HOLD] = "hold",
	[PLAN_FROZEN] = "frozen",
	[PLAN_DELETE] = "delete",
	[PLAN_CONTINUE] = "continue",
	[PLAN_REST] = "update",
};
static_assert(COUNT(names) == PLAN_ACTION_COUNT, "one name per action");

const char *plan_action_name(enum plan_action action)
{
	return names[action];
}

void plan_done(struct plan *plan)
{
	free(plan->reason);
	*plan = (struct plan){0};
}

void plan_set(struct plan *plan, enum plan_action action, char *reason_takes)
{
	free(plan->reason);
	plan->action = action;
	plan->reason = reason_takes;
}

/* Where others keep the stack: what stackd changed, they would change back. */
static const char *kept_elsewhere(const struct plan_input *input)
{
	const struct live *live = input->live;
	const char *name = live->name ? live->name : input->desired->name;
	bool product = service_catalog_name(name);

	if (live->parent_id)
		return "it is nested in another stack, which has to be changed instead";
	if (stack_set_name(name))
		return "it was made by a StackSet, which has to be changed instead";
	for (size_t i = 0; i < live->tags.count; i++)
		product = product || text_starts(live->tags.items[i].name, "aws:servicecatalog:");
	return product ? "it was made by Service Catalog, where the product has to be changed "
			 "instead"
		       : NULL;
}

char *plan_forbidden(const struct plan_input *input)
{
	const char *owner = pairs_get(&input->live->tags, OWNER_TAG);
	const char *elsewhere = kept_elsewhere(input);

	if (elsewhere)
		return xstrdup(elsewhere);
	if (owner && strcmp(owner, input->owner) != 0) {
		struct shown other = shown(owner);

		return xasprintf("it belongs to another owner (tag " OWNER_TAG "=%s)", other.text);
	}
	if (!owner && input->adopt == ADOPT_TAGGED)
		return xasprintf("it has no tag " OWNER_TAG "=%s, and Adopt=tagged", input->owner);
	if (!owner && !input->created && input->adopt == ADOPT_NEVER)
		return xstrdup("stackd did not create it, and Adopt=never");
	return NULL;
}

/* Why its status needs a person; NULL: it does not. The caller frees it. */
static char *stuck(const struct plan_input *input)
{
	const struct live *live = input->live;
	const char *hold = stack_status_hold(live->status);
	AUTO(free_text)
	char *way_out =
		stack_status_way_out(live->status, input->desired->name, input->desired->region);
	AUTO_DONE(text_done) struct text reason = {0};

	if (!hold)
		return NULL;
	text_format(&reason, "%s: %s", stack_status_name(live->status), hold);
	if (live->status_reason && *live->status_reason) {
		struct shown said = shown(live->status_reason);

		text_format(&reason, " (%s)", said.text);
	}
	if (way_out)
		text_format(&reason, ": %s", way_out);
	return text_take(&reason);
}

static void compare(const struct plan_input *input, struct plan *plan)
{
	static const enum plan_action actions[] = {
		[DIFFERENCE_NONE] = PLAN_NONE,
		[DIFFERENCE_FOUND] = PLAN_UPDATE,
		[DIFFERENCE_UNREAD] = PLAN_READ,
		[DIFFERENCE_UNSURE] = PLAN_ASK,
	};

	plan->action = actions[difference_find(&input->difference, &plan->reason)];
}

static void plan_observed(const struct plan_input *input, struct plan *plan)
{
	enum stack_status status = input->live->status;
	char *reason = NULL;

	if (status == STACK_UNKNOWN)
		plan_set(plan, PLAN_FOLLOW,
			xasprintf("%s: a status that this version does not know",
				input->live->status_text));
	else if (!stack_status_settled(status))
		plan_set(plan, PLAN_FOLLOW, xstrdup(stack_status_name(status)));
	else if (!stack_status_free(status) &&
		 ((reason = plan_forbidden(input)) || (reason = stuck(input))))
		plan_set(plan, PLAN_HOLD, reason);
	else if (desired_template_awaited(input->desired))
		plan_set(plan, PLAN_LOOK, xstrdup("its template was not looked at yet"));
	else if (input->missing)
		plan_set(plan, PLAN_HOLD, xstrdup(input->missing));
	else if (input->waits)
		plan_set(plan, PLAN_WAIT, xstrdup(input->waits));
	else if (stack_status_free(status))
		plan_set(plan, PLAN_CREATE, xasprintf("not in %s yet", input->desired->region));
	else if (input->verdict)
		plan_set(plan, PLAN_NONE, NULL);
	else
		compare(input, plan);
}

void plan_make(const struct plan_input *input, struct plan *plan)
{
	*plan = (struct plan){0};
	if (input->desired->frozen)
		plan_set(plan, PLAN_FROZEN, xstrdup(input->desired->problems.items[0]));
	else if (input->desired->suspend)
		plan_set(plan, PLAN_HOLD, xasprintf("suspended: %s", input->desired->suspend));
	else if (!input->live)
		plan_set(plan, PLAN_LOOK, xstrdup("not observed yet"));
	else
		plan_observed(input, plan);
}
