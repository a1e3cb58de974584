#include "aws/identity.h"

#include "aws/fetch.h"
#include "base/memory.h"
#include "base/text.h"

/* What failed a moment ago is not tried again at once: many may ask. */
enum { FAILURE_MS = 1000, ACCOUNTS_TOLD = 3 };

/* --- all of them --- */

void identities_recipe(struct identities *identities, struct recipe *takes, const struct error *why)
{
	if (!identities->version || why->kind != identities->why.kind ||
		!recipe_equal(takes, &identities->recipe))
		identities->version++;
	identities->why = *why;
	recipe_done(&identities->recipe);
	identities->recipe = *takes;
	*takes = (struct recipe){0};
}

struct identity *identities_get(
	struct identities *identities, const char *role_arn, const char *external_id)
{
	struct identity *identity = identities->first;

	while (identity && !(text_same(identity->role_arn, role_arn) &&
				   text_same(identity->external_id, external_id)))
		identity = identity->next;
	if (identity)
		return identity;
	identity = xcalloc(1, sizeof(*identity));
	identity->identities = identities;
	identity->role_arn = xstrdup(role_arn);
	identity->external_id = xstrdup(external_id);
	identity->next = identities->first;
	identities->first = identity;
	return identity;
}

static void identity_free(struct identity *identity)
{
	recipe_done(&identity->recipe);
	lease_done(&identity->lease);
	free(identity->role_arn);
	free(identity->external_id);
	free(identity->known_key);
	free(identity->known_account);
	free(identity);
}

void identities_done(struct identities *identities)
{
	struct identity *identity;

	while ((identity = identities->first)) {
		identities->first = identity->next;
		identity_free(identity);
	}
	recipe_done(&identities->recipe);
	*identities = (struct identities){0};
}

/* --- fetching --- */

/* What the identity's keys are made of. A role's: the daemon's own, and the role. */
static enum identity_state find_recipe(struct identity *identity, uint64_t now_ms, struct error *e)
{
	struct identities *identities = identity->identities;
	struct identity *source = identities_get(identities, NULL, NULL);
	const struct credentials *own = NULL;

	if (identity->again && source->fetching)
		return IDENTITY_PENDING;
	recipe_done(&identity->recipe);
	if (!identity->role_arn) {
		/* A fetch goes on with its own, whatever the files say meanwhile. */
		recipe_copy(&identity->recipe, &identities->recipe);
		return IDENTITY_READY;
	}
	enum identity_state state = identity_look(source, now_ms, &own, e);

	if (state != IDENTITY_READY)
		return state;
	struct role role = {0};

	if (!role_read("assume-role-arn", identity->role_arn, identity->external_id, NULL, NULL,
		    &role, e)) {
		role_done(&role);
		return IDENTITY_DENIED;
	}
	identity->recipe.base = RECIPE_KEYS;
	identity->recipe.where = xstrdup("the daemon's own credentials");
	credentials_copy(&identity->recipe.keys, own);
	GROW(identity->recipe.hops, identity->recipe.hop_size, 1);
	identity->recipe.hops[identity->recipe.hop_count++] = role;
	return IDENTITY_READY;
}

static bool instant(const struct recipe *recipe)
{
	return recipe->base == RECIPE_KEYS && !recipe->hop_count;
}

/* Keys that are written down are there without a turn of the loop. */
static enum identity_state take_written(struct identity *identity, uint64_t now_ms, struct error *e)
{
	struct fetch *fetch = fetch_new(&identity->recipe, "", now_ms);
	AUTO_DONE(credentials_done) struct credentials keys = {0};
	uint64_t expires_ms = 0;
	struct fetch_step step;

	fetch_look(fetch, &step);
	bool have = step.want == FETCH_HAVE;

	if (have) {
		fetch_take(fetch, &keys, &expires_ms);
		lease_take(&identity->lease, &keys, expires_ms, now_ms, 0);
	} else {
		*e = *step.why;
	}
	fetch_free(fetch);
	return have ? IDENTITY_READY : IDENTITY_DENIED;
}

static enum identity_state begin(struct identity *identity, uint64_t now_ms, struct error *e)
{
	enum identity_state state;

	if (identity->fetching)
		return IDENTITY_PENDING;
	state = find_recipe(identity, now_ms, e);
	if (state != IDENTITY_READY)
		return state;
	identity->version = identity->identities->version;
	if (instant(&identity->recipe))
		return take_written(identity, now_ms, e);
	identity->wanted = identity->fetching = true;
	return IDENTITY_PENDING;
}

struct identity *identities_wanted(struct identities *identities)
{
	struct identity *identity = identities->first;

	while (identity && !identity->wanted)
		identity = identity->next;
	if (identity)
		identity->wanted = false;
	return identity;
}

/* Roles that waited for the daemon's own keys begin with them when they are looked at. */
static void tell(struct identity *identity, const struct error *error)
{
	struct identities *identities = identity->identities;

	if (!identity->role_arn)
		for (struct identity *role = identities->first; role; role = role->next)
			if (role->role_arn && !role->fetching)
				identities->changed(identities->owner, role, error);
	identities->changed(identities->owner, identity, error);
}

void identity_fetched(struct identity *identity, struct credentials *takes, uint64_t expires_ms,
	const struct error *why, uint64_t now_ms, double chance)
{
	identity->fetching = identity->again = false;
	identity->why = why ? *why : (struct error){0};
	if (!why) {
		lease_take(&identity->lease, takes, expires_ms, now_ms, chance);
		tell(identity, NULL);
		return;
	}
	identity->failed_ms = now_ms;
	lease_failed(&identity->lease, now_ms);
	/* Perhaps the keys that the role was asked for with are no longer good. */
	if (identity->role_arn && why->kind == ERROR_DENIED)
		lease_hurry(&identities_get(identity->identities, NULL, NULL)->lease, now_ms);
	tell(identity, &identity->why);
}

/* --- looking --- */

static bool failed_just_now(const struct identity *identity, uint64_t now_ms)
{
	return identity->why.kind != ERROR_NONE && identity->failed_ms <= now_ms &&
	       now_ms - identity->failed_ms < FAILURE_MS &&
	       identity->version == identity->identities->version;
}

static enum identity_state refuse(const struct identity *identity, struct error *e)
{
	*e = identity->identities->why.kind != ERROR_NONE ? identity->identities->why
							  : identity->why;
	return IDENTITY_DENIED;
}

enum identity_state identity_look(struct identity *identity, uint64_t now_ms,
	const struct credentials **keys, struct error *e)
{
	struct identities *identities = identity->identities;
	enum identity_state state = IDENTITY_READY;

	if (identities->why.kind != ERROR_NONE)
		return refuse(identity, e);
	if (identity->version != identities->version && !identity->fetching)
		lease_done(&identity->lease);
	enum lease_state lease = lease_look(&identity->lease, now_ms);

	if (lease == LEASE_NONE || lease == LEASE_MANDATORY) {
		if (!identity->fetching && failed_just_now(identity, now_ms))
			return refuse(identity, e);
		state = begin(identity, now_ms, e);
	} else if (lease == LEASE_ADVISORY) {
		begin(identity, now_ms, e);
	}
	if (state == IDENTITY_READY)
		*keys = &identity->lease.keys;
	return state;
}

enum identity_state identity_renew(
	struct identity *identity, uint64_t now_ms, const struct credentials *used)
{
	const struct credentials *keys = NULL;
	struct error e = {0};
	enum identity_state state = identity_look(identity, now_ms, &keys, &e);

	if (state != IDENTITY_READY || !credentials_equal(keys, used))
		return state;
	state = failed_just_now(identity, now_ms) ? IDENTITY_DENIED : begin(identity, now_ms, &e);
	if (state == IDENTITY_READY && credentials_equal(&identity->lease.keys, used))
		state = IDENTITY_DENIED;
	return state;
}

bool identity_ask_again(struct identity *identity, uint64_t now_ms)
{
	struct identity *source = identities_get(identity->identities, NULL, NULL);
	enum identity_state state;
	struct error e = {0};

	if (!identity->role_arn || identity->again)
		return false;
	identity->again = true;
	identity->fetching = false;
	state = identity_renew(source, now_ms, &identity->recipe.keys);
	if (state == IDENTITY_READY)
		state = begin(identity, now_ms, &e);
	return state == IDENTITY_PENDING;
}

/* --- accounts --- */

const char *identity_account(const struct identity *identity, const char *access_key)
{
	return text_same(identity->known_key, access_key) ? identity->known_account : NULL;
}

void identity_set_account(struct identity *identity, const char *access_key, const char *account)
{
	replace_text(&identity->known_key, access_key);
	replace_text(&identity->known_account, account);
}

void identities_forget_accounts(struct identities *identities)
{
	for (struct identity *identity = identities->first; identity; identity = identity->next)
		replace_text(&identity->known_key, NULL);
}

bool account_matters(const struct texts *allowed, enum call_kind kind)
{
	return call_kind_mutates(kind) && allowed->count;
}

bool account_allowed(const struct texts *allowed, const char *account, struct error *e)
{
	AUTO_DONE(text_done) struct text list = {0};

	if (texts_have(allowed, account))
		return true;
	for (size_t i = 0; i < allowed->count && i < ACCOUNTS_TOLD; i++)
		text_format(&list, "%s%s", i ? ", " : "", allowed->items[i]);
	return error_set(e, ERROR_DENIED,
		"the credentials are of account %s, which AllowedAccounts= doesn't have, only %s%s",
		account, text_string(&list), allowed->count > ACCOUNTS_TOLD ? ", ..." : "");
}
