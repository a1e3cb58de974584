#include <string.h>

#include "base/memory.h"
#include "cloudformation/check.h"

struct collection {
	const struct node *section;
	struct texts *names;
	bool conditions;
};

static void collect(void *owner, enum reference_kind kind, const char *name, const char *attribute)
{
	struct collection *collection = owner;

	(void)attribute;
	if ((kind == REFERENCE_CONDITION) != collection->conditions)
		return;
	if (node_get(collection->section, name) && !texts_have(collection->names, name))
		texts_add(collection->names, name);
}

void dependencies_of(
	const struct node *section, size_t index, const struct references *how, struct texts *out)
{
	struct collection collection = {section, out, how->in_conditions};
	struct references references = *how;
	AUTO_DONE(texts_done) struct texts explicit = {0};

	references.owner = &collection;
	references.visit = collect;
	references_walk(&references, section->items[index]);
	if (how->in_conditions)
		return;
	depends_on(section->items[index], &explicit);
	for (size_t i = 0; i < explicit.count; i++)
		collect(&collection, REFERENCE_NAME, explicit.items[i], NULL);
}

bool order_section(
	const struct node *section, const struct references *how, size_t *order, struct error *e)
{
	AUTO_DONE(texts_done) struct texts names = {0};
	struct texts *lists = xcalloc(section->count + 1, sizeof(*lists));

	for (size_t i = 0; i < section->count; i++) {
		texts_add(&names, section->names[i]->text);
		dependencies_of(section, i, how, &lists[i]);
	}
	bool good = order_resources(&names, lists, order, e);

	for (size_t i = 0; i < section->count; i++)
		texts_done(&lists[i]);
	free(lists);
	return good;
}

static bool check_section(const struct node *section, const struct references *how, struct error *e)
{
	size_t *order = xcalloc(section ? section->count + 1 : 1, sizeof(*order));
	bool good = !section || order_section(section, how, order, e);

	free(order);
	return good;
}

bool check_circles(const struct node *root, struct error *e)
{
	struct references conditions = {.in_conditions = true}, resources = {.skip_if = true};

	if (!check_section(node_get(root, "Conditions"), &conditions, NULL))
		return error_set(e, ERROR_INVALID,
			"Template format error: Circular dependencies between conditions");
	return check_section(node_get(root, "Resources"), &resources, e);
}
