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
	char *region; /* to sign with: the asked one, but for STS's global endpoint */
	bool https;
	bool own; /* AWS's, and not one that somebody configured */
};

/* What decides about it; all borrowed. */
struct endpoint_options {
	const char *setting; /* EndpointUrl=; NULL: none */
	const struct pairs *environment;
	const struct pairs *profile;  /* the chosen one; NULL: there is none */
	const struct pairs *services; /* the section that `services =` of it names; NULL: none */
	bool plain_http;              /* AllowPlainHttp=: to any host */
};

/* The first that is there of: the setting with {region} and {service} filled in,
 * AWS_ENDPOINT_URL_<SERVICE>, AWS_ENDPOINT_URL, the profile's service section, the profile's
 * endpoint_url (the last four not where configured endpoints shall be ignored); else what AWS calls
 * it, with FIPS and dual-stack where those are switched on. `service` is "cloudformation", "sts" or
 * "s3", for which the caller puts the bucket into the path or in front of the host (`own`). *out is
 * zeroed before, and freed with endpoint_done() in any case; an error is ERROR_INVALID. */
bool endpoint_find(const struct endpoint_options *options, const char *service, const char *region,
	struct endpoint *out, struct error *e);
void endpoint_done(struct endpoint *endpoint);
