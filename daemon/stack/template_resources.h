/* What a template says of its resources; for the guard. Reads templates as they are live or as they
 * will be sent: JSON or YAML, of any origin. What a macro or an include adds is not seen. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/pairs.h"
#include "stack/change.h"

enum { TEMPLATE_RESOURCES_LIMIT = 500 }; /* of one template, fact sheet §6.3 */

/* Adds the logical ids that the value of this output comes from (Ref, GetAtt, Sub, nested in other
 * functions, too; of Fn::If from both sides), without doubles; none where there is no such output
 * or the body does not parse. At most TEMPLATE_RESOURCES_LIMIT. */
void template_output_resources(
	const char *bytes, size_t length, const char *output, struct texts *ids);

/* Deleting the whole stack, as changes: each resource is removed, with the PolicyAction that its
 * DeletionPolicy gives (Delete, Retain, Snapshot, RetainExceptOnCreate), also where its condition
 * may be false. A transform among the resources is one of type "Fn::Transform", those of a
 * Fn::ForEach have their names as written there ("Table${Zone}"). False where the body does not
 * parse, or has no resources, or more than TEMPLATE_RESOURCES_LIMIT. The caller frees them with
 * changes_free(). */
bool template_removals(const char *bytes, size_t length, struct change **changes, size_t *count);
