#include "io/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "io/disk.h"

enum { LOCKS_LIMIT = 1024 * 1024 };

static bool refused(const char *path, long process, struct error *e)
{
	char who[32] = "";

	if (process > 0)
		snprintf(who, sizeof(who), " (process %ld)", process);
	return error_set(e, ERROR_INVALID,
		"%s: another stackd%s is at work here; stop it first, or leave the work to it",
		path, who);
}

/* "1: FLOCK ADVISORY WRITE 4711 08:01:393226 0 EOF": the process where the line is about the file.
 */
static long holder_in(char *line, const char *file)
{
	char *fields[6] = {NULL}, *rest = NULL;

	for (size_t i = 0; i < COUNT(fields); i++) {
		fields[i] = strtok_r(i == 0 ? line : NULL, " ", &rest);
		if (!fields[i])
			return 0;
	}
	return strcmp(fields[1], "FLOCK") == 0 && strcmp(fields[5], file) == 0
		       ? strtol(fields[4], NULL, 10)
		       : 0;
}

/* The kernel's list names who holds a lock; a sandbox may hide it: 0. */
static long holder(int fd)
{
	struct stat status;
	size_t length;
	AUTO(free_text)
	char *locks = disk_read(AT_FDCWD, "/proc/locks", LOCKS_LIMIT, &length, NULL);
	char *rest = NULL;
	long process = 0;

	if (!locks || fstat(fd, &status) != 0)
		return 0;

	AUTO(free_text)
	char *file = xasprintf("%02x:%02x:%llu", major(status.st_dev), minor(status.st_dev),
		(unsigned long long)status.st_ino);

	for (char *line = strtok_r(locks, "\n", &rest); line && !process;
		line = strtok_r(NULL, "\n", &rest))
		process = holder_in(line, file);
	return process;
}

static long written(int fd)
{
	char text[32] = "";
	ssize_t got = pread(fd, text, sizeof(text) - 1, 0);

	return got > 0 ? strtol(text, NULL, 10) : 0;
}

int lock_state(int folder, const char *path, struct error *e)
{
	int fd = openat(folder, "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	bool held = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0;

	if (held && ftruncate(fd, 0) == 0 && dprintf(fd, "%ld\n", (long)getpid()) > 0)
		return fd;
	if (fd >= 0 && !held && errno == EWOULDBLOCK) {
		refused(path, written(fd), e);
	} else {
		disk_error(e, errno);
		error_context(e, "%s/lock", path);
	}
	if (fd >= 0)
		close(fd);
	return -1;
}

bool lock_manifests(const char *path, int *lock, struct error *e)
{
	bool free = true;

	*lock = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*lock < 0 || flock(*lock, LOCK_EX | LOCK_NB) == 0)
		return true;
	if (errno == EWOULDBLOCK)
		free = refused(path, holder(*lock), e);
	close(*lock);
	*lock = -1;
	return free;
}
