/* The overview as the table that people read: what is to be done, with which stack, and why. */
#pragma once

#include <stdbool.h>

#include "base/text.h"
#include "engine/engine.h"

/* Adds a line for each stack, in the overview's order; with colours as a terminal shows them. */
void table_write(const struct overview *overview, bool colours, struct text *out);
