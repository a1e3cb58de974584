#include "simulation/users.h"

#include <string.h>

#include "simulation/others.h"

static char *user_of(const struct member *member)
{
	return xasprintf("user-of-%s", member->name);
}

static bool is_there(const struct member *member, const struct world *world, const char *stack)
{
	struct model_stack_view view;

	return model_stack(world->model, member->reach->account, member->region, stack, &view);
}

void users_add_export(const struct member *member, struct text *out)
{
	if (member->exports)
		text_format(out, ",\"Export\":{\"Name\":\"%s-topic\"}", member->name);
}

static bool is_well(const struct member *member, const struct world *world)
{
	struct model_stack_view view;

	return model_stack(world->model, member->reach->account, member->region, member->stack,
		       &view) &&
	       stack_status_updatable(stack_status_from(view.status));
}

bool users_there(const struct member *member, const struct world *world)
{
	AUTO(free_text) char *user = user_of(member);

	return is_there(member, world, user);
}

void users_import(struct member *member, struct world *world)
{
	AUTO(free_text) char *user = user_of(member);
	AUTO(free_text)
	char *body =
		xasprintf("{\"Resources\":{\"Bell\":{\"Type\":\"AWS::SNS::Topic\",\"Properties\":{"
			  "\"DisplayName\":{\"Fn::ImportValue\":\"%s-topic\"}}}}}",
			member->name);
	AUTO_DONE(text_done) struct text form = {0};

	if (!member->exports || !is_well(member, world) || is_there(member, world, user))
		return;
	text_format(&form, "Action=CreateStack&StackName=%s&OnFailure=DELETE&TemplateBody=", user);
	text_add_percent(&form, body, strlen(body), "");
	if (!others_act(world, member, text_string(&form)))
		return;
	/* What it wants of its export can't be had now. */
	member->failures++;
	member->imported = true;
}

bool users_leave(struct member *member, struct world *world)
{
	AUTO(free_text) char *user = user_of(member);
	AUTO(free_text) char *form = xasprintf("Action=DeleteStack&StackName=%s", user);

	if (member->imported && is_there(member, world, user))
		others_act(world, member, form);
	return !is_there(member, world, user);
}

void users_protect(struct member *member, struct world *world)
{
	AUTO(free_text)
	char *form = xasprintf("Action=UpdateTerminationProtection&StackName=%s&"
			       "EnableTerminationProtection=true",
		member->stack);

	if (is_well(member, world) && others_act(world, member, form))
		member->protected_ms = world->now_ms;
}
