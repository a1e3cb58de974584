#include "simulation/required.h"

#define STATE(name) (1U << STATE_##name)
#define RUNNING STATE(RUNNING)
#define SETTLED                                                                                    \
	(STATE(UNKNOWN) | STATE(IN_SYNC) | STATE(UPDATE) | RUNNING | STATE(WAIT) | STATE(HOLD) |   \
		STATE(FROZEN))

/* In which states of its plan a stack is met in each status. What moves is seldom held or frozen,
 * but it is. */
static const unsigned statuses[STACK_STATUS_COUNT] = {
	[STACK_ABSENT] = STATE(CREATE) | RUNNING | STATE(WAIT) | STATE(HOLD) | STATE(FROZEN),
	[STACK_REVIEW_IN_PROGRESS] = STATE(HOLD),
	[STACK_CREATE_IN_PROGRESS] = RUNNING,
	[STACK_CREATE_COMPLETE] = SETTLED | STATE(DELETE),
	[STACK_CREATE_FAILED] = RUNNING | STATE(HOLD),
	[STACK_ROLLBACK_IN_PROGRESS] = RUNNING,
	[STACK_ROLLBACK_COMPLETE] = RUNNING | STATE(HOLD) | STATE(DELETE),
	[STACK_DELETE_IN_PROGRESS] = RUNNING,
	[STACK_DELETE_COMPLETE] = RUNNING,
	[STACK_UPDATE_IN_PROGRESS] = RUNNING | STATE(HOLD) | STATE(FROZEN),
	[STACK_UPDATE_COMPLETE_CLEANUP_IN_PROGRESS] = RUNNING,
	[STACK_UPDATE_COMPLETE] = SETTLED | STATE(DELETE),
	[STACK_UPDATE_ROLLBACK_IN_PROGRESS] = RUNNING,
	[STACK_UPDATE_ROLLBACK_FAILED] = RUNNING | STATE(HOLD) | STATE(FROZEN),
	[STACK_UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS] = RUNNING,
	[STACK_UPDATE_ROLLBACK_COMPLETE] = SETTLED,
};

/* How many of the fates there are, from the first, a call meets: all of them, those of the network,
 * or none but the usual one, where it is made too seldom for that. */
static const enum fault calls[CALL_KIND_COUNT] = {
	[CALL_DESCRIBE_STACKS] = FAULT_COUNT,
	[CALL_DESCRIBE_STACK_EVENTS] = FAULT_COUNT,
	[CALL_GET_TEMPLATE] = FAULT_COUNT,
	[CALL_LIST_CHANGE_SETS] = FAULT_OF_SERVICE,
	[CALL_DESCRIBE_CHANGE_SET] = FAULT_COUNT,
	[CALL_CREATE_STACK] = FAULT_COUNT,
	[CALL_CREATE_CHANGE_SET] = FAULT_COUNT,
	[CALL_EXECUTE_CHANGE_SET] = FAULT_COUNT,
	[CALL_DELETE_CHANGE_SET] = FAULT_COUNT,
	[CALL_DESCRIBE_EVENTS] = FAULT_NONE + 1,
	[CALL_GET_STACK_POLICY] = FAULT_COUNT,
	[CALL_SET_STACK_POLICY] = FAULT_NONE + 1,
	[CALL_UPDATE_TERMINATION_PROTECTION] = FAULT_NONE + 1,
	[CALL_DELETE_STACK] = FAULT_NONE + 1,
	[CALL_CONTINUE_UPDATE_ROLLBACK] = FAULT_NONE + 1,
};

/* Not met: another owner's stacks, values that are missing. */
static const bool reasons[REASON_COUNT] = {
	[REASON_NONE] = true,
	[REASON_SUSPENDED] = true,
	[REASON_FROZEN] = true,
	[REASON_FAILED] = true,
	[REASON_FOREIGN] = true,
	[REASON_WRECK] = true,
	[REASON_REVIEW] = true,
	[REASON_UNREAD] = true,
	[REASON_PARENT] = true,
	[REASON_NEVER] = true,
	[REASON_GUARDED] = true,
	[REASON_TROUBLE] = true,
	[REASON_DIFFERS] = true,
};

bool required_status(enum stack_status status, enum stack_state state)
{
	return statuses[status] & (1U << state);
}

bool required_call(enum call_kind call, enum fault fault)
{
	return fault < calls[call];
}

bool required_reason(size_t reason)
{
	return reasons[reason];
}
