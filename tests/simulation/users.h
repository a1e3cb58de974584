/* Stacks of somebody else that import what a member exports: as long as they do, it can be neither
 * changed nor deleted. And somebody who protects a member's stack by hand. */
#pragma once

#include "simulation/cast.h"

/* The export, behind the value of the member's output. */
void users_add_export(const struct member *member, struct text *out);

/* Somebody imports it, where it is there. */
void users_import(struct member *member, struct world *world);

/* The importing stack is on its way out; true where it is gone. */
bool users_leave(struct member *member, struct world *world);
bool users_there(const struct member *member, const struct world *world);

/* Termination protection, if the stack is well. */
void users_protect(struct member *member, struct world *world);
