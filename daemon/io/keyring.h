/* The keys that requests are signed with: aws/credentials over the environment and the two files,
 * which are read again whenever they have changed. */
#pragma once

#include "aws/credentials.h"

struct keyring;

struct keyring *keyring_new(const struct pairs *environment); /* copied */
void keyring_free(struct keyring *keyring);

/* Profile= from now on (NULL: none); reads the files anew. */
void keyring_profile(struct keyring *keyring, const char *profile);

/* Looks at the files, not more than a moment. NULL with an ERROR_DENIED that says what to do.
 * Borrowed until the next keyring_ function. */
const struct credentials *keyring_get(struct keyring *keyring, struct error *e);

/* Reads the files anew, though they look unchanged. True: the keys are others than `used`. */
bool keyring_renew(struct keyring *keyring, const struct credentials *used);

/* AWS_REGION, AWS_DEFAULT_REGION, the profile's, as last read; NULL: none. */
const char *keyring_region(const struct keyring *keyring);
