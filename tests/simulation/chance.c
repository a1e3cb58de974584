#include "simulation/chance.h"

/* splitmix64 */
uint64_t chance_next(struct chance *chance)
{
	uint64_t z = chance->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

uint64_t chance_below(struct chance *chance, uint64_t limit)
{
	return limit ? chance_next(chance) % limit : 0;
}

bool chance_hits(struct chance *chance, unsigned permille)
{
	return chance_below(chance, 1000) < permille;
}
