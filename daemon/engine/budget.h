/* A token bucket that finds the account's real limit: throttled, the rate halves at once; each
 * success brings a little back (AIMD). Time is boottime_ms. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct budget {
	double rate;    /* calls per second, now */
	double ceiling; /* as set */
	double tokens;  /* at most twice the rate that is set */
	uint64_t filled_ms;
	unsigned throttled;   /* times, without a success in between */
	uint64_t halved_call; /* the last call that had left by then */
};

/* Sets the ceiling, at the start and when the settings change. */
void budget_set(struct budget *budget, double rate, uint64_t now_ms);

/* Takes a token; false: none, and *due_ms (may be NULL) is when there is one. */
bool budget_take(struct budget *budget, uint64_t now_ms, uint64_t *due_ms);
void budget_throttled(struct budget *budget, uint64_t now_ms);
void budget_succeeded(struct budget *budget);
