#include "engine/backoff.h"

uint64_t backoff_most_ms(unsigned attempt, uint64_t least_ms, uint64_t most_ms)
{
	uint64_t ceiling = least_ms ? least_ms : 1;

	for (unsigned i = 1; i < attempt && ceiling < most_ms; i++)
		ceiling *= 2;
	if (ceiling > most_ms)
		ceiling = most_ms ? most_ms : 1;
	return ceiling;
}

uint64_t backoff_ms(unsigned attempt, uint64_t least_ms, uint64_t most_ms, double chance)
{
	uint64_t ceiling = backoff_most_ms(attempt, least_ms, most_ms);
	uint64_t floor_ms = least_ms / 10 < ceiling ? least_ms / 10 : ceiling;
	uint64_t delay = floor_ms + (uint64_t)((double)(ceiling - floor_ms) * chance);

	return delay ? delay : 1;
}
