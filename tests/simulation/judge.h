/* Was everything done that was wanted, nothing twice, and nothing for nothing? Judged by the
 * model's ledger and its stacks as they are, never by what the engine says alone. */
#pragma once

#include "simulation/plot.h"

/* A part of what is wanted: "Size=2", "s0Topic=arn:...", "revision 1". Each counts by itself, for
 * what comes from a parent is known later than what was edited. */
struct wish {
	char *part;
	bool current;
	uint64_t last_ms; /* wall clock: then the manifest still wanted it */
};

/* What a stack's manifest has ever wanted, and what was done to it. */
struct file_of_member {
	struct wish *wishes; /* in the order in which they came up first */
	size_t count, size;
	struct digest
		last; /* of the last execution or creation; zero: none, or others acted since */
	bool last_failed;
	unsigned failures;    /* of `last`, in a row */
	size_t running;       /* entry of the ledger; SIZE_MAX: none */
	char *became;         /* what our last success made of it; NULL: none yet */
	uint64_t became_ms;   /* when that was accepted */
	unsigned became_life; /* of the daemon */
};

struct judge {
	struct world *world;
	struct plot *plot;
	struct file_of_member members[MEMBERS_LIMIT];
	struct epoch {
		size_t entries, ended, edits;
	} epoch;      /* what is wanted only changes with these */
	size_t seen;  /* entries of the ledger */
	size_t deeds; /* of the daemon: all but deletions of change sets that are left over */
};

void judge_begin(struct judge *judge, struct world *world, struct plot *plot);
void judge_done(struct judge *judge);

/* After each step of the world: what is new? */
void judge_look(struct judge *judge);

/* Is every stack what its manifest wants, and does the engine say so? With `excuses`, unlucky ones
 * and what depends on them may be otherwise. Only where `aloud`, what is wrong is trouble. */
bool judge_converged(struct judge *judge, bool excuses, bool aloud);
