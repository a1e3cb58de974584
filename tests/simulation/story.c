#include "simulation/story.h"

#include <stdio.h>
#include <string.h>

enum {
	MINUTE_MS = 60 * 1000,
	LEAST_QUIET_MINUTES = 90, /* many stacks, one at a time, with a slow service */
	STRAY_MINUTES = 12, /* by then all that was late has arrived, and has been dealt with */
	LOOK_MINUTES = 10,
};

static void run_until(struct judge *judge, uint64_t until_ms)
{
	while (!judge->world->breaches.count && world_step(judge->world, until_ms)) {
		judge_look(judge);
		person_look(judge->plot, judge->world);
		if (judge->world->now_ms < judge->plot->end_ms)
			plot_provoke(judge->plot, judge->world);
	}
	judge_look(judge);
}

static bool is_busy(const struct judge *judge)
{
	for (size_t i = 0; i < judge->plot->cast.count; i++)
		if (judge->members[i].running != SIZE_MAX)
			return true;
	return false;
}

/* Gives the minutes that it took until all was right. It has to stay so for a while: what was late,
 * and what is done because of it, is waited for. */
static size_t converge(struct judge *judge)
{
	const struct world *world = judge->world;
	uint64_t quiet_minutes = 2 * judge->plot->retry_max_ms / MINUTE_MS;
	size_t minutes = 0, wrong = 0, busy = 0, mutations;

	if (quiet_minutes < LEAST_QUIET_MINUTES)
		quiet_minutes = LEAST_QUIET_MINUTES;
	/* What is slow takes the service's time, and not the daemon's. */
	while (wrong < quiet_minutes + busy && minutes < wrong + STRAY_MINUTES &&
		!world->breaches.count) {
		mutations = world->counts.mutations - judge->looks;
		if (judge->plot->mended)
			plot_help(judge->plot, judge->world);
		run_until(judge, world->now_ms + MINUTE_MS);
		minutes++;
		busy += is_busy(judge);
		if (mutations != world->counts.mutations - judge->looks ||
			!quiet_converged(judge, false))
			wrong = minutes;
	}
	if (!world->breaches.count)
		quiet_converged(judge, true);
	return wrong;
}

void quiet_wait(struct judge *judge)
{
	converge(judge);
}

/* Run once, or only to plan: it looks, finds nothing to do, and ends. */
static void look_once(struct judge *judge, enum engine_mode mode)
{
	struct world *world = judge->world;
	uint64_t until_ms = world->now_ms + LOOK_MINUTES * MINUTE_MS;
	size_t mutations;
	bool finished = false;

	person_check(judge->plot, world);
	world_kill(world, MINUTE_MS);
	world->mode = mode;
	mutations = world->counts.mutations;
	while (!finished && !world->breaches.count && world_step(world, until_ms)) {
		judge_look(judge);
		finished = world->engine && engine_overview(world->engine)->finished;
	}
	if (!finished)
		world_breach(world, COMES_TO_AN_END, "a look of mode %d has no end", (int)mode);
	else if (world->counts.mutations != mutations)
		world_breach(world, LOOKS_ONLY, "a look of mode %d changes something", (int)mode);
	quiet_converged(judge, true);
}

static void play_beats(struct judge *judge)
{
	struct plot *plot = judge->plot;

	for (;;) {
		run_until(judge, plot_due(plot));
		if (plot->next == plot->count || judge->world->breaches.count)
			break;
		plot_play(plot, judge->world);
	}
	run_until(judge, plot->end_ms);
}

/* Gives the minutes until all was right. */
static size_t play(struct judge *judge)
{
	struct world *world = judge->world;
	size_t minutes, more = 0;

	play_beats(judge);
	if (world->breaches.count)
		return 0;
	plot_calm(judge->plot, world);
	minutes = converge(judge);
	if (!world->breaches.count && judge->plot->lasts) {
		plot_mend(judge->plot, world);
		more = converge(judge);
	}
	if (!world->breaches.count && judge->plot->abroad && world->mode == ENGINE_RUN)
		sick_compare(judge, run_until);
	if (!world->breaches.count)
		quiet_hour(judge, run_until);
	if (!world->breaches.count)
		look_once(judge, ENGINE_PLAN);
	return more > minutes ? more : minutes;
}

static void digest_transcript(const struct world *world, struct result *result)
{
	struct text transcript = {0};
	struct digest digest;

	model_transcript_json(world->model, 0, &transcript);
	digest = digest_of(text_string(&transcript), transcript.length);
	digest_hex(&digest, result->transcript, DIGEST_HEX_SIZE - 1);
	text_done(&transcript);
}

static void fill(const struct judge *judge, size_t minutes, struct result *result)
{
	const struct world *world = judge->world;

	result->counts = world->counts;
	result->minutes = minutes;
	result->beats = judge->plot->count;
	for (size_t i = 0; i < model_entry_count(world->model); i++)
		result->operations += model_entry(world->model, i)->changed;
	result->breach_count = world->breaches.count;
	for (size_t i = 0; i < world->breaches.count; i++)
		(void)snprintf(result->breaches[i], sizeof(result->breaches[i]), "%s",
			world->breaches.items[i]);
}

void story_play(const struct story *story, struct coverage *coverage, struct result *result)
{
	struct world world;
	struct plot plot;
	struct judge judge;

	*result = (struct result){0};
	plot_begin(&plot, &world, story->seed, &story->selection, coverage);
	world.verbose = story->verbose;
	judge_begin(&judge, &world, &plot);
	size_t minutes = play(&judge);

	fill(&judge, minutes, result);
	if (story->digest)
		digest_transcript(&world, result);
	judge_done(&judge);
	plot_done(&plot);
	world_done(&world);
}
