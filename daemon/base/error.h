/* An error is what to do and what to say. Functions return bool, with `struct error *` last; only
 * the top reports it. Failing allocates nothing; where the text gets long, the context is cut,
 * never the cause. */
#pragma once

#include <stdbool.h>

#include "base/memory.h"

enum error_kind {
	ERROR_NONE,
	ERROR_INVALID,   /* somebody has to mend a file or a setting: wait for an edit */
	ERROR_DENIED,    /* credentials or permissions */
	ERROR_TRANSIENT, /* network, 5xx: back off, then again */
	ERROR_THROTTLED, /* the rate budget slows down, then again */
	ERROR_REFUSED,   /* AWS understood and said no: failed until something changes */
	ERROR_QUOTA,     /* a hard limit: a long pause, and say so */
	ERROR_KIND_COUNT,
};

enum { ERROR_TEXT_SIZE = 1024 };

struct error {
	enum error_kind kind;
	char text[ERROR_TEXT_SIZE];
};

/* "invalid", "denied" ...; for records and tests. */
const char *error_kind_name(enum error_kind kind);

/* Sets the error and returns false, so that one can `return error_set(e, ...)`. e may be NULL. */
bool error_set(struct error *e, enum error_kind kind, const char *format, ...) FORMAT(3, 4);

/* Puts "context: " before the text and returns false. */
bool error_context(struct error *e, const char *format, ...) FORMAT(2, 3);
