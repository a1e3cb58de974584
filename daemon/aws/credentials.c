#include "aws/credentials.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "stack/names.h"

static char *file_path(const struct pairs *environment, const char *variable, const char *name)
{
	const char *path = pairs_filled(environment, variable);
	const char *home = pairs_filled(environment, "HOME");

	if (path && text_starts(path, "~/") && home)
		return xasprintf("%s%s", home, path + 1);
	if (path)
		return xstrdup(path);
	return home ? xasprintf("%s/.aws/%s", home, name) : NULL;
}

char *credentials_path(const struct pairs *environment)
{
	return file_path(environment, "AWS_SHARED_CREDENTIALS_FILE", "credentials");
}

char *credentials_config_path(const struct pairs *environment)
{
	return file_path(environment, "AWS_CONFIG_FILE", "config");
}

void credentials_done(struct credentials *credentials)
{
	free_secret(credentials->access_key);
	free_secret(credentials->secret_key);
	free_secret(credentials->session_token);
	*credentials = (struct credentials){0};
}

void credentials_copy(struct credentials *to, const struct credentials *from)
{
	*to = (struct credentials){
		.access_key = xstrdup(from->access_key),
		.secret_key = xstrdup(from->secret_key),
		.session_token = xstrdup(from->session_token),
	};
}

bool credentials_equal(const struct credentials *a, const struct credentials *b)
{
	return text_same(a->access_key, b->access_key) && text_same(a->secret_key, b->secret_key) &&
	       text_same(a->session_token, b->session_token);
}

/* They become header lines. */
static bool fit(const char *key)
{
	for (; key && *key; key++)
		if ((unsigned char)*key <= ' ' || (unsigned char)*key >= 0x7f)
			return false;
	return true;
}

struct key_names {
	const char *access, *secret, *token, *old_token;
};

/* True also where there are none; an error names `where` they stand. */
static bool take_keys(const struct pairs *pairs, const struct key_names *names, const char *where,
	struct credentials *out, struct error *e)
{
	const char *access = pairs_filled(pairs, names->access);
	const char *secret = pairs_filled(pairs, names->secret);
	const char *token = pairs_filled(pairs, names->token);

	if (!token)
		token = pairs_filled(pairs, names->old_token);
	if (!access && !secret)
		return true;
	if (!access || !secret)
		return error_set(e, ERROR_DENIED, "%s: %s is set, %s is not; set both, or neither",
			where, access ? names->access : names->secret,
			access ? names->secret : names->access);
	if (!fit(access) || !fit(secret) || !fit(token))
		return error_set(
			e, ERROR_DENIED, "%s: a key has characters that no key of AWS has", where);
	*out = (struct credentials){xstrdup(access), xstrdup(secret), xstrdup(token)};
	return true;
}

/* --- profiles --- */

struct profile {
	char *name;
	struct pairs credentials, config; /* what each file has of it */
	bool in_credentials, in_config;
};

static void profile_done(struct profile *profile)
{
	free(profile->name);
	pairs_done(&profile->credentials);
	pairs_done(&profile->config);
}

static bool read_profile(
	const struct credentials_source *source, struct profile *profile, struct error *e)
{
	const char *name = source->profile;

	if (!name)
		name = pairs_filled(source->environment, "AWS_PROFILE");
	if (!name)
		name = pairs_filled(source->environment, "AWS_DEFAULT_PROFILE");
	profile->name = xstrdup(name ? name : "default");
	return profiles_read(&source->credentials, PROFILES_CREDENTIALS, profile->name,
		       &profile->credentials, &profile->in_credentials, e) &&
	       profiles_read(&source->config, PROFILES_CONFIG, profile->name, &profile->config,
		       &profile->in_config, e);
}

/* In the order in which AWS's own tools look; static keys of the credentials file come after the
 * first three, those of the config file last. */
static const struct {
	const char *key;
	bool before_keys;
} later[] = {
	{"role_arn", true},
	{"sso_session", true},
	{"sso_start_url", true},
	{"login_session", false},
	{"credential_process", false},
};

static bool refuse_later(const struct profile *profile, bool before_keys, struct error *e)
{
	for (size_t i = 0; i < COUNT(later); i++)
		if (later[i].before_keys == before_keys &&
			(pairs_filled(&profile->credentials, later[i].key) ||
				pairs_filled(&profile->config, later[i].key)))
			return error_set(e, ERROR_DENIED,
				"profile '%s': %s is not supported yet; use a profile with "
				"aws_access_key_id and aws_secret_access_key",
				shown(profile->name).text, later[i].key);
	return true;
}

static bool profile_keys(
	const struct profile *profile, bool config, struct credentials *out, struct error *e)
{
	static const struct key_names names = {"aws_access_key_id", "aws_secret_access_key",
		"aws_session_token", "aws_security_token"};
	AUTO(free_text)
	char *where = xasprintf("profile '%s' of the %s file", shown(profile->name).text,
		config ? "config" : "credentials");

	return take_keys(config ? &profile->config : &profile->credentials, &names, where, out, e);
}

static bool refuse_none(
	const struct credentials_source *source, const struct profile *profile, struct error *e)
{
	static const char *const elsewhere[] = {
		"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"};
	const char *path =
		source->credentials.path ? source->credentials.path : "a credentials file";
	bool named = strcmp(profile->name, "default") != 0;

	if (named && !profile->in_credentials && !profile->in_config)
		return error_set(e, ERROR_DENIED, "no profile '%s' in %s%s%s",
			shown(profile->name).text, path, source->config.path ? " or " : "",
			source->config.path ? source->config.path : "");
	for (size_t i = 0; i < COUNT(elsewhere); i++)
		if (pairs_filled(source->environment, elsewhere[i]))
			return error_set(e, ERROR_DENIED,
				"no credentials: %s is not supported yet; set AWS_ACCESS_KEY_ID "
				"and "
				"AWS_SECRET_ACCESS_KEY",
				elsewhere[i]);
	if (source->profile || named)
		return error_set(e, ERROR_DENIED,
			"no credentials: write aws_access_key_id and aws_secret_access_key under "
			"[%s] of %s",
			shown(profile->name).text, path);
	return error_set(e, ERROR_DENIED,
		"no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or write "
		"aws_access_key_id and aws_secret_access_key under [default] of %s",
		path);
}

static bool find_in_profile(
	const struct credentials_source *source, struct credentials *out, struct error *e)
{
	AUTO_DONE(profile_done) struct profile profile = {0};

	if (!read_profile(source, &profile, e) || !refuse_later(&profile, true, e) ||
		!profile_keys(&profile, false, out, e))
		return false;
	if (out->access_key)
		return true;
	if (!refuse_later(&profile, false, e) || !profile_keys(&profile, true, out, e))
		return false;
	return out->access_key || refuse_none(source, &profile, e);
}

bool credentials_find(
	const struct credentials_source *source, struct credentials *out, struct error *e)
{
	static const struct key_names variables = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
		"AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"};

	if (!source->profile) {
		if (!take_keys(source->environment, &variables, "environment", out, e))
			return false;
		if (out->access_key)
			return true;
		if (pairs_filled(source->environment, "AWS_WEB_IDENTITY_TOKEN_FILE"))
			return error_set(e, ERROR_DENIED,
				"AWS_WEB_IDENTITY_TOKEN_FILE is not supported yet; set "
				"AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
	}
	return find_in_profile(source, out, e);
}

char *credentials_region(const struct credentials_source *source)
{
	AUTO_DONE(profile_done) struct profile profile = {0};
	const char *region = pairs_filled(source->environment, "AWS_REGION");

	if (!region)
		region = pairs_filled(source->environment, "AWS_DEFAULT_REGION");
	if (!region && read_profile(source, &profile, NULL))
		region = pairs_filled(&profile.credentials, "region");
	if (!region)
		region = pairs_filled(&profile.config, "region");
	return xstrdup(region);
}
