/* What was seen of a stack, and the looks at one alone. */
#include <string.h>

#include "base/text.h"
#include "engine/parts.h"

enum {
	POLL_MOST_MS = 30 * 1000, /* PollInterval stretches so far when many stacks move */
	TRIES_TOLD = 3,
};

/* Polls of what runs take at most half of the read rate. */
static uint64_t poll_ms(const struct engine *engine, const struct scope *scope)
{
	const struct settings *settings = engine_settings(engine);
	uint64_t least_ms = settings->poll_interval_ms;
	uint64_t fair_ms = (uint64_t)((double)scope->running * 2000 / scope->quota->reads.ceiling);

	if (fair_ms > POLL_MOST_MS)
		fair_ms = POLL_MOST_MS;
	return fair_ms > least_ms ? fair_ms : least_ms;
}

/* --- one observation --- */

static bool live_same(const struct live *a, const struct live *b)
{
	return a->status == b->status && text_same(a->status_text, b->status_text) &&
	       text_same(a->status_reason, b->status_reason) &&
	       text_same(a->stack_id, b->stack_id) && text_same(a->updated, b->updated) &&
	       text_same(a->parent_id, b->parent_id) &&
	       pairs_equal(&a->parameters, &b->parameters) &&
	       pairs_equal(&a->resolved, &b->resolved) &&
	       a->termination_protection == b->termination_protection &&
	       text_same(a->role_arn, b->role_arn) && pairs_equal(&a->outputs, &b->outputs) &&
	       pairs_equal(&a->tags, &b->tags) &&
	       texts_equal(&a->notification_arns, &b->notification_arns);
}

/* Of the version of the stack that was in sync last: "STATUS TIME", see unit_version(). */
static const char *settled_time(const struct unit *unit)
{
	const char *version = unit->record.settled.version;
	const char *blank = version ? strrchr(version, ' ') : NULL;

	return blank ? blank + 1 : "";
}

static bool is_deletion(enum stack_status status)
{
	return status == STACK_DELETE_IN_PROGRESS || status == STACK_DELETE_FAILED ||
	       status == STACK_DELETE_COMPLETE;
}

/* Reads may be stale: what is older than what was seen already, before a restart too, says nothing.
 * Times are ISO 8601, so they compare as texts. */
static bool is_stale(const struct unit *unit, const struct live *live)
{
	if (!live->stack_id)
		return false;
	bool met = unit->live && unit->live->stack_id;
	bool known = met && text_same(unit->live->stack_id, live->stack_id);

	/* Who had the name before was created before. */
	if (met && !known && live->created && unit->live->created &&
		strcmp(live->created, unit->live->created) < 0)
		return true;
	if (known && strcmp(live_time(live), live_time(unit->live)) < 0)
		return true;
	/* A deletion that failed is followed by another one only, and sets no time. */
	if (known && unit->doomed && !is_deletion(live->status))
		return true;
	/* What is deleted stays so; what was in sync later may have been another of that name. */
	if (stack_status_free(live->status))
		return false;
	return text_same(unit->record.stack_id, live->stack_id) &&
	       strcmp(live_time(live), settled_time(unit)) < 0;
}

/* Another stack has the name now: nothing that is remembered is of this one. */
static void meet_stack(struct engine *engine, struct unit *unit, const char *stack_id)
{
	struct record *record = &unit->record;

	if (text_same(record->stack_id, stack_id))
		return;
	if (record->stack_id) {
		/* Its change set went with the stack it was made for. */
		if (record->operation.kind == OPERATION_UPDATE)
			operation_drop(engine, unit);
		record->created = record->adopted = false;
		record->listed = false;
		replace_text(&record->wreck, NULL);
		record_mark_clear(&record->template);
		record_mark_clear(&record->verdict);
		pairs_done(&record->secrets);
		texts_done(&record->orphans);
	}
	replace_text(&record->stack_id, stack_id);
	unit_touch(unit);
}

/* What is under way concerns the stack of this id alone, whoever has its name by now. */
static bool is_bound(const struct unit *unit)
{
	const struct record_operation *operation = &unit->record.operation;

	return operation_runs(unit) && unit->record.stack_id &&
	       (operation->step == STEP_FOLLOW || operation->kind != OPERATION_UPDATE);
}

void observer_take(struct engine *engine, struct unit *unit, struct live *takes, uint64_t asked)
{
	const struct record *record = &unit->record;
	bool follows = operation_runs(unit) && record->operation.step == STEP_FOLLOW;
	bool other = is_bound(unit) && !text_same(record->stack_id, takes->stack_id);

	bool late = unit->live && asked < unit->asked; /* a newer answer was faster */
	bool stale = is_stale(unit, takes);

	if (other || late || stale) {
		live_free(takes);
		unit->look = unit->look && !stale;
		if (follows || stale)
			unit->look_due_ms = engine->now.boottime_ms + poll_ms(engine, unit->scope);
		return;
	}

	bool moved = !unit->live || unit->live->status != takes->status ||
		     !text_same(unit->live->updated, takes->updated);

	bool same = unit->live && text_same(unit->live->stack_id, takes->stack_id);

	unit->doomed = takes->status == STACK_DELETE_FAILED || (same && unit->doomed);
	unit->asked = asked;
	unit->seen_ms = engine->now.boottime_ms;
	unit->look = unit->by_name = false;
	unit->look_due_ms = 0;
	if (!unit->trouble_reading || moved) {
		replace_text(&unit->trouble, NULL);
		unit->trouble_reading = false;
	}
	if (!operation_runs(unit) || takes->stack_id)
		meet_stack(engine, unit, takes->stack_id);
	if (unit->live && live_same(unit->live, takes)) {
		live_free(takes);
	} else {
		live_free(unit->live);
		unit->live = takes;
		unit_changed(unit);
	}
	if (moved)
		stall_end(engine, unit);
	if (follows)
		follow_observed(unit, moved);
	if (follows || !stack_status_settled(unit->live->status))
		unit->look_due_ms = engine->now.boottime_ms + poll_ms(engine, unit->scope);
}

static struct live *live_absent(const struct unit *unit)
{
	struct live *live = xcalloc(1, sizeof(*live));

	live->status = STACK_ABSENT;
	live->name = xstrdup(unit->name);
	return live;
}

/* What is left of a stack that was deleted so long ago that not even its id is known. */
static struct live *live_gone(const struct unit *unit)
{
	struct live *live = live_absent(unit);

	live->status = STACK_DELETE_COMPLETE;
	live->status_text = xstrdup(stack_status_name(live->status));
	live->stack_id = xstrdup(unit->record.stack_id);
	live->updated = xstrdup(unit->live ? live_time(unit->live) : settled_time(unit));
	return live;
}

/* The stack can't be observed or read. What may pass by itself is no news at once. */
void observer_trouble(
	struct engine *engine, struct unit *unit, const struct reply *reply, bool template)
{
	if (reply->scope_wide)
		return;
	unit_pause(engine, unit);
	if (reply->error.kind == ERROR_TRANSIENT && unit->tries < TRIES_TOLD)
		return;
	replace_text(&unit->trouble, reply->error.text);
	unit->trouble_reading = template;
	unit_changed(unit);
}

/* --- looks --- */

static bool look_due(struct engine *engine, struct unit *unit)
{
	if (unit->looking)
		return false;
	if (unit->look)
		return true;
	if (!unit->look_due_ms)
		return false;
	if (unit->look_due_ms <= engine->now.boottime_ms)
		return true;
	engine_due(engine, unit->look_due_ms);
	return false;
}

/* Many that are due at once are cheaper to see in one sweep. */
static bool sweep_instead(struct engine *engine, struct scope *scope)
{
	size_t due = 0;

	for (size_t i = 0; i < scope->unit_count; i++)
		due += !scope->order[i]->look && look_due(engine, scope->order[i]);
	if (!scope->pages || due <= scope->pages ||
		scope->sweep_denied_ms > engine->now.boottime_ms)
		return false;
	if (!scope->sweeping)
		scope->sweep_due_ms = 0;
	return true;
}

void observer_looks(struct engine *engine, struct scope *scope)
{
	bool sweep = sweep_instead(engine, scope);

	for (size_t i = 0; i < scope->unit_count; i++) {
		struct unit *unit = scope->order[i];
		struct call *call;

		if (!look_due(engine, unit) || (sweep && !unit->look) || unit_paused(engine, unit))
			continue;
		call = engine_ask(engine, unit, scope, CALL_DESCRIBE_STACKS);
		if (!call)
			return;
		call->stack =
			xstrdup(unit->record.stack_id && !unit->by_name ? unit->record.stack_id
									: unit->name);
		unit->looking = true;
	}
}

/* If its manifest is still there, memory tells that somebody else deleted it. */
static bool keeps_id(const struct engine *engine, const struct unit *unit)
{
	return !unit->desired && removal_concerns(&unit->record) && doubt_folder(engine);
}

/* By its id it is gone: who has the name now? Where no manifest wants it, nobody asks. */
static void look_by_name(struct engine *engine, struct unit *unit)
{
	bool stays = needed_stays(unit);
	bool removed = !unit->desired &&
		       (removal_concerns(&unit->record) || (stays && !unit->child_count));

	meet_stack(engine, unit, NULL);
	unit->look = true;
	if (removed)
		removal_done(engine, unit);
	else if (stays)
		texts_done(&unit->record.parents); /* it had them, not whoever has its name now */
}

/* By this id there is nothing, not even a deleted stack. */
static void vanished(struct engine *engine, struct unit *unit, uint64_t asked)
{
	enum operation_kind kind = unit->record.operation.kind;
	bool over = is_bound(unit) ? kind == OPERATION_DELETE || kind == OPERATION_CONTINUE
				   : keeps_id(engine, unit);

	if (over) {
		observer_take(engine, unit, live_gone(unit), asked);
	} else if (is_bound(unit) && unit->record.operation.step == STEP_FOLLOW) {
		/* A stale read says so of a new stack, too. For how long, its events tell. */
		unit->events_due = !unit->record.operation.ended;
		unit->look_due_ms = engine->now.boottime_ms + poll_ms(engine, unit->scope);
	} else if (operation_runs(unit) && kind == OPERATION_UPDATE) {
		/* Likewise: its change set tells. Forgotten for a stale read, it would be left. */
		unit->look = false;
		unit->look_due_ms = engine->now.boottime_ms + poll_ms(engine, unit->scope);
	} else if (unit->desired) {
		/* A stale read says so of a new one: it is known to be gone once its name is. */
		unit->by_name = unit->look = true;
	} else {
		look_by_name(engine, unit);
	}
}

void observer_looked(struct engine *engine, struct pending *pending, struct reply *reply)
{
	struct unit *unit = pending->unit;
	bool by_id = strcmp(pending->call.stack, unit->name) != 0;

	unit->looking = false;
	if (reply->code == REPLY_OK && reply->stack_count) {
		unit->tries = 0;
		if (by_id && !is_bound(unit) && !keeps_id(engine, unit) &&
			stack_status_free(reply->stacks[0]->status))
			look_by_name(engine, unit);
		else
			observer_take(engine, unit, take(reply->stacks[0]), pending->call.id);
	} else if (reply->code == REPLY_NO_STACK || reply->code == REPLY_OK) {
		if (by_id)
			vanished(engine, unit, pending->call.id);
		else
			observer_take(engine, unit, live_absent(unit), pending->call.id);
	} else {
		unit->look = true;
		observer_trouble(engine, unit, reply, false);
	}
}
