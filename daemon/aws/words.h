/* Text split into words as a shell does it, with its quotes and backslashes and nothing else of a
 * shell: so AWS's own tools read a credential_process and the name of a section. */
#pragma once

#include <stdbool.h>

#include "base/pairs.h"

/* False: a quote or a backslash has no end. *words is zeroed before; free it in any case. */
bool words_split(const char *text, struct texts *words);
