#include "simulation/chance.h"

/* FNV-1a; the NUL at the end counts, so that "a", "bc" differs from "ab", "c". */
static uint64_t mix(uint64_t hash, const char *text)
{
	do
		hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
	while (*text++);
	return hash;
}

struct chance chance_for(uint64_t seed, const char *stack, const char *what, uint64_t nth)
{
	struct chance chance = {mix(mix(UINT64_C(0xcbf29ce484222325) ^ seed, stack), what)};

	chance.state ^= chance_next(&(struct chance){nth});
	return chance;
}

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
	uint64_t drawn = chance_next(chance);

	return limit ? drawn % limit : 0;
}

bool chance_hits(struct chance *chance, unsigned permille)
{
	return chance_below(chance, 1000) < permille;
}
