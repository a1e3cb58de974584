/* The three shared files of aws/surroundings on the disk: read whole, and looked at again. */
#pragma once

#include <sys/stat.h>

#include "aws/surroundings.h"

/* What tells one version of a file from the next, also where it was edited within the clock's
 * resolution or replaced. Zeroed: there is none. */
struct file_stamp {
	dev_t device;
	ino_t inode;
	off_t size;
	struct timespec modified, changed;
};

struct surrounding_files {
	char *paths[SURROUNDINGS_FILE_COUNT];
	struct file_stamp stamps[SURROUNDINGS_FILE_COUNT];
};

void surrounding_files_init(struct surrounding_files *files, const struct pairs *environment);
void surrounding_files_done(struct surrounding_files *files);

/* Since they were read last. Looks at each, no more. */
bool surrounding_files_changed(const struct surrounding_files *files);

/* Fills out->files; free what it read with surrounding_files_forget(), which wipes it. */
void surrounding_files_read(struct surrounding_files *files, struct surroundings *out);
void surrounding_files_forget(struct surroundings *surroundings);
