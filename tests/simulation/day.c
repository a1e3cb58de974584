/* A day in which one stack fails for ever, and the daemon is killed every ten minutes. */
#include <stdio.h>
#include <string.h>

#include "simulation/scenario.h"
#include "simulation/story.h"

enum { MINUTE_MS = 60 * 1000, ATTEMPTS = 3, DAY_MINUTES = 24 * 60, BETWEEN_KILLS = 10 };

/* One stack, with nothing special about it. */
static void begin(struct plot *plot, struct world *world, struct coverage *coverage, uint64_t seed)
{
	struct model_options options = model_options_default();

	*plot = (struct plot){.attempts = ATTEMPTS, .end_ms = (uint64_t)DAY_MINUTES * MINUTE_MS};
	options.check_signature = true;
	options.schedule = (struct model_schedule){.create_ms = 4000,
		.update_ms = 4000,
		.delete_ms = 2000,
		.rollback_ms = 2000,
		.change_set_ms = 1000};
	world_begin(world, seed, &options);
	world->coverage = coverage;
	reaches_begin(world, 0);
	world->delay_ms = 200;
	world->rates[0] = 4;
	world->rates[1] = 2;
	world->settings = xstrdup("[AWS]\nAllowedAccounts=" WORLD_ACCOUNT "\n");
	plot->cast.count = 1;
	plot->cast.members[0] = (struct member){.name = xstrdup("s0"),
		.stack = xstrdup("s0"),
		.reach = reach_find(NULL, NULL),
		.region = WORLD_REGION,
		.managed = true,
		.size = 1};
	cast_write(&plot->cast, &plot->cast.members[0], world);
}

static void fails_for_ever(struct world *world, const char *kind)
{
	AUTO(free_text)
	char *json = xasprintf("{\"resources\":[{\"kind\":\"%s\",\"stack\":\"s0\",\"resource\":"
			       "\"Topic\",\"count\":0,\"reason\":\"the day says so\"}]}",
		kind);

	scenario_play(world, json);
}

static void pass(struct judge *judge, unsigned minutes)
{
	uint64_t until_ms = judge->world->now_ms + (uint64_t)minutes * MINUTE_MS;

	while (!judge->world->breaches.count && world_step(judge->world, until_ms))
		judge_look(judge);
	judge_look(judge);
}

static size_t accepted(const struct world *world, const char *action)
{
	size_t count = 0;

	for (size_t i = 0; i < model_entry_count(world->model); i++)
		count += strcmp(model_entry(world->model, i)->action, action) == 0;
	return count;
}

/* Gives whether the attempts were as many as they may be, and no fewer. */
static bool live_through(struct judge *judge, bool update)
{
	struct world *world = judge->world;
	struct member *member = &judge->plot->cast.members[0];

	if (update) {
		pass(judge, BETWEEN_KILLS);
		member->revision++;
		cast_write(&judge->plot->cast, member, world);
		world_edited(world);
	}
	member->failures = 1;
	fails_for_ever(world, update ? "fail-update" : "fail-create");
	for (unsigned minute = 0; minute < DAY_MINUTES; minute += BETWEEN_KILLS) {
		pass(judge, BETWEEN_KILLS);
		world_kill(world, world->now_ms % 3000);
	}
	size_t creates = accepted(world, "CreateStack");
	size_t executions = accepted(world, "ExecuteChangeSet");

	printf("# %u minutes, %zu restarts: %zu CreateStack, %zu ExecuteChangeSet\n", DAY_MINUTES,
		world->counts.restarts, creates, executions);
	return creates == (update ? 1 : ATTEMPTS) && executions == (update ? ATTEMPTS : 0);
}

bool day_pass(bool update, uint64_t seed, bool verbose)
{
	struct coverage coverage = {0};
	struct world world;
	struct plot plot;
	struct judge judge;

	begin(&plot, &world, &coverage, seed);
	world.verbose = verbose;
	judge_begin(&judge, &world, &plot);
	bool good = live_through(&judge, update) && !world.breaches.count;

	for (size_t i = 0; i < world.breaches.count; i++)
		printf("# %s\n", world.breaches.items[i]);
	judge_done(&judge);
	plot_done(&plot);
	world_done(&world);
	return good;
}
