#include "aws/surroundings.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"

/* $NAME or ${NAME}; gives what is behind it, and in *name the name, NULL: it has no end. */
static const char *read_name(const char *text, char **name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_";
	bool braces = text[1] == '{';
	size_t length = braces ? strcspn(text + 2, "}") : strspn(text + 1, letters);
	const char *end = text + 1 + braces + length;

	*name = braces && !*end ? NULL : xstrndup(text + 1 + braces, length);
	return end + (braces && *end);
}

/* What names no variable stays as it is. */
static void add_variables(struct text *out, const struct pairs *environment, const char *path)
{
	while (*path) {
		AUTO(free_text) char *name = NULL;
		const char *rest = *path == '$' ? read_name(path, &name) : path + 1;
		const char *value = name ? pairs_get(environment, name) : NULL;

		if (value)
			text_add(out, value);
		else
			text_add_bytes(out, path, (size_t)(rest - path));
		path = rest;
	}
}

/* A variable that is there decides: an empty one says that there is no such file. */
static char *at_home(const struct pairs *environment, const char *variable, const char *name)
{
	AUTO_DONE(text_done) struct text path = {0};
	const char *home = pairs_filled(environment, "HOME");

	if (!pairs_has(environment, variable))
		return home ? xasprintf("%s/.aws/%s", home, name) : NULL;
	add_variables(&path, environment, pairs_get(environment, variable));
	if (!path.length)
		return NULL;
	if (text_starts(path.data, "~/") && home)
		return xasprintf("%s%s", home, path.data + 1);
	return text_take(&path);
}

char *surroundings_path(const struct pairs *environment, enum surroundings_file which)
{
	const char *folder = pairs_filled(environment, "CREDENTIALS_DIRECTORY");

	if (which == SURROUNDINGS_CREDENTIALS)
		return at_home(environment, "AWS_SHARED_CREDENTIALS_FILE", "credentials");
	if (which == SURROUNDINGS_CONFIG)
		return at_home(environment, "AWS_CONFIG_FILE", "config");
	return folder ? xasprintf("%s/aws-credentials", folder) : NULL;
}

const char *surroundings_profile(const struct surroundings *surroundings, bool *named)
{
	/* In this order: so do AWS's own tools. */
	static const char *const variables[] = {"AWS_DEFAULT_PROFILE", "AWS_PROFILE"};
	const char *name = surroundings->profile;

	for (size_t i = 0; !name && i < COUNT(variables); i++)
		name = pairs_get(surroundings->environment, variables[i]);
	*named = name != NULL;
	return name ? name : "default";
}

bool profile_read(const struct surroundings *surroundings, const char *name, struct profile *out,
	struct error *e)
{
	out->name = xstrdup(name);
	for (int i = SURROUNDINGS_FILE_COUNT - 1; i >= 0; i--) {
		enum profiles_kind kind =
			i == SURROUNDINGS_CONFIG ? PROFILES_CONFIG : PROFILES_CREDENTIALS;
		bool found = false;

		if (!profiles_read(&surroundings->files[i], kind, name, &out->files[i], &found, e))
			return false;
		out->there |= found;
		for (size_t k = 0; k < out->files[i].count; k++)
			pairs_set(&out->all, out->files[i].items[k].name,
				out->files[i].items[k].value);
	}
	return true;
}

void profile_done(struct profile *profile)
{
	free(profile->name);
	for (size_t i = 0; i < SURROUNDINGS_FILE_COUNT; i++)
		pairs_done(&profile->files[i]);
	pairs_done(&profile->all);
	*profile = (struct profile){0};
}

void surroundings_client(const struct surroundings *surroundings, struct client_profile *out)
{
	AUTO_DONE(profile_done) struct profile profile = {0};
	bool named;
	const char *region = pairs_filled(surroundings->environment, "AWS_REGION");

	if (profile_read(surroundings, surroundings_profile(surroundings, &named), &profile, NULL))
		pairs_copy(&out->all, &profile.all);
	const char *services = pairs_filled(&out->all, "services");

	if (services)
		profiles_read(&surroundings->files[SURROUNDINGS_CONFIG], PROFILES_SERVICES,
			services, &out->services, &out->has_services, NULL);
	/* An empty one hides the profile's, as it does for AWS's own tools. */
	if (!region && pairs_has(surroundings->environment, "AWS_DEFAULT_REGION"))
		region = pairs_get(surroundings->environment, "AWS_DEFAULT_REGION");
	else if (!region)
		region = pairs_get(&out->all, "region");
	out->region = region && *region ? xstrdup(region) : NULL;
}

void client_profile_done(struct client_profile *profile)
{
	free(profile->region);
	pairs_done(&profile->all);
	pairs_done(&profile->services);
	*profile = (struct client_profile){0};
}
