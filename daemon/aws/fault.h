/* What a refusal of AWS means for us, and how it is told to people (fact sheet §2.5). */
#pragma once

#include "engine/call.h"

/* Sorts by HTTP status, code and message ("" where there was none), in the fact sheet's order:
 * sets code, error, scope_wide and aws_code of *reply, never its effect. The text has no value that
 * AWS echoes (a template, a parameter, a canonical request), no control characters, and names the
 * permission that is missing. */
void fault_sort(enum call_kind kind, int http_status, const char *code, const char *message,
	struct reply *reply);

/* True for 429 and 503: whoever answers, AWS or something before it, wants fewer calls. */
bool fault_is_overload(int http_status);

/* True for the two refusals of a clock that is off; both are signed again with the right time. */
bool fault_is_skew(const char *code, const char *message);

/* True where AWS doesn't take a key any more, or never did: others may be taken. */
bool fault_is_stale_key(const char *code);

/* Copies to `out` as one line: white space and control characters become one space each, what does
 * not fit is cut between characters, with "..." in its place. */
void fault_tidy(const char *text, char *out, size_t size);
