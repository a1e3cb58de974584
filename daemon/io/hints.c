#include "io/hints.h"

#include <errno.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"
#include "base/text.h"

enum {
	WRITING_LIMIT = 1000, /* files that are waited for at a time */
	READS_LIMIT = 64,     /* until the loop has its turn again */
	BUFFER_SIZE = 16384,
};

enum {
	SELF = IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT | IN_IGNORED,
	ENDED = IN_CLOSE_WRITE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO,
	MASK = ENDED | IN_CREATE | IN_ATTRIB | IN_MODIFY | IN_DELETE_SELF | IN_MOVE_SELF |
	       IN_ONLYDIR | IN_MASK_ADD,
	/* IN_MASK_ADD, for one folder may be watched for itself and as a parent. */
	PARENT_MASK = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB |
		      IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_MASK_ADD,
};

bool hints_open(struct hints *hints)
{
	if (hints->fd >= 0)
		return true;
	hints->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	hints->trouble = hints->fd < 0 ? errno : 0;
	return hints->fd >= 0;
}

static void folder_done(struct hint_folder *folder)
{
	free(folder->path);
	free(folder->entry);
}

static void forget_writing(struct hints *hints, size_t i)
{
	free(hints->writing[i].name);
	hints->writing[i] = hints->writing[--hints->writing_count];
}

static void forget_all_writing(struct hints *hints)
{
	for (size_t i = 0; i < hints->writing_count; i++)
		free(hints->writing[i].name);
	hints->writing_count = 0;
}

void hints_done(struct hints *hints)
{
	for (size_t i = 0; i < hints->folder_count; i++)
		folder_done(&hints->folders[i]);
	free(hints->folders);
	forget_all_writing(hints);
	free(hints->writing);
	if (hints->fd >= 0)
		close(hints->fd);
	*hints = (struct hints){.fd = -1};
}

/* --- which folders --- */

/* Two folders by path may be one in truth, and then share a number. */
static void release(struct hints *hints, int number)
{
	for (size_t i = 0; i < hints->folder_count; i++)
		if (hints->folders[i].number == number)
			return;
	for (size_t i = hints->writing_count; i-- > 0;)
		if (hints->writing[i].folder == number)
			forget_writing(hints, i);
	if (number >= 0)
		inotify_rm_watch(hints->fd, number); /* fails where the kernel did it already */
}

static void unwatch(struct hints *hints, struct hint_folder *folder)
{
	int number = folder->number;

	folder->number = -1;
	release(hints, number);
}

static bool same(const struct hint_folder *folder, const char *path, const char *entry)
{
	bool entries =
		folder->entry && entry ? strcmp(folder->entry, entry) == 0 : folder->entry == entry;

	return entries && strcmp(folder->path, path) == 0;
}

/* Moves the folder over from `old` where it is there already. True: it was not. */
static bool want(struct hints *hints, struct hints *old, const char *path, const char *entry)
{
	struct hint_folder found = {.number = -1};

	for (size_t i = 0; i < hints->folder_count; i++)
		if (same(&hints->folders[i], path, entry))
			return false;
	for (size_t i = 0; i < old->folder_count && !found.path; i++) {
		if (old->folders[i].path && same(&old->folders[i], path, entry)) {
			found = old->folders[i];
			old->folders[i] = (struct hint_folder){.number = -1};
		}
	}

	bool added = !found.path;

	if (added) {
		found.path = xstrdup(path);
		found.entry = xstrdup(entry);
	}
	GROW(hints->folders, hints->folder_size, hints->folder_count + 1);
	hints->folders[hints->folder_count++] = found;
	return added;
}

static bool want_with_parent(struct hints *hints, struct hints *old, const char *folder)
{
	AUTO(free_text) char *path = path_beside("", folder);

	if (!*path)
		replace_text(&path, ".");

	bool added = want(hints, old, path, NULL);
	char *slash = strrchr(path, '/');

	if (!slash)
		return want(hints, old, ".", path) || added;
	if (!slash[1])
		return added;
	*slash = '\0';
	return want(hints, old, *path ? path : "/", slash + 1) || added;
}

bool hints_want(struct hints *hints, const struct texts *folders)
{
	struct hints old = *hints;
	bool changed = false;

	hints->folders = NULL;
	hints->folder_count = hints->folder_size = 0;
	for (size_t i = 0; i < folders->count; i++)
		changed = want_with_parent(hints, &old, folders->items[i]) || changed;
	for (size_t i = 0; i < old.folder_count; i++) {
		if (old.folders[i].path) {
			release(hints, old.folders[i].number);
			folder_done(&old.folders[i]);
			changed = true;
		}
	}
	free(old.folders);
	return changed;
}

/* Only what an administrator can mend by a limit is trouble; whether a folder can be read is for
 * those to say who read it. */
static void watch_one(struct hints *hints, struct hint_folder *folder, const struct stat *status)
{
	folder->number =
		inotify_add_watch(hints->fd, folder->path, folder->entry ? PARENT_MASK : MASK);
	if (folder->number < 0 && (errno == ENOSPC || errno == ENOMEM))
		hints->trouble = errno;
	folder->device = status->st_dev;
	folder->inode = status->st_ino;
}

bool hints_arm(struct hints *hints)
{
	bool armed = false;

	if (hints->fd < 0)
		return false;
	hints->trouble = 0;
	for (size_t i = 0; i < hints->folder_count; i++) {
		struct hint_folder *folder = &hints->folders[i];
		struct stat status = {0};
		bool there = stat(folder->path, &status) == 0;
		bool watched = folder->number >= 0;

		if (watched && there && folder->device == status.st_dev &&
			folder->inode == status.st_ino)
			continue;
		unwatch(hints, folder);
		if (there)
			watch_one(hints, folder, &status);
		armed = armed || watched || folder->number >= 0;
	}
	return armed;
}

/* --- what happened --- */

/* An editor keeps its own files open for hours. */
static bool waited_for(const char *name)
{
	static const char *const others[] = {"~", ".swp", ".tmp", ".bak"};

	for (size_t i = 0; i < COUNT(others); i++)
		if (text_ends(name, others[i]))
			return false;
	return *name && *name != '.';
}

static void file_event(struct hints *hints, const struct inotify_event *event, uint64_t now_ms)
{
	const char *name = event->len ? event->name : "";

	for (size_t i = 0; i < hints->writing_count; i++) {
		const struct hint_file *file = &hints->writing[i];

		if (file->folder == event->wd && strcmp(file->name, name) == 0) {
			if (event->mask & ENDED)
				forget_writing(hints, i);
			return;
		}
	}
	if (!(event->mask & IN_MODIFY) || !waited_for(name) ||
		hints->writing_count >= WRITING_LIMIT)
		return;
	GROW(hints->writing, hints->writing_size, hints->writing_count + 1);
	hints->writing[hints->writing_count++] =
		(struct hint_file){.folder = event->wd, .name = xstrdup(name), .since_ms = now_ms};
}

/* The folder went, whole or from its path: where it is now, hints_arm() finds out. */
static void folder_event(struct hints *hints, const struct inotify_event *event)
{
	for (size_t i = 0; i < hints->folder_count; i++)
		if (hints->folders[i].number == event->wd)
			hints->folders[i].number = -1;
	release(hints, event->wd);
}

/* True where it says anything about what is wanted; *arm where a folder may have to be watched
 * anew. */
static bool handle(
	struct hints *hints, const struct inotify_event *event, uint64_t now_ms, bool *arm)
{
	bool counts = false;

	if (event->mask & IN_Q_OVERFLOW) {
		/* What was lost may have been the end of a write. */
		forget_all_writing(hints);
		return *arm = true;
	}
	for (size_t i = 0; i < hints->folder_count; i++) {
		const struct hint_folder *folder = &hints->folders[i];

		if (folder->number != event->wd)
			continue;
		if (!folder->entry) {
			counts = true;
		} else if (event->len && strcmp(event->name, folder->entry) == 0) {
			counts = *arm = true;
		}
	}
	if (event->mask & SELF) {
		folder_event(hints, event);
		*arm = true;
	} else if (counts) {
		file_event(hints, event, now_ms);
	}
	return counts;
}

bool hints_read(struct hints *hints, uint64_t now_ms)
{
	_Alignas(struct inotify_event) char buffer[BUFFER_SIZE];
	bool any = false, arm = false;

	for (int i = 0; i < READS_LIMIT; i++) {
		ssize_t got = read(hints->fd, buffer, sizeof(buffer));

		if (got <= 0)
			break;
		for (char *at = buffer; at < buffer + got;) {
			const struct inotify_event *event = (const void *)at;

			any = handle(hints, event, now_ms, &arm) || any;
			at += sizeof(*event) + event->len;
		}
	}
	return (arm && hints_arm(hints)) || any;
}

uint64_t hints_waiting(const struct hints *hints, uint64_t limit_ms)
{
	uint64_t until_ms = 0;

	for (size_t i = 0; i < hints->writing_count; i++)
		if (hints->writing[i].since_ms + limit_ms > until_ms)
			until_ms = hints->writing[i].since_ms + limit_ms;
	return until_ms;
}
