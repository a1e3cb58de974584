/* Standard output: what a person or a program asked for, as against what is logged. */
#pragma once

#include <stdbool.h>

#include "base/text.h"

/* Writes all of it; says on standard error, in the name of the program, where that fails, and gives
 * false. */
bool output_write(const char *program, const struct text *text);

/* Whether colours are wanted: on a terminal, without $NO_COLOR. */
bool output_colours(void);
