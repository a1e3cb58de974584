#include "simulation/others.h"

#include <string.h>

static void act(struct world *world, const struct member *member, const char *form)
{
	struct model_reply reply;

	model_act(world->model, world_wall(world), WORLD_OTHER_KEY, member->region, form, &reply);
	world_tell(world, "==== somebody else: %.60s (%d)", form, reply.status);
	model_reply_done(&reply);
}

void others_create(const struct cast *cast, const struct member *member, struct world *world)
{
	struct text body = {0}, form = {0};

	cast_template(cast, member, &body);
	text_format(&form, "Action=CreateStack&StackName=%s&TemplateBody=", member->name);
	text_add_percent(&form, text_string(&body), body.length, "");
	text_add(&form, "&Tags.member.1.Key=" OTHERS_TAG "&Tags.member.1.Value=others&");
	text_add(&form, "Parameters.member.1.ParameterKey=Size&Parameters.member.1."
			"ParameterValue=foreign");
	if (member->secret)
		text_add(&form, "&Parameters.member.2.ParameterKey=Password&"
				"Parameters.member.2.ParameterValue=x");
	if (member->listed)
		text_format(&form,
			"&Parameters.member.%u.ParameterKey=Names&Parameters.member.%u."
			"ParameterValue=x",
			2 + member->secret, 2 + member->secret);
	act(world, member, text_string(&form));
	text_done(&body);
	text_done(&form);
}

void others_change(const struct cast *cast, struct member *member, struct world *world)
{
	struct model_stack_view view;
	struct text form = {0};
	unsigned number = 1;

	if (!model_stack(world->model, WORLD_ACCOUNT, member->region, member->name, &view)) {
		if (!member->managed || !member->parent_count)
			others_create(cast, member, world);
		return;
	}
	text_format(&form,
		"Action=UpdateStack&StackName=%s&UsePreviousTemplate=true&Parameters.member.1."
		"ParameterKey=Size&Parameters.member.1.ParameterValue=foreign%u",
		member->name, (unsigned)chance_below(&world->chance, 1000));
	for (size_t i = 0; i < view.parameters->count; i++) {
		const char *name = view.parameters->items[i].name;

		if (strcmp(name, "Size") == 0)
			continue;
		number++;
		text_format(&form,
			"&Parameters.member.%u.ParameterKey=%s&Parameters.member.%u."
			"UsePreviousValue=true",
			number, name, number);
	}
	act(world, member, text_string(&form));
	member->foreign_changes++;
	text_done(&form);
}

void others_delete(struct member *member, struct world *world)
{
	AUTO(free_text) char *form = xasprintf("Action=DeleteStack&StackName=%s", member->name);

	act(world, member, form);
	member->foreign_changes++;
}
