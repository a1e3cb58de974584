/* Whether a manifest that is not there was taken away on purpose: only a whole, readable, faultless
 * folder says so (design.md, "Removal"). */
#include <string.h>

#include "base/path.h"
#include "engine/parts.h"

/* Why nothing may be concluded from this folder; NULL: it may. */
static char *doubt(const struct desired *desired)
{
	if (desired->state != FOLDER_READ)
		return xasprintf("%s can't be read", desired->folder);
	if (!desired->stack_count)
		return xasprintf("%s has no manifest at all", desired->folder);
	/* Perhaps it is just what speaks against it that can't be read. */
	if (desired->settings_faulty)
		return xstrdup("the settings are faulty");
	for (size_t i = 0; i < desired->stack_count; i++)
		if (desired->stacks[i]->frozen)
			return xasprintf("%s is broken", desired->stacks[i]->path);
	return NULL;
}

bool doubt_folder(const struct engine *engine)
{
	AUTO(free_text) char *why = doubt(engine->desired);

	return why != NULL;
}

char *doubt_removal(const struct desired *desired, const struct record *record)
{
	/* Records of before may have it as it was typed. */
	AUTO(free_text) char *was = record->folder ? path_beside("", record->folder) : NULL;

	if (was && strcmp(was, desired->folder) != 0)
		return xasprintf(
			"it is looked for in %s, and was in %s", desired->folder, record->folder);
	/* One of its own name is there: copied to the wrong place, rather than meant so. */
	if (record->manifest && texts_have(&desired->others, record->manifest))
		return xasprintf("a template or a policy has its name, %s/%s", desired->folder,
			record->manifest);
	return doubt(desired);
}
