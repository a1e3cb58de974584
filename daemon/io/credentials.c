#include "io/credentials.h"

#include <string.h>
#include <unistd.h>

#include "aws/lease.h"
#include "aws/recipe.h"
#include "aws/sts.h"
#include "base/memory.h"
#include "io/fetcher.h"
#include "io/surrounding_files.h"

/* What failed a moment ago is not tried again at once: many may ask. */
enum { FAILURE_MS = 1000 };

struct identity {
	struct identities *identities;
	struct identity *next;
	char *role_arn, *external_id; /* NULL: the daemon's own */
	struct recipe recipe;         /* of the fetch that is out, or was last */
	struct fetcher *fetcher;      /* NULL: none is out */
	struct lease lease;
	unsigned version; /* of the surroundings, that the lease is of */
	struct error why; /* the last fetch failed */
	uint64_t failed_ms;
	char *region; /* where STS was asked for it last */
	bool again;   /* a role's: with other keys, for those before were refused */
	char *known_key, *known_account;
};

struct identities {
	uv_loop_t *loop;
	const struct pairs *environment;
	struct sender *sender;
	identities_changed *changed;
	void *owner;
	char *profile, *region, *session_name;
	bool plain_http;
	struct surrounding_files files;
	struct recipe recipe; /* the daemon's own */
	struct error why;     /* there is none */
	unsigned version;     /* of recipe */
	struct identity *first;
};

/* --- the surroundings --- */

static void read_surroundings(struct identities *identities)
{
	struct surroundings surroundings = {.environment = identities->environment,
		.profile = identities->profile,
		.plain_http = identities->plain_http};
	struct recipe recipe = {0};
	struct error why = {0};

	surrounding_files_read(&identities->files, &surroundings);
	if (!recipe_find(&surroundings, &recipe, &why)) {
		recipe_done(&recipe);
		recipe = (struct recipe){0};
	}
	client_profile_done(&identities->sender->profile);
	surroundings_client(&surroundings, &identities->sender->profile);
	surrounding_files_forget(&surroundings);
	if (why.kind != identities->why.kind || !recipe_equal(&recipe, &identities->recipe))
		identities->version++;
	identities->why = why;
	recipe_done(&identities->recipe);
	identities->recipe = recipe;
}

struct identities *identities_new(uv_loop_t *loop, const struct pairs *environment,
	struct sender *sender, identities_changed *changed, void *owner)
{
	struct identities *identities = xcalloc(1, sizeof(*identities));

	*identities = (struct identities){.loop = loop,
		.environment = environment,
		.sender = sender,
		.changed = changed,
		.owner = owner,
		.session_name = xstrdup("stackd"),
		.version = 1};
	surrounding_files_init(&identities->files, environment);
	read_surroundings(identities);
	return identities;
}

void identities_settings(struct identities *identities, const struct settings *settings)
{
	char host[256] = "host";

	replace_text(&identities->profile, settings->profile);
	replace_text(&identities->region, settings->region);
	identities->plain_http = settings->allow_plain_http;
	free(identities->session_name);
	gethostname(host, sizeof(host) - 1);
	identities->session_name = sts_session_name(settings->owner, host);
	read_surroundings(identities);
}

void identities_forget_accounts(struct identities *identities)
{
	for (struct identity *identity = identities->first; identity; identity = identity->next)
		replace_text(&identity->known_key, NULL);
}

/* --- one identity --- */

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

static void fetched(void *owner, struct fetcher_result *result);
static enum identity_state look(struct identity *identity, const char *region,
	const struct credentials **keys, struct error *e);

/* What the identity's keys are made of. A role's: the daemon's own, and the role. */
static enum identity_state find_recipe(
	struct identity *identity, const char *region, struct error *e)
{
	struct identities *identities = identity->identities;
	struct identity *source = identities_get(identities, NULL, NULL);
	const struct credentials *own = NULL;

	if (identity->again && source->fetcher)
		return IDENTITY_PENDING;
	recipe_done(&identity->recipe);
	if (!identity->role_arn) {
		/* A fetch goes on with its own, whatever the files say meanwhile. */
		recipe_copy(&identity->recipe, &identities->recipe);
		return IDENTITY_READY;
	}
	enum identity_state state = look(source, region, &own, e);

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

/* --- fetching --- */

static const char *sts_region(const struct identities *identities, const char *region)
{
	if (identities->region)
		return identities->region;
	return identities->sender->profile.region ? identities->sender->profile.region : region;
}

static bool instant(const struct recipe *recipe)
{
	return recipe->base == RECIPE_KEYS && !recipe->hop_count;
}

/* Keys that are written down are there without a turn of the loop. */
static enum identity_state take_written(struct identity *identity, struct error *e)
{
	uint64_t now_ms = sender_wall_ms();
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

static enum identity_state begin(struct identity *identity, const char *region, struct error *e)
{
	struct identities *identities = identity->identities;
	enum identity_state state;

	if (identity->fetcher)
		return IDENTITY_PENDING;
	state = find_recipe(identity, region, e);
	if (state != IDENTITY_READY)
		return state;
	identity->version = identities->version;
	replace_text(&identity->region, region);
	if (instant(&identity->recipe))
		return take_written(identity, e);
	struct fetcher_options options = {
		.sender = identities->sender,
		.recipe = &identity->recipe,
		.session_name = identities->session_name,
		.region = sts_region(identities, region),
	};

	identity->fetcher = fetcher_start(identities->loop, &options, fetched, identity);
	return IDENTITY_PENDING;
}

/* Roles that waited for the daemon's own keys begin with them when they are looked at. */
static void tell(struct identity *identity, const struct error *error)
{
	struct identities *identities = identity->identities;

	if (!identity->role_arn)
		for (struct identity *role = identities->first; role; role = role->next)
			if (role->role_arn && !role->fetcher)
				identities->changed(identities->owner, role, error);
	identities->changed(identities->owner, identity, error);
}

/* The keys that a role was asked for with may have expired on the way: others are fetched, once,
 * and those who wait for it wait on. False: there are no others. */
static bool ask_again(struct identity *identity)
{
	struct identity *source = identities_get(identity->identities, NULL, NULL);
	enum identity_state state;
	struct error e = {0};

	if (!identity->role_arn || identity->again)
		return false;
	identity->again = true;
	state = identity_renew(source, identity->region, &identity->recipe.keys);
	if (state == IDENTITY_READY)
		state = begin(identity, identity->region, &e);
	return state == IDENTITY_PENDING;
}

static void fetched(void *owner, struct fetcher_result *result)
{
	struct identity *identity = owner;
	uint64_t now_ms = sender_wall_ms();

	identity->fetcher = NULL;
	if (result->keys_refused && ask_again(identity))
		return;
	identity->again = false;
	identity->why = result->error;
	if (result->error.kind == ERROR_NONE) {
		lease_take(&identity->lease, &result->keys, result->expires_ms, now_ms,
			fetcher_chance());
		tell(identity, NULL);
		return;
	}
	identity->failed_ms = now_ms;
	lease_failed(&identity->lease, now_ms);
	/* Perhaps the keys that the role was asked for with are no longer good. */
	if (identity->role_arn && result->error.kind == ERROR_DENIED)
		lease_hurry(&identities_get(identity->identities, NULL, NULL)->lease, now_ms);
	tell(identity, &result->error);
}

/* --- looking --- */

static bool failed_just_now(const struct identity *identity)
{
	uint64_t now_ms = sender_wall_ms();

	return identity->why.kind != ERROR_NONE && identity->failed_ms <= now_ms &&
	       now_ms - identity->failed_ms < FAILURE_MS &&
	       identity->version == identity->identities->version;
}

static enum identity_state refuse(struct identity *identity, struct error *e)
{
	*e = identity->identities->why.kind != ERROR_NONE ? identity->identities->why
							  : identity->why;
	return IDENTITY_DENIED;
}

/* The surroundings have been looked at. */
static enum identity_state look(struct identity *identity, const char *region,
	const struct credentials **keys, struct error *e)
{
	struct identities *identities = identity->identities;
	enum identity_state state = IDENTITY_READY;

	if (identities->why.kind != ERROR_NONE)
		return refuse(identity, e);
	if (identity->version != identities->version && !identity->fetcher)
		lease_done(&identity->lease);
	enum lease_state lease = lease_look(&identity->lease, sender_wall_ms());

	if (lease == LEASE_NONE || lease == LEASE_MANDATORY) {
		if (!identity->fetcher && failed_just_now(identity))
			return refuse(identity, e);
		state = begin(identity, region, e);
	} else if (lease == LEASE_ADVISORY) {
		begin(identity, region, e);
	}
	if (state == IDENTITY_READY)
		*keys = &identity->lease.keys;
	return state;
}

static void look_around(struct identities *identities)
{
	if (surrounding_files_changed(&identities->files))
		read_surroundings(identities);
}

enum identity_state identity_look(struct identity *identity, const char *region,
	const struct credentials **keys, struct error *e)
{
	look_around(identity->identities);
	return look(identity, region, keys, e);
}

enum identity_state identity_renew(
	struct identity *identity, const char *region, const struct credentials *used)
{
	const struct credentials *keys = NULL;
	struct error e = {0};

	read_surroundings(identity->identities);
	enum identity_state state = look(identity, region, &keys, &e);

	if (state != IDENTITY_READY || !credentials_equal(keys, used))
		return state;
	state = failed_just_now(identity) ? IDENTITY_DENIED : begin(identity, region, &e);
	if (state == IDENTITY_READY && credentials_equal(&identity->lease.keys, used))
		state = IDENTITY_DENIED;
	return state;
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

/* --- the end --- */

static void identity_free(struct identity *identity)
{
	fetcher_cancel(identity->fetcher);
	recipe_done(&identity->recipe);
	lease_done(&identity->lease);
	free(identity->role_arn);
	free(identity->external_id);
	free(identity->region);
	free(identity->known_key);
	free(identity->known_account);
	free(identity);
}

void identities_close(struct identities *identities)
{
	struct identity *identity;

	while ((identity = identities->first)) {
		identities->first = identity->next;
		identity_free(identity);
	}
	surrounding_files_done(&identities->files);
	recipe_done(&identities->recipe);
	free(identities->profile);
	free(identities->region);
	free(identities->session_name);
	free(identities);
}
