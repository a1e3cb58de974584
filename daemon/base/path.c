#include "base/path.h"

#include <string.h>

#include "base/text.h"

static void add_parts(struct text *out, const char *path, size_t length)
{
	for (const char *at = path, *end = path + length; at < end;) {
		const char *slash = memchr(at, '/', (size_t)(end - at));
		size_t part = (size_t)((slash ? slash : end) - at);

		if (part && !(part == 1 && *at == '.')) {
			if (out->length && out->data[out->length - 1] != '/')
				text_add_char(out, '/');
			text_add_bytes(out, at, part);
		}
		at += part + 1;
	}
}

char *path_beside(const char *file, const char *path)
{
	const char *slash = strrchr(file, '/');
	const char *first = *path == '/' || !slash ? path : file;
	struct text out = {0};

	if (*first == '/')
		text_add_char(&out, '/');
	if (*path != '/' && slash)
		add_parts(&out, file, (size_t)(slash - file));
	add_parts(&out, path, strlen(path));
	return text_take(&out);
}
