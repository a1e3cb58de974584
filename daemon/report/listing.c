#include "report/listing.h"

#include "report/json.h"

static const struct document_limits limits = {
	.bytes = LISTING_LIMIT, .depth = 16, .nodes = 1000 * 1000};

static bool fail(const struct node *node, const char *name, const char *expected, struct error *e)
{
	return error_set(e, ERROR_INVALID, "%u:%u: '%s' of a stack is not %s", node->line,
		node->column, name, expected);
}

/* NULL where it is null or not there. */
static bool read_text(const struct node *map, const char *name, const char **text, struct error *e)
{
	const struct node *node = node_get(map, name);

	*text = NULL;
	if (!node || (node->plain && node_is(node, "null")))
		return true;
	if (node->kind != NODE_SCALAR || node->plain)
		return fail(node, name, "a text", e);
	*text = node->text;
	return true;
}

static bool read_row(const struct node *map, struct overview_row *row, struct error *e)
{
	const char *state = NULL;

	if (map->kind != NODE_MAP)
		return error_set(e, ERROR_INVALID, "%u:%u: found %s, expected a stack", map->line,
			map->column, node_describe(map));
	if (!read_text(map, "stack", &row->stack, e) ||
		!read_text(map, "region", &row->region, e) ||
		!read_text(map, "manifest", &row->manifest, e) ||
		!read_text(map, "status", &row->status, e) || !read_text(map, "state", &state, e) ||
		!read_text(map, "action", &row->action, e) ||
		!read_text(map, "reason", &row->reason, e) ||
		!read_text(map, "approval", &row->approval, e) ||
		!read_text(map, "suspended", &row->suspended, e))
		return false;
	if (!row->stack && !row->manifest)
		return fail(map, "stack", "there", e);
	row->state = json_state(state ? state : "");
	return true;
}

bool listing_parse(const char *bytes, size_t length, struct listing *out, struct error *e)
{
	struct overview *overview = &out->overview;

	*out = (struct listing){.tree = document_json(bytes, length, &limits, e)};
	if (!out->tree)
		return false;

	const struct node *stacks = node_get(out->tree, "stacks");

	if (!stacks || stacks->kind != NODE_LIST)
		return error_set(e, ERROR_INVALID, "found no list of stacks");
	overview->rows = xcalloc(stacks->count, sizeof(*overview->rows));
	for (size_t i = 0; i < stacks->count; i++) {
		if (!read_row(stacks->items[i], &overview->rows[i], e))
			return false;
		overview->count++;
		overview->states[overview->rows[i].state]++;
	}
	return true;
}

void listing_done(struct listing *listing)
{
	free(take(listing->overview.rows));
	node_free(take(listing->tree));
}
