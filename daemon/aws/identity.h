/* Who the daemon is: its own identity, and one for each role that manifests reach other accounts
 * with. Each has keys, that are fetched before they are needed and before they expire, one fetch at
 * a time, and the last ones are used meanwhile. What is to be fetched is told, and told of when it
 * is here; no clock, file or socket is touched. Times are wall-clock ms. */
#pragma once

#include <stdint.h>

#include "aws/lease.h"
#include "aws/recipe.h"
#include "engine/call.h"

struct identity {
	struct identities *identities;
	struct identity *next;
	char *role_arn, *external_id; /* NULL: the daemon's own */
	struct recipe recipe;         /* of the fetch that is out, or was last */
	bool wanted;                  /* a fetch by this recipe is to begin */
	bool fetching;                /* one is to begin, or is out */
	bool again;                   /* a role's: its last keys' source was refused */
	void *fetcher;                /* what serves it, of who does */
	struct lease lease;
	unsigned version; /* of the surroundings, that the lease is of */
	struct error why; /* the last fetch failed */
	uint64_t failed_ms;
	char *known_key, *known_account;
};

/* An identity has other keys than before, or could get none: look again. Called from
 * identity_fetched() only. `error` NULL: there are keys; else why those who wait for them should
 * wait no longer. */
typedef void identities_changed(void *owner, struct identity *identity, const struct error *error);

/* Zeroed memory, with changed and owner set, has none. */
struct identities {
	identities_changed *changed;
	void *owner;
	struct recipe recipe; /* the daemon's own */
	struct error why;     /* there is none */
	unsigned version;     /* of recipe */
	struct identity *first;
};

void identities_done(struct identities *identities); /* who serves fetches has ended them */

/* What the surroundings say by now; `why` where they lead to no keys. Keys of another recipe are
 * used no more. */
void identities_recipe(
	struct identities *identities, struct recipe *takes, const struct error *why);

/* Both NULL: the daemon's own. Lives until identities_done(). */
struct identity *identities_get(
	struct identities *identities, const char *role_arn, const char *external_id);

enum identity_state {
	IDENTITY_READY,
	IDENTITY_PENDING, /* they are being fetched: changed will be called */
	IDENTITY_DENIED,  /* *e says why */
};

/* *keys is borrowed until the next identity_ function. Afterwards identities_wanted() says what is
 * to be fetched because of it. */
enum identity_state identity_look(struct identity *identity, uint64_t now_ms,
	const struct credentials **keys, struct error *e);

/* AWS did not take the keys that were used: READY where there are others by now, PENDING where they
 * are being fetched, DENIED where there are none but these. */
enum identity_state identity_renew(
	struct identity *identity, uint64_t now_ms, const struct credentials *used);

/* The next identity for which a fetch by its recipe is to begin now; NULL: none. */
struct identity *identities_wanted(struct identities *identities);

/* The end of a fetch. `why` NULL: these are the keys, which are taken; they expire at expires_ms by
 * our clock (0: never). `chance` is in [0, 1). */
void identity_fetched(struct identity *identity, struct credentials *takes, uint64_t expires_ms,
	const struct error *why, uint64_t now_ms, double chance);

/* A fetch ended because the keys that it was made with were not taken. True: it is made once more
 * with others, see identities_wanted(), and those who wait for it wait on; false: it is for
 * identity_fetched(). */
bool identity_ask_again(struct identity *identity, uint64_t now_ms);

/* The account that an access key is of; NULL: not known yet. */
const char *identity_account(const struct identity *identity, const char *access_key);
void identity_set_account(struct identity *identity, const char *access_key, const char *account);
void identities_forget_accounts(struct identities *identities);

/* AllowedAccounts=: nothing is changed before it is known whose keys these are, and only there. */
bool account_matters(const struct texts *allowed, enum call_kind kind);
bool account_allowed(const struct texts *allowed, const char *account, struct error *e);
