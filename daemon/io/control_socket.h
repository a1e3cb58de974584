/* A listening socket in the file system that takes the place of a dead one, and of nothing else. */
#pragma once

#include <sys/types.h>

#include "base/error.h"

struct control_socket {
	char *path;
	int descriptor;
	dev_t device; /* of the file, to know it again */
	ino_t file;
};

/* Listens at `path`, where the file is 0660 and of the group (PEER_NO_GROUP: leave that) from its
 * first moment. Refused where somebody answers there, or where there is something else than a
 * socket. The error does not name the path. */
bool control_socket_open(
	struct control_socket *out, const char *path, gid_t group, struct error *e);

/* Whether the file at the path is still ours. */
bool control_socket_stands(const struct control_socket *socket);

/* Removes the file where it is still ours. */
void control_socket_done(struct control_socket *socket);
