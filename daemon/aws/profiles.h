/* The INI dialect of ~/.aws/credentials and ~/.aws/config, as botocore reads it: sections, keys in
 * any case, comments with # or ; at the beginning of a line or behind a blank, nested values
 * indented below their key, which has none of its own: "s3.endpoint_url". */
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

/* The keys (in lower case) of one profile; the last of two wins. *found: there is such a section.
 * An error names path and line, never what stands there. *keys is zeroed before. */
bool profiles_read(const struct profiles_file *file, enum profiles_kind kind, const char *profile,
	struct pairs *keys, bool *found, struct error *e);
