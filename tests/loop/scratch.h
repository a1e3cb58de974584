/* For loop tests that work on real files: a folder of their own, gone afterwards. */
#pragma once

#include <fcntl.h>
#include <ftw.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"

/* What fails here leaves nothing to test. */
static inline void must(int result, const char *what)
{
	if (result < 0) {
		perror(what);
		exit(EXIT_FAILURE);
	}
}

/* The caller frees the path. */
static inline char *scratch_new(void)
{
	const char *parent = getenv("TMPDIR");
	char *path = xasprintf("%s/stackd-test-XXXXXX", parent ? parent : "/tmp");

	must(mkdtemp(path) ? 0 : -1, path);
	return path;
}

static inline int scratch_remove_one(
	const char *path, const struct stat *status, int type, struct FTW *place)
{
	(void)status, (void)type, (void)place;
	return remove(path);
}

static inline void scratch_remove(const char *path)
{
	nftw(path, scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

/* Also frees the path. */
static inline void scratch_end(char *path)
{
	if (path)
		scratch_remove(path);
	free(path);
}
DEFINE_AUTO(char *, scratch_end);

static inline char *inside(const char *folder, const char *name)
{
	return xasprintf("%s/%s", folder, name);
}

/* In place, as `echo text > folder/name` does it. */
static inline void put_bytes(const char *folder, const char *name, const void *bytes, size_t length)
{
	AUTO(free_text) char *path = inside(folder, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	must(fd, path);
	must(write(fd, bytes, length) == (ssize_t)length ? 0 : -1, path);
	close(fd);
}

static inline void put(const char *folder, const char *name, const char *text)
{
	put_bytes(folder, name, text, strlen(text));
}

/* A mount namespace of its own, for the rest of the program; false where that takes more rights. */
static inline bool own_mounts(void)
{
	return unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}
