#include "io/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"

bool disk_error(struct error *e, int number)
{
	switch (number) {
	case EMFILE:
	case ENFILE:
	case ENOMEM:
	case ENOSPC:
	case EDQUOT:
	case EIO:
	case EAGAIN:
		return error_set(e, ERROR_TRANSIENT, "%s", strerror(number));
	default:
		return error_set(e, ERROR_INVALID, "%s", strerror(number));
	}
}

static bool too_large(struct error *e, size_t limit)
{
	error_set(e, ERROR_INVALID, "found more than %zu bytes, expected at most that", limit);
	errno = EFBIG;
	return false;
}

/* Opening must not block on a FIFO nor make a terminal ours; what it is shows only then. */
static int open_regular(int folder, const char *path, struct stat *status, struct error *e)
{
	int fd = openat(folder, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int number = 0;

	if (fd < 0 || fstat(fd, status) != 0)
		number = errno;
	else if (!S_ISREG(status->st_mode))
		number = S_ISDIR(status->st_mode) ? EISDIR : ENODEV;
	if (!number)
		return fd;
	if (fd >= 0)
		close(fd);
	if (number == EISDIR)
		error_set(e, ERROR_INVALID, "found a folder, expected a file");
	else if (number == ENODEV || number == ENXIO)
		error_set(e, ERROR_INVALID, "found a pipe, socket or device, expected a file");
	else
		disk_error(e, number);
	errno = number;
	return -1;
}

/* The size is a hint only: files of /proc have none, others may grow meanwhile. */
static bool read_all(
	int fd, char **bytes, size_t size, size_t limit, size_t *length, struct error *e)
{
	for (*length = 0;;) {
		ssize_t got = read(fd, *bytes + *length, size - *length);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return disk_error(e, errno);
		if (got == 0)
			return true;
		*length += (size_t)got;
		if (*length > limit)
			return too_large(e, limit);
		if (*length == size) {
			size = size * 2 < limit + 1 ? size * 2 : limit + 1;
			*bytes = xrealloc(*bytes, size + 1);
		}
	}
}

char *disk_read(int folder, const char *path, size_t limit, size_t *length, struct error *e)
{
	struct stat status;
	int fd = open_regular(folder, path, &status, e);

	*length = 0;
	if (fd < 0)
		return NULL;
	if (status.st_size > 0 && (size_t)status.st_size > limit) {
		close(fd);
		too_large(e, limit);
		return NULL;
	}

	size_t size = status.st_size > 0 ? (size_t)status.st_size + 1 : 1024;
	AUTO(free_text) char *bytes = xmalloc(size + 1);
	bool good = read_all(fd, &bytes, size, limit, length, e);
	int number = errno;

	close(fd);
	if (!good) {
		*length = 0;
		errno = number;
		return NULL;
	}
	bytes[*length] = '\0';
	return take(bytes);
}

static bool write_all(int fd, const char *bytes, size_t length, struct error *e)
{
	for (size_t put = 0; put < length;) {
		ssize_t n = write(fd, bytes + put, length - put);

		if (n < 0 && errno != EINTR)
			return disk_error(e, errno);
		put += n > 0 ? (size_t)n : 0;
	}
	return fsync(fd) == 0 || disk_error(e, errno);
}

bool disk_write(int folder, const char *name, const void *bytes, size_t length, struct error *e)
{
	AUTO(free_text) char *beside = xasprintf("%s.tmp", name);

	/* Whatever a crash left there: its owner and mode may not be ours. */
	unlinkat(folder, beside, 0);

	int fd = openat(folder, beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return disk_error(e, errno);

	bool good = write_all(fd, bytes, length, e);

	if (close(fd) != 0 && good)
		good = disk_error(e, errno);
	if (good && renameat(folder, beside, folder, name) != 0)
		good = disk_error(e, errno);
	if (!good)
		unlinkat(folder, beside, 0);
	return good;
}

bool disk_sync(int folder, struct error *e)
{
	return fsync(folder) == 0 || disk_error(e, errno);
}

char *disk_absolute(const char *path)
{
	AUTO(free_text) char *here = *path == '/' ? NULL : getcwd(NULL, 0);
	AUTO(free_text) char *beside = xasprintf("%s/", here ? here : "");

	return path_beside(here ? beside : "", path);
}
