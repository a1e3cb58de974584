/* One seed, from its first manifest to the quiet at the end. */
#pragma once

#include "simulation/judge.h"

/* Plain numbers and texts, so that another process can read them. */
struct result {
	struct world_counts counts;
	size_t operations, minutes; /* until all was right, at most */
	size_t beats;               /* that were drawn */
	size_t breach_count;
	char breaches[WORLD_BREACHES][512];
	char transcript[DIGEST_HEX_SIZE]; /* its digest */
};

struct story {
	uint64_t seed;
	struct selection selection;
	bool verbose;
	bool digest; /* of the transcript is wanted */
};

/* day.c: 24 hours in which a stack's creation, or its update, always fails and rolls back, with a
 * kill every ten minutes. True: it was tried three times. */
bool day_pass(bool update, uint64_t seed, bool verbose);

/* Plays it, and adds what it came across to the coverage. */
void story_play(const struct story *story, struct coverage *coverage, struct result *result);
