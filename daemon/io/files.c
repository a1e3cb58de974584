#include "io/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/document.h"
#include "base/path.h"
#include "io/disk.h"

enum {
	CREDENTIAL_LIMIT = 64 * 1024,   /* far more than CloudFormation takes as a parameter */
	TOTAL_LIMIT = 64 * 1024 * 1024, /* of the folder, and of all that is drawn in */
};

/* Gives false where the file would take the set over its ceiling. */
static bool files_read(
	struct files *files, int folder, const char *path, size_t limit, size_t *left)
{
	struct error e = {0};
	struct file *file;

	GROW(files->items, files->size, files->count + 1);
	file = &files->items[files->count++];
	*file = (struct file){.path = xstrdup(path)};
	file->bytes = disk_read(folder, path, limit, &file->length, &e);
	if (!file->bytes) {
		file->problem = xstrdup(e.text);
		return true;
	}
	if (file->length > *left)
		return false;
	*left -= file->length;
	file->digest = digest_of(file->bytes, file->length);
	return true;
}

/* --- the folder --- */

static void unreadable(struct folder *folder, enum folder_state state, const char *problem)
{
	files_done(&folder->entries);
	folder->entries = (struct files){0};
	folder->state = state;
	replace_text(&folder->problem, problem);
}

static void failed(struct folder *folder, int number)
{
	unreadable(folder, number == ENOENT ? FOLDER_MISSING : FOLDER_UNREADABLE, strerror(number));
}

/* One more than MANIFESTS_LIMIT at most, so that the caller sees that there are too many. */
static bool candidates(DIR *listing, struct texts *names)
{
	const struct dirent *entry;

	for (errno = 0; (entry = readdir(listing)) && names->count <= MANIFESTS_LIMIT; errno = 0)
		if (manifest_candidate(entry->d_name))
			texts_add(names, entry->d_name);
	if (entry || errno == 0) {
		texts_sort(names);
		return true;
	}
	return false;
}

static void read_entries(struct folder *folder, int fd, const struct texts *names)
{
	struct stat status;
	size_t left = TOTAL_LIMIT;

	for (size_t i = 0; i < names->count; i++) {
		if (!files_read(&folder->entries, fd, names->items[i], MANIFEST_LIMIT, &left)) {
			unreadable(folder, FOLDER_UNREADABLE,
				"found more than 64 MiB of manifests, expected at most that");
			return;
		}
	}
	/* Files of a folder that was removed meanwhile are gone one by one: that is no edit. */
	if (fstat(fd, &status) != 0 || status.st_nlink == 0)
		failed(folder, ENOENT);
}

void files_folder(const char *path, struct folder *out)
{
	AUTO_DONE(texts_done) struct texts names = {0};
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK);
	DIR *listing = fd < 0 ? NULL : fdopendir(fd);

	*out = (struct folder){.path = xstrdup(path), .state = FOLDER_READ};
	if (!listing) {
		failed(out, errno);
		return;
	}
	if (!candidates(listing, &names))
		unreadable(out, FOLDER_UNREADABLE, strerror(errno));
	else if (names.count > MANIFESTS_LIMIT)
		unreadable(out, FOLDER_UNREADABLE,
			"found more than 10000 manifests, expected at most that");
	else
		read_entries(out, fd, &names);
	closedir(listing);
}

void folder_done(struct folder *folder)
{
	free(folder->path);
	free(folder->problem);
	files_done(&folder->entries);
	*folder = (struct folder){0};
}

/* --- the settings --- */

/* A folder that went away, or that lost its mount, took stackd.conf along: the stacks that are kept
 * must not be looked for in another region or account meanwhile. */
static bool settings_stay(const struct files_options *options, const struct folder *folder)
{
	return !options->config && (folder->state != FOLDER_READ || folder->entries.count == 0);
}

static struct settings *read_settings(const struct files_options *options,
	const struct folder *folder, const struct desired *old, struct texts *problems)
{
	AUTO(free_text) char *inside = xasprintf("%s/", options->folder);
	AUTO(free_text) char *beside = path_beside(inside, "stackd.conf");
	const char *path = options->config ? options->config : beside;
	struct error e = {0};
	size_t length;
	AUTO(free_text) char *bytes = disk_read(AT_FDCWD, path, MANIFEST_LIMIT, &length, &e);

	if (bytes)
		return settings_parse(path, bytes, length, problems);

	bool absent = errno == ENOENT;

	if (old && settings_stay(options, folder))
		return settings_copy(old->settings);
	if (absent && !options->config)
		return settings_new();
	error_context(&e, "%s", path);
	texts_add(problems, e.text);
	return NULL;
}

/* --- what manifests draw in --- */

/* Text without its last newline, as {file:} is; what is no text is left out. */
static void read_credentials(const char *path, struct pairs *credentials)
{
	DIR *listing = path ? opendir(path) : NULL;
	const struct dirent *entry;

	while (listing && (entry = readdir(listing))) {
		size_t length;
		AUTO(free_secret)
		char *text = entry->d_name[0] == '.' ? NULL
						     : disk_read(dirfd(listing), entry->d_name,
							       CREDENTIAL_LIMIT, &length, NULL);

		if (!text || strlen(text) != length)
			continue;
		if (length && text[length - 1] == '\n')
			text[length - 1] = '\0';
		pairs_add(credentials, entry->d_name, text);
	}
	if (listing)
		closedir(listing);
}

static void read_missing(struct files *files, const struct texts *missing, size_t *left)
{
	for (size_t i = 0; i < missing->count; i++) {
		if (files_read(files, AT_FDCWD, missing->items[i], TEMPLATE_LIMIT, left))
			continue;

		struct file *file = &files->items[files->count - 1];

		free(take(file->bytes));
		file->length = 0;
		file->problem = xstrdup("found more than 64 MiB in all that manifests draw in, "
					"expected at most that");
	}
}

struct desired *files_desired(
	const struct files_options *options, struct desired **old, struct texts *problems)
{
	AUTO_DONE(folder_done) struct folder folder;
	const char *region = pairs_get(options->environment, "AWS_REGION");
	size_t left = TOTAL_LIMIT;
	struct desired *desired;

	files_folder(options->folder, &folder);

	AUTO(settings_free)
	struct settings *settings = read_settings(options, &folder, *old, problems);

	bool faulty = !settings;

	if (!settings && *old)
		settings = settings_copy((*old)->settings);
	if (!settings)
		return NULL;
	if (!region || !*region)
		region = pairs_get(options->environment, "AWS_DEFAULT_REGION");

	struct surroundings surroundings = {.environment = *options->environment,
		.region = region && *region ? region : options->region};

	read_credentials(pairs_get(options->environment, "CREDENTIALS_DIRECTORY"),
		&surroundings.credentials);
	for (;;) {
		AUTO_DONE(texts_done) struct texts missing = {0};

		desired = desired_build(&folder, &surroundings, settings, *old, &missing);
		if (desired)
			break;
		read_missing(&surroundings.files, &missing, &left);
	}
	take(settings);
	desired->settings_faulty = faulty;
	*old = NULL;
	files_done(&surroundings.files);
	pairs_done(&surroundings.credentials);
	return desired;
}
