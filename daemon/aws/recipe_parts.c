#include "aws/recipe_parts.h"

#include <string.h>

#include "aws/credentials_reply.h"
#include "aws/url.h"
#include "aws/words.h"
#include "base/memory.h"
#include "base/text.h"
#include "stack/names.h"

/* --- keys that are written down --- */

struct key_names {
	const char *access, *secret, *tokens[2];
};

/* The access key decides whether there are keys. `get` says what an empty value is. */
static bool take_keys(const struct pairs *pairs, const struct key_names *names,
	const char *get(const struct pairs *pairs, const char *name), const char *where,
	struct recipe *out, bool *found, struct error *e)
{
	const char *access = get(pairs, names->access);
	const char *secret = pairs_filled(pairs, names->secret);
	const char *token = get(pairs, names->tokens[0]);

	if (!token)
		token = get(pairs, names->tokens[1]);
	if (token && !*token)
		token = NULL;
	if (!access)
		return true;
	if (!*access)
		return error_set(e, ERROR_DENIED, "%s: %s is empty", where, names->access);
	if (!secret)
		return error_set(e, ERROR_DENIED, "%s: %s is set, %s is not; set both, or neither",
			where, names->access, names->secret);
	if (!credentials_fit(access) || !credentials_fit(secret) || !credentials_fit(token))
		return error_set(
			e, ERROR_DENIED, "%s: a key has characters that no key of AWS has", where);
	out->base = RECIPE_KEYS;
	out->where = xstrdup(where);
	out->keys = (struct credentials){xstrdup(access), xstrdup(secret), xstrdup(token)};
	*found = true;
	return true;
}

bool recipe_environment(
	const struct pairs *environment, struct recipe *out, bool *found, struct error *e)
{
	/* The old name of the token first: so do AWS's own tools. */
	static const struct key_names names = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
		{"AWS_SECURITY_TOKEN", "AWS_SESSION_TOKEN"}};
	const char *expires = pairs_filled(environment, "AWS_CREDENTIAL_EXPIRATION");

	if (!take_keys(environment, &names, pairs_filled, "environment", out, found, e))
		return false;
	if (!*found || !expires || credentials_time(expires, &out->expires_ms))
		return true;
	*found = false;
	return error_set(e, ERROR_DENIED,
		"AWS_CREDENTIAL_EXPIRATION: expected a time such as 2030-01-31T12:00:00Z");
}

bool recipe_keys(const struct profile *profile, enum surroundings_file file, struct recipe *out,
	bool *found, struct error *e)
{
	static const struct key_names names = {"aws_access_key_id", "aws_secret_access_key",
		{"aws_security_token", "aws_session_token"}};
	static const char *const files[] = {
		"systemd credential aws-credentials", "credentials file", "config file"};
	AUTO(free_text)
	char *where = xasprintf("profile '%s' of the %s", shown(profile->name).text, files[file]);

	/* In a file, what is there decides; in the environment, what is filled. */
	return take_keys(&profile->files[file], &names, pairs_get, where, out, found, e);
}

/* --- a program --- */

bool recipe_process(const struct profile *profile, struct recipe *out, bool *found, struct error *e)
{
	const char *command = pairs_get(&profile->all, "credential_process");

	if (!command)
		return true;
	out->base = RECIPE_PROCESS;
	out->where = xasprintf("credential_process of profile '%s'", shown(profile->name).text);
	if (!words_split(command, &out->process))
		return error_set(e, ERROR_DENIED, "%s: a quote in it has no end", out->where);
	*found = out->process.count > 0;
	return *found || error_set(e, ERROR_DENIED, "%s: it names no program", out->where);
}

/* --- a web identity --- */

/* A variable that is there decides, also where it is empty. */
static const char *of_either(const struct pairs *environment, const struct profile *profile,
	const char *variable, const char *key)
{
	return environment && pairs_has(environment, variable) ? pairs_get(environment, variable)
							       : pairs_get(&profile->all, key);
}

bool recipe_web_identity(const struct pairs *environment, const struct profile *profile,
	struct recipe *out, bool *found, struct error *e)
{
	const char *file = of_either(
		environment, profile, "AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity_token_file");
	const char *arn = of_either(environment, profile, "AWS_ROLE_ARN", "role_arn");
	const char *session =
		of_either(environment, profile, "AWS_ROLE_SESSION_NAME", "role_session_name");

	if (!file || !*file)
		return true;
	out->base = RECIPE_WEB_IDENTITY;
	out->where = xstrdup("the web identity");
	out->token_file = xstrdup(file);
	if (!arn || !*arn)
		return error_set(e, ERROR_DENIED,
			"a web identity needs a role: set AWS_ROLE_ARN, or role_arn in profile "
			"'%s'",
			shown(profile->name).text);
	*found = role_read(out->where, arn, NULL, session, NULL, &out->role, e);
	return *found;
}

/* --- a container --- */

static bool container_url(const char *relative, const char *full, char **url, struct error *e)
{
	AUTO_DONE(url_done) struct url read = {0};

	*url = relative ? xasprintf("http://169.254.170.2%s", relative) : xstrdup(full);
	if ((relative && *relative != '/') || !url_read(*url, &read))
		return error_set(e, ERROR_DENIED, "%s: expected %s",
			relative ? "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
				 : "AWS_CONTAINER_CREDENTIALS_FULL_URI",
			relative ? "a path that begins with /" : "a URL with http:// or https://");
	return read.https || url_loopback(&read) ||
	       (url_metadata(&read) && !text_starts(read.host, "169.254.169.") &&
		       strcmp(read.host, "[fd00:ec2::254]") != 0) ||
	       error_set(e, ERROR_DENIED,
		       "AWS_CONTAINER_CREDENTIALS_FULL_URI: plain http only to this machine, "
		       "169.254.170.2, 169.254.170.23 or fd00:ec2::23");
}

bool recipe_container(
	const struct pairs *environment, struct recipe *out, bool *found, struct error *e)
{
	const char *relative = pairs_get(environment, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
	const char *full = pairs_get(environment, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
	const char *file = pairs_get(environment, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");

	if (!relative && !full)
		return true;
	out->base = RECIPE_CONTAINER;
	out->where = xstrdup("the container's endpoint");
	out->token_file = xstrdup(file);
	if (!file)
		out->token = xstrdup(pairs_get(environment, "AWS_CONTAINER_AUTHORIZATION_TOKEN"));
	*found = container_url(relative, full, &out->url, e);
	return *found;
}

/* --- an instance --- */

/* A variable that is there decides, also where it is empty. */
static const char *variable_or_key(const struct pairs *environment, const struct pairs *profile,
	const char *variable, const char *key)
{
	return pairs_has(environment, variable) ? pairs_get(environment, variable)
						: pairs_get(profile, key);
}

static bool is_true(const char *value)
{
	return value && strcasecmp(value, "true") == 0;
}

/* 1, the usual, where nothing is said; at most 10. */
static bool small_number(const char *text, const char *variable, unsigned *number, struct error *e)
{
	unsigned long read = text ? strtoul(text, NULL, 10) : 1;

	*number = read > 10 ? 10 : (unsigned)read;
	return (read > 0 && !(text && text[strspn(text, "0123456789")])) ||
	       error_set(e, ERROR_DENIED, "%s: expected a whole number, at least 1", variable);
}

static bool imds_url(const struct pairs *environment, const struct pairs *profile, bool plain_http,
	char **url, struct error *e)
{
	const char *given = variable_or_key(environment, profile,
		"AWS_EC2_METADATA_SERVICE_ENDPOINT", "ec2_metadata_service_endpoint");
	const char *mode = variable_or_key(environment, profile,
		"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "ec2_metadata_service_endpoint_mode");
	bool ipv6 = mode ? strcasecmp(mode, "ipv6") == 0
			 : is_true(variable_or_key(
				   environment, profile, "AWS_IMDS_USE_IPV6", "imds_use_ipv6"));
	AUTO_DONE(url_done) struct url read = {0};

	if (mode && !ipv6 && strcasecmp(mode, "ipv4") != 0)
		return error_set(e, ERROR_DENIED,
			"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE: expected IPv4 or IPv6");
	*url = xstrdup(given && *given ? given
		       : ipv6          ? "http://[fd00:ec2::254]"
				       : "http://169.254.169.254");
	if (!url_read(*url, &read) || strchr(read.path, '?') ||
		!(read.https || plain_http || url_loopback(&read) || url_metadata(&read)))
		return error_set(e, ERROR_DENIED,
			"AWS_EC2_METADATA_SERVICE_ENDPOINT: expected http:// and an address of "
			"this machine or of its metadata, or AllowPlainHttp=yes");
	if (text_ends(*url, "/"))
		(*url)[strlen(*url) - 1] = '\0';
	return true;
}

bool recipe_imds(const struct surroundings *surroundings, const struct pairs *profile,
	struct recipe *out, bool *found, struct error *e)
{
	const struct pairs *environment = surroundings->environment;

	if (is_true(pairs_get(environment, "AWS_EC2_METADATA_DISABLED")))
		return true;
	out->base = RECIPE_IMDS;
	out->where = xstrdup("the instance's metadata");
	out->v1 = !is_true(variable_or_key(
		environment, profile, "AWS_EC2_METADATA_V1_DISABLED", "ec2_metadata_v1_disabled"));
	unsigned timeout_s;

	*found = small_number(variable_or_key(environment, profile, "AWS_METADATA_SERVICE_TIMEOUT",
				      "metadata_service_timeout"),
			 "AWS_METADATA_SERVICE_TIMEOUT", &timeout_s, e) &&
		 small_number(
			 variable_or_key(environment, profile, "AWS_METADATA_SERVICE_NUM_ATTEMPTS",
				 "metadata_service_num_attempts"),
			 "AWS_METADATA_SERVICE_NUM_ATTEMPTS", &out->attempts, e) &&
		 imds_url(environment, profile, surroundings->plain_http, &out->url, e);
	out->timeout_ms = UINT64_C(1000) * timeout_s;
	return *found;
}
