/* What becomes of each message. It follows from the seed, the stack, the action and how often that
 * pair came before, and from nothing else: an event that is left out of a story moves no other. How
 * bad the weather is decides whether a fate comes true. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "engine/call.h"
#include "simulation/chance.h"

/* What may happen to a request, for the weather and for the table of coverage. The first ones are
 * the network's, the others the service's. */
enum fault {
	FAULT_NONE,
	FAULT_REFUSED,    /* no connection: nothing was sent */
	FAULT_LOST,       /* sent, never arrives */
	FAULT_LATE,       /* given up, arrives afterwards */
	FAULT_REPLY_LOST, /* has its effect, nobody hears of it */
	FAULT_POSTHUMOUS, /* arrives after its process died */
	FAULT_THROTTLE,
	FAULT_INTERNAL,
	FAULT_UNAVAILABLE,
	FAULT_HTML,
	FAULT_HANG,
	FAULT_HANG_AFTER,
	FAULT_RESET_BEFORE,
	FAULT_RESET_AFTER,
	FAULT_CUT,
	FAULT_BAD_XML,
	FAULT_DENIED,
	FAULT_EXPIRED_TOKEN,
	FAULT_INVALID_TOKEN,
	FAULT_COUNT,
	FAULT_OF_SERVICE = FAULT_THROTTLE,
};

/* "throttle"; of the service's: as scenarios of the model call it. */
const char *fault_name(enum fault fault);

/* How things go wrong; each number is per mille of the messages that it may hit. */
struct weather {
	unsigned refused, lost, late, reply_lost;
	enum fault service; /* one of the service's kinds */
	unsigned service_share;
	bool long_late; /* and then it takes minutes */
	unsigned failed_save;
	unsigned kill;     /* the daemon, before or after any intent */
	unsigned assault;  /* the same, where the intent changes something */
	unsigned stale_ms; /* reads are as old as that, at most; each stack by itself */
};

struct fate {
	enum fault fault;
	uint64_t delay_ms, reply_delay_ms; /* fractions: of 1,000 */
	uint64_t late_ms;                  /* after it was given up */
	bool kill_before, kill_after;
	bool save_fails, save_survives; /* where the daemon dies before it is known */
	uint64_t service_seed;          /* the service's own chance while it answers */
	struct chance edit;             /* whether its manifest is edited meanwhile, and how */
};

/* How often each pair of stack and action came so far. */
struct fate_count {
	char *stack;
	const char *action;
	uint64_t count;
};

struct fates {
	uint64_t seed;
	struct fate_count *items;
	size_t count, size;
};

/* The fate of the next message of this pair. */
struct fate fate_next(struct fates *fates, const struct weather *weather, const char *stack,
	const char *action, bool mutates);
void fates_done(struct fates *fates);
