#include "base/document.h"

#include "target.h"

static void place_scalars(const struct node *node, const char *bytes, size_t length)
{
	if (node->kind == NODE_SCALAR) {
		struct place place = node_place(node, node->length / 2, bytes, length, 0);

		CHECK(place.line >= node->line && place.column >= 1);
	}
	for (size_t i = 0; i < node->count; i++) {
		place_scalars(node->items[i], bytes, length);
		CHECK(!node->names || node_get(node, node->names[i]->text) == node->items[i]);
	}
}

/* What was written can be read, and is written alike again. */
static void check_tree(const struct node *root, const char *bytes, size_t length)
{
	AUTO_DONE(text_done) struct text first = {0};
	AUTO_DONE(text_done) struct text second = {0};
	AUTO(node_free) struct node *copy = node_copy(root);
	struct error e = {0};

	place_scalars(root, bytes, length);
	node_write_json(copy, &first);
	if (first.length > TEMPLATE_LIMIT)
		return;
	AUTO(node_free) struct node *again = document_json(first.data, first.length, NULL, &e);

	CHECK(again);
	node_write_json(again, &second);
	CHECK(first.length == second.length);
	CHECK(memcmp(first.data, second.data, first.length) == 0);
}

static void check(struct node *root, const struct error *e, const char *bytes, size_t length)
{
	size_t line = strspn(e->text, "0123456789");

	if (root)
		check_tree(root, bytes, length);
	else
		CHECK(e->kind == ERROR_INVALID && line && e->text[line] == ':');
	node_free(root);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	const char *text = (const char *)bytes;
	struct error e = {0};

	check(document_yaml(text, length, NULL, &e), &e, text, length);
	e = (struct error){0};
	check(document_json(text, length, NULL, &e), &e, text, length);
	return 0;
}
