/* Why a stack is not as its manifest wants it, sorted by kind: for the table of coverage, and for
 * the judge, who knows which kinds a story justifies. */
#pragma once

#include "engine/engine.h"

enum reason {
	REASON_NONE,
	REASON_SUSPENDED,
	REASON_FROZEN,  /* the manifest is broken */
	REASON_FAILED,  /* so often that it is given up */
	REASON_FOREIGN, /* somebody else changed it again and again */
	REASON_WRECK,   /* a status that only a person can end */
	REASON_REVIEW,  /* somebody's change set for creating it */
	REASON_OWNER,   /* another owner's */
	REASON_UNREAD,  /* its record can't be read */
	REASON_MISSING, /* a parameter has no value */
	REASON_PARENT,  /* it waits for one */
	REASON_NEVER,   /* its manifest says that it is only looked at */
	REASON_GUARDED, /* it waits for approval */
	REASON_TROUBLE, /* it can't be observed */
	REASON_DIFFERS, /* what is to be done, and is about to be */
	REASON_COUNT,
};

const char *reason_name(enum reason reason);

/* The kind of what the engine says of a stack. */
enum reason reason_of(const struct overview_row *row);
