#include "aws/endpoint.h"

#include <ctype.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "stack/names.h"

enum { URL_LIMIT = 2048 };

/* By the region's beginning; the last row is the partition of all others. */
static const struct {
	const char *region, *suffix;
} partitions[] = {
	{"cn-", "amazonaws.com.cn"},
	{"eusc-", "amazonaws.eu"},
	{"us-iso-", "c2s.ic.gov"},
	{"us-isob-", "sc2s.sgov.gov"},
	{"eu-isoe-", "cloud.adc-e.uk"},
	{"us-isof-", "csp.hci.ic.gov"},
	{"", "amazonaws.com"},
};

static const char *suffix_of(const char *region)
{
	size_t i = 0;

	while (!text_starts(region, partitions[i].region))
		i++;
	return partitions[i].suffix;
}

/* Gives the variable's value and its name in *name, which the caller frees. */
static const char *configured(const struct pairs *environment, const char *service, char **name)
{
	const char *ignore = pairs_filled(environment, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");

	if (ignore && strcasecmp(ignore, "true") == 0)
		return NULL;
	*name = xasprintf("AWS_ENDPOINT_URL_%s", service);
	for (char *c = *name; *c; c++)
		*c = (char)toupper((unsigned char)*c);
	if (!pairs_filled(environment, *name))
		replace_text(name, "AWS_ENDPOINT_URL");
	return pairs_filled(environment, *name);
}

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

/* "example.com" or "[::1]": what may stand before the port. Gives its length, 0: no host. */
static size_t host_length(const char *authority)
{
	size_t length;

	if (*authority == '[') {
		length = 1 + strspn(authority + 1, "0123456789abcdefABCDEF:.");
		return length > 1 && authority[length] == ']' ? length + 1 : 0;
	}
	length = strspn(authority, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789-._");
	return length && *authority != '.' && *authority != '-' ? length : 0;
}

/* 1 to 65535; 0: none, and *rest stays; else *rest is behind it. */
static unsigned port_number(const char *text, const char **rest)
{
	size_t digits = strspn(text, "0123456789");
	unsigned number = 0;

	if (digits > 5)
		return 0;
	for (size_t i = 0; i < digits; i++)
		number = number * 10 + (unsigned)(text[i] - '0');
	if (number > 65535)
		return 0;
	*rest = text + digits;
	return number;
}

/* A path that needs no encoding is requested and signed as the same bytes. */
static bool path_plain(const char *path)
{
	return !path[strspn(path, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "0123456789-._~/")];
}

static bool split(const char *url, struct endpoint *out)
{
	out->https = strncasecmp(url, "https://", 8) == 0;
	if (strlen(url) > URL_LIMIT || (!out->https && strncasecmp(url, "http://", 7) != 0))
		return false;
	const char *authority = url + (out->https ? 8 : 7);
	size_t length = host_length(authority);
	const char *rest = authority + length;
	unsigned own = out->https ? 443 : 80;
	unsigned port = own;

	if (!length || (*rest == ':' && !(port = port_number(rest + 1, &rest))))
		return false;
	if ((*rest && *rest != '/') || !path_plain(rest))
		return false;
	AUTO(free_text) char *name = xstrndup(authority, length);

	for (char *c = name; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	out->host = port == own ? take(name) : xasprintf("%s:%u", name, port);
	out->path = xstrdup(*rest ? rest : "/");
	out->url = xasprintf("%s://%s%s", out->https ? "https" : "http", out->host, out->path);
	return true;
}

bool endpoint_find(const char *setting, const struct pairs *environment, const char *service,
	const char *region, struct endpoint *out, struct error *e)
{
	AUTO(free_text) char *name = NULL;
	AUTO(free_text) char *url = NULL;

	if (!region)
		return error_set(
			e, ERROR_INVALID, "no region: set Region= in stackd.conf, or AWS_REGION");
	if (!region_valid(region))
		return error_set(e, ERROR_INVALID, "region '%s': expected one such as eu-west-1",
			shown(region).text);
	if (setting) {
		url = filled_in(setting, service, region);
		name = xstrdup("EndpointUrl=");
	} else {
		url = xstrdup(configured(environment, service, &name));
	}
	if (!url)
		url = xasprintf("https://%s.%s.%s", service, region, suffix_of(region));
	/* The value isn't shown: it may have a password in it. */
	return split(url, out) ||
	       error_set(e, ERROR_INVALID,
		       "%s: expected http:// or https://, a host, perhaps a port and a path; no "
		       "user name and no query",
		       name ? name : "endpoint");
}

void endpoint_done(struct endpoint *endpoint)
{
	free(endpoint->url);
	free(endpoint->host);
	free(endpoint->path);
	*endpoint = (struct endpoint){0};
}
