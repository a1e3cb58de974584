#include "io/keyring.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "io/disk.h"

enum { FILE_LIMIT = 1024 * 1024 };

/* What tells one version of a file from the next, also where it was edited within the clock's
 * resolution or replaced. Zero: there is none. */
struct stamp {
	dev_t device;
	ino_t inode;
	off_t size;
	struct timespec modified, changed;
};

struct key_file {
	char *path; /* NULL: nobody knows where it would be */
	struct stamp stamp;
};

struct keyring {
	struct pairs environment;
	char *profile;
	struct key_file credentials, config;
	struct credentials found;
	struct error why; /* there are none */
	char *region;
};

static struct stamp look(const struct key_file *file)
{
	struct stat status;

	if (!file->path || stat(file->path, &status) != 0)
		return (struct stamp){0};
	return (struct stamp){
		status.st_dev, status.st_ino, status.st_size, status.st_mtim, status.st_ctim};
}

static bool same_time(struct timespec a, struct timespec b)
{
	return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

static bool unchanged(const struct key_file *file)
{
	struct stamp now = look(file);

	return now.device == file->stamp.device && now.inode == file->stamp.inode &&
	       now.size == file->stamp.size && same_time(now.modified, file->stamp.modified) &&
	       same_time(now.changed, file->stamp.changed);
}

/* Stamped before it is read: what changes meanwhile is read again next time. */
static bool read_file(struct key_file *file, struct profiles_file *out, struct error *e)
{
	*out = (struct profiles_file){.path = file->path};
	file->stamp = look(file);
	if (!file->path)
		return true;
	out->bytes = disk_read(AT_FDCWD, file->path, FILE_LIMIT, &out->length, e);
	if (out->bytes || errno == ENOENT || errno == ENOTDIR)
		return true;
	e->kind = ERROR_DENIED; /* whatever it is, there are no keys */
	return error_context(e, "%s", file->path);
}

static void forget_file(struct profiles_file *file)
{
	wipe((char *)(uintptr_t)file->bytes, file->length);
	free((char *)(uintptr_t)file->bytes);
}

static void read_all(struct keyring *keyring)
{
	struct credentials_source source = {
		.environment = &keyring->environment, .profile = keyring->profile};
	struct error first = {0};
	struct error second = {0};

	credentials_done(&keyring->found);
	bool read = read_file(&keyring->credentials, &source.credentials, &first);
	bool read_config = read_file(&keyring->config, &source.config, &second);

	/* A file that can't be read is no matter where the environment has keys. */
	AUTO(free_text) char *region = credentials_region(&source);

	replace_text(&keyring->region, region);
	keyring->why = (struct error){0};
	credentials_find(&source, &keyring->found, &keyring->why);
	if (!keyring->found.access_key && !(read && read_config))
		keyring->why = read ? second : first;
	forget_file(&source.credentials);
	forget_file(&source.config);
}

struct keyring *keyring_new(const struct pairs *environment)
{
	struct keyring *keyring = xcalloc(1, sizeof(*keyring));

	pairs_copy(&keyring->environment, environment);
	keyring->credentials.path = credentials_path(environment);
	keyring->config.path = credentials_config_path(environment);
	read_all(keyring);
	return keyring;
}

void keyring_free(struct keyring *keyring)
{
	if (!keyring)
		return;
	pairs_done(&keyring->environment);
	free(keyring->profile);
	free(keyring->credentials.path);
	free(keyring->config.path);
	credentials_done(&keyring->found);
	free(keyring->region);
	free(keyring);
}

void keyring_profile(struct keyring *keyring, const char *profile)
{
	replace_text(&keyring->profile, profile);
	read_all(keyring);
}

const struct credentials *keyring_get(struct keyring *keyring, struct error *e)
{
	if (!unchanged(&keyring->credentials) || !unchanged(&keyring->config))
		read_all(keyring);
	if (keyring->found.access_key)
		return &keyring->found;
	*e = keyring->why;
	return NULL;
}

bool keyring_renew(struct keyring *keyring, const struct credentials *used)
{
	read_all(keyring);
	return keyring->found.access_key && !credentials_equal(&keyring->found, used);
}

const char *keyring_region(const struct keyring *keyring)
{
	return keyring->region;
}
