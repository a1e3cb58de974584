#include "aws/lease.h"

enum {
	ADVISORY_MS = 15 * 60 * 1000,
	MANDATORY_MS = 10 * 60 * 1000,
	RETRY_MIN_MS = 1000,
	RETRY_MAX_MS = 60 * 1000,
};

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

void lease_done(struct lease *lease)
{
	credentials_done(&lease->keys);
	*lease = (struct lease){0};
}

void lease_take(struct lease *lease, struct credentials *takes, uint64_t expires_ms,
	uint64_t now_ms, double chance)
{
	uint64_t life_ms = expires_ms > now_ms ? expires_ms - now_ms : 0;
	uint64_t advisory_ms = least(ADVISORY_MS, life_ms / 4);
	uint64_t mandatory_ms = least(MANDATORY_MS, life_ms / 10);
	/* Somewhere in the first half of the time between the two. */
	uint64_t jitter_ms = (uint64_t)(chance * (double)(advisory_ms - mandatory_ms) / 2);

	lease_done(lease);
	*lease = (struct lease){
		.keys = *takes,
		.expires_ms = expires_ms,
		.advisory_ms = expires_ms - advisory_ms + jitter_ms,
		.mandatory_ms = expires_ms - mandatory_ms,
	};
	*takes = (struct credentials){0};
}

enum lease_state lease_look(const struct lease *lease, uint64_t now_ms)
{
	if (!lease->keys.access_key)
		return LEASE_NONE;
	if (!lease->expires_ms || now_ms < lease->advisory_ms)
		return LEASE_GOOD;
	if (now_ms >= lease->mandatory_ms)
		return LEASE_MANDATORY;
	return now_ms < lease->retry_ms ? LEASE_GOOD : LEASE_ADVISORY;
}

void lease_hurry(struct lease *lease, uint64_t now_ms)
{
	lease->advisory_ms = least(lease->advisory_ms, now_ms);
}

/* Several more tries fit in before the keys must not be used any more. */
void lease_failed(struct lease *lease, uint64_t now_ms)
{
	uint64_t left_ms = lease->mandatory_ms > now_ms ? lease->mandatory_ms - now_ms : 0;
	uint64_t wait_ms = least(left_ms / 4, RETRY_MAX_MS);

	lease->retry_ms = now_ms + (wait_ms > RETRY_MIN_MS ? wait_ms : RETRY_MIN_MS);
}
