#include "simulation/others.h"

#include <string.h>

#include "simulation/traits.h"

bool others_act(struct world *world, const struct member *member, const char *form)
{
	struct model_reply reply;

	model_act(world->model, world_wall(world), member->reach->others_key, member->region, form,
		&reply);
	world_tell(world, "==== somebody else: %.60s (%d)", form, reply.status);
	bool done = reply.status == 200;

	model_reply_done(&reply);
	return done;
}

static bool exists(
	const struct member *member, const struct world *world, struct model_stack_view *view)
{
	return model_stack(
		world->model, member->reach->account, member->region, member->stack, view);
}

static void add_value(struct text *form, unsigned number, const char *name, const char *value)
{
	text_format(form,
		"&Parameters.member.%u.ParameterKey=%s&Parameters.member.%u.ParameterValue=%s",
		number, name, number, value);
}

static void add_content(const struct cast *cast, const struct member *member, struct text *form)
{
	AUTO(free_text) char *image = xasprintf("/story/%s", member->name);
	AUTO(free_text) char *url = traits_url(member);
	struct text body = {0};
	unsigned number = 1;

	cast_template(cast, member, &body);
	text_format(
		form, "&StackName=%s&Template%s=", member->stack, member->large ? "URL" : "Body");
	text_add_percent(form, member->large ? url : text_string(&body),
		member->large ? strlen(url) : body.length, "");
	text_add(form, "&Tags.member.1.Key=" OTHERS_TAG "&Tags.member.1.Value=others");
	add_value(form, number++, "Size", "foreign");
	if (member->secret)
		add_value(form, number++, "Password", "x");
	if (member->listed)
		add_value(form, number++, "Names", "x");
	if (member->fed)
		add_value(form, number, "Image", image);
	text_done(&body);
}

void others_create(const struct cast *cast, const struct member *member, struct world *world)
{
	struct text form = {0};

	text_add(&form, "Action=CreateStack");
	add_content(cast, member, &form);
	others_act(world, member, text_string(&form));
	text_done(&form);
}

void others_leave(const struct model_stack_view *view, const char *but, struct text *form)
{
	unsigned number = but ? 1 : 0;

	text_format(form, "&StackName=%s&UsePreviousTemplate=true", view->name);
	for (size_t i = 0; i < view->parameters->count; i++) {
		const char *name = view->parameters->items[i].name;

		if (but && strcmp(name, but) == 0)
			continue;
		number++;
		text_format(form,
			"&Parameters.member.%u.ParameterKey=%s&Parameters.member.%u."
			"UsePreviousValue=true",
			number, name, number);
	}
}

/* Everything as it is, but for one value. */
static void add_change(const struct model_stack_view *view, uint64_t drawn, struct text *form)
{
	AUTO(free_text) char *value = xasprintf("foreign%u", (unsigned)drawn);

	others_leave(view, "Size", form);
	add_value(form, 1, "Size", value);
}

void others_change(
	const struct cast *cast, struct member *member, struct world *world, struct chance *chance)
{
	struct model_stack_view view;
	struct text form = {0};

	if (!exists(member, world, &view)) {
		if (!member->managed || !member->parent_count)
			others_create(cast, member, world);
		return;
	}
	text_add(&form, "Action=UpdateStack");
	add_change(&view, chance_below(chance, 1000), &form);
	member->foreign_changes += others_act(world, member, text_string(&form));
	text_done(&form);
}

void others_delete(struct member *member, struct world *world)
{
	AUTO(free_text) char *form = xasprintf("Action=DeleteStack&StackName=%s", member->stack);
	struct model_stack_view view;

	if (exists(member, world, &view))
		member->foreign_changes += others_act(world, member, form);
}

void others_review(const struct cast *cast, struct member *member, struct world *world)
{
	struct model_stack_view view;
	struct text form = {0};
	bool there = exists(member, world, &view);

	/* Values of parents are not at hand. */
	if (!there && member->parent_count)
		return;
	text_format(&form, "Action=CreateChangeSet&ChangeSetName=others-%u&ChangeSetType=%s",
		member->reviews++, there ? "UPDATE" : "CREATE");
	if (there)
		add_change(&view, member->reviews, &form);
	else
		add_content(cast, member, &form);
	others_act(world, member, text_string(&form));
	text_done(&form);
}

void others_cancel(struct member *member, struct world *world)
{
	AUTO(free_text)
	char *form = xasprintf("Action=CancelUpdateStack&StackName=%s", member->stack);
	struct model_stack_view view;

	if (exists(member, world, &view) && strcmp(view.status, "UPDATE_IN_PROGRESS") == 0)
		member->failures += others_act(world, member, form);
}

void others_rescue(struct member *member, struct world *world)
{
	static const struct {
		const char *status, *action;
	} ways[] = {
		{"ROLLBACK_COMPLETE", "DeleteStack"},
		{"ROLLBACK_FAILED", "DeleteStack"},
		{"CREATE_FAILED", "DeleteStack"},
		{"DELETE_FAILED", "DeleteStack"},
		{"REVIEW_IN_PROGRESS", "DeleteStack"},
		{"UPDATE_FAILED", "RollbackStack"},
		{"UPDATE_ROLLBACK_FAILED", "ContinueUpdateRollback"},
	};
	struct model_stack_view view;
	bool there = exists(member, world, &view);

	for (size_t i = 0; there && i < COUNT(ways); i++)
		if (strcmp(view.status, ways[i].status) == 0) {
			others_unprotect(member, world, &view);
			AUTO(free_text)
			char *form =
				xasprintf("Action=%s&StackName=%s", ways[i].action, member->stack);

			others_act(world, member, form);
			return;
		}
}
