/* Which account the daemon's own credentials are of. A stack is (account, region, name): so two
 * manifests may mean the same one, with a role and without, and only AWS can tell. */
#include <string.h>

#include "base/text.h"
#include "engine/backoff.h"
#include "engine/state.h"

/* Another manifest's stack of this region and name, with a role where this one has none, or the
 * other way round. */
static bool may_be_same(const struct unit *a, const struct unit *b)
{
	return a != b && b->desired && !a->role != !b->role && strcmp(a->region, b->region) == 0 &&
	       strcmp(a->name, b->name) == 0;
}

static bool is_in(const struct engine *engine, const struct unit *unit)
{
	AUTO(free_text) char *key = stack_key(unit->role, unit->region, unit->name);

	return engine->account && strncmp(key, engine->account, strlen(engine->account)) == 0;
}

void identity_find_twins(struct engine *engine)
{
	for (size_t i = 0; i < engine->unit_count; i++)
		for (size_t j = 0; engine->units[i]->role && j < engine->unit_count; j++)
			if (engine->units[i]->desired &&
				may_be_same(engine->units[i], engine->units[j])) {
				engine->units[i]->twin = engine->units[j];
				engine->units[j]->twin = engine->units[i];
			}
}

char *identity_doubt(const struct engine *engine, const struct unit *unit)
{
	const struct unit *twin = unit->twin;

	if (!twin)
		return NULL;
	if (!engine->account)
		return xasprintf(
			"whether %s means the same stack is not known yet", twin->desired->path);
	if (!is_in(engine, unit->role ? unit : twin))
		return NULL;
	return xasprintf("%s means the same stack, in account %s; only one of them may",
		twin->desired->path, engine->account);
}

const struct unit *identity_other(const struct engine *engine, const struct unit *unit)
{
	for (size_t i = 0; i < engine->unit_count; i++) {
		const struct unit *other = engine->units[i];

		if (may_be_same(unit, other) &&
			(!engine->account || is_in(engine, unit->role ? unit : other)))
			return other;
	}
	return NULL;
}

static struct scope *own_scope(const struct engine *engine)
{
	for (size_t i = 0; i < engine->scope_count; i++)
		if (!engine->scopes[i]->role)
			return engine->scopes[i];
	return NULL;
}

/* Nobody needs to know where all stacks are of one identity. */
void identity_decide(struct engine *engine)
{
	struct scope *own = own_scope(engine);
	bool roles = false;

	for (size_t i = 0; i < engine->scope_count; i++)
		roles = roles || engine->scopes[i]->role;
	if (!own || !roles || engine->account || engine->asking_account)
		return;
	if (engine->account_due_ms > engine->now.boottime_ms) {
		engine_due(engine, engine->account_due_ms);
		return;
	}
	engine->asking_account = engine_ask(engine, NULL, own, CALL_GET_CALLER_IDENTITY) != NULL;
}

void identity_replied(struct engine *engine, struct pending *pending, const struct reply *reply)
{
	(void)pending;
	const struct settings *settings = engine_settings(engine);

	engine->asking_account = false;
	engine->account_due_ms = engine->now.boottime_ms +
				 backoff_ms(++engine->account_tries, settings->retry_min_ms,
					 settings->retry_max_ms, engine_chance(engine));
	if (reply->code != REPLY_OK || !reply->account)
		return;
	replace_text(&engine->account, reply->account);
	scope_share(engine);
	for (size_t i = 0; i < engine->unit_count; i++)
		if (engine->units[i]->twin)
			unit_changed(engine->units[i]);
}
