/* inotify as a hint that something in some folders changed, and which files are being written right
 * now. Folders are watched by path: their parents tell when another folder takes the name. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/pairs.h"

struct hint_folder {
	char *path;
	char *entry; /* this is a parent: only what happens to this name counts; NULL: everything */
	int number;  /* inotify's, -1: not watched */
	dev_t device; /* what `number` watches */
	ino_t inode;
};

struct hint_file {
	int folder; /* inotify's number */
	char *name;
	uint64_t since_ms; /* of its first write */
};

struct hints {
	int fd;      /* -1: not open */
	int trouble; /* errno: why not all is watched that could be; 0: none */
	struct hint_folder *folders;
	size_t folder_count, folder_size;
	struct hint_file *writing;
	size_t writing_count, writing_size;
};

/* Opens it where it is not open, and says whether it is. Zeroed memory with fd -1 is closed. */
bool hints_open(struct hints *hints);
void hints_done(struct hints *hints);

/* Wants these folders and no others; true where that is a change. */
bool hints_want(struct hints *hints, const struct texts *folders);

/* Watches what is not watched yet, or what is another folder now than the one that is watched.
 * True where that was so. */
bool hints_arm(struct hints *hints);

/* Reads what happened; true where anything did. */
bool hints_read(struct hints *hints, uint64_t now_ms);

/* Until when a file that is being written should be waited for, which is `limit_ms` after its first
 * write at most; 0 or past: for none. */
uint64_t hints_waiting(const struct hints *hints, uint64_t limit_ms);
