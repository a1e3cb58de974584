/* Stacks whose manifest is gone. Most are left as they are; with `on-removal: delete` those that
 * memory says we created go too, after a while, children first (design.md, "Removal"). Nothing here
 * counts as gone but what a whole, readable, faultless folder does not hold. */
#include <inttypes.h>
#include <string.h>

#include "base/calendar.h"
#include "base/timespan.h"
#include "engine/parts.h"
#include "stack/template_resources.h"

static const char request[] = "remove";

bool removal_concerns(const struct record *record)
{
	return record->created && record->on_removal == ON_REMOVAL_DELETE && record->stack_id;
}

static const struct desired_stack *manifest_of(
	const struct desired *desired, const struct record *record)
{
	for (size_t i = 0; record->manifest && i < desired->stack_count; i++)
		if (strcmp(desired->stacks[i]->manifest, record->manifest) == 0)
			return desired->stacks[i];
	return NULL;
}

/* One of them is over: those that it needed may come next. */
static void wake_others(struct engine *engine)
{
	for (size_t i = 0; i < engine->unit_count; i++)
		if (!engine->units[i]->desired)
			engine->units[i]->replan = true;
}

static void keep(struct engine *engine, struct unit *unit, const char *why)
{
	engine_report(engine, unit, REPORT_FOLDER, REPORT_NOTICE,
		"its manifest is gone, but %s; the stack is left as it is", why);
	unit->record.on_removal = ON_REMOVAL_KEEP;
	unit->left = true;
	unit->missing_ms = 0;
	unit->due = false;
	unit_touch(unit);
	wake_others(engine);
}

void removal_tell_left(struct engine *engine, struct unit *unit)
{
	const struct record *record = &unit->record;
	bool foreign = record->stack_id && record->on_removal == ON_REMOVAL_DELETE;

	if (!unit->left && record->manifest)
		engine_report(engine, unit, REPORT_FOLDER, REPORT_NOTICE,
			"no manifest names it any more%s%s",
			record->stack_id ? "; the stack is left as it is" : "",
			foreign ? ", for stackd did not create it" : "");
	unit->left = true;
}

/* The manifest left it to the settings, and they are others by now. */
static bool spared(const struct engine *engine, const struct unit *unit)
{
	const struct record *record = &unit->record;
	bool begun = operation_runs(unit) && record->operation.step == STEP_FOLLOW;

	return record->removal_by_settings && !begun &&
	       engine_settings(engine)->on_removal == ON_REMOVAL_KEEP;
}

static void note_missing(struct engine *engine, struct unit *unit)
{
	uint64_t delay_ms = engine_settings(engine)->removal_delay_ms;
	char delay[TIMESPAN_SIZE];

	if (!unit->missing_ms) {
		unit->missing_ms = engine->now.boottime_ms ? engine->now.boottime_ms : 1;
		engine_report(engine, unit, REPORT_FOLDER, REPORT_WARNING,
			"its manifest is gone: the stack is deleted in %s, unless it comes back",
			timespan_write(delay_ms, delay));
	}
	unit->due = engine->now.boottime_ms >= unit->missing_ms &&
		    engine->now.boottime_ms - unit->missing_ms >= delay_ms;
	unit->replan = true;
}

static void scanned(struct engine *engine, struct unit *unit)
{
	const struct desired_stack *other;
	AUTO(free_text) char *why_not = NULL;

	if (unit->desired) {
		unit->missing_ms = 0;
		unit->due = unit->left = false;
		return;
	}
	if (needed_stays(unit))
		removal_tell_left(engine, unit);
	if (unit->gone || !removal_concerns(&unit->record))
		return;
	why_not = doubt_removal(engine->desired, &unit->record);
	other = manifest_of(engine->desired, &unit->record);
	if (why_not) {
		unit->missing_ms = 0;
		unit->due = false;
		unit->replan = true;
	} else if (other) {
		AUTO(free_text)
		char *why = xasprintf("%s names another stack now", other->path);

		keep(engine, unit, why);
	} else if (spared(engine, unit)) {
		keep(engine, unit, "OnRemoval= is keep by now");
	} else {
		note_missing(engine, unit);
	}
}

/* So many at once are rather a mistake than a wish. */
static void count_due(struct engine *engine)
{
	size_t missing = 0, due = 0;

	for (size_t i = 0; i < engine->unit_count; i++) {
		const struct unit *unit = engine->units[i];
		bool waits = unit->missing_ms && !unit->gone && digest_is_zero(&unit->asks);

		missing += waits || (unit->missing_ms && unit->record.removal_held);
		due += waits && unit->due;
	}
	if (!due || missing <= engine_settings(engine)->max_removals)
		return;
	for (size_t i = 0; i < engine->unit_count; i++) {
		struct unit *unit = engine->units[i];

		if (!unit->missing_ms || unit->gone || unit->record.removal_held ||
			operation_runs(unit))
			continue;
		unit->record.removal_held = true;
		unit_touch(unit);
	}
}

void removal_scanned(struct engine *engine)
{
	engine->scan_wanted = false;
	for (size_t i = 0; i < engine->unit_count; i++)
		scanned(engine, engine->units[i]);
	count_due(engine);
}

/* --- planning --- */

/* Why it is not deleted at all, whoever asks for it; NULL: nothing speaks against it. */
static const char *forbids(const struct engine *engine, const struct unit *unit)
{
	const struct live *live = unit->live;
	const char *owner = pairs_get(&live->tags, OWNER_TAG);

	if (live->termination_protection)
		return "it is protected against termination";
	if (live->parent_id)
		return "it is nested in another stack";
	if (owner && strcmp(owner, engine_settings(engine)->owner) != 0)
		return "it belongs to another owner";
	return NULL;
}

static char *guard_says(struct engine *engine, struct unit *unit)
{
	struct guard_input input = {.guard = approval_guard(engine, unit)};
	struct change *changes = NULL;
	AUTO_DONE(texts_done) struct texts remarks = {0};
	char *why;

	if (!template_removals(unit->body, strlen(unit->body), &changes, &input.change_count))
		return xstrdup("can't read its template to see what would be lost");
	input.changes = changes;
	why = guard_judge(&input, &remarks);
	changes_free(changes, input.change_count);
	return why;
}

/* Why a person has to agree; NULL: nobody has to. The caller frees it. */
static char *objection(struct engine *engine, struct unit *unit)
{
	if (unit->record.removal_held)
		return xstrdup("its manifest is gone, and those of more stacks than MaxRemovals=");
	if (approval_apply(engine, unit) == APPLY_APPROVE)
		return xstrdup("apply: approve; its manifest is gone; would delete the stack");
	AUTO(free_text) char *why = guard_says(engine, unit);

	return why ? xasprintf("its manifest is gone; deleting it %s", why) : NULL;
}

static bool failed_before(struct engine *engine, struct unit *unit)
{
	const struct record *record = &unit->record;

	if (digest_is_zero(&record->failed) || !digest_equal(&record->failed, &unit->digest))
		return false;
	if (record->attempts >= engine_settings(engine)->max_attempts) {
		plan_set(&unit->plan, PLAN_HOLD,
			xasprintf(
				"its deletion failed %u time%s: %s; try again with: stackctl retry "
				"%s",
				record->attempts, record->attempts == 1 ? "" : "s",
				record->cause ? record->cause : "", approval_name(unit)));
		return true;
	}
	if (record->not_before_ms > engine->now.wall_ms) {
		unit->gated = true;
		unit->due_wall_ms = record->not_before_ms;
	}
	return false;
}

/* Names this version of the stack: what a person approved, or what failed, was of it. */
static struct digest digest_of_removal(const struct unit *unit)
{
	return guard_digest(
		unit->record.stack_id, unit->live->updated, &(struct digest){0}, request, NULL, 0);
}

bool removal_wanted(const struct engine *engine, const struct unit *unit)
{
	struct digest digest;

	if (!unit->due || unit->record.suspended || !unit->live || forbids(engine, unit) ||
		needed_by(engine, unit) || identity_other(engine, unit))
		return false;
	digest = digest_of_removal(unit);
	return digest_equal(&digest, &unit->record.operation.digest);
}

void removal_void(struct unit *unit)
{
	struct record_approval *approved = &unit->record.approved;
	struct digest digest;

	if (digest_is_zero(&approved->digest) || !unit->record.stack_id || !unit->live)
		return;
	digest = digest_of_removal(unit);
	if (!digest_equal(&digest, &approved->digest))
		return;
	record_approval_clear(approved);
	unit_touch(unit);
}

/* It is due: what would be done is named, so that it can be approved. */
static void plan_deed(struct engine *engine, struct unit *unit)
{
	const struct unit *same = identity_other(engine, unit);
	AUTO(free_text) char *version = unit_version(unit);
	AUTO(free_text) char *why = NULL;

	unit->digest = digest_of_removal(unit);
	if (needed_plan(engine, unit))
		return;
	if (same) {
		plan_set(&unit->plan, PLAN_HOLD,
			xasprintf("its manifest is gone, but %s %s the same stack",
				same->desired->path, engine->account ? "means" : "may mean"));
	} else if (approval_apply(engine, unit) == APPLY_NEVER) {
		plan_set(&unit->plan, PLAN_HOLD,
			xstrdup("apply: never; its manifest is gone; would delete it"));
	} else if (!text_same(unit->body_version, version)) {
		unit->body_wanted = true;
		plan_set(&unit->plan, PLAN_READ, NULL);
	} else if (!failed_before(engine, unit)) {
		why = objection(engine, unit);
		plan_set(&unit->plan, PLAN_DELETE, xstrdup("its manifest is gone"));
		if (why)
			approval_asked(unit, why, &unit->digest);
	}
}

static void hold_stuck(struct unit *unit)
{
	enum stack_status status = unit->live->status;
	const char *cause = unit->record.cause;
	AUTO(free_text) char *how = stack_status_way_out(status, unit->name, unit->region);

	plan_set(&unit->plan, PLAN_HOLD,
		xasprintf("%s: %s: %s%s%s", stack_status_name(status), stack_status_hold(status),
			how, cause ? "; what failed: " : "", cause ? cause : ""));
}

static void plan_observed(struct engine *engine, struct unit *unit)
{
	enum stack_status status = unit->live->status;
	const char *never;

	if (stack_status_free(status)) {
		removal_done(engine, unit);
	} else if (!stack_status_settled(status)) {
		plan_set(&unit->plan, PLAN_FOLLOW, xstrdup(stack_status_name(status)));
	} else if ((never = forbids(engine, unit))) {
		keep(engine, unit, never);
	} else if (status == STACK_DELETE_FAILED || status == STACK_REVIEW_IN_PROGRESS) {
		hold_stuck(unit);
	} else if (unit->record.suspended) {
		plan_set(
			&unit->plan, PLAN_HOLD, xasprintf("suspended: %s", unit->record.suspended));
	} else {
		plan_deed(engine, unit);
	}
}

/* Until then it is easily averted: people see when. Who does not stay can't tell. */
static void plan_later(const struct engine *engine, struct unit *unit, uint64_t boottime_ms)
{
	char time[32];

	unit->due_wall_ms = engine->now.wall_ms + boottime_ms - engine->now.boottime_ms;
	if (engine->options.mode != ENGINE_RUN)
		return;
	calendar_write(CALENDAR_ISO, unit->due_wall_ms, time, sizeof(time));
	plan_set(&unit->plan, PLAN_DELETE,
		xasprintf(
			"its manifest is gone; at %s it is deleted, unless that comes back", time));
}

void removal_plan(struct engine *engine, struct unit *unit)
{
	uint64_t delay_ms = engine_settings(engine)->removal_delay_ms;
	AUTO(free_text) char *why = doubt_removal(engine->desired, &unit->record);

	if (unit->gone || !removal_concerns(&unit->record))
		return;
	if (why) {
		plan_set(&unit->plan, PLAN_HOLD,
			xasprintf("its manifest is missing, but nothing is deleted while %s", why));
	} else if (!unit->live) {
		plan_set(&unit->plan, PLAN_LOOK, xstrdup("not observed yet"));
	} else if (!unit->due) {
		plan_set(&unit->plan, PLAN_DELETE, xstrdup("its manifest is gone"));
		unit->gated = true;
		if (unit->missing_ms + delay_ms > engine->now.boottime_ms)
			plan_later(engine, unit, unit->missing_ms + delay_ms);
		else if (engine->options.mode != ENGINE_PLAN)
			engine_scan(engine);
	} else {
		plan_observed(engine, unit);
	}
}

/* --- doing --- */

void removal_act(struct engine *engine, struct unit *unit)
{
	if (unit->plan.action == PLAN_READ)
		live_template_ask(engine, unit);
	if (unit->plan.action != PLAN_DELETE || unit->gated || !unit->due || unit->forgotten ||
		engine->options.mode == ENGINE_PLAN || unit->look || unit->looking || unit->busy ||
		unit_paused(engine, unit) || !scope_admits(engine, unit->scope))
		return;
	operation_start(engine, unit, OPERATION_DELETE);
}

void removal_done(struct engine *engine, struct unit *unit)
{
	if (!unit->gone)
		engine_report(engine, unit, REPORT_FOLDER, REPORT_NOTICE, "the stack is gone");
	unit->gone = true;
	unit->missing_ms = 0;
	unit->due = false;
	unit->look = false;
	unit->look_due_ms = 0;
	plan_set(&unit->plan, PLAN_NONE, NULL);
	unit_touch(unit);
	unit_changed(unit);
	wake_others(engine);
}
