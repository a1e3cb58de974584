/* Which cells of the tables of coverage a run of many seeds must reach. */
#pragma once

#include "simulation/coverage.h"

bool required_status(enum stack_status status, enum stack_state state);
bool required_call(enum call_kind call, enum fault fault);
bool required_reason(size_t reason);
