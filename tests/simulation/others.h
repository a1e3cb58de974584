/* Somebody else, with access to the same account. */
#pragma once

#include "simulation/cast.h"

#define OTHERS_TAG "team" /* of the stacks that they make */

/* A request of theirs, in the member's region; true where it is accepted. */
bool others_act(struct world *world, const struct member *member, const char *form);

/* A stack of this name, with values of their own; one without parents. */
void others_create(const struct cast *cast, const struct member *member, struct world *world);
/* A parameter, by UpdateStack; where there is no stack and it may be made, it is. */
void others_change(
	const struct cast *cast, struct member *member, struct world *world, struct chance *chance);
void others_delete(struct member *member, struct world *world);
/* A change set that they leave at that: for creating the stack, where there is none. */
void others_review(const struct cast *cast, struct member *member, struct world *world);
void others_cancel(struct member *member, struct world *world);

/* What only a person can end, in the status it is in. */
void others_rescue(struct member *member, struct world *world);
