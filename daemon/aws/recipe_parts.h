/* The parts of a recipe, one for each kind of source. For recipe*.c only. */
#pragma once

#include "aws/recipe.h"
#include "aws/surroundings.h"

/* True also where there is nothing of the kind; *found says it. */
bool recipe_environment(
	const struct pairs *environment, struct recipe *out, bool *found, struct error *e);
bool recipe_keys(const struct profile *profile, enum surroundings_file file, struct recipe *out,
	bool *found, struct error *e);
bool recipe_process(
	const struct profile *profile, struct recipe *out, bool *found, struct error *e);

/* `environment` NULL: the profile only. */
bool recipe_web_identity(const struct pairs *environment, const struct profile *profile,
	struct recipe *out, bool *found, struct error *e);
bool recipe_container(
	const struct pairs *environment, struct recipe *out, bool *found, struct error *e);
bool recipe_imds(const struct surroundings *surroundings, const struct pairs *profile,
	struct recipe *out, bool *found, struct error *e);
