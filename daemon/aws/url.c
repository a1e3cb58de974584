#include "aws/url.h"

#include <ctype.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

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

static bool path_valid(const char *path)
{
	if (*path && *path != '/')
		return false;
	for (; *path; path++)
		if (*path <= ' ' || *path >= 0x7f || strchr("#\\\"<>", *path))
			return false;
	return true;
}

bool url_read(const char *text, struct url *out)
{
	out->https = strncasecmp(text, "https://", 8) == 0;
	if (strlen(text) > URL_LIMIT || (!out->https && strncasecmp(text, "http://", 7) != 0))
		return false;
	const char *authority = text + (out->https ? 8 : 7);
	size_t length = host_length(authority);
	const char *rest = authority + length;

	out->port = out->https ? 443 : 80;
	if (!length || (*rest == ':' && !(out->port = port_number(rest + 1, &rest))))
		return false;
	if (!path_valid(rest))
		return false;
	out->path = rest;
	out->host = xstrndup(authority, length);
	for (char *c = out->host; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return true;
}

void url_done(struct url *url)
{
	free(url->host);
	*url = (struct url){0};
}

bool url_port_usual(const struct url *url)
{
	return url->port == (url->https ? 443 : 80);
}

/* Four decimal numbers, and nothing that some resolver takes for an address as well. */
static bool dotted(const char *host)
{
	unsigned parts = 0;

	while (parts < 4) {
		size_t digits = strspn(host, "0123456789");
		unsigned number = 0;

		if (!digits || digits > 3 || (digits > 1 && *host == '0'))
			return false;
		while (digits--)
			number = number * 10 + (unsigned)(*host++ - '0');
		if (number > 255)
			return false;
		if (++parts < 4 && *host++ != '.')
			return false;
	}
	return !*host;
}

bool url_loopback(const struct url *url)
{
	return strcmp(url->host, "localhost") == 0 || strcmp(url->host, "[::1]") == 0 ||
	       (text_starts(url->host, "127.") && dotted(url->host));
}

bool url_metadata(const struct url *url)
{
	static const char *const hosts[] = {"169.254.170.2", "169.254.170.23", "[fd00:ec2::23]",
		"169.254.169.254", "[fd00:ec2::254]"};

	for (size_t i = 0; i < COUNT(hosts); i++)
		if (strcmp(url->host, hosts[i]) == 0)
			return true;
	return false;
}
