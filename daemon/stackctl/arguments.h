/* The command line of stackctl. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* Beside EXIT_SUCCESS and EXIT_FAILURE; stackctl(1) tells them. */
enum { EXIT_UNREACHABLE = 3, EXIT_NO_STACK = 4, EXIT_USAGE = 64 };

enum verb {
	VERB_LIST,
	VERB_APPROVE,
	VERB_SUSPEND,
	VERB_RESUME,
	VERB_RETRY,
	VERB_RECONCILE,
	VERB_RENDER,
	VERB_HELP,
	VERB_VERSION,
	VERB_COUNT,
};

struct arguments {
	enum verb verb;
	const char *words[2]; /* behind the verb; NULL where there is none */
	const char *reason;
	const char *socket; /* NULL: the daemon's */
	bool all, json;
};

/* Texts are borrowed from argv. False: wrong usage. */
bool arguments_parse(int argc, char **argv, struct arguments *arguments, struct error *e);

extern const char arguments_help[];
