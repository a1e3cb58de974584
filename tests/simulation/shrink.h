/* The shortest list of events that still breaks the same invariant (Zeller's delta debugging). */
#pragma once

#include "simulation/crew.h"

/* Prints it as an option: --only 3,7,9. False: the whole story breaks nothing. */
bool shrink_run(const struct story *story);
