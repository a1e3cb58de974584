/* A stack nested in a member's stack: it holds the member's table, so that whatever becomes of that
 * is seen in the change set of the nested stack only. Each of its templates has a URL of its own.
 */
#pragma once

#include "simulation/cast.h"

#define NEST "Store" /* its logical id */

/* The resource in the member's template; every fourth of its tables is none at all. */
void nest_add(const struct member *member, struct text *out);

/* The template that the member's leads to now is at its URL. */
void nest_publish(const struct member *member, struct world *world);

/* Which table a member's template, live or not, leads to. */
unsigned nest_table(const char *body);

/* The nested stack as it is lives by the template that the live one of its member leads to. */
bool nest_right(const struct member *member, const struct world *world);

/* The next update of the nested stack fails, and perhaps its rollback as well. */
void nest_fail(struct member *member, struct world *world, struct chance *chance);

/* This reply to DescribeChangeSet is on its way to us. */
void nest_note_read(struct world *world, const struct reply *reply);

/* We may not look into the sets of the nested stack any more; is that what a call wants? */
void nest_hide(const struct member *member, struct world *world);
bool nest_hidden(const struct world *world, const struct call *call);
