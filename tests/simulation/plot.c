#include "simulation/plot.h"

#include <assert.h>
#include <stdlib.h>

#include "simulation/accidents.h"
#include "simulation/extras.h"
#include "simulation/traits.h"

enum { SECOND_MS = 1000, MINUTE_MS = 60 * SECOND_MS };

static const struct {
	const char *name;
	unsigned share; /* of 1,000 */
} kinds[] = {
	[BEAT_EDIT] = {"edit", 250},
	[BEAT_BREAK] = {"break", 25},
	[BEAT_SUSPEND] = {"suspend", 25},
	[BEAT_REMOVE] = {"remove", 25},
	[BEAT_MEND] = {"mend", 75},
	[BEAT_FOREIGN] = {"foreign", 70},
	[BEAT_DELETION] = {"deletion", 35},
	[BEAT_REVIEW] = {"review", 15},
	[BEAT_CANCEL] = {"cancel", 15},
	[BEAT_FAILURE] = {"failure", 65},
	[BEAT_DOOM] = {"doom", 15},
	[BEAT_STUCK] = {"stuck", 15},
	[BEAT_SLOW] = {"slow", 15},
	[BEAT_FLOP] = {"flop", 0},
	[BEAT_ORDER_SUSPEND] = {"order suspend", 15},
	[BEAT_ORDER_RESUME] = {"order resume", 15},
	[BEAT_ORDER_RETRY] = {"order retry", 15},
	[BEAT_ORDER_RECONCILE] = {"order reconcile", 15},
	[BEAT_KILL] = {"kill", 60},
	[BEAT_ABSENCE] = {"absence", 15},
	[BEAT_REBOOT] = {"reboot", 10},
	[BEAT_CLOCK] = {"clock", 15},
	[BEAT_RELOAD] = {"reload", 20},
	[BEAT_OBLIVION] = {"oblivion", 8},
	[BEAT_DAMAGE] = {"damage", 8},
	[BEAT_FOLDER_GONE] = {"folder gone", 14},
	[BEAT_FOLDER_BACK] = {"folder back", 0},
	[BEAT_HAZE] = {"haze", 20},
	[BEAT_ECHO] = {"echo", 0},
	[BEAT_STORM] = {"storm", 75},
	[BEAT_CALM] = {"calm", 50},
	[BEAT_SICK] = {"sick", 0}, /* see sick_draw() */
	[BEAT_CURE] = {"cure", 0},
	[BEAT_EXPIRY] = {"expiry", 0},
	[BEAT_KEYS] = {"keys", 0},
	[BEAT_HANDS] = {"hands", 0},
	[BEAT_FLAW] = {"flaw", 0},
	[BEAT_FINDING] = {"finding", 0},
	[BEAT_FEED] = {"feed", 0},
	[BEAT_NEST] = {"nest", 0},
	[BEAT_HIDE] = {"hide", 0},
	[BEAT_WITHIN] = {"within", 0},
	[BEAT_IMPORT] = {"import", 0},
	[BEAT_RENAME] = {"rename", 0},
	[BEAT_LEAVE] = {"leave", 0},
	[BEAT_PROTECT] = {"protect", 0},
	[BEAT_UNDELETABLE] = {"undeletable", 0},
	[BEAT_INVALID] = {"invalid", 0},
	[BEAT_WRECK] = {"wreck", 0},
};
static_assert(COUNT(kinds) == BEAT_KIND_COUNT, "one row per kind");
static_assert((int)BEAT_KIND_COUNT <= (int)BEATS_OF_COVERAGE, "coverage has room for all");

const char *beat_name(size_t kind)
{
	return kind < COUNT(kinds) ? kinds[kind].name : NULL;
}

static enum beat_kind draw_kind(struct chance *chance)
{
	uint64_t drawn = chance_below(chance, 1000);

	for (size_t i = 0; i < COUNT(kinds); i++) {
		if (drawn < kinds[i].share)
			return (enum beat_kind)i;
		drawn -= kinds[i].share;
	}
	return BEAT_EDIT;
}

static void add(struct plot *plot, enum beat_kind kind, uint64_t at_ms, size_t member)
{
	uint64_t drawn = chance_next(&plot->chance);

	if (plot->count < BEATS_LIMIT && at_ms < plot->end_ms)
		plot->beats[plot->count++] = (struct beat){
			.kind = kind, .at_ms = at_ms, .member = member, .chance = {drawn}};
}

/* Who edits once edits again, often while the first is on its way; a folder comes back. */
static void add_consequences(struct plot *plot)
{
	size_t count = plot->count;

	for (size_t i = 0; i < count; i++) {
		struct beat beat = plot->beats[i];
		uint64_t later_ms = beat.at_ms + chance_below(&plot->chance, 2 * MINUTE_MS);
		bool again = chance_hits(&plot->chance, 400);

		if (beat.kind == BEAT_FOLDER_GONE)
			add(plot, BEAT_FOLDER_BACK, later_ms + 5 * MINUTE_MS, beat.member);
		else if (beat.kind == BEAT_EDIT && again)
			add(plot, BEAT_EDIT, later_ms, beat.member);
	}
}

static void add_some(struct plot *plot, enum beat_kind kind, size_t member, unsigned most)
{
	size_t count = chance_below(&plot->chance, most + 1);

	for (size_t i = 0; i < count; i++)
		add(plot, kind, chance_below(&plot->chance, plot->end_ms), member);
}

/* What concerns only those whose manifests say more than they have to. */
static void add_keys(struct plot *plot)
{
	for (size_t i = 0; i < plot->cast.count; i++) {
		const struct member *member = &plot->cast.members[i];

		if (member->keys.open)
			add_some(plot, BEAT_KEYS, i, 4);
		if (keys_play(&member->keys, KEYS_OF_REST, KEYS_OF_REST_END))
			add_some(plot, BEAT_HANDS, i, 3);
		if (keys_play(&member->keys, KEY_ON_FAILURE, KEY_PROTECTION)) {
			add(plot, BEAT_FLAW, chance_below(&plot->chance, 30 * SECOND_MS), i);
			add_some(plot, BEAT_FLAW, i, 2);
			add_some(plot, BEAT_DELETION, i, 1);
		}
		if (member->fed)
			add_some(plot, BEAT_FEED, i, 3);
	}
	/* Somebody else may be faster than the daemon at its first start. Where reads are stale, a
	 * stack that new is not there again a moment later: its change set would be forgotten. */
	for (size_t i = 0; i < 2 && !plot->hazy; i++)
		if (chance_hits(&plot->chance, 300))
			add(plot, BEAT_FOREIGN, SECOND_MS + chance_below(&plot->chance, 500),
				chance_below(&plot->chance, plot->cast.count));
	add_some(plot, BEAT_FINDING, chance_below(&plot->chance, plot->cast.count), 2);
}

static int by_time(const void *a, const void *b)
{
	const struct beat *left = a, *right = b;

	if (left->at_ms != right->at_ms)
		return left->at_ms < right->at_ms ? -1 : 1;
	return left->chance.state < right->chance.state ? -1 : 1;
}

static void draw_beats(struct plot *plot, uint64_t seed)
{
	size_t count = 8 + chance_below(&plot->chance, 60);

	for (size_t i = 0; i < count; i++) {
		enum beat_kind kind = draw_kind(&plot->chance);
		uint64_t at_ms = chance_below(&plot->chance, plot->end_ms);
		size_t member = chance_below(&plot->chance, plot->cast.count);

		/* A hazy day stays so: it is the first stack's owner that is busy then. */
		if (plot->hazy && (kind == BEAT_STORM || kind == BEAT_CALM))
			add(plot, BEAT_FOREIGN, at_ms, 0);
		else if (plot->echoing && (kind == BEAT_STORM || kind == BEAT_CALM))
			add(plot, BEAT_DELETION, at_ms, member);
		else
			add(plot, kind, at_ms, member);
	}
	add_consequences(plot);
	/* Else most stacks would be created in fine weather. */
	if (chance_hits(&plot->chance, 200)) {
		add(plot, BEAT_STORM, chance_below(&plot->chance, 20 * SECOND_MS), 0);
		add(plot, BEAT_CALM, chance_below(&plot->chance, 20 * MINUTE_MS), 0);
	}
	/* Where reads are stale, it is others whose changes come and go. */
	for (size_t i = 0; i < 8 && plot->hazy; i++)
		add(plot, BEAT_FOREIGN, chance_below(&plot->chance, plot->end_ms),
			chance_hits(&plot->chance, 500)
				? 0
				: chance_below(&plot->chance, plot->cast.count / 2 + 1));
	/* Where requests come late, creations are what can be done twice. */
	for (size_t i = 0; i < plot->cast.count && plot->echoing; i++)
		add(plot, BEAT_FLOP, 0, i);
	if (plot->echoing)
		add(plot, BEAT_ECHO, 0, 0);
	/* Stacks without a manifest come from somebody else, sooner or later. */
	for (size_t i = 0; i < plot->cast.count; i++)
		if (!plot->cast.members[i].managed)
			add(plot, BEAT_FOREIGN, chance_below(&plot->chance, plot->end_ms / 4), i);
	sick_draw(plot, seed);
	add_keys(plot);
	extras_draw(plot, seed);
	qsort(plot->beats, plot->count, sizeof(*plot->beats), by_time);
	for (size_t i = 0; i < plot->count; i++)
		plot->beats[i].number = (unsigned)i + 1;
}

void plot_begin(struct plot *plot, struct world *world, uint64_t seed,
	const struct selection *selection, struct coverage *coverage)
{
	*plot = (struct plot){.chance = {seed}, .selection = *selection};
	/* Some days the reads are stale all day. */
	plot->hazy = chance_hits(&plot->chance, 250);
	plot->echoing = !plot->hazy && chance_hits(&plot->chance, 150);
	struct model_options options = draw_options(plot, coverage);

	world_begin(world, chance_next(&plot->chance), &options);
	world->coverage = coverage;
	world->settings = draw_settings(plot, world);
	plot->person.once = chance_hits(&plot->chance, 150);
	world->mode = plot->person.once ? ENGINE_ONCE : ENGINE_RUN;
	world->delay_ms =
		20 + chance_below(&plot->chance, plot->hazy || plot->echoing ? 200 : 2000);
	if (plot->hazy)
		accident_haze(world, &plot->chance);
	/* Most machines have been up for a while. */
	world->reboots = chance_hits(&plot->chance, 200);
	world->boot_ms = -(int64_t)chance_below(&plot->chance, UINT64_C(1) << 32);
	cast_begin(&plot->cast, &plot->chance, plot->hazy);
	draw_reaches(plot, world, seed);
	cast_begin_keys(&plot->cast, world);
	/* Templates are uploaded with keys that never end. */
	traits_draw(&plot->cast, seed, !plot->abroad);
	for (size_t i = 0; i < plot->cast.count; i++)
		if (plot->cast.members[i].managed)
			cast_write(&plot->cast, &plot->cast.members[i], world);
	plot->end_ms = (30 + chance_below(&plot->chance, 60)) * MINUTE_MS;
	plot->lasts = chance_hits(&plot->chance, 500);
	draw_beats(plot, seed);
}

void plot_done(struct plot *plot)
{
	cast_done(&plot->cast);
}
