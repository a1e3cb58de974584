/* What goes wrong without anybody wanting it. */
#pragma once

#include "simulation/cast.h"

/* The next creates or updates of a resource of the stack fail; only creates do, or take too long;
 * all that follow fail; the next creates; one, and so many of its rollbacks as well; the next
 * change sets, or deletions. */
void accident_failure(struct member *member, struct world *world, struct chance *chance);
void accident_flaw(struct member *member, struct world *world, struct chance *chance);
void accident_doom(struct member *member, struct world *world, struct chance *chance);
void accident_flop(struct member *member, struct world *world, struct chance *chance);
void accident_stuck(struct member *member, struct world *world, unsigned rollbacks);
void accident_invalid(struct member *member, struct world *world, struct chance *chance);
void accident_undeletable(struct member *member, struct world *world, struct chance *chance);
void accident_slow(struct member *member, struct world *world, struct chance *chance);
void accident_repaired(struct world *world); /* none that was announced plays any more */

/* Network and service behave badly, until it is calm. */
void accident_storm(struct world *world, struct chance *chance);
void accident_haze(struct world *world, struct chance *chance); /* reads are stale */
void accident_echo(struct world *world, struct chance *chance); /* requests arrive late */
void accident_calm(struct world *world);

/* The whole memory is lost; one record of it can't be read. Both end with a kill. */
void accident_oblivion(struct world *world);
void accident_damage(struct member *member, struct world *world, struct chance *chance);
void accident_recovery(struct world *world); /* somebody moves the damaged records away */

/* The machine is started again; its wall clock is set. */
void accident_reboot(struct world *world, struct chance *chance);
void accident_clock(struct world *world, struct chance *chance);

/* The folder is missing, unreadable or empty; and back again. */
void accident_folder(struct world *world, struct chance *chance);
void accident_folder_back(struct world *world);
