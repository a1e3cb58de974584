#include "engine/engine.h"

#include <string.h>

#include "engine/parts.h"

enum { ROUNDS_LIMIT = 1000 }; /* of one decision; a chain of parents takes one each */

struct engine *engine_new(const struct engine_options *options)
{
	struct engine *engine = xcalloc(1, sizeof(*engine));

	engine->options = *options;
	engine->random = options->seed;
	engine->deadline_ms = UINT64_MAX;
	return engine;
}

void engine_free(struct engine *engine)
{
	if (!engine)
		return;
	outbox_done(engine);
	units_free(engine);
	for (size_t i = 0; i < engine->scope_count; i++)
		scope_free(engine->scopes[i]);
	for (size_t i = 0; i < engine->quota_count; i++)
		quota_free(engine->quotas[i]);
	free(engine->quotas);
	pairs_done(&engine->uploads);
	texts_done(&engine->uploading);
	free(engine->account);
	for (size_t i = 0; i < engine->recalled_count; i++) {
		record_done(&engine->recalled[i].record);
		free(engine->recalled[i].key);
		free(engine->recalled[i].problem);
	}
	for (size_t i = 0; i < engine->promise_count; i++) {
		free(engine->promises[i].key);
		free(engine->promises[i].text);
	}
	free(engine->promises);
	desired_free(engine->desired);
	pairs_done(&engine->told_frozen);
	wipe(engine->state_key, sizeof(engine->state_key));
	free(engine->scopes);
	free(engine->recalled);
	free(engine->overview.rows);
	free(engine);
}

void engine_due(struct engine *engine, uint64_t boottime_ms)
{
	if (boottime_ms < engine->deadline_ms)
		engine->deadline_ms = boottime_ms;
}

void engine_due_wall(struct engine *engine, uint64_t wall_ms)
{
	uint64_t wait_ms = wall_ms > engine->now.wall_ms ? wall_ms - engine->now.wall_ms : 0;

	engine_due(engine, engine->now.boottime_ms + wait_ms);
}

/* SplitMix64 (Steele, Lea, Flood 2014). */
uint64_t engine_random(struct engine *engine)
{
	uint64_t z = engine->random += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

double engine_chance(struct engine *engine)
{
	return (double)(engine_random(engine) >> 11) / (double)(UINT64_C(1) << 53);
}

const struct settings *engine_settings(const struct engine *engine)
{
	return engine->desired->settings;
}

static void rank(struct engine *engine)
{
	if (!engine->ranking)
		return;
	for (size_t i = 0; i < engine->scope_count; i++) {
		struct scope *scope = engine->scopes[i];

		if (!scope->unit_count)
			continue;
		memcpy(scope->ranked, scope->order, scope->unit_count * sizeof(*scope->ranked));
		qsort(scope->ranked, scope->unit_count, sizeof(*scope->ranked),
			unit_compare_urgency);
	}
	engine->ranking = false;
}

static void decide_scope(struct engine *engine, struct scope *scope)
{
	/* What runs comes first, then what was edited, then the periodic look at everything. */
	for (size_t i = 0; i < scope->unit_count; i++)
		if (operation_runs(scope->order[i]))
			operation_move(engine, scope->order[i]);
	observer_looks(engine, scope);
	rank(engine);
	for (size_t i = 0; i < scope->unit_count; i++)
		if (!operation_runs(scope->ranked[i]))
			decision_act(engine, scope->ranked[i]);
	sweep_move(engine, scope);
}

static bool plans_due(const struct engine *engine)
{
	for (size_t i = 0; i < engine->unit_count; i++)
		if (engine->units[i]->replan)
			return true;
	return false;
}

/* Looks at the whole state. A second time at the same moment it finds nothing more to do: what one
 * round changes (an operation that ended lets a child go) the next one sees. */
static void engine_decide(struct engine *engine)
{
	engine->deadline_ms = UINT64_MAX;
	if (!engine->desired)
		return;
	memory_decide(engine);
	if (engine->memory != MEMORY_KNOWN)
		return;
	identity_decide(engine);
	for (unsigned round = 0; round < ROUNDS_LIMIT && (!round || plans_due(engine)); round++) {
		for (size_t i = 0; i < engine->unit_count; i++)
			decision_make(engine, engine->order[i]);
		for (size_t i = 0; i < engine->scope_count; i++)
			decide_scope(engine, engine->scopes[i]);
	}
	for (size_t i = 0; i < engine->unit_count; i++)
		engine_tell(engine, engine->order[i]);
	memory_decide(engine);
}

void engine_desired(struct engine *engine, struct desired *takes, struct moment now)
{
	engine->now = now;
	units_build(engine, takes);
	engine_decide(engine);
}

struct desired *engine_release_desired(struct engine *engine)
{
	return take(engine->desired);
}

void engine_tick(struct engine *engine, struct moment now)
{
	engine->now = now;
	engine_decide(engine);
}

void engine_reconcile(struct engine *engine, struct moment now)
{
	engine->now = now;
	for (size_t i = 0; i < engine->unit_count; i++)
		unit_hasten(engine, engine->units[i]);
	for (size_t i = 0; i < engine->scope_count; i++) {
		engine->scopes[i]->sweep_due_ms = 0;
		engine->scopes[i]->sweep_denied_ms = 0;
	}
	engine_decide(engine);
}

void engine_command(
	struct engine *engine, uint64_t number, const struct command *command, struct moment now)
{
	engine->now = now;
	command_obey(engine, number, command);
	engine_decide(engine);
}

static void dispatch(struct engine *engine, struct pending *pending, struct reply *reply)
{
	if (pending->unit)
		engine_tell_denied(engine, pending, reply);
	switch (pending->call.kind) {
	case CALL_RECALL:
		memory_recalled(engine, reply);
		break;
	case CALL_SAVE:
		memory_saved(engine, pending, reply);
		break;
	case CALL_DESCRIBE_STACKS:
		if (!pending->call.stack)
			sweep_replied(engine, pending, reply);
		else if (pending->unit)
			observer_looked(engine, pending, reply);
		break;
	case CALL_GET_TEMPLATE:
		live_template_replied(engine, pending, reply);
		break;
	case CALL_DESCRIBE_STACK_EVENTS:
		follow_events(engine, pending, reply);
		break;
	case CALL_LIST_CHANGE_SETS:
		review_listed(engine, pending, reply);
		break;
	case CALL_DESCRIBE_CHANGE_SET:
		review_replied(engine, pending, reply);
		break;
	case CALL_DELETE_CHANGE_SET:
		review_deleted(engine, pending, reply);
		break;
	case CALL_CREATE_STACK:
	case CALL_CREATE_CHANGE_SET:
	case CALL_EXECUTE_CHANGE_SET:
	case CALL_DELETE_STACK:
	case CALL_CONTINUE_UPDATE_ROLLBACK:
		submit_replied(engine, pending, reply);
		break;
	case CALL_DESCRIBE_EVENTS:
		review_cause(engine, pending, reply);
		break;
	case CALL_GET_STACK_POLICY:
	case CALL_SET_STACK_POLICY:
	case CALL_UPDATE_TERMINATION_PROTECTION:
		rest_replied(engine, pending, reply);
		break;
	case CALL_GET_TEMPLATE_SUMMARY:
		summary_replied(engine, pending, reply);
		break;
	case CALL_UPLOAD_TEMPLATE:
		upload_replied(engine, pending, reply);
		break;
	case CALL_GET_CALLER_IDENTITY:
		identity_replied(engine, reply);
		break;
	case CALL_KIND_COUNT:
		break;
	}
}

void engine_reply(struct engine *engine, uint64_t call, struct reply *reply, struct moment now)
{
	size_t i = 0;

	engine->now = now;
	while (i < engine->pending_count && engine->pending[i]->call.id != call)
		i++;
	if (i == engine->pending_count)
		return;

	struct pending *pending = engine->pending[i];

	engine->pending[i] = engine->pending[--engine->pending_count];
	if (pending->scope)
		scope_replied(engine, pending, reply);
	if (pending->unit || !pending->scope || pending->call.kind == CALL_DESCRIBE_STACKS ||
		pending->call.kind == CALL_GET_CALLER_IDENTITY ||
		pending->call.kind == CALL_UPLOAD_TEMPLATE)
		dispatch(engine, pending, reply);
	pending_free(pending);
	engine_decide(engine);
}

uint64_t engine_deadline(const struct engine *engine)
{
	return engine->deadline_ms;
}
