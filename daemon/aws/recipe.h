/* How to get the daemon's keys: what is asked first, and which roles are then assumed with them.
 * Decided over environment and files only, in the order and with the meaning that botocore gives
 * them (fact sheet §7.3). */
#pragma once

#include <stdint.h>

#include "aws/credentials.h"
#include "base/error.h"
#include "base/pairs.h"

struct surroundings;

enum recipe_base {
	RECIPE_KEYS,         /* they are here */
	RECIPE_PROCESS,      /* a program prints them */
	RECIPE_WEB_IDENTITY, /* a role for a token in a file */
	RECIPE_CONTAINER,    /* the container's endpoint */
	RECIPE_IMDS,         /* the instance's metadata */
};

struct role {
	char *arn, *external_id, *session_name; /* NULL: none, all but the first */
	unsigned duration_s;                    /* 0: as STS likes it */
};

void role_done(struct role *role);

struct recipe {
	enum recipe_base base;
	char *where;             /* "profile 'ops'", for what is said about it */
	struct credentials keys; /* RECIPE_KEYS */
	uint64_t expires_ms;     /* likewise; wall clock, 0: never */
	struct texts process;    /* program and arguments */
	struct role role;        /* RECIPE_WEB_IDENTITY */
	char *token_file;        /* likewise; RECIPE_CONTAINER: NULL: none */
	char *token;             /* RECIPE_CONTAINER: NULL: none */
	char *url;               /* of the container's endpoint; of the metadata, without a path */
	bool v1;                 /* RECIPE_IMDS: without a token where there is none */
	uint64_t timeout_ms;     /* likewise, of each request */
	unsigned attempts;       /* likewise */
	char *nothing;     /* likewise: what to say where there is none; NULL: it was chosen */
	struct role *hops; /* assumed one with the keys of the other, in this order */
	size_t hop_count, hop_size;
};

/* *out is zeroed before; free it with recipe_done() in any case. An error is ERROR_DENIED; its text
 * says what to do, and has nothing of the keys. */
bool recipe_find(const struct surroundings *surroundings, struct recipe *out, struct error *e);
void recipe_done(struct recipe *recipe);
void recipe_copy(struct recipe *to, const struct recipe *from);    /* overwritten, not freed */
bool recipe_equal(const struct recipe *a, const struct recipe *b); /* both lead to the same */

/* False with an error where STS would not take it. `where` is for its text. */
bool role_read(const char *where, const char *arn, const char *external_id,
	const char *session_name, const char *duration, struct role *out, struct error *e);
