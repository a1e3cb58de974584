/* Prints the trees that base/document.h reads, for a comparison with other readers.
 *
 * Standard input: documents, each behind a line "yaml LENGTH" or "json LENGTH". Standard output: a
 * line of JSON for each, {"error": TEXT} or a node: [LINE, COLUMN, TAG, PLAIN, VALUE], where VALUE
 * is a text, {"list": [NODE...]} or {"map": [[NAME NODE, NODE]...]}. */
#include <stdio.h>
#include <string.h>

#include "base/document.h"

static void dump(const struct node *node, struct text *out);

static void dump_items(const struct node *node, struct text *out)
{
	text_add(out, node->kind == NODE_LIST ? "{\"list\":[" : "{\"map\":[");
	for (size_t i = 0; i < node->count; i++) {
		if (i)
			text_add_char(out, ',');
		if (node->kind == NODE_MAP) {
			text_add_char(out, '[');
			dump(node->names[i], out);
			text_add_char(out, ',');
		}
		dump(node->items[i], out);
		if (node->kind == NODE_MAP)
			text_add_char(out, ']');
	}
	text_add(out, "]}");
}

static void dump(const struct node *node, struct text *out)
{
	text_format(out, "[%u,%u,", node->line, node->column);
	if (node->tag)
		text_add_json(out, node->tag, strlen(node->tag));
	else
		text_add(out, "null");
	text_add(out, node->plain ? ",true," : ",false,");
	if (node->kind == NODE_SCALAR)
		text_add_json(out, node->text, node->length);
	else
		dump_items(node, out);
	text_add_char(out, ']');
}

static void print_document(const char *format, const char *bytes, size_t length)
{
	AUTO_DONE(text_done) struct text line = {0};
	struct error e = {0};
	AUTO(node_free)
	struct node *root = text_starts(format, "yaml") ? document_yaml(bytes, length, NULL, &e)
							: document_json(bytes, length, NULL, &e);

	if (root) {
		dump(root, &line);
	} else {
		text_add(&line, "{\"error\":");
		text_add_json(&line, e.text, strlen(e.text));
		text_add_char(&line, '}');
	}
	puts(text_string(&line));
}

int main(void)
{
	char line[32];

	while (fgets(line, sizeof(line), stdin)) {
		size_t length = strtoul(line + strlen("yaml "), NULL, 10);
		AUTO(free_text) char *bytes = xmalloc(length + 1);

		if (fread(bytes, 1, length, stdin) != length)
			return EXIT_FAILURE;
		print_document(line, bytes, length);
	}
	return EXIT_SUCCESS;
}
