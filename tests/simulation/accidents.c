#include "simulation/accidents.h"

static void scenario(struct world *world, const char *json)
{
	struct error e = {0};

	if (!model_scenario(world->model, json, &e))
		world_trouble(world, "the simulation's own scenario: %s", e.text);
}

void accident_failure(struct member *member, struct world *world)
{
	static const char *const resources[] = {"Note", "Topic"};
	bool create = chance_hits(&world->chance, 300);
	const char *resource = resources[chance_below(&world->chance, COUNT(resources))];
	unsigned count = 1 + (unsigned)chance_below(&world->chance, 3);
	AUTO(free_text)
	char *json = xasprintf("{\"resources\":[{\"kind\":\"%s\",\"stack\":\"%s\",\"resource\":"
			       "\"%s\",\"count\":%u,\"reason\":\"the story says so\"}]}",
		create ? "fail-create" : "fail-update", member->name, resource, count);

	world_tell(world, "==== %s is going to fail", member->name);
	member->failures++;
	scenario(world, json);
}

void accident_storm(struct world *world)
{
	static const char *const faults[] = {"throttle", "internal", "html", "bad-xml", "cut",
		"hang", "hang-after", "reset-before", "reset-after", "unavailable", "denied",
		"expired-token", "invalid-token"};
	struct chance *chance = &world->chance;
	const char *kind = faults[chance_below(chance, COUNT(faults))];
	unsigned count = 1 + (unsigned)chance_below(chance, 40);
	unsigned percent = 10 + (unsigned)chance_below(chance, 70);
	unsigned stale_ms = chance_hits(chance, 500) ? (unsigned)chance_below(chance, 60000) : 0;
	AUTO(free_text)
	char *json = xasprintf("{\"clear\":false,\"faults\":[{\"kind\":\"%s\",\"count\":%u,"
			       "\"chance\":0.%u}],\"options\":{\"stale_ms\":%u}}",
		kind, count, percent, stale_ms);

	world_tell(world, "==== storm: %s", kind);
	scenario(world, json);
	world->weather.refused = (unsigned)chance_below(chance, 100);
	world->weather.lost_request = (unsigned)chance_below(chance, 100);
	world->weather.lost_reply = (unsigned)chance_below(chance, 100);
	world->weather.late = (unsigned)chance_below(chance, 50);
	world->weather.failed_save = (unsigned)chance_below(chance, 100);
	world->weather.kill = chance_hits(chance, 400) ? (unsigned)chance_below(chance, 50) : 0;
	world->weather.assault = chance_hits(chance, 400) ? (unsigned)chance_below(chance, 300) : 0;
}

void accident_calm(struct world *world)
{
	uint64_t delay_ms = world->weather.delay_ms;

	world_tell(world, "==== calm");
	world->weather = (struct weather){.delay_ms = delay_ms};
	scenario(world, "{\"options\":{\"stale_ms\":0}}");
}

void accident_repaired(struct world *world)
{
	scenario(world, "{\"clear\":true}");
}

static void forget_saves(struct world *world)
{
	for (size_t i = 0; i < world->happening_count; i++)
		if (world->happenings[i].kind == HAPPENING_SAVE)
			world->happenings[i].at_ms = UINT64_MAX;
}

void accident_oblivion(struct world *world)
{
	world_tell(world, "==== the memory is lost");
	world_kill(world);
	forget_saves(world);
	pairs_done(&world->records);
	texts_done(&world->damaged);
}

void accident_damage(struct member *member, struct world *world)
{
	AUTO(free_text) char *key = xasprintf("%s/%s", member->region, member->name);

	if (!pairs_has(&world->records, key))
		return;
	world_tell(world, "==== the record of %s is damaged", key);
	world_kill(world);
	forget_saves(world);
	pairs_set(&world->records, key, chance_hits(&world->chance, 500) ? NULL : "{\"version\":");
	if (!texts_have(&world->damaged, key))
		texts_add(&world->damaged, key);
	member->damaged = true;
}

void accident_recovery(struct world *world)
{
	if (!world->damaged.count)
		return;
	world_kill(world);
	for (size_t i = 0; i < world->damaged.count; i++)
		pairs_remove(&world->records, world->damaged.items[i]);
	texts_done(&world->damaged);
}
