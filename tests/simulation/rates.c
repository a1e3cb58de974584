/* What leaves is counted where it leaves, by the bucket that the settings promise: twice the rate
 * at once, and the rate from there on. A process begins with a full one. */
#include <string.h>

#include "simulation/world.h"

enum { CALLS_AT_ONCE_LIMIT = 6 };

static size_t index_of(const char *region)
{
	return strcmp(region, WORLD_REGION) != 0;
}

static double depth(const struct world *world, size_t class)
{
	return world->rates[class] < 0.5 ? 1 : 2 * world->rates[class];
}

void rates_begin(struct world *world)
{
	for (size_t i = 0; i < WORLD_REGIONS; i++) {
		world->out[i] = 0;
		for (size_t class = 0; class < 2; class ++)
			world->outflows[i][class] =
				(struct outflow){depth(world, class), world->now_ms};
	}
}

void rates_leave(struct world *world, const struct call *call)
{
	size_t region = index_of(call->region), class = call_kind_mutates(call->kind);
	struct outflow *flow = &world->outflows[region][class];

	flow->tokens += (double)(world->now_ms - flow->filled_ms) * world->rates[class] / 1000;
	if (flow->tokens > depth(world, class))
		flow->tokens = depth(world, class);
	flow->filled_ms = world->now_ms;
	flow->tokens -= 1;
	/* Sums of fractions are not exact. */
	if (flow->tokens < -0.01)
		world_breach(world, RATE_BUDGET, "%s to %s is %.1f calls over the rate",
			call_kind_name(call->kind), call->region, -flow->tokens);
	if (++world->out[region] > CALLS_AT_ONCE_LIMIT)
		world_breach(world, CALLS_AT_ONCE, "%s is the %uth that waits for %s",
			call_kind_name(call->kind), world->out[region], call->region);
}

void rates_return(struct world *world, const char *region)
{
	if (region)
		world->out[index_of(region)]--;
}
