#include "aws/surroundings.h"

#include "base/memory.h"
#include "base/text.h"

static char *at_home(const struct pairs *environment, const char *variable, const char *name)
{
	const char *path = pairs_filled(environment, variable);
	const char *home = pairs_filled(environment, "HOME");

	if (path && text_starts(path, "~/") && home)
		return xasprintf("%s%s", home, path + 1);
	if (path)
		return xstrdup(path);
	return home ? xasprintf("%s/.aws/%s", home, name) : NULL;
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
		name = pairs_filled(surroundings->environment, variables[i]);
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
	if (!region)
		region = pairs_filled(surroundings->environment, "AWS_DEFAULT_REGION");
	if (!region)
		region = pairs_filled(&out->all, "region");
	out->region = xstrdup(region);
}

void client_profile_done(struct client_profile *profile)
{
	free(profile->region);
	pairs_done(&profile->all);
	pairs_done(&profile->services);
	*profile = (struct client_profile){0};
}
