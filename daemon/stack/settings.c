#include "stack/settings.h"

#include <stddef.h>
#include <string.h>

#include "base/nearest.h"
#include "base/text.h"
#include "stack/names.h"
#include "stack/settings_values.h"

enum { SETTINGS_LIMIT = 64 * 1024, FAULTS_LIMIT = 20 };

static const char *const apply_words[] = {"auto", "approve", "never", NULL};
static const char *const guard_words[] = {"stateful", "all", "none", NULL};
static const char *const on_removal_words[] = {"keep", "delete", NULL};
static const char *const adopt_words[] = {"always", "tagged", "never", NULL};

#define AT(member) offsetof(struct settings, member)
#define MANY 1000000 /* more than anybody means */

static const struct setting rows[] = {
	{"AWS", "Region", "", SETTING_REGION, BUILT, AT(region)},
	{"AWS", "Profile", "", SETTING_PROFILE, BUILT, AT(profile)},
	{"AWS", "EndpointUrl", "", SETTING_ENDPOINT, BUILT, AT(endpoint_url)},
	{"AWS", "AllowedAccounts", "", SETTING_ACCOUNTS, BUILT, AT(allowed_accounts)},
	{"AWS", "TemplateBucket", "", SETTING_BUCKET, BUILT, AT(template_bucket)},
	{"AWS", "CaBundle", "", SETTING_FILE, BUILT, AT(ca_bundle)},
	{"AWS", "AllowPlainHttp", "no", SETTING_SWITCH, BUILT, AT(allow_plain_http)},

	{"Reconcile", "Interval", "60s", SETTING_TIMESPAN, BUILT, AT(interval_ms), 1},
	{"Reconcile", "PollInterval", "5s", SETTING_TIMESPAN, BUILT, AT(poll_interval_ms), 1},
	{"Reconcile", "QuietTime", "1s", SETTING_TIMESPAN, BUILT, AT(quiet_time_ms)},
	{"Reconcile", "RevertDelay", "15min", SETTING_TIMESPAN, BUILT, AT(revert_delay_ms)},
	{"Reconcile", "MaxConcurrent", "20", SETTING_COUNT, BUILT, AT(max_concurrent), 1, MANY},
	{"Reconcile", "MaxAttempts", "3", SETTING_COUNT, BUILT, AT(max_attempts), 1, MANY},
	{"Reconcile", "MaxFailures", "3", SETTING_COUNT, BUILT, AT(max_failures), 1, MANY},
	{"Reconcile", "ReadRate", "4", SETTING_RATE, BUILT, AT(read_rate)},
	{"Reconcile", "WriteRate", "2", SETTING_RATE, BUILT, AT(write_rate)},
	{"Reconcile", "RetryMin", "15s", SETTING_TIMESPAN, BUILT, AT(retry_min_ms), 1},
	{"Reconcile", "RetryMax", "1h", SETTING_TIMESPAN, BUILT, AT(retry_max_ms), 1},
	{"Reconcile", "StallWarning", "30min", SETTING_TIMESPAN, BUILT, AT(stall_warning_ms), 1},

	{"Policy", "Apply", "auto", SETTING_WORD, BUILT, AT(apply), .words = apply_words},
	{"Policy", "Guard", "stateful", SETTING_WORD, BUILT, AT(guard), .words = guard_words},
	{"Policy", "OnRemoval", "keep", SETTING_WORD, BUILT, AT(on_removal),
		.words = on_removal_words},
	{"Policy", "Owner", "stackd", SETTING_OWNER, BUILT, AT(owner)},
	{"Policy", "Adopt", "always", SETTING_WORD, BUILT, AT(adopt), .words = adopt_words},
	{"Policy", "RecreateFailed", "yes", SETTING_SWITCH, BUILT, AT(recreate_failed)},
	{"Policy", "ContinueRollback", "yes", SETTING_SWITCH, BUILT, AT(continue_rollback)},
	{"Policy", "MaxRemovals", "1", SETTING_COUNT, BUILT, AT(max_removals), 0, MANY},
	{"Policy", "RemovalDelay", "10min", SETTING_TIMESPAN, BUILT, AT(removal_delay_ms)},

	{"Control", "Socket", "/run/stackd/stackd.sock", SETTING_SOCKET, BUILT, AT(socket)},
	{"Control", "MetricsListen", "", SETTING_LISTEN, LATER, AT(metrics_listen)},
};

static void *place_of(struct settings *settings, const struct setting *row)
{
	return (char *)settings + row->offset;
}

struct settings *settings_new(void)
{
	struct settings *settings = xcalloc(1, sizeof(*settings));

	for (size_t i = 0; i < COUNT(rows); i++)
		setting_reset(&rows[i], place_of(settings, &rows[i]));
	return settings;
}

struct settings *settings_copy(const struct settings *settings)
{
	struct settings *copy = xmemdup(settings, sizeof(*settings));

	for (size_t i = 0; i < COUNT(rows); i++)
		setting_own(&rows[i], place_of(copy, &rows[i]));
	return copy;
}

void settings_free(struct settings *settings)
{
	if (!settings)
		return;
	for (size_t i = 0; i < COUNT(rows); i++)
		setting_done(&rows[i], place_of(settings, &rows[i]));
	free(settings);
}

bool settings_row(size_t index, const char **section, const char **key, const char **preset)
{
	if (index >= COUNT(rows))
		return false;
	*section = rows[index].section;
	*key = rows[index].key;
	*preset = rows[index].preset;
	return true;
}

/* --- reading --- */

enum section_state { SECTION_NONE, SECTION_KNOWN, SECTION_SKIPPED };

struct reader {
	const char *path;
	struct texts *problems;
	struct settings *settings;
	enum section_state state;
	const char *section; /* of a row, where SECTION_KNOWN */
	unsigned line;
	unsigned retry_line; /* where RetryMin= or RetryMax= came last */
};

static void fault(struct reader *reader, const char *format, ...) FORMAT(2, 3);
static void fault(struct reader *reader, const char *format, ...)
{
	va_list arguments;

	if (reader->problems->count >= FAULTS_LIMIT)
		return;
	va_start(arguments, format);
	AUTO(free_text) char *said = xvasprintf(format, arguments);
	va_end(arguments);
	AUTO(free_text) char *problem = xasprintf("%s:%u: %s", reader->path, reader->line, said);

	texts_add(reader->problems, problem);
}

static void read_section(struct reader *reader, char *line)
{
	size_t length = strlen(line);

	reader->state = SECTION_SKIPPED;
	if (line[length - 1] != ']') {
		fault(reader, "found '%s', expected ']' at the end of a section", shown(line).text);
		return;
	}
	line[length - 1] = '\0';
	line++;

	struct nearest nearest = nearest_to(line);

	for (size_t i = 0; i < COUNT(rows); i++) {
		if (strcmp(rows[i].section, line) == 0) {
			reader->section = rows[i].section;
			reader->state = SECTION_KNOWN;
			return;
		}
		nearest_offer(&nearest, rows[i].section);
	}
	if (!text_starts(line, "X-"))
		fault(reader,
			"found section [%s], expected [AWS], [Reconcile], [Policy] or [Control]%s",
			shown(line).text, nearest_hint(&nearest).text);
}

static void unknown_key(struct reader *reader, const char *key)
{
	struct nearest nearest = nearest_to(key);

	for (size_t i = 0; i < COUNT(rows); i++) {
		if (strcmp(rows[i].key, key) == 0) {
			fault(reader, "found %s= in section [%s], expected it in [%s]", key,
				reader->section, rows[i].section);
			return;
		}
		nearest_offer(&nearest, rows[i].key);
	}
	if (!text_starts(key, "X-"))
		fault(reader, "unknown key '%s' in section [%s]%s", shown(key).text,
			reader->section, nearest_hint(&nearest).text);
}

static void read_value(struct reader *reader, const struct setting *row, const char *value)
{
	void *place = place_of(reader->settings, row);

	if (row->offset == AT(retry_min_ms) || row->offset == AT(retry_max_ms))
		reader->retry_line = reader->line;
	if (!*value) {
		setting_reset(row, place);
		return;
	}
	if (!setting_set(row, value, place)) {
		AUTO(free_text) char *expected = setting_expected(row);

		const char *at = strrchr(value, '@'); /* a password may stand in front of it */

		fault(reader, "found '%s' for %s=, expected %s",
			shown(row->type == SETTING_ENDPOINT && at ? at : value).text, row->key,
			expected);
		return;
	}
	if (row->when == LATER && !setting_is_preset(row, place)) {
		fault(reader, "%s=%s is not supported yet, expected the default, %s=%s", row->key,
			shown(value).text, row->key, row->preset);
		setting_reset(row, place);
	}
}

static char *trim(char *text)
{
	text += strspn(text, " \t\r");
	for (size_t length = strlen(text); length && strchr(" \t\r", text[length - 1]); length--)
		text[length - 1] = '\0';
	return text;
}

static void read_assignment(struct reader *reader, char *line)
{
	char *equals = strchr(line, '=');

	if (!equals || equals == line) {
		line[strcspn(line, " \t:")] =
			'\0'; /* the rest may be a secret in the wrong place */
		fault(reader, "found '%s', expected Key=value, [Section] or a comment",
			shown(line).text);
		return;
	}
	*equals = '\0';
	if (reader->state == SECTION_NONE)
		fault(reader, "found '%s=' before any section, expected [AWS], [Reconcile], ...",
			shown(trim(line)).text);
	if (reader->state != SECTION_KNOWN)
		return;

	const char *key = trim(line);
	const char *value = trim(equals + 1);

	for (size_t i = 0; i < COUNT(rows); i++)
		if (rows[i].section == reader->section && strcmp(rows[i].key, key) == 0) {
			read_value(reader, &rows[i], value);
			return;
		}
	unknown_key(reader, key);
}

/* A logical line: what a backslash at the end of a line goes on in is joined with a blank. */
static void read_line(struct reader *reader, char *line)
{
	line = trim(line);
	if (*line == '[')
		read_section(reader, line);
	else if (*line)
		read_assignment(reader, line);
}

/* Comments don't continue, and don't end what continues around them; so does systemd. */
static void read_lines(struct reader *reader, char *bytes)
{
	struct text logical = {0};
	unsigned number = 0;

	for (char *line = bytes; line;) {
		char *next = strchr(line, '\n');

		if (next)
			*next++ = '\0';
		number++;
		line = trim(line);

		size_t length = strlen(line);
		bool continues = length && line[length - 1] == '\\';

		if (*line != '#' && *line != ';') {
			if (!logical.length)
				reader->line = number;
			text_add_bytes(&logical, line, length - continues);
			if (continues) {
				text_add_char(&logical, ' ');
			} else if (logical.length) {
				read_line(reader, logical.data);
				text_clear(&logical);
			}
		}
		line = next;
	}
	if (logical.length)
		read_line(reader, logical.data);
	text_done(&logical);
}

static bool readable(struct reader *reader, const char *bytes, size_t length)
{
	size_t bad = 0;

	if (length > SETTINGS_LIMIT) {
		fault(reader, "found %zu bytes, expected at most %d", length, SETTINGS_LIMIT);
		return false;
	}
	if (utf8_valid(bytes, length, &bad))
		return true;
	for (size_t i = 0; i < bad; i++)
		reader->line += bytes[i] == '\n';
	fault(reader, "found byte 0x%02x, expected text in UTF-8", (unsigned char)bytes[bad]);
	return false;
}

struct settings *settings_parse(
	const char *path, const char *bytes, size_t length, struct texts *problems)
{
	AUTO(settings_free) struct settings *settings = settings_new();
	struct reader reader = {
		.path = path, .problems = problems, .settings = settings, .line = 1};
	size_t before = problems->count;

	if (!readable(&reader, bytes, length))
		return NULL;

	bool mark = length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0;
	AUTO(free_text) char *copy = xmemdup(bytes + 3 * mark, length - 3 * (size_t)mark);

	read_lines(&reader, copy);
	if (problems->count == before && settings->retry_max_ms < settings->retry_min_ms) {
		reader.line = reader.retry_line;
		fault(&reader, "found RetryMax= shorter than RetryMin=, expected it to be longer");
	}
	return problems->count == before ? take(settings) : NULL;
}
