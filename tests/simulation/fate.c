#include "simulation/fate.h"

#include <assert.h>
#include <string.h>

#include "base/memory.h"

enum { LATE_MS = 570 * 1000 }; /* with the time until it is given up: ten minutes */

static const char *const names[] = {
	[FAULT_NONE] = "none",
	[FAULT_REFUSED] = "refused",
	[FAULT_LOST] = "lost",
	[FAULT_LATE] = "late",
	[FAULT_REPLY_LOST] = "reply-lost",
	[FAULT_POSTHUMOUS] = "posthumous",
	[FAULT_THROTTLE] = "throttle",
	[FAULT_INTERNAL] = "internal",
	[FAULT_UNAVAILABLE] = "unavailable",
	[FAULT_HTML] = "html",
	[FAULT_HANG] = "hang",
	[FAULT_HANG_AFTER] = "hang-after",
	[FAULT_RESET_BEFORE] = "reset-before",
	[FAULT_RESET_AFTER] = "reset-after",
	[FAULT_CUT] = "cut",
	[FAULT_BAD_XML] = "bad-xml",
	[FAULT_DENIED] = "denied",
	[FAULT_EXPIRED_TOKEN] = "expired-token",
	[FAULT_INVALID_TOKEN] = "invalid-token",
};
static_assert(COUNT(names) == FAULT_COUNT, "one name per fault");

const char *fault_name(enum fault fault)
{
	return names[fault];
}

static uint64_t count_of(struct fates *fates, const char *stack, const char *action)
{
	for (size_t i = 0; i < fates->count; i++)
		if (fates->items[i].action == action && strcmp(fates->items[i].stack, stack) == 0)
			return ++fates->items[i].count;
	GROW(fates->items, fates->size, fates->count + 1);
	fates->items[fates->count++] = (struct fate_count){xstrdup(stack), action, 0};
	return 0;
}

/* The draws are always made, all and in the same order: a storm that is left out changes only
 * which of them count. */
static enum fault draw_fault(struct chance *chance, const struct weather *weather, bool mutates)
{
	unsigned times = mutates ? 4 : 1; /* there it is worth most */
	bool refused = chance_hits(chance, weather->refused);
	bool lost = chance_hits(chance, weather->lost);
	bool late = chance_hits(chance, weather->late * times);
	bool reply_lost = chance_hits(chance, weather->reply_lost);
	bool service = chance_hits(chance, weather->service_share);

	return refused      ? FAULT_REFUSED
	       : lost       ? FAULT_LOST
	       : late       ? FAULT_LATE
	       : reply_lost ? FAULT_REPLY_LOST
	       : service    ? weather->service
			    : FAULT_NONE;
}

struct fate fate_next(struct fates *fates, const struct weather *weather, const char *stack,
	const char *action, bool mutates)
{
	uint64_t nth = count_of(fates, stack, action);
	struct chance chance = chance_for(fates->seed, stack, action, nth);
	unsigned kill = mutates && weather->assault ? weather->assault : weather->kill;
	struct fate fate = {.fault = draw_fault(&chance, weather, mutates)};

	fate.delay_ms = chance_below(&chance, 1000);
	fate.reply_delay_ms = chance_below(&chance, 1000);
	/* Mostly soon: then what it was sent for is still going on. */
	bool soon = chance_hits(&chance, 600);
	uint64_t late_ms = chance_below(&chance, LATE_MS);

	fate.late_ms = soon && !weather->long_late ? late_ms / 10 : late_ms;
	fate.kill_before = chance_hits(&chance, kill);
	fate.kill_after = chance_hits(&chance, kill);
	fate.save_fails = chance_hits(&chance, weather->failed_save);
	fate.save_survives = chance_hits(&chance, 500);
	fate.service_seed = chance_next(&chance);
	fate.edit.state = chance_next(&chance);
	return fate;
}

void fates_done(struct fates *fates)
{
	for (size_t i = 0; i < fates->count; i++)
		free(fates->items[i].stack);
	free(fates->items);
}
