/* What people are told of a stack: each state once, when it begins. */
#include <string.h>

#include "engine/parts.h"

static bool worth_telling(const struct unit *unit)
{
	switch (unit->plan.action) {
	case PLAN_WAIT:
	case PLAN_HOLD:
	case PLAN_FROZEN:
	case PLAN_NONE:
		return true;
	case PLAN_FOLLOW:
		return !operation_runs(unit);
	default:
		return false;
	}
}

/* The same reason. What state the parent is in that it waits for is the parent's own news. */
static bool known(const struct unit *unit)
{
	const char *reason = unit->plan.reason ? unit->plan.reason : "";
	const char *told = unit->told_reason ? unit->told_reason : "";

	if (unit->told != unit->plan.action)
		return false;
	if (unit->plan.action == PLAN_WAIT)
		return strncmp(told, reason, strcspn(reason, "(")) == 0;
	return strcmp(told, reason) == 0;
}

static void say(struct engine *engine, struct unit *unit)
{
	const char *reason = unit->plan.reason;

	switch (unit->plan.action) {
	case PLAN_WAIT:
		engine_report(engine, unit, REPORT_STATE, REPORT_INFO, "waits: %s", reason);
		break;
	case PLAN_HOLD:
		engine_report(engine, unit, REPORT_STATE, REPORT_WARNING, "held: %s", reason);
		break;
	case PLAN_FROZEN:
		engine_report(engine, unit, REPORT_STATE, REPORT_ERR, "frozen: %s", reason);
		break;
	case PLAN_FOLLOW:
		if (unit->live->status == STACK_UNKNOWN)
			engine_report(engine, unit, REPORT_FOREIGN, REPORT_WARNING,
				"it is left alone: %s", reason);
		else
			engine_report(engine, unit, REPORT_FOREIGN, REPORT_NOTICE,
				"somebody else is changing it (%s)", reason);
		break;
	default:
		engine_report(engine, unit, REPORT_STATE, REPORT_INFO, "in sync");
	}
}

/* What is known of it is old then. --plan says so in its table. */
static void tell_trouble(struct engine *engine, struct unit *unit)
{
	bool troubled = unit->trouble != NULL;

	if (troubled == unit->trouble_told || engine->options.mode == ENGINE_PLAN)
		return;
	unit->trouble_told = troubled;
	if (troubled)
		engine_report(engine, unit, REPORT_STATE, REPORT_WARNING, "can't be looked at: %s",
			unit->trouble);
	else
		engine_report(engine, unit, REPORT_STATE, REPORT_NOTICE, "can be looked at again");
}

void engine_tell_denied(
	struct engine *engine, const struct pending *pending, const struct reply *reply)
{
	/* What else may be denied is told otherwise. */
	static const uint32_t needed =
		UINT32_C(1) << CALL_DESCRIBE_STACK_EVENTS | UINT32_C(1) << CALL_LIST_CHANGE_SETS |
		UINT32_C(1) << CALL_DESCRIBE_CHANGE_SET | UINT32_C(1) << CALL_DELETE_CHANGE_SET |
		UINT32_C(1) << CALL_GET_STACK_POLICY | UINT32_C(1) << CALL_SET_STACK_POLICY |
		UINT32_C(1) << CALL_UPDATE_TERMINATION_PROTECTION;
	struct unit *unit = pending->unit;
	uint32_t kind = UINT32_C(1) << pending->call.kind;

	if (!(kind & needed))
		return;
	if (reply->code == REPLY_OK)
		unit->denied_told &= ~kind;
	if (reply->error.kind != ERROR_DENIED || reply->scope_wide || (unit->denied_told & kind))
		return;
	unit->denied_told |= kind;
	engine_report(engine, unit, REPORT_EVENT, REPORT_WARNING, "%s; it is tried again and again",
		reply->error.text);
}

void engine_tell(struct engine *engine, struct unit *unit)
{
	bool concerns = unit->desired || removal_concerns(&unit->record);

	if (concerns)
		tell_trouble(engine, unit);
	if (!concerns || !worth_telling(unit) || known(unit))
		return;
	say(engine, unit);
	unit->told = unit->plan.action;
	replace_text(&unit->told_reason, unit->plan.reason);
}
