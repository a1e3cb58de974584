/* An operation that was accepted, until the stack has settled. Only events with our own token prove
 * that it was ours that ended; an observation counts if it was asked for after that. */
#include <string.h>

#include "base/text.h"
#include "engine/parts.h"
#include "stack/hide.h"

enum { TRACELESS_MS = 5 * 60 * 1000 }; /* settled, but no end of ours among the events */

void follow_observed(struct unit *unit, bool moved)
{
	bool settled = stack_status_settled(unit->live->status);
	bool spare = unit->scope->quota->reads.tokens > unit->scope->quota->reads.ceiling;

	if (!unit->record.operation.ended && (moved || settled || spare))
		unit->events_due = true;
}

/* --- finishing --- */

static const char *const done_words[] = {
	[OPERATION_CREATE] = "created",
	[OPERATION_UPDATE] = "updated",
	[OPERATION_DELETE] = "deleted",
	[OPERATION_CONTINUE] = "rolled back",
};

static void settle(struct engine *engine, struct unit *unit)
{
	struct record *record = &unit->record;
	struct record_operation *operation = &record->operation;
	AUTO(free_text) char *version = unit_version(unit);

	record_mark_set(&record->template, version, &operation->template);
	record->by_url = operation->by_url;
	record_settle(record, version);
	record_forgive(record);
	record->created = record->created || operation->kind == OPERATION_CREATE;
	record->adopted = true;
	record->ssm_ms = engine->now.wall_ms;
	record->ssm_changed = false;
	replace_text(&record->wreck, NULL);
	unit->policy_known = false; /* looked at after our changes */
	scope_ended(engine, unit->scope, true);
}

/* The next stack of that name is made because this one is gone: nobody else did that. */
static void clear_away(struct unit *unit)
{
	struct record *record = &unit->record;

	record->created = record->adopted = false;
	record->foreign_ms = 0;
	record_mark_clear(&record->settled);
}

/* What was rolled back left the template that was there before. To read it would be to believe a
 * read from before the rollback. */
static void keep_template(struct unit *unit)
{
	const struct record_operation *operation = &unit->record.operation;
	struct record_mark *mark = &unit->record.template;
	const char *before = operation->updated ? operation->updated : unit->live->created;
	const char *known = mark->version ? strrchr(mark->version, ' ') : NULL;
	const struct digest digest = mark->digest;
	AUTO(free_text) char *version = unit_version(unit);

	if (known && text_same(known + 1, before) &&
		(unit->live->status == STACK_UPDATE_ROLLBACK_COMPLETE ||
			unit->live->status == STACK_UPDATE_ROLLBACK_FAILED))
		record_mark_set(mark, version, &digest);
}

static void succeed(struct engine *engine, struct unit *unit)
{
	struct record_operation *operation = &unit->record.operation;

	engine_report(engine, unit, REPORT_SUCCEEDED, REPORT_NOTICE, "%s (%s)",
		done_words[operation->kind], operation->ended);
	unit->told = PLAN_NONE;
	replace_text(&unit->told_reason, NULL);
	if (operation->kind == OPERATION_CONTINUE) {
		keep_template(unit);
		wreck_continued(engine, unit, true);
	} else if (operation->kind == OPERATION_DELETE && !unit->desired)
		removal_done(engine, unit);
	else if (operation->kind == OPERATION_DELETE)
		clear_away(unit);
	else
		settle(engine, unit);
}

static void fail(struct engine *engine, struct unit *unit)
{
	const struct record_operation *operation = &unit->record.operation;
	const char *cause = operation->cause ? operation->cause : operation->ended;

	keep_template(unit);
	if (operation->kind != OPERATION_CONTINUE) {
		operation_fail(engine, unit, ERROR_REFUSED, cause, NULL);
		wreck_left(unit);
		return;
	}
	wreck_left(unit);
	wreck_continued(engine, unit, false);
	scope_ended(engine, unit->scope, false);
	engine_report(
		engine, unit, REPORT_FAILED, REPORT_ERR, "its rollback failed again: %s", cause);
}

static bool ended_well(const struct record_operation *operation)
{
	enum stack_status status = stack_status_from(operation->ended);

	if (operation->kind == OPERATION_DELETE)
		return stack_status_free(status);
	if (operation->kind == OPERATION_CONTINUE)
		return status == STACK_UPDATE_ROLLBACK_COMPLETE;
	return !stack_status_failed(status) && !stack_status_free(status);
}

/* True where what was observed is what the operation left, not a stale read from before. */
static bool is_after(const struct unit *unit)
{
	const struct record_operation *operation = &unit->record.operation;
	const struct live *live = unit->live;

	if (!live || unit->asked <= unit->unsure || !stack_status_settled(live->status))
		return false;
	if (operation->kind == OPERATION_CREATE || stack_status_free(live->status))
		return true;
	bool moved_on = live->updated && !text_same(live->updated, operation->updated);

	/* Another's rollback went well where ours had not, and its time is the same. */
	if (operation->kind == OPERATION_CONTINUE && live->status != STACK_UPDATE_ROLLBACK_FAILED)
		return true;
	/* Somebody may have gone on from there already. */
	if (operation->kind != OPERATION_UPDATE)
		return moved_on || !operation->ended ||
		       text_same(live->status_text, operation->ended);
	/* It may be what somebody else made of it right before. */
	return moved_on && (!operation->after || strcmp(live->updated, operation->after) >= 0);
}

static void finish(struct engine *engine, struct unit *unit)
{
	if (ended_well(&unit->record.operation))
		succeed(engine, unit);
	else
		fail(engine, unit);
	operation_drop(engine, unit);
	/* It was looked at just now. */
	unit->look = false;
	unit->look_due_ms = 0;
}

/* Deletions and continued rollbacks: where the stack is tells how they ended, whoever's doing it
 * was. */
static void finish_without_trace(struct engine *engine, struct unit *unit)
{
	struct record_operation *operation = &unit->record.operation;

	replace_text(&operation->ended, stack_status_name(unit->live->status));
	if (!operation->cause && unit->live->status_reason)
		operation->cause = secrets_hide(&unit->secrets, unit->live->status_reason);
	finish(engine, unit);
}

/* Perhaps its change set was never executed: then it goes before the next change. */
static void drop_unproven(struct engine *engine, struct unit *unit)
{
	bool leaves = unit->record.operation.kind == OPERATION_UPDATE;

	unit->record.operation.unanswered = leaves;
	operation_drop(engine, unit);
	if (leaves)
		unit->record.orphans_ms = engine->now.wall_ms;
}

void follow_trace_lost(struct engine *engine, struct unit *unit)
{
	/* By its id it never comes back, so there is nothing to wait for. */
	bool gone = is_after(unit) && unit->live->status == STACK_DELETE_COMPLETE;
	enum operation_kind kind = unit->record.operation.kind;

	if (!unit->traceless_ms)
		unit->traceless_ms = engine->now.boottime_ms;
	if (!gone && engine->now.boottime_ms - unit->traceless_ms < TRACELESS_MS)
		return;
	if (is_after(unit) && (kind == OPERATION_DELETE || (kind == OPERATION_CONTINUE && !gone))) {
		finish_without_trace(engine, unit);
		return;
	}
	if (gone) {
		operation_fail(engine, unit, ERROR_REFUSED,
			"somebody else deleted the stack meanwhile", NULL);
	} else if (is_after(unit) && stack_status_failed(unit->live->status)) {
		/* Whoever's doing it was: repeated without a count, it might fail for ever. */
		operation_fail(
			engine, unit, ERROR_REFUSED, stack_status_name(unit->live->status), NULL);
		drop_unproven(engine, unit);
		return;
	} else {
		engine_report(engine, unit, REPORT_FAILED, REPORT_WARNING,
			"no event shows that the operation took place; looking again");
		/* That the change set was not found is no proof that it was executed. */
		if (unit->record.operation.kind == OPERATION_UPDATE) {
			operation_turn(engine, unit, STEP_DISCARD);
			return;
		}
	}
	operation_drop(engine, unit);
}

void follow_move(struct engine *engine, struct unit *unit)
{
	if (unit->record.operation.ended && is_after(unit)) {
		finish(engine, unit);
		return;
	}
	if (!unit->look_due_ms && !unit->looking)
		unit->look_due_ms = engine->now.boottime_ms;
	if (unit->events_due && !unit->reading_events)
		follow_ask(engine, unit);
}
