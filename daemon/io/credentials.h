/* Who the daemon is: its own identity, and one for each role that manifests reach other accounts
 * with. Each has keys, fetched before they are needed and before they expire, one fetch at a time;
 * nothing here waits. */
#pragma once

#include <uv.h>

#include "aws/credentials.h"
#include "io/sender.h"
#include "stack/settings.h"

struct identities;
struct identity;

/* An identity has other keys than before, or could get none: look again. Never called from inside
 * an identity_ or identities_ function. `error` NULL: there are keys; else why those who wait for
 * them should wait no longer. */
typedef void identities_changed(void *owner, struct identity *identity, const struct error *error);

/* `environment` and the sender are borrowed. */
struct identities *identities_new(uv_loop_t *loop, const struct pairs *environment,
	struct sender *sender, identities_changed *changed, void *owner);

/* Profile=, Region= and Owner= from now on; reads the files anew, and sets sender->profile. */
void identities_settings(struct identities *identities, const struct settings *settings);

/* Both NULL: the daemon's own. Lives until identities_close(). */
struct identity *identities_get(
	struct identities *identities, const char *role_arn, const char *external_id);

enum identity_state {
	IDENTITY_READY,
	IDENTITY_PENDING, /* they are being fetched: identities_changed will be called */
	IDENTITY_DENIED,  /* *e says why */
};

/* Looks at the files, not more than a moment. *keys is borrowed until the next identity_ function.
 * `region` is where STS is asked where no setting names one. */
enum identity_state identity_look(struct identity *identity, const char *region,
	const struct credentials **keys, struct error *e);

/* AWS did not take the keys that were used: READY where there are others by now, PENDING where they
 * are being fetched, DENIED where there are none but these. */
enum identity_state identity_renew(
	struct identity *identity, const char *region, const struct credentials *used);

/* The account that an access key is of; NULL: not known yet. */
const char *identity_account(const struct identity *identity, const char *access_key);
void identity_set_account(struct identity *identity, const char *access_key, const char *account);

void identities_forget_accounts(struct identities *identities);

/* Cancels all fetches and frees it. Its handles close in the next turns of the loop. */
void identities_close(struct identities *identities);
