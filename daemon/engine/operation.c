/* One change, from submit to settled. Its record is saved before each call that changes something;
 * after a restart, or without an answer, it looks before it acts again. */
#include <string.h>

#include "engine/backoff.h"
#include "engine/parts.h"
#include "stack/hide.h"

enum {
	SLOWLY = 5, /* doublings more where only a person can help */
};

bool operation_runs(const struct unit *unit)
{
	const struct record_operation *operation = &unit->record.operation;

	return operation->kind != OPERATION_NONE && operation->step != STEP_HOLD;
}

bool operation_held(const struct unit *unit)
{
	const struct record_operation *operation = &unit->record.operation;

	return operation->kind != OPERATION_NONE && operation->step == STEP_HOLD;
}

char *operation_name(const struct unit *unit, const char *what)
{
	return xasprintf("stackd-%s-%s", what, unit->record.operation.token);
}

static void note_revert(const struct engine *engine, struct record *record)
{
	record->reverts_ms[1] = record->reverts_ms[0];
	record->reverts_ms[0] = engine->now.wall_ms;
	record->foreign_ms = 0;
}

void operation_start(struct engine *engine, struct unit *unit, enum operation_kind kind)
{
	struct record *record = &unit->record;
	struct record_operation *operation = &record->operation;

	if (unit->foreign)
		note_revert(engine, record);
	if (kind == OPERATION_CREATE) {
		replace_text(&record->stack_id, NULL);
		record->created = record->adopted = false;
		record_mark_clear(&record->template);
		record_mark_clear(&record->verdict);
	}
	record_operation_done(operation);
	record_approval_clear(&record->approved);
	review_forget(unit);
	operation->kind = kind;
	operation->step = STEP_SUBMIT;
	operation->token = xasprintf("%016llx", (unsigned long long)engine_random(engine));
	/* In sync: all that is left to see is behind SSM parameters. */
	operation->look = kind == OPERATION_UPDATE && unit->plan.action == PLAN_NONE;
	operation->reason = xstrdup(operation->look     ? "a look behind its SSM parameters"
				    : unit->plan.reason ? unit->plan.reason
							: "");
	replace_text(&operation->updated, unit->live->updated);
	operation->digest = unit->digest;
	/* A change set is judged once it is read. */
	if (kind != OPERATION_UPDATE)
		operation->judged = approval_rules(engine, unit);
	if (unit->desired) {
		operation->template = unit->desired->template->canonical;
		operation->by_url = unit->desired->template_url != NULL;
		wanted_secrets(&unit->wanted, engine->state_key, &operation->secrets);
	}
	operation->started_ms = unit->stirred_ms = engine->now.wall_ms;
	unit->stalled = false;
	unit->scope->running++;
	operation_turn(engine, unit, STEP_SUBMIT);
	unit_changed(unit);
}

void operation_turn(struct engine *engine, struct unit *unit, enum operation_step step)
{
	bool ran = operation_runs(unit);

	unit->record.operation.step = step;
	unit->scope->running += operation_runs(unit);
	unit->scope->running -= ran;
	stall_end(engine, unit);
	if (step != STEP_REVIEW)
		review_forget(unit);
	unit->may_send = true;
	unit->unsure = engine->next_call;
	unit->not_before_ms = 0;
	unit->tries = 0;
	unit->traceless_ms = 0;
	if (step == STEP_FOLLOW)
		unit->look_due_ms = engine->now.boottime_ms + 1;
	unit_touch(unit);
}

/* Where a CreateChangeSet was left without an answer, it may arrive yet, after all is over. */
static void note_orphan(const struct engine *engine, struct unit *unit)
{
	struct record *record = &unit->record;
	AUTO(free_text) char *name = operation_name(unit, "review");

	if (!record->operation.unanswered || !record->stack_id)
		return;
	texts_add(&record->orphans, name);
	record->orphans_ms = engine->now.wall_ms + ORPHAN_MS;
}

/* What never came to change the stack was no revert: it may be tried again at once. */
static void forget_revert(const struct engine *engine, struct record *record)
{
	uint64_t delay_ms = engine_settings(engine)->revert_delay_ms;
	uint64_t started_ms = record->operation.started_ms;

	if (record->operation.step == STEP_FOLLOW || record->reverts_ms[0] != started_ms)
		return;
	record->reverts_ms[0] = record->reverts_ms[1];
	record->reverts_ms[1] = 0;
	record->foreign_ms = started_ms > delay_ms ? started_ms - delay_ms : 1;
}

void operation_drop(struct engine *engine, struct unit *unit)
{
	note_orphan(engine, unit);
	if (unit->record.operation.look)
		ssm_over(engine, unit);
	forget_revert(engine, &unit->record);
	engine_disown(engine, unit);
	unit->scope->running -= operation_runs(unit);
	record_operation_done(&unit->record.operation);
	review_forget(unit);
	unit->may_send = unit->busy = false;
	unit->look = true;
	follow_forget(unit);
	unit_touch(unit);
	unit_changed(unit);
}

bool operation_passes(enum error_kind kind)
{
	return kind == ERROR_DENIED || kind == ERROR_QUOTA;
}

static unsigned attempts_after(
	const struct settings *settings, unsigned attempts, enum error_kind kind)
{
	unsigned most = (unsigned)settings->max_attempts;

	if (kind == ERROR_INVALID)
		return most;
	return operation_passes(kind) && attempts >= most ? most - 1 : attempts;
}

uint64_t operation_pause_ms(struct engine *engine, unsigned attempts, enum error_kind kind)
{
	const struct settings *settings = engine_settings(engine);

	if (kind == ERROR_QUOTA)
		return settings->retry_max_ms;
	return backoff_ms(attempts + (operation_passes(kind) ? SLOWLY : 0), settings->retry_min_ms,
		settings->retry_max_ms, engine_chance(engine));
}

void operation_fail(struct engine *engine, struct unit *unit, enum error_kind kind,
	const char *cause, const char *request_id)
{
	const struct settings *settings = engine_settings(engine);
	struct record *record = &unit->record;
	/* Nothing is wrong with what is wanted: it is in sync. */
	if (record->operation.look) {
		engine_report(engine, unit, REPORT_FAILED, REPORT_WARNING,
			"can't look behind its SSM parameters: %s", cause);
		return;
	}

	bool again = digest_equal(&record->failed, &record->operation.digest);
	AUTO(free_text) char *shown_cause = secrets_hide(&unit->secrets, cause);

	upload_doubt(engine, unit);
	record->attempts = attempts_after(settings, again ? record->attempts + 1 : 1, kind);
	record->failed = record->operation.digest;
	/* What failed first tells most: what follows may be a wreck's own trouble. */
	if (!again || !record->cause)
		replace_text(&record->cause, shown_cause);
	record->not_before_ms =
		engine->now.wall_ms + operation_pause_ms(engine, record->attempts, kind);
	unit->refused = true;
	engine->ranking = true;
	engine_report(engine, unit, REPORT_FAILED, REPORT_ERR, "%s failed: %s",
		operation_kind_name(record->operation.kind), cause);
	if (request_id && *request_id)
		engine_request(engine, request_id);
	scope_ended(engine, unit->scope, false);
	unit_touch(unit);
}

bool operation_wanted(struct engine *engine, struct unit *unit)
{
	const struct desired_stack *desired = unit->desired;
	const struct record_operation *operation = &unit->record.operation;
	char *waits = NULL, *missing = NULL;

	/* What has no change set was let go by rules that may be others by now. */
	if (operation->kind != OPERATION_UPDATE && operation->judged &&
		!approval_stands(engine, unit))
		return false;
	/* What removes a stack is wanted as long as nobody names it again. */
	if (!desired && operation->kind == OPERATION_DELETE)
		return removal_wanted(engine, unit);
	/* Somebody may have mended meanwhile what failed. */
	if (operation->kind == OPERATION_DELETE && !wreck_stands(unit))
		return false;
	AUTO(free_text) char *doubt = identity_doubt(engine, unit);

	if (doubt)
		return false;
	if (!desired || desired->frozen || desired->suspend || unit->record.suspended ||
		desired->apply == APPLY_NEVER)
		return false;
	input_resolve(engine, unit, &waits, &missing);
	free(waits);
	free(missing);
	return unit->resolved && digest_equal(&unit->digest, &operation->digest);
}

/* After a start parents are not known at once, and one that is being changed may have other outputs
 * soon: then nobody can say yet whether it is still wanted. */
static bool waits_for_parents(const struct unit *unit)
{
	enum operation_step step = unit->record.operation.step;

	if (step == STEP_FOLLOW || step == STEP_DISCARD)
		return false;
	for (size_t i = 0; unit->parents && unit->parents[i]; i++) {
		const struct unit *parent = unit->parents[i];

		if ((!parent->live && !parent->trouble) ||
			(operation_runs(parent) && !parent->record.operation.look))
			return true;
	}
	return false;
}

/* Likewise what its template declares, where that is behind a URL. */
static bool waits_for_template(struct engine *engine, struct unit *unit)
{
	enum operation_step step = unit->record.operation.step;

	if (step == STEP_FOLLOW || step == STEP_DISCARD || unit->trouble || !unit->desired ||
		!desired_template_awaited(unit->desired))
		return false;
	summary_ask(engine, unit);
	return true;
}

void operation_move(struct engine *engine, struct unit *unit)
{
	stall_warn(engine, unit);
	if (engine->options.mode == ENGINE_PLAN || unit->busy || unit->forgotten ||
		waits_for_parents(unit) || waits_for_template(engine, unit))
		return;
	switch (unit->record.operation.step) {
	case STEP_SUBMIT:
		submit_move(engine, unit);
		break;
	case STEP_REVIEW:
		review_move(engine, unit);
		break;
	case STEP_EXECUTE:
		submit_execute(engine, unit);
		break;
	case STEP_FOLLOW:
		follow_move(engine, unit);
		break;
	case STEP_DISCARD:
		review_discard(engine, unit);
		break;
	case STEP_HOLD:
	case OPERATION_STEP_COUNT:
		break;
	}
}
