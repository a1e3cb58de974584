#include "aws/recipe.h"

#include <string.h>

#include "aws/recipe_parts.h"
#include "base/memory.h"
#include "base/text.h"
#include "stack/names.h"

enum { HOPS_LIMIT = 16 };

struct finder {
	const struct surroundings *surroundings;
	const struct profile *chosen; /* where the way begins */
	struct texts visited;         /* profiles on the way to the source */
	struct recipe *recipe;
};

/* --- what a daemon can't have --- */

static bool refuse(
	const struct profile *profile, const char *const *keys, size_t count, struct error *e)
{
	for (size_t i = 0; i < count; i++)
		if (pairs_has(&profile->all, keys[i]))
			return error_set(e, ERROR_DENIED,
				"profile '%s': %s needs somebody to sign in, which a daemon can't; "
				"use keys, a role, a web identity or a credential_process",
				shown(profile->name).text, keys[i]);
	return true;
}

static bool refuse_sso(const struct profile *profile, struct error *e)
{
	/* Without these two, the others are of no use for keys. */
	static const char *const keys[] = {"sso_account_id", "sso_role_name"};

	return refuse(profile, keys, COUNT(keys), e);
}

static bool refuse_login(const struct profile *profile, struct error *e)
{
	static const char *const keys[] = {"login_session"};

	return refuse(profile, keys, COUNT(keys), e);
}

/* --- a profile's own sources --- */

/* `environment` NULL: the profile only. */
static bool of_profile(struct finder *finder, const struct pairs *environment,
	const struct profile *profile, bool *found, struct error *e)
{
	struct recipe *recipe = finder->recipe;

	if (!recipe_web_identity(environment, profile, recipe, found, e) || *found)
		return *found;
	if (!refuse_sso(profile, e))
		return false;
	if (!recipe_keys(profile, SURROUNDINGS_SYSTEMD, recipe, found, e) || *found)
		return *found;
	if (!recipe_keys(profile, SURROUNDINGS_CREDENTIALS, recipe, found, e) || *found)
		return *found;
	if (!refuse_login(profile, e))
		return false;
	if (!recipe_process(profile, recipe, found, e) || *found)
		return *found;
	return recipe_keys(profile, SURROUNDINGS_CONFIG, recipe, found, e);
}

/* --- roles --- */

static bool has_role(const struct profile *profile)
{
	return pairs_has(&profile->all, "role_arn") &&
	       !pairs_has(&profile->all, "web_identity_token_file");
}

static bool has_keys(const struct profile *profile)
{
	return pairs_has(&profile->all, "aws_access_key_id") ||
	       pairs_has(&profile->all, "aws_secret_access_key");
}

static bool add_role(struct finder *finder, const struct profile *profile, struct error *e)
{
	static const char *const mfa[] = {"mfa_serial"};
	struct recipe *recipe = finder->recipe;
	AUTO(free_text) char *where = xasprintf("profile '%s'", shown(profile->name).text);
	struct role role = {0};

	if (!refuse(profile, mfa, 1, e))
		return false;
	if (!role_read(where, pairs_get(&profile->all, "role_arn"),
		    pairs_get(&profile->all, "external_id"),
		    pairs_get(&profile->all, "role_session_name"),
		    pairs_get(&profile->all, "duration_seconds"), &role, e)) {
		role_done(&role);
		return false;
	}
	GROW(recipe->hops, recipe->hop_size, recipe->hop_count + 1);
	recipe->hops[recipe->hop_count++] = role;
	return true;
}

static bool source_named(
	struct finder *finder, const struct profile *profile, const char *source, struct error *e)
{
	const struct surroundings *surroundings = finder->surroundings;
	struct recipe *recipe = finder->recipe;
	bool found = false;
	bool ok = true;

	if (strcmp(source, "Environment") == 0)
		ok = recipe_environment(surroundings->environment, recipe, &found, e);
	else if (strcmp(source, "EcsContainer") == 0)
		ok = recipe_container(surroundings->environment, recipe, &found, e);
	else if (strcmp(source, "Ec2InstanceMetadata") == 0)
		/* Where an instance answers is no matter of a role. */
		ok = recipe_imds(surroundings, &finder->chosen->all, recipe, &found, e);
	else
		return error_set(e, ERROR_DENIED,
			"profile '%s': credential_source: expected Environment, EcsContainer or "
			"Ec2InstanceMetadata, found '%s'",
			shown(profile->name).text, shown(source).text);
	return ok && (found || error_set(e, ERROR_DENIED,
				       "profile '%s': credential_source %s has no credentials",
				       shown(profile->name).text, source));
}

static bool role_of(struct finder *finder, const struct profile *profile, struct error *e);

/* A profile may name itself where it has keys: they are its source then. */
static bool source_profile(
	struct finder *finder, const struct profile *profile, const char *name, struct error *e)
{
	AUTO_DONE(profile_done) struct profile source = {0};
	bool found = false;

	if (!profile_read(finder->surroundings, name, &source, e))
		return false;
	if (!source.there)
		return error_set(e, ERROR_DENIED, "profile '%s': no source_profile '%s'",
			shown(profile->name).text, shown(name).text);
	if (texts_have(&finder->visited, name) &&
		!(strcmp(name, profile->name) == 0 && has_keys(&source)))
		return error_set(e, ERROR_DENIED,
			"profile '%s': source_profile '%s' leads in a circle",
			shown(profile->name).text, shown(name).text);
	texts_add(&finder->visited, name);
	if (!has_keys(&source) && has_role(&source))
		return role_of(finder, &source, e);
	if (!of_profile(finder, NULL, &source, &found, e))
		return false;
	return found ||
	       error_set(e, ERROR_DENIED, "profile '%s': source_profile '%s' has no credentials",
		       shown(profile->name).text, shown(name).text);
}

/* The source first, so that the hops come out in the order in which they are made. */
static bool role_of(struct finder *finder, const struct profile *profile, struct error *e)
{
	const char *source = pairs_get(&profile->all, "source_profile");
	const char *named = pairs_get(&profile->all, "credential_source");

	if (finder->visited.count > HOPS_LIMIT)
		return error_set(e, ERROR_DENIED, "profile '%s': more than %d profiles in a chain",
			shown(profile->name).text, HOPS_LIMIT);
	if (!source == !named)
		return error_set(e, ERROR_DENIED,
			"profile '%s': role_arn needs %s of source_profile and credential_source",
			shown(profile->name).text, source ? "only one" : "one");
	return (source ? source_profile(finder, profile, source, e)
		       : source_named(finder, profile, named, e)) &&
	       add_role(finder, profile, e);
}

/* --- the whole --- */

static char *say_nothing(const struct surroundings *surroundings, const struct profile *profile)
{
	const char *path = surroundings->files[SURROUNDINGS_CREDENTIALS].path;

	if (!path)
		path = "a credentials file";
	if (surroundings->profile || strcmp(profile->name, "default") != 0)
		return xasprintf("no credentials: write aws_access_key_id and "
				 "aws_secret_access_key under [%s] of %s",
			shown(profile->name).text, path);
	return xasprintf("no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or "
			 "write aws_access_key_id and aws_secret_access_key under [default] of %s",
		path);
}

static bool of_surroundings(struct finder *finder, const struct profile *profile, struct error *e)
{
	const struct surroundings *surroundings = finder->surroundings;
	struct recipe *recipe = finder->recipe;
	bool found = false;

	finder->chosen = profile;
	if (has_role(profile)) {
		texts_add(&finder->visited, profile->name);
		return role_of(finder, profile, e);
	}
	if (!of_profile(finder, surroundings->profile ? NULL : surroundings->environment, profile,
		    &found, e))
		return false;
	if (!found && !recipe_container(surroundings->environment, recipe, &found, e))
		return false;
	if (found)
		return true;
	if (!recipe_imds(surroundings, &profile->all, recipe, &found, e))
		return false;
	recipe->nothing = say_nothing(surroundings, profile);
	return found || error_set(e, ERROR_DENIED, "%s", recipe->nothing);
}

static bool refuse_missing(
	const struct surroundings *surroundings, const struct profile *profile, struct error *e)
{
	AUTO_DONE(text_done) struct text paths = {0};

	for (size_t i = 0; i < SURROUNDINGS_FILE_COUNT; i++)
		if (surroundings->files[i].path)
			text_format(&paths, "%s%s", paths.length ? " or " : "",
				surroundings->files[i].path);
	return error_set(e, ERROR_DENIED, "no profile '%s' in %s", shown(profile->name).text,
		paths.length ? paths.data : "a credentials file");
}

static bool unreadable(const struct surroundings *surroundings)
{
	for (size_t i = 0; i < SURROUNDINGS_FILE_COUNT; i++)
		if (surroundings->files[i].problem)
			return true;
	return false;
}

/* That a file is closed to us is no matter where the environment has keys. But what is wrong in
 * one, and a profile that somebody named and that is in none of them, are mistakes: the files may
 * say, too, where all goes. */
bool recipe_find(const struct surroundings *surroundings, struct recipe *out, struct error *e)
{
	struct finder finder = {.surroundings = surroundings, .recipe = out};
	AUTO_DONE(profile_done) struct profile profile = {0};
	bool found = false;
	bool named;
	struct error fault = {0};
	const char *name = surroundings_profile(surroundings, &named);
	bool read = profile_read(surroundings, name, &profile, &fault);

	if (read && named && !profile.there)
		return refuse_missing(surroundings, &profile, e);
	if (!read && !unreadable(surroundings))
		return error_set(e, ERROR_DENIED, "%s", fault.text);
	if (!surroundings->profile &&
		(!recipe_environment(surroundings->environment, out, &found, e) || found))
		return found;
	if (!read)
		return error_set(e, ERROR_DENIED, "%s", fault.text);
	bool ok = of_surroundings(&finder, &profile, e);

	texts_done(&finder.visited);
	return ok;
}
