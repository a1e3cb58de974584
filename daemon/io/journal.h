/* Where the daemon says what happens: the journal with its structured fields, or standard error.
 * Saying something never blocks: what can't be said at once is counted and dropped, and the next
 * line that gets through is preceded by "N messages dropped". */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "engine/engine.h"

enum journal_target {
	JOURNAL_FIELDS,   /* datagrams to the journal's socket */
	JOURNAL_PREFIXED, /* lines with "<N>" in front, for whoever started us as a service */
	JOURNAL_PLAIN,    /* lines with the time in front, for people */
};

#define JOURNAL_SOCKET "/run/systemd/journal/socket"

/* What $JOURNAL_STREAM and $SYSTEMD_EXEC_PID say about this file descriptor. */
enum journal_target journal_target_of(int descriptor);

/* `socket_path` is for JOURNAL_FIELDS, `descriptor` (borrowed) for the other two, and for the first
 * where there is no journal. Where not even a socket can be had, lines go to the descriptor. */
struct journal *journal_new(enum journal_target target, const char *socket_path, int descriptor);
void journal_free(struct journal *journal);
DEFINE_AUTO(struct journal *, journal_free);

void journal_report(struct journal *journal, const struct report *report);

/* A line about the daemon itself. */
void journal_line(struct journal *journal, enum report_level level, const char *format, ...)
	FORMAT(3, 4);
