#include "io/journal.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/calendar.h"
#include "base/text.h"
#include "io/journal_socket.h"
#include "io/journal_stream.h"
#include "report/harmless.h"
#include "report/sentences.h"

struct journal {
	enum journal_target target;
	char *socket_path;
	int socket;     /* -1: none */
	int descriptor; /* borrowed */
	uint64_t dropped;
};

/* For `journalctl MESSAGE_ID=` and catalogs: never changed once released. */
static const char *const message_ids[] = {
	[REPORT_STATE] = "7f805a572c0548a1850b38a256181838",
	[REPORT_SUBMIT] = "76683ab22832433f8b85204774e2ee11",
	[REPORT_EVENT] = "d2652ddfd03c476596f866dc2fb1ae0e",
	[REPORT_SUCCEEDED] = "b5ea21491ba443e89bf02c0bd78dc3a7",
	[REPORT_FAILED] = "f4724cfff3634c50b63bc7bf570c804b",
	[REPORT_FOREIGN] = "72b16b2e422f452eb372b851648122bb",
	[REPORT_SCOPE] = "53de25c14afc41bf94a7feebbb025e1a",
	[REPORT_MEMORY] = "4ebde66b50b34d2c92f2f2a771d1133d",
	[REPORT_FOLDER] = "931e75cb545d49d1bf69615bd026a155",
};
static_assert(COUNT(message_ids) == REPORT_CLASS_COUNT, "one id per class");

enum journal_target journal_target_of(int descriptor)
{
	const char *stream = getenv("JOURNAL_STREAM");
	const char *process = getenv("SYSTEMD_EXEC_PID");
	char ours[64] = "";
	struct stat status;

	/* The variables are inherited by whatever a service starts, so they prove nothing alone. */
	if (fstat(descriptor, &status) == 0)
		snprintf(ours, sizeof(ours), "%ju:%ju", (uintmax_t)status.st_dev,
			(uintmax_t)status.st_ino);
	if (stream && strcmp(stream, ours) == 0)
		return JOURNAL_FIELDS;
	if (process && strtol(process, NULL, 10) == getpid() && !isatty(descriptor))
		return JOURNAL_PREFIXED;
	return JOURNAL_PLAIN;
}

struct journal *journal_new(enum journal_target target, const char *socket_path, int descriptor)
{
	struct journal *journal = xcalloc(1, sizeof(*journal));

	journal->target = target;
	journal->socket_path = xstrdup(socket_path);
	journal->descriptor = descriptor;
	journal->socket = -1;
	if (target == JOURNAL_FIELDS)
		journal->socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return journal;
}

/* --- one message --- */

static enum journal_result say_line(
	struct journal *journal, enum report_level level, const char *sentence)
{
	AUTO_DONE(text_done) struct text line = {0};
	char time_text[32];

	if (journal->target == JOURNAL_PLAIN) {
		const char *word = level == REPORT_ERR       ? "error: "
				   : level == REPORT_WARNING ? "warning: "
							     : "";

		calendar_write(
			CALENDAR_ISO, (uint64_t)time(NULL) * 1000, time_text, sizeof(time_text));
		text_format(&line, "%s %s%s", time_text, word, sentence);
	} else {
		text_format(&line, "<%d>%s", (int)level, sentence);
	}
	return journal_stream_write(journal->descriptor, &line);
}

static enum journal_result say(struct journal *journal, enum report_level level,
	const char *sentence, const struct report *report)
{
	AUTO_DONE(text_done) struct text fields = {0};

	if (journal->socket < 0)
		return say_line(journal, level, sentence);
	journal_field(&fields, "MESSAGE", sentence);
	text_format(&fields, "PRIORITY=%d\n", (int)level);
	journal_field(&fields, "SYSLOG_IDENTIFIER", "stackd");
	if (report) {
		journal_field(&fields, "MESSAGE_ID", message_ids[report->class]);
		journal_field(&fields, "STACKD_STACK", report->stack);
		journal_field(&fields, "STACKD_REGION", report->region);
		journal_field(&fields, "STACKD_MANIFEST", report->manifest);
		journal_field(&fields, "STACKD_OPERATION", report->operation);
		journal_field(&fields, "STACKD_REASON", report->reason);
		journal_field(&fields, "STACKD_REQUEST_ID", report->request_id);
	}
	enum journal_result result =
		journal_socket_send(journal->socket, journal->socket_path, &fields);

	return result == JOURNAL_ABSENT ? say_line(journal, level, sentence) : result;
}

static bool say_dropped(struct journal *journal)
{
	char sentence[64];

	if (!journal->dropped)
		return true;
	snprintf(sentence, sizeof(sentence), "%llu message%s dropped",
		(unsigned long long)journal->dropped, journal->dropped == 1 ? "" : "s");
	if (say(journal, REPORT_WARNING, sentence, NULL) != JOURNAL_SAID)
		return false;
	journal->dropped = 0;
	return true;
}

static void say_or_drop(struct journal *journal, enum report_level level, const char *sentence,
	const struct report *report)
{
	if (!say_dropped(journal) || say(journal, level, sentence, report) != JOURNAL_SAID)
		journal->dropped++;
}

void journal_report(struct journal *journal, const struct report *report)
{
	AUTO_DONE(text_done) struct text sentence = {0};

	sentence_report(report, &sentence);
	say_or_drop(journal, report->level, text_string(&sentence), report);
}

void journal_line(struct journal *journal, enum report_level level, const char *format, ...)
{
	AUTO_DONE(text_done) struct text sentence = {0};
	va_list arguments;

	va_start(arguments, format);
	AUTO(free_text) char *said = xvasprintf(format, arguments);
	va_end(arguments);
	harmless_add(&sentence, said);
	say_or_drop(journal, level, text_string(&sentence), NULL);
}

void journal_free(struct journal *journal)
{
	if (!journal)
		return;
	say_dropped(journal);
	if (journal->socket >= 0)
		close(journal->socket);
	free(journal->socket_path);
	free(journal);
}
