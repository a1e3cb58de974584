/* Which keys requests are signed with: environment, then profile (fact sheet §7.3), decided over
 * text that others have read. */
#pragma once

#include <stdbool.h>

#include "aws/profiles.h"
#include "base/error.h"
#include "base/pairs.h"

struct credentials {
	char *access_key, *secret_key;
	char *session_token; /* NULL: none */
};

/* Where the keys may come from. All borrowed. */
struct credentials_source {
	const struct pairs *environment;
	const char
		*profile; /* Profile=: the environment's keys don't count then; NULL: none given */
	struct profiles_file credentials, config;
};

/* The paths of the two files, by the environment; NULL where neither they nor HOME are set. The
 * caller frees them. */
char *credentials_path(const struct pairs *environment);
char *credentials_config_path(const struct pairs *environment);

/* *out is zeroed before; free it with credentials_done() in any case. An error is ERROR_DENIED; its
 * text says what to do, and has nothing of the keys. */
bool credentials_find(
	const struct credentials_source *source, struct credentials *out, struct error *e);
void credentials_done(struct credentials *credentials); /* wipes them */
void credentials_copy(struct credentials *to, const struct credentials *from);
bool credentials_equal(const struct credentials *a, const struct credentials *b);

/* AWS_REGION, AWS_DEFAULT_REGION, the profile's; NULL: none, or the files can't be read. The caller
 * frees it. */
char *credentials_region(const struct credentials_source *source);
