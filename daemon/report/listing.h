/* The overview, read back from what json_overview() wrote: what stackctl gets from the daemon. */
#pragma once

#include "base/document.h"
#include "engine/engine.h"

enum { LISTING_LIMIT = 32 * 1024 * 1024 }; /* bytes; thousands of stacks with long reasons */

struct listing {
	struct overview overview; /* its texts borrow from the tree */
	struct node *tree;
};

/* Takes any bytes. Members that are not known are left alone, for the daemon may be newer; so is
 * all that the table doesn't show. *out is the caller's to end, also where it fails. */
bool listing_parse(const char *bytes, size_t length, struct listing *out, struct error *e);
void listing_done(struct listing *listing);
