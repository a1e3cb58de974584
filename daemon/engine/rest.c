/* What of a stack is no part of its template: termination protection and stack policy. Only where
 * the manifest has the key, on its own, whatever becomes of the template; children never wait for
 * it. */
#include <string.h>

#include "engine/parts.h"

enum { POLICY_LOOK_MS = 60 * 60 * 1000 };

static bool wants_policy(const struct unit *unit)
{
	return unit->desired->stack_policy != NULL;
}

static bool wants_protection(const struct unit *unit)
{
	return unit->desired->termination_protection != PROTECTION_UNSAID;
}

bool rest_concerns(const struct unit *unit)
{
	return wants_policy(unit) || wants_protection(unit);
}

static bool protection_differs(const struct unit *unit)
{
	return wants_protection(unit) &&
	       unit->live->termination_protection !=
		       (unit->desired->termination_protection == PROTECTION_ON);
}

static struct digest wanted_policy(const struct unit *unit)
{
	const char *policy = unit->desired->stack_policy;

	return policy ? policy_canonical(policy, strlen(policy)) : (struct digest){0};
}

static bool policy_differs(const struct unit *unit)
{
	struct digest wanted = wanted_policy(unit);

	return wants_policy(unit) && unit->policy_known && !digest_equal(&wanted, &unit->policy);
}

struct digest rest_wanted(const struct unit *unit)
{
	struct digest policy = wanted_policy(unit);
	struct digest_stream stream;

	digest_begin(&stream);
	digest_add(&stream, policy.bytes, DIGEST_SIZE);
	digest_field(
		&stream, unit->desired->termination_protection == PROTECTION_ON ? "on" : "off");
	return digest_end(&stream);
}

/* What would be changed, and a policy from what: an approval is for just this. */
static struct digest asked_with(const struct unit *unit, bool protection)
{
	struct digest wanted = rest_wanted(unit);
	struct digest_stream stream;

	digest_begin(&stream);
	digest_add(&stream, wanted.bytes, DIGEST_SIZE);
	digest_field(&stream, protection ? "protection" : "");
	digest_field(&stream, policy_differs(unit) ? "policy" : "");
	if (policy_differs(unit))
		digest_add(&stream, unit->policy.bytes, DIGEST_SIZE);
	return digest_end(&stream);
}

struct digest rest_asked(const struct unit *unit)
{
	return asked_with(unit, protection_differs(unit));
}

/* Can it be compared, and is nothing going on? What is suspended by a command is looked at all the
 * same, so that people see what differs. */
static bool comparable(struct engine *engine, const struct unit *unit)
{
	AUTO(free_text) char *forbidden = NULL;

	if (!rest_concerns(unit) || !unit->live || !unit->live->stack_id || operation_runs(unit) ||
		unit->desired->frozen || unit->desired->suspend ||
		!stack_status_updatable(unit->live->status))
		return false;
	forbidden = identity_doubt(engine, unit);
	if (!forbidden)
		forbidden = unit_forbidden(engine, unit);
	return forbidden == NULL;
}

bool rest_unseen(const struct unit *unit)
{
	return unit->asked < unit->protected;
}

bool rest_unread(struct engine *engine, const struct unit *unit)
{
	return !unit->tries && wants_policy(unit) && !unit->policy_known &&
	       comparable(engine, unit);
}

static char *difference_of(const struct unit *unit)
{
	char *protection = protection_difference(unit->desired, unit->live);

	if (!policy_differs(unit))
		return protection;
	AUTO(free_text) char *first = protection;

	return xasprintf("%s%sstack policy", first ? first : "", first ? "; " : "");
}

/* In sync but for these: they have to be told, and done. */
void rest_plan(struct engine *engine, struct unit *unit)
{
	uint64_t foreign_ms = unit->record.rest_foreign_ms;
	uint64_t due_ms = foreign_ms + engine_settings(engine)->revert_delay_ms;
	char *reason, *spared;

	if (unit->plan.action != PLAN_NONE || !comparable(engine, unit))
		return;
	reason = difference_of(unit);
	if (!reason)
		return;
	plan_set(&unit->plan, PLAN_REST, reason);
	spared = unit_spared(unit);
	if (spared) {
		plan_set(&unit->plan, PLAN_HOLD, spared);
		return;
	}
	if (foreign_ms && due_ms > engine->now.wall_ms) {
		unit->due_wall_ms = due_ms;
		unit->gated = true;
	}
}

/* Somebody else changed what was set right before: that is told at once, and waits. */
static bool waits_for_revert(struct engine *engine, struct unit *unit)
{
	struct record *record = &unit->record;
	struct digest wanted = rest_wanted(unit);
	bool now = unit->impatient > 0 || engine->options.mode != ENGINE_RUN;
	AUTO(free_text) char *what = NULL;

	if (now || !digest_equal(&record->rest, &wanted))
		return false;
	if (!record->rest_foreign_ms) {
		what = difference_of(unit);
		record->rest_foreign_ms = engine->now.wall_ms;
		unit_touch(unit);
		unit_changed(unit);
		engine_report(engine, unit, REPORT_FOREIGN, REPORT_WARNING,
			"somebody else changed it: %s", what);
	}

	uint64_t due_ms = record->rest_foreign_ms + engine_settings(engine)->revert_delay_ms;

	if (due_ms <= engine->now.wall_ms)
		return false;
	engine_due_wall(engine, due_ms);
	return true;
}

static void note_settled(struct unit *unit)
{
	struct digest wanted = rest_wanted(unit);

	/* Approved, and done before a restart: it is not for the next time. */
	if (!digest_is_zero(&unit->record.approved.digest) && !operation_held(unit)) {
		record_approval_clear(&unit->record.approved);
		unit_touch(unit);
	}
	if (digest_equal(&unit->record.rest, &wanted) && !unit->record.rest_foreign_ms)
		return;
	unit->record.rest = wanted;
	unit->record.rest_foreign_ms = 0;
	unit_touch(unit);
}

static bool ask_policy(struct engine *engine, struct unit *unit)
{
	struct call *call;

	if (!wants_policy(unit))
		return false;
	if (unit->policy_known && unit->policy_due_ms > engine->now.boottime_ms) {
		engine_due(engine, unit->policy_due_ms);
		return false;
	}
	call = engine_ask(engine, unit, unit->scope, CALL_GET_STACK_POLICY);
	if (!call)
		return true;
	call->stack = xstrdup(unit->live->stack_id);
	unit->busy = true;
	return true;
}

static void set_protection(struct engine *engine, struct unit *unit)
{
	struct call *call =
		engine_ask(engine, unit, unit->scope, CALL_UPDATE_TERMINATION_PROTECTION);

	if (!call)
		return;
	call->stack = xstrdup(unit->live->stack_id);
	call->protection = unit->desired->termination_protection == PROTECTION_ON;
	unit->busy = true;
}

static void set_policy(struct engine *engine, struct unit *unit)
{
	struct call *call = engine_ask(engine, unit, unit->scope, CALL_SET_STACK_POLICY);

	if (!call)
		return;
	call->stack = xstrdup(unit->live->stack_id);
	call->body = xstrdup(unit->desired->stack_policy);
	unit->busy = true;
}

void rest_act(struct engine *engine, struct unit *unit)
{
	bool held = unit->plan.action == PLAN_HOLD && !digest_is_zero(&unit->asks);

	if (unit->busy || unit->looking || unit->look || !comparable(engine, unit) ||
		unit_paused(engine, unit) || ask_policy(engine, unit) || unit->forgotten ||
		unit->record.suspended)
		return;
	if (!protection_differs(unit) && !policy_differs(unit)) {
		note_settled(unit);
		return;
	}
	/* With `apply: approve` only its own plan, once approved, may go ahead. */
	if (engine->options.mode == ENGINE_PLAN || unit->desired->apply == APPLY_NEVER ||
		(unit->desired->apply == APPLY_APPROVE && unit->plan.action != PLAN_REST) ||
		(held && unit->desired->apply == APPLY_APPROVE) || waits_for_revert(engine, unit))
		return;
	if (protection_differs(unit))
		set_protection(engine, unit);
	else
		set_policy(engine, unit);
}

/* --- answers --- */

static void read_policy(struct engine *engine, struct unit *unit, const struct reply *reply)
{
	const char *policy = reply->stack_policy;

	unit->policy_known = true;
	unit->policy = policy ? policy_canonical(policy, strlen(policy)) : (struct digest){0};
	unit->policy_due_ms = engine->now.boottime_ms + POLICY_LOOK_MS;
	unit_changed(unit);
}

static void changed(struct engine *engine, struct unit *unit, const struct pending *pending,
	const struct reply *reply)
{
	bool protection = pending->call.kind == CALL_UPDATE_TERMINATION_PROTECTION;

	if (protection)
		unit->protected = engine->next_call + 1;
	/* What was approved, and waited long enough, may be both, one after the other. */
	if (protection && unit->desired && policy_differs(unit)) {
		approval_half_used(unit, asked_with(unit, true), asked_with(unit, false));
	} else {
		unit->record.rest_foreign_ms = 0;
		record_approval_clear(&unit->record.approved);
	}
	unit->look = true;
	unit->policy_known = unit->policy_known && protection;
	unit_touch(unit);
	unit_changed(unit);
	if (protection)
		engine_report(engine, unit, REPORT_SUCCEEDED, REPORT_NOTICE,
			"termination protection is switched %s",
			pending->call.protection ? "on" : "off");
	else
		engine_report(
			engine, unit, REPORT_SUCCEEDED, REPORT_NOTICE, "the stack policy is set");
	engine_request(engine, reply->request_id);
}

void rest_replied(struct engine *engine, struct pending *pending, struct reply *reply)
{
	struct unit *unit = pending->unit;

	unit->busy = false;
	if (reply->code == REPLY_OK) {
		unit->tries = 0;
		if (pending->call.kind == CALL_GET_STACK_POLICY)
			read_policy(engine, unit, reply);
		else
			changed(engine, unit, pending, reply);
		return;
	}
	unit->look = unit->look || reply->code == REPLY_NO_STACK;
	/* Perhaps it took effect: look before it is done again. */
	if (reply->effect == EFFECT_MAYBE && pending->call.kind != CALL_GET_STACK_POLICY) {
		unit->look = true;
		unit->policy_known = false;
	}
	if (!reply->scope_wide)
		unit_pause(engine, unit);
	if (reply->code == REPLY_ERROR && reply->error.kind == ERROR_REFUSED)
		engine_report(engine, unit, REPORT_FAILED, REPORT_ERR, "%s failed: %s",
			call_kind_name(pending->call.kind), reply->error.text);
}
