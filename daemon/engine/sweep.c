/* Pages of all stacks, or one call per stack, whichever is fewer. */
#include "base/text.h"
#include "engine/parts.h"

enum { SWEEP_DENIED_MS = 60 * 60 * 1000 };

static void plan_sweep(struct engine *engine, struct scope *scope)
{
	double interval_ms = (double)engine_settings(engine)->interval_ms;

	scope->sweep_due_ms = engine->now.boottime_ms +
			      (uint64_t)(interval_ms * (0.9 + 0.2 * engine_chance(engine))) + 1;
}

/* Whoever has the name of a stack that we deleted: it is no concern of ours. */
static bool is_watched(const struct unit *unit)
{
	return !unit->gone || unit->child_count;
}

static void begin_sweep(struct engine *engine, struct scope *scope)
{
	size_t count = 0;

	for (size_t i = 0; i < scope->unit_count; i++)
		count += is_watched(scope->order[i]);
	plan_sweep(engine, scope);
	if (!count)
		return;
	if (scope->sweep_denied_ms > engine->now.boottime_ms || scope->pages > count) {
		for (size_t i = 0; i < scope->unit_count; i++)
			if (is_watched(scope->order[i]))
				scope->order[i]->look = true;
		observer_looks(engine, scope);
		return;
	}
	scope->sweeping = true;
	scope->sweep_pages = 0;
	scope->endless = 0;
	replace_text(&scope->sweep_token, NULL);
	for (size_t i = 0; i < scope->unit_count; i++)
		scope->order[i]->seen = false;
}

void sweep_move(struct engine *engine, struct scope *scope)
{
	struct call *call;

	if (!scope->sweeping && scope->sweep_due_ms <= engine->now.boottime_ms)
		begin_sweep(engine, scope);
	engine_due(engine, scope->sweeping ? UINT64_MAX : scope->sweep_due_ms);
	if (!scope->sweeping || scope->sweep_out)
		return;
	call = engine_ask(engine, NULL, scope, CALL_DESCRIBE_STACKS);
	if (!call)
		return;
	call->next_token = xstrdup(scope->sweep_token);
	scope->sweep_out = true;
}

static void end_sweep(struct scope *scope)
{
	scope->sweeping = false;
	scope->pages = scope->sweep_pages;
	/* Not to be in a sweep is a hint only. */
	for (size_t i = 0; i < scope->unit_count; i++) {
		struct unit *unit = scope->order[i];

		if (is_watched(unit) && !unit->seen &&
			!(unit->live && unit->live->status == STACK_ABSENT))
			unit->look = true;
	}
}

void sweep_replied(struct engine *engine, struct pending *pending, struct reply *reply)
{
	struct scope *scope = pending->scope;

	scope->sweep_out = false;
	if (reply->code != REPLY_OK) {
		if (reply->scope_wide)
			return; /* the same page again */
		scope->sweeping = false;
		scope->sweep_due_ms =
			engine->now.boottime_ms + engine_settings(engine)->retry_min_ms;
		if (reply->error.kind == ERROR_DENIED) {
			scope->sweep_denied_ms = engine->now.boottime_ms + SWEEP_DENIED_MS;
			scope->sweep_due_ms = 0;
			engine_report(engine, NULL, REPORT_SCOPE, REPORT_NOTICE,
				"%s: %s; stacks are asked for one by one", scope->label,
				reply->error.text);
		}
		return;
	}
	for (size_t i = 0; i < reply->stack_count; i++) {
		struct live *live = reply->stacks[i];
		const struct address address = {
			.role = scope->role, .region = scope->region, .name = live->name};
		struct unit *unit = unit_find(engine, &address);

		/* Two roles may see the same stack: one of them looks after it. */
		if (!unit || unit->scope != scope || stack_status_free(live->status))
			continue;
		unit->seen = true;
		observer_take(engine, unit, take(reply->stacks[i]), pending->call.id);
	}
	scope->sweep_pages++;
	replace_text(&scope->sweep_token, reply->next_token);
	if (!pages_go_on(&scope->endless, reply->next_token))
		end_sweep(scope);
}
