#include "simulation/reasons.h"

#include <assert.h>
#include <string.h>

#include "base/memory.h"
#include "engine/engine.h"

static const char *const names[] = {
	[REASON_NONE] = "in sync",
	[REASON_SUSPENDED] = "suspended",
	[REASON_FROZEN] = "frozen",
	[REASON_FAILED] = "given up",
	[REASON_FOREIGN] = "changed by others",
	[REASON_WRECK] = "wreck",
	[REASON_REVIEW] = "others' review",
	[REASON_OWNER] = "others' stack",
	[REASON_UNREAD] = "record unreadable",
	[REASON_MISSING] = "value missing",
	[REASON_PARENT] = "waits for a parent",
	[REASON_NEVER] = "never applied",
	[REASON_GUARDED] = "waits for approval",
	[REASON_TROUBLE] = "can't be observed",
	[REASON_DIFFERS] = "about to change",
};
static_assert(COUNT(names) == REASON_COUNT, "one name per reason");

/* The first that is found in the text counts. */
static const struct {
	const char *fragment;
	enum reason reason;
} fragments[] = {
	{"apply: never; ", REASON_NEVER},
	{"suspended: ", REASON_SUSPENDED},
	{"; approve with", REASON_GUARDED},
	{"edit the manifest or its template, or try again with", REASON_FAILED},
	{"its deletion failed ", REASON_FAILED},
	{"somebody else changed it for the third time", REASON_FOREIGN},
	{"what is remembered of it can't be read", REASON_UNREAD},
	{"it belongs to another owner", REASON_OWNER},
	{"REVIEW_IN_PROGRESS: ", REASON_REVIEW},
	{"_FAILED: ", REASON_WRECK},
	{"ROLLBACK_COMPLETE: ", REASON_WRECK},
	{" has no value: ", REASON_MISSING},
	{" has no output ", REASON_MISSING},
};

const char *reason_name(enum reason reason)
{
	return names[reason];
}

static enum reason reason_of_hold(const char *text)
{
	for (size_t i = 0; i < COUNT(fragments); i++)
		if (strstr(text, fragments[i].fragment))
			return fragments[i].reason;
	return REASON_DIFFERS;
}

enum reason reason_of(const struct overview_row *row)
{
	if (row->unreadable)
		return REASON_TROUBLE;
	switch (row->state) {
	case STATE_IN_SYNC:
		return REASON_NONE;
	case STATE_WAIT:
		return REASON_PARENT;
	case STATE_FROZEN:
		return REASON_FROZEN;
	case STATE_HOLD:
		return reason_of_hold(row->reason ? row->reason : "");
	default:
		/* Each time it waits longer, so that it may take more than the quiet lasts. */
		return row->reason && strstr(row->reason, ": its rollback goes on")
			       ? REASON_WRECK
			       : REASON_DIFFERS;
	}
}
