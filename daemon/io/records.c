#include "io/records.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "io/disk.h"

enum { TOTAL_LIMIT = 64 * 1024 * 1024 };

static char *file_of(const char *key)
{
	struct text name = {0};

	text_add_percent(&name, key, strlen(key), "");
	text_add(&name, ".json");
	return text_take(&name);
}

static int hex_value(char c)
{
	static const char digits[] = "0123456789ABCDEF";
	const char *found = c ? strchr(digits, c) : NULL;

	return found ? (int)(found - digits) : -1;
}

/* NULL for names that file_of() does not give: they are not ours. */
static char *key_of(const char *file)
{
	struct text key = {0};
	const char *end = file + strlen(file);

	if (!text_ends(file, ".json"))
		return NULL;
	for (end -= strlen(".json"); file < end; file++) {
		int high = *file == '%' ? hex_value(file[1]) : -1;
		int low = high >= 0 ? hex_value(file[2]) : -1;

		text_add_char(&key, low >= 0 ? (char)(high * 16 + low) : *file);
		file += low >= 0 ? 2 : 0;
	}
	return text_take(&key);
}

static bool ours(const char *file, const char *key)
{
	AUTO(free_text) char *name = key && *key ? file_of(key) : NULL;

	return name && strcmp(name, file) == 0;
}

static void read_record(int folder, const char *file, size_t *left, struct record_text *out)
{
	struct error e = {0};
	size_t length;
	AUTO(free_text) char *text = disk_read(folder, file, RECORD_LIMIT, &length, &e);

	if (text && length > *left)
		error_set(&e, ERROR_INVALID, "found more than 64 MiB of records");
	else if (text && strlen(text) != length)
		error_set(&e, ERROR_INVALID, "found a NUL byte, expected text");
	if (e.kind) {
		error_context(&e, "%s", file);
		out->problem = xstrdup(e.text);
		return;
	}
	*left -= length;
	out->text = take(text);
}

static DIR *list(int folder)
{
	int copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *listing = copy < 0 ? NULL : fdopendir(copy);

	if (!listing && copy >= 0)
		close(copy);
	return listing;
}

bool records_read(int folder, bool tidy, struct reply *reply, struct error *e)
{
	DIR *listing = list(folder);
	const struct dirent *entry;
	size_t size = 0, left = TOTAL_LIMIT;
	int number;

	if (!listing)
		return disk_error(e, errno);
	for (errno = 0; (entry = readdir(listing)); errno = 0) {
		AUTO(free_text) char *key = key_of(entry->d_name);

		if (tidy && text_ends(entry->d_name, ".json.tmp"))
			unlinkat(folder, entry->d_name, 0);
		if (!ours(entry->d_name, key))
			continue;
		GROW(reply->records, size, reply->record_count + 1);

		struct record_text *record = &reply->records[reply->record_count++];

		*record = (struct record_text){.key = take(key)};
		read_record(folder, entry->d_name, &left, record);
	}
	number = errno;
	closedir(listing);
	return number == 0 || disk_error(e, number);
}

bool records_write(int folder, const char *key, const char *text, struct error *e)
{
	AUTO(free_text) char *file = file_of(key);

	if (!text)
		return unlinkat(folder, file, 0) == 0 || errno == ENOENT || disk_error(e, errno);
	if (strlen(text) > RECORD_LIMIT)
		return error_set(e, ERROR_INVALID, "a record of %zu bytes, expected at most %d",
			strlen(text), RECORD_LIMIT);
	return disk_write(folder, file, text, strlen(text), e);
}
