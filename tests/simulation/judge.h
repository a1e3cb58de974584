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
	uint64_t had_ms;  /* that, when our last success made it so; 0: it is not so */
};

/* What of a stack is no part of its template, as it is seen: the value of each key, NULL: none. */
struct rest {
	char *seen[KEY_COUNT];
	char *before[KEY_COUNT]; /* our last operation */
	uint64_t set_ms;         /* true time: protection or policy were set by us */
	enum key set;            /* which of them */
};

/* What a stack's manifest has ever wanted, and what was done to it. */
struct file_of_member {
	struct wish *wishes; /* in the order in which they came up first */
	size_t count, size;
	struct digest
		last; /* of the last execution or creation; zero: none, or others acted since */
	bool last_failed;
	size_t deed;          /* entry of the ledger: `last` */
	unsigned deed_life;   /* of the daemon, then */
	bool repeated;        /* with its token: nothing was left of the first one */
	unsigned failures;    /* of `last`, in a row */
	unsigned retries;     /* commands that let it try again, until then */
	size_t others;        /* entry of the ledger: they acted last; 0: perhaps never */
	size_t running;       /* entry of the ledger; SIZE_MAX: none */
	size_t proposal;      /* likewise: a change set of ours that is neither executed nor gone */
	uint64_t ended_ms;    /* wall clock: our last operation */
	uint64_t known_ms;    /* likewise, of the last one that the daemon saw succeed */
	unsigned known_life;  /* then */
	unsigned became_life; /* of the daemon, when our last success made something of it */
	struct rest rest;
	size_t end_from;      /* entry of the ledger: a command let it be deleted again */
	unsigned end_retries; /* commands, until then */
	unsigned end_life;    /* of the daemon */
	/* Continuations of a rollback: of which change's, while what was wanted, how many. */
	size_t continued; /* entry of the ledger */
	char *continued_for, *continued_token;
	unsigned continues, continue_retries; /* commands, until then */
	unsigned invalid;                     /* change sets that failed in a row, for the same */
	unsigned invalid_retries;             /* commands, until then */
	size_t proposed;                      /* entry of the ledger: the last; SIZE_MAX: none */
	struct digest left;                   /* of what was asked for last, accepted or not */
	/* What the engine said last, for the table of coverage. */
	enum stack_status status;
	enum stack_state state;
	enum reason reason;
};

/* While it lasted, nothing could be concluded from the folder; true time. */
struct doubt {
	uint64_t from_ms, to_ms;
};

enum { DOUBTS = 32 };

struct judge {
	struct world *world;
	struct plot *plot;
	struct file_of_member members[MEMBERS_LIMIT];
	struct epoch {
		size_t entries, ended, edits;
	} epoch; /* what is wanted only changes with these */
	struct doubt doubts[DOUBTS];
	size_t doubt_count;
	bool doubtful;
	size_t seen;                /* entries of the ledger */
	size_t lines;               /* of the transcript, that were seen */
	size_t looks;               /* calls that may be looks behind SSM parameters */
	size_t sets[MEMBERS_LIMIT]; /* change sets asked for, of each that has such */
	size_t deeds; /* of the daemon: all but deletions of change sets that are left over */
};

void judge_begin(struct judge *judge, struct world *world, struct plot *plot);
void judge_done(struct judge *judge);

/* After each step of the world: what is new? */
void judge_look(struct judge *judge);

/* "CreateStack" */
bool entry_is(const struct model_entry *entry, const char *action);

/* removals.c */
void removals_look(struct judge *judge);
/* The value that the manifest's key had for so long that it is remembered for sure; else a large
 * number. */
unsigned removals_remembered(const struct member *member, enum key key);
/* A stack is deleted by us: false, and a breach, where it is against the rules. */
bool removals_check(struct judge *judge, size_t place, const struct model_entry *entry);

/* endings.c */
/* A request to delete the stack leaves; it was accepted. */
void endings_leave(struct judge *judge, size_t place, const struct call *call);
void endings_check(struct judge *judge, size_t place, size_t index);
/* A stack without a manifest has come to its end, as far as it can; false: *found is its status. */
bool endings_good(const struct judge *judge, const struct member *member, const char **found);

/* wrecks.c: ContinueUpdateRollback of ours was accepted. */
void wrecks_check(struct judge *judge, size_t place, size_t index);
/* Likewise CreateChangeSet, where those for the stack are going to fail. */
void wrecks_leave(struct judge *judge, size_t place, const struct call *call);
void wrecks_proposed(struct judge *judge, size_t place, size_t index);

/* guarded.c: a change set of ours is executed: was it approved, where it had to be? */
void guarded_check(struct judge *judge, size_t place, const struct model_entry *entry);

/* abroad.c */
void abroad_told(struct judge *judge, const struct report *report);
/* Something of ours was accepted; every request that arrived. */
void abroad_accepted(struct judge *judge, const struct model_entry *entry);
void abroad_look(struct judge *judge);

/* The same for what needs no change set. */
void guarded_request(struct judge *judge, size_t place, const struct model_entry *entry);

/* rest.c: keys of the manifest beside its values */
/* The manifest is there, and was known to say this when something was sent. */
bool rest_says(
	const struct judge *judge, size_t place, enum key key, unsigned value, uint64_t sent_ms);
void rest_look(struct judge *judge);
void rest_done(struct rest *rest);
/* A request that changes something leaves: it is what the manifest says of these. */
void rest_leaves(struct judge *judge, size_t place, const struct call *call);
/* True where this is one of the calls that are about nothing else: judged here. */
bool rest_accepted(struct judge *judge, size_t place, const struct model_entry *entry);
void rest_begins(struct judge *judge, size_t place); /* our operation was accepted */
/* Our operation on the stack succeeded. */
void rest_check(struct judge *judge, size_t place, const struct model_entry *entry);
/* The key that is not as the manifest wants it; KEY_COUNT: all are. */
enum key rest_fault(const struct member *member, const struct model_stack_view *view);

/* wishes.c */
bool wishes_look(struct judge *judge); /* true where something moved */
void wishes_done(struct file_of_member *file);
/* A request with values leaves: those of parents are as new as what is known of them. */
void wishes_leave(struct judge *judge, size_t place, const struct call *call);
/* Our operation was accepted: its values must have been wanted. */
void wishes_submitted(struct judge *judge, size_t place, const struct model_entry *entry);
/* Our operation on the stack succeeded: what it has become must have been wanted. */
void wishes_check(struct judge *judge, size_t place, const struct model_entry *entry);

/* quiet.c */
/* What the engine says of a stack; NULL: nothing. Borrowed until the engine's next event. */
const struct overview_row *quiet_row(const struct judge *judge, const struct member *member);
/* Is every stack what its manifest wants, and does the engine say so? Others may be for a reason
 * that the story justifies. Only where `aloud`, what is wrong is a breach. */
bool quiet_converged(struct judge *judge, bool aloud);
bool quiet_settled(struct judge *judge, const struct member *member); /* this one is */
/* Until all are, for good; what is not by then is a breach. */
void quiet_wait(struct judge *judge); /* story.c */
/* An hour passes in which nothing differs. */
void quiet_hour(struct judge *judge, void (*pass)(struct judge *judge, uint64_t until_ms));
