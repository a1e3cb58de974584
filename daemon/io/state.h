/* The memory: one small file per record in the state directory, its key percent-encoded as the
 * name (eu-west-1%2Fweb.json), 0600. A record is written beside, synced and renamed, so that at any
 * moment either the old one or the new one is there. Disk work happens in a thread of libuv's pool;
 * the loop never waits for a disk. */
#pragma once

#include <stdbool.h>
#include <uv.h>

#include "base/error.h"
#include "engine/call.h"

struct state;

/* Called exactly once for each call, never from inside state_call(). The receiver may empty the
 * reply; it is freed after that. */
typedef void state_done(void *owner, uint64_t call, struct reply *reply);

/* `path` is the state directory, `folder` that of the manifests. With `write`: makes the directory
 * and the state key where they are missing, and locks both folders against another stackd; NULL and
 * a sentence that names the other process where there is one. Without: nothing is locked, made or
 * written, and a missing directory is an empty memory. */
struct state *state_open(const char *path, const char *folder, bool write, struct error *e);

/* CALL_RECALL or CALL_SAVE; the call is borrowed only until this returns. Calls are done in their
 * order. A record that could not be read is never overwritten: saving it is refused. */
void state_call(struct state *state, uv_loop_t *loop, const struct call *call, state_done *done,
	void *owner);

/* Saves that are not begun yet are refused from now on, so that the last answer comes soon. */
void state_hurry(struct state *state);

/* Unlocks and frees; only after the last answer (also from inside it). NULL is fine. */
void state_close(struct state *state);
