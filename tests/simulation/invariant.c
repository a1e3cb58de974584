#include "simulation/invariant.h"

#include <assert.h>

#include "base/memory.h"

static const char *const names[] = {
	[ONE_OPERATION_PER_STACK] = "one-operation-per-stack",
	[ONE_ACCEPT_PER_ATTEMPT] = "one-accept-per-attempt",
	[ATTEMPTS_LIMIT] = "attempts-limit",
	[NO_UNRULY_DELETE] = "no-unruly-delete",
	[NO_UNAPPROVED_CHANGE] = "no-unapproved-change",
	[VALUES_ARE_OUTPUTS] = "values-are-outputs",
	[ONLY_WHAT_IS_WANTED] = "only-what-is-wanted",
	[PARENTS_FIRST] = "parents-first",
	[FROZEN_STAYS] = "frozen-stays",
	[STRANGERS_STAY] = "strangers-stay",
	[RATE_BUDGET] = "rate-budget",
	[CALLS_AT_ONCE] = "calls-at-once",
	[NO_IDLE_CHANGE] = "no-idle-change",
	[QUIET_IN_SYNC] = "quiet-in-sync",
	[NO_LEFT_CHANGE_SET] = "no-left-change-set",
	[STEADY_HOUR] = "steady-hour",
	[SECOND_TICK] = "second-tick",
	[DEADLINE_AHEAD] = "deadline-ahead",
	[SAVED_BEFORE_SENT] = "saved-before-sent",
	[UNREADABLE_STAYS] = "unreadable-stays",
	[SAVED_CAN_BE_READ] = "saved-can-be-read",
	[KEPT_PROMISE] = "kept-promise",
	[UNSAID_STAYS] = "unsaid-stays",
	[TAGS_STAY] = "tags-stay",
	[LOOKS_ONLY] = "looks-only",
	[COMES_TO_AN_END] = "comes-to-an-end",
	[NO_SECRET_TOLD] = "no-secret-told",
	[KEYS_FAIL_NOTHING] = "keys-fail-nothing",
	[EXPIRED_IS_RENEWED] = "expired-is-renewed",
	[KEYS_OF_ITS_OWN] = "keys-of-its-own",
	[ALLOWED_ACCOUNTS] = "allowed-accounts",
	[OTHERS_GO_ON] = "others-go-on",
	[SAME_AGAIN] = "same-again",
	[SOUND_SIMULATION] = "sound-simulation",
};
static_assert(COUNT(names) == INVARIANT_COUNT, "one name per invariant");

const char *invariant_name(enum invariant invariant)
{
	return names[invariant];
}
