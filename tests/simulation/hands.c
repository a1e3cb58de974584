/* Somebody else's hands: what of a stack is no part of its template, and what Systems Manager keeps
 * for one of its parameters. */
#include "simulation/others.h"
#include "simulation/scenario.h"

#include <string.h>

#include "base/text.h"

#define HAND_TAG "hand"
#define HAND_TOPIC "arn:aws:sns:eu-west-1:" WORLD_ACCOUNT ":hand"

static void add_tag(struct text *form, unsigned number, const char *name, const char *value)
{
	text_format(form, "&Tags.member.%u.Key=%s&Tags.member.%u.Value=%s", number, name, number,
		value);
}

/* They leave what they don't care for. */
static void change_tags(const struct model_stack_view *view, uint64_t drawn, struct text *form)
{
	AUTO(free_text) char *value = xasprintf("h%u", (unsigned)drawn);
	unsigned number = 1;

	text_add(form, "Action=UpdateStack");
	others_leave(view, NULL, form);
	for (size_t i = 0; i < view->tags->count; i++)
		if (strcmp(view->tags->items[i].name, HAND_TAG) != 0)
			add_tag(form, number++, view->tags->items[i].name,
				view->tags->items[i].value);
	add_tag(form, number, HAND_TAG, value);
}

static void change_topics(const struct model_stack_view *view, uint64_t drawn, struct text *form)
{
	text_add(form, "Action=UpdateStack");
	others_leave(view, NULL, form);
	text_format(form, "&NotificationARNs.member.1=" HAND_TOPIC "%u", (unsigned)drawn % 3);
}

static void change_policy(const struct model_stack_view *view, uint64_t drawn, struct text *form)
{
	text_format(form,
		"Action=SetStackPolicy&StackName=%s&StackPolicyBody={\"Statement\":[{\"Sid\":"
		"\"hand%u\",\"Effect\":\"Allow\",\"Action\":\"Update:*\",\"Principal\":\"*\","
		"\"Resource\":\"*\"}]}",
		view->name, (unsigned)drawn % 3);
}

static void protect(const struct model_stack_view *view, bool on, struct text *form)
{
	text_format(form,
		"Action=UpdateTerminationProtection&StackName=%s&EnableTerminationProtection=%s",
		view->name, on ? "true" : "false");
}

void others_hands(struct member *member, struct world *world, struct chance *chance)
{
	uint64_t which = chance_below(chance, 5), drawn = chance_below(chance, 1000);
	AUTO_DONE(text_done) struct text form = {0};
	struct model_stack_view view;

	if (!model_stack(
		    world->model, member->reach->account, member->region, member->stack, &view))
		return;
	if (which == 0)
		change_tags(&view, drawn, &form);
	else if (which == 1)
		change_topics(&view, drawn, &form);
	else if (which == 2)
		change_policy(&view, drawn, &form);
	else
		protect(&view, !view.protected, &form);
	/* Protection and policy don't make it another stack. */
	bool done = others_act(world, member, text_string(&form));

	member->foreign_changes += done && which < 2;
	/* Once it was left as it is, it stays, also where that is switched off again. */
	if (done && which > 2)
		member->protected_ms = world->now_ms;
}

void others_unprotect(
	const struct member *member, struct world *world, const struct model_stack_view *view)
{
	AUTO_DONE(text_done) struct text form = {0};

	if (!view->protected)
		return;
	protect(view, false, &form);
	others_act(world, member, text_string(&form));
}

void others_keep(const struct member *member, struct world *world)
{
	AUTO(free_text)
	char *value = member->starved ? xstrdup("null") : xasprintf("\"v%u\"", member->image);
	AUTO(free_text) char *json = xasprintf("{\"ssm\":{\"/story/%s\":%s}}", member->name, value);

	scenario_play(world, json);
}

void others_feed(struct member *member, struct world *world, struct chance *chance)
{
	member->starved = chance_hits(chance, 150);
	/* Without it nothing can be done to the stack. */
	member->failures += member->starved;
	member->image++;
	member->fed_ms = world->now_ms;
	world_tell(world, "==== behind /story/%s is v%u now%s", member->name, member->image,
		member->starved ? ", or would be" : "");
	others_keep(member, world);
}
