/* What stackd can be asked to do with a network. Both give the exit status. */
#pragma once

#include "stackd/arguments.h"

/* Runs until a signal ends it. */
int run(const struct arguments *arguments);

/* --plan and --once: until there is nothing more to find out or to do. */
int converge(const struct arguments *arguments);
