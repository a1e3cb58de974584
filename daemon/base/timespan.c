#include "base/timespan.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"

#define SECOND UINT64_C(1000000)
static const uint64_t limit_us = TIMESPAN_LIMIT_MS * 1000;

/* systemd.time(7), in microseconds. Case counts: M is a month, m a minute. */
static const struct unit {
	const char *name;
	uint64_t us;
} units[] = {
	{"", SECOND},
	{"us", 1},
	{"usec", 1},
	{"µs", 1},
	{"μs", 1},
	{"ms", 1000},
	{"msec", 1000},
	{"s", SECOND},
	{"sec", SECOND},
	{"second", SECOND},
	{"seconds", SECOND},
	{"m", 60 * SECOND},
	{"min", 60 * SECOND},
	{"minute", 60 * SECOND},
	{"minutes", 60 * SECOND},
	{"h", 3600 * SECOND},
	{"hr", 3600 * SECOND},
	{"hour", 3600 * SECOND},
	{"hours", 3600 * SECOND},
	{"d", 86400 * SECOND},
	{"day", 86400 * SECOND},
	{"days", 86400 * SECOND},
	{"w", 7 * 86400 * SECOND},
	{"week", 7 * 86400 * SECOND},
	{"weeks", 7 * 86400 * SECOND},
	{"M", 2629800 * SECOND},
	{"month", 2629800 * SECOND},
	{"months", 2629800 * SECOND},
	{"y", 31557600 * SECOND},
	{"year", 31557600 * SECOND},
	{"years", 31557600 * SECOND},
};

static const char *skip_space(const char *text)
{
	return text + strspn(text, " \t");
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* A unit ends where a number, white space or the text does. */
static const struct unit *read_unit(const char **text)
{
	size_t length = strcspn(*text, "0123456789. \t");

	for (size_t i = 0; i < COUNT(units); i++) {
		const struct unit *unit = &units[i];

		if (strlen(unit->name) == length && strncmp(unit->name, *text, length) == 0) {
			*text += length;
			return unit;
		}
	}
	return NULL;
}

/* One "1.5h": adds to *us. */
static bool read_term(const char **text, uint64_t *us)
{
	const char *whole = *text;
	const char *fraction = NULL;
	uint64_t number = 0;

	for (; is_digit(**text); ++*text)
		if (number <= limit_us)
			number = number * 10 + (uint64_t)(**text - '0');
	if (*text == whole)
		return false;
	if (**text == '.') {
		fraction = ++*text;
		if (!is_digit(*fraction))
			return false;
		*text += strspn(*text, "0123456789");
	}
	*text = skip_space(*text);

	const struct unit *unit = read_unit(text);

	if (!unit || number > limit_us / unit->us)
		return false;
	*us += number * unit->us;
	for (uint64_t step = unit->us / 10; fraction && is_digit(*fraction); step /= 10)
		*us += (uint64_t)(*fraction++ - '0') * step;
	return *us <= limit_us;
}

bool timespan_parse(const char *text, uint64_t *ms)
{
	uint64_t us = 0;

	text = skip_space(text);
	if (strcmp(text, "infinity") == 0) {
		*ms = TIMESPAN_LIMIT_MS;
		return true;
	}
	do {
		if (!read_term(&text, &us))
			return false;
		text = skip_space(text);
	} while (*text);
	*ms = (us + 999) / 1000;
	return true;
}

const char *timespan_write(uint64_t ms, char out[TIMESPAN_SIZE])
{
	static const struct {
		const char *name;
		uint64_t ms;
	} spans[] = {{"d", 86400000}, {"h", 3600000}, {"min", 60000}, {"s", 1000}, {"ms", 1}};
	size_t i = 0, next;

	while (i + 1 < COUNT(spans) && ms < spans[i].ms)
		i++;
	next = i + 1 < COUNT(spans) ? (ms % spans[i].ms) / spans[i + 1].ms : 0;
	if (next)
		snprintf(out, TIMESPAN_SIZE, "%llu%s %zu%s", (unsigned long long)(ms / spans[i].ms),
			spans[i].name, next, spans[i + 1].name);
	else
		snprintf(out, TIMESPAN_SIZE, "%llu%s", (unsigned long long)(ms / spans[i].ms),
			spans[i].name);
	return out;
}
