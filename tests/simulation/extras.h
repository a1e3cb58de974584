/* Events that concern only some members of a story, drawn and played beside the others. */
#pragma once

#include "simulation/plot.h"

void extras_draw(struct plot *plot, uint64_t seed);
void extras_play(
	struct plot *plot, struct world *world, struct member *member, const struct beat *beat);

/* All that they brought about and that a person can mend is mended. */
void extras_mend(struct plot *plot, struct world *world);

/* From time to time while all is mended: who has to leave, may be on the way still. */
void extras_help(struct plot *plot, struct world *world);
