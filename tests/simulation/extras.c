#include "simulation/extras.h"

#include "simulation/accidents.h"
#include "simulation/nest.h"
#include "simulation/users.h"

enum { MINUTE_MS = 60 * 1000 };

/* --- what is going to happen --- */

static void add(struct plot *plot, enum beat_kind kind, size_t member, uint64_t at_ms,
	struct chance *chance)
{
	if (plot->count < BEATS_LIMIT && at_ms < plot->end_ms)
		plot->beats[plot->count++] = (struct beat){.kind = kind,
			.at_ms = at_ms,
			.member = member,
			.chance = {chance_next(chance)}};
}

static void draw_nest(struct plot *plot, size_t member, struct chance *chance)
{
	size_t edits = 1 + chance_below(chance, 3);

	for (size_t i = 0; i < edits; i++)
		add(plot, BEAT_NEST, member, chance_below(chance, plot->end_ms), chance);
	if (chance_hits(chance, 300))
		add(plot, BEAT_HIDE, member, chance_below(chance, plot->end_ms), chance);
	if (chance_hits(chance, 300))
		add(plot, BEAT_WITHIN, member, chance_below(chance, plot->end_ms), chance);
}

static void draw_user(struct plot *plot, size_t member, struct chance *chance)
{
	uint64_t at_ms = chance_below(chance, plot->end_ms);

	add(plot, BEAT_IMPORT, member, at_ms, chance);
	if (chance_hits(chance, 300))
		add(plot, BEAT_RENAME, member, at_ms + chance_below(chance, 20 * MINUTE_MS),
			chance);
	if (chance_hits(chance, 500))
		add(plot, BEAT_LEAVE, member, at_ms + chance_below(chance, 40 * MINUTE_MS), chance);
}

static bool needs(const struct cast *cast, size_t child, size_t member)
{
	for (size_t i = 0; i < cast->members[child].parent_count; i++) {
		size_t parent = cast->members[child].parents[i].member;

		if (parent == member || needs(cast, parent, member))
			return true;
	}
	return false;
}

/* A stack that is to go, with all that need it, and whatever stands in the way: others, or its own
 * resources. */
static void draw_end(struct plot *plot, size_t member, struct chance *chance)
{
	static const enum beat_kind obstacles[] = {BEAT_PROTECT, BEAT_UNDELETABLE, BEAT_IMPORT};
	uint64_t at_ms = plot->end_ms / 4 + chance_below(chance, plot->end_ms / 2);
	size_t which = chance_below(chance, COUNT(obstacles) + 1);

	if (which < COUNT(obstacles))
		add(plot, obstacles[which], member, at_ms - chance_below(chance, at_ms / 4),
			chance);
	for (size_t i = member; i < plot->cast.count; i++)
		if (i == member || needs(&plot->cast, i, member))
			add(plot, BEAT_REMOVE, i, at_ms + chance_below(chance, MINUTE_MS), chance);
}

void extras_draw(struct plot *plot, uint64_t seed)
{
	for (size_t i = 0; i < plot->cast.count; i++) {
		const struct member *member = &plot->cast.members[i];
		struct chance chance = chance_for(seed, member->name, "extras", 0);

		if (member->nests)
			draw_nest(plot, i, &chance);
		if (member->exports)
			draw_user(plot, i, &chance);
		if (member->managed && member->goes && chance_hits(&chance, 300))
			draw_end(plot, i, &chance);
		if (chance_hits(&chance, 40))
			add(plot, BEAT_PROTECT, i, chance_below(&chance, plot->end_ms), &chance);
		if (member->managed && chance_hits(&chance, 60))
			add(plot, BEAT_INVALID, i, chance_below(&chance, plot->end_ms), &chance);
		if (member->managed && chance_hits(&chance, 40))
			add(plot, BEAT_WRECK, i, chance_below(&chance, plot->end_ms), &chance);
	}
}

/* --- it happens --- */

static void edit(
	const struct cast *cast, struct world *world, struct member *member, unsigned *number)
{
	if (world->folder != FOLDER_READ || world->folder_empty)
		return;
	++*number;
	cast_write(cast, member, world);
	world_edited(world);
}

static void play_nest(const struct cast *cast, struct world *world, struct member *member,
	const struct beat *beat)
{
	struct chance chance = beat->chance;

	if (beat->kind == BEAT_HIDE)
		nest_hide(member, world);
	else if (beat->kind == BEAT_WITHIN)
		nest_fail(member, world, &chance);
	else
		edit(cast, world, member,
			chance_hits(&chance, 500) ? &member->revision : &member->table);
}

void extras_play(
	struct plot *plot, struct world *world, struct member *member, const struct beat *beat)
{
	struct chance chance = beat->chance;

	switch (beat->kind) {
	case BEAT_IMPORT:
		users_import(member, world);
		break;
	case BEAT_RENAME:
		if (member->managed)
			edit(&plot->cast, world, member, &member->generation);
		break;
	case BEAT_LEAVE:
		users_leave(member, world);
		break;
	case BEAT_PROTECT:
		users_protect(member, world);
		break;
	case BEAT_UNDELETABLE:
		accident_undeletable(member, world, &chance);
		break;
	case BEAT_INVALID:
		accident_invalid(member, world, &chance);
		edit(&plot->cast, world, member, &member->revision);
		break;
	case BEAT_WRECK:
		accident_stuck(member, world, 1 + (unsigned)chance_below(&chance, 5));
		edit(&plot->cast, world, member, &member->revision);
		break;
	default:
		play_nest(&plot->cast, world, member, beat);
	}
}

/* --- the end --- */

void extras_mend(struct plot *plot, struct world *world)
{
	for (size_t i = 0; i < plot->cast.count; i++)
		plot->cast.members[i].undeletable = plot->cast.members[i].invalid = false;
	texts_done(&world->hidden);
}

void extras_help(struct plot *plot, struct world *world)
{
	for (size_t i = 0; i < plot->cast.count; i++) {
		struct member *member = &plot->cast.members[i];

		if (!member->imported || !users_leave(member, world))
			continue;
		/* Now it can be had, if it is tried once more. */
		member->imported = false;
		if (member->managed)
			edit(&plot->cast, world, member, &member->size);
	}
}
