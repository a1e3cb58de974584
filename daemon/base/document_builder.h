/* What the readers of YAML and JSON share: the ceilings, the tree that grows from open, scalar and
 * close, duplicate names, and where a byte stands. For base/document*.c only. */
#pragma once

#include "base/document.h"
#include "base/place.h"

struct builder_frame {
	struct node *node;
	struct node *name; /* map: read, and waiting for its value */
};

struct builder {
	struct document_limits limits;
	struct builder_frame *frames;
	size_t depth, size;
	size_t nodes;
	struct node *root; /* set once the outermost node is whole */
	struct error *e;
};

/* "LINE:COLUMN: ..." of kind ERROR_INVALID; always false. */
bool builder_fail(struct builder *builder, struct place place, const char *format, ...)
	FORMAT(3, 4);

/* limits may be NULL: the defaults. */
void builder_init(struct builder *builder, const struct document_limits *limits, struct error *e);
void builder_done(struct builder *builder);

/* Skips a byte order mark, then refuses UTF-16, NUL, broken UTF-8 and what is too long. */
bool builder_admit(struct builder *builder, const char **bytes, size_t *length);

/* Opens a list or a map. `node` was made by builder_node(), which counts. All take the node, also
 * where they fail. */
struct node *builder_node(struct builder *builder, enum node_kind kind, struct place place);
bool builder_open(struct builder *builder, struct node *takes);
bool builder_scalar(struct builder *builder, struct node *takes);
bool builder_close(struct builder *builder);

/* True where the next node is a map's name. */
bool builder_expects_name(const struct builder *builder);
