#include "io/credentials.h"

#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "aws/sts.h"
#include "base/memory.h"
#include "io/fetcher.h"
#include "io/surrounding_files.h"

struct keeper {
	uv_loop_t *loop;
	const struct pairs *environment;
	struct sender *sender;
	char *profile, *region, *session_name;
	bool plain_http;
	struct surrounding_files files;
	struct identities identities;
	char *asked; /* region of who asked for keys last */
};

/* --- the surroundings --- */

static void read_surroundings(struct keeper *keeper)
{
	struct surroundings surroundings = {.environment = keeper->environment,
		.profile = keeper->profile,
		.plain_http = keeper->plain_http};
	struct recipe recipe = {0};
	struct error why = {0};

	surrounding_files_read(&keeper->files, &surroundings);
	if (!recipe_find(&surroundings, &recipe, &why)) {
		recipe_done(&recipe);
		recipe = (struct recipe){0};
	}
	client_profile_done(&keeper->sender->profile);
	surroundings_client(&surroundings, &keeper->sender->profile);
	surrounding_files_forget(&surroundings);
	identities_recipe(&keeper->identities, &recipe, &why);
}

struct keeper *keeper_new(uv_loop_t *loop, const struct pairs *environment, struct sender *sender,
	identities_changed *changed, void *owner)
{
	struct keeper *keeper = xcalloc(1, sizeof(*keeper));

	*keeper = (struct keeper){.loop = loop,
		.environment = environment,
		.sender = sender,
		.session_name = xstrdup("stackd"),
		.identities = {.changed = changed, .owner = owner}};
	surrounding_files_init(&keeper->files, environment);
	read_surroundings(keeper);
	return keeper;
}

void keeper_settings(struct keeper *keeper, const struct settings *settings)
{
	char host[256] = "host";

	replace_text(&keeper->profile, settings->profile);
	replace_text(&keeper->region, settings->region);
	keeper->plain_http = settings->allow_plain_http;
	free(keeper->session_name);
	gethostname(host, sizeof(host) - 1);
	keeper->session_name = sts_session_name(settings->owner, host);
	read_surroundings(keeper);
}

struct identities *keeper_identities(struct keeper *keeper)
{
	return &keeper->identities;
}

/* --- fetching --- */

static const char *sts_region(const struct keeper *keeper, const char *region)
{
	if (keeper->region)
		return keeper->region;
	return keeper->sender->profile.region ? keeper->sender->profile.region : region;
}

static void serve(struct keeper *keeper);

static void fetched(void *owner, struct fetcher_result *result)
{
	struct identity *identity = owner;
	bool failed = result->error.kind != ERROR_NONE;

	identity->fetcher = NULL;
	if (result->keys_refused && identity_ask_again(identity, sender_wall_ms())) {
		char *start = (char *)identity->identities - offsetof(struct keeper, identities);

		serve((struct keeper *)start);
		return;
	}
	identity_fetched(identity, &result->keys, result->expires_ms,
		failed ? &result->error : NULL, sender_wall_ms(), fetcher_chance());
}

static void serve(struct keeper *keeper)
{
	struct identity *identity;

	while ((identity = identities_wanted(&keeper->identities))) {
		struct fetcher_options options = {
			.sender = keeper->sender,
			.recipe = &identity->recipe,
			.session_name = keeper->session_name,
			.region = sts_region(keeper, keeper->asked),
		};

		identity->fetcher = fetcher_start(keeper->loop, &options, fetched, identity);
	}
}

enum identity_state keeper_look(struct keeper *keeper, struct identity *identity,
	const char *region, const struct credentials **keys, struct error *e)
{
	if (surrounding_files_changed(&keeper->files))
		read_surroundings(keeper);
	enum identity_state state = identity_look(identity, sender_wall_ms(), keys, e);

	replace_text(&keeper->asked, region);
	serve(keeper);
	return state;
}

enum identity_state keeper_renew(struct keeper *keeper, struct identity *identity,
	const char *region, const struct credentials *used)
{
	read_surroundings(keeper);
	enum identity_state state = identity_renew(identity, sender_wall_ms(), used);

	replace_text(&keeper->asked, region);
	serve(keeper);
	return state;
}

/* --- the end --- */

void keeper_close(struct keeper *keeper)
{
	struct identity *identity = keeper->identities.first;

	for (; identity; identity = identity->next)
		fetcher_cancel(identity->fetcher);
	identities_done(&keeper->identities);
	surrounding_files_done(&keeper->files);
	free(keeper->profile);
	free(keeper->region);
	free(keeper->session_name);
	free(keeper->asked);
	free(keeper);
}
