/* stackctl list: what each stack is, as the running daemon sees it. */
#pragma once

#include "stackctl/arguments.h"

/* Gives the exit status. */
int list(const struct arguments *arguments);
