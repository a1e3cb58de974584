/* Settings, manifests and all that they draw in, read in the surroundings of this process. */
#pragma once

#include "io/cloudformation.h"
#include "stack/desired.h"
#include "stackd/arguments.h"

/* Copies of the process's variables. */
void environment_read(struct pairs *environment);

/* As files_desired(). The client gets the settings, and gives the region of their profile. */
struct desired *reading_desired(const struct arguments *arguments, const struct pairs *environment,
	struct cloudformation *cloudformation, struct desired **old, struct texts *problems);

/* What is to be said about a set as a whole: the folder's problem, and every warning. */
void reading_remarks(const struct desired *desired, struct texts *remarks);
