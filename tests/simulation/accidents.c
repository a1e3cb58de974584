#include "simulation/accidents.h"
#include "simulation/scenario.h"

enum { SECOND_MS = 1000, MINUTE_MS = 60 * SECOND_MS, STALE_MS = 30 * SECOND_MS };

/* --- resources --- */

static void fail(struct member *member, struct world *world, struct chance *chance, unsigned count,
	unsigned create_share)
{
	static const char *const resources[] = {"Note", "Topic"};
	bool create = chance_hits(chance, create_share);
	const char *resource = resources[chance_below(chance, COUNT(resources))];
	AUTO(free_text)
	char *json = xasprintf("{\"resources\":[{\"kind\":\"%s\",\"stack\":\"%s\",\"resource\":"
			       "\"%s\",\"count\":%u,\"reason\":\"the story says so\"}]}",
		create ? "fail-create" : "fail-update", member->stack, resource, count);

	member->failures++;
	scenario_play(world, json);
}

void accident_failure(struct member *member, struct world *world, struct chance *chance)
{
	unsigned count = 1 + (unsigned)chance_below(chance, 3);

	world_tell(world, "==== %s is going to fail", member->name);
	fail(member, world, chance, count, 300);
}

void accident_flaw(struct member *member, struct world *world, struct chance *chance)
{
	unsigned count = 1 + (unsigned)chance_below(chance, 3);
	uint64_t delay_ms = (6 + chance_below(chance, 10)) * MINUTE_MS;
	bool late = chance_hits(chance, 300);
	AUTO(free_text)
	char *json = xasprintf("{\"resources\":[{\"kind\":\"%s\",\"stack\":\"%s\",\"resource\":"
			       "\"Note\",\"count\":%u,\"delay_ms\":%u,\"reason\":\"the story "
			       "says so\"}]}",
		late ? "slow" : "fail-create", member->stack, count, (unsigned)delay_ms);

	world_tell(world, "==== what is created of %s %s", member->name,
		late ? "takes its time" : "fails");
	member->failures++;
	scenario_play(world, json);
}

void accident_doom(struct member *member, struct world *world, struct chance *chance)
{
	world_tell(world, "==== %s is going to fail for ever", member->name);
	fail(member, world, chance, 0, 300);
}

void accident_flop(struct member *member, struct world *world, struct chance *chance)
{
	unsigned count = 1 + (unsigned)chance_below(chance, 3);

	world_tell(world, "==== %s is going to be created in vain", member->name);
	fail(member, world, chance, count, 1000);
}

void accident_stuck(struct member *member, struct world *world, unsigned rollbacks)
{
	AUTO(free_text)
	char *json = xasprintf("{\"resources\":[{\"kind\":\"fail-update\",\"stack\":\"%s\","
			       "\"reason\":\"the story says so\"},{\"kind\":\"fail-rollback\","
			       "\"stack\":\"%s\",\"count\":%u,\"reason\":\"the story says so\"}"
			       "]}",
		member->stack, member->stack, rollbacks);

	world_tell(world, "==== %s is going to be stuck", member->name);
	member->failures++;
	scenario_play(world, json);
}

void accident_invalid(struct member *member, struct world *world, struct chance *chance)
{
	unsigned count = 1 + (unsigned)chance_below(chance, 5);
	AUTO(free_text)
	char *json = xasprintf("{\"validation\":[{\"stack\":\"%s\",\"count\":%u,\"reason\":"
			       "\"the story says so\"}]}",
		member->stack, count);

	world_tell(world, "==== change sets of %s are going to fail", member->name);
	member->invalid = true;
	member->failures++;
	scenario_play(world, json);
}

void accident_undeletable(struct member *member, struct world *world, struct chance *chance)
{
	unsigned count = 1 + (unsigned)chance_below(chance, 3);
	AUTO(free_text)
	char *json = xasprintf("{\"resources\":[{\"kind\":\"fail-delete\",\"stack\":\"%s\","
			       "\"count\":%u,\"reason\":\"the story says so\"}]}",
		member->stack, count);

	world_tell(world, "==== %s is not going to be deleted", member->name);
	member->undeletable = member->was_undeletable = true;
	member->failures++;
	scenario_play(world, json);
}

void accident_slow(struct member *member, struct world *world, struct chance *chance)
{
	unsigned delay_ms = (unsigned)chance_below(chance, 40 * MINUTE_MS);
	AUTO(free_text)
	char *json = xasprintf("{\"resources\":[{\"kind\":\"slow\",\"stack\":\"%s\","
			       "\"delay_ms\":%u}]}",
		member->stack, delay_ms);

	world_tell(world, "==== %s is going to be slow", member->name);
	member->failures += (member->keys.open >> KEY_TIMEOUT) & 1;
	scenario_play(world, json);
}

void accident_repaired(struct world *world)
{
	scenario_play(world, "{\"clear\":true}");
}

/* --- network and service --- */

static void set_stale(struct world *world)
{
	AUTO(free_text)
	char *json = xasprintf("{\"options\":{\"stale_ms\":%u}}", world->weather.stale_ms);

	scenario_play(world, json);
}

void accident_storm(struct world *world, struct chance *chance)
{
	struct weather *weather = &world->weather;
	uint64_t kinds = FAULT_COUNT - FAULT_OF_SERVICE;
	bool stale = chance_hits(chance, 500);

	weather->long_late = false;
	weather->service = (enum fault)(FAULT_OF_SERVICE + chance_below(chance, kinds));
	weather->service_share = (unsigned)chance_below(chance, 500);
	weather->stale_ms = (unsigned)chance_below(chance, STALE_MS);
	weather->refused = (unsigned)chance_below(chance, 100);
	weather->lost = (unsigned)chance_below(chance, 100);
	weather->reply_lost = (unsigned)chance_below(chance, 100);
	weather->late = (unsigned)chance_below(chance, 50);
	weather->failed_save = (unsigned)chance_below(chance, 100);
	weather->kill = chance_hits(chance, 400) ? (unsigned)chance_below(chance, 30) : 0;
	weather->assault = chance_hits(chance, 400) ? (unsigned)chance_below(chance, 300) : 0;
	if (!stale)
		weather->stale_ms = 0;
	world_tell(world, "==== storm: %s", fault_name(weather->service));
	set_stale(world);
}

void accident_haze(struct world *world, struct chance *chance)
{
	world->weather.stale_ms = STALE_MS / 2 + (unsigned)chance_below(chance, STALE_MS / 2);
	world_tell(world, "==== haze: %u s", world->weather.stale_ms / SECOND_MS);
	set_stale(world);
}

void accident_echo(struct world *world, struct chance *chance)
{
	world->weather.late = 50 + (unsigned)chance_below(chance, 100);
	world->weather.long_late = true;
	world_tell(world, "==== echo");
}

void accident_calm(struct world *world)
{
	world_tell(world, "==== calm");
	world->weather = (struct weather){0};
	set_stale(world);
}

/* --- memory --- */

static void forget_saves(struct world *world)
{
	for (size_t i = 0; i < world->happening_count; i++)
		if (world->happenings[i].kind == HAPPENING_SAVE)
			world->happenings[i].at_ms = UINT64_MAX;
}

void accident_oblivion(struct world *world)
{
	world_tell(world, "==== the memory is lost");
	world_kill(world, SECOND_MS);
	forget_saves(world);
	pairs_done(&world->records);
	texts_done(&world->damaged);
	world->forgot_ms = world->oblivion_ms = world->now_ms;
}

void accident_damage(struct member *member, struct world *world, struct chance *chance)
{
	AUTO(free_text) char *key = cast_record(member);

	if (!pairs_has(&world->records, key))
		return;
	world_tell(world, "==== the record of %s is damaged", key);
	world_kill(world, SECOND_MS);
	forget_saves(world);
	pairs_set(&world->records, key, chance_hits(chance, 500) ? NULL : "{\"version\":");
	if (!texts_have(&world->damaged, key))
		texts_add(&world->damaged, key);
	member->damaged = true;
	world->forgot_ms = world->now_ms;
}

void accident_recovery(struct world *world)
{
	if (!world->damaged.count)
		return;
	world_kill(world, SECOND_MS);
	for (size_t i = 0; i < world->damaged.count; i++)
		pairs_remove(&world->records, world->damaged.items[i]);
	texts_done(&world->damaged);
	world->forgot_ms = world->now_ms;
}

/* --- machine --- */

void accident_reboot(struct world *world, struct chance *chance)
{
	world_tell(world, "==== reboot");
	world->reboots = true;
	world_kill(world, chance_below(chance, 2 * MINUTE_MS));
}

void accident_clock(struct world *world, struct chance *chance)
{
	static const uint64_t most_ms[] = {
		MINUTE_MS, 10 * MINUTE_MS, 180 * MINUTE_MS, 1440 * MINUTE_MS};
	uint64_t step_ms = chance_below(chance, most_ms[chance_below(chance, COUNT(most_ms))]);
	bool back = chance_hits(chance, 600);

	world->ahead_ms += back ? -(int64_t)step_ms : (int64_t)step_ms;
	world_tell(world, "==== the clock is set %s by %u s", back ? "back" : "forward",
		(unsigned)(step_ms / SECOND_MS));
}

void accident_folder(struct world *world, struct chance *chance)
{
	static const enum folder_state states[] = {FOLDER_MISSING, FOLDER_UNREADABLE, FOLDER_READ};

	world->folder = states[chance_below(chance, COUNT(states))];
	world->folder_empty = world->folder == FOLDER_READ;
	world->gone_ms = world->now_ms;
	world->back_ms = UINT64_MAX;
	world_tell(world, "==== the folder is %s", world->folder_empty ? "empty" : "gone");
	world_edited(world);
}

void accident_folder_back(struct world *world)
{
	if (world->folder == FOLDER_READ && !world->folder_empty)
		return;
	world->folder = FOLDER_READ;
	world->folder_empty = false;
	world->back_ms = world->now_ms;
	world_tell(world, "==== the folder is back");
	world_edited(world);
}
