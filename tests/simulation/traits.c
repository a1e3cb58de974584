#include "simulation/traits.h"

#include <string.h>

#include "simulation/scenario.h"

enum { PADDING = 50600 }; /* with all the rest: just more than a request can hold */

static void draw(struct member *member, struct chance *chance, bool uploads)
{
	bool nests = chance_hits(chance, 150), exports = chance_hits(chance, 200);
	bool large = chance_hits(chance, 40), behind = chance_hits(chance, 100);

	member->nests = nests && member->managed;
	member->exports = exports;
	member->large = large && member->managed && uploads;
	member->behind = behind && member->managed;
	member->inside = member->inside && !member->large && !member->behind;
	member->holds = member->holds || member->nests;
}

void traits_draw(struct cast *cast, uint64_t seed, bool uploads)
{
	for (size_t i = 0; i < cast->count; i++) {
		struct member *member = &cast->members[i];
		struct chance chance = chance_for(seed, member->name, "traits", 0);

		draw(member, &chance, uploads);
	}
}

/* Each content has a URL of its own. */
char *traits_url(const struct member *member)
{
	return xasprintf("https://members.s3.%s.amazonaws.com/%s/%u-%u-%u-%u-%u.json", WORLD_REGION,
		member->name, member->revision, member->generation, member->wording, member->layout,
		member->table);
}

bool traits_add_url(
	const struct cast *cast, const struct member *member, struct world *world, struct text *out)
{
	AUTO(free_text) char *url = traits_url(member);
	AUTO_DONE(text_done) struct text body = {0};

	if (!member->behind && !member->large)
		return false;
	cast_template(cast, member, &body);
	scenario_publish(world, url, text_string(&body));
	if (member->behind)
		text_format(out, "template-url: %s\n", url);
	return member->behind;
}

static void add_padding(struct text *out)
{
	static char padding[PADDING + 1];

	if (!*padding)
		memset(padding, 'x', PADDING);
	text_add(out, padding);
}

void traits_add_metadata(const struct member *member, struct text *out)
{
	if (!member->nests && !member->large)
		return;
	text_format(out, "\"Metadata\":{\"table\":%u", member->table);
	if (member->large) {
		text_add(out, ",\"padding\":\"");
		add_padding(out);
		text_add_char(out, '"');
	}
	text_add(out, "},");
}
