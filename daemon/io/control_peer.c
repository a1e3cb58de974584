#include "io/control_peer.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory.h"

/* The kernel says how many there are where there is no room for them: NGROUPS_MAX at most. */
static bool in_groups(int descriptor, gid_t group)
{
	gid_t few[64];
	gid_t *groups = few;
	socklen_t size = sizeof(few);
	int result = getsockopt(descriptor, SOL_SOCKET, SO_PEERGROUPS, groups, &size);
	bool found = false;

	if (result != 0 && errno == ERANGE) {
		groups = xmalloc(size);
		result = getsockopt(descriptor, SOL_SOCKET, SO_PEERGROUPS, groups, &size);
	}
	for (size_t i = 0; result == 0 && i < size / sizeof(*groups); i++)
		found |= groups[i] == group;
	if (groups != few)
		free(groups);
	return found;
}

enum peer_right peer_right(int descriptor, gid_t group)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
		return PEER_NOTHING;
	if (peer.uid == 0 || peer.uid == geteuid())
		return PEER_CHANGE;
	if (group == PEER_NO_GROUP)
		return PEER_NOTHING;
	return peer.gid == group || in_groups(descriptor, group) ? PEER_READ : PEER_NOTHING;
}

static const char *user_name(uid_t user)
{
	const struct passwd *entry = getpwuid(user); /* likewise */

	return entry ? entry->pw_name : NULL;
}

struct peer_names peer_names(void)
{
	return (struct peer_names){
		.root = xstrdup(user_name(0)), .own = xstrdup(user_name(geteuid()))};
}

void peer_names_done(struct peer_names *names)
{
	free(names->root);
	free(names->own);
	*names = (struct peer_names){0};
}

char *peer_name(int descriptor, const struct peer_names *names)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);
	const char *name = NULL;

	if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
		return NULL;
	if (peer.uid == geteuid())
		name = names->own;
	else if (peer.uid == 0)
		name = names->root;
	return name ? xasprintf("%s (uid %u)", name, peer.uid) : xasprintf("uid %u", peer.uid);
}

gid_t peer_group(const char *name)
{
	const struct group *group = getgrnam(name); /* no thread of ours asks, too */

	return group ? group->gr_gid : PEER_NO_GROUP;
}
