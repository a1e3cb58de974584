#include "io/surrounding_files.h"

#include <errno.h>
#include <fcntl.h>

#include "base/memory.h"
#include "io/disk.h"

enum { FILE_LIMIT = 1024 * 1024 };

static struct file_stamp look(const char *path)
{
	struct stat status;

	if (!path || stat(path, &status) != 0)
		return (struct file_stamp){0};
	return (struct file_stamp){
		status.st_dev, status.st_ino, status.st_size, status.st_mtim, status.st_ctim};
}

static bool same_time(struct timespec a, struct timespec b)
{
	return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

static bool same(const struct file_stamp *a, const struct file_stamp *b)
{
	return a->device == b->device && a->inode == b->inode && a->size == b->size &&
	       same_time(a->modified, b->modified) && same_time(a->changed, b->changed);
}

void surrounding_files_init(struct surrounding_files *files, const struct pairs *environment)
{
	*files = (struct surrounding_files){0};
	for (int i = 0; i < SURROUNDINGS_FILE_COUNT; i++)
		files->paths[i] = surroundings_path(environment, (enum surroundings_file)i);
}

void surrounding_files_done(struct surrounding_files *files)
{
	for (size_t i = 0; i < SURROUNDINGS_FILE_COUNT; i++)
		free(files->paths[i]);
	*files = (struct surrounding_files){0};
}

bool surrounding_files_changed(const struct surrounding_files *files)
{
	for (size_t i = 0; i < SURROUNDINGS_FILE_COUNT; i++) {
		struct file_stamp now = look(files->paths[i]);

		if (!same(&now, &files->stamps[i]))
			return true;
	}
	return false;
}

/* AWS_CONFIG_FILE=/dev/null is a common way to say that there is none. */
static bool nothing_there(int number)
{
	return number == ENOENT || number == ENOTDIR || number == EISDIR || number == ENODEV ||
	       number == ENXIO;
}

static void read_file(const char *path, struct profiles_file *out)
{
	struct error e = {0};

	*out = (struct profiles_file){.path = path};
	if (!path)
		return;
	out->bytes = disk_read(AT_FDCWD, path, FILE_LIMIT, &out->length, &e);
	if (!out->bytes && !nothing_there(errno))
		out->problem = xasprintf("%s: %s", path, e.text);
}

/* Stamped before it is read: what changes meanwhile is read again next time. */
void surrounding_files_read(struct surrounding_files *files, struct surroundings *out)
{
	for (size_t i = 0; i < SURROUNDINGS_FILE_COUNT; i++) {
		files->stamps[i] = look(files->paths[i]);
		read_file(files->paths[i], &out->files[i]);
	}
}

void surrounding_files_forget(struct surroundings *surroundings)
{
	for (size_t i = 0; i < SURROUNDINGS_FILE_COUNT; i++) {
		struct profiles_file *file = &surroundings->files[i];

		wipe((char *)(uintptr_t)file->bytes, file->length);
		free((char *)(uintptr_t)file->bytes);
		free((char *)(uintptr_t)file->problem);
		*file = (struct profiles_file){0};
	}
}
