/* What people want while it runs: approvals, suspensions, another try, a look. Each command is
 * answered once what it changed is remembered. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "engine/parts.h"

enum { REASON_LIMIT = 1000 };

static bool concerns(const struct unit *unit)
{
	return unit->desired || (!unit->gone && removal_concerns(&unit->record));
}

/* A stack is meant by its manifest, else by its name, or by REGION/STACK. Of several with one name
 * *other is one more: nobody guesses which one is meant. */
static struct unit *meant(const struct engine *engine, const char *stack, const struct unit **other)
{
	struct unit *found = NULL;

	*other = NULL;

	for (size_t i = 0; i < engine->unit_count; i++) {
		struct unit *unit = engine->units[i];

		if (!concerns(unit))
			continue;
		if (strcmp(approval_name(unit), stack) == 0 || strcmp(unit->key, stack) == 0) {
			*other = NULL;
			return unit;
		}
		if (strcmp(unit->name, stack) != 0)
			continue;
		*other = found ? found : *other;
		found = unit;
	}
	return found;
}

static void promise(struct engine *engine, uint64_t number, const struct unit *unit,
	const char *format, ...) FORMAT(4, 5);
static void promise(
	struct engine *engine, uint64_t number, const struct unit *unit, const char *format, ...)
{
	struct promise *one;
	va_list arguments;

	GROW(engine->promises, engine->promise_size, engine->promise_count + 1);
	one = &engine->promises[engine->promise_count++];
	*one = (struct promise){.number = number};
	if (unit) {
		one->key = xstrdup(unit->key);
		one->generation = unit->generation;
	}
	va_start(arguments, format);
	one->text = xvasprintf(format, arguments);
	va_end(arguments);
}

/* Who did what, for the journal. `which` is empty, or says that all were meant. */
static void tell(struct engine *engine, const struct unit *unit, const struct command *command,
	const char *which, const char *text)
{
	static const char *const done[] = {
		[COMMAND_APPROVE] = "approved",
		[COMMAND_SUSPEND] = "suspended",
		[COMMAND_RESUME] = "resumed",
		[COMMAND_RETRY] = "tried again",
		[COMMAND_RECONCILE] = "looked at again",
	};
	const char *giver = command->giver;

	engine_report(engine, unit, REPORT_STATE, REPORT_NOTICE, "%s%s%s%s%s%s", which,
		done[command->kind], giver ? " by " : "", giver ? giver : "", text ? ": " : "",
		text ? text : "");
}

/* --- approvals --- */

/* Digits of what waits; people type the first twelve. */
static bool names(const char *hex, const struct digest *digest)
{
	char whole[DIGEST_HEX_SIZE];
	size_t length = strlen(hex);

	digest_hex(digest, whole, DIGEST_HEX_SIZE - 1);
	return length >= GUARD_DIGEST_SHOWN && length < DIGEST_HEX_SIZE &&
	       strncasecmp(whole, hex, length) == 0;
}

static void approve(
	struct engine *engine, uint64_t number, struct unit *unit, const struct command *command)
{
	struct record_approval *approval = &unit->record.approved;
	bool held = operation_held(unit);
	char waits[DIGEST_HEX_SIZE];

	if (digest_is_zero(&unit->asks)) {
		engine_answer(engine, number, ANSWER_REFUSED, "nothing of %s waits for an approval",
			approval_name(unit));
		return;
	}
	if (!names(command->text, &unit->asks)) {
		digest_hex(&unit->asks, waits, GUARD_DIGEST_SHOWN);
		engine_answer(engine, number, ANSWER_REFUSED,
			"what waits in %s is %s, not this: %s", approval_name(unit), waits,
			unit->plan.reason);
		return;
	}
	record_approval_clear(approval);
	approval->digest = unit->asks;
	if (held)
		approval->change_set = xstrdup(unit->record.operation.change_set);
	unit->told = PLAN_NONE; /* held once more for the same reason, it is said once more */
	unit_touch(unit);
	unit_changed(unit);
	digest_hex(&unit->asks, waits, GUARD_DIGEST_SHOWN);
	tell(engine, unit, command, "", waits);
	promise(engine, number, unit, "%s: %s is approved, once", approval_name(unit), waits);
}

/* --- the others --- */

static void suspend(struct unit *unit, const char *why)
{
	replace_text(&unit->record.suspended, why);
	unit_touch(unit);
	unit_changed(unit);
}

static bool by_manifest(const struct unit *unit)
{
	return unit->desired && unit->desired->suspend;
}

/* What failed, failed; it is tried as if it were new. */
static void retry(struct engine *engine, struct unit *unit)
{
	struct record *record = &unit->record;
	struct digest failed = record->failed;

	record_forgive(record);
	/* What is kept for a look goes with the next edit: an edit of what failed. */
	if (unit->live && unit->live->status == STACK_CREATE_FAILED)
		record->failed = failed;
	record->continues = 0;
	memset(record->reverts_ms, 0, sizeof(record->reverts_ms));
	unit->refused = false;
	unit->tries = 0;
	unit->edited = ++engine->edits;
	engine->ranking = true;
	unit->look = true;
	scope_lift(unit->scope);
	unit_hasten(engine, unit);
	unit_touch(unit);
}

static void look(struct engine *engine, struct unit *unit)
{
	unit->look = true;
	unit->edited = ++engine->edits;
	engine->ranking = true;
	unit_hasten(engine, unit);
}

/* What the command does to one stack; the sentence that says so. */
static const char *obey_for(struct engine *engine, struct unit *unit, const struct command *command)
{
	switch (command->kind) {
	case COMMAND_SUSPEND:
		suspend(unit, command->text);
		return "suspended; it is observed, but not changed";
	case COMMAND_RESUME:
		suspend(unit, NULL);
		return by_manifest(unit) ? "resumed, but its manifest suspends it as well"
					 : "resumed";
	case COMMAND_RETRY:
		retry(engine, unit);
		return "what failed is forgotten, and tried again";
	default:
		look(engine, unit);
		return "is looked at now";
	}
}

static void obey_for_one(
	struct engine *engine, uint64_t number, struct unit *unit, const struct command *command)
{
	const char *said = obey_for(engine, unit, command);

	tell(engine, unit, command, "", command->text);
	promise(engine, number, unit, "%s: %s", approval_name(unit), said);
}

static void obey_for_all(struct engine *engine, uint64_t number, const struct command *command)
{
	const char *said = NULL;
	size_t count = 0;
	char which[64];

	for (size_t i = 0; i < engine->unit_count; i++) {
		struct unit *unit = engine->units[i];

		if (!concerns(unit))
			continue;
		said = obey_for(engine, unit, command);
		unit->promised = unit->generation;
		count++;
	}
	for (size_t i = 0; i < engine->scope_count; i++)
		engine->scopes[i]->sweep_due_ms = 0;
	if (!count) {
		engine_answer(engine, number, ANSWER_DONE,
			"there is no manifest in %s, so no stack: nothing was done",
			engine->desired->folder);
		return;
	}
	snprintf(which, sizeof(which), "all stacks (%zu): ", count);
	tell(engine, NULL, command, which, command->text);
	promise(engine, number, NULL, "%zu stack%s: %s", count, count == 1 ? "" : "s", said);
}

static bool sensible(const struct command *command)
{
	size_t length = command->text ? strlen(command->text) : 0;

	if (command->kind == COMMAND_APPROVE)
		return command->stack && length;
	return command->kind != COMMAND_SUSPEND || (length && length <= REASON_LIMIT);
}

void command_obey(struct engine *engine, uint64_t number, const struct command *command)
{
	const struct unit *other;
	struct unit *unit;

	if (!sensible(command)) {
		engine_answer(engine, number, ANSWER_REFUSED,
			"expected a stack and a digest, or a reason");
		return;
	}
	if (engine->memory != MEMORY_KNOWN || !engine->desired) {
		engine_answer(engine, number, ANSWER_FAILED,
			"what is remembered is not known yet; try again in a moment");
		return;
	}
	if (!command->stack) {
		obey_for_all(engine, number, command);
		return;
	}
	unit = meant(engine, command->stack, &other);
	if (other)
		engine_answer(engine, number, ANSWER_REFUSED,
			"there are several stacks %s: name its manifest, such as %s or %s",
			command->stack, approval_name(other), approval_name(unit));
	else if (!unit)
		engine_answer(engine, number, ANSWER_UNKNOWN, "there is no manifest or stack %s",
			command->stack);
	else if (unit->forgotten && command->kind != COMMAND_RECONCILE)
		engine_answer(engine, number, ANSWER_FAILED,
			"what is remembered of %s can't be read: %s", approval_name(unit),
			unit->forgotten);
	else if (command->kind == COMMAND_APPROVE)
		approve(engine, number, unit, command);
	else if (command->kind == COMMAND_RESUME && by_manifest(unit) && !unit->record.suspended)
		engine_answer(engine, number, ANSWER_REFUSED,
			"%s is suspended by its manifest: take the key 'suspend' out of it",
			approval_name(unit));
	else
		obey_for_one(engine, number, unit, command);
}

/* --- answers --- */

enum kept { KEPT, KEPT_NOT_YET, KEPT_NOT };

static enum kept is_kept(const struct unit *unit, uint64_t generation)
{
	if (unit->forgotten || unit->saved >= generation)
		return KEPT;
	return unit->save_due_ms ? KEPT_NOT : KEPT_NOT_YET;
}

static enum kept kept(const struct engine *engine, const struct promise *promise)
{
	enum kept worst = KEPT;

	for (size_t i = 0; i < engine->unit_count; i++) {
		const struct unit *unit = engine->units[i];
		enum kept one;

		if (promise->key && strcmp(promise->key, unit->key) != 0)
			continue;
		one = is_kept(unit, promise->key ? promise->generation : unit->promised);
		worst = one > worst ? one : worst;
	}
	return worst;
}

void commands_decide(struct engine *engine)
{
	size_t left = 0;

	for (size_t i = 0; i < engine->promise_count; i++) {
		struct promise *promise = &engine->promises[i];
		enum kept state = kept(engine, promise);

		if (state == KEPT_NOT_YET) {
			engine->promises[left++] = *promise;
			continue;
		}
		if (state == KEPT)
			engine_answer(engine, promise->number, ANSWER_DONE, "%s", promise->text);
		else
			engine_answer(engine, promise->number, ANSWER_FAILED,
				"it can't be remembered; see the journal");
		free(promise->key);
		free(promise->text);
	}
	engine->promise_count = left;
}
