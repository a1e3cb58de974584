/* What a template says of its resources; for the guard. Reads templates as they are live or as they
 * will be sent: JSON or YAML, of any origin. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/pairs.h"
#include "stack/change.h"

/* The logical ids that the value of this output comes from (Ref, GetAtt, Sub, nested in other
 * functions, too), without doubles; none where there is no such output or the body does not parse.
 */
void template_output_resources(
	const char *bytes, size_t length, const char *output, struct texts *ids);

/* Deleting the whole stack, as changes: each resource is removed, with the PolicyAction that its
 * DeletionPolicy gives (Delete, Retain, Snapshot). False where the body does not parse. The caller
 * frees them with changes_free(). */
bool template_removals(const char *bytes, size_t length, struct change **changes, size_t *count);
