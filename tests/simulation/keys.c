#include "simulation/keys.h"

#include <assert.h>

#include "base/text.h"

enum { VALUES_LIMIT = 3 };

#define ALLOW "\"Effect\":\"Allow\",\"Action\":\"Update:*\",\"Principal\":\"*\",\"Resource\":\"*\""
#define TOPIC "arn:aws:sns:eu-west-1:" WORLD_ACCOUNT ":"
#define ROLE "arn:aws:iam::" WORLD_ACCOUNT ":role/"

/* Lists and maps stand in the order in which live ones are written down, see rest_lives(). */
static const struct {
	const char *name;
	const char *values[VALUES_LIMIT];
	unsigned share; /* of 1,000 of the stacks that have keys at all */
} rows[] = {
	[KEY_APPLY] = {"apply", {"approve", "never", "auto"}, 300},
	[KEY_GUARD] = {"guard", {"stateful", "all", "none"}, 200},
	[KEY_ON_FAILURE] = {"on-failure", {"delete", "keep", "rollback"}, 350},
	[KEY_TIMEOUT] = {"timeout-in-minutes", {"5", "30"}, 250},
	[KEY_PROTECTION] = {"termination-protection", {"true", "false"}, 350},
	[KEY_POLICY] = {"stack-policy-file-path",
		{"{\"Statement\":[{" ALLOW "}]}", "{\"Statement\":[{\"Sid\":\"two\"," ALLOW "}]}"},
		350},
	[KEY_TAGS] = {"tags", {"{}", "{stage: a}", "{cost: c, stage: b}"}, 300},
	[KEY_TOPICS] = {"notification-arns",
		{"[]", "[" TOPIC "one]", "[" TOPIC "one, " TOPIC "two]"}, 200},
	[KEY_ROLE] = {"role-arn", {ROLE "one", ROLE "two"}, 200},
	[KEY_FOLLOW] = {"follow-ssm", {"true", "false"}, 500},
};
static_assert(COUNT(rows) == KEY_COUNT, "one row per key");

const char *key_name(enum key key)
{
	return rows[key].name;
}

static unsigned bit(enum key key)
{
	return 1U << key;
}

bool keys_play(const struct keys *keys, enum key first, enum key end)
{
	for (enum key key = first; key < end; key++)
		if (keys->open & bit(key))
			return true;
	return false;
}

static unsigned draw_value(enum key key, struct chance *chance)
{
	unsigned count = 0;

	while (count < VALUES_LIMIT && rows[key].values[count])
		count++;
	return (unsigned)chance_below(chance, count + 1);
}

void keys_begin(struct keys *keys, struct chance *chance)
{
	if (!chance_hits(chance, 400))
		return;
	for (enum key key = 0; key < KEY_COUNT; key++) {
		bool open = chance_hits(chance, rows[key].share);
		unsigned value = draw_value(key, chance);

		if (!open)
			continue;
		/* What is never applied is not even there; later it may happen to anything. */
		keys->values[key] =
			key == KEY_APPLY && value == APPLY_NOT_AT_ALL ? APPLY_BY_APPROVAL : value;
		keys->open |= bit(key);
		keys->had |= keys->values[key] ? bit(key) : 0;
	}
}

void keys_set(struct keys *keys, const struct world *world, enum key key, unsigned value)
{
	if (keys->values[key] == value)
		return;
	keys->values[key] = value;
	keys->had |= value ? bit(key) : 0;
	keys->edited_ms[key] = world->now_ms;
}

void keys_edit(struct keys *keys, const struct world *world, struct chance *chance)
{
	size_t first = chance_below(chance, KEY_COUNT);

	for (size_t i = 0; i < KEY_COUNT; i++) {
		enum key key = (enum key)((first + i) % KEY_COUNT);

		if (!(keys->open & bit(key)))
			continue;
		keys_set(keys, world, key, draw_value(key, chance));
		world_tell(world, "==== now it says %s: %s", rows[key].name,
			keys->values[key] ? keys_text(keys, key) : "nothing");
		return;
	}
}

const char *keys_text(const struct keys *keys, enum key key)
{
	return keys->values[key] ? rows[key].values[keys->values[key] - 1] : NULL;
}

void keys_write(const struct keys *keys, const char *name, struct world *world, struct text *out)
{
	for (enum key key = 0; key < KEY_COUNT; key++) {
		const char *text = keys_text(keys, key);
		AUTO(free_text) char *path = xasprintf("policies/%s.json", name);
		AUTO(free_text) char *full = xasprintf(WORLD_FOLDER "/%s", path);

		if (!text)
			continue;
		text_format(out, "%s: %s\n", rows[key].name, key == KEY_POLICY ? path : text);
		if (key == KEY_POLICY)
			pairs_set(&world->files, full, text);
	}
}

bool keys_known(const struct keys *keys, const struct world *world, enum key key, uint64_t sent_ms)
{
	return !keys->edited_ms[key] ||
	       keys->edited_ms[key] + world_patience_ms(world, sent_ms) < sent_ms;
}

bool keys_say(const struct keys *keys, const struct world *world, enum key key, unsigned value,
	uint64_t sent_ms)
{
	return keys->values[key] == value && keys_known(keys, world, key, sent_ms);
}
