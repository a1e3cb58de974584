/* What only some members of a cast are. It is drawn by chance of its own, so that whatever is added
 * here leaves all else in a story as it was. */
#pragma once

#include "simulation/cast.h"

void traits_draw(struct cast *cast, uint64_t seed);

/* Metadata of a member's template, with a comma behind it; most have none. */
void traits_add_metadata(const struct member *member, struct text *out);
