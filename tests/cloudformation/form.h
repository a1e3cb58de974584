/* The form decoder: application/x-www-form-urlencoded to fields, and the query protocol's lists.
 * The daemon has an encoder; this is nobody's code but the model's. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/pairs.h"

enum { FORM_FIELDS = 2000, FORM_LIMIT = 8 * 1024 * 1024 };

/* False where it is no form: a bad escape, NUL, broken UTF-8, a field twice, too much. */
bool form_decode(const char *bytes, size_t length, struct pairs *fields);

/* "Parameters.member.3.ParameterKey", or with member NULL "Capabilities.member.3"; NULL: absent. */
const char *form_item(
	const struct pairs *fields, const char *list, size_t number, const char *member);
size_t form_item_count(const struct pairs *fields, const char *list);

/* The list is there: with items, or explicitly empty ("Tags="). */
bool form_has_list(const struct pairs *fields, const char *list);
void form_texts(const struct pairs *fields, const char *list, struct texts *out);
bool form_true(const struct pairs *fields, const char *name);
