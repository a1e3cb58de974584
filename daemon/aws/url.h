/* URLs as far as endpoints need them: http or https, a host, perhaps a port, a path. */
#pragma once

#include <stdbool.h>

enum { URL_LIMIT = 2048 };

struct url {
	bool https;
	char *host;       /* in lower case, an IPv6 address in its brackets */
	unsigned port;    /* the scheme's own where none was given */
	const char *path; /* with its query; "" or "/...": within the text that was read */
};

/* False: it is none of those, has a user name or a fragment, blanks or control characters. *out is
 * zeroed before; free it with url_done() in any case. */
bool url_read(const char *text, struct url *out);
void url_done(struct url *url);

bool url_port_usual(const struct url *url); /* the scheme's own: it isn't named in Host then */

/* An address of this very machine: plain http to it leaves nothing to overhear. */
bool url_loopback(const struct url *url);

/* One of the link-local addresses that give credentials to instances and containers. */
bool url_metadata(const struct url *url);
