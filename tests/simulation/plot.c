#include "simulation/plot.h"

#include <stdlib.h>
#include <string.h>

#include "simulation/accidents.h"
#include "simulation/others.h"

enum { MINUTE_MS = 60 * 1000 };

static char *draw_settings(struct plot *plot)
{
	struct chance *chance = &plot->chance;
	bool narrow = chance_hits(chance, 400);

	unsigned retry_s = narrow ? 1 + (unsigned)chance_below(chance, 15) : 5;
	unsigned concurrent = narrow ? 1 + (unsigned)chance_below(chance, 4) : 20;
	unsigned failures = narrow ? 1 + (unsigned)chance_below(chance, 3) : 3;
	unsigned poll_s = narrow ? 1 + (unsigned)chance_below(chance, 10) : 5;
	unsigned reads = narrow ? 1 + (unsigned)chance_below(chance, 6) : 4;
	unsigned writes = narrow ? 1 + (unsigned)chance_below(chance, 3) : 2;

	plot->attempts = narrow ? 1 + (unsigned)chance_below(chance, 3) : 3;
	return xasprintf("[AWS]\nAllowedAccounts=" WORLD_ACCOUNT "\n[Reconcile]\nInterval=2min\n"
			 "RevertDelay=3min\nRetryMin=%us\nRetryMax=5min\nMaxAttempts=%u\n"
			 "MaxConcurrent=%u\nMaxFailures=%u\nPollInterval=%us\nReadRate=%u\n"
			 "WriteRate=%u\n",
		retry_s, plot->attempts, concurrent, failures, poll_s, reads, writes);
}

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
		.change_set_ms =
			chance_hits(chance, 100) ? 4 * MINUTE_MS : chance_below(chance, 10000),
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
		{BEAT_EDIT, 37},
		{BEAT_BREAK, 8},
		{BEAT_MEND, 8},
		{BEAT_FOREIGN, 8},
		{BEAT_DELETION, 4},
		{BEAT_FAILURE, 8},
		{BEAT_KILL, 8},
		{BEAT_RELOAD, 2},
		{BEAT_OBLIVION, 1},
		{BEAT_DAMAGE, 1},
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

/* Who edits once edits again, often while the first is on its way. */
static void add_second_thoughts(struct plot *plot)
{
	size_t count = plot->count;

	for (size_t i = 0; i < count; i++) {
		struct beat second = plot->beats[i];

		if (second.kind > BEAT_BREAK || !chance_hits(&plot->chance, 400))
			continue;
		second.at_ms += chance_below(&plot->chance, 2 * MINUTE_MS);
		if (second.at_ms < plot->end_ms)
			plot->beats[plot->count++] = second;
	}
}

void plot_begin(struct plot *plot, struct world *world, uint64_t seed)
{
	*plot = (struct plot){.chance = {seed}};
	struct model_options options = options_of(&plot->chance);

	world_begin(world, chance_next(&plot->chance), &options);
	world->settings = draw_settings(plot);
	world->mode = chance_hits(&plot->chance, 150) ? ENGINE_ONCE : ENGINE_RUN;
	world->weather.delay_ms = 20 + chance_below(&plot->chance, 2000);
	cast_begin(&plot->cast, &plot->chance);
	for (size_t i = 0; i < plot->cast.count; i++)
		if (plot->cast.members[i].managed)
			cast_write(&plot->cast, &plot->cast.members[i], world);
	plot->end_ms = (30 + chance_below(&plot->chance, 60)) * MINUTE_MS;
	plot->count = 8 + chance_below(&plot->chance, BEATS_LIMIT / 2 - MEMBERS_LIMIT);
	for (size_t i = 0; i < plot->count; i++)
		plot->beats[i] = (struct beat){
			.kind = draw_kind(&plot->chance),
			.at_ms = chance_below(&plot->chance, plot->end_ms),
			.member = chance_below(&plot->chance, plot->cast.count),
		};
	add_second_thoughts(plot);
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

	if (*numbers[which] && chance_hits(&plot->chance, 200))
		--*numbers[which];
	else
		++*numbers[which];
	world_tell(world, "==== edit of %s (%zu)", member->name, which);
	cast_write(&plot->cast, member, world);
	world_edited(world);
}

static void note_frozen(struct member *member, const struct world *world)
{
	bool frozen = member->broken || member->suspended || member->removed || member->damaged;

	if (!frozen)
		member->frozen_ms = 0;
	else if (!member->frozen_ms)
		member->frozen_ms = world->now_ms;
}

static void freeze(struct plot *plot, struct world *world, struct member *member, bool frozen)
{
	uint64_t drawn = chance_below(&plot->chance, 3);

	member->broken = frozen && drawn == 0;
	member->suspended = frozen && drawn == 1;
	member->removed = frozen && drawn == 2;
	note_frozen(member, world);
	world_tell(world, "==== %s is %s", member->name,
		member->broken      ? "broken"
		: member->suspended ? "suspended"
		: member->removed   ? "removed"
				    : "mended");
	cast_write(&plot->cast, member, world);
	world_edited(world);
}

void plot_provoke(struct plot *plot, struct world *world)
{
	AUTO(free_text) char *stack = take(world->provoked);

	for (size_t i = 0; stack && i < plot->cast.count; i++) {
		struct member *member = &plot->cast.members[i];
		AUTO(free_text) char *part = xasprintf(":stack/%s/", member->name);

		if (member->managed && strstr(stack, part) && chance_hits(&plot->chance, 300))
			edit(plot, world, member);
	}
}

void plot_play(struct plot *plot, struct world *world)
{
	const struct beat *beat = &plot->beats[plot->next++];
	struct member *member = &plot->cast.members[beat->member];

	if (!member->managed && beat->kind < BEAT_KILL) {
		others_change(&plot->cast, member, world);
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
		others_change(&plot->cast, member, world);
		break;
	case BEAT_DELETION:
		others_delete(member, world);
		break;
	case BEAT_FAILURE:
		accident_failure(member, world);
		break;
	case BEAT_KILL:
		world_kill(world);
		break;
	case BEAT_RELOAD:
		world_reload(world);
		break;
	case BEAT_OBLIVION:
		plot->forgetful = true;
		accident_oblivion(world);
		for (size_t i = 0; i < plot->cast.count; i++) {
			plot->cast.members[i].damaged = false;
			note_frozen(&plot->cast.members[i], world);
		}
		break;
	case BEAT_DAMAGE:
		plot->forgetful = true;
		accident_damage(member, world);
		note_frozen(member, world);
		break;
	case BEAT_STORM:
		accident_storm(world);
		break;
	case BEAT_CALM:
		accident_calm(world);
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
		others_delete(member, world);
}

void plot_repair(struct plot *plot, struct world *world)
{
	accident_calm(world);
	accident_repaired(world);
	accident_recovery(world);
	for (size_t i = 0; i < plot->cast.count; i++) {
		struct member *member = &plot->cast.members[i];
		struct model_stack_view view;

		if (!member->managed && !model_stack(world->model, WORLD_ACCOUNT, member->region,
						member->name, &view))
			others_create(&plot->cast, member, world);
		remove_failed(world, member);
		member->damaged = false;
		if (member->frozen_ms)
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
