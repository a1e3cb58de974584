/* Where nothing is seen to happen for long, people are told, and how they could end it. */
#include "engine/parts.h"

enum { MINUTE_MS = 60 * 1000 };

/* The command that would end what goes on; NULL: nothing can. The caller frees it. */
static char *way_out(const struct unit *unit)
{
	enum stack_status status = unit->live ? unit->live->status : STACK_UNKNOWN;
	const char *verb = NULL;

	if (status == STACK_UPDATE_IN_PROGRESS)
		verb = "cancel-update-stack";
	else if (status == STACK_CREATE_IN_PROGRESS)
		verb = "delete-stack";
	return verb ? xasprintf("it would be cancelled by: aws cloudformation %s --stack-name %s "
				"--region %s",
			      verb, unit->name, unit->region)
		    : xasprintf("see the stack's events for what it waits for");
}

static const char *what_runs(const struct unit *unit)
{
	return operation_runs(unit) ? operation_kind_name(unit->record.operation.kind)
				    : "somebody else's operation";
}

/* Once for each time that nothing happens, and process. */
void stall_warn(struct engine *engine, struct unit *unit)
{
	uint64_t stall_ms = engine_settings(engine)->stall_warning_ms;
	AUTO(free_text) char *how = NULL;

	/* The wall clock may have been set back. */
	if (!unit->stirred_ms || unit->stirred_ms > engine->now.wall_ms)
		stall_end(engine, unit);
	if (unit->stalled)
		return;
	if (engine->now.wall_ms < unit->stirred_ms + stall_ms) {
		engine_due_wall(engine, unit->stirred_ms + stall_ms);
		return;
	}
	unit->stalled = true;
	how = way_out(unit);
	engine_report(engine, unit, REPORT_EVENT, REPORT_WARNING,
		"nothing has happened in its %s for %llu minutes (%s); %s", what_runs(unit),
		(unsigned long long)((engine->now.wall_ms - unit->stirred_ms) / MINUTE_MS),
		unit->live ? stack_status_name(unit->live->status) : "not observed yet", how);
}

void stall_end(struct engine *engine, struct unit *unit)
{
	unit->stirred_ms = engine->now.wall_ms;
	unit->stalled = false;
}
