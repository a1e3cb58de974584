/* How long to wait before the next attempt: full jitter. */
#pragma once

#include <stdint.h>

/* `least_ms` doubled with each attempt after the first, at most `most_ms`; never 0. */
uint64_t backoff_most_ms(unsigned attempt, uint64_t least_ms, uint64_t most_ms);

/* `attempt` counts from 1, `chance` is in [0, 1). Between a tenth of `least_ms` and `least_ms`
 * doubled with each attempt, at most `most_ms`; never 0. */
uint64_t backoff_ms(unsigned attempt, uint64_t least_ms, uint64_t most_ms, double chance);
