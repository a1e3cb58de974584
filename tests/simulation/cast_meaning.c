/* What a manifest means, and what its live stack is, as texts that can be compared. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "simulation/cast.h"
#include "simulation/nest.h"

/* The number behind a text in a template; 0 where it isn't there. */
static unsigned number_behind(const char *body, const char *text)
{
	const char *found = strstr(body, text);

	return found ? (unsigned)strtoul(found + strlen(text), NULL, 10) : 0;
}

static char *meaning(const struct cast *cast, const struct member *member, const char *body,
	const struct pairs *parameters)
{
	AUTO(free_text) char *topic = xasprintf("\"TopicName\":\"%s-", member->name);
	AUTO_DONE(text_done) struct text same = {0};
	struct text out = {0};
	struct member read = *member;

	read.revision = number_behind(body, "revision ");
	read.generation = number_behind(body, topic);
	read.wording = number_behind(body, "wording ");
	read.table = member->nests || member->large
			     ? nest_table(body)
			     : number_behind(body, "\"AttributeName\":\"key");
	read.layout = body[1] == '\n';
	cast_template(cast, &read, &same);
	size_t length = same.length;
	bool ours = strncmp(body, text_string(&same), length) == 0 &&
		    (body[length] == '\0' || strcmp(body + length, "\n") == 0);

	text_format(&out, "%srevision %u, generation %u", ours ? "" : "another template, ",
		read.revision, read.generation);
	if (member->holds)
		text_format(&out, ", table %u", read.table);
	for (size_t i = 0; i < parameters->count; i++)
		text_format(&out, ", %s=%s", parameters->items[i].name,
			parameters->items[i].value ? parameters->items[i].value : "(as it was)");
	return text_take(&out);
}

static const char *live_output(
	const struct member *member, const struct world *world, const char *key)
{
	AUTO(free_text) char *output = xasprintf("%s%s", member->name, key);
	struct model_stack_view view;

	if (!model_stack(
		    world->model, member->reach->account, member->region, member->stack, &view) ||
		!stack_status_outputs_valid(stack_status_from(view.status)))
		return NULL;
	return pairs_get(view.outputs, output);
}

static void add_output(const struct member *parent, const struct world *world, bool named,
	const char *key, struct pairs *parameters)
{
	AUTO(free_text)
	char *parameter = xasprintf("%s%s%s", named ? "From" : "", parent->name, named ? "" : key);
	const char *value = live_output(parent, world, key);

	pairs_add(parameters, parameter, value ? value : "(not there)");
}

static void add_outputs(const struct cast *cast, const struct member *member,
	const struct world *world, struct pairs *parameters)
{
	for (size_t i = 0; i < member->parent_count; i++) {
		const struct parent *parent = &member->parents[i];
		const struct member *source = &cast->members[parent->member];

		if (cast_gives_outputs(parent)) {
			add_output(source, world, false, "Size", parameters);
			add_output(source, world, false, "Topic", parameters);
		} else if (parent->tie == TIE_OUTPUT) {
			add_output(source, world, true, "Topic", parameters);
		}
	}
}

char *cast_wants(const struct cast *cast, const struct member *member, const struct world *world)
{
	AUTO(free_text) char *size = xasprintf("%u", member->size);
	AUTO(free_text) char *names = xasprintf("a%u,b", member->names);
	AUTO(free_text) char *password = cast_password(member);
	AUTO(free_text) char *image = xasprintf("/story/%s", member->name);
	AUTO_DONE(text_done) struct text body = {0};
	AUTO_DONE(pairs_done) struct pairs parameters = {0};

	pairs_add(&parameters, "Size", size);
	pairs_add(&parameters, "Tone", cast_tone(member));
	if (member->secret)
		pairs_add(&parameters, "Password", password);
	if (member->listed)
		pairs_add(&parameters, "Names", names);
	if (member->fed)
		pairs_add(&parameters, "Image", image);
	add_outputs(cast, member, world, &parameters);
	pairs_sort(&parameters);
	cast_template(cast, member, &body);
	return meaning(cast, member, text_string(&body), &parameters);
}

char *cast_lives(const struct cast *cast, const struct member *member, const struct world *world,
	struct model_stack_view *view)
{
	AUTO_DONE(pairs_done) struct pairs parameters = {0};

	if (!model_stack(
		    world->model, member->reach->account, member->region, member->stack, view) ||
		!view->template_body)
		return NULL;
	pairs_copy(&parameters, view->parameters);
	pairs_sort(&parameters);
	return meaning(cast, member, view->template_body, &parameters);
}
