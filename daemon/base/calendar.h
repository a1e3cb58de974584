/* Points in time as text and back, always UTC. The C library's functions look at the environment's
 * time zone and language, which the pure rooms may not.
 *
 * A format is literal text with %Y (four digits), %M %D %h %m %s (two digits each), %b (Jan ...
 * Dec) and, for reading only, %? (any character). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CALENDAR_ISO "%Y-%M-%DT%h:%m:%sZ" /* 2015-08-30T12:36:00Z, for people and JSON */
#define CALENDAR_BASIC "%Y%M%DT%h%m%sZ"   /* 20150830T123600Z, as AWS signs */
#define CALENDAR_HTTP "%?%?%?, %D %b %Y %h:%m:%s GMT" /* the Date header */

/* The text must begin with what the format says; *end (may be NULL) is what is behind it. False:
 * it does not, or there is no such time, or it is before 1970. */
bool calendar_read(const char *format, const char *text, uint64_t *ms, const char **end);

/* Writes into out and returns it; what does not fit is cut. */
char *calendar_write(const char *format, uint64_t ms, char *out, size_t size);
