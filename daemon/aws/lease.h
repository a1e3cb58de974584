/* Keys and their time: when others should be fetched, and until when these are good. Times are
 * wall-clock ms. Zeroed memory is a lease without keys. */
#pragma once

#include <stdint.h>

#include "aws/credentials.h"

struct lease {
	struct credentials keys;
	uint64_t expires_ms;   /* 0: never */
	uint64_t advisory_ms;  /* from here on others are fetched, these are used */
	uint64_t mandatory_ms; /* from here on these are not used, but waited for others */
	uint64_t retry_ms;     /* not before: a fetch failed */
};

enum lease_state {
	LEASE_NONE,
	LEASE_GOOD,
	LEASE_ADVISORY,  /* use them, and fetch others */
	LEASE_MANDATORY, /* fetch others, and wait for them */
};

/* 15 and 10 minutes before they expire, or a quarter and a tenth of a life so short that this is
 * less. `chance`, in [0, 1), keeps many from asking at the same moment. Takes the keys; what was
 * there is wiped. */
void lease_take(struct lease *lease, struct credentials *takes, uint64_t expires_ms,
	uint64_t now_ms, double chance);
void lease_done(struct lease *lease);

enum lease_state lease_look(const struct lease *lease, uint64_t now_ms);

/* Others are wanted soon, if these ever end: from now on, LEASE_ADVISORY. */
void lease_hurry(struct lease *lease, uint64_t now_ms);

/* Others could not be fetched: LEASE_ADVISORY is LEASE_GOOD again for a while. */
void lease_failed(struct lease *lease, uint64_t now_ms);
