/* A value behind an SSM-typed parameter may change while nothing else does: only a change set
 * tells. It is asked for once an hour; what it finds is reported, and with `follow-ssm: true`
 * executed. */
#include "engine/parts.h"

enum { LOOK_MS = 60 * 60 * 1000 };

bool ssm_has(const struct unit *unit)
{
	for (size_t i = 0; i < unit->wanted.count; i++)
		if (template_parameter_ssm(unit->wanted.values[i].declared))
			return true;
	return false;
}

bool ssm_due(struct engine *engine, struct unit *unit)
{
	struct record *record = &unit->record;
	bool once = engine->options.mode == ENGINE_ONCE;

	if (!unit->ssm || unit->plan.action != PLAN_NONE || !unit->resolved ||
		(once && !unit->desired->follow_ssm) || unit->desired->apply == APPLY_NEVER ||
		record->suspended)
		return false;
	if (!record->ssm_ms) {
		record->ssm_ms = engine->now.wall_ms;
		unit_touch(unit);
		if (!once)
			return false;
	}
	if (!once && engine->now.wall_ms < record->ssm_ms + LOOK_MS) {
		engine_due_wall(engine, record->ssm_ms + LOOK_MS);
		return false;
	}
	return !(once && unit->ssm_looked);
}

void ssm_looked(struct engine *engine, struct unit *unit, bool changed)
{
	struct record *record = &unit->record;

	unit->ssm_looked = true;
	record->ssm_ms = engine->now.wall_ms;
	if (changed && !record->ssm_changed)
		engine_report(engine, unit, REPORT_FOREIGN, REPORT_NOTICE,
			"a value behind an SSM parameter has changed%s",
			unit->desired && unit->desired->follow_ssm
				? ""
				: "; it goes along with the next update (follow-ssm: true "
				  "applies it at once)");
	record->ssm_changed = changed;
	unit_touch(unit);
}

void ssm_over(const struct engine *engine, struct unit *unit)
{
	unit->ssm_looked = true;
	unit->record.ssm_ms = engine->now.wall_ms;
}
