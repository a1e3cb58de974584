/* The events of an operation: which are ours, how it ended, and why. */
#include <string.h>

#include "base/text.h"
#include "engine/parts.h"
#include "stack/hide.h"

enum { EVENTS_LIMIT = 20000 };

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

void follow_ask(struct engine *engine, struct unit *unit)
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
	/* Nor where the stack was not seen since either. */
	if (reply->code == REPLY_NO_STACK || (unit->live && unit->asked > unit->unsure &&
						     stack_status_settled(unit->live->status)))
		follow_trace_lost(engine, unit);
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
		follow_trace_lost(engine, unit);
}
