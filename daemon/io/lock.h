/* A second stackd on the same folder is refused with a sentence. Locks end with the process. */
#pragma once

#include "base/error.h"

/* Locks the state directory `folder` (`path` stands in errors) by its file "lock", which holds our
 * process number for the sentence of whoever comes second. The descriptor to keep, or -1. */
int lock_state(int folder, const char *path, struct error *e);

/* Locks the folder of the manifests itself, for it may not be written to. *lock is -1 where it is
 * not there, can't be opened or its file system has no such locks: that is no error. False where
 * another holds it. */
bool lock_manifests(const char *path, int *lock, struct error *e);
