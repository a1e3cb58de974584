/* simulate --seeds A-B [--verbose]: a story for each seed, a line of TAP for each, with what went
 * wrong and how to see it again; numbers of all at the end. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simulation/judge.h"

enum {
	MINUTE_MS = 60 * 1000,
	CEILING_MINUTES = 90, /* of virtual time, until everything is right again */
	IDLE_MINUTES = 30,
	LOOK_MINUTES = 10,
	IDLE_SWEEPS = 18, /* in IDLE_MINUTES, at the settings of a plot */
};

struct totals {
	struct world_counts counts;
	size_t operations, passed, failed, slowest_minutes;
};

static void run_until(struct judge *judge, uint64_t until_ms)
{
	while (!judge->world->troubles.count && world_step(judge->world, until_ms)) {
		judge_look(judge);
		if (judge->world->now_ms < judge->plot->end_ms)
			plot_provoke(judge->plot, judge->world);
	}
	judge_look(judge);
}

/* Gives the minutes that it took. */
static size_t converge(struct judge *judge, bool excuses)
{
	size_t minutes = 0;

	while (minutes < CEILING_MINUTES && !judge->world->troubles.count &&
		!(minutes && judge_converged(judge, excuses, false))) {
		run_until(judge, judge->world->now_ms + MINUTE_MS);
		minutes++;
	}
	judge_converged(judge, excuses, true);
	return minutes;
}

/* Where nothing differs nothing happens, but for sweeps. */
static void idle(struct judge *judge)
{
	struct world *world = judge->world;
	const struct world_counts before = world->counts;
	size_t deeds = judge->deeds;
	size_t calls_limit = IDLE_SWEEPS * (judge->plot->cast.count + 2);

	run_until(judge, world->now_ms + (uint64_t)IDLE_MINUTES * MINUTE_MS);
	if (judge->deeds != deeds)
		world_trouble(world, "something was changed although nothing differed");
	if (world->mode == ENGINE_RUN && world->counts.calls - before.calls > calls_limit)
		world_trouble(world, "%zu calls in %d idle minutes, expected at most %zu",
			world->counts.calls - before.calls, IDLE_MINUTES, calls_limit);
	if (world->counts.idle_ticks - before.idle_ticks > 4 * calls_limit)
		world_trouble(world, "%zu ticks for nothing in %d idle minutes",
			world->counts.idle_ticks - before.idle_ticks, IDLE_MINUTES);
	judge_converged(judge, false, true);
}

/* Run once, or only to plan: it looks, finds nothing to do, and ends. */
static void look_once(struct judge *judge, enum engine_mode mode)
{
	struct world *world = judge->world;
	uint64_t until_ms = world->now_ms + LOOK_MINUTES * MINUTE_MS;
	size_t deeds = judge->deeds, mutations;
	bool finished = false;

	world_kill(world);
	world->mode = mode;
	mutations = world->counts.mutations;
	while (!finished && !world->troubles.count && world_step(world, until_ms)) {
		judge_look(judge);
		finished = world->engine && engine_overview(world->engine)->finished;
	}
	if (!finished)
		world_trouble(world, "a look of mode %d has no end", (int)mode);
	else if (judge->deeds != deeds ||
		 (mode == ENGINE_PLAN && world->counts.mutations != mutations))
		world_trouble(world, "a look of mode %d changes something", (int)mode);
	judge_converged(judge, false, true);
}

static void play(struct judge *judge, struct totals *totals)
{
	struct world *world = judge->world;
	struct plot *plot = judge->plot;

	for (;;) {
		run_until(judge, plot_due(plot));
		if (plot->next == plot->count || world->troubles.count)
			break;
		plot_play(plot, world);
	}
	run_until(judge, plot->end_ms);
	if (world->troubles.count)
		return;
	plot_repair(plot, world);
	size_t minutes = converge(judge, true);

	if (world->troubles.count)
		return;
	plot_encourage(plot, world);
	size_t more = converge(judge, false);

	if (!world->troubles.count)
		idle(judge);
	if (!world->troubles.count)
		look_once(judge, ENGINE_PLAN);
	minutes = more > minutes ? more : minutes;
	if (minutes > totals->slowest_minutes)
		totals->slowest_minutes = minutes;
}

static void add_counts(struct totals *totals, const struct world *world)
{
	totals->counts.events += world->counts.events;
	totals->counts.calls += world->counts.calls;
	totals->counts.mutations += world->counts.mutations;
	totals->counts.restarts += world->counts.restarts;
	totals->counts.ticks += world->counts.ticks;
	for (size_t i = 0; i < model_entry_count(world->model); i++)
		totals->operations += model_entry(world->model, i)->changed;
}

static void run_seed(uint64_t seed, bool verbose, struct totals *totals)
{
	struct world world;
	struct plot plot;
	struct judge judge;

	plot_begin(&plot, &world, seed);
	world.verbose = verbose;
	judge_begin(&judge, &world, &plot);
	play(&judge, totals);
	totals->failed += world.troubles.count > 0;
	totals->passed += world.troubles.count == 0;
	printf("%sok %zu - seed %" PRIu64 "\n", world.troubles.count ? "not " : "",
		totals->passed + totals->failed, seed);
	for (size_t i = 0; i < world.troubles.count; i++)
		printf("# %s\n", world.troubles.items[i]);
	if (world.troubles.count)
		printf("# see it again: simulate --seeds %" PRIu64 " --verbose\n", seed);
	add_counts(totals, &world);
	judge_done(&judge);
	plot_done(&plot);
	world_done(&world);
}

static bool read_seeds(const char *text, uint64_t *first, uint64_t *last)
{
	char *end = NULL;

	*first = strtoull(text, &end, 10);
	*last = *first;
	if (end != text && *end == '-')
		*last = strtoull(end + 1, &end, 10);
	return end != text && *end == '\0' && *first <= *last;
}

int main(int count, char **arguments)
{
	uint64_t first = 1, last = 20;
	bool verbose = false;
	struct totals totals = {0};

	for (int i = 1; i < count; i++) {
		if (strcmp(arguments[i], "--verbose") == 0) {
			verbose = true;
		} else if (strcmp(arguments[i], "--seeds") != 0 || i + 1 == count ||
			   !read_seeds(arguments[++i], &first, &last)) {
			(void)fprintf(stderr, "usage: simulate --seeds A-B [--verbose]\n");
			return 64;
		}
	}
	printf("1..%" PRIu64 "\n", last - first + 1);
	for (uint64_t seed = first; seed <= last; seed++)
		run_seed(seed, verbose, &totals);
	printf("# %zu events, %zu ticks, %zu calls (%zu that change something), %zu restarts, %zu "
	       "operations, at most %zu minutes until all was right\n",
		totals.counts.events, totals.counts.ticks, totals.counts.calls,
		totals.counts.mutations, totals.counts.restarts, totals.operations,
		totals.slowest_minutes);
	printf("# %zu passed, %zu failed\n", totals.passed, totals.failed);
	return totals.failed > 0;
}
