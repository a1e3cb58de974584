/* An environment as rows of a test have it. */
#pragma once

#include "base/pairs.h"

struct variable {
	const char *name, *value; /* name NULL: the end */
};

static inline struct pairs environment_of(const struct variable *variables)
{
	struct pairs environment = {0};

	for (; variables->name; variables++)
		pairs_add(&environment, variables->name, variables->value);
	return environment;
}
