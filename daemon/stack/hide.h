/* AWS repeats values that it was sent, in reasons and errors. Secrets in them are not passed on. */
#pragma once

#include "stack/desired.h"

/* A copy in which "***" stands for what must not be shown of the stack's values: NoEcho parameters,
 * and whatever comes from a credential, variable or file. A value of several lines is looked for
 * line by line; lines of less than 4 bytes stay. stack may be NULL or frozen: then nothing is
 * known to be secret. */
char *hide_secrets(const struct desired_stack *stack, const char *text);
