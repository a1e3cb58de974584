/* The command line of stackd. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

enum mode { MODE_RUN, MODE_CHECK, MODE_PLAN, MODE_ONCE, MODE_VERSION, MODE_HELP };

enum { EXIT_USAGE = 64, EXIT_CONFIG = 78 }; /* sysexits.h; systemctl shows them by name */

struct arguments {
	enum mode mode;
	const char *directory; /* of the manifests */
	const char *config;    /* NULL: stackd.conf in the directory, or defaults */
	const char *state;
	uint64_t timeout_ms; /* MODE_ONCE and MODE_PLAN */
	bool json;
};

/* Texts are borrowed from argv and the environment ($STATE_DIRECTORY). False: wrong usage. */
bool arguments_parse(int argc, char **argv, struct arguments *arguments, struct error *e);

extern const char arguments_help[];
