#include "simulation/keeper.h"

#include <string.h>

#include "aws/query.h"

static uint64_t wall_ms(const struct world *world)
{
	return world_moment(world).wall_ms;
}

static struct identity *identity_of(struct world *world, const struct reach *reach)
{
	return identities_get(&world->keeper->identities, reach->role, reach->external_id);
}

/* --- requests that wait --- */

static void wait_for(struct world *world, enum waiting_state state, struct happening *request_takes,
	struct reply *kept_takes)
{
	struct keeper *keeper = world->keeper;

	GROW(keeper->waiting, keeper->size, keeper->count + 1);
	keeper->waiting[keeper->count] =
		(struct waiting){.state = state, .request = *request_takes};
	if (kept_takes) {
		keeper->waiting[keeper->count].kept = *kept_takes;
		*kept_takes = (struct reply){0};
	}
	keeper->count++;
	*request_takes = (struct happening){0};
}

static struct waiting take_waiting(struct keeper *keeper, size_t index)
{
	struct waiting one = keeper->waiting[index];

	keeper->count--;
	memmove(&keeper->waiting[index], &keeper->waiting[index + 1],
		(keeper->count - index) * sizeof(*keeper->waiting));
	return one;
}

static void waiting_done(struct waiting *one)
{
	happening_done(&one->request);
	reply_done(&one->kept);
}

static void lose(struct world *world, struct happening *request_takes, const struct error *why)
{
	network_lose(world, request_takes, why, false, 1);
	happening_done(request_takes);
}

/* --- whose keys these are --- */

static bool *asking(struct world *world, const struct happening *one)
{
	size_t region = strcmp(one->key, WORLD_REGION) != 0;

	return &world->keeper->asking[one->reach - reaches][region];
}

/* Once for all that wait, in each region: one that is mute holds up itself only. */
static void ask(struct world *world, const struct happening *asker)
{
	const struct call call = {.kind = CALL_GET_CALLER_IDENTITY};
	struct happening request = {.purpose = PURPOSE_ACCOUNT,
		.call_kind = call.kind,
		.key = xstrdup(asker->key),
		.reach = asker->reach};
	struct text form = {0};

	if (*asking(world, asker)) {
		happening_done(&request);
		return;
	}
	*asking(world, asker) = true;
	query_write(&call, &form);
	request.body = text_take(&form);
	request.fate = network_fate(world, &request);
	keeper_begin(world, &request);
}

static void go(struct world *world, struct happening *request_takes, const struct credentials *keys)
{
	const struct texts *allowed = &world->keeper->allowed;
	struct identity *identity = identity_of(world, request_takes->reach);
	struct error e = {0};

	credentials_done(&request_takes->keys);
	credentials_copy(&request_takes->keys, keys);
	const char *account = identity_account(identity, keys->access_key);

	bool matters = account_matters(allowed, request_takes->call_kind);

	if (matters && !account) {
		struct happening asker = {
			.reach = request_takes->reach, .key = xstrdup(request_takes->key)};

		wait_for(world, WAITS_FOR_ACCOUNT, request_takes, NULL);
		ask(world, &asker);
		happening_done(&asker);
	} else if (matters && !account_allowed(allowed, account, &e)) {
		lose(world, request_takes, &e);
	} else {
		network_post(world, request_takes);
	}
}

void keeper_told_account(struct world *world, const struct happening *answer)
{
	if (answer->reply.code == REPLY_OK)
		identity_set_account(identity_of(world, answer->reach), answer->keys.access_key,
			answer->reply.account);
}

static void account_answered(struct world *world, const struct happening *answer)
{
	struct keeper *keeper = world->keeper;
	bool well = answer->reply.code == REPLY_OK;
	size_t left = keeper->count;

	*asking(world, answer) = false;
	/* Where its keys are others by now, it waits again, behind them. */
	for (size_t i = 0; left-- > 0;) {
		const struct waiting *waiting = &keeper->waiting[i];

		if (waiting->state != WAITS_FOR_ACCOUNT ||
			waiting->request.reach != answer->reach ||
			(!well && strcmp(waiting->request.key, answer->key) != 0)) {
			i++;
			continue;
		}
		struct waiting one = take_waiting(keeper, i);
		struct error e = answer->reply.error;

		if (well) {
			keeper_begin(world, &one.request);
		} else {
			error_context(&e, "AllowedAccounts= can't be checked");
			lose(world, &one.request, &e);
		}
	}
}

void keeper_answered(struct world *world, struct happening *answer)
{
	if (answer->purpose == PURPOSE_ROLE)
		fetch_answered(world, answer);
	else
		account_answered(world, answer);
}

/* --- requests that get their keys --- */

void keeper_begin(struct world *world, struct happening *request_takes)
{
	const struct credentials *keys = NULL;
	struct identity *identity = identity_of(world, request_takes->reach);
	struct error e = {0};
	enum identity_state state = identity_look(identity, wall_ms(world), &keys, &e);

	fetch_wanted(world);
	if (state == IDENTITY_READY)
		go(world, request_takes, keys);
	else if (state == IDENTITY_PENDING)
		wait_for(world, WAITS_FOR_KEYS, request_takes, NULL);
	else
		lose(world, request_takes, &e);
}

bool keeper_renew(struct world *world, struct happening *request, struct reply *reply)
{
	enum identity_state state =
		identity_renew(identity_of(world, request->reach), wall_ms(world), &request->keys);

	fetch_wanted(world);
	if (state == IDENTITY_DENIED)
		return false;
	if (state == IDENTITY_PENDING) {
		wait_for(world, WAITS_FOR_OTHERS, request, reply);
		return true;
	}
	reply_done(reply);
	request->again = true;
	keeper_begin(world, request);
	return true;
}

/* Others came for what was refused, or they are the same. */
static void others_came(struct world *world, struct waiting *one, bool well)
{
	const struct credentials *keys = NULL;
	struct error e = {0};
	bool others = well &&
		      identity_look(identity_of(world, one->request.reach), wall_ms(world), &keys,
			      &e) == IDENTITY_READY &&
		      !credentials_equal(keys, &one->request.keys);

	if (others) {
		one->request.again = true;
		go(world, &one->request, keys);
	} else {
		network_answer(world, &one->request, &one->kept, 1);
	}
}

static void changed(void *owner, struct identity *identity, const struct error *error)
{
	struct world *world = owner;
	struct keeper *keeper = world->keeper;
	size_t left = keeper->count;

	/* What begins to wait meanwhile is behind them. */
	for (size_t i = 0; left-- > 0;) {
		if (identity_of(world, keeper->waiting[i].request.reach) != identity ||
			keeper->waiting[i].state == WAITS_FOR_ACCOUNT) {
			i++;
			continue;
		}
		struct waiting one = take_waiting(keeper, i);

		if (one.state == WAITS_FOR_OTHERS)
			others_came(world, &one, !error);
		else if (error)
			lose(world, &one.request, error);
		else
			keeper_begin(world, &one.request);
		waiting_done(&one);
	}
	fetch_wanted(world);
}

/* --- the process --- */

static void read_allowed(const struct world *world, struct texts *allowed)
{
	AUTO_DONE(texts_done) struct texts problems = {0};
	struct settings *settings =
		settings_parse("stackd.conf", world->settings, strlen(world->settings), &problems);

	texts_done(allowed);
	texts_copy(allowed, &settings->allowed_accounts);
	settings_free(settings);
}

void keeper_start(struct world *world)
{
	struct recipe recipe = {.base = world->contained ? RECIPE_CONTAINER : RECIPE_KEYS,
		.where = xstrdup(world->contained ? "the container" : "the environment")};
	struct error none = {0};
	struct keeper *keeper = world->keeper = xcalloc(1, sizeof(*keeper));

	if (world->contained)
		recipe.url = xstrdup(CONTAINER CONTAINER_PATH);
	else
		recipe.keys =
			(struct credentials){xstrdup(WORLD_KEY), xstrdup(WORLD_SECRET_KEY), NULL};
	keeper->identities.changed = changed;
	keeper->identities.owner = world;
	identities_recipe(&keeper->identities, &recipe, &none);
	read_allowed(world, &keeper->allowed);
}

void keeper_settings(struct world *world)
{
	if (world->keeper)
		read_allowed(world, &world->keeper->allowed);
}

void keeper_stop(struct world *world)
{
	struct keeper *keeper = world->keeper;

	if (!keeper)
		return;
	for (size_t i = 0; i < keeper->count; i++)
		waiting_done(&keeper->waiting[i]);
	free(keeper->waiting);
	fetches_done(&keeper->identities);
	identities_done(&keeper->identities);
	texts_done(&keeper->allowed);
	free(keeper);
	world->keeper = NULL;
}
