/* An operation that was accepted, until the stack has settled. Only events with our own token prove
 * that it was ours that ended; an observation counts if it was asked for after that. */
#include <string.h>

#include "base/text.h"
#include "engine/state.h"
#include "stack/hide.h"

enum {
	TRACELESS_MS = 5 * 60 * 1000, /* settled, but no end of ours among the events */
	EVENTS_LIMIT = 20000,
};

void follow_forget(struct unit *unit)
{
	for (size_t i = 0; i < unit->event_count; i++)
		stack_event_done(&unit->events[i]);
	free(unit->events);
	free(unit->events_token);
	unit->events = NULL;
	unit->events_token = NULL;
	unit->event_count = unit->event_size = 0;
	unit->event_pages = 0;
	unit->reading_events = unit->events_due = false;
}

static char *our_token(const struct unit *unit)
{
	return operation_name(unit, operation_kind_name(unit->record.operation.kind));
}

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

/* The stack has settled, and nothing shows that it was our doing. */
static void lose_trace(struct engine *engine, struct unit *unit)
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

static void ask_events(struct engine *engine, struct unit *unit)
{
	struct call *call;

	if (unit_paused(engine, unit))
		return;
	call = engine_ask(engine, unit, unit->scope, CALL_DESCRIBE_STACK_EVENTS);
	if (!call)
		return;
	call->stack = xstrdup(unit->record.stack_id);
	call->next_token = xstrdup(unit->events_token);
	unit->events_due = false;
	unit->reading_events = true;
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
		ask_events(engine, unit);
}

/* --- events --- */

static bool is_stack_event(const struct unit *unit, const struct stack_event *event)
{
	return strcmp(event->physical_id, unit->record.stack_id) == 0;
}

static bool is_cancelled(const char *reason)
{
	return text_starts(reason, "Resource creation cancelled") ||
	       text_starts(reason, "Resource update cancelled");
}

/* A deletion that turns back says why in the event that ends it. */
static bool turns_back(const struct unit *unit, const struct stack_event *event)
{
	return unit->record.operation.kind == OPERATION_DELETE && is_stack_event(unit, event) &&
	       text_ends(event->status, "_COMPLETE") &&
	       strcmp(event->status, "DELETE_COMPLETE") != 0;
}

/* The first that failed by itself is why all failed. */
static void note_cause(struct unit *unit, const struct stack_event *event)
{
	struct record_operation *operation = &unit->record.operation;

	if (operation->cause || !event->reason || is_cancelled(event->reason) ||
		!(text_ends(event->status, "_FAILED") || turns_back(unit, event)))
		return;
	AUTO(free_text) char *reason = secrets_hide(&unit->secrets, event->reason);

	operation->cause = xasprintf("%s (%s): %s", event->logical_id, event->type, reason);
}

static void tell_event(
	struct engine *engine, const struct unit *unit, const struct stack_event *event)
{
	bool failed = text_ends(event->status, "_FAILED");

	engine_report(engine, unit, REPORT_EVENT, failed ? REPORT_WARNING : REPORT_INFO,
		"%s %s (%s)%s%s", event->status, event->logical_id, event->type,
		event->reason && *event->reason ? ": " : "", event->reason ? event->reason : "");
}

/* What happened to the stack last before our first event: others may have been faster. */
static void note_before(struct unit *unit, const char *token)
{
	struct record_operation *operation = &unit->record.operation;
	bool began = false;

	for (size_t i = 0; i < unit->event_count && !operation->event; i++) {
		const struct stack_event *event = &unit->events[i];
		bool ours = event->token && strcmp(event->token, token) == 0;

		began = began || ours;
		if (ours || !is_stack_event(unit, event))
			continue;
		if (began)
			replace_text(&operation->after, event->time);
		return;
	}
}

/* All of our events since the last time are there: oldest first. */
static void take_events(struct engine *engine, struct unit *unit)
{
	struct record_operation *operation = &unit->record.operation;
	AUTO(free_text) char *token = our_token(unit);
	bool fresh = operation->event == NULL;

	note_before(unit, token);
	for (size_t i = unit->event_count; i-- > 0;) {
		const struct stack_event *event = &unit->events[i];

		if (operation->event && strcmp(event->id, operation->event) == 0) {
			fresh = true;
			continue;
		}
		if (!fresh || !event->token || strcmp(event->token, token) != 0)
			continue;
		tell_event(engine, unit, event);
		note_cause(unit, event);
		stall_end(engine, unit);
		/* The call's own answer may have been lost. */
		if (operation->kind == OPERATION_CREATE)
			unit->record.created = true;
		replace_text(&operation->event, event->id);
		unit_touch(unit);
		if (is_stack_event(unit, event) &&
			stack_status_settled(stack_status_from(event->status))) {
			replace_text(&operation->ended, event->status);
			unit->unsure = engine->next_call;
			unit->look_due_ms = engine->now.boottime_ms;
		}
	}
}

/* True where the pages read so far go back to what was reported, or to our first event. */
static bool reaches_back(const struct unit *unit, const char *token)
{
	const struct record_operation *operation = &unit->record.operation;

	for (size_t i = 0; i < unit->event_count; i++) {
		const struct stack_event *event = &unit->events[i];
		bool ours = event->token && strcmp(event->token, token) == 0;

		if (operation->event ? strcmp(event->id, operation->event) == 0
				     : !ours && is_stack_event(unit, event) && event->token)
			return true;
	}
	return unit->event_count >= EVENTS_LIMIT;
}

static void add_events(struct unit *unit, struct reply *reply)
{
	for (size_t i = 0; i < reply->event_count; i++) {
		GROW(unit->events, unit->event_size, unit->event_count + 1);
		unit->events[unit->event_count++] = reply->events[i];
		reply->events[i] = (struct stack_event){0};
	}
}

static void events_unread(struct engine *engine, struct unit *unit, const struct reply *reply)
{
	unit->events_due = true;
	if (!reply->scope_wide)
		unit_pause(engine, unit);
	/* What was not heard is no proof that nothing took place, however long. */
	if (reply->scope_wide || reply->error.kind == ERROR_TRANSIENT ||
		reply->error.kind == ERROR_THROTTLED)
		return;
	if (reply->code == REPLY_NO_STACK ||
		(unit->live && stack_status_settled(unit->live->status)))
		lose_trace(engine, unit);
}

void follow_events(struct engine *engine, struct pending *pending, struct reply *reply)
{
	struct unit *unit = pending->unit;
	AUTO(free_text) char *token = NULL;

	if (!operation_runs(unit) || unit->record.operation.step != STEP_FOLLOW) {
		follow_forget(unit);
		return;
	}
	unit->reading_events = false;
	if (reply->code != REPLY_OK) {
		events_unread(engine, unit, reply);
		return;
	}
	unit->tries = 0;
	token = our_token(unit);
	add_events(unit, reply);
	replace_text(&unit->events_token, reply->next_token);
	if (pages_go_on(&unit->event_pages, reply->next_token) && !reaches_back(unit, token)) {
		unit->events_due = true;
		return;
	}
	take_events(engine, unit);
	follow_forget(unit);
	if (!unit->record.operation.ended && unit->live && stack_status_settled(unit->live->status))
		lose_trace(engine, unit);
}
