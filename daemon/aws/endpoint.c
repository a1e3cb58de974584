#include "aws/endpoint.h"

#include <ctype.h>
#include <string.h>

#include "aws/partition.h"
#include "aws/url.h"
#include "base/memory.h"
#include "base/text.h"
#include "stack/names.h"

/* --- switches of the environment and the profile --- */

static const char *of_profile(const struct endpoint_options *options, const char *key)
{
	return options->profile ? pairs_filled(options->profile, key) : NULL;
}

/* A variable that is there decides, whatever the profile says. */
static const char *chosen(
	const struct endpoint_options *options, const char *variable, const char *key)
{
	return pairs_has(options->environment, variable)
		       ? pairs_filled(options->environment, variable)
		       : of_profile(options, key);
}

static bool switched_on(
	const struct endpoint_options *options, const char *variable, const char *key)
{
	const char *value = chosen(options, variable, key);

	return value && strcasecmp(value, "true") == 0;
}

static unsigned variant(const struct endpoint_options *options)
{
	bool fips = switched_on(options, "AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint");
	bool dualstack =
		switched_on(options, "AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint");

	return (fips ? PARTITION_FIPS : 0) | (dualstack ? PARTITION_DUALSTACK : 0);
}

/* --- endpoints that somebody configured --- */

static char *filled_in(const char *setting, const char *service, const char *region)
{
	struct text url = {0};

	while (*setting) {
		size_t plain = strcspn(setting, "{");

		text_add_bytes(&url, setting, plain);
		setting += plain;
		const char *word = text_starts(setting, "{region}")    ? "{region}"
				   : text_starts(setting, "{service}") ? "{service}"
								       : NULL;

		if (word)
			text_add(&url, word[1] == 'r' ? region : service);
		else if (*setting)
			text_add_char(&url, *setting);
		setting += word ? strlen(word) : *setting != '\0';
	}
	return text_take(&url);
}

/* A configured URL and, in *name, where it stands. */
static const char *of_environment(const struct pairs *environment, const char *service, char **name)
{
	*name = xasprintf("AWS_ENDPOINT_URL_%s", service);
	for (char *c = *name; *c; c++)
		*c = (char)toupper((unsigned char)*c);
	if (!pairs_filled(environment, *name))
		replace_text(name, "AWS_ENDPOINT_URL");
	return pairs_filled(environment, *name);
}

static const char *of_services(
	const struct endpoint_options *options, const char *service, char **name)
{
	AUTO(free_text) char *key = xasprintf("%s.endpoint_url", service);
	const char *url = options->services ? pairs_filled(options->services, key) : NULL;

	replace_text(name, url ? key : "endpoint_url");
	return url ? url : of_profile(options, "endpoint_url");
}

/* *url stays NULL where nothing is configured; else the caller frees it, and *name. */
static bool configured(const struct endpoint_options *options, const char *service,
	const char *region, char **url, char **name, struct error *e)
{
	if (options->setting) {
		*url = filled_in(options->setting, service, region);
		*name = xstrdup("EndpointUrl=");
		return true;
	}
	if (switched_on(options, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
		    "ignore_configured_endpoint_urls"))
		return true;
	*url = xstrdup(of_environment(options->environment, service, name));
	if (*url)
		return true;
	if (of_profile(options, "services") && !options->services)
		return error_set(e, ERROR_INVALID,
			"the profile's services: no section [services %s]",
			shown(of_profile(options, "services")).text);
	*url = xstrdup(of_services(options, service, name));
	return true;
}

/* --- the whole --- */

/* A path that needs no encoding is requested and signed as the same bytes. */
static bool path_plain(const char *path)
{
	return !path[strspn(path, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "0123456789-._~/")];
}

static bool take_url(const struct endpoint_options *options, const char *text, const char *name,
	struct endpoint *out, struct error *e)
{
	AUTO_DONE(url_done) struct url url = {0};

	/* The value isn't shown: it may have a password in it. */
	if (!url_read(text, &url) || !path_plain(url.path))
		return error_set(e, ERROR_INVALID,
			"%s: expected http:// or https://, a host, perhaps a port and a path; no "
			"user name and no query",
			name);
	if (!url.https && !options->plain_http && !url_loopback(&url) && !url_metadata(&url))
		return error_set(e, ERROR_INVALID,
			"%s: expected https://, found http:// and a host that is not this machine; "
			"AllowPlainHttp=yes allows it",
			name);
	out->https = url.https;
	out->host =
		url_port_usual(&url) ? xstrdup(url.host) : xasprintf("%s:%u", url.host, url.port);
	out->path = xstrdup(*url.path ? url.path : "/");
	out->url = xasprintf("%s://%s%s", url.https ? "https" : "http", out->host, out->path);
	return true;
}

/* Only where somebody asked for it: newer tools of AWS, too, ask the region's own STS else. */
static bool global_sts(const struct endpoint_options *options, const char *service,
	const char *region, bool *global, struct error *e)
{
	const char *value = chosen(options, "AWS_STS_REGIONAL_ENDPOINTS", "sts_regional_endpoints");

	*global = false;
	if (strcmp(service, "sts") != 0 || !value || strcmp(value, "regional") == 0)
		return true;
	if (strcmp(value, "legacy") != 0)
		return error_set(e, ERROR_INVALID,
			"sts_regional_endpoints: expected regional or legacy, found '%s'",
			shown(value).text);
	*global = partition_legacy_sts(region);
	return true;
}

static bool take_own(const struct endpoint_options *options, const char *service,
	const char *region, struct endpoint *out, struct error *e)
{
	unsigned wanted = variant(options);
	bool global = false;

	if (!global_sts(options, service, region, &global, e))
		return false;
	if (global && !wanted) {
		replace_text(&out->region, "us-east-1");
		return take_url(options, "https://sts.amazonaws.com", service, out, e);
	}
	AUTO(free_text) char *host = partition_host(service, region, wanted, e);

	if (!host)
		return false;
	AUTO(free_text) char *url = xasprintf("https://%s", host);

	return take_url(options, url, service, out, e);
}

bool endpoint_find(const struct endpoint_options *options, const char *service, const char *region,
	struct endpoint *out, struct error *e)
{
	AUTO(free_text) char *name = NULL;
	AUTO(free_text) char *url = NULL;

	if (!region)
		return error_set(
			e, ERROR_INVALID, "no region: set Region= in stackd.conf, or AWS_REGION");
	if (!region_valid(region))
		return error_set(e, ERROR_INVALID, "region '%s': expected one such as eu-west-1",
			shown(region).text);
	out->region = xstrdup(region);
	if (!configured(options, service, region, &url, &name, e))
		return false;
	out->own = !url;
	if (!url)
		return take_own(options, service, region, out, e);
	if (variant(options))
		return error_set(e, ERROR_INVALID,
			"%s: FIPS and dual-stack endpoints are AWS's own; switch them off, or use "
			"no other endpoint",
			name);
	return take_url(options, url, name, out, e);
}

void endpoint_done(struct endpoint *endpoint)
{
	free(endpoint->url);
	free(endpoint->host);
	free(endpoint->path);
	free(endpoint->region);
	*endpoint = (struct endpoint){0};
}
