/* From the plan to a deed: what happened before (failures, foreign changes) decides when. */
#include <string.h>

#include "base/calendar.h"
#include "base/text.h"
#include "engine/state.h"
#include "stack/hide.h"

enum { DAY_MS = 24 * 60 * 60 * 1000 };

static void hold(struct unit *unit, char *reason_takes)
{
	free(unit->plan.reason);
	unit->plan.action = PLAN_HOLD;
	unit->plan.reason = reason_takes;
}

static bool changes(enum plan_action action)
{
	return action == PLAN_CREATE || action == PLAN_UPDATE || action == PLAN_ASK;
}

/* What failed before is tried again after a while, and not for ever. */
static void gate_failed(struct engine *engine, struct unit *unit)
{
	const struct record *record = &unit->record;
	const char *cause = record->cause ? record->cause : "";

	if (digest_is_zero(&record->failed) || !digest_equal(&record->failed, &unit->digest))
		return;
	if (record->attempts >= engine_settings(engine)->max_attempts) {
		hold(unit, xasprintf("failed %u time%s: %s; edit the manifest or its template to "
				     "try again",
				   record->attempts, record->attempts == 1 ? "" : "s", cause));
	} else if (engine->options.mode == ENGINE_ONCE) {
		unit->gated = unit->refused;
	} else if (record->not_before_ms > engine->now.wall_ms) {
		unit->gated = true;
		unit->due_wall_ms = record->not_before_ms;
	}
}

/* Nobody edited anything since the stack was as wanted: then somebody else changed it. */
static bool is_foreign(const struct unit *unit, const char *version)
{
	const struct record_mark *settled = &unit->record.settled;

	return settled->version && digest_equal(&settled->digest, &unit->digest) &&
	       (!version || strcmp(settled->version, version) != 0);
}

static bool reverted_often(const struct engine *engine, const struct record *record)
{
	for (size_t i = 0; i < COUNT(record->reverts_ms); i++)
		if (!record->reverts_ms[i] || record->reverts_ms[i] + DAY_MS < engine->now.wall_ms)
			return false;
	return true;
}

/* The time is that of the revert, 0: none is waited for. */
static void tell_foreign(struct engine *engine, struct unit *unit, uint64_t wall_ms)
{
	const char *what = unit->plan.action == PLAN_CREATE ? "deleted" : "changed";
	char time[32];

	if (wall_ms)
		engine_report(engine, unit, REPORT_FOREIGN, REPORT_WARNING,
			"somebody else %s it; at %s it is set right: %s", what,
			calendar_write(CALENDAR_ISO, wall_ms, time, sizeof(time)),
			unit->plan.reason);
	else
		engine_report(engine, unit, REPORT_FOREIGN, REPORT_WARNING,
			"somebody else %s it: %s", what, unit->plan.reason);
}

static void gate_foreign(struct engine *engine, struct unit *unit)
{
	struct record *record = &unit->record;
	bool now = unit->impatient > 0 || engine->options.mode != ENGINE_RUN;
	bool often = !now && reverted_often(engine, record);
	bool known = record->foreign_ms != 0;

	unit->foreign = true;
	if (!known) {
		record->foreign_ms = engine->now.wall_ms;
		unit_touch(unit);
	}

	uint64_t due_ms = record->foreign_ms + engine_settings(engine)->revert_delay_ms;
	bool later = !now && !often && due_ms > engine->now.wall_ms;

	if (later) {
		unit->gated = true;
		unit->due_wall_ms = due_ms;
	}
	if (!known)
		tell_foreign(engine, unit, later ? due_ms : 0);
	if (often)
		hold(unit, xasprintf("somebody else changed it for the third time in a day (%s); "
				     "edit the manifest, or reload stackd to set it right",
				   unit->plan.reason));
}

/* In sync: from here on every difference that nobody edited is foreign. */
static void settle(struct unit *unit, const char *version)
{
	struct record *record = &unit->record;

	if (unit->asked >= unit->impatient)
		unit->impatient = 0;
	if (record_mark_is(&record->settled, version, &unit->digest) && !record->foreign_ms)
		return;
	record_mark_set(&record->settled, version, &unit->digest);
	record->foreign_ms = 0;
	if (digest_equal(&record->failed, &unit->digest))
		record_forgive(record);
	unit_touch(unit);
}

static bool names_known(const struct unit *unit)
{
	return unit->template_names &&
	       digest_equal(&unit->template_compared, &unit->desired->template->canonical);
}

static void compare(struct engine *engine, struct unit *unit, const char *version)
{
	const struct record *record = &unit->record;
	char *waits = NULL, *missing = NULL;
	struct plan_input input = {
		.desired = unit->desired,
		.live = unit->live,
		.owner = engine_settings(engine)->owner,
	};

	if (!unit->desired->frozen)
		input_resolve(engine, unit, &waits, &missing);
	input.waits = waits;
	input.missing = missing;
	if (unit->resolved && version) {
		input.verdict = record_mark_is(&record->verdict, version, &unit->digest);
		input.difference = (struct difference_input){
			.desired = unit->desired,
			.wanted = &unit->wanted,
			.live = unit->live,
			.secrets = record_mark_is(&record->settled, version, NULL)
					   ? &record->secrets
					   : NULL,
			.key = engine->state_key,
			.template_known = record_mark_is(&record->template, version, NULL),
			.template_canonical = record->template.digest,
			.template_names = names_known(unit) ? unit->template_names : NULL,
		};
	}
	plan_make(&input, &unit->plan);
	/* What CloudFormation says of a stack's status may repeat what it was sent. */
	char *reason = secrets_hide(&unit->secrets, unit->plan.reason);

	free(unit->plan.reason);
	unit->plan.reason = reason;
	free(waits);
	free(missing);
	/* Which parts of the template differ is worth one call: people want to know. */
	if (unit->plan.action == PLAN_UPDATE && strcmp(unit->plan.reason, "template") == 0 &&
		!names_known(unit))
		unit->plan.action = PLAN_READ;
}

/* A wreck that an operation of ours left: people want to know why, not only what it is. */
static void add_cause(struct unit *unit)
{
	const char *cause = unit->record.cause;
	const char *reason = unit->plan.reason;

	if (unit->plan.action != PLAN_HOLD || !cause || !unit->live ||
		!stack_status_failed(unit->live->status) ||
		!text_starts(reason, stack_status_name(unit->live->status)))
		return;
	hold(unit, xasprintf("%s; what failed: %s", reason, cause));
}

static void plan_anew(struct engine *engine, struct unit *unit)
{
	AUTO(free_text)
	char *version = unit->live && unit->live->stack_id ? unit_version(unit) : NULL;

	plan_done(&unit->plan);
	unit->gated = unit->foreign = false;
	unit->due_wall_ms = 0;
	if (operation_runs(unit)) {
		unit->plan.action = PLAN_FOLLOW;
		unit->plan.reason = xstrdup(unit->record.operation.reason);
		return;
	}
	compare(engine, unit, version);
	add_cause(unit);
	if (unit->forgotten && changes(unit->plan.action)) {
		hold(unit, xasprintf("what is remembered of it can't be read: %s; mend or move its "
				     "file in the state directory",
				   unit->forgotten));
		return;
	}
	if (changes(unit->plan.action) && is_foreign(unit, version))
		gate_foreign(engine, unit);
	if (changes(unit->plan.action))
		gate_failed(engine, unit);
	if (unit->plan.action == PLAN_NONE)
		settle(unit, version);
}

void decision_make(struct engine *engine, struct unit *unit)
{
	enum plan_action was = unit->plan.action;
	bool was_gated = unit->gated, was_moving = unit->waits_moving;

	/* Without a manifest there is nothing to plan, and no moment to plan it again. */
	if (!unit->desired)
		unit->due_wall_ms = 0;
	if (unit->due_wall_ms && unit->due_wall_ms <= engine->now.wall_ms)
		unit->replan = true;
	if (unit->desired && unit->replan) {
		plan_anew(engine, unit);
		if (unit->plan.action != was || unit->gated != was_gated ||
			unit->waits_moving != was_moving)
			unit_changed(unit);
	}
	unit->replan = false;
	if (unit->due_wall_ms)
		engine_due_wall(engine, unit->due_wall_ms);
}

void decision_act(struct engine *engine, struct unit *unit)
{
	enum plan_action action = unit->plan.action;

	if (!unit->desired)
		return;
	if (action == PLAN_READ)
		observer_read(engine, unit);
	if (engine->options.mode == ENGINE_PLAN || unit->forgotten)
		return;
	if (unit->record.orphans.count && !review_tidy(engine, unit))
		return;
	if (!changes(action) || unit->gated || unit->look || unit->looking ||
		unit_paused(engine, unit) || !scope_admits(engine, unit->scope))
		return;
	if (action != PLAN_CREATE && !review_tidy(engine, unit))
		return;
	operation_start(engine, unit, action == PLAN_CREATE ? OPERATION_CREATE : OPERATION_UPDATE);
}
