/* What a manifest says beside its values, and what of a stack is no part of its template: only
 * where the manifest has the key it is ever changed, and then to what the key says. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "simulation/judge.h"

enum {
	MINUTE_MS = 60 * 1000,
	PATIENCE_MS = MINUTE_MS,  /* so old may be what is sent along as it was seen */
	LATE_MS = 15 * MINUTE_MS, /* so late may a request arrive */
	STALE_MS = MINUTE_MS,     /* so old may a read be, with what follows from it */
	BOTH_MS = 10 * MINUTE_MS, /* so far apart may be what one approval is for */
};

void rest_done(struct rest *rest)
{
	for (size_t i = 0; i < KEY_COUNT; i++) {
		free(rest->seen[i]);
		free(rest->before[i]);
	}
}

/* --- as a manifest would say it --- */

/* Ours is none of the manifest's. */
static char *tags_of(const struct model_stack_view *view)
{
	AUTO_DONE(pairs_done) struct pairs tags = {0};
	struct text out = {0};

	pairs_copy(&tags, view->tags);
	pairs_remove(&tags, "stackd:owner");
	pairs_sort(&tags);
	text_add(&out, "{");
	for (size_t i = 0; i < tags.count; i++)
		text_format(
			&out, "%s%s: %s", i ? ", " : "", tags.items[i].name, tags.items[i].value);
	text_add(&out, "}");
	return text_take(&out);
}

static char *topics_of(const struct model_stack_view *view)
{
	struct text out = {0};

	text_add(&out, "[");
	for (size_t i = 0; i < view->notification_arns->count; i++)
		text_format(&out, "%s%s", i ? ", " : "", view->notification_arns->items[i]);
	text_add(&out, "]");
	return text_take(&out);
}

/* NULL: it has none. The caller frees it. */
static char *rest_lives(enum key key, const struct model_stack_view *view)
{
	switch (key) {
	case KEY_PROTECTION:
		return xstrdup(view->protected ? "true" : "false");
	case KEY_POLICY:
		return xstrdup(view->policy);
	case KEY_TAGS:
		return tags_of(view);
	case KEY_TOPICS:
		return topics_of(view);
	case KEY_ROLE:
		return xstrdup(view->role_arn);
	default:
		return NULL;
	}
}

enum key rest_fault(const struct member *member, const struct model_stack_view *view)
{
	for (enum key key = KEYS_OF_REST; key < KEYS_OF_REST_END; key++) {
		AUTO(free_text) char *lives = rest_lives(key, view);
		const char *wanted = keys_text(&member->keys, key);

		if (wanted && !text_same(wanted, lives))
			return key;
	}
	return KEY_COUNT;
}

static bool view_of(
	const struct judge *judge, const struct member *member, struct model_stack_view *view)
{
	return model_stack(
		judge->world->model, member->reach->account, member->region, member->stack, view);
}

void rest_look(struct judge *judge)
{
	for (size_t i = 0; i < judge->plot->cast.count; i++) {
		const struct member *member = &judge->plot->cast.members[i];
		struct rest *rest = &judge->members[i].rest;
		struct model_stack_view view;

		if (!member->managed || !view_of(judge, member, &view))
			continue;
		for (enum key key = KEYS_OF_REST; key < KEYS_OF_REST_END; key++) {
			free(rest->seen[key]);
			rest->seen[key] = rest_lives(key, &view);
		}
	}
}

/* --- what leaves --- */

bool rest_says(
	const struct judge *judge, size_t place, enum key key, unsigned value, uint64_t sent_ms)
{
	const struct member *member = &judge->plot->cast.members[place];
	uint64_t patience_ms = world_patience_ms(judge->world, sent_ms);

	/* Without the key it is as the settings say. */
	if (key == KEY_APPLY && judge->plot->asks && !member->keys.values[key] &&
		value == APPLY_BY_APPROVAL)
		value = 0;
	return !member->removed && !member->broken &&
	       (!member->moved_ms || member->moved_ms + patience_ms < sent_ms) &&
	       keys_say(&member->keys, judge->world, key, value, sent_ms);
}

static const char *text_of(enum key key, const struct call *call)
{
	if (key == KEY_PROTECTION)
		return call->protection ? "true" : "false";
	return call->body;
}

/* A person let it go ahead: once, but protection and policy may be set one after the other. That it
 * was done may not be seen yet: then it is done again. */
static bool may_go(const struct judge *judge, size_t place, enum key key)
{
	const struct rest *rest = &judge->members[place].rest;
	uint64_t since_ms = judge->world->now_ms - rest->set_ms;
	bool both = rest->set == KEY_PROTECTION && key == KEY_POLICY && since_ms < BOTH_MS;
	bool stale = judge->world->weather.stale_ms && since_ms < STALE_MS;

	return person_may_go(&judge->plot->person, place, REQUEST_APPROVED) ||
	       (rest->set_ms && (both || stale));
}

/* What is about protection or policy alone. */
static void check_request(struct judge *judge, size_t place, const struct call *call, enum key key)
{
	const struct member *member = &judge->plot->cast.members[place];
	struct world *world = judge->world;
	uint64_t now_ms = world->now_ms;

	if (keys_known(&member->keys, world, key, now_ms) &&
		!text_same(keys_text(&member->keys, key), text_of(key, call)))
		world_breach(world, ONLY_WHAT_IS_WANTED,
			"%s of %s leaves, but its manifest says %s", call_kind_name(call->kind),
			member->name,
			keys_text(&member->keys, key) ? keys_text(&member->keys, key) : "nothing");
	if (member->frozen_ms && member->frozen_ms + world_patience_ms(world, now_ms) < now_ms)
		world_breach(world, FROZEN_STAYS, "%s of %s leaves, which must not be changed",
			call_kind_name(call->kind), member->name);
	if (rest_says(judge, place, KEY_APPLY, APPLY_NOT_AT_ALL, now_ms))
		world_breach(world, FROZEN_STAYS, "%s of %s leaves, which is never to be applied",
			call_kind_name(call->kind), member->name);
	if (rest_says(judge, place, KEY_APPLY, APPLY_BY_APPROVAL, now_ms) &&
		!may_go(judge, place, key))
		world_breach(world, NO_UNAPPROVED_CHANGE, "%s of %s leaves, and nobody approved it",
			call_kind_name(call->kind), member->name);
}

static void check_create(struct judge *judge, size_t place, const struct call *call)
{
	static const char *const words[] = {NULL, "DELETE", "DO_NOTHING", NULL};
	static const unsigned minutes[] = {0, 5, 30};
	const struct member *member = &judge->plot->cast.members[place];
	const struct keys *keys = &member->keys;
	uint64_t now_ms = judge->world->now_ms;

	if (keys_known(keys, judge->world, KEY_ON_FAILURE, now_ms) &&
		!text_same(call->on_failure, words[keys->values[KEY_ON_FAILURE]]))
		world_breach(judge->world, ONLY_WHAT_IS_WANTED, "%s is created with OnFailure=%s",
			member->name, call->on_failure ? call->on_failure : "");
	if (keys_known(keys, judge->world, KEY_TIMEOUT, now_ms) &&
		call->timeout_minutes != minutes[keys->values[KEY_TIMEOUT]])
		world_breach(judge->world, ONLY_WHAT_IS_WANTED, "%s is created within %u minutes",
			member->name, call->timeout_minutes);
}

void rest_leaves(struct judge *judge, size_t place, const struct call *call)
{
	if (call->kind == CALL_UPDATE_TERMINATION_PROTECTION)
		check_request(judge, place, call, KEY_PROTECTION);
	else if (call->kind == CALL_SET_STACK_POLICY)
		check_request(judge, place, call, KEY_POLICY);
	else if (call->kind == CALL_CREATE_STACK)
		check_create(judge, place, call);
}

/* --- what was accepted --- */

bool rest_accepted(struct judge *judge, size_t place, const struct model_entry *entry)
{
	bool policy = strcmp(entry->action, "SetStackPolicy") == 0;
	const struct member *member = &judge->plot->cast.members[place];
	enum key key = policy ? KEY_POLICY : KEY_PROTECTION;
	uint64_t now_ms = judge->world->now_ms;

	if (!policy && strcmp(entry->action, "UpdateTerminationProtection") != 0)
		return false;
	judge->deeds++;
	judge->members[place].rest.set_ms = now_ms;
	judge->members[place].rest.set = key;
	person_approved(&judge->plot->person, place, REQUEST_APPROVED);
	if (now_ms > LATE_MS && keys_say(&member->keys, judge->world, key, 0, now_ms - LATE_MS))
		world_breach(judge->world, UNSAID_STAYS,
			"%s of %s, whose manifest says nothing of it", entry->action,
			entry->stack_name);
	return true;
}

void rest_begins(struct judge *judge, size_t place)
{
	struct rest *rest = &judge->members[place].rest;

	for (enum key key = KEYS_OF_REST; key < KEYS_OF_REST_END; key++)
		replace_text(&rest->before[key], rest->seen[key]);
}

/* Others acted when it may not have been seen yet, as the change set was asked for. */
static bool is_disputed(const struct judge *judge, size_t place, const struct model_entry *entry)
{
	const struct world *world = judge->world;
	const struct sent *sent = network_sent(world, entry->change_set);
	size_t others = judge->members[place].others;

	return others && sent &&
	       model_entry(world->model, others)->time_ms + PATIENCE_MS >=
		       world_wall(world) - (world->now_ms - sent->first_ms);
}

static void check_key(struct judge *judge, size_t place, const struct model_entry *entry,
	enum key key, uint64_t sent_ms)
{
	const struct member *member = &judge->plot->cast.members[place];
	struct world *world = judge->world;
	struct model_stack_view view;
	AUTO(free_text)
	char *lives = view_of(judge, member, &view) ? rest_lives(key, &view) : NULL;
	const char *wanted = keys_text(&member->keys, key);
	const char *before = judge->members[place].rest.before[key];

	if (!keys_known(&member->keys, world, key, sent_ms) || member->removed || member->broken)
		return;
	if (wanted && !text_same(wanted, lives))
		world_breach(world, ONLY_WHAT_IS_WANTED, "%s of %s leaves %s: %s, expected %s",
			entry->action, entry->stack_name, key_name(key), lives ? lives : "nothing",
			wanted);
	else if (!wanted && strcmp(entry->action, "CreateStack") != 0 &&
		 !text_same(before, lives) && !is_disputed(judge, place, entry))
		world_breach(world, UNSAID_STAYS, "%s of %s makes %s: %s of %s", entry->action,
			entry->stack_name, key_name(key), lives ? lives : "nothing",
			before ? before : "nothing");
}

void rest_check(struct judge *judge, size_t place, const struct model_entry *entry)
{
	const struct sent *sent = network_sent(judge->world, entry->token);

	for (enum key key = KEY_TAGS; sent && key < KEYS_OF_REST_END; key++)
		check_key(judge, place, entry, key, sent->first_ms);
}
