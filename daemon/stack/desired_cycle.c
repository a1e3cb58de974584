/* A cycle of references is an error that names it; stacks outside it go on.
 *
 * Tarjan's algorithm finds the groups whose members all reach each other, without recursion: a
 * chain of ten thousand manifests must not need as many frames. */
#include "base/text.h"
#include "stack/desired_build.h"

enum { SHOWN_STEPS = 8 }; /* of a cycle, in a problem */

struct node_state {
	size_t order; /* in which it was seen, from 1 on; 0: not yet */
	size_t low;   /* the oldest open node that it reaches */
	size_t group; /* the first seen of its group; SIZE_MAX: not known yet */
	size_t from;  /* of the search for a cycle: where it was reached from; SIZE_MAX: not yet */
	bool on_cycle;
};

struct frame {
	size_t node, edge;
};

struct walk {
	struct building *building;
	struct node_state *nodes;
	struct frame *frames;
	size_t *open; /* nodes whose group is not known yet, oldest first */
	size_t *queue;
	size_t seen, frame_count, open_count;
};

static const struct desired_stack *stack_of(const struct walk *walk, size_t node)
{
	return walk->building->drafts[node].stack;
}

/* --- naming a cycle --- */

static const struct edge *edge_within(const struct walk *walk, size_t node)
{
	const struct desired_stack *stack = stack_of(walk, node);

	for (size_t i = 0; i < stack->edge_count; i++) {
		size_t next = stack->edges[i].stack;

		if (next != SIZE_MAX && walk->nodes[next].group == walk->nodes[node].group)
			return &stack->edges[i];
	}
	return NULL;
}

/* The last node before `start` on the shortest way from it back to itself. */
static size_t find_way_back(struct walk *walk, size_t start)
{
	size_t count = 0;

	walk->queue[count++] = start;
	for (size_t head = 0; head < count; head++) {
		size_t node = walk->queue[head];
		const struct desired_stack *stack = stack_of(walk, node);

		for (size_t i = 0; i < stack->edge_count; i++) {
			size_t next = stack->edges[i].stack;

			if (next == start)
				return node;
			if (next == SIZE_MAX || walk->nodes[next].from != SIZE_MAX ||
				walk->nodes[next].group != walk->nodes[start].group)
				continue;
			walk->nodes[next].from = node;
			walk->queue[count++] = next;
		}
	}
	return start;
}

/* "a needs b, b needs c, c needs a" */
static char *name_cycle(struct walk *walk, size_t start)
{
	AUTO_DONE(text_done) struct text out = {0};
	size_t count = 0;

	/* Backwards: the last node first, `start` at the end. */
	for (size_t node = find_way_back(walk, start); node != start; node = walk->nodes[node].from)
		walk->queue[count++] = node;
	walk->queue[count++] = start;
	for (size_t i = count; i-- > 0;) {
		size_t node = walk->queue[i];
		size_t next = i ? walk->queue[i - 1] : start;

		walk->nodes[node].on_cycle = true;
		if (i == 0 || count - i <= SHOWN_STEPS)
			text_format(&out, "%s%s needs %s", out.length ? ", " : "",
				stack_of(walk, node)->manifest, stack_of(walk, next)->manifest);
		else if (i == 1)
			text_format(&out, ", %zu more", count - 1 - SHOWN_STEPS);
	}
	return text_take(&out);
}

static void refuse_group(struct walk *walk, const size_t *nodes, size_t count)
{
	size_t first = nodes[0];

	for (size_t i = 0; i < count; i++)
		if (nodes[i] < first)
			first = nodes[i];
	if (!edge_within(walk, first))
		return;
	AUTO(free_text) char *cycle = name_cycle(walk, first);

	for (size_t i = 0; i < count; i++) {
		const struct edge *edge = edge_within(walk, nodes[i]);
		struct draft *draft = &walk->building->drafts[nodes[i]];

		if (walk->nodes[nodes[i]].on_cycle)
			draft_problem(draft, edge->line, edge->column,
				"found a cycle, expected none: %s", cycle);
		else
			draft_problem(draft, edge->line, edge->column,
				"found a stack that needs a cycle and is needed by it, expected "
				"none: %s",
				cycle);
	}
}

/* --- finding them --- */

static void enter(struct walk *walk, size_t node)
{
	walk->nodes[node].order = walk->nodes[node].low = ++walk->seen;
	walk->open[walk->open_count++] = node;
	walk->frames[walk->frame_count++] = (struct frame){.node = node};
}

static void lower(struct walk *walk, size_t node, size_t to)
{
	if (to < walk->nodes[node].low)
		walk->nodes[node].low = to;
}

static void leave(struct walk *walk)
{
	size_t node = walk->frames[--walk->frame_count].node;
	size_t first = walk->open_count;

	if (walk->frame_count)
		lower(walk, walk->frames[walk->frame_count - 1].node, walk->nodes[node].low);
	if (walk->nodes[node].low != walk->nodes[node].order)
		return;
	do
		walk->nodes[walk->open[--first]].group = node;
	while (walk->open[first] != node);
	refuse_group(walk, &walk->open[first], walk->open_count - first);
	walk->open_count = first;
}

static void visit(struct walk *walk, size_t start)
{
	enter(walk, start);
	while (walk->frame_count) {
		struct frame *frame = &walk->frames[walk->frame_count - 1];
		const struct desired_stack *stack = stack_of(walk, frame->node);

		if (frame->edge == stack->edge_count) {
			leave(walk);
			continue;
		}
		size_t next = stack->edges[frame->edge++].stack;

		if (next == SIZE_MAX)
			continue;
		if (!walk->nodes[next].order)
			enter(walk, next);
		else if (walk->nodes[next].group == SIZE_MAX)
			lower(walk, frame->node, walk->nodes[next].order);
	}
}

void building_refuse_cycles(struct building *building)
{
	size_t count = building->draft_count;
	struct walk walk = {.building = building,
		.nodes = xcalloc(count, sizeof(struct node_state)),
		.frames = xcalloc(count, sizeof(struct frame)),
		.open = xcalloc(count, sizeof(size_t)),
		.queue = xcalloc(count, sizeof(size_t))};

	for (size_t i = 0; i < count; i++)
		walk.nodes[i].group = walk.nodes[i].from = SIZE_MAX;
	for (size_t i = 0; i < count; i++)
		if (!walk.nodes[i].order)
			visit(&walk, i);
	free(walk.nodes);
	free(walk.frames);
	free(walk.open);
	free(walk.queue);
}
