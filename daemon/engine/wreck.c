/* Ways out of statuses that a stack can't be updated in, where our own operation led there: a
 * failed create is deleted and made anew, a rollback that failed is continued (design.md, "Status
 * policy"). */
#include <string.h>

#include "engine/backoff.h"
#include "engine/parts.h"

enum { CONTINUES_MOST = 3 };

/* Memory or our owner tag says so. A stack that was adopted was there before. */
static bool created_by_us(const struct engine *engine, const struct unit *unit)
{
	const char *owner = pairs_get(&unit->live->tags, OWNER_TAG);

	return unit->record.created ||
	       (owner && strcmp(owner, engine_settings(engine)->owner) == 0);
}

/* The same that failed before would only fail again, and what it left is there to be looked at. */
static bool kept_for_a_look(const struct unit *unit)
{
	return unit->live->status == STACK_CREATE_FAILED &&
	       (digest_is_zero(&unit->record.failed) ||
		       digest_equal(&unit->record.failed, &unit->digest));
}

/* AWS would refuse to delete it, and protection is never switched off for that. */
static void hold_protected(struct unit *unit)
{
	plan_set(&unit->plan, PLAN_HOLD,
		xasprintf(
			"%s: its creation failed, and it is protected against termination; switch "
			"that off, then it is created again: aws cloudformation "
			"update-termination-protection --no-enable-termination-protection "
			"--stack-name %s --region %s",
			stack_status_name(unit->live->status), unit->name, unit->region));
}

/* Where that is known to have failed, not even a person has to do more than to edit it. */
static void hold_kept(struct unit *unit)
{
	if (digest_is_zero(&unit->record.failed))
		return;
	plan_set(&unit->plan, PLAN_HOLD,
		xasprintf("%s: its creation failed, and it is kept to be looked at; once its "
			  "manifest or template is edited, it is deleted and created again",
			stack_status_name(unit->live->status)));
}

static void plan_recreation(struct engine *engine, struct unit *unit)
{
	const char *cause = unit->record.cause;

	if (!created_by_us(engine, unit) || !engine_settings(engine)->recreate_failed)
		return;
	if (kept_for_a_look(unit)) {
		hold_kept(unit);
		return;
	}
	if (unit->live->termination_protection) {
		hold_protected(unit);
		return;
	}
	plan_set(&unit->plan, PLAN_DELETE,
		xasprintf("%s: its creation failed%s%s; it is created again then",
			stack_status_name(unit->live->status), cause ? ": " : "",
			cause ? cause : ""));
}

static void plan_continuation(struct engine *engine, struct unit *unit)
{
	struct record *record = &unit->record;
	const struct settings *settings = engine_settings(engine);
	AUTO(free_text) char *version = unit_version(unit);

	if (!text_same(record->wreck, version) || !settings->continue_rollback)
		return;
	unsigned continues =
		digest_equal(&record->continued, &unit->digest) ? record->continues : 0;

	if (continues >= CONTINUES_MOST)
		return;
	plan_set(&unit->plan, PLAN_CONTINUE,
		xasprintf("%s: its rollback goes on%s%s", stack_status_name(unit->live->status),
			record->cause ? ": " : "", record->cause ? record->cause : ""));
	if (continues && record->not_before_ms > engine->now.wall_ms) {
		unit->gated = true;
		unit->due_wall_ms = record->not_before_ms;
	}
}

bool wreck_stands(const struct unit *unit)
{
	enum stack_status status = unit->live ? unit->live->status : STACK_ABSENT;

	return status == STACK_ROLLBACK_COMPLETE || status == STACK_ROLLBACK_FAILED ||
	       status == STACK_CREATE_FAILED;
}

void wreck_plan(struct engine *engine, struct unit *unit)
{
	AUTO(free_text) char *forbidden = NULL;
	bool stands = wreck_stands(unit);

	if (unit->plan.action != PLAN_HOLD || !unit->live || !unit->live->stack_id ||
		unit->desired->suspend || unit->record.suspended ||
		(!stands && unit->live->status != STACK_UPDATE_ROLLBACK_FAILED))
		return;
	/* Whether it is still wanted is not known before its template is. */
	if (desired_template_awaited(unit->desired))
		unit->plan.action = PLAN_LOOK;
	if (!unit->resolved)
		return;
	forbidden = unit_forbidden(engine, unit);
	if (forbidden)
		return;
	if (stands)
		plan_recreation(engine, unit);
	else
		plan_continuation(engine, unit);
}

void wreck_left(struct unit *unit)
{
	const char *ended = unit->record.operation.ended;
	AUTO(free_text) char *version = unit_version(unit);

	/* Ours may have been rolled back, and another one's right after it not. */
	if (unit->live->status != STACK_UPDATE_ROLLBACK_FAILED || !ended ||
		stack_status_from(ended) != STACK_UPDATE_ROLLBACK_FAILED)
		return;
	replace_text(&unit->record.wreck, version);
	unit_touch(unit);
}

/* Counted anew for what is wanted otherwise, once that was tried. */
static void count_continuation(struct record *record)
{
	if (!digest_equal(&record->continued, &record->operation.digest))
		record->continues = 0;
	record->continued = record->operation.digest;
	record->continues++;
}

void wreck_continued(struct engine *engine, struct unit *unit, bool well)
{
	const struct settings *settings = engine_settings(engine);
	struct record *record = &unit->record;

	count_continuation(record);
	if (well)
		replace_text(&record->wreck, NULL);
	else
		record->not_before_ms = engine->now.wall_ms +
					backoff_ms(record->continues, settings->retry_min_ms,
						settings->retry_max_ms, engine_chance(engine));
	unit_touch(unit);
}

/* ContinueUpdateRollback was not accepted. What may pass by itself never counts as the last try. */
void wreck_refused(struct engine *engine, struct unit *unit, const struct reply *reply)
{
	struct record *record = &unit->record;
	enum error_kind kind = reply->error.kind;

	if (!operation_passes(kind) || record->continues + 1 < CONTINUES_MOST)
		count_continuation(record);
	record->not_before_ms =
		engine->now.wall_ms + operation_pause_ms(engine, record->continues, kind);
	unit->refused = true;
	engine_report(
		engine, unit, REPORT_FAILED, REPORT_ERR, "continue failed: %s", reply->error.text);
	if (*reply->request_id)
		engine_request(engine, reply->request_id);
	scope_ended(engine, unit->scope, false);
	unit_touch(unit);
}
