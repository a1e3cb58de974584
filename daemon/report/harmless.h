/* Texts that somebody else wrote (CloudFormation, files, their names) as they may stand on a
 * terminal and in the journal: one line of well-formed UTF-8 that steers nothing. */
#pragma once

#include "base/text.h"

/* Adds the string; control characters, line separators and what turns the direction of writing
 * become a blank, each byte that is no UTF-8 a question mark. */
void harmless_add(struct text *text, const char *string);

/* Columns on a terminal, one for each character. */
size_t harmless_width(const struct text *text);
