#include "simulation/plot.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { MINUTE_MS = 60 * 1000 };

static const char settings[] = "[AWS]\nAllowedAccounts=" WORLD_ACCOUNT "\n"
			       "[Reconcile]\nInterval=2min\nRevertDelay=3min\nRetryMin=5s\n"
			       "RetryMax=5min\n";

static struct model_options options_of(struct chance *chance)
{
	struct model_options options = model_options_default();

	options.seed = chance_next(chance);
	options.check_signature = true;
	options.schedule = (struct model_schedule){
		.create_ms = chance_below(chance, 30000),
		.update_ms = chance_below(chance, 20000),
		.delete_ms = chance_below(chance, 10000),
		.rollback_ms = chance_below(chance, 10000),
		.cleanup_ms = chance_below(chance, 10000),
		.change_set_ms = chance_below(chance, 10000),
	};
	options.pages.stacks = 1 + (unsigned)chance_below(chance, 10);
	options.pages.events = 1 + (unsigned)chance_below(chance, 20);
	options.pages.change_sets = 1 + (unsigned)chance_below(chance, 3);
	options.normalise_lists = chance_hits(chance, 500);
	options.operation_ids = chance_hits(chance, 500);
	options.outputs_while_running = chance_hits(chance, 500);
	options.no_updates_change_set = chance_hits(chance, 500);
	options.delete_while_running = chance_hits(chance, 500);
	options.change_set_keeps_tags = chance_hits(chance, 500);
	options.tokens_are_forgotten = chance_hits(chance, 500);
	options.throttling_exception = chance_hits(chance, 500);
	return options;
}

static int by_time(const void *a, const void *b)
{
	const struct beat *left = a, *right = b;

	return left->at_ms < right->at_ms ? -1 : left->at_ms > right->at_ms;
}

static enum beat_kind draw_kind(struct chance *chance)
{
	static const struct {
		enum beat_kind kind;
		unsigned share;
	} kinds[] = {
		{BEAT_EDIT, 40},
		{BEAT_BREAK, 6},
		{BEAT_MEND, 8},
		{BEAT_FOREIGN, 8},
		{BEAT_DELETION, 4},
		{BEAT_FAILURE, 8},
		{BEAT_KILL, 10},
		{BEAT_OBLIVION, 1},
		{BEAT_STORM, 8},
		{BEAT_CALM, 7},
	};
	uint64_t drawn = chance_below(chance, 100);

	for (size_t i = 0; i < COUNT(kinds); i++) {
		if (drawn < kinds[i].share)
			return kinds[i].kind;
		drawn -= kinds[i].share;
	}
	return BEAT_EDIT;
}

void plot_begin(struct plot *plot, struct world *world, uint64_t seed)
{
	*plot = (struct plot){.chance = {seed}};
	struct model_options options = options_of(&plot->chance);

	world_begin(world, chance_next(&plot->chance), &options);
	world->settings = xstrdup(settings);
	world->weather.delay_ms = 20 + chance_below(&plot->chance, 2000);
	cast_begin(&plot->cast, &plot->chance);
	for (size_t i = 0; i < plot->cast.count; i++)
		if (plot->cast.members[i].managed)
			cast_write(&plot->cast, &plot->cast.members[i], world);
	plot->end_ms = (30 + chance_below(&plot->chance, 60)) * MINUTE_MS;
	plot->count = 8 + chance_below(&plot->chance, BEATS_LIMIT - 8 - MEMBERS_LIMIT);
	for (size_t i = 0; i < plot->count; i++)
		plot->beats[i] = (struct beat){
			.kind = draw_kind(&plot->chance),
			.at_ms = chance_below(&plot->chance, plot->end_ms),
			.member = chance_below(&plot->chance, plot->cast.count),
		};
	/* Stacks without a manifest come from somebody else, sooner or later. */
	for (size_t i = 0; i < plot->cast.count; i++)
		if (!plot->cast.members[i].managed)
			plot->beats[plot->count++] = (struct beat){
				BEAT_FOREIGN, chance_below(&plot->chance, plot->end_ms / 4), i};
	qsort(plot->beats, plot->count, sizeof(*plot->beats), by_time);
}

void plot_done(struct plot *plot)
{
	cast_done(&plot->cast);
}

uint64_t plot_due(const struct plot *plot)
{
	return plot->next < plot->count ? plot->beats[plot->next].at_ms : plot->end_ms;
}

static void edit(struct plot *plot, struct world *world, struct member *member)
{
	unsigned *const numbers[] = {&member->size, &member->tone, &member->names,
		&member->password, &member->revision, &member->generation, &member->wording,
		&member->layout};
	size_t which = chance_below(&plot->chance, COUNT(numbers));

	++*numbers[which];
	world_tell(world, "==== edit of %s (%zu)", member->name, which);
	cast_write(&plot->cast, member, world);
	world_edited(world);
}

static void freeze(struct plot *plot, struct world *world, struct member *member, bool frozen)
{
	bool was = member->broken || member->suspended;
	bool suspended = chance_hits(&plot->chance, 300);

	member->broken = frozen && !suspended;
	member->suspended = frozen && suspended;
	if (was != frozen)
		member->frozen_ms = frozen ? world->now_ms : 0;
	world_tell(world, "==== %s %s", member->name,
		!frozen     ? "is mended"
		: suspended ? "is suspended"
			    : "is broken");
	cast_write(&plot->cast, member, world);
	world_edited(world);
}

static void act(struct world *world, const struct member *member, const char *form)
{
	struct model_reply reply;

	model_act(world->model, world_wall(world), WORLD_OTHER_KEY, member->region, form, &reply);
	world_tell(world, "==== somebody else: %.60s (%d)", form, reply.status);
	model_reply_done(&reply);
}

static void create_foreign(struct plot *plot, struct world *world, const struct member *member)
{
	struct text body = {0}, form = {0};

	cast_template(&plot->cast, member, &body);
	text_format(&form, "Action=CreateStack&StackName=%s&TemplateBody=", member->name);
	text_add_percent(&form, text_string(&body), body.length, "");
	text_add(&form, "&Parameters.member.1.ParameterKey=Size&Parameters.member.1."
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

static void change_foreign(struct plot *plot, struct world *world, struct member *member)
{
	struct model_stack_view view;
	struct text form = {0};
	unsigned number = 1;

	if (!model_stack(world->model, WORLD_ACCOUNT, member->region, member->name, &view)) {
		if (!member->managed)
			create_foreign(plot, world, member);
		return;
	}
	text_format(&form,
		"Action=UpdateStack&StackName=%s&UsePreviousTemplate=true&Parameters.member.1."
		"ParameterKey=Size&Parameters.member.1.ParameterValue=foreign%u",
		member->name, (unsigned)chance_below(&plot->chance, 1000));
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

static void delete_foreign(struct world *world, struct member *member)
{
	AUTO(free_text) char *form = xasprintf("Action=DeleteStack&StackName=%s", member->name);

	act(world, member, form);
	member->foreign_changes++;
}

static void scenario(struct world *world, const char *json)
{
	struct error e = {0};

	if (!model_scenario(world->model, json, &e))
		world_trouble(world, "the simulation's own scenario: %s", e.text);
}

static void fail(struct plot *plot, struct world *world, struct member *member)
{
	static const char *const resources[] = {"Note", "Topic"};
	AUTO(free_text)
	char *json = xasprintf("{\"resources\":[{\"kind\":\"%s\",\"stack\":\"%s\",\"resource\":"
			       "\"%s\",\"count\":%u,\"reason\":\"the story says so\"}]}",
		chance_hits(&plot->chance, 300) ? "fail-create" : "fail-update", member->name,
		resources[chance_below(&plot->chance, 2)],
		1 + (unsigned)chance_below(&plot->chance, 3));

	world_tell(world, "==== %s is going to fail", member->name);
	member->failures++;
	scenario(world, json);
}

static void storm(struct plot *plot, struct world *world)
{
	static const char *const faults[] = {"throttle", "internal", "html", "bad-xml", "cut",
		"hang", "hang-after", "reset-before", "reset-after"};
	struct chance *chance = &plot->chance;
	const char *kind = faults[chance_below(chance, COUNT(faults))];
	AUTO(free_text)
	char *json = xasprintf("{\"clear\":false,\"faults\":[{\"kind\":\"%s\",\"count\":%u,"
			       "\"chance\":0.%u}],\"options\":{\"stale_ms\":%u}}",
		kind, 1 + (unsigned)chance_below(chance, 40),
		10 + (unsigned)chance_below(chance, 70),
		chance_hits(chance, 500) ? (unsigned)chance_below(chance, 20000) : 0);

	world_tell(world, "==== storm: %s", kind);
	scenario(world, json);
	world->weather.refused = (unsigned)chance_below(chance, 100);
	world->weather.lost_request = (unsigned)chance_below(chance, 100);
	world->weather.lost_reply = (unsigned)chance_below(chance, 100);
	world->weather.late = (unsigned)chance_below(chance, 50);
	world->weather.failed_save = (unsigned)chance_below(chance, 100);
	world->weather.kill = chance_hits(chance, 400) ? (unsigned)chance_below(chance, 50) : 0;
}

static void calm(struct world *world)
{
	uint64_t delay_ms = world->weather.delay_ms;

	world_tell(world, "==== calm");
	world->weather = (struct weather){.delay_ms = delay_ms};
	scenario(world, "{\"options\":{\"stale_ms\":0}}");
}

static void lose_memory(struct plot *plot, struct world *world)
{
	world_tell(world, "==== the memory is lost");
	plot->forgetful = true;
	world_kill(world);
	for (size_t i = 0; i < world->happening_count; i++)
		if (world->happenings[i].kind == HAPPENING_SAVE)
			world->happenings[i].at_ms = UINT64_MAX;
	pairs_done(&world->records);
}

void plot_play(struct plot *plot, struct world *world)
{
	const struct beat *beat = &plot->beats[plot->next++];
	struct member *member = &plot->cast.members[beat->member];

	if (!member->managed && beat->kind < BEAT_KILL) {
		change_foreign(plot, world, member);
		return;
	}
	switch (beat->kind) {
	case BEAT_EDIT:
		edit(plot, world, member);
		break;
	case BEAT_BREAK:
	case BEAT_MEND:
		freeze(plot, world, member, beat->kind == BEAT_BREAK);
		break;
	case BEAT_FOREIGN:
		change_foreign(plot, world, member);
		break;
	case BEAT_DELETION:
		delete_foreign(world, member);
		break;
	case BEAT_FAILURE:
		fail(plot, world, member);
		break;
	case BEAT_KILL:
		world_kill(world);
		break;
	case BEAT_OBLIVION:
		lose_memory(plot, world);
		break;
	case BEAT_STORM:
		storm(plot, world);
		break;
	case BEAT_CALM:
		calm(world);
		break;
	case BEAT_KIND_COUNT:
		break;
	}
}

/* stackd holds what failed while it was created, until somebody deletes it. */
static void remove_failed(struct world *world, struct member *member)
{
	struct model_stack_view view;

	if (member->managed &&
		model_stack(world->model, WORLD_ACCOUNT, member->region, member->name, &view) &&
		strcmp(view.status, "ROLLBACK_COMPLETE") == 0)
		delete_foreign(world, member);
}

void plot_repair(struct plot *plot, struct world *world)
{
	calm(world);
	scenario(world, "{\"clear\":true}");
	for (size_t i = 0; i < plot->cast.count; i++) {
		struct member *member = &plot->cast.members[i];
		struct model_stack_view view;

		if (!member->managed && !model_stack(world->model, WORLD_ACCOUNT, member->region,
						member->name, &view))
			create_foreign(plot, world, member);
		remove_failed(world, member);
		if (member->broken || member->suspended)
			freeze(plot, world, member, false);
	}
}

void plot_encourage(struct plot *plot, struct world *world)
{
	for (size_t i = 0; i < plot->cast.count; i++) {
		struct member *member = &plot->cast.members[i];

		if (!plot_unlucky(member))
			continue;
		remove_failed(world, member);
		member->size++;
		cast_write(&plot->cast, member, world);
	}
	world_edited(world);
}

bool plot_unlucky(const struct member *member)
{
	return member->managed && (member->failures || member->foreign_changes > 1);
}
