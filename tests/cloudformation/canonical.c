#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "cloudformation/blueprint.h"

struct member {
	const struct node *name, *value;
};

static int compare(const void *a, const void *b)
{
	return strcmp(
		((const struct member *)a)->name->text, ((const struct member *)b)->name->text);
}

static void write_map(const struct node *map, struct text *out)
{
	struct member *members = xcalloc(map->count + 1, sizeof(*members));

	for (size_t i = 0; i < map->count; i++)
		members[i] = (struct member){map->names[i], map->items[i]};
	qsort(members, map->count, sizeof(*members), compare);
	text_add_char(out, '{');
	for (size_t i = 0; i < map->count; i++) {
		text_add(out, i ? "," : "");
		text_add_json(out, members[i].name->text, members[i].name->length);
		text_add_char(out, ':');
		canonical_write(members[i].value, out);
	}
	text_add_char(out, '}');
	free(members);
}

void canonical_write(const struct node *node, struct text *out)
{
	switch (node->kind) {
	case NODE_SCALAR:
		text_add_json(out, node->text, node->length);
		break;
	case NODE_MAP:
		write_map(node, out);
		break;
	case NODE_LIST:
		text_add_char(out, '[');
		for (size_t i = 0; i < node->count; i++) {
			text_add(out, i ? "," : "");
			canonical_write(node->items[i], out);
		}
		text_add_char(out, ']');
		break;
	}
}

char *canonical_json(const struct node *node)
{
	struct text out = {0};

	canonical_write(node, &out);
	return text_take(&out);
}
