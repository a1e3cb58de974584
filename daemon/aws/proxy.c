#include "aws/proxy.h"

#include <string.h>

#include "aws/url.h"
#include "base/memory.h"
#include "base/text.h"

static const char *variable(const struct pairs *environment, const char *small, const char *large)
{
	if (pairs_has(environment, small))
		return pairs_filled(environment, small);
	return pairs_filled(environment, large);
}

/* "example.com", ".example.com" and "example.com:443" name the host and all below it. */
static bool names(const char *item, size_t length, const char *host)
{
	size_t whole = strlen(host);

	return length && length <= whole && strncasecmp(host + whole - length, item, length) == 0 &&
	       (length == whole || host[whole - length - 1] == '.');
}

static bool excluded(const char *list, const struct url *url)
{
	AUTO(free_text) char *with_port = xasprintf("%s:%u", url->host, url->port);

	while (*list) {
		size_t length = strcspn(list, ", \t");
		const char *item = list;

		list += length;
		list += strspn(list, ", \t");
		if (length == 1 && *item == '*')
			return true;
		for (; length && *item == '.'; length--)
			item++;
		if (names(item, length, url->host) || names(item, length, with_port))
			return true;
	}
	return false;
}

const char *proxy_of(const struct pairs *environment, const char *text)
{
	AUTO_DONE(url_done) struct url url = {0};
	const char *list = variable(environment, "no_proxy", "NO_PROXY");

	if (!url_read(text, &url) || (list && excluded(list, &url)))
		return NULL;
	const char *small = url.https ? "https_proxy" : "http_proxy";
	const char *large = url.https ? "HTTPS_PROXY" : "HTTP_PROXY";

	if (pairs_has(environment, small) || pairs_has(environment, large))
		return variable(environment, small, large);
	return variable(environment, "all_proxy", "ALL_PROXY");
}
