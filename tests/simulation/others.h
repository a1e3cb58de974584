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

/* hands.c: by hand, what is no part of a template: protection, policy, tags, topics. */
void others_hands(struct member *member, struct world *world, struct chance *chance);
void others_unprotect(
	const struct member *member, struct world *world, const struct model_stack_view *view);
/* What Systems Manager keeps for a stack's parameter: is written down; becomes another. */
void others_keep(const struct member *member, struct world *world);
void others_feed(struct member *member, struct world *world, struct chance *chance);

/* others.c, for hands.c: a request, true where it was accepted; all as it is, but for this
 * parameter, which has the number 1 (NULL: none). */
bool others_act(struct world *world, const struct member *member, const char *form);
void others_leave(const struct model_stack_view *view, const char *but, struct text *form);

/* What only a person can end, in the status it is in. */
void others_rescue(struct member *member, struct world *world);
