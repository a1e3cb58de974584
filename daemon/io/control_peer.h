/* Who is at the other end of a socket of ours, and what that one may do. The kernel says it, as it
 * was when the connection was made. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

enum peer_right {
	PEER_NOTHING,
	PEER_READ,   /* a member of the group: the primary one or another */
	PEER_CHANGE, /* root, and our own user */
};

/* A group that there is not. */
#define PEER_NO_GROUP ((gid_t)-1)

enum peer_right peer_right(int descriptor, gid_t group);

/* Of those who may change things. Looked up at the start, for that may take its time. */
struct peer_names {
	char *root, *own; /* NULL: has no name */
};

struct peer_names peer_names(void);
void peer_names_done(struct peer_names *names);

/* "root (uid 0)"; "uid 7" where the name is not among those; NULL: not known. The caller frees it.
 */
char *peer_name(int descriptor, const struct peer_names *names);

/* PEER_NO_GROUP where there is none of this name. */
gid_t peer_group(const char *name);
