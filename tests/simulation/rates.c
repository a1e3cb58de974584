/* What leaves is counted where it leaves, by the bucket that the settings promise: twice the rate
 * at once, and the rate from there on. A process begins with a full one. */
#include <string.h>

#include "simulation/world.h"

enum { CALLS_AT_ONCE_LIMIT = 6 };

static size_t index_of(const char *region)
{
	return strcmp(region, WORLD_REGION) != 0;
}

/* Roles of one account share what it allows. */
static size_t first_reach(const struct world *world, const struct reach *reach)
{
	size_t first = 0;

	if (reach == &reaches[REACH_HOME] && !world->account_known)
		return REACH_HOME;
	while (strcmp(reaches[first].account, reach->account) != 0)
		first++;
	return first;
}

static double depth(const struct world *world, size_t class)
{
	return world->rates[class] < 0.5 ? 1 : 2 * world->rates[class];
}

void rates_begin(struct world *world)
{
	world->account_known = false;
	memset(world->out, 0, sizeof(world->out));
	for (size_t i = 0; i < REACH_COUNT * WORLD_REGIONS * 2; i++) {
		size_t class = i % 2;

		world->outflows[i / 2 / WORLD_REGIONS][i / 2 % WORLD_REGIONS][class] =
			(struct outflow){depth(world, class), world->now_ms};
	}
}

static void fill(const struct world *world, struct outflow *flow, size_t class)
{
	flow->tokens += (double)(world->now_ms - flow->filled_ms) * world->rates[class] / 1000;
	if (flow->tokens > depth(world, class))
		flow->tokens = depth(world, class);
	flow->filled_ms = world->now_ms;
}

/* From now on there is one bucket, which is one of the two that there were. */
static void share(struct world *world)
{
	world->account_known = true;
	for (size_t i = 0; i < WORLD_REGIONS * 2; i++) {
		struct outflow *own = &world->outflows[REACH_OWN][i / 2][i % 2];
		struct outflow *home = &world->outflows[REACH_HOME][i / 2][i % 2];

		fill(world, own, i % 2);
		fill(world, home, i % 2);
		if (home->tokens > own->tokens)
			*own = *home;
	}
}

void rates_leave(struct world *world, const struct call *call)
{
	const struct reach *reach = reach_find(call->assume_role, call->external_id);
	size_t region = index_of(call->region), class = call_kind_mutates(call->kind);
	struct outflow *flow = &world->outflows[first_reach(world, reach)][region][class];
	unsigned *out = &world->out[reach - reaches][region];

	fill(world, flow, class);
	flow->tokens -= 1;
	/* Sums of fractions are not exact. */
	if (flow->tokens < -0.01)
		world_breach(world, RATE_BUDGET, "%s to %s of %s is %.1f calls over the rate",
			call_kind_name(call->kind), call->region, reach->account, -flow->tokens);
	if (++*out > CALLS_AT_ONCE_LIMIT)
		world_breach(world, CALLS_AT_ONCE, "%s is the %uth that waits for %s of %s",
			call_kind_name(call->kind), *out, call->region, reach->account);
}

void rates_return(struct world *world, const struct happening *answer)
{
	if (answer->call_kind == CALL_GET_CALLER_IDENTITY && answer->reply.code == REPLY_OK &&
		!world->account_known)
		share(world);
	if (answer->key)
		world->out[answer->reach - reaches][index_of(answer->key)]--;
}
