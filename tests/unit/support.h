/* For unit tests that read files of the source tree (settings, schemas, seeds, recordings). */
#pragma once

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"

/* The whole file; `path` is relative to the project. Ends the test program where it can't be read.
 * The caller frees it; it is NUL-terminated. */
static inline char *project_file(const char *path, size_t *length)
{
	const char *root = getenv("PROJECT_ROOT"); /* set by meson */
	AUTO(free_text) char *whole = xasprintf("%s/%s", root ? root : ".", path);
	FILE *file = fopen(whole, "rb");
	char *bytes = NULL;
	size_t size = 0;

	*length = 0;
	if (!file) {
		perror(whole);
		exit(EXIT_FAILURE);
	}
	for (size_t got = 1; got;) {
		GROW(bytes, size, *length + 65536);
		got = fread(bytes + *length, 1, 65535, file);
		*length += got;
	}
	bytes[*length] = '\0';
	fclose(file);
	return bytes;
}
