/* A call as the form that asks AWS for it: protocol `query`, POSTed to "/" (fact sheet §3). The
 * order of the fields is always the same, so that one call gives one text. */
#pragma once

#include "base/text.h"
#include "engine/call.h"

/* Sent and signed byte for byte. */
#define QUERY_CONTENT_TYPE "application/x-www-form-urlencoded; charset=utf-8"

/* "cloudformation" or "sts": the name in host names and signatures; NULL for calls of the memory,
 * which no service answers. */
const char *query_service(enum call_kind kind);

/* Adds the whole form; the call must be one of a service. Members that are NULL send nothing. */
void query_write(const struct call *call, struct text *form);
