/* Serves one fetch of aws/fetch: reads its files, sends its requests and forms, runs its program,
 * one after the other, until it has the keys or has failed. */
#pragma once

#include <uv.h>

#include "aws/fetch.h"
#include "io/sender.h"

struct fetcher;

struct fetcher_result {
	struct credentials keys; /* the receiver's where it sets them to none; else wiped */
	uint64_t expires_ms;     /* by our clock; 0: never */
	struct error error;      /* ERROR_NONE: these are the keys */
	bool keys_refused;       /* with the error: the recipe's own are no good any more */
};

/* Called exactly once, never from inside fetcher_start(); not after fetcher_cancel(). The fetcher
 * is gone when it begins. */
typedef void fetcher_done(void *owner, struct fetcher_result *result);

struct fetcher_options {
	struct sender *sender;
	const struct recipe *recipe; /* borrowed until the end */
	const char *session_name;
	const char *region; /* of STS; NULL: only what needs none goes well */
};

struct fetcher *fetcher_start(
	uv_loop_t *loop, const struct fetcher_options *options, fetcher_done *done, void *owner);
void fetcher_cancel(struct fetcher *fetcher); /* NULL is fine */

/* In [0, 1), of the kernel. */
double fetcher_chance(void);
