/* Keeps the daemon's identities in keys: reads the files that say where they come from, and serves
 * what aws/identity wants to be fetched; nothing here waits. */
#pragma once

#include <uv.h>

#include "aws/identity.h"
#include "io/sender.h"
#include "stack/settings.h"

struct keeper;

/* `environment` and the sender are borrowed. `changed` is never called from inside a keeper_
 * function. */
struct keeper *keeper_new(uv_loop_t *loop, const struct pairs *environment, struct sender *sender,
	identities_changed *changed, void *owner);

/* Profile=, Region= and Owner= from now on; reads the files anew, and sets sender->profile. */
void keeper_settings(struct keeper *keeper, const struct settings *settings);

/* Borrowed; they live until keeper_close(). */
struct identities *keeper_identities(struct keeper *keeper);

/* identity_look() and identity_renew(), with the files as they are: reading them takes no more than
 * a moment. `region` is where STS is asked where no setting names one. */
enum identity_state keeper_look(struct keeper *keeper, struct identity *identity,
	const char *region, const struct credentials **keys, struct error *e);
enum identity_state keeper_renew(struct keeper *keeper, struct identity *identity,
	const char *region, const struct credentials *used);

/* Cancels all fetches and frees it. Its handles close in the next turns of the loop. */
void keeper_close(struct keeper *keeper);
