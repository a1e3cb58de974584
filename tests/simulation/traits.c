#include "simulation/traits.h"

static void draw(struct member *member, struct chance *chance)
{
	bool nests = chance_hits(chance, 150), exports = chance_hits(chance, 200);

	member->nests = nests && member->managed;
	member->exports = exports;
	member->holds = member->holds || member->nests;
}

void traits_draw(struct cast *cast, uint64_t seed)
{
	for (size_t i = 0; i < cast->count; i++) {
		struct member *member = &cast->members[i];
		struct chance chance = chance_for(seed, member->name, "traits", 0);

		draw(member, &chance);
	}
}

void traits_add_metadata(const struct member *member, struct text *out)
{
	if (member->nests)
		text_format(out, "\"Metadata\":{\"table\":%u},", member->table);
}
