/* The calls that change something: CreateStack, CreateChangeSet, ExecuteChangeSet. */
#include <string.h>

#include "base/text.h"
#include "engine/state.h"

/* True where the record is safe and the next call may leave. */
static bool clear_to_send(struct engine *engine, struct unit *unit)
{
	return unit_saved(unit) && !unit_paused(engine, unit);
}

static void add_content(const struct unit *unit, struct call *call)
{
	const struct desired_stack *desired = unit->desired;

	call->body = xstrdup(desired->template->body);
	for (size_t i = 0; i < unit->wanted.count; i++) {
		const struct wanted_value *value = &unit->wanted.values[i];

		/* What is not sent on an update falls back to the template's Default, too. */
		if (value->origin != VALUE_PRESET)
			pairs_add(&call->parameters, value->declared->name, value->value);
	}
	texts_copy(&call->capabilities, &desired->capabilities);
}

static void create_stack(struct engine *engine, struct unit *unit)
{
	struct call *call = engine_ask(engine, unit, unit->scope, CALL_CREATE_STACK);

	if (!call)
		return;
	call->stack = xstrdup(unit->name);
	call->token = operation_name(unit, "create");
	add_content(unit, call);
	pairs_add(&call->tags, OWNER_TAG, engine_settings(engine)->owner);
	call->tags_given = true;
	unit->busy = true;
}

/* Tags and topics that the manifest says nothing of stay: where they are left out, the API may drop
 * them. */
static void keep_live(const struct live *live, struct call *call)
{
	for (size_t i = 0; i < live->tags.count; i++)
		if (!text_starts(live->tags.items[i].name, "aws:"))
			pairs_add(&call->tags, live->tags.items[i].name, live->tags.items[i].value);
	call->tags_given = call->tags.count > 0;
	texts_copy(&call->notification_arns, &live->notification_arns);
	call->notification_arns_given = live->notification_arns.count > 0;
}

static void create_change_set(struct engine *engine, struct unit *unit)
{
	struct call *call;
	char hex[DIGEST_HEX_SIZE];

	if (!unit->record.stack_id) {
		operation_drop(engine, unit);
		return;
	}
	if (!unit->live) {
		unit->look = true;
		return;
	}
	call = engine_ask(engine, unit, unit->scope, CALL_CREATE_CHANGE_SET);
	if (!call)
		return;
	call->stack = xstrdup(unit->record.stack_id);
	call->change_set = operation_name(unit, "review");
	call->token = xstrdup(call->change_set);
	digest_hex(&unit->digest, hex, DIGEST_HEX_SIZE - 1);
	call->description = xasprintf("stackd %s", hex);
	add_content(unit, call);
	keep_live(unit->live, call);
	unit->busy = true;
}

/* Did our CreateStack take effect? */
static void look_for_stack(struct engine *engine, struct unit *unit)
{
	if (!unit->live || unit->asked <= unit->unsure) {
		unit->look = true;
	} else if (!stack_status_free(unit->live->status)) {
		operation_turn(engine, unit, STEP_FOLLOW);
	} else if (operation_wanted(engine, unit)) {
		unit->may_send = true;
		unit_pause(engine, unit);
	} else {
		operation_drop(engine, unit);
	}
}

void submit_move(struct engine *engine, struct unit *unit)
{
	bool create = unit->record.operation.kind == OPERATION_CREATE;

	if (!unit->may_send) {
		if (create) {
			look_for_stack(engine, unit);
			return;
		}
		if (!unit->record.operation.unanswered)
			unit_touch(unit);
		unit->record.operation.unanswered = true;
		review_move(engine, unit);
		return;
	}
	if (!clear_to_send(engine, unit))
		return;
	if (!operation_wanted(engine, unit)) {
		operation_drop(engine, unit);
		return;
	}
	if (create)
		create_stack(engine, unit);
	else
		create_change_set(engine, unit);
}

void submit_execute(struct engine *engine, struct unit *unit)
{
	struct call *call;

	if (!unit->may_send) {
		review_move(engine, unit);
		return;
	}
	if (!clear_to_send(engine, unit))
		return;
	if (!operation_wanted(engine, unit)) {
		operation_turn(engine, unit, STEP_DISCARD);
		return;
	}
	call = engine_ask(engine, unit, unit->scope, CALL_EXECUTE_CHANGE_SET);
	if (!call)
		return;
	call->change_set = xstrdup(unit->record.operation.change_set);
	call->token = operation_name(unit, "update");
	unit->busy = true;
}

/* --- answers --- */

static void accepted(struct engine *engine, struct unit *unit, const struct pending *pending,
	struct reply *reply)
{
	struct record *record = &unit->record;

	if (pending->call.kind == CALL_CREATE_CHANGE_SET) {
		replace_text(&record->operation.change_set, reply->change_set_id);
		operation_turn(engine, unit, STEP_REVIEW);
		return;
	}
	if (pending->call.kind == CALL_CREATE_STACK) {
		replace_text(&record->stack_id, reply->stack_id);
		record->created = true;
	}
	operation_turn(engine, unit, STEP_FOLLOW);
	engine_report(engine, unit, REPORT_SUBMIT, REPORT_NOTICE, "%s: %s",
		record->operation.kind == OPERATION_CREATE ? "creating" : "updating",
		record->operation.reason);
	engine_request(engine, reply->request_id);
}

static void refused(struct engine *engine, struct unit *unit, const struct reply *reply)
{
	enum operation_step step = unit->record.operation.step;

	operation_fail(engine, unit, reply->error.kind, reply->error.text, reply->request_id);
	if (step == STEP_EXECUTE)
		operation_turn(engine, unit, STEP_DISCARD);
	else
		operation_drop(engine, unit);
}

/* Perhaps it took effect: look before the call is made again. */
static void unsure(struct engine *engine, struct unit *unit)
{
	unit->may_send = false;
	unit->unsure = engine->next_call;
	unit_pause(engine, unit);
}

/* Everything but a plain refusal may pass by itself. */
static bool passes(const struct reply *reply)
{
	return reply->scope_wide || reply->error.kind == ERROR_THROTTLED ||
	       reply->error.kind == ERROR_TRANSIENT;
}

/* Perhaps it took effect, or it did before: the stack or the change set itself will tell. */
static bool has_to_look(const struct pending *pending, const struct reply *reply)
{
	if (reply->effect == EFFECT_MAYBE || reply->code == REPLY_TOKEN_EXISTS)
		return true;
	if (reply->code == REPLY_ERROR)
		return false;
	return pending->call.kind == CALL_EXECUTE_CHANGE_SET ||
	       (pending->call.kind == CALL_CREATE_CHANGE_SET && reply->code == REPLY_EXISTS);
}

void submit_replied(struct engine *engine, struct pending *pending, struct reply *reply)
{
	struct unit *unit = pending->unit;

	unit->busy = false;
	if (reply->code == REPLY_OK)
		accepted(engine, unit, pending, reply);
	else if (has_to_look(pending, reply))
		unsure(engine, unit);
	else if (reply->code != REPLY_ERROR)
		operation_drop(engine, unit);
	else if (passes(reply))
		unit->may_send = true;
	else
		refused(engine, unit, reply);
}
