/* The one gate that every change goes through: what the guard holds, or `apply: approve`, waits
 * until a person names its digest. */
#include <string.h>

#include "base/text.h"
#include "engine/parts.h"
#include "engine/record_words.h"
#include "stack/template_resources.h"

const char *approval_name(const struct unit *unit)
{
	if (unit->desired)
		return unit->desired->manifest;
	return unit->record.manifest ? unit->record.manifest : unit->name;
}

static void ask(struct unit *unit, const char *why, const struct digest *digest)
{
	char hex[DIGEST_HEX_SIZE];

	digest_hex(digest, hex, GUARD_DIGEST_SHOWN);
	plan_set(&unit->plan, PLAN_HOLD,
		xasprintf(
			"%s; approve with: stackctl approve %s %s", why, approval_name(unit), hex));
	unit->asks = *digest;
}

static bool approved(const struct unit *unit, const struct digest *digest, const char *change_set)
{
	const struct record_approval *given = &unit->record.approved;

	return !digest_is_zero(&given->digest) && digest_equal(&given->digest, digest) &&
	       text_same(given->change_set, change_set);
}

void approval_void(struct unit *unit)
{
	if (digest_is_zero(&unit->record.approved.digest))
		return;
	record_approval_clear(&unit->record.approved);
	unit_touch(unit);
}

bool approval_asked(struct unit *unit, const char *why, const struct digest *digest)
{
	if (approved(unit, digest, NULL))
		return true;
	/* What was approved is not what would be done now. */
	approval_void(unit);
	ask(unit, why, digest);
	return false;
}

/* --- what needs no change set --- */

static const char *verb_of(enum plan_action action)
{
	return action == PLAN_ASK ? "update" : plan_action_name(action);
}

/* A stack that was there, and in sync, is made anew without what its resources held. */
static char *vanished(const struct unit *unit)
{
	const struct desired_stack *desired = unit->desired;
	struct change *changes = NULL;
	size_t count = 0;
	char *why = NULL;

	if (unit->plan.action != PLAN_CREATE || !unit->record.settled.version ||
		desired->guard == GUARD_NONE)
		return NULL;
	if (desired->template_url)
		return xstrdup("somebody else deleted it; would create anew what can't be seen, "
			       "behind its template-url");
	if (!template_removals(
		    desired->template->body, desired->template->body_length, &changes, &count))
		return NULL;
	for (size_t i = 0; i < count && !why; i++)
		if (desired->guard == GUARD_ALL || guard_stateful(changes[i].type))
			why = xasprintf("somebody else deleted it; would create %s (%s) anew",
				changes[i].logical_id, changes[i].type);
	changes_free(changes, count);
	return why;
}

/* Why this has to be approved; NULL: it needn't be. The caller frees it. */
static char *objection(const struct unit *unit)
{
	const struct plan *plan = &unit->plan;
	const char *reason = plan->reason ? plan->reason : "";

	if (unit->desired->apply == APPLY_APPROVE)
		return xasprintf("apply: approve; would %s: %s", verb_of(plan->action), reason);
	if (plan->action == PLAN_DELETE && unit->desired->guard == GUARD_ALL)
		return xasprintf("would delete: %s", reason);
	return vanished(unit);
}

static struct digest deed_digest(
	const struct unit *unit, enum plan_action action, const struct digest *what)
{
	const char *id = unit->record.stack_id ? unit->record.stack_id : unit->key;
	const char *updated = unit->live ? unit->live->updated : NULL;

	return guard_digest(id, updated, what, verb_of(action), NULL, 0);
}

void approval_half_used(struct unit *unit, struct digest whole, struct digest half)
{
	struct digest given = deed_digest(unit, PLAN_REST, &whole);

	if (approved(unit, &given, NULL))
		unit->record.approved.digest = deed_digest(unit, PLAN_REST, &half);
	else
		record_approval_clear(&unit->record.approved);
}

void approval_gate(struct unit *unit)
{
	enum plan_action action = unit->plan.action;
	bool reviewed = action == PLAN_UPDATE || action == PLAN_ASK;
	AUTO(free_text) char *why = NULL;

	if (unit->desired->apply == APPLY_NEVER) {
		plan_set(&unit->plan, PLAN_HOLD,
			xasprintf("apply: never; %s%s: %s",
				action == PLAN_ASK ? "perhaps it would " : "would ",
				verb_of(action), unit->plan.reason ? unit->plan.reason : ""));
		return;
	}
	if (reviewed)
		return; /* its change set is held */
	why = objection(unit);
	if (!why)
		return;

	struct digest rest = action == PLAN_REST ? rest_asked(unit) : unit->digest;
	struct digest digest = deed_digest(unit, action, &rest);

	approval_asked(unit, why, &digest);
}

/* --- change sets --- */

static bool removes(const struct change *change)
{
	return strcmp(change->action, "Remove") == 0 || strcmp(change->action, "Dynamic") == 0 ||
	       (change->replacement && strcmp(change->replacement, "False") != 0);
}

static bool removes_any(const struct review *review)
{
	for (size_t i = 0; i < review->count; i++)
		if (removes(&review->changes[i]))
			return true;
	return false;
}

struct behind {
	struct guard_output *items;
	size_t count, size;
};

static void add_behind(struct behind *behind, const struct pair *use, const struct texts *ids)
{
	for (size_t i = 0; i < ids->count; i++) {
		GROW(behind->items, behind->size, behind->count + 1);
		behind->items[behind->count++] =
			(struct guard_output){.resource = xstrdup(ids->items[i]),
				.output = use->name,
				.user = use->value};
	}
}

/* Which resources are behind outputs that manifests use: in the template that is live, and in the
 * one to come. */
static void find_behind(const struct unit *unit, const struct pairs *uses, struct behind *behind)
{
	const struct template *template = unit->desired->template;

	for (size_t i = 0; i < uses->count; i++) {
		AUTO_DONE(texts_done) struct texts ids = {0};

		if (template->body)
			template_output_resources(
				template->body, template->body_length, uses->items[i].name, &ids);
		if (unit->body)
			template_output_resources(
				unit->body, strlen(unit->body), uses->items[i].name, &ids);
		add_behind(behind, &uses->items[i], &ids);
	}
}

static void behind_done(struct behind *behind)
{
	for (size_t i = 0; i < behind->count; i++)
		free((char *)behind->items[i].resource);
	free(behind->items);
}

/* What loses something goes for all. */
static const struct change *gravest(const struct review *review)
{
	for (size_t i = 0; i < review->count; i++)
		if (removes(&review->changes[i]))
			return &review->changes[i];
	return &review->changes[0];
}

/* "Modify" alone does not tell that the resource is another one afterwards. */
static const char *deed_of(const struct change *change)
{
	const char *replacement = change->replacement ? change->replacement : "";

	if (strcmp(change->action, "Modify") != 0 || !removes(change))
		return change->action;
	return strcmp(replacement, "True") == 0 ? "Replace" : "Modify or replace";
}

/* For `apply: approve`, where the guard has nothing against it: what, and what that does. */
static char *summary_of(const struct unit *unit)
{
	const struct review *review = &unit->review;
	const char *reason = unit->record.operation.reason;

	if (!review->count)
		return xasprintf("apply: approve; %s; would change no resource", reason);

	const struct change *change = gravest(review);

	return xasprintf("apply: approve; %s; would change %zu resource%s: %s %s (%s)%s", reason,
		review->count, review->count == 1 ? "" : "s", deed_of(change), change->logical_id,
		change->type, review->count > 1 ? ", ..." : "");
}

/* Where there is no manifest any more, what it said itself still holds. */
enum apply approval_apply(const struct engine *engine, const struct unit *unit)
{
	const struct record_rules *rules = &unit->record.rules;

	if (unit->desired)
		return unit->desired->apply;
	return rules->apply_given ? rules->apply : engine_settings(engine)->apply;
}

enum guard approval_guard(const struct engine *engine, const struct unit *unit)
{
	const struct record_rules *rules = &unit->record.rules;

	if (unit->desired)
		return unit->desired->guard;
	return rules->guard_given ? rules->guard : engine_settings(engine)->guard;
}

char *approval_rules(const struct engine *engine, const struct unit *unit)
{
	return xasprintf("%s %s", record_guards[approval_guard(engine, unit)],
		record_applies[approval_apply(engine, unit)]);
}

static bool is_ours(const struct unit *unit)
{
	return unit->record.created || unit->record.adopted ||
	       (unit->live && pairs_has(&unit->live->tags, OWNER_TAG));
}

/* What is lost may be behind an output that others use: without the live template, nobody knows. */
static char *unseen(const struct unit *unit, const struct pairs *uses)
{
	AUTO(free_text) char *version = unit_version(unit);

	if (!uses->count || !removes_any(&unit->review) || unit->desired->guard == GUARD_NONE ||
		text_same(unit->body_version, version))
		return NULL;
	return xasprintf("can't read its live template to see what is behind output %s, which %s "
			 "uses",
		uses->items[0].name, uses->items[0].value);
}

static char *judge(struct engine *engine, struct unit *unit, const struct pairs *uses)
{
	const struct review *review = &unit->review;
	struct behind behind = {0};
	AUTO_DONE(texts_done) struct texts remarks = {0};
	char *why;

	find_behind(unit, uses, &behind);
	struct guard_input input = {
		.guard = unit->desired->guard,
		.stranger = !is_ours(unit),
		.changes = review->changes,
		.change_count = review->count,
		.outputs = behind.items,
		.output_count = behind.count,
		.unread = review->unread,
	};

	why = guard_judge(&input, &remarks);
	behind_done(&behind);
	for (size_t i = 0; i < remarks.count; i++)
		engine_report(engine, unit, REPORT_EVENT, why ? REPORT_WARNING : REPORT_INFO, "%s",
			remarks.items[i]);
	if (!why)
		why = unseen(unit, uses);
	if (!why && unit->desired->apply == APPLY_APPROVE)
		why = summary_of(unit);
	return why;
}

void approval_review(struct engine *engine, struct unit *unit)
{
	struct record_operation *operation = &unit->record.operation;
	const struct review *review = &unit->review;
	AUTO_DONE(pairs_done) struct pairs uses = {0};
	AUTO(free_text) char *version = NULL;

	/* Reading took its time: the manifest may be another by now, or none. */
	if (!operation_wanted(engine, unit)) {
		operation_turn(engine, unit, STEP_DISCARD);
		return;
	}
	/* After a start: without its outputs nobody knows what others take from it. */
	if (!unit->live) {
		unit->look = true;
		return;
	}
	/* While somebody else changes it, its outputs are not seen either. */
	if (!stack_status_settled(unit->live->status) || input_unknown(unit))
		return;
	version = unit_version(unit);
	input_uses(unit, &uses);
	/* Which resources are behind an output that is used, only the live template tells. */
	if (uses.count && removes_any(review) && !unit->trouble_reading &&
		!text_same(unit->body_version, version)) {
		unit->body_wanted = true;
		live_template_ask(engine, unit);
		return;
	}
	AUTO(free_text) char *why = judge(engine, unit, &uses);

	operation->approval = guard_digest(unit->record.stack_id, operation->updated,
		&operation->digest, NULL, review->changes, review->count);
	review_forget(unit);
	free(operation->judged);
	operation->judged = approval_rules(engine, unit);
	if (!why || approved(unit, &operation->approval, operation->change_set)) {
		approval_void(unit);
		operation_turn(engine, unit, STEP_EXECUTE);
		return;
	}
	replace_text(&operation->held, why);
	operation_turn(engine, unit, STEP_HOLD);
	unit_changed(unit);
}

bool approval_stands(const struct engine *engine, const struct unit *unit)
{
	AUTO(free_text) char *rules = approval_rules(engine, unit);

	return text_same(unit->record.operation.judged, rules);
}

/* What was held is no longer what would be done. */
static void let_go(struct engine *engine, struct unit *unit)
{
	record_approval_clear(&unit->record.approved);
	operation_turn(engine, unit, STEP_DISCARD);
	unit_changed(unit);
}

static bool still_asked(const struct engine *engine, const struct unit *unit)
{
	const struct record_operation *operation = &unit->record.operation;
	enum plan_action action = unit->plan.action;

	if (!text_same(unit->live->updated, operation->updated) || !approval_stands(engine, unit))
		return false;
	if (unit->resolved && !digest_equal(&unit->digest, &operation->digest))
		return false;
	/* In sync but for what is behind its SSM parameters. */
	if (action == PLAN_NONE && unit->record.ssm_changed && unit->desired->follow_ssm)
		return true;
	return action != PLAN_NONE && action != PLAN_CREATE && action != PLAN_REST;
}

void approval_held(struct engine *engine, struct unit *unit)
{
	const struct record_operation *operation = &unit->record.operation;
	enum plan_action action = unit->plan.action;

	if (!unit->live || !stack_status_settled(unit->live->status) || action == PLAN_FROZEN)
		return;
	if (action == PLAN_HOLD && unit->desired->suspend)
		return;
	if (!still_asked(engine, unit)) {
		let_go(engine, unit);
		return;
	}
	/* That something differs in the live template is known: the set says what. */
	if (action == PLAN_WAIT || action == PLAN_HOLD || action == PLAN_LOOK)
		return;
	if (approved(unit, &operation->approval, operation->change_set)) {
		approval_void(unit);
		operation_turn(engine, unit, STEP_EXECUTE);
		unit_changed(unit);
		return;
	}
	ask(unit, operation->held, &operation->approval);
}
