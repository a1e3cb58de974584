#include "stack/settings_values.h"

#include <string.h>

#include "base/memory.h"
#include "base/pairs.h"
#include "base/text.h"
#include "base/timespan.h"
#include "stack/names.h"

enum {
	OWNER_LIMIT = 128,  /* a tag's value; 256 there, but it also goes into reasons */
	SOCKET_LIMIT = 107, /* sun_path, less its NUL */
	FILE_LIMIT = 4095,  /* PATH_MAX, less its NUL */
	URL_LIMIT = 1024,
};

#define RATE_LIMIT 1000

/* --- texts --- */

static bool has_control(const char *value)
{
	for (; *value; value++)
		if ((unsigned char)*value < 0x20 || *value == 0x7f)
			return true;
	return false;
}

static bool profile_valid(const char *value)
{
	return !has_control(value) && !strpbrk(value, "[]");
}

/* Braces only around the two words that are filled in. */
static bool placeholders_valid(const char *value)
{
	while ((value = strpbrk(value, "{}"))) {
		if (text_starts(value, "{region}"))
			value += strlen("{region}");
		else if (text_starts(value, "{service}"))
			value += strlen("{service}");
		else
			return false;
	}
	return true;
}

static bool endpoint_valid(const char *value)
{
	const char *host = text_starts(value, "https://")  ? value + strlen("https://")
			   : text_starts(value, "http://") ? value + strlen("http://")
							   : NULL;

	return host && *host && *host != '/' && *host != ':' && strlen(value) <= URL_LIMIT &&
	       !strpbrk(host, "@?# \t\"\\") && !has_control(host) && placeholders_valid(host);
}

/* As short as it can become: what is too long only for some regions shows when it is used. */
static bool bucket_pattern_valid(const char *value)
{
	AUTO(free_text) char *name = bucket_fill(value, "123456789012", "eu-west-1");

	return bucket_valid(name);
}

static bool owner_valid(const char *value)
{
	return strlen(value) <= OWNER_LIMIT &&
	       !value[strspn(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789 _.:/=+@-")];
}

static bool socket_valid(const char *value)
{
	return *value == '/' && strlen(value) <= SOCKET_LIMIT && !has_control(value);
}

static bool file_valid(const char *value)
{
	return *value == '/' && strlen(value) <= FILE_LIMIT && !has_control(value);
}

static bool listen_valid(const char *value)
{
	const char *colon = strrchr(value, ':');
	const char *port = colon ? colon + 1 : value;
	size_t digits = strspn(port, "0123456789");
	unsigned number = 0;

	if (!digits || digits > 5 || port[digits] || strpbrk(value, " \t/"))
		return false;
	while (*port)
		number = number * 10 + (unsigned)(*port++ - '0');
	return number <= 65535;
}

static const struct {
	bool (*text_valid)(const char *value); /* NULL: no text */
	const char *expected;
} types[] = {
	[SETTING_REGION] = {region_valid, "a region such as eu-west-1"},
	[SETTING_PROFILE] = {profile_valid, "a profile's name"},
	[SETTING_ENDPOINT] = {endpoint_valid, "http:// or https:// and a host, with no user name; "
					      "{region} and {service} are filled in"},
	[SETTING_BUCKET] = {bucket_pattern_valid, "the name of a bucket: 3 to 63 lower-case "
						  "letters, digits, '.' and '-'; {account} and "
						  "{region} are filled in"},
	[SETTING_OWNER] = {owner_valid, "at most 128 letters, digits, blanks and _.:/=+-@"},
	[SETTING_SOCKET] = {socket_valid, "an absolute path of at most 107 bytes"},
	[SETTING_FILE] = {file_valid, "an absolute path"},
	[SETTING_LISTEN] = {listen_valid, "ADDRESS:PORT or PORT"},
	[SETTING_ACCOUNTS] = {NULL, "account ids of 12 digits with blanks between"},
	[SETTING_TIMESPAN] = {NULL, "a time span such as 90s, 5min or 200ms"},
	[SETTING_COUNT] = {NULL, "a whole number"},
	[SETTING_RATE] = {NULL, "calls per second, more than 0 and at most 1000, such as 4 or 0.5"},
	[SETTING_WORD] = {NULL, ""},
	[SETTING_SWITCH] = {NULL, "yes or no"},
};
_Static_assert(COUNT(types) == SETTING_TYPE_COUNT, "one row per type");

/* --- the rest --- */

static bool set_accounts(const char *value, struct texts *accounts)
{
	AUTO_DONE(texts_done) struct texts found = {0};

	for (value += strspn(value, " \t"); *value; value += strspn(value, " \t")) {
		size_t length = strcspn(value, " \t");
		AUTO(free_text) char *account = xstrndup(value, length);

		if (!account_valid(account))
			return false;
		texts_add(&found, account);
		value += length;
	}
	for (size_t i = 0; i < found.count; i++)
		if (!texts_have(accounts, found.items[i]))
			texts_add(accounts, found.items[i]);
	return true;
}

static bool set_timespan(const struct setting *row, const char *value, uint64_t *ms)
{
	uint64_t parsed = 0;

	if (!timespan_parse(value, &parsed) || parsed < row->least)
		return false;
	*ms = parsed;
	return true;
}

static bool set_count(const struct setting *row, const char *value, uint64_t *count)
{
	uint64_t number = 0;

	for (const char *digit = value; *digit; digit++) {
		if (*digit < '0' || *digit > '9' || number > row->most)
			return false;
		number = number * 10 + (uint64_t)(*digit - '0');
	}
	if (number < row->least || number > row->most)
		return false;
	*count = number;
	return true;
}

/* Not strtod(): that one asks the locale what a decimal point is. */
static bool set_rate(const char *value, double *rate)
{
	double number = 0;
	double place = 1;
	size_t whole = strspn(value, "0123456789");
	size_t fraction = value[whole] == '.' ? strspn(value + whole + 1, "0123456789") : 0;

	if (!whole || whole > 6 || fraction > 6 || (value[whole] == '.' && !fraction) ||
		value[whole + (fraction ? fraction + 1 : 0)])
		return false;
	for (size_t i = 0; i < whole; i++)
		number = number * 10 + (value[i] - '0');
	for (size_t i = 0; i < fraction; i++)
		number += (value[whole + 1 + i] - '0') * (place /= 10);
	if (number <= 0 || number > RATE_LIMIT)
		return false;
	*rate = number;
	return true;
}

static bool set_word(const struct setting *row, const char *value, unsigned *word)
{
	for (unsigned i = 0; row->words[i]; i++)
		if (strcmp(row->words[i], value) == 0) {
			*word = i;
			return true;
		}
	return false;
}

static bool set_switch(const char *value, bool *on)
{
	static const char *const words[] = {"no", "yes", "false", "true", "off", "on", "0", "1"};

	for (size_t i = 0; i < COUNT(words); i++)
		if (strcasecmp(words[i], value) == 0) {
			*on = i % 2;
			return true;
		}
	return false;
}

bool setting_set(const struct setting *row, const char *value, void *place)
{
	switch (row->type) {
	case SETTING_ACCOUNTS:
		return set_accounts(value, place);
	case SETTING_TIMESPAN:
		return set_timespan(row, value, place);
	case SETTING_COUNT:
		return set_count(row, value, place);
	case SETTING_RATE:
		return set_rate(value, place);
	case SETTING_WORD:
		return set_word(row, value, place);
	case SETTING_SWITCH:
		return set_switch(value, place);
	default:
		if (!types[row->type].text_valid(value))
			return false;
		replace_text(place, value);
		return true;
	}
}

void setting_reset(const struct setting *row, void *place)
{
	if (row->type == SETTING_ACCOUNTS)
		texts_done(place);
	else if (*row->preset)
		setting_set(row, row->preset, place);
	else
		replace_text(place, NULL);
}

void setting_own(const struct setting *row, void *place)
{
	if (row->type == SETTING_ACCOUNTS) {
		struct texts borrowed = *(struct texts *)place;

		texts_copy(place, &borrowed);
	} else if (types[row->type].text_valid) {
		*(char **)place = xstrdup(*(char **)place);
	}
}

void setting_done(const struct setting *row, void *place)
{
	if (row->type == SETTING_ACCOUNTS)
		texts_done(place);
	else if (types[row->type].text_valid)
		replace_text(place, NULL);
}

bool setting_is_preset(const struct setting *row, const void *place)
{
	union {
		struct texts texts;
		char *text;
		uint64_t number;
		double rate;
		unsigned word;
		bool on;
	} preset = {.texts = {0}};
	bool same = false;

	setting_reset(row, &preset);
	switch (row->type) {
	case SETTING_ACCOUNTS:
		same = texts_equal(place, &preset.texts);
		break;
	case SETTING_TIMESPAN:
	case SETTING_COUNT:
		same = *(const uint64_t *)place == preset.number;
		break;
	case SETTING_RATE:
		same = *(const double *)place == preset.rate;
		break;
	case SETTING_WORD:
		same = *(const unsigned *)place == preset.word;
		break;
	case SETTING_SWITCH:
		same = *(const bool *)place == preset.on;
		break;
	default: {
		const char *text = *(char *const *)place;

		same = text && preset.text ? strcmp(text, preset.text) == 0 : text == preset.text;
	}
	}
	setting_done(row, &preset);
	return same;
}

char *setting_expected(const struct setting *row)
{
	struct text expected = {0};

	if (row->type == SETTING_COUNT) {
		text_format(&expected, "a whole number from %llu to %llu",
			(unsigned long long)row->least, (unsigned long long)row->most);
	} else if (row->type == SETTING_WORD) {
		for (size_t i = 0; row->words[i]; i++)
			text_format(&expected, "%s%s",
				i == 0              ? ""
				: row->words[i + 1] ? ", "
						    : " or ",
				row->words[i]);
	} else {
		text_format(&expected, "%s%s", types[row->type].expected,
			row->type == SETTING_TIMESPAN && row->least ? ", more than 0" : "");
	}
	return text_take(&expected);
}
