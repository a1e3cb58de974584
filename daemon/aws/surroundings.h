/* What stands around the daemon and says who it is: the environment and the shared files of AWS's
 * tools, read by others, with Profile= of the settings. */
#pragma once

#include <stdbool.h>

#include "aws/profiles.h"
#include "base/error.h"
#include "base/pairs.h"

enum surroundings_file {
	SURROUNDINGS_SYSTEMD,     /* the systemd credential aws-credentials */
	SURROUNDINGS_CREDENTIALS, /* ~/.aws/credentials */
	SURROUNDINGS_CONFIG,      /* ~/.aws/config */
	SURROUNDINGS_FILE_COUNT,
};

/* All borrowed. */
struct surroundings {
	const struct pairs *environment;
	const char *profile; /* Profile=; NULL: none given */
	bool plain_http;     /* AllowPlainHttp= */
	struct profiles_file files[SURROUNDINGS_FILE_COUNT];
};

/* Where a file is, by the environment; NULL where nothing says it. The caller frees it. */
char *surroundings_path(const struct pairs *environment, enum surroundings_file which);

/* One profile of all three files. Where two have the same key, an earlier file of the enum wins. */
struct profile {
	char *name;
	bool there; /* in any of the files */
	struct pairs files[SURROUNDINGS_FILE_COUNT];
	struct pairs all;
};

/* The chosen one's name: Profile=, AWS_DEFAULT_PROFILE, AWS_PROFILE, else "default"; *named: by
 * one of the three. */
const char *surroundings_profile(const struct surroundings *surroundings, bool *named);

/* *out is zeroed before; free it with profile_done() in any case. */
bool profile_read(const struct surroundings *surroundings, const char *name, struct profile *out,
	struct error *e);
void profile_done(struct profile *profile);

/* What the chosen profile says about how AWS is reached. */
struct client_profile {
	char *region;          /* AWS_REGION, AWS_DEFAULT_REGION, the profile's; NULL: none */
	struct pairs all;      /* the profile */
	struct pairs services; /* the section that it names */
	bool has_services;
};

/* Empty, but for the environment's region, where the files can't be read: who needs the keys in
 * them says why. *out is zeroed before. */
void surroundings_client(const struct surroundings *surroundings, struct client_profile *out);
void client_profile_done(struct client_profile *profile);
