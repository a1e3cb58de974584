/* Lines on standard error, without ever waiting. For journal.c only. */
#pragma once

#include "base/text.h"

enum journal_result {
	JOURNAL_SAID,
	JOURNAL_FULL,   /* it would have blocked: nothing was said */
	JOURNAL_ABSENT, /* nobody is there to listen */
};

/* Writes one line, cut where it is longer than a pipe takes at once; adds the line's end. */
enum journal_result journal_stream_write(int descriptor, const struct text *line);
