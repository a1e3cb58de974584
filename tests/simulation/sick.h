/* One account or region is sick for a while: its role is denied, or all its calls are, it is mute,
 * or it throttles everything. And keys that end before their time. */
#pragma once

#include <stdbool.h>

#include "simulation/chance.h"
#include "simulation/fate.h"

enum sick_kind {
	SICK_NOTHING,
	SICK_ROLE,      /* AssumeRole is denied */
	SICK_DENIED,    /* whatever its keys ask of CloudFormation */
	SICK_MUTE,      /* no answer from this region of the account */
	SICK_THROTTLED, /* this region of the account */
	SICK_KIND_COUNT,
};

struct judge;
struct member;
struct plot;
struct reach;
struct world;

/* Which scope it is. */
struct sickness {
	enum sick_kind kind;
	const struct reach *reach;
	const char *region;
};

const char *sick_name(enum sick_kind kind); /* NULL: nothing */

/* Draws when scopes fall sick and keys end, in a story that has several. */
void sick_draw(struct plot *plot, uint64_t seed);

/* The scope of this member falls sick; whatever is sick is well again. */
void sick_fall(struct world *world, const struct member *member, struct chance *chance);
void sick_cure(struct world *world);
/* All keys of roles are good no more, from now on. */
void sick_expire(struct world *world);

/* What becomes of a request of a scope; role: it is for the keys. */
void sick_apply(const struct world *world, const struct reach *reach, const char *region, bool role,
	struct fate *fate);

/* When all is quiet: while one scope is sick, an edit elsewhere takes as long as before. */
void sick_compare(struct judge *judge, void (*pass)(struct judge *judge, uint64_t until_ms));
