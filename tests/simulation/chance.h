/* Chance of one seed: the same seed gives the same story. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct chance {
	uint64_t state;
};

/* Chance of its own for the nth time that this happens to this stack: whatever else is left out of
 * a story, its fate stays what it was. */
struct chance chance_for(uint64_t seed, const char *stack, const char *what, uint64_t nth);

uint64_t chance_next(struct chance *chance);
uint64_t chance_below(struct chance *chance, uint64_t limit); /* 0 to limit - 1; limit 0: 0 */
bool chance_hits(struct chance *chance, unsigned permille);
