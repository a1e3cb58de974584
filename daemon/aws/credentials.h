/* Keys that requests are signed with. */
#pragma once

#include <stdbool.h>

struct credentials {
	char *access_key, *secret_key;
	char *session_token; /* NULL: none */
};

void credentials_done(struct credentials *credentials); /* wipes them */
void credentials_copy(struct credentials *to, const struct credentials *from);
bool credentials_equal(const struct credentials *a, const struct credentials *b);

/* They become header lines: false where a character is in them that no key of AWS has. NULL fits.
 */
bool credentials_fit(const char *key);
