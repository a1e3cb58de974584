#include "stack/template_url.h"

#include <stdbool.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "stack/names.h"

#define ALNUM "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

/* One for each partition, but GovCloud shares the first. */
static const char *const domains[] = {".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu",
	".c2s.ic.gov", ".sc2s.sgov.gov", ".cloud.adc-e.uk", ".csp.hci.ic.gov"};

/* "s3-eu-west-1", but not "s3-website-eu-west-1", which serves pages, without TLS. */
static bool is_old_service(const char *label)
{
	return strcmp(label, "s3-external-1") == 0 ||
	       (text_starts(label, "s3-") && !text_starts(label, "s3-website") &&
		       region_valid(label + 3));
}

static bool cut_end(char *text, const char *end)
{
	if (!text_ends(text, end))
		return false;
	text[strlen(text) - strlen(end)] = '\0';
	return true;
}

/* Cuts ".s3.dualstack.eu-west-1" or what else S3 is called; false: it is not S3. */
static bool cut_service(char *host)
{
	char *dot = strrchr(host, '.');

	if (!dot)
		return false;
	if (is_old_service(dot + 1)) {
		*dot = '\0';
		return true;
	}
	if (!region_valid(dot + 1))
		return cut_end(host, ".s3");
	*dot = '\0';
	cut_end(host, ".dualstack");
	return cut_end(host, ".s3") || cut_end(host, ".s3-fips");
}

static bool cut_domain(char *host)
{
	for (size_t i = 0; i < COUNT(domains); i++)
		if (cut_end(host, domains[i]))
			return true;
	return false;
}

/* The first part of a path. Buckets of the first years may have names that hosts can't. */
static const char *behind_bucket(const char *path)
{
	size_t length = strspn(path, ALNUM "._-");

	return length >= 3 && length <= 255 && path[length] == '/' ? path + length + 1 : NULL;
}

/* `host` begins with a dot, so that each label does. The key, or NULL. */
static const char *find_key(char *host, const char *path)
{
	if (!cut_domain(host) || !cut_service(host))
		return NULL;
	if (!*host)
		return behind_bucket(path);
	return bucket_valid(host + 1) ? path : NULL;
}

enum template_url_fault template_url_check(const char *url)
{
	static const char scheme[] = "https://";

	if (strlen(url) > TEMPLATE_URL_LIMIT)
		return TEMPLATE_URL_LONG;
	for (const char *c = url; *c; c++)
		if (*c <= ' ' || *c > '~' || strchr("#\"<>\\^`{|}", *c))
			return TEMPLATE_URL_BAD;
	if (!text_starts(url, scheme))
		return TEMPLATE_URL_BAD;
	url += strlen(scheme);

	size_t length = strcspn(url, "/?");
	AUTO(free_text) char *host = xasprintf(".%.*s", (int)length, url);
	const char *key = url[length] == '/' ? find_key(host, url + length + 1) : NULL;

	if (!key || !*key || *key == '?')
		return TEMPLATE_URL_BAD;
	const char *query = strchr(key, '?');

	if (query && (!text_starts(query, "?versionId=") ||
			     query[strcspn(query, "=") + 1] == '\0' || strpbrk(query, "&;")))
		return TEMPLATE_URL_QUERY;
	return TEMPLATE_URL_GOOD;
}
