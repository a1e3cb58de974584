/* What to do about one stack, and why: one pure function of what is wanted and what is live. What
 * happened before (failures, foreign changes, budgets) is the engine's to add. */
#pragma once

#include "stack/difference.h"
#include "stack/names.h"

enum plan_action {
	PLAN_LOOK, /* was not observed yet */
	PLAN_NONE, /* in sync */
	PLAN_CREATE,
	PLAN_UPDATE,
	PLAN_ASK,      /* only a change set can tell */
	PLAN_READ,     /* the live template has to be read first */
	PLAN_FOLLOW,   /* something is on its way there, whoever began it */
	PLAN_WAIT,     /* for a parent */
	PLAN_HOLD,     /* somebody has to do something */
	PLAN_FROZEN,   /* the manifest is broken */
	PLAN_DELETE,   /* a failed create, to be made anew; or what no manifest wants any more */
	PLAN_CONTINUE, /* a rollback that failed */
	PLAN_REST,     /* termination protection or stack policy, nothing else */
	PLAN_ACTION_COUNT,
};

/* "create", "in sync" ...: the first column of what people see. */
const char *plan_action_name(enum plan_action action);

struct plan {
	enum plan_action action;
	char *reason; /* NULL for PLAN_NONE and PLAN_READ */
};

void plan_done(struct plan *plan);

/* Another action and reason instead of those it has; takes the reason. */
void plan_set(struct plan *plan, enum plan_action action, char *reason_takes);

struct plan_input {
	const struct desired_stack *desired;
	const struct live *live;            /* NULL: not observed yet */
	const char *owner;                  /* Owner= */
	enum adopt adopt;                   /* Adopt= */
	bool created;                       /* memory, or our owner tag, says that stackd did it */
	const char *waits;                  /* for which parent; NULL: for none */
	const char *missing;                /* which parameter has no value; NULL: none */
	bool verdict;                       /* a change set found nothing to do */
	struct difference_input difference; /* wanted is NULL where waits or missing is set */
};

/* Why stackd must not change this live stack, whatever its status and whatever differs: it is
 * nested, another's, or not adopted. NULL: it may. The caller frees it. */
char *plan_forbidden(const struct plan_input *input);

/* plan->reason is the caller's: plan_done(). */
void plan_make(const struct plan_input *input, struct plan *plan);
