/* One setting: how its value is read, reset and compared. For settings.c only. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum setting_type {
	SETTING_REGION,
	SETTING_PROFILE,
	SETTING_ENDPOINT,
	SETTING_BUCKET,
	SETTING_OWNER,
	SETTING_SOCKET,
	SETTING_FILE,
	SETTING_LISTEN,
	SETTING_ACCOUNTS,
	SETTING_TIMESPAN,
	SETTING_COUNT,
	SETTING_RATE,
	SETTING_WORD,
	SETTING_SWITCH,
	SETTING_TYPE_COUNT,
};

enum setting_when {
	BUILT,
	LATER, /* read and checked, but only the default is accepted yet */
};

struct setting {
	const char *section, *key;
	const char *preset; /* "": none */
	enum setting_type type;
	enum setting_when when;
	size_t offset; /* in struct settings */
	uint64_t least, most;
	const char *const *words; /* SETTING_WORD: in the order of the enum, NULL at the end */
};

/* `place` is the member of struct settings, zeroed before the first reset. A value that is not
 * accepted (false) leaves it untouched. */
bool setting_set(const struct setting *row, const char *value, void *place);
void setting_reset(const struct setting *row, void *place);
void setting_own(const struct setting *row, void *place); /* copies what it only borrows */
void setting_done(const struct setting *row, void *place);
bool setting_is_preset(const struct setting *row, const void *place);

/* "a time span such as 90s, 5min or 200ms"; the caller frees it. */
char *setting_expected(const struct setting *row);
