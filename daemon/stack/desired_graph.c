/* What ties stacks together: each stack wanted once, each reference resolved. */
#include <string.h>

#include "base/text.h"
#include "stack/desired_build.h"
#include "stack/names.h"

enum { NAMED_LIMIT = 3 }; /* other files that a problem names */

struct graph {
	struct texts keys;     /* stack_key() of each draft; "" where not known */
	struct lookup by_key;  /* of those known */
	struct lookup by_name; /* of manifests */
};

static void graph_done(struct graph *graph)
{
	texts_done(&graph->keys);
	lookup_done(&graph->by_key);
	lookup_done(&graph->by_name);
}

static void index_drafts(const struct building *building, struct graph *graph)
{
	for (size_t i = 0; i < building->draft_count; i++) {
		const struct desired_stack *stack = building->drafts[i].stack;
		AUTO(free_text)
		char *key = stack_key(stack->assume_role_arn, stack->region, stack->name);

		texts_add(&graph->keys, stack->name_known ? key : "");
		lookup_add(&graph->by_name, stack->manifest, i);
	}
	for (size_t i = 0; i < building->draft_count; i++)
		if (graph->keys.items[i][0])
			lookup_add(&graph->by_key, graph->keys.items[i], i);
	lookup_sort(&graph->by_name);
	lookup_sort(&graph->by_key);
}

/* --- twice the same --- */

/* "b.yaml, c.yaml": the others of those that are `count` from `first` on. */
static char *name_others(
	const struct building *building, const struct lookup_item *first, size_t count, size_t self)
{
	AUTO_DONE(text_done) struct text out = {0};
	size_t named = 0;

	for (size_t i = 0; i < count && named < NAMED_LIMIT; i++)
		if (first[i].value != self)
			text_format(&out, "%s%s", named++ ? ", " : "",
				building->drafts[first[i].value].parsed->file);
	if (count - 1 > named)
		text_format(&out, " and %zu more", count - 1 - named);
	return text_take(&out);
}

static void refuse_double(
	struct building *building, bool stacks, const struct lookup_item *first, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct draft *draft = &building->drafts[first[i].value];
		const struct manifest *manifest = draft->parsed->manifest;
		bool named = manifest && manifest->name_line;
		AUTO(free_text) char *account = arn_account(draft->stack->assume_role_arn);
		AUTO(free_text)
		char *others = name_others(building, first, count, first[i].value);

		if (stacks)
			draft_problem(draft, named ? manifest->name_line : 1,
				named ? manifest->name_column : 1,
				"the stack %s in %s%s%s is also what %s wants, expected one "
				"manifest for a stack",
				draft->stack->name, draft->stack->region,
				account ? " of account " : "", account ? account : "", others);
		else
			draft_problem(draft, 1, 1,
				"found %s beside it, expected one file for the manifest '%s'",
				others, draft->stack->manifest);
	}
}

/* The index behind the items that have the same key as this one. */
static size_t lookup_end(const struct lookup *lookup, size_t first)
{
	size_t end = first + 1;

	while (end < lookup->count && strcmp(lookup->items[first].key, lookup->items[end].key) == 0)
		end++;
	return end;
}

static void refuse_doubles(struct building *building, bool stacks, const struct lookup *lookup)
{
	for (size_t i = 0, end; i < lookup->count; i = end) {
		end = lookup_end(lookup, i);
		if (end - i > 1)
			refuse_double(building, stacks, &lookup->items[i], end - i);
	}
}

/* --- references --- */

static void reach(
	struct edge *edge, const struct desired_stack *with, const char *region, const char *name)
{
	edge->region = xstrdup(region);
	edge->name = xstrdup(name);
	edge->assume_role_arn = xstrdup(with->assume_role_arn);
	edge->external_id = xstrdup(with->external_id);
}

static void resolve_manifest(const struct building *building, struct edge *edge, size_t draft)
{
	const struct desired_stack *parent = building->drafts[draft].stack;

	edge->stack = draft;
	reach(edge, parent, parent->region, parent->name);
}

/* A stack in the account of its child; where a manifest describes it, that says how to reach it. */
static void resolve_key(const struct building *building, const struct graph *graph,
	const struct desired_stack *child, struct edge *edge, const char *region, const char *name)
{
	AUTO(free_text) char *key = stack_key(child->assume_role_arn, region, name);
	const struct lookup_item *item = lookup_get(&graph->by_key, key);

	if (item)
		resolve_manifest(building, edge, item->value);
	else
		reach(edge, child, region, name);
}

/* A manifest first, else a live stack in the child's own account and region; REGION/STACK says
 * which region. */
static void resolve(const struct building *building, const struct graph *graph, struct draft *draft,
	struct edge *edge)
{
	const char *slash = strchr(edge->text, '/');
	const struct lookup_item *item = lookup_get(&graph->by_name, edge->text);

	if (slash) {
		AUTO(free_text)
		char *region = xstrndup(edge->text, (size_t)(slash - edge->text));

		resolve_key(building, graph, draft->stack, edge, region, slash + 1);
	} else if (item) {
		resolve_manifest(building, edge, item->value);
	} else {
		resolve_key(building, graph, draft->stack, edge, draft->stack->region, edge->text);
		if (!stack_name_valid(edge->text))
			draft_problem(draft, edge->line, edge->column,
				"found '%s', which is no manifest here and can't be the name of a "
				"stack either%s",
				shown(edge->text).text,
				manifest_candidate(edge->text)
					? "; a manifest is named without its suffix"
					: "");
	}
}

/* --- a cluster for one --- */

static const struct edge *cluster_of(const struct draft *draft)
{
	const struct desired_stack *stack = draft->stack;

	return stack->edge_count && stack->edges[0].kind == EDGE_CLUSTER ? stack->edges : NULL;
}

/* A faulty manifest names its cluster all the same: its stack lives there. */
static void refuse_shared(struct building *building, const struct lookup_item *first, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct draft *draft = &building->drafts[first[i].value];
		const struct manifest *manifest = draft->parsed->manifest;

		if (!draft->stack->dedicated)
			continue;
		AUTO(free_text)
		char *others = name_others(building, first, count, first[i].value);

		draft_problem(draft, manifest->dedicated_line, manifest->dedicated_column,
			"found 'dedicated: true', but the cluster '%s' is also that of %s: give "
			"this service a cluster of its own, move the others to another, or remove "
			"'dedicated:'",
			shown(cluster_of(draft)->text).text, others);
	}
}

/* By which stack it is, however it is written. */
static void refuse_shared_clusters(struct building *building)
{
	AUTO_DONE(texts_done) struct texts keys = {0};
	AUTO_DONE(lookup_done) struct lookup lookup = {0};

	for (size_t i = 0; i < building->draft_count; i++) {
		const struct edge *edge = cluster_of(&building->drafts[i]);
		AUTO(free_text)
		char *key =
			edge ? stack_key(edge->assume_role_arn, edge->region, edge->name) : NULL;

		texts_add(&keys, key ? key : "");
	}
	for (size_t i = 0; i < building->draft_count; i++)
		if (keys.items[i][0])
			lookup_add(&lookup, keys.items[i], i);
	lookup_sort(&lookup);
	for (size_t i = 0, end; i < lookup.count; i = end) {
		end = lookup_end(&lookup, i);
		if (end - i > 1)
			refuse_shared(building, &lookup.items[i], end - i);
	}
}

void building_tie(struct building *building)
{
	AUTO_DONE(graph_done) struct graph graph = {0};

	index_drafts(building, &graph);
	refuse_doubles(building, false, &graph.by_name);
	refuse_doubles(building, true, &graph.by_key);
	for (size_t i = 0; i < building->draft_count; i++) {
		struct draft *draft = &building->drafts[i];

		for (size_t j = 0; j < draft->stack->edge_count; j++)
			resolve(building, &graph, draft, &draft->stack->edges[j]);
	}
	refuse_shared_clusters(building);
}
