/* Reads the folder of manifests and whatever they draw in, with plain bounded reads: no loop, a
 * thousand files in some milliseconds. Nothing here hangs: FIFOs, devices, folders and files over
 * their ceiling become a problem of their own. */
#pragma once

#include "base/pairs.h"
#include "stack/desired.h"

/* The candidates (manifest_candidate()) of the folder, sorted by name, symbolic links followed. One
 * that can't be read has its problem. Never fails: state and problem say it; where the folder was
 * not read, or only in part, there are no entries. *out is overwritten. */
void files_folder(const char *path, struct folder *out);
void folder_done(struct folder *folder);

/* All borrowed. */
struct files_options {
	const char *folder;
	const char *config; /* NULL: stackd.conf in the folder, or defaults where there is none */
	const struct pairs *environment; /* the process's; CREDENTIALS_DIRECTORY is taken from it */
	const char *region; /* the profile's, after AWS_REGION and AWS_DEFAULT_REGION; NULL: none */
};

/* Settings, folder and all that the manifests draw in. *old (may be NULL) is taken and becomes
 * NULL. Where stackd.conf is faulty or can't be read, each fault is in *problems (the caller's,
 * zeroed before), and old's settings stay; without old: NULL. Where the folder itself can't be
 * read, old's settings stay with old's stacks. */
struct desired *files_desired(
	const struct files_options *options, struct desired **old, struct texts *problems);
