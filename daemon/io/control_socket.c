#include "io/control_socket.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/control_peer.h"
#include "io/disk.h"
#include "io/unix_address.h"

enum { MODE = 0660, BACKLOG = 16 };

/* True where a program answers there. A full queue is an answer, too. */
static bool answers(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool answered = connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0 ||
			errno == EAGAIN || errno == EINPROGRESS;

	if (fd >= 0)
		close(fd);
	return answered;
}

/* A socket that nobody listens at any more may go; all else is somebody's. */
static bool replaceable(const struct sockaddr_un *address, struct error *e)
{
	struct stat status;

	if (lstat(address->sun_path, &status) != 0)
		return errno == ENOENT || disk_error(e, errno);
	if (!S_ISSOCK(status.st_mode))
		return error_set(e, ERROR_INVALID,
			"found something else there, expected a socket or nothing");
	return !answers(address) || error_set(e, ERROR_INVALID, "another program answers there");
}

/* Beside the path and as long as it, for both must fit into an address. */
static void put_beside(const struct sockaddr_un *address, struct sockaddr_un *beside)
{
	char *last = NULL;

	*beside = *address;
	last = beside->sun_path + strlen(beside->sun_path) - 1;
	*last = *last == '~' ? '#' : '~';
}

/* Bound with less than its rights (the umask takes some away), then given them, then shown. In the
 * unit chown() is not allowed, nor needed: what we make is of our own group. */
static bool bind_and_show(int fd, const struct sockaddr_un *address, gid_t group, struct error *e)
{
	struct sockaddr_un beside;
	struct stat status;

	put_beside(address, &beside);
	if (!replaceable(&beside, e))
		return false;
	unlink(beside.sun_path);

	/* The mode of the descriptor is what the file begins with, less the umask. */
	bool good = fchmod(fd, MODE) == 0 &&
		    bind(fd, (const struct sockaddr *)&beside, sizeof(beside)) == 0;

	if (!good)
		return disk_error(e, errno);
	if (group != PEER_NO_GROUP && lstat(beside.sun_path, &status) == 0 &&
		status.st_gid != group)
		good = lchown(beside.sun_path, (uid_t)-1, group) == 0 || errno == EPERM;
	good = good && chmod(beside.sun_path, MODE) == 0 && listen(fd, BACKLOG) == 0 &&
	       rename(beside.sun_path, address->sun_path) == 0;
	if (good)
		return true;
	disk_error(e, errno);
	unlink(beside.sun_path);
	return false;
}

bool control_socket_open(struct control_socket *out, const char *path, gid_t group, struct error *e)
{
	struct sockaddr_un address;
	struct stat status;

	*out = (struct control_socket){.descriptor = -1};
	if (!unix_address(path, &address, e) || !replaceable(&address, e))
		return false;

	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return disk_error(e, errno);
	if (!bind_and_show(fd, &address, group, e)) {
		close(fd);
		return false;
	}
	*out = (struct control_socket){.path = xstrdup(path), .descriptor = fd};
	if (lstat(path, &status) == 0) {
		out->device = status.st_dev;
		out->file = status.st_ino;
	}
	return true;
}

bool control_socket_stands(const struct control_socket *socket)
{
	struct stat status;

	return lstat(socket->path, &status) == 0 && status.st_dev == socket->device &&
	       status.st_ino == socket->file;
}

void control_socket_done(struct control_socket *socket)
{
	if (!socket->path)
		return;
	if (control_socket_stands(socket))
		unlink(socket->path);
	close(socket->descriptor);
	free(socket->path);
	*socket = (struct control_socket){.descriptor = -1};
}
