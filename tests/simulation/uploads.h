/* Large templates on their way to S3: a call of the engine is one request or two, each of them
 * signed bytes, and the machine between them is the daemon's own (aws/upload). */
#pragma once

#include "simulation/world.h"

#define UPLOAD_BUCKET "templates-{account}-{region}" /* TemplateBucket= */

/* The buckets of both regions are there. */
void uploads_begin(struct world *world);

void uploads_send(struct world *world, const struct call *call, const struct fate *fate);

/* A request of an upload reaches the model; its happening has the upload, which is taken. */
void uploads_arrive(struct world *world, struct happening *request);
void uploads_drop(struct carried *carried); /* NULL: nothing */

/* An object was put: its key has to tell what is in it. */
void uploads_check(struct world *world, const struct model_entry *entry);
