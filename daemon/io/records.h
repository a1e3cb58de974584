/* The files of the memory: what io/state does on the disk, blocking, in whatever thread. */
#pragma once

#include "engine/call.h"

enum { RECORD_LIMIT = 1024 * 1024 };

/* All records, as CALL_RECALL wants them; one that can't be read has its problem. With `tidy`,
 * what interrupted saves left behind is removed. */
bool records_read(int folder, bool tidy, struct reply *reply, struct error *e);

/* Replaces a record, or forgets it where text is NULL; safe after disk_sync(). */
bool records_write(int folder, const char *key, const char *text, struct error *e);
