/* Where the stacks of a story may be: the daemon's own account, and others that it reaches through
 * roles, whose keys expire soon. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define WORLD_STRANGER "444444444444"

/* AllowedAccounts=, until somebody adds the last one. */
#define WORLD_ALLOWED "123456789012 222222222222 333333333333"

struct cast;
struct chance;
struct member;
struct world;

enum {
	REACH_OWN,
	REACH_BRANCH,   /* another account, with an external id */
	REACH_SECOND,   /* the same account by another role: they share its rates */
	REACH_PARTNER,  /* a third account */
	REACH_HOME,     /* a role in the daemon's own account */
	REACH_STRANGER, /* one that AllowedAccounts= doesn't have */
	REACH_COUNT,
};

struct reach {
	const char *account;
	const char *role, *external_id; /* NULL: none */
	const char *others_key;         /* of somebody else in that account */
};

extern const struct reach reaches[REACH_COUNT];

/* The way of a call; a pointer that lives for ever. */
const struct reach *reach_find(const char *role, const char *external_id);

/* Keys of the daemon: its own, and those that it got for roles. */
bool reach_ours(const char *access_key);

#define CONTAINER_PATH "/creds"

/* Makes the accounts and their roles in the model, and a container that hands out the daemon's own
 * keys; keys of roles and containers are good for life_ms. */
void reaches_begin(struct world *world, unsigned life_ms);

/* Nobody added the stranger's account to AllowedAccounts= yet. */
bool reach_forbidden(const struct world *world, const struct reach *reach);
/* Of it, or of what it needs. */
bool reach_blocks(const struct cast *cast, const struct world *world, const struct member *member);
void reaches_allow(struct world *world); /* somebody does */

/* `share` of 1,000 stories have members elsewhere; decided by a chance of their own, so that the
 * others stay what they are. True: this one has. */
bool reaches_draw(struct cast *cast, struct chance *chance, unsigned share);
