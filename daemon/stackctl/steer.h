/* stackctl approve, suspend, resume, retry, reconcile: what the running daemon is to do. */
#pragma once

#include "report/command.h"
#include "stackctl/arguments.h"

/* Gives the exit status. */
int steer(const struct arguments *arguments, enum command_kind kind);
