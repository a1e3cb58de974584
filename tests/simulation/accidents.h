/* What goes wrong without anybody wanting it. */
#pragma once

#include "simulation/cast.h"

/* The next creates or updates of a resource of the stack fail. */
void accident_failure(struct member *member, struct world *world);

/* Network and service behave badly, until it is calm. */
void accident_storm(struct world *world);
void accident_calm(struct world *world);
void accident_repaired(struct world *world); /* no fault that was announced plays any more */

/* The whole memory is lost; one record of it can't be read. Both end with a kill. */
void accident_oblivion(struct world *world);
void accident_damage(struct member *member, struct world *world);
void accident_recovery(struct world *world); /* somebody moves the damaged records away */
