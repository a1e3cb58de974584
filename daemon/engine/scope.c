/* A region of an account as a whole: is it there, does it let us in, how many operations at a time.
 */
#include <string.h>

#include "base/text.h"
#include "engine/backoff.h"
#include "engine/parts.h"
#include "stack/names.h"

enum {
	SCOPE_PAUSE_MOST_MS = 5 * 60 * 1000, /* an outage that is over should be seen soon */
	TRANSIENT_TOLD = 3,                  /* failures in a row until people are told */
	THROTTLED_TOLD = 6,                  /* by then a call in 16 s is left of four a second */
	PLAN_PAUSE_MS = 1000,                /* somebody sits before --plan and waits */
};

static void quota_limit(struct engine *engine, struct quota *quota)
{
	const struct settings *settings = engine_settings(engine);

	budget_set(&quota->reads, settings->read_rate, engine->now.boottime_ms);
	budget_set(&quota->writes, settings->write_rate, engine->now.boottime_ms);
}

static struct quota *quota_get(struct engine *engine, const char *role, const char *region)
{
	AUTO(free_text) char *account = role ? arn_account(role) : xstrdup(engine->account);
	struct quota *quota;

	for (size_t i = 0; i < engine->quota_count; i++)
		if (text_same(engine->quotas[i]->account, account) &&
			strcmp(engine->quotas[i]->region, region) == 0)
			return engine->quotas[i];
	quota = xcalloc(1, sizeof(*quota));
	quota->account = take(account);
	quota->region = xstrdup(region);
	quota_limit(engine, quota);
	GROW(engine->quotas, engine->quota_size, engine->quota_count + 1);
	engine->quotas[engine->quota_count++] = quota;
	return quota;
}

struct scope *scope_get(struct engine *engine, const struct address *address)
{
	for (size_t i = 0; i < engine->scope_count; i++) {
		struct scope *scope = engine->scopes[i];

		if (strcmp(scope->region, address->region) == 0 &&
			text_same(scope->role, address->role) &&
			text_same(scope->external_id, address->external_id))
			return scope;
	}

	struct scope *scope = xcalloc(1, sizeof(*scope));

	scope->region = xstrdup(address->region);
	scope->role = xstrdup(address->role);
	scope->external_id = xstrdup(address->external_id);
	scope->label = address->role ? xasprintf("%s as %s", address->region, address->role)
				     : xstrdup(address->region);
	scope->quota = quota_get(engine, address->role, address->region);
	GROW(engine->scopes, engine->scope_size, engine->scope_count + 1);
	engine->scopes[engine->scope_count++] = scope;
	return scope;
}

void scope_settings(struct engine *engine)
{
	for (size_t i = 0; i < engine->quota_count; i++)
		quota_limit(engine, engine->quotas[i]);
}

/* The daemon's own account is known now: roles in it share its rates. */
void scope_share(struct engine *engine)
{
	for (size_t i = 0; i < engine->quota_count; i++)
		if (!engine->quotas[i]->account)
			engine->quotas[i]->account = xstrdup(engine->account);
	for (size_t i = 0; i < engine->scope_count; i++)
		engine->scopes[i]->quota =
			quota_get(engine, engine->scopes[i]->role, engine->scopes[i]->region);
}

/* Events are many: with many scopes, none can look at all stacks for its own ones. */
void scopes_take_units(struct engine *engine)
{
	for (size_t i = 0; i < engine->scope_count; i++)
		engine->scopes[i]->unit_count = 0;
	for (size_t i = 0; i < engine->unit_count; i++) {
		struct scope *scope = engine->order[i]->scope;

		GROW(scope->order, scope->unit_size, scope->unit_count + 1);
		scope->order[scope->unit_count++] = engine->order[i];
	}
	for (size_t i = 0; i < engine->scope_count; i++) {
		struct scope *scope = engine->scopes[i];

		scope->ranked =
			xrealloc(scope->ranked, (scope->unit_count + 1) * sizeof(*scope->ranked));
	}
	engine->ranking = true;
}

void scope_free(struct scope *scope)
{
	free(scope->order);
	free(scope->ranked);
	free(scope->region);
	free(scope->role);
	free(scope->external_id);
	free(scope->label);
	free(scope->trouble);
	free(scope->ban);
	free(scope->sweep_token);
	free(scope);
}

void quota_free(struct quota *quota)
{
	free(quota->account);
	free(quota->region);
	free(quota);
}

bool scope_open(struct engine *engine, struct scope *scope)
{
	if (scope->not_before_ms > engine->now.boottime_ms) {
		engine_due(engine, scope->not_before_ms);
		return false;
	}
	return scope->out < CALLS_PER_SCOPE;
}

/* Looks that succeed between two tries of a change lift no ban on changes: once is enough. */
static bool is_news(struct scope *scope, bool mutates, const char *why)
{
	bool known = scope->told || text_same(scope->ban, why);

	if (mutates)
		replace_text(&scope->ban, why);
	else
		scope->told = true;
	return !known;
}

static void trouble(struct engine *engine, const struct pending *pending, const struct error *why)
{
	struct scope *scope = pending->scope;
	const struct settings *settings = engine_settings(engine);
	uint64_t most_ms = settings->retry_max_ms < SCOPE_PAUSE_MOST_MS ? settings->retry_max_ms
									: SCOPE_PAUSE_MOST_MS;
	bool plan = engine->options.mode == ENGINE_PLAN;
	uint64_t pause_ms = backoff_ms(++scope->failures, settings->retry_min_ms,
		plan && most_ms > PLAN_PAUSE_MS ? PLAN_PAUSE_MS : most_ms, engine_chance(engine));

	scope->not_before_ms = engine->now.boottime_ms + pause_ms;
	replace_text(&scope->trouble, why->text);
	scope->denied = why->kind == ERROR_DENIED;
	scope->closed = scope->denied || scope->failures >= TRANSIENT_TOLD;
	if (scope->closed && is_news(scope, call_kind_mutates(pending->call.kind), why->text))
		engine_report(engine, NULL, REPORT_SCOPE, REPORT_WARNING, "%s can't be asked: %s%s",
			scope->label, why->text, plan ? "" : "; it is tried again and again");
}

static void answers(struct engine *engine, struct scope *scope, bool mutates)
{
	if (scope->told || (mutates && scope->ban))
		engine_report(engine, NULL, REPORT_SCOPE, REPORT_NOTICE, "%s answers again",
			scope->label);
	if (mutates)
		replace_text(&scope->ban, NULL);
	scope->told = scope->closed = scope->denied = false;
	scope->failures = 0;
	scope->not_before_ms = 0;
	replace_text(&scope->trouble, NULL);
}

static void throttled(
	struct engine *engine, const struct pending *pending, const struct reply *reply)
{
	struct scope *scope = pending->scope;
	bool mutates = call_kind_mutates(pending->call.kind);
	struct budget *budget = mutates ? &scope->quota->writes : &scope->quota->reads;

	/* What left before the rate was halved says nothing of the new one. */
	if (pending->call.id > budget->halved_call) {
		budget_throttled(budget, engine->now.boottime_ms);
		budget->halved_call = engine->next_call;
	}
	if (budget->throttled == THROTTLED_TOLD)
		engine_report(engine, NULL, REPORT_SCOPE, REPORT_WARNING,
			"%s throttles all %s: %s; they are made again, ever more slowly",
			scope->label, mutates ? "changes" : "looks", reply->error.text);
}

/* A look at all stacks that fails tells nothing of one of them. Whether it is allowed is another
 * matter: they can be asked for one by one. */
static bool concerns_all(const struct pending *pending, const struct reply *reply)
{
	bool sweep = pending->call.kind == CALL_DESCRIBE_STACKS && !pending->call.stack;

	return reply->code == REPLY_ERROR &&
	       (reply->scope_wide || (sweep && reply->error.kind != ERROR_DENIED));
}

void scope_replied(struct engine *engine, struct pending *pending, const struct reply *reply)
{
	struct scope *scope = pending->scope;
	struct budget *budget = call_kind_mutates(pending->call.kind) ? &scope->quota->writes
								      : &scope->quota->reads;

	scope->out--;
	if (reply->error.kind == ERROR_THROTTLED) {
		throttled(engine, pending, reply);
		return;
	}
	if (concerns_all(pending, reply)) {
		trouble(engine, pending, &reply->error);
		return;
	}
	/* It took the call on: what it thought of it is another matter. */
	if (reply->code != REPLY_ERROR || reply->error.kind != ERROR_TRANSIENT)
		budget_succeeded(budget);
	answers(engine, scope, call_kind_mutates(pending->call.kind));
}

bool scope_admits(struct engine *engine, struct scope *scope)
{
	const struct settings *settings = engine_settings(engine);

	if (scope->running >= settings->max_concurrent)
		return false;
	if (scope->failed < settings->max_failures || engine->options.mode == ENGINE_ONCE)
		return true;
	/* One probe at a time. */
	if (scope->running)
		return false;
	if (scope->probe_ms > engine->now.boottime_ms) {
		engine_due(engine, scope->probe_ms);
		return false;
	}
	return true;
}

void scope_lift(struct scope *scope)
{
	scope->failed = 0;
	scope->probe_ms = 0;
}

void scope_ended(struct engine *engine, struct scope *scope, bool well)
{
	const struct settings *settings = engine_settings(engine);

	if (well) {
		if (scope->failed >= settings->max_failures)
			engine_report(engine, NULL, REPORT_SCOPE, REPORT_NOTICE,
				"%s: an operation succeeded; changes go on", scope->label);
		scope->failed = 0;
		return;
	}
	if (++scope->failed < settings->max_failures)
		return;

	unsigned probes = scope->failed - (unsigned)settings->max_failures + 1;

	scope->probe_ms = engine->now.boottime_ms +
			  backoff_most_ms(probes, settings->retry_min_ms, settings->retry_max_ms);
	if (scope->failed == settings->max_failures)
		engine_report(engine, NULL, REPORT_SCOPE, REPORT_WARNING,
			"%s: %u operations failed in a row; no new changes but one at a time to "
			"see whether it works again",
			scope->label, scope->failed);
}
