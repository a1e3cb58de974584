/* The events of a plot take place. */
#include <string.h>

#include "simulation/accidents.h"
#include "simulation/extras.h"
#include "simulation/others.h"
#include "simulation/plot.h"

enum { SECOND_MS = 1000, MINUTE_MS = 60 * SECOND_MS };

uint64_t plot_due(const struct plot *plot)
{
	return plot->next < plot->count ? plot->beats[plot->next].at_ms : plot->end_ms;
}

/* --- manifests --- */

/* Nobody edits in a folder that isn't there. */
static bool folder_is_there(const struct world *world)
{
	return world->folder == FOLDER_READ && !world->folder_empty;
}

static void edit(
	const struct cast *cast, struct world *world, struct member *member, struct chance *chance)
{
	/* Outputs follow from the first ones: children are what this is about. */
	unsigned *const numbers[] = {&member->size, &member->size, &member->size,
		&member->generation, &member->generation, &member->tone, &member->names,
		&member->password, &member->revision, &member->wording, &member->layout,
		&member->table};
	size_t which = chance_below(chance, COUNT(numbers));

	if (*numbers[which] && chance_hits(chance, 200))
		--*numbers[which];
	else
		++*numbers[which];
	world_tell(world, "==== edit of %s (%zu)", member->name, which);
	cast_write(cast, member, world);
	world_edited(world);
}

static void note_frozen(struct member *member, const struct world *world)
{
	bool frozen = member->broken || member->suspended || member->removed || member->damaged ||
		      member->ordered || world->folder_empty;

	if (!frozen)
		member->frozen_ms = 0;
	else if (!member->frozen_ms)
		member->frozen_ms = world->now_ms;
}

void plot_note_frozen(struct plot *plot, const struct world *world)
{
	for (size_t i = 0; i < plot->cast.count; i++)
		note_frozen(&plot->cast.members[i], world);
}

static void note_moved(struct member *member, const struct world *world, bool goes)
{
	member->moved_ms = world->now_ms;
	if (goes && !member->removed) {
		member->gone_ms = world->now_ms;
		member->back_ms = 0;
	} else if (!goes && member->removed) {
		member->back_ms = world->now_ms;
		/* If the stack went meanwhile, all that was known of it did. */
		member->ordered = member->ordered && !member->goes;
	}
}

static void freeze(
	const struct cast *cast, struct world *world, struct member *member, enum beat_kind kind)
{
	note_moved(member, world, kind == BEAT_REMOVE);
	member->broken = kind == BEAT_BREAK;
	member->suspended = kind == BEAT_SUSPEND;
	member->removed = kind == BEAT_REMOVE;
	note_frozen(member, world);
	world_tell(world, "==== %s: %s", member->name, beat_name(kind));
	cast_write(cast, member, world);
	world_edited(world);
}

void plot_provoke(struct plot *plot, struct world *world)
{
	AUTO(free_text) char *stack = take(world->provoked);
	struct chance chance = world->provocation;

	for (size_t i = 0; stack && i < plot->cast.count; i++) {
		struct member *member = &plot->cast.members[i];

		if (member->managed && strcmp(stack, member->stack) == 0 &&
			folder_is_there(world) && chance_hits(&chance, 300))
			edit(&plot->cast, world, member, &chance);
	}
}

void plot_edit(struct plot *plot, struct world *world, struct member *member, struct chance *chance)
{
	if (member->managed && folder_is_there(world))
		edit(&plot->cast, world, member, chance);
}

void plot_edit_keys(
	struct plot *plot, struct world *world, struct member *member, struct chance *chance)
{
	if (!folder_is_there(world))
		return;
	world_tell(world, "==== edit of %s", member->name);
	keys_edit(&member->keys, world, chance);
	/* Who says anew what becomes of a create, lets it try again. */
	member->retries++;
	cast_write(&plot->cast, member, world);
	world_edited(world);
}

/* --- the events --- */

static void play_edit(
	struct plot *plot, struct world *world, struct member *member, const struct beat *beat)
{
	struct chance chance = beat->chance;

	if (!folder_is_there(world))
		return;
	if (!member->managed)
		others_change(&plot->cast, member, world, &chance);
	else if (beat->kind == BEAT_EDIT)
		edit(&plot->cast, world, member, &chance);
	else
		freeze(&plot->cast, world, member, beat->kind);
}

static void play_others(
	struct plot *plot, struct world *world, struct member *member, const struct beat *beat)
{
	struct chance chance = beat->chance;

	if (beat->kind == BEAT_FOREIGN)
		others_change(&plot->cast, member, world, &chance);
	else if (beat->kind == BEAT_DELETION)
		others_delete(member, world);
	else if (beat->kind == BEAT_REVIEW)
		others_review(&plot->cast, member, world);
	else
		others_cancel(member, world);
}

/* A stack is known to fail by its name alone: those elsewhere that have it do as well. */
static void share_failure(struct plot *plot, const struct member *member)
{
	for (size_t i = 0; i < plot->cast.count; i++) {
		struct member *other = &plot->cast.members[i];

		if (other == member || strcmp(other->stack, member->stack) != 0)
			continue;
		other->failures++;
		other->invalid = other->invalid || member->invalid;
		other->undeletable = other->undeletable || member->undeletable;
		other->was_undeletable = other->was_undeletable || member->undeletable;
	}
}

static void play_failure(struct world *world, struct member *member, const struct beat *beat)
{
	struct chance chance = beat->chance;

	if (beat->kind == BEAT_FAILURE)
		accident_failure(member, world, &chance);
	else if (beat->kind == BEAT_DOOM)
		accident_doom(member, world, &chance);
	else if (beat->kind == BEAT_STUCK)
		accident_stuck(member, world, 1 + (unsigned)chance_below(&chance, 4));
	else if (beat->kind == BEAT_FLOP)
		accident_flop(member, world, &chance);
	else
		accident_slow(member, world, &chance);
}

static void play_memory(
	struct plot *plot, struct world *world, struct member *member, const struct beat *beat)
{
	struct chance chance = beat->chance;

	plot->forgetful = true;
	if (beat->kind == BEAT_DAMAGE) {
		accident_damage(member, world, &chance);
		member->ordered = member->ordered && !member->damaged;
		note_frozen(member, world);
		return;
	}
	accident_oblivion(world);
	for (size_t i = 0; i < plot->cast.count; i++)
		plot->cast.members[i].damaged = plot->cast.members[i].ordered = false;
	plot_note_frozen(plot, world);
}

static void play_machine(struct plot *plot, struct world *world, const struct beat *beat)
{
	struct chance chance = beat->chance;

	switch (beat->kind) {
	case BEAT_KILL:
		world_kill(world, chance_below(&chance, 3 * SECOND_MS));
		break;
	case BEAT_ABSENCE:
		world_kill(world, chance_below(&chance, 30 * MINUTE_MS));
		break;
	case BEAT_REBOOT:
		accident_reboot(world, &chance);
		break;
	case BEAT_CLOCK:
		accident_clock(world, &chance);
		break;
	case BEAT_FOLDER_GONE:
		accident_folder(world, &chance);
		plot_note_frozen(plot, world);
		break;
	case BEAT_FOLDER_BACK:
		accident_folder_back(world);
		plot_note_frozen(plot, world);
		break;
	case BEAT_HAZE:
		accident_haze(world, &chance);
		break;
	case BEAT_ECHO:
		accident_echo(world, &chance);
		break;
	case BEAT_STORM:
		accident_storm(world, &chance);
		break;
	case BEAT_CALM:
		accident_calm(world);
		break;
	case BEAT_CURE:
		sick_cure(world);
		break;
	case BEAT_EXPIRY:
		sick_expire(world);
		break;
	default:
		world_reload(world);
	}
}

static void play_order(
	struct plot *plot, struct world *world, struct member *member, const struct beat *beat)
{
	static const enum command_kind kinds[] = {
		COMMAND_SUSPEND, COMMAND_RESUME, COMMAND_RETRY, COMMAND_RECONCILE};
	struct chance chance = beat->chance;

	person_order(plot, world, member, kinds[beat->kind - BEAT_ORDER_SUSPEND], &chance);
}

static void play_sick(struct world *world, const struct member *member, const struct beat *beat)
{
	struct chance chance = beat->chance;

	sick_fall(world, member, &chance);
}

static void play_keys(
	struct plot *plot, struct world *world, struct member *member, const struct beat *beat)
{
	struct chance chance = beat->chance;

	if (beat->kind == BEAT_KEYS)
		plot_edit_keys(plot, world, member, &chance);
	else if (beat->kind == BEAT_HANDS)
		others_hands(member, world, &chance);
	else if (beat->kind == BEAT_FINDING)
		accident_invalid(member, world, &chance);
	else if (beat->kind == BEAT_FLAW)
		accident_flaw(member, world, &chance);
	else
		others_feed(member, world, &chance);
}

void plot_play(struct plot *plot, struct world *world)
{
	const struct beat *beat = &plot->beats[plot->next++];
	struct member *member = &plot->cast.members[beat->member];

	if (plot->selection.some && !plot->selection.played[beat->number])
		return;
	world_tell(world, "==== event %u: %s", beat->number, beat_name(beat->kind));
	world->coverage->beat[beat->kind]++;
	unsigned failures = member->failures;

	if (beat->kind <= BEAT_MEND)
		play_edit(plot, world, member, beat);
	else if (beat->kind <= BEAT_CANCEL)
		play_others(plot, world, member, beat);
	else if (beat->kind <= BEAT_FLOP)
		play_failure(world, member, beat);
	else if (beat->kind <= BEAT_ORDER_RECONCILE)
		play_order(plot, world, member, beat);
	else if (beat->kind == BEAT_SICK)
		play_sick(world, member, beat);
	else if (beat->kind >= BEAT_NEST)
		extras_play(plot, world, member, beat);
	else if (beat->kind >= BEAT_KEYS)
		play_keys(plot, world, member, beat);
	else if (beat->kind == BEAT_OBLIVION || beat->kind == BEAT_DAMAGE)
		play_memory(plot, world, member, beat);
	else
		play_machine(plot, world, beat);
	if (member->failures != failures)
		share_failure(plot, member);
}

/* --- the end --- */

void plot_help(struct plot *plot, struct world *world)
{
	struct model_stack_view view;

	extras_help(plot, world);
	for (size_t i = 0; i < plot->cast.count; i++) {
		struct member *member = &plot->cast.members[i];

		others_rescue(member, world);
		if (!member->managed && !model_stack(world->model, member->reach->account,
						member->region, member->stack, &view))
			others_create(&plot->cast, member, world);
	}
}

/* Everything that a person can do is done, so that nothing is left that justifies a hold. */
static void mend_member(struct plot *plot, struct world *world, struct member *member)
{
	if (!member->managed)
		return;
	note_moved(member, world, false);
	member->damaged = member->broken = member->suspended = member->removed = false;
	note_frozen(member, world);
	member->starved = false;
	if (member->fed)
		others_keep(member, world);
	if (member->keys.values[KEY_APPLY] == APPLY_NOT_AT_ALL)
		keys_set(&member->keys, world, KEY_APPLY, 0);
	/* What was given up waits for an edit: one that is not the way back to what failed. */
	if (member->failures || member->foreign_changes || member->reviews)
		member->size += 100;
	member->failures = member->foreign_changes = member->reviews = 0;
	member->orders = 0;
	cast_write(&plot->cast, member, world);
}

void plot_mend(struct plot *plot, struct world *world)
{
	accident_repaired(world);
	accident_recovery(world);
	reaches_allow(world);
	extras_mend(plot, world);
	plot->mended = true;
	plot_help(plot, world);
	for (size_t i = 0; i < plot->cast.count; i++)
		mend_member(plot, world, &plot->cast.members[i]);
	world_edited(world);
}

void plot_calm(struct plot *plot, struct world *world)
{
	accident_calm(world);
	sick_cure(world);
	/* A container's keys tell when they end by a clock that nobody here can know. */
	if (world->contained)
		world->ahead_ms = 0;
	accident_folder_back(world);
	plot_note_frozen(plot, world);
	if (!plot->lasts)
		plot_mend(plot, world);
}
