#include "report/sentences.h"

#include <assert.h>
#include <string.h>

#include "report/harmless.h"

void sentence_report(const struct report *report, struct text *out)
{
	bool named =
		report->manifest && report->stack && strcmp(report->manifest, report->stack) != 0;

	if (named) {
		harmless_add(out, report->manifest);
		text_add(out, " (");
	}
	if (report->stack) {
		harmless_add(out, report->stack);
		text_add(out, named ? "): " : ": ");
	}
	harmless_add(out, report->text);
}

/* What a stack is doing, in the order in which it is told. */
enum doing {
	IN_SYNC,
	CREATING,
	UPDATING,
	DELETING,
	ROLLING_BACK,
	IMPORTING,
	TO_CREATE,
	TO_UPDATE,
	TO_DELETE,
	WAITING,
	HELD,
	FROZEN,
	UNKNOWN,
	DOING_COUNT,
};

static const char *const doing_words[] = {
	[IN_SYNC] = "in sync",
	[CREATING] = "creating",
	[UPDATING] = "updating",
	[DELETING] = "deleting",
	[ROLLING_BACK] = "rolling back",
	[IMPORTING] = "importing",
	[TO_CREATE] = "to create",
	[TO_UPDATE] = "to update",
	[TO_DELETE] = "to delete",
	[WAITING] = "waiting",
	[HELD] = "held",
	[FROZEN] = "frozen",
	[UNKNOWN] = "unknown",
};
static_assert(COUNT(doing_words) == DOING_COUNT, "one word each");

static const enum doing of_state[] = {
	[STATE_UNKNOWN] = UNKNOWN,
	[STATE_IN_SYNC] = IN_SYNC,
	[STATE_CREATE] = TO_CREATE,
	[STATE_UPDATE] = TO_UPDATE,
	[STATE_RUNNING] = UPDATING,
	[STATE_WAIT] = WAITING,
	[STATE_HOLD] = HELD,
	[STATE_FROZEN] = FROZEN,
	[STATE_DELETE] = TO_DELETE,
};
static_assert(COUNT(of_state) == STATE_COUNT, "one row per state");

static const struct {
	const char *begins;
	enum doing doing;
} of_status[] = {
	{"CREATE_", CREATING},
	{"DELETE_", DELETING},
	{"IMPORT_ROLLBACK_", ROLLING_BACK},
	{"IMPORT_", IMPORTING},
	{"ROLLBACK_", ROLLING_BACK},
	{"UPDATE_ROLLBACK_", ROLLING_BACK},
	{"UPDATE_", UPDATING},
};

/* Submitted, but not seen running yet. What others do in a status that is newer than this program
 * is anybody's guess. */
static const struct {
	const char *action;
	enum doing doing;
} of_action[] = {
	{"create", CREATING},
	{"delete", DELETING},
	{"continue", ROLLING_BACK},
	{"running", UNKNOWN},
};

static enum doing doing_of(const struct overview_row *row)
{
	if (row->state != STATE_RUNNING)
		return of_state[row->state];
	for (size_t i = 0; row->status && i < COUNT(of_status); i++)
		if (strstr(row->status, "IN_PROGRESS") &&
			text_starts(row->status, of_status[i].begins))
			return of_status[i].doing;
	for (size_t i = 0; row->action && i < COUNT(of_action); i++)
		if (strcmp(row->action, of_action[i].action) == 0)
			return of_action[i].doing;
	return UPDATING;
}

void sentence_status(const struct overview *overview, struct text *out)
{
	size_t counts[DOING_COUNT] = {0};
	const char *separator = ": ";

	for (size_t i = 0; i < overview->count; i++)
		counts[doing_of(&overview->rows[i])]++;
	text_format(out, "%zu stack%s", overview->count, overview->count == 1 ? "" : "s");
	for (size_t i = 0; i < DOING_COUNT; i++)
		if (counts[i]) {
			text_format(out, "%s%zu %s", separator, counts[i], doing_words[i]);
			separator = ", ";
		}
}

void sentence_empty(const char *folder, struct text *out)
{
	text_add(out, "there is no manifest in ");
	harmless_add(out, folder);
	text_add(out, ": write one for each stack, such as ");
	harmless_add(out, folder);
	text_add(out, "/NAME.yaml; see stackd.manifest(5)");
}
