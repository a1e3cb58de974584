/* AWS repeats values that it was sent, in reasons and errors. Secrets in them are not passed on. */
#pragma once

#include "stack/desired.h"

/* Adds what must not be shown of the stack's values, each once: NoEcho parameters, and whatever
 * comes from a credential, variable or file. A value of several lines becomes several texts; lines
 * of less than 4 bytes are left out. A frozen stack has no values. */
void secrets_add(const struct desired_stack *stack, struct texts *secrets);

/* A copy in which "***" stands for each of them; NULL for NULL. */
char *secrets_hide(const struct texts *secrets, const char *text);

void secrets_done(struct texts *secrets); /* wiped before they are freed */
