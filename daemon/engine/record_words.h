/* The words that records are written in. For record*.c, and where rules are told (approval.c). */
#pragma once

#include "engine/record.h"

enum { RECORD_VERSION = 1 };

/* One per member of its enum, NULL at the end. */
extern const char *const record_kinds[];
extern const char *const record_steps[];
extern const char *const record_removals[];
extern const char *const record_applies[];
extern const char *const record_guards[];
