/* Change sets: until they are computed, and away with those that are not executed. */
#include <string.h>

#include "base/text.h"
#include "engine/parts.h"

enum {
	REVIEW_POLL_MS = 2000,    /* at most; a change set takes seconds */
	TRACELESS_MS = 30 * 1000, /* CreateChangeSet may be seen a moment later */
};

bool review_finds_nothing(const struct change_set *set)
{
	return strcmp(set->status, "FAILED") == 0 &&
	       (strstr(set->status_reason, "didn't contain changes") ||
		       strstr(set->status_reason, "No updates are to be performed"));
}

/* A verdict: nothing to do for what is wanted, until one of them moves. */
static void note_verdict(struct engine *engine, struct unit *unit)
{
	struct record *record = &unit->record;

	/* If somebody changed the stack meanwhile, nothing was said of what it is now. */
	if (unit->live && text_same(unit->live->updated, record->operation.updated)) {
		AUTO(free_text) char *version = unit_version(unit);

		record_mark_set(&record->verdict, version, &record->operation.digest);
		record_settle(record, version);
	}
	if (record->operation.look)
		ssm_looked(engine, unit, false);
	else
		engine_report(engine, unit, REPORT_SUCCEEDED, REPORT_INFO,
			"a change set found nothing to do");
}

/* --- one that failed --- */

/* Newer accounts say in the events of a change set which resource was at fault. */
static void ask_cause(struct engine *engine, struct unit *unit)
{
	struct call *call = engine_ask(engine, unit, unit->scope, CALL_DESCRIBE_EVENTS);

	if (!call)
		return;
	call->change_set = xstrdup(unit->record.operation.change_set);
	unit->busy = true;
}

static void fail(struct engine *engine, struct unit *unit, const char *cause)
{
	AUTO(free_text) char *said = take(unit->review.failed);

	operation_fail(engine, unit, ERROR_REFUSED, cause ? cause : said, NULL);
	operation_turn(engine, unit, STEP_DISCARD);
}

void review_cause(struct engine *engine, struct pending *pending, struct reply *reply)
{
	struct unit *unit = pending->unit;
	AUTO(free_text) char *cause = NULL;

	unit->busy = false;
	if (!operation_runs(unit) || !unit->review.failed)
		return;
	if (reply->code != REPLY_OK && (reply->scope_wide || reply->error.kind == ERROR_THROTTLED))
		return;
	for (size_t i = reply->event_count; i-- > 0 && !cause;) {
		const struct stack_event *event = &reply->events[i];

		if (event->reason && *event->reason)
			cause = xasprintf(
				"%s (%s): %s", event->logical_id, event->type, event->reason);
	}
	fail(engine, unit, cause);
}

void review_poll_again(struct engine *engine, struct unit *unit)
{
	uint64_t poll_ms = engine_settings(engine)->poll_interval_ms;

	unit->not_before_ms =
		engine->now.boottime_ms + (poll_ms < REVIEW_POLL_MS ? poll_ms : REVIEW_POLL_MS);
}

void review_move(struct engine *engine, struct unit *unit)
{
	struct review *review = &unit->review;
	const struct pair *nested = review_nested(review);
	struct call *call;

	if (review->failed) {
		ask_cause(engine, unit);
		return;
	}
	if (review->root_read && !nested) {
		approval_review(engine, unit);
		return;
	}
	if (unit_paused(engine, unit))
		return;
	call = engine_ask(engine, unit, unit->scope, CALL_DESCRIBE_CHANGE_SET);
	if (!call)
		return;
	if (nested) {
		call->change_set = xstrdup(nested->name);
	} else if (unit->record.operation.change_set) {
		call->change_set = xstrdup(unit->record.operation.change_set);
	} else {
		call->change_set = operation_name(unit, "review");
		call->stack = xstrdup(unit->record.stack_id);
	}
	call->next_token = xstrdup(review->token);
	unit->busy = true;
}

/* It is computed, and can be executed. */
static void available(struct engine *engine, struct unit *unit, struct reply *reply)
{
	bool sent = unit->record.operation.step == STEP_EXECUTE;

	if (sent) {
		/* It was not executed. */
		if (operation_wanted(engine, unit))
			unit->may_send = true;
		else
			operation_turn(engine, unit, STEP_DISCARD);
	} else if (unit->record.operation.look && !(unit->desired && unit->desired->follow_ssm)) {
		ssm_looked(engine, unit, true);
		operation_turn(engine, unit, STEP_DISCARD);
	} else if (!operation_wanted(engine, unit)) {
		operation_turn(engine, unit, STEP_DISCARD);
	} else {
		if (unit->record.operation.step != STEP_REVIEW)
			operation_turn(engine, unit, STEP_REVIEW);
		if (unit->record.operation.look)
			ssm_looked(engine, unit, true);
		unit->record.operation.look = false;
		review_take_page(&unit->review, NULL, &reply->change_sets[0], reply->next_token);
	}
}

static void reviewed(struct engine *engine, struct unit *unit, struct reply *reply)
{
	const struct change_set *set = &reply->change_sets[0];
	const char *status = set->status, *execution = set->execution_status;

	if (!unit->record.operation.change_set) {
		replace_text(&unit->record.operation.change_set, set->id);
		unit_touch(unit);
	}
	if (strcmp(execution, "EXECUTE_IN_PROGRESS") == 0 ||
		strcmp(execution, "EXECUTE_COMPLETE") == 0 ||
		strcmp(execution, "EXECUTE_FAILED") == 0) {
		operation_turn(engine, unit, STEP_FOLLOW);
	} else if (strcmp(status, "CREATE_COMPLETE") == 0 && strcmp(execution, "AVAILABLE") == 0) {
		available(engine, unit, reply);
	} else if (strcmp(status, "FAILED") == 0) {
		if (review_finds_nothing(set)) {
			note_verdict(engine, unit);
			operation_turn(engine, unit, STEP_DISCARD);
		} else {
			replace_text(&unit->review.failed, set->status_reason);
		}
	} else if (strcmp(execution, "OBSOLETE") == 0) {
		operation_turn(engine, unit, STEP_DISCARD);
	} else if (text_starts(status, "DELETE_")) {
		operation_drop(engine, unit);
	} else {
		review_poll_again(engine, unit);
	}
}

/* There is no such change set. */
static void not_found(struct engine *engine, struct unit *unit)
{
	switch (unit->record.operation.step) {
	case STEP_SUBMIT:
		if (operation_wanted(engine, unit))
			unit->may_send = true;
		else
			operation_turn(engine, unit, STEP_DISCARD);
		unit_pause(engine, unit);
		break;
	case STEP_EXECUTE: /* executed ones vanish from the list; the events will tell */
		operation_turn(engine, unit, STEP_FOLLOW);
		break;
	default:
		if (!unit->traceless_ms)
			unit->traceless_ms = engine->now.boottime_ms;
		if (engine->now.boottime_ms - unit->traceless_ms >= TRACELESS_MS)
			operation_turn(engine, unit, STEP_DISCARD);
		else
			review_poll_again(engine, unit);
	}
}

void review_replied(struct engine *engine, struct pending *pending, struct reply *reply)
{
	struct unit *unit = pending->unit;

	unit->busy = false;
	if (!operation_runs(unit))
		return;
	if (review_nested(&unit->review)) {
		review_read_nested(engine, unit, reply);
		return;
	}
	if (reply->code == REPLY_OK)
		reviewed(engine, unit, reply);
	else if (reply->code == REPLY_NO_CHANGE_SET)
		not_found(engine, unit);
	else if (reply->code == REPLY_NO_STACK)
		operation_drop(engine, unit);
	else if (!reply->scope_wide)
		unit_pause(engine, unit);
}

/* --- away with it --- */

static bool delete_set(struct engine *engine, struct unit *unit, const char *name)
{
	struct call *call = engine_ask(engine, unit, unit->scope, CALL_DELETE_CHANGE_SET);

	if (!call)
		return false;
	call->change_set = xstrdup(name);
	if (!text_starts(name, "arn:"))
		call->stack = xstrdup(unit->record.stack_id);
	unit->busy = true;
	return true;
}

void review_discard(struct engine *engine, struct unit *unit)
{
	AUTO(free_text) char *name = operation_name(unit, "review");
	const char *id = unit->record.operation.change_set;

	if (!unit_saved(unit) || unit_paused(engine, unit))
		return;
	delete_set(engine, unit, id ? id : name);
}

static void drop_orphan(struct unit *unit, const char *name)
{
	struct texts kept = {0};

	for (size_t i = 0; i < unit->record.orphans.count; i++)
		if (strcmp(unit->record.orphans.items[i], name) != 0)
			texts_add(&kept, unit->record.orphans.items[i]);
	texts_done(&unit->record.orphans);
	unit->record.orphans = kept;
	unit_touch(unit);
}

void review_deleted(struct engine *engine, struct pending *pending, struct reply *reply)
{
	struct unit *unit = pending->unit;
	struct record *record = &unit->record;
	/* An orphan's deletion may have been on its way when the operation came to this. */
	bool discards = operation_runs(unit) && record->operation.step == STEP_DISCARD &&
			!texts_have(&record->orphans, pending->call.change_set);

	unit->busy = false;
	if (discards && (reply->code == REPLY_BUSY || reply->code == REPLY_CHANGE_SET_STATUS)) {
		/* Not computed yet; or an execution that was thought lost has begun: look. */
		operation_turn(engine, unit, STEP_REVIEW);
		return;
	}
	if (reply->code == REPLY_ERROR || reply->code == REPLY_BUSY) {
		if (!reply->scope_wide)
			unit_pause(engine, unit);
		return;
	}
	unit->tries = 0;
	if (!discards) {
		drop_orphan(unit, pending->call.change_set);
		return;
	}
	operation_drop(engine, unit);
}

bool review_tidy(struct engine *engine, struct unit *unit)
{
	struct record *record = &unit->record;
	struct call *call;

	if (unit->busy || unit_paused(engine, unit))
		return false;
	/* They went with their stack. */
	if (record->orphans.count && !record->stack_id) {
		texts_done(&record->orphans);
		unit_touch(unit);
	}
	if (record->orphans.count && record->orphans_ms <= engine->now.wall_ms) {
		if (unit_saved(unit))
			delete_set(engine, unit, record->orphans.items[0]);
		return false;
	}
	if (record->orphans.count)
		engine_due_wall(engine, record->orphans_ms);
	if (record->listed || record->created || !record->stack_id)
		return true;
	call = engine_ask(engine, unit, unit->scope, CALL_LIST_CHANGE_SETS);
	if (call) {
		call->stack = xstrdup(record->stack_id);
		call->next_token = xstrdup(unit->list_token);
		unit->busy = true;
	}
	return false;
}

void review_listed(struct engine *engine, struct pending *pending, struct reply *reply)
{
	struct unit *unit = pending->unit;
	struct record *record = &unit->record;

	unit->busy = false;
	replace_text(&unit->list_token, NULL);
	if (reply->code != REPLY_OK) {
		unit->look = unit->look || reply->code == REPLY_NO_STACK;
		if (!reply->scope_wide)
			unit_pause(engine, unit);
		return;
	}
	for (size_t i = 0; i < reply->change_set_count; i++) {
		const char *name = reply->change_sets[i].name;

		if (!text_starts(name, REVIEW_PREFIX) || texts_have(&record->orphans, name))
			continue;
		texts_add(&record->orphans, name);
		record->orphans_ms = engine->now.wall_ms;
		unit_touch(unit);
	}
	bool more = pages_go_on(&unit->list_pages, reply->next_token);

	replace_text(&unit->list_token, more ? reply->next_token : NULL);
	record->listed = !more;
	unit_touch(unit);
}
