/* Every stack as people see it, and whether there is anything left to happen. */
#include <string.h>

#include "engine/parts.h"

static enum stack_state state_of(const struct unit *unit)
{
	static const enum stack_state states[] = {
		[PLAN_LOOK] = STATE_UNKNOWN,
		[PLAN_NONE] = STATE_IN_SYNC,
		[PLAN_CREATE] = STATE_CREATE,
		[PLAN_UPDATE] = STATE_UPDATE,
		[PLAN_ASK] = STATE_UNKNOWN,
		[PLAN_READ] = STATE_UNKNOWN,
		[PLAN_FOLLOW] = STATE_RUNNING,
		[PLAN_WAIT] = STATE_WAIT,
		[PLAN_HOLD] = STATE_HOLD,
		[PLAN_FROZEN] = STATE_FROZEN,
		[PLAN_DELETE] = STATE_DELETE,
		[PLAN_CONTINUE] = STATE_UPDATE,
		[PLAN_REST] = STATE_UPDATE,
	};

	return operation_runs(unit) ? STATE_RUNNING : states[unit->plan.action];
}

static bool was_observed(const struct unit *unit)
{
	return unit->live && unit->plan.action != PLAN_READ && unit->plan.action != PLAN_LOOK;
}

/* It can't be observed: by itself, or because nothing there can be. */
static const char *unreadable(const struct unit *unit)
{
	if (was_observed(unit))
		return NULL;
	if (unit->trouble)
		return unit->trouble;
	return unit->scope->closed ? unit->scope->trouble : NULL;
}

static const char *action_of(const struct unit *unit)
{
	if (operation_runs(unit))
		return operation_kind_name(unit->record.operation.kind);
	return plan_action_name(unit->plan.action);
}

static uint64_t next_attempt(const struct engine *engine, const struct unit *unit)
{
	uint64_t boottime_ms = engine->now.boottime_ms;

	if (unit->gated && unit->due_wall_ms)
		return unit->due_wall_ms;
	if (unit->not_before_ms > boottime_ms)
		return engine->now.wall_ms + unit->not_before_ms - boottime_ms;
	return 0;
}

/* Why what is planned, or was begun, can't leave; NULL: it can. */
static const char *banned(const struct unit *unit)
{
	enum operation_step step = unit->record.operation.step;
	enum stack_state state = state_of(unit);
	bool leaves = operation_runs(unit) ? step == STEP_SUBMIT || step == STEP_EXECUTE
					   : state == STATE_CREATE || state == STATE_UPDATE ||
						     state == STATE_DELETE;

	return leaves ? unit->scope->ban : NULL;
}

static void fill_observed(
	const struct engine *engine, const struct unit *unit, struct overview_row *row)
{
	row->state = state_of(unit);
	row->action = action_of(unit);
	row->reason = banned(unit);
	if (!row->reason)
		row->reason = unit->plan.reason;
	row->next_attempt_ms = next_attempt(engine, unit);
	row->suspended = unit->record.suspended;
	if (unreadable(unit)) {
		row->unreadable = true;
		row->reason = unreadable(unit);
	} else if (!row->reason && row->state != STATE_IN_SYNC) {
		row->reason = "not observed yet";
	}
}

static void fill_unit(struct unit *unit, struct overview_row *row)
{
	row->stack_id = unit->record.stack_id;
	row->status = unit->live ? stack_status_name(unit->live->status) : NULL;
	if (unit->live && unit->live->status_text)
		row->status = unit->live->status_text;
	if (!digest_is_zero(&unit->asks)) {
		digest_hex(&unit->asks, unit->asks_hex, DIGEST_HEX_SIZE - 1);
		row->approval = unit->asks_hex;
	}
}

static void fill_row(const struct engine *engine, const struct desired_stack *stack,
	struct unit *unit, struct overview_row *row)
{
	*row = (struct overview_row){
		.stack = stack->name ? stack->name : stack->manifest,
		.region = stack->region,
		.manifest = stack->manifest,
		.path = stack->path,
		.state = STATE_FROZEN,
		.action = plan_action_name(PLAN_FROZEN),
	};
	if (stack->frozen)
		row->reason = stack->problems.items[0];
	if (!unit)
		return;
	fill_unit(unit, row);
	if (!stack->frozen)
		fill_observed(engine, unit, row);
}

/* Of a stack whose manifest is gone. */
static void fill_removal(const struct engine *engine, struct unit *unit, struct overview_row *row)
{
	*row = (struct overview_row){
		.stack = unit->name,
		.region = unit->region,
		.manifest = approval_name(unit),
		.path = "",
	};
	fill_unit(unit, row);
	fill_observed(engine, unit, row);
}

static bool is_removal(const struct unit *unit)
{
	return !unit->desired && !unit->gone && removal_concerns(&unit->record);
}

/* Nothing will happen to it that has not begun. */
static bool at_rest(struct engine *engine, const struct unit *unit)
{
	enum plan_action action = unit->plan.action;
	bool plan = engine->options.mode == ENGINE_PLAN;

	if (identity_awaited(engine, unit))
		return false;
	if (is_removal(unit))
		return plan ? was_observed(unit) || unreadable(unit) != NULL
			    : !unit->due || (!operation_runs(unit) &&
						    (action == PLAN_HOLD || action == PLAN_WAIT));
	/* As long as it isn't seen to be gone, what it needs is held. */
	if (needed_stays(unit) && !unit->child_count && unreadable(unit))
		return true;
	/* A parent: what its children take from it must be known. */
	if (!unit->desired)
		return unit->gone ||
		       ((unit->live || unit->trouble) && (plan || !operation_runs(unit)));
	if (unreadable(unit) && (plan || unit->trouble))
		return true;
	/* Who we are is refused: another try tells the same. */
	if (unit->scope->denied && engine->options.mode == ENGINE_ONCE)
		return true;
	if (plan)
		return was_observed(unit);
	if (operation_runs(unit) || unit->busy || unit->saving ||
		(!unit_saved(unit) && !unit->forgotten))
		return false;
	if (action == PLAN_UPDATE || action == PLAN_CREATE || action == PLAN_ASK ||
		action == PLAN_DELETE || action == PLAN_CONTINUE)
		return unit->refused && unit->gated;
	if (action == PLAN_REST)
		return unit->tries > 0;
	if (rest_unread(engine, unit))
		return false;
	return action == PLAN_NONE || action == PLAN_WAIT || action == PLAN_HOLD ||
	       action == PLAN_FROZEN;
}

struct sorted_row {
	unsigned depth;
	size_t index;
};

static int compare_rows(const void *a, const void *b)
{
	const struct sorted_row *first = a, *second = b;

	if (first->depth != second->depth)
		return first->depth < second->depth ? -1 : 1;
	return first->index < second->index ? -1 : first->index > second->index;
}

/* Manifests are sorted by name already. */
static void sort_rows(const struct engine *engine, struct sorted_row *sorted)
{
	for (size_t i = 0; i < engine->desired->stack_count; i++)
		sorted[i] = (struct sorted_row){
			.depth = engine->rows[i] ? engine->rows[i]->depth : 0, .index = i};
	qsort(sorted, engine->desired->stack_count, sizeof(*sorted), compare_rows);
}

const struct overview *engine_overview(struct engine *engine)
{
	struct overview *overview = &engine->overview;
	size_t count = engine->desired ? engine->desired->stack_count : 0;
	struct sorted_row *sorted = xcalloc(count + 1, sizeof(*sorted));
	size_t most = count + engine->unit_count + 1; /* with those whose manifest is gone */

	overview->rows = xrealloc(overview->rows, most * sizeof(*overview->rows));
	overview->count = count;
	memset(overview->states, 0, sizeof(overview->states));
	overview->observed = overview->finished = engine->memory == MEMORY_KNOWN;
	if (count)
		sort_rows(engine, sorted);
	for (size_t i = 0; i < count; i++) {
		size_t index = sorted[i].index;
		struct unit *unit = engine->rows[index];

		fill_row(engine, engine->desired->stacks[index], unit, &overview->rows[i]);
		overview->states[overview->rows[i].state]++;
	}
	for (size_t i = 0; i < engine->unit_count; i++) {
		struct unit *unit = engine->units[i];

		if (engine->memory == MEMORY_KNOWN && is_removal(unit)) {
			fill_removal(engine, unit, &overview->rows[overview->count]);
			overview->states[overview->rows[overview->count++].state]++;
		}
		overview->observed = overview->observed && (unit->live || !unit->desired);
		overview->finished = overview->finished && at_rest(engine, unit);
	}
	free(sorted);
	return overview;
}
