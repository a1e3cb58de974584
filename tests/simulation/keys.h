/* What a manifest may say beside its values: how it is applied, what becomes of a create, and what
 * of a stack is no part of its template. Which of these keys a story plays with is drawn for each
 * stack; a key's value is a number, 0 where the manifest has it not. */
#pragma once

#include "simulation/world.h"

enum key {
	KEY_APPLY,
	KEY_GUARD,
	KEY_ON_FAILURE,
	KEY_TIMEOUT,
	KEY_PROTECTION,
	KEY_POLICY,
	KEY_TAGS,
	KEY_TOPICS,
	KEY_ROLE,
	KEY_FOLLOW, /* follow-ssm */
	KEY_COUNT,
	KEYS_OF_REST = KEY_PROTECTION, /* from here to the next one: seen in the live stack */
	KEYS_OF_REST_END = KEY_FOLLOW,
};

enum {
	APPLY_BY_APPROVAL = 1,
	APPLY_NOT_AT_ALL = 2,
	GUARD_OF_STATE = 1,
	GUARD_EVERYTHING = 2,
	FOLLOW_AT_ONCE = 1,
};

struct keys {
	unsigned open; /* a bit for each that the story plays with */
	unsigned had;  /* a bit for each that the manifest has, or had */
	unsigned values[KEY_COUNT];
	uint64_t edited_ms[KEY_COUNT]; /* true time; 0: never */
};

const char *key_name(enum key key);
bool keys_play(const struct keys *keys, enum key first, enum key end); /* with any of these */

void keys_begin(struct keys *keys, struct chance *chance);
/* Another value for one of those that are open. */
void keys_edit(struct keys *keys, const struct world *world, struct chance *chance);
void keys_set(struct keys *keys, const struct world *world, enum key key, unsigned value);

/* As the manifest has it; NULL: it has it not. */
const char *keys_text(const struct keys *keys, enum key key);
/* Lines of the manifest of this name; a policy goes into a file of its own. */
void keys_write(const struct keys *keys, const char *name, struct world *world, struct text *out);

/* What is edited is known a while later, and not before the folder is back. True where the key's
 * value was known when something was sent. */
bool keys_known(const struct keys *keys, const struct world *world, enum key key, uint64_t sent_ms);
/* The same, and this is it. */
bool keys_say(const struct keys *keys, const struct world *world, enum key key, unsigned value,
	uint64_t sent_ms);
