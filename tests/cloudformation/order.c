#include <string.h>

#include "base/memory.h"
#include "base/pairs.h"
#include "cloudformation/blueprint.h"

/* needs[i * count + k]: i waits for k. A square of at most 500 resources. */
struct graph {
	size_t count;
	bool *needs;
	bool *placed;
};

static struct graph graph_new(const struct texts *active, const struct texts *dependencies)
{
	struct graph graph = {.count = active->count};

	graph.needs = xcalloc(graph.count * graph.count + 1, sizeof(bool));
	graph.placed = xcalloc(graph.count + 1, sizeof(bool));
	for (size_t i = 0; i < graph.count; i++)
		for (size_t k = 0; k < graph.count; k++)
			graph.needs[i * graph.count + k] =
				texts_have(&dependencies[i], active->items[k]);
	return graph;
}

static void graph_done(struct graph *graph)
{
	free(graph->needs);
	free(graph->placed);
}

static bool ready(const struct graph *graph, size_t i)
{
	for (size_t k = 0; k < graph->count; k++)
		if (!graph->placed[k] && graph->needs[i * graph->count + k])
			return false;
	return !graph->placed[i];
}

static bool unneeded(const struct graph *graph, size_t i)
{
	for (size_t k = 0; k < graph->count; k++)
		if (!graph->placed[k] && graph->needs[k * graph->count + i])
			return false;
	return !graph->placed[i];
}

/* What is left over waits for a circle or is one: strip those that nothing left over needs. */
static void keep_circle(struct graph *graph)
{
	bool again = true;

	while (again) {
		again = false;
		for (size_t i = 0; i < graph->count; i++) {
			if (unneeded(graph, i)) {
				graph->placed[i] = true;
				again = true;
			}
		}
	}
}

static bool circular(const struct texts *active, struct graph *graph, struct error *e)
{
	AUTO_DONE(texts_done) struct texts left = {0};

	keep_circle(graph);
	for (size_t i = 0; i < active->count; i++)
		if (!graph->placed[i])
			texts_add(&left, active->items[i]);
	AUTO(free_text) char *names = texts_join(&left, ", ");

	return error_set(e, ERROR_INVALID, "Circular dependency between resources: [%s]", names);
}

bool order_resources(const struct texts *active, const struct texts *dependencies, size_t *order,
	struct error *e)
{
	AUTO_DONE(graph_done) struct graph graph = graph_new(active, dependencies);
	size_t count = 0;
	bool moved = true;

	/* Round by round, so that those without a dependency between them stay together. */
	while (moved) {
		size_t before = count;

		for (size_t i = 0; i < graph.count; i++)
			if (ready(&graph, i))
				order[count++] = i;
		for (size_t k = before; k < count; k++)
			graph.placed[order[k]] = true;
		moved = count > before;
	}
	return count == active->count || circular(active, &graph, e);
}
