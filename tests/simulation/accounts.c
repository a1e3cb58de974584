#include "simulation/accounts.h"

#include <string.h>

#include "simulation/cast.h"
#include "simulation/scenario.h"

#define BRANCH "222222222222"
#define PARTNER "333333333333"
#define STRANGER WORLD_STRANGER
#define ROLE(account, name) "arn:aws:iam::" account ":role/" name

const struct reach reaches[REACH_COUNT] = {
	[REACH_OWN] = {WORLD_ACCOUNT, NULL, NULL, WORLD_OTHER_KEY},
	[REACH_BRANCH] = {BRANCH, ROLE(BRANCH, "deploy"), "branch/7", "AKIAOTHERBRANCH"},
	[REACH_SECOND] = {BRANCH, ROLE(BRANCH, "second"), NULL, "AKIAOTHERBRANCH"},
	[REACH_PARTNER] = {PARTNER, ROLE(PARTNER, "stackd"), NULL, "AKIAOTHERPARTNER"},
	[REACH_HOME] = {WORLD_ACCOUNT, ROLE(WORLD_ACCOUNT, "home"), NULL, WORLD_OTHER_KEY},
	[REACH_STRANGER] = {STRANGER, ROLE(STRANGER, "stackd"), NULL, "AKIAOTHERSTRANGER"},
};

const struct reach *reach_find(const char *role, const char *external_id)
{
	for (size_t i = 0; i < REACH_COUNT; i++)
		if (text_same(reaches[i].role, role) &&
			text_same(reaches[i].external_id, external_id))
			return &reaches[i];
	return NULL;
}

/* All others' begin otherwise. */
bool reach_ours(const char *access_key)
{
	return strcmp(access_key, WORLD_KEY) == 0 || text_starts(access_key, "ASIA");
}

static void begin_container(struct world *world, unsigned life_ms)
{
	AUTO(free_text)
	char *json = xasprintf("{\"containers\":[{\"path\":\"" CONTAINER_PATH
			       "\",\"account\":\"" WORLD_ACCOUNT "\",\"expires_in_ms\":%u}]}",
		life_ms);

	scenario_play(world, json);
}

void reaches_begin(struct world *world, unsigned life_ms)
{
	begin_container(world, life_ms);
	model_add_account(world->model, WORLD_KEY, WORLD_SECRET_KEY, NULL, WORLD_ACCOUNT);
	for (size_t i = 0; i < REACH_COUNT; i++) {
		const struct reach *reach = &reaches[i];

		if (i != REACH_SECOND && i != REACH_HOME)
			model_add_account(world->model, reach->others_key, "another/secret", NULL,
				reach->account);
		if (!reach->role)
			continue;
		AUTO(free_text)
		char *id = reach->external_id
				   ? xasprintf("\"external_id\":\"%s\",", reach->external_id)
				   : xstrdup("");
		AUTO(free_text)
		char *json = xasprintf("{\"roles\":[{\"arn\":\"%s\",%s\"principals\":[\"%s\"],"
				       "\"expires_in_ms\":%u}]}",
			reach->role, id, WORLD_ACCOUNT, life_ms);

		scenario_play(world, json);
	}
}

bool reach_forbidden(const struct world *world, const struct reach *reach)
{
	return reach == &reaches[REACH_STRANGER] && !strstr(world->settings, WORLD_STRANGER);
}

bool reach_blocks(const struct cast *cast, const struct world *world, const struct member *member)
{
	if (reach_forbidden(world, member->reach))
		return true;
	for (size_t i = 0; i < member->parent_count; i++)
		if (reach_blocks(cast, world, &cast->members[member->parents[i].member]))
			return true;
	return false;
}

void reaches_allow(struct world *world)
{
	const char *before = strstr(world->settings, WORLD_ALLOWED);
	size_t length = (size_t)(before - world->settings) + strlen(WORLD_ALLOWED);

	if (strstr(world->settings, WORLD_STRANGER))
		return;
	char *settings = xasprintf("%.*s " WORLD_STRANGER "%s", (int)length, world->settings,
		world->settings + length);

	free(world->settings);
	world->settings = settings;
}

/* Without a manifest a stack is looked for where its child is: those stay together. */
static bool is_bound(const struct cast *cast, const struct member *member)
{
	for (size_t i = 0; i < member->parent_count; i++)
		if (!cast->members[member->parents[i].member].managed)
			return true;
	return !member->managed;
}

/* Two of one name are two stacks, where they are not in one region of one account. The name is no
 * manifest's, so that a command means one of them. */
static void share_name(struct cast *cast, size_t index, struct chance *chance)
{
	struct member *member = &cast->members[index];
	bool shares = chance_hits(chance, 300);
	struct member *other = &cast->members[chance_below(chance, index + 1)];

	if (!shares || !member->managed || !other->managed || cast_same_reach(member, other) ||
		strcmp(other->name, other->stack) != 0)
		return;
	free(member->stack);
	free(other->stack);
	member->stack = xasprintf("t%zu", index);
	other->stack = xstrdup(member->stack);
}

bool reaches_draw(struct cast *cast, struct chance *chance, unsigned share)
{
	bool abroad = chance_hits(chance, share);
	bool stranger = chance_hits(chance, 200);

	for (size_t i = 0; abroad && i < cast->count; i++) {
		size_t drawn = chance_below(chance, stranger ? REACH_COUNT : REACH_STRANGER);

		if (!is_bound(cast, &cast->members[i]))
			cast->members[i].reach = &reaches[drawn];
		share_name(cast, i, chance);
	}
	return abroad;
}
