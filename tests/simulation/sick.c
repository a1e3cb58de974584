#include "simulation/sick.h"

#include <string.h>

#include "simulation/judge.h"
#include "simulation/scenario.h"

enum {
	SECOND_MS = 1000,
	MINUTE_MS = 60 * SECOND_MS,
	STEP_MS = SECOND_MS, /* so exactly is measured */
	PATIENCE_MS = 60 * MINUTE_MS,
	MORE_MS = 30 * SECOND_MS, /* messages take as long as they like */
	BEFORE_MS = 3 * MINUTE_MS,
};

static const char *const names[SICK_KIND_COUNT] = {
	[SICK_ROLE] = "role denied",
	[SICK_DENIED] = "all denied",
	[SICK_MUTE] = "mute",
	[SICK_THROTTLED] = "throttled",
};

const char *sick_name(enum sick_kind kind)
{
	return names[kind];
}

/* --- falling sick --- */

void sick_draw(struct plot *plot, uint64_t seed)
{
	struct chance chance = chance_for(seed, "", "sick", 0);
	size_t count = plot->abroad ? 1 + chance_below(&chance, 5) : 0;

	for (size_t i = 0; i < count && plot->count + 3 < BEATS_LIMIT; i++) {
		uint64_t at_ms = chance_below(&chance, plot->end_ms - MINUTE_MS);
		uint64_t cured_ms = at_ms + chance_below(&chance, 20 * MINUTE_MS);
		size_t member = chance_below(&chance, plot->cast.count);

		plot->beats[plot->count++] = (struct beat){.kind = BEAT_SICK,
			.at_ms = at_ms,
			.member = member,
			.chance = {chance_next(&chance)}};
		plot->beats[plot->count++] = (struct beat){.kind = BEAT_CURE,
			.at_ms = cured_ms < plot->end_ms ? cured_ms : plot->end_ms - 1,
			.chance = {chance_next(&chance)}};
		plot->beats[plot->count++] = (struct beat){.kind = BEAT_EXPIRY,
			.at_ms = chance_below(&chance, plot->end_ms),
			.chance = {chance_next(&chance)}};
	}
}

static void fall(struct world *world, const struct member *member, enum sick_kind kind)
{
	if (kind == SICK_ROLE && !member->reach->role)
		kind = SICK_DENIED;
	world->sick = (struct sickness){kind, member->reach, member->region};
	world->coverage->sick[kind]++;
	world_tell(world, "==== %s of %s: %s", member->region, member->reach->account, names[kind]);
}

void sick_fall(struct world *world, const struct member *member, struct chance *chance)
{
	fall(world, member, (enum sick_kind)(1 + chance_below(chance, SICK_KIND_COUNT - 1)));
}

void sick_cure(struct world *world)
{
	if (world->sick.kind)
		world_tell(world, "==== %s is well again", world->sick.region);
	world->sick = (struct sickness){0};
}

void sick_expire(struct world *world)
{

	world->ended_ms = world->now_ms;
	world_tell(world, "==== all keys of roles end");
	scenario_play(world, "{\"expire_issued\":true}");
}

void sick_apply(const struct world *world, const struct reach *reach, const char *region, bool role,
	struct fate *fate)
{
	const struct sickness *sick = &world->sick;
	bool here = sick->reach && strcmp(sick->reach->account, reach->account) == 0 &&
		    strcmp(sick->region, region) == 0;

	if (sick->reach == reach && sick->kind == (role ? SICK_ROLE : SICK_DENIED))
		fate->fault = FAULT_DENIED;
	else if (sick->kind == SICK_MUTE && !role && here)
		fate->fault = FAULT_LOST;
	else if (sick->kind == SICK_THROTTLED && !role && here)
		fate->fault = FAULT_THROTTLE;
}

/* --- while all else is quiet --- */

static bool same_scope(const struct member *a, const struct member *b)
{
	return a->region == b->region && strcmp(a->reach->account, b->reach->account) == 0;
}

/* It, or what it needs, is where that one is. */
static bool concerns(const struct cast *cast, const struct member *member, const struct member *ill)
{
	if (same_scope(member, ill) || member->reach == ill->reach)
		return true;
	for (size_t i = 0; i < member->parent_count; i++)
		if (concerns(cast, &cast->members[member->parents[i].member], ill))
			return true;
	return false;
}

static void edit(struct judge *judge, struct member *member)
{
	member->size++;
	world_tell(judge->world, "==== edit of %s", member->name);
	cast_write(&judge->plot->cast, member, judge->world);
	world_edited(judge->world);
}

/* What a person has to agree to takes as long as the person does. */
static bool waits_for_person(const struct plot *plot, const struct member *member)
{
	return plot->asks || member->keys.values[KEY_APPLY] ||
	       member->keys.values[KEY_GUARD] == GUARD_EVERYTHING;
}

/* How long an edit takes; PATIENCE_MS: longer. */
static uint64_t measure(struct judge *judge, struct member *member,
	void (*pass)(struct judge *judge, uint64_t until_ms))
{
	const struct world *world = judge->world;
	uint64_t start_ms = world->now_ms;

	edit(judge, member);
	do {
		pass(judge, world->now_ms + STEP_MS);
	} while (!world->breaches.count && world->now_ms - start_ms < PATIENCE_MS &&
		 !quiet_settled(judge, member));
	return world->now_ms - start_ms;
}

static void compare(struct judge *judge, struct member *well, struct member *ill,
	enum sick_kind kind, void (*pass)(struct judge *judge, uint64_t until_ms))
{
	struct world *world = judge->world;
	uint64_t alone_ms = measure(judge, well, pass);

	quiet_wait(judge);
	fall(world, ill, kind);
	edit(judge, ill);
	pass(judge, world->now_ms + BEFORE_MS);
	uint64_t beside_ms = measure(judge, well, pass);

	if (beside_ms > alone_ms * 6 / 5 + MORE_MS)
		world_breach(world, OTHERS_GO_ON,
			"%s took %u s alone, %u s while %s of %s is sick (%s)", well->name,
			(unsigned)(alone_ms / SECOND_MS), (unsigned)(beside_ms / SECOND_MS),
			ill->region, ill->reach->account, names[world->sick.kind]);
	world->coverage->beside[world->sick.kind]++;
	sick_cure(world);
	quiet_wait(judge);
}

void sick_compare(struct judge *judge, void (*pass)(struct judge *judge, uint64_t until_ms))
{
	struct plot *plot = judge->plot;
	struct chance chance = chance_for(judge->world->seed, "", "compare", 0);
	enum sick_kind kind = (enum sick_kind)(1 + chance_below(&chance, SICK_KIND_COUNT - 1));
	size_t first = chance_below(&chance, plot->cast.count);

	for (size_t i = 0; i < plot->cast.count * plot->cast.count; i++) {
		struct member *well = &plot->cast.members[(first + i) % plot->cast.count];
		struct member *ill = &plot->cast.members[i / plot->cast.count];

		if (!well->managed || !ill->managed || concerns(&plot->cast, well, ill) ||
			waits_for_person(plot, well))
			continue;
		compare(judge, well, ill, kind, pass);
		return;
	}
}
