/* Which proxy a request goes through, by the usual variables as AWS's own tools take them: in small
 * letters first, where one that is empty hides the other. */
#pragma once

#include "base/pairs.h"

/* NULL: none. Borrowed from the environment; may have a password in it. */
const char *proxy_of(const struct pairs *environment, const char *url);
