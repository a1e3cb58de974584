/* Bounded reads and safe writes of small files, with paths relative to an open folder (or
 * AT_FDCWD). The only place of stackd that opens files of others. */
#pragma once

#include <stddef.h>

#include "base/error.h"

/* A regular file of at most `limit` bytes, links followed, with a NUL behind its bytes; the caller
 * frees it. NULL: *e says why, without the path ("No such file or directory"), and errno is ENOENT
 * only where there is none. Never waits for a FIFO, and leaves devices and folders alone. */
char *disk_read(int folder, const char *path, size_t limit, size_t *length, struct error *e);

/* The same path from the root, without "." and doubled slashes: one place has one name, however it
 * was written. Links stay, as they may lead elsewhere later. The caller frees it. */
char *disk_absolute(const char *path);

/* Writes beside (NAME.tmp, 0600), syncs, and puts it in the place of what `name` was: at any moment
 * there is the old file or the new one. The name is safe only after disk_sync() of the folder. */
bool disk_write(int folder, const char *name, const void *bytes, size_t length, struct error *e);
bool disk_sync(int folder, struct error *e);

/* Sets *e to errno's text: transient where trying again may help. Returns false. */
bool disk_error(struct error *e, int number);
