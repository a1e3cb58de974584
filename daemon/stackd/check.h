/* stackd --check: everything that can be told without a network. */
#pragma once

#include "stackd/arguments.h"

/* Prints each problem and warning, then one line that sums up. Gives the exit status. */
int check(const struct arguments *arguments);
