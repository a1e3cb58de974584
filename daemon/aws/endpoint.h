/* Where the requests of a service and a region go (fact sheet §7.5). */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "base/pairs.h"

struct endpoint {
	char *url;  /* "https://sts.eu-west-1.amazonaws.com/", as it is requested */
	char *host; /* the Host header, as it is signed: with a port only where not the scheme's own
		     */
	char *path; /* of the url, as it is signed; begins with a slash */
	bool https;
};

/* `setting` (EndpointUrl=, may be NULL) with {region} and {service} filled in; else
 * AWS_ENDPOINT_URL_<SERVICE>, AWS_ENDPOINT_URL, unless AWS_IGNORE_CONFIGURED_ENDPOINT_URLS is true;
 * else what AWS calls it. `service` is query_service()'s. *out is zeroed before, and freed with
 * endpoint_done() in any case. */
bool endpoint_find(const char *setting, const struct pairs *environment, const char *service,
	const char *region, struct endpoint *out, struct error *e);
void endpoint_done(struct endpoint *endpoint);
