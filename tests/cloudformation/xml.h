/* Writes the replies' XML into a text. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/pairs.h"
#include "base/text.h"

void xml_open(struct text *out, const char *name);
void xml_close(struct text *out, const char *name);
void xml_text(struct text *out, const char *name, const char *value); /* NULL: no element at all */
void xml_bool(struct text *out, const char *name, bool value);
void xml_time(struct text *out, const char *name, uint64_t time_ms); /* 0: no element at all */
void xml_texts(struct text *out, const char *name, const struct texts *list); /* also when empty */

/* <name><member><key_name>..</key_name><value_name>..</value_name></member>..</name> */
void xml_pairs(struct text *out, const char *name, const char *key_name, const char *value_name,
	const struct pairs *pairs);

enum { TIME_TEXT_SIZE = 32 };
void time_text(uint64_t time_ms, char out[TIME_TEXT_SIZE]); /* 2026-08-07T10:11:12.345Z */
