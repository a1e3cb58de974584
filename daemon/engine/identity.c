/* Which account the daemon's own credentials are of. A stack is (account, region, name): so two
 * manifests may mean the same one, with a role and without, and only AWS can tell. */
#include <string.h>

#include "base/text.h"
#include "engine/backoff.h"
#include "engine/parts.h"
#include "stack/names.h"

enum { TRIES = 3 }; /* what ends by itself does not wait for more */

static bool is_in(const struct engine *engine, const struct unit *unit)
{
	AUTO(free_text) char *account = arn_account(unit->role);

	return strcmp(account, engine->account) == 0;
}

/* The stack of this region and name that another manifest reaches without a role, where this one
 * has one: until the account is known, they may be the same. */
static struct unit *twin_of(const struct engine *engine, const struct unit *unit)
{
	const struct address address = {.region = unit->region, .name = unit->name};
	struct unit *twin;

	if (!unit->role || !unit->desired || (engine->account && !is_in(engine, unit)))
		return NULL;
	twin = unit_find(engine, &address);
	return twin && twin->desired ? twin : NULL;
}

void identity_find_twins(struct engine *engine)
{
	for (size_t i = 0; i < engine->unit_count; i++) {
		struct unit *unit = engine->units[i], *twin = twin_of(engine, unit);

		if (!twin)
			continue;
		unit->twin = twin;
		twin->twin = unit;
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
	return xasprintf("%s means the same stack, in account %s; only one of them may",
		twin->desired->path, engine->account);
}

bool identity_same(const struct engine *engine, const char *key, const char *other)
{
	bool first = strlen(key) > strlen(other);
	const char *with_account = first ? key : other, *without = first ? other : key;
	size_t length = strlen(with_account) - strlen(without);

	if (!length)
		return strcmp(key, other) == 0;
	if (!text_ends(with_account, without) || with_account[length - 1] != '/')
		return false;
	return !engine->account || (strlen(engine->account) == length - 1 &&
					   strncmp(with_account, engine->account, length - 1) == 0);
}

const struct unit *identity_other(const struct engine *engine, const struct unit *unit)
{
	for (size_t i = 0; i < engine->unit_count; i++) {
		const struct unit *other = engine->units[i];

		if (other != unit && other->desired && identity_same(engine, other->key, unit->key))
			return other;
	}
	return NULL;
}

bool identity_awaited(const struct engine *engine, const struct unit *unit)
{
	unsigned tries = engine->options.mode == ENGINE_PLAN ? 1 : TRIES;

	return unit->twin && !engine->account && engine->account_tries < tries;
}

/* Any of its regions can tell; one that is mute or refuses must not hold the others up. */
static struct scope *own_scope(const struct engine *engine)
{
	struct scope *best = NULL;

	for (size_t i = 0; i < engine->scope_count; i++) {
		struct scope *scope = engine->scopes[i];

		if (!scope->role && (!best || scope->failures < best->failures))
			best = scope;
	}
	return best;
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

static void ask_later(struct engine *engine)
{
	const struct settings *settings = engine_settings(engine);

	engine->account_due_ms = engine->now.boottime_ms +
				 backoff_ms(++engine->account_tries, settings->retry_min_ms,
					 settings->retry_max_ms, engine_chance(engine));
}

/* What was thought of those that may be the same is to be thought anew. */
static void twins_changed(struct engine *engine)
{
	for (size_t i = 0; i < engine->unit_count; i++) {
		if (engine->units[i]->twin)
			unit_changed(engine->units[i]);
		engine->units[i]->twin = NULL;
	}
	identity_find_twins(engine);
}

void identity_replied(struct engine *engine, const struct reply *reply)
{
	engine->asking_account = false;
	if (reply->code == REPLY_OK && reply->account) {
		replace_text(&engine->account, reply->account);
		scope_share(engine);
	} else {
		ask_later(engine);
	}
	twins_changed(engine);
}
