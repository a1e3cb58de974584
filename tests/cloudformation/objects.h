/* S3, as far as templates need it: objects in buckets that a scenario made. */
#pragma once

#include "cloudformation/handle.h"

/* Requests with a path; the bucket is the path's first part, or stands before the host. */
extern const struct protocol objects_protocol;

void objects_render_error(const struct exchange *exchange, struct text *body);

/* What a TemplateURL leads to, in either style, at AWS or at this very server. NULL: there is
 * none; *bucket: if there is one (may be NULL). */
const struct object *objects_at(
	const struct model *model, const char *url, const struct bucket **bucket);

void objects_done(struct model *model);
