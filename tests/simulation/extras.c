#include "simulation/extras.h"

#include "simulation/nest.h"

enum { MINUTE_MS = 60 * 1000 };

static void add(struct plot *plot, enum beat_kind kind, size_t member, struct chance *chance)
{
	uint64_t at_ms = chance_below(chance, plot->end_ms);

	if (plot->count < BEATS_LIMIT)
		plot->beats[plot->count++] = (struct beat){.kind = kind,
			.at_ms = at_ms,
			.member = member,
			.chance = {chance_next(chance)}};
}

static void draw_nest(struct plot *plot, size_t member, struct chance *chance)
{
	size_t edits = 1 + chance_below(chance, 3);

	for (size_t i = 0; i < edits; i++)
		add(plot, BEAT_NEST, member, chance);
	if (chance_hits(chance, 300))
		add(plot, BEAT_HIDE, member, chance);
	if (chance_hits(chance, 300))
		add(plot, BEAT_WITHIN, member, chance);
}

void extras_draw(struct plot *plot, uint64_t seed)
{
	for (size_t i = 0; i < plot->cast.count; i++) {
		const struct member *member = &plot->cast.members[i];
		struct chance chance = chance_for(seed, member->name, "extras", 0);

		if (member->nests)
			draw_nest(plot, i, &chance);
	}
}

static void edit(
	const struct cast *cast, struct world *world, struct member *member, unsigned *number)
{
	if (world->folder != FOLDER_READ || world->folder_empty)
		return;
	++*number;
	cast_write(cast, member, world);
	world_edited(world);
}

void extras_play(
	struct plot *plot, struct world *world, struct member *member, const struct beat *beat)
{
	struct chance chance = beat->chance;

	if (beat->kind == BEAT_NEST)
		edit(&plot->cast, world, member,
			chance_hits(&chance, 500) ? &member->revision : &member->table);
	else if (beat->kind == BEAT_HIDE)
		nest_hide(member, world);
	else if (beat->kind == BEAT_WITHIN)
		nest_fail(member, world, &chance);
}

void extras_mend(struct plot *plot, struct world *world)
{
	(void)plot;
	texts_done(&world->hidden);
}
