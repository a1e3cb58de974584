/* The INI dialect of ~/.aws/credentials and ~/.aws/config, as botocore reads it: sections, keys in
 * any case with = or :, comments with # or ; on lines of their own only, lines that go on where
 * they are indented deeper than their key. Below a key without a value they are nested values,
 * "s3.endpoint_url". What is there twice is a mistake. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/pairs.h"

enum profiles_kind {
	PROFILES_CREDENTIALS, /* [name] */
	PROFILES_CONFIG,      /* [profile name], [default] */
	PROFILES_SERVICES,    /* [services name], of the config file */
};

/* One of the files; `bytes` NULL: there is none. All borrowed. */
struct profiles_file {
	const char *path; /* for what is said about it; NULL: nobody knows where it would be */
	const char *bytes;
	size_t length;
	const char *problem; /* why it could not be read, with its path; NULL: it could */
};

/* The keys (in lower case) of one profile. *found: there is such a section.
 * An error names path and line, never what stands there. *keys is zeroed before. */
bool profiles_read(const struct profiles_file *file, enum profiles_kind kind, const char *profile,
	struct pairs *keys, bool *found, struct error *e);
