/* What only some members of a cast are. It is drawn by chance of its own, so that whatever is added
 * here leaves all else in a story as it was. */
#pragma once

#include "simulation/cast.h"

void traits_draw(struct cast *cast, uint64_t seed, bool uploads);

/* The template's place in the manifest, where it is behind a URL: it is there, from then on.
 * False: it is not behind one. What is large is at a URL too, for others. */
bool traits_add_url(const struct cast *cast, const struct member *member, struct world *world,
	struct text *out);
char *traits_url(const struct member *member); /* the caller frees it */

/* Metadata of a member's template, with a comma behind it; most have none. */
void traits_add_metadata(const struct member *member, struct text *out);
