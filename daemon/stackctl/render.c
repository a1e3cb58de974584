#include "stackctl/render.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "io/disk.h"
#include "stack/desired.h"
#include "stack/template.h"

/* Reads a file into `files`, from where it is borrowed. */
static const struct file *read_file(struct files *files, const char *path, struct error *e)
{
	size_t length;
	char *bytes = disk_read(AT_FDCWD, path, TEMPLATE_LIMIT, &length, e);

	if (!bytes) {
		error_context(e, "%s", path);
		return NULL;
	}
	GROW(files->items, files->size, files->count + 1);
	files->items[files->count] =
		(struct file){.path = xstrdup(path), .bytes = bytes, .length = length};
	return &files->items[files->count++];
}

static bool include(
	void *owner, const char *path, const char **bytes, size_t *length, struct error *e)
{
	const struct file *file = read_file(owner, path, e);

	if (!file)
		return false;
	*bytes = file->bytes;
	*length = file->length;
	return true;
}

bool render(const char *path, struct error *e)
{
	AUTO_DONE(files_done) struct files files = {0};
	const struct file *file = read_file(&files, path, e);

	if (!file)
		return false;

	const char *bytes = file->bytes;
	AUTO(template_free)
	struct template *template =
		template_parse(path, bytes, file->length, 0, include, &files, e);

	if (!template)
		return false;
	if (fwrite(template->body, 1, template->body_length, stdout) != template->body_length ||
		fflush(stdout) != 0)
		return error_set(e, ERROR_TRANSIENT, "standard output: %s", strerror(errno));
	return true;
}
