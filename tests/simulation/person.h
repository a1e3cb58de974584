/* Somebody at the keyboard: reads what is held, approves it sooner or later, not always the right
 * digest, and suspends, resumes, retries and reconciles. What they were told is theirs to rely on.
 */
#pragma once

#include "simulation/cast.h"

/* Instead of a change set's name. */
#define REMOVAL_APPROVED "removal"
#define REQUEST_APPROVED "request"

enum { ORDERS_LIMIT = 256, APPROVALS_LIMIT = 128, TOKEN_SHOWN = 48 };

/* A command, until it is answered. */
struct order {
	uint64_t number;
	enum command_kind kind;
	unsigned members; /* a bit for each that it concerns */
	unsigned life;    /* of the daemon that got it */
	bool answered, wrong;
	size_t approval; /* what is given by it */
};

/* What was read of a stack, and when the answer is due. */
struct reading {
	char digest[DIGEST_HEX_SIZE]; /* "": nothing waits */
	char change_set[TOKEN_SHOWN]; /* by the name that it was asked for; "": there was none */
	uint64_t due_ms;              /* 0: not due */
	bool wrong, edits, typed;
	uint64_t nth;
};

/* What was let go ahead, once. */
struct approval {
	size_t member;
	char change_set[TOKEN_SHOWN];
	uint64_t given_ms; /* true time; 0: it was refused */
	bool used;
};

struct plot;

struct person {
	struct order orders[ORDERS_LIMIT];
	size_t order_count;
	struct approval approvals[APPROVALS_LIMIT];
	size_t approval_count;
	struct reading readings[MEMBERS_LIMIT];
	uint64_t seen_ms;             /* something waited then */
	bool once;                    /* in this story stackd is run with --once */
	unsigned last[MEMBERS_LIMIT]; /* the suspension or its end that was ordered last */
};

/* After each step of the world: what waits is read, and approved when it is time. */
void person_look(struct plot *plot, struct world *world);

/* A command of this kind, for one stack or for all. */
void person_order(struct plot *plot, struct world *world, struct member *member,
	enum command_kind kind, struct chance *chance);

/* The daemon answers: once, and what it says is done is on the disk by then. */
void person_answered(struct plot *plot, struct world *world, const struct command_answer *answer);

/* Nobody waits for an answer any more. */
void person_check(const struct plot *plot, struct world *world);

/* Something was approved that was not done yet. */
bool person_may_go(const struct person *person, size_t member, const char *change_set);
/* True once for each approval of this change set (NULL: of a request without one) of a stack. */
bool person_approved(struct person *person, size_t member, const char *change_set);
