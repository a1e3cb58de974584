/* The daemon's keys on a virtual clock: aws/identity says whose are good, and what is to be
 * fetched; STS is the model's, behind the same network as all else. A request waits here for its
 * keys, and for whose account they are. */
#pragma once

#include "aws/identity.h"
#include "simulation/world.h"

#define CONTAINER "http://169.254.170.2"

enum waiting_state {
	WAITS_FOR_KEYS,
	WAITS_FOR_ACCOUNT, /* AllowedAccounts= can't be checked yet */
	WAITS_FOR_OTHERS,  /* AWS refused the keys */
};

struct waiting {
	enum waiting_state state;
	struct happening request;
	struct reply kept; /* the refusal */
};

struct keeper {
	struct identities identities;
	struct texts allowed; /* AllowedAccounts= */
	bool asking[REACH_COUNT][WORLD_REGIONS];
	struct waiting *waiting;
	size_t count, size;
	uint64_t failed_ms[REACH_COUNT]; /* true time; when keys could not be had last */
	uint64_t fetches;
};

/* A process begins without keys but those that are written down; and ends. */
void keeper_start(struct world *world);
void keeper_stop(struct world *world);

void keeper_settings(struct world *world); /* AllowedAccounts= as it is now */

/* A request is to leave, with keys or as soon as there are; takes all it owns. */
void keeper_begin(struct world *world, struct happening *request_takes);

/* AWS refused its keys. True: both were taken, for it is sent again, or waits for others. */
bool keeper_renew(struct world *world, struct happening *request, struct reply *reply);

/* An answer for nobody but the keys. */
void keeper_answered(struct world *world, struct happening *answer);
/* Whose keys these are: said to whoever asked. */
void keeper_told_account(struct world *world, const struct happening *answer);
/* A fetch goes on. */
void keeper_due(struct world *world, const struct happening *due);

/* fetch.c: what is wanted begins; an answer of STS; all that are out end without a word. */
void fetch_wanted(struct world *world);
void fetch_answered(struct world *world, const struct happening *answer);
void fetches_done(struct identities *identities);
