/* Tells when the folder has to be read again. inotify is a hint that makes it quick; what counts is
 * the rescan, which comes at the latest after the rescan interval, changes or not. A change is told
 * once it has been quiet for a while and no file is being written any more. */
#pragma once

#include <stdint.h>
#include <uv.h>

#include "base/pairs.h"

struct watch;

/* Times in ms. */
struct watch_options {
	uint64_t quiet_time_ms;    /* without changes, before they are told */
	uint64_t quiet_limit_ms;   /* changes that don't end are told after this: 10 s */
	uint64_t writing_limit_ms; /* an open file is waited for no longer than this: 60 s */
	uint64_t rescan_ms;        /* rescans come after once to twice this: 30 s */
};

/* Quiet again after changes, or time for a rescan. Called from the loop, never from inside a
 * watch_ function; the owner reads the folder and calls watch_folders(). */
typedef void watch_changed(void *owner);

/* Watches `folder`, which need not be there; what changes from now on is told. Never NULL. */
struct watch *watch_new(uv_loop_t *loop, const char *folder, const struct watch_options *options,
	watch_changed *changed, void *owner);

/* After each reading: watches these folders besides (desired->watched), and the right one where a
 * folder was replaced. What is newly watched is told as a change once more, for it may have changed
 * between the reading and now. */
void watch_folders(struct watch *watch, const struct texts *folders, uint64_t quiet_time_ms);

/* Why changes are noticed at rescans only, fit for people; NULL: nothing to say. Each trouble is
 * said once. Borrowed until the next watch_ function; to be asked after watch_new() and
 * watch_folders(). */
const char *watch_trouble(struct watch *watch);

/* Frees it; `closed` (may be NULL) is called when that is done. NULL is closed already, and then
 * `closed` is not called. */
void watch_close(struct watch *watch, void (*closed)(void *owner), void *owner);
