/* Time spans in systemd's syntax: "90s", "5min", "200ms", "1h 30min", "1.5h", "infinity"; a bare
 * number counts seconds. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* 100 years: the longest span there is, and what "infinity" gives. So a deadline can be computed
 * from any span without running over. */
#define TIMESPAN_LIMIT_MS (UINT64_C(100) * 31557600 * 1000)

/* False, and *ms untouched, where text is no time span or a finite one beyond the limit. What is
 * more than nothing is at least 1 ms. */
bool timespan_parse(const char *text, uint64_t *ms);

enum { TIMESPAN_SIZE = 32 };

/* "10min", "1h 30min", "250ms": at most two units, the rest is cut off. Gives out. */
const char *timespan_write(uint64_t ms, char out[TIMESPAN_SIZE]);
