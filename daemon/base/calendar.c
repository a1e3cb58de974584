#include "base/calendar.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

enum { YEAR, MONTH, DAY, HOUR, MINUTE, SECOND, FIELDS };

static const char letters[] = "YMDhms";
static const char months[][4] = {
	"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

static bool leap(unsigned year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static unsigned month_days(unsigned year, unsigned month)
{
	static const unsigned days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return days[month - 1] + (month == 2 && leap(year));
}

/* Days between 1970 and the first of January of this year. */
static uint64_t year_start(unsigned year)
{
	uint64_t before = year - 1;

	return before * 365 + before / 4 - before / 100 + before / 400 - 719162;
}

static bool read_digits(const char **text, size_t count, unsigned *value)
{
	*value = 0;
	for (size_t i = 0; i < count; i++, ++*text) {
		if (**text < '0' || **text > '9')
			return false;
		*value = *value * 10 + (unsigned)(**text - '0');
	}
	return true;
}

static bool read_month(const char **text, unsigned *month)
{
	for (unsigned i = 0; i < COUNT(months); i++)
		if (text_starts(*text, months[i])) {
			*month = i + 1;
			*text += 3;
			return true;
		}
	return false;
}

static bool read_field(char letter, const char **text, unsigned *fields)
{
	const char *at = strchr(letters, letter);

	if (letter == 'b')
		return read_month(text, &fields[MONTH]);
	if (at)
		return read_digits(text, letter == 'Y' ? 4 : 2, &fields[at - letters]);
	return *(*text)++ != '\0'; /* %? */
}

static bool to_ms(const unsigned *fields, uint64_t *ms)
{
	unsigned year = fields[YEAR];

	/* A leap second is told as :60; one second more or less is no matter here. */
	if (year < 1970 || fields[MONTH] < 1 || fields[MONTH] > 12 || fields[DAY] < 1 ||
		fields[DAY] > month_days(year, fields[MONTH]) || fields[HOUR] > 23 ||
		fields[MINUTE] > 59 || fields[SECOND] > 60)
		return false;
	uint64_t days = year_start(year) + fields[DAY] - 1;

	for (unsigned month = 1; month < fields[MONTH]; month++)
		days += month_days(year, month);
	*ms = (((days * 24 + fields[HOUR]) * 60 + fields[MINUTE]) * 60 + fields[SECOND]) * 1000;
	return true;
}

bool calendar_read(const char *format, const char *text, uint64_t *ms, const char **end)
{
	unsigned fields[FIELDS] = {1970, 1, 1, 0, 0, 0};

	for (; *format; format++) {
		if (*format == '%') {
			if (!read_field(*++format, &text, fields))
				return false;
		} else if (*text++ != *format) {
			return false;
		}
	}
	if (end)
		*end = text;
	return to_ms(fields, ms);
}

static void from_ms(uint64_t ms, unsigned *fields)
{
	/* A year has four digits, and no hostile number makes the loop below long. */
	static const uint64_t latest_ms = 253402300799000;
	uint64_t seconds = (ms < latest_ms ? ms : latest_ms) / 1000;
	uint64_t days = seconds / 86400;

	fields[YEAR] = 1970 + (unsigned)(days / 366); /* never beyond; then forward */
	while (year_start(fields[YEAR] + 1) <= days)
		fields[YEAR]++;
	unsigned left = (unsigned)(days - year_start(fields[YEAR]));

	for (fields[MONTH] = 1; left >= month_days(fields[YEAR], fields[MONTH]); fields[MONTH]++)
		left -= month_days(fields[YEAR], fields[MONTH]);
	fields[DAY] = left + 1;
	fields[HOUR] = (unsigned)(seconds / 3600 % 24);
	fields[MINUTE] = (unsigned)(seconds / 60 % 60);
	fields[SECOND] = (unsigned)(seconds % 60);
}

char *calendar_write(const char *format, uint64_t ms, char *out, size_t size)
{
	unsigned fields[FIELDS];
	size_t length = 0;

	from_ms(ms, fields);
	out[0] = '\0';
	for (; *format && length < size; format++) {
		int step;

		if (*format != '%') {
			step = snprintf(out + length, size - length, "%c", *format);
		} else if (*++format == 'b') {
			step = snprintf(
				out + length, size - length, "%s", months[fields[MONTH] - 1]);
		} else {
			const char *at = strchr(letters, *format);

			step = snprintf(out + length, size - length, "%0*u", *format == 'Y' ? 4 : 2,
				at ? fields[at - letters] : 0);
		}
		length += (size_t)step;
	}
	return out;
}
