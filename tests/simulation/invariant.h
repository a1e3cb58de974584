/* What must never be otherwise, whatever happens. A breach is told with its name, and each mutant
 * names the one that has to catch it. */
#pragma once

enum invariant {
	ONE_OPERATION_PER_STACK, /* accepted by the service, at a time */
	ONE_ACCEPT_PER_ATTEMPT,  /* what succeeded is not submitted again; a token works once */
	ATTEMPTS_LIMIT,          /* what always fails is not tried for ever */
	NO_UNRULY_DELETE,        /* only by the rules of removal and recreation */
	NO_UNAPPROVED_CHANGE,    /* what the guard holds, without its approval */
	VALUES_ARE_OUTPUTS,      /* of the parents, at a moment when those were valid */
	ONLY_WHAT_IS_WANTED,     /* values and templates that a manifest named not long before */
	PARENTS_FIRST,           /* nothing is submitted while a parent is known to change */
	FROZEN_STAYS,            /* broken, suspended, without a manifest: never changed */
	STRANGERS_STAY,          /* stacks and change sets that are none of ours */
	RATE_BUDGET,             /* what left, for each region and class, in each process */
	CALLS_AT_ONCE,           /* for each region */
	NO_IDLE_CHANGE,          /* an accepted change that changes nothing */
	QUIET_IN_SYNC,           /* when all is quiet, all is as wanted, or held for a reason */
	NO_LEFT_CHANGE_SET,      /* of ours */
	STEADY_HOUR,             /* nothing differs: nothing is done */
	SECOND_TICK,             /* at the same moment: nothing more to do */
	DEADLINE_AHEAD,          /* after a tick the next one is due later */
	SAVED_BEFORE_SENT,       /* a token */
	UNREADABLE_STAYS,        /* a record that can't be read is not overwritten */
	SAVED_CAN_BE_READ,       /* a record that nothing damaged */
	KEPT_PROMISE,            /* a command gets one answer, and "done" survives a restart */
	UNSAID_STAYS,            /* what the manifest says nothing of */
	TAGS_STAY,               /* our own on what we made, those of others otherwise */
	LOOKS_ONLY,              /* a plan changes nothing */
	COMES_TO_AN_END,         /* what runs once */
	NO_SECRET_TOLD,          /* in reports, records and names */
	KEYS_FAIL_NOTHING,       /* nobody is told that an operation failed for its keys */
	EXPIRED_IS_RENEWED,      /* keys that had expired are nothing that the engine hears of */
	KEYS_OF_ITS_OWN,         /* a stack is asked for with keys of its own account */
	ALLOWED_ACCOUNTS,        /* and changed in no other */
	OTHERS_GO_ON,            /* while one account or region is sick */
	SAME_AGAIN,              /* the same seed, the same transcript */
	SOUND_SIMULATION,        /* no fault of the simulation's own */
	INVARIANT_COUNT,
};

/* "one-operation-per-stack" */
const char *invariant_name(enum invariant invariant);
