/* From the plan to a deed: what happened before (failures, foreign changes) decides when. */
#include <string.h>

#include "base/calendar.h"
#include "base/text.h"
#include "engine/parts.h"
#include "stack/hide.h"

enum { DAY_MS = 24 * 60 * 60 * 1000 };

/* Something would be done to the template's part of the stack. */
static bool changes(enum plan_action action)
{
	return action == PLAN_CREATE || action == PLAN_UPDATE || action == PLAN_ASK ||
	       action == PLAN_DELETE || action == PLAN_CONTINUE;
}

/* What failed before is tried again after a while, and not for ever. */
static void gate_failed(struct engine *engine, struct unit *unit)
{
	const struct record *record = &unit->record;
	const char *cause = record->cause ? record->cause : "";

	if (digest_is_zero(&record->failed) || !digest_equal(&record->failed, &unit->digest))
		return;
	if (record->attempts >= engine_settings(engine)->max_attempts) {
		plan_set(&unit->plan, PLAN_HOLD,
			xasprintf("failed %u time%s: %s; edit the manifest or its template, or "
				  "try again with: stackctl retry %s",
				record->attempts, record->attempts == 1 ? "" : "s", cause,
				approval_name(unit)));
	} else if (engine->options.mode == ENGINE_ONCE) {
		unit->gated = unit->refused;
	} else if (record->not_before_ms > engine->now.wall_ms) {
		unit->gated = true;
		unit->due_wall_ms = record->not_before_ms;
	}
}

/* Nobody edited anything since the stack was as wanted: then somebody else changed it. What is left
 * of a revert that failed is no other change. */
static bool is_foreign(const struct unit *unit, const char *version)
{
	const struct record_mark *settled = &unit->record.settled;

	if (digest_equal(&unit->record.failed, &unit->digest))
		return false;
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
		plan_set(&unit->plan, PLAN_HOLD,
			xasprintf("somebody else changed it for the third time in a day (%s); "
				  "edit the manifest, or set it right with: stackctl retry %s",
				unit->plan.reason, approval_name(unit)));
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
		.adopt = engine_settings(engine)->adopt,
		.created = record->created,
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
	plan_set(&unit->plan, PLAN_HOLD, xasprintf("%s; what failed: %s", reason, cause));
}

/* Two manifests for one stack: neither is followed. */
static void refuse_twin(struct engine *engine, struct unit *unit)
{
	char *doubt = unit->plan.action == PLAN_FROZEN ? NULL : identity_doubt(engine, unit);

	if (doubt)
		plan_set(&unit->plan, PLAN_HOLD, doubt);
	/* An answer is on its way: no reason to warn anybody. */
	if (doubt && identity_awaited(engine, unit))
		unit->plan.action = PLAN_LOOK;
}

/* An output that a child is fed from may not go before the child can do without it. */
static void keep_outputs(struct unit *unit)
{
	const struct template *template = unit->desired->template;
	AUTO_DONE(pairs_done) struct pairs uses = {0};
	const struct unit *unknown = input_unknown(unit);

	if (unit->plan.action != PLAN_UPDATE || template->more_outputs)
		return;
	if (unknown) {
		plan_set(&unit->plan, PLAN_LOOK,
			xasprintf("what %s takes of it is not known yet", unknown->name));
		return;
	}
	input_uses(unit, &uses);
	for (size_t i = 0; i < uses.count; i++) {
		const struct pair *use = &uses.items[i];

		if (texts_have(&template->outputs, use->name))
			continue;
		plan_set(&unit->plan, PLAN_HOLD,
			xasprintf("would remove output %s, which %s needs; in two steps: first "
				  "let %s do without it, then remove it here",
				use->name, use->value, use->value));
		return;
	}
}

/* What was done before, and by whom, tells whether and when it may be done now. */
static void gate(struct engine *engine, struct unit *unit, const char *version)
{
	/* A revert that is held was noted when it began. */
	if (!operation_held(unit) &&
		(unit->plan.action == PLAN_CREATE || unit->plan.action == PLAN_UPDATE ||
			unit->plan.action == PLAN_ASK) &&
		is_foreign(unit, version))
		gate_foreign(engine, unit);
	if (changes(unit->plan.action) && unit->plan.action != PLAN_CONTINUE)
		gate_failed(engine, unit);
	keep_outputs(unit);
	if (unit->plan.action == PLAN_NONE) {
		settle(unit, version);
		unit->ssm = ssm_has(unit);
	}
	rest_plan(engine, unit);
	if (unit->plan.action == PLAN_NONE && !rest_concerns(unit) && !operation_held(unit))
		/* What was approved was done, by whomever, and is not for the next time. */
		approval_void(unit);
	if (operation_held(unit))
		approval_held(engine, unit);
	else if (changes(unit->plan.action) ||
		 (unit->plan.action == PLAN_REST && !rest_unseen(unit)))
		approval_gate(unit);
}

static void plan_anew(struct engine *engine, struct unit *unit)
{
	AUTO(free_text)
	char *version = unit->live && unit->live->stack_id ? unit_version(unit) : NULL;

	plan_done(&unit->plan);
	unit->asks = (struct digest){0};
	unit->gated = unit->foreign = false;
	unit->due_wall_ms = 0;
	if (operation_runs(unit)) {
		unit->plan.action = PLAN_FOLLOW;
		unit->plan.reason = xstrdup(unit->record.operation.reason);
		return;
	}
	if (!unit->desired) {
		removal_plan(engine, unit);
		return;
	}
	removal_void(unit);
	compare(engine, unit, version);
	if (unit->record.suspended && unit->plan.action != PLAN_FROZEN &&
		unit->plan.action != PLAN_NONE && unit->plan.action != PLAN_FOLLOW &&
		unit->plan.action != PLAN_LOOK)
		plan_set(&unit->plan, PLAN_HOLD, unit_spared(unit));
	wreck_plan(engine, unit);
	add_cause(unit);
	refuse_twin(engine, unit);
	if (unit->forgotten && changes(unit->plan.action)) {
		plan_set(&unit->plan, PLAN_HOLD, unit_spared(unit));
		return;
	}
	gate(engine, unit, version);
}

/* A change set of ours that nobody can want any more. */
static void drop_held(struct engine *engine, struct unit *unit)
{
	if (!unit->desired && operation_held(unit) &&
		unit->record.operation.kind == OPERATION_UPDATE)
		operation_turn(engine, unit, STEP_DISCARD);
}

static bool bound(uint64_t *wall_ms, uint64_t most_ms)
{
	if (*wall_ms <= most_ms)
		return false;
	*wall_ms = most_ms;
	return true;
}

/* What is remembered lies in the past, or as far ahead as it may be put off: else a wall clock that
 * was set back would hold everything up until it has caught up with itself. */
static void bound_times(struct engine *engine, struct unit *unit)
{
	struct record *record = &unit->record;
	uint64_t now_ms = engine->now.wall_ms;
	bool ahead = bound(&record->foreign_ms, now_ms);

	for (size_t i = 0; i < COUNT(record->reverts_ms); i++)
		ahead |= bound(&record->reverts_ms[i], now_ms);
	ahead |= bound(&record->operation.started_ms, now_ms);
	ahead |= bound(&record->rest_foreign_ms, now_ms);
	ahead |= bound(&record->ssm_ms, now_ms);
	ahead |= bound(&record->orphans_ms, now_ms + ORPHAN_MS);
	ahead |= bound(&record->not_before_ms, now_ms + engine_settings(engine)->retry_max_ms);
	if (!ahead)
		return;
	unit->replan = true;
	unit_touch(unit);
}

void decision_make(struct engine *engine, struct unit *unit)
{
	enum plan_action was = unit->plan.action;
	bool was_gated = unit->gated, was_moving = unit->waits_moving;
	bool planned = unit->desired || removal_concerns(&unit->record);

	bound_times(engine, unit);
	/* Without a manifest there is nothing to plan, and no moment to plan it again. */
	if (!planned)
		unit->due_wall_ms = 0;
	drop_held(engine, unit);
	if (unit->due_wall_ms && unit->due_wall_ms <= engine->now.wall_ms)
		unit->replan = true;
	if (planned && unit->replan) {
		plan_anew(engine, unit);
		if (unit->plan.action != was || unit->gated != was_gated ||
			unit->waits_moving != was_moving) {
			unit_changed(unit);
			needed_changed(engine, unit);
		}
	}
	unit->replan = false;
	if (unit->due_wall_ms)
		engine_due_wall(engine, unit->due_wall_ms);
}

static enum operation_kind kind_of(enum plan_action action)
{
	switch (action) {
	case PLAN_CREATE:
		return OPERATION_CREATE;
	case PLAN_DELETE:
		return OPERATION_DELETE;
	case PLAN_CONTINUE:
		return OPERATION_CONTINUE;
	default:
		return OPERATION_UPDATE;
	}
}

/* Now, or as soon as what is looked at is known. */
static bool acts(struct engine *engine, struct unit *unit)
{
	enum plan_action action = unit->plan.action;

	return (changes(action) || ssm_due(engine, unit)) && !operation_held(unit) &&
	       !unit->gated && !unit->look && !unit->looking && !unit->busy &&
	       !unit_paused(engine, unit) && scope_admits(engine, unit->scope);
}

void decision_act(struct engine *engine, struct unit *unit)
{
	enum plan_action action = unit->plan.action;

	if (!unit->desired) {
		if (removal_concerns(&unit->record))
			removal_act(engine, unit);
		return;
	}
	if (action == PLAN_FOLLOW)
		stall_warn(engine, unit);
	if (action == PLAN_READ)
		live_template_ask(engine, unit);
	if (action == PLAN_LOOK && unit->live)
		summary_ask(engine, unit);
	rest_act(engine, unit);
	if (engine->options.mode == ENGINE_PLAN || unit->forgotten)
		return;
	if (unit->record.orphans.count && !review_tidy(engine, unit))
		return;
	if (!acts(engine, unit))
		return;
	if (kind_of(action) == OPERATION_UPDATE && !review_tidy(engine, unit))
		return;
	operation_start(engine, unit, kind_of(action));
}
