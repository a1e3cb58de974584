/* The calls that change something: CreateStack, CreateChangeSet, ExecuteChangeSet, DeleteStack,
 * ContinueUpdateRollback. */
#include <string.h>

#include "base/text.h"
#include "engine/parts.h"

enum { FRESH_MS = 10 * 1000 };

/* True where the record is safe and the next call may leave. */
static bool clear_to_send(struct engine *engine, struct unit *unit)
{
	return unit_saved(unit) && !unit_paused(engine, unit);
}

static void add_content(const struct engine *engine, const struct unit *unit, struct call *call)
{
	const struct desired_stack *desired = unit->desired;

	upload_name(engine, unit, call);
	for (size_t i = 0; i < unit->wanted.count; i++) {
		const struct wanted_value *value = &unit->wanted.values[i];

		/* What is not sent on an update falls back to the template's Default, too. */
		if (value->origin != VALUE_PRESET)
			pairs_add(&call->parameters, value->declared->name, value->value);
	}
	texts_copy(&call->capabilities, &desired->capabilities);
}

/* Tags, topics and role. What the manifest says nothing of stays as it is: where it is left out,
 * the API may drop it. */
static void add_rest(struct engine *engine, const struct unit *unit, struct call *call)
{
	const struct desired_stack *desired = unit->desired;
	const struct live *live = unit->live;
	const char *owner = pairs_get(&live->tags, OWNER_TAG);

	if (desired->tags_given)
		pairs_copy(&call->tags, &desired->tags);
	for (size_t i = 0; !desired->tags_given && i < live->tags.count; i++)
		if (!text_starts(live->tags.items[i].name, "aws:"))
			pairs_set(&call->tags, live->tags.items[i].name, live->tags.items[i].value);
	/* On stacks that stackd created, and only those. */
	if (call->kind == CALL_CREATE_STACK)
		owner = engine_settings(engine)->owner;
	if (owner)
		pairs_set(&call->tags, OWNER_TAG, owner);
	call->tags_given = call->tags.count > 0 || desired->tags_given;
	texts_copy(&call->notification_arns, desired->notification_arns_given
						     ? &desired->notification_arns
						     : &live->notification_arns);
	call->notification_arns_given =
		call->notification_arns.count > 0 || desired->notification_arns_given;
	call->role_arn = xstrdup(desired->role_arn);
}

static const char *const on_failures[] = {
	[ON_FAILURE_ROLLBACK] = NULL,
	[ON_FAILURE_DELETE] = "DELETE",
	[ON_FAILURE_KEEP] = "DO_NOTHING",
};

static void create_stack(struct engine *engine, struct unit *unit)
{
	struct call *call = engine_ask(engine, unit, unit->scope, CALL_CREATE_STACK);

	if (!call)
		return;
	call->stack = xstrdup(unit->name);
	call->token = operation_name(unit, "create");
	add_content(engine, unit, call);
	add_rest(engine, unit, call);
	call->on_failure = xstrdup(on_failures[unit->desired->on_failure]);
	call->timeout_minutes = unit->desired->timeout_minutes;
	unit->busy = true;
}

/* What the manifest says nothing of is sent as it was seen: somebody may have changed it since. */
static bool carries_what_is_old(const struct engine *engine, const struct unit *unit)
{
	const struct desired_stack *desired = unit->desired;

	return (!desired->tags_given || !desired->notification_arns_given) &&
	       unit->seen_ms + FRESH_MS < engine->now.boottime_ms;
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
	if (carries_what_is_old(engine, unit)) {
		unit->look_due_ms = engine->now.boottime_ms;
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
	add_content(engine, unit, call);
	add_rest(engine, unit, call);
	unit->busy = true;
}

/* Of the stack as a whole, by its id. */
static void act_on_stack(struct engine *engine, struct unit *unit)
{
	const struct record_operation *operation = &unit->record.operation;
	bool delete = operation->kind == OPERATION_DELETE;
	struct call *call = engine_ask(engine, unit, unit->scope,
		delete ? CALL_DELETE_STACK : CALL_CONTINUE_UPDATE_ROLLBACK);

	if (!call)
		return;
	call->stack = xstrdup(unit->record.stack_id);
	call->token = operation_name(unit, operation_kind_name(operation->kind));
	unit->busy = true;
}

/* It was seen since the operation began, and is deleted already. */
static bool was_made(const struct unit *unit)
{
	return unit->record.stack_id && text_same(unit->record.stack_id, unit->live->stack_id);
}

/* Something came of the call that had no answer: it is under way, or over. */
static bool took_effect(const struct unit *unit)
{
	enum stack_status status = unit->live->status;

	if (unit->record.operation.kind == OPERATION_CREATE)
		return !stack_status_free(status) || was_made(unit);
	return !stack_status_settled(status) || stack_status_free(status);
}

static void look_for_effect(struct engine *engine, struct unit *unit)
{
	if (!unit->live || unit->asked <= unit->unsure) {
		unit->look = true;
	} else if (took_effect(unit)) {
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
	enum operation_kind kind = unit->record.operation.kind;

	if (!unit->may_send) {
		if (kind != OPERATION_UPDATE) {
			look_for_effect(engine, unit);
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
		/* That it was not found is no proof: reads may be stale. */
		if (unit->record.operation.unanswered)
			operation_turn(engine, unit, STEP_DISCARD);
		else
			operation_drop(engine, unit);
		return;
	}
	bool content = kind == OPERATION_CREATE || kind == OPERATION_UPDATE;

	if (content && !upload_ready(engine, unit))
		return;
	if (kind == OPERATION_CREATE)
		create_stack(engine, unit);
	else if (kind == OPERATION_UPDATE)
		create_change_set(engine, unit);
	else
		act_on_stack(engine, unit);
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
	/* It was let go by other rules: read it again, and judge by these. */
	if (unit->record.operation.judged && !approval_stands(engine, unit)) {
		operation_turn(engine, unit, STEP_REVIEW);
		review_move(engine, unit);
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

static const char *const doing[] = {
	[OPERATION_CREATE] = "creating",
	[OPERATION_UPDATE] = "updating",
	[OPERATION_DELETE] = "deleting",
	[OPERATION_CONTINUE] = "continuing its rollback",
};

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
		doing[record->operation.kind], record->operation.reason);
	engine_request(engine, reply->request_id);
}

static void refused(struct engine *engine, struct unit *unit, const struct reply *reply)
{
	enum operation_step step = unit->record.operation.step;

	if (unit->record.operation.kind == OPERATION_CONTINUE)
		wreck_refused(engine, unit, reply);
	else
		operation_fail(
			engine, unit, reply->error.kind, reply->error.text, reply->request_id);
	/* An earlier one under this token may have made the set. */
	if (step == STEP_EXECUTE || unit->record.operation.unanswered)
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

/* Of these the stack's events tell how the first call under this token went. */
static bool is_on_stack(enum call_kind kind)
{
	return kind == CALL_DELETE_STACK || kind == CALL_CONTINUE_UPDATE_ROLLBACK;
}

void submit_replied(struct engine *engine, struct pending *pending, struct reply *reply)
{
	struct unit *unit = pending->unit;

	unit->busy = false;
	if (reply->code == REPLY_OK)
		accepted(engine, unit, pending, reply);
	else if (reply->code == REPLY_TOKEN_EXISTS && is_on_stack(pending->call.kind))
		operation_turn(engine, unit, STEP_FOLLOW);
	else if (has_to_look(pending, reply))
		unsure(engine, unit);
	else if (reply->code != REPLY_ERROR)
		operation_drop(engine, unit);
	else if (passes(reply))
		unit->may_send = true;
	else
		refused(engine, unit, reply);
}
