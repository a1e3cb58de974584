/* One tree for JSON and YAML. Scalars keep their source text (no typing: `042` stays `042`), each
 * node its line and column (both from 1; columns count characters, as editors do).
 *
 * Refused, with file position, what was found and what was expected: duplicate keys (both positions
 * named), anchors, aliases and merges, several documents, UTF-16, broken UTF-8, NUL, trailing junk;
 * and whatever is over a ceiling. An empty document is an error, too. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/place.h"
#include "base/text.h"

enum node_kind { NODE_SCALAR, NODE_LIST, NODE_MAP };

struct node {
	enum node_kind kind;
	bool plain; /* scalar: unquoted in YAML; a number, true, false or null in JSON */
	bool typed; /* plain scalar: the text is JSON, as read from there or once made so */
	bool block; /* scalar: YAML literal or folded */
	unsigned line, column;
	char *tag;  /* YAML's tag ("!Ref", "!!str"), else NULL */
	char *text; /* scalar: the value, unescaped, NUL-terminated and without NUL inside */
	size_t length;
	struct node **items; /* list: the items; map: the values */
	struct node **names; /* map: the names, all scalars, in the order of the source */
	size_t count;
	uint32_t *sorted; /* map: its members by name, see node_index(); NULL: not sorted */
};

/* Ceilings. The defaults of design.md: depth 64, 200,000 nodes. */
struct document_limits {
	size_t bytes;
	unsigned depth;
	size_t nodes;
	unsigned lines_above;  /* added to each line: the text stands within a file */
	unsigned columns_left; /* added to each column likewise */
};

enum {
	DOCUMENT_DEPTH = 64,
	DOCUMENT_NODES = 200000,
	MANIFEST_LIMIT = 256 * 1024,
	TEMPLATE_LIMIT = 1024 * 1024,
};

/* Both return the root (the caller frees it) or NULL with an error that begins with
 * "LINE:COLUMN: ". limits may be NULL: TEMPLATE_LIMIT and the defaults. A UTF-8 byte order mark is
 * skipped. */
struct node *document_yaml(
	const char *bytes, size_t length, const struct document_limits *limits, struct error *e);
struct node *document_json(
	const char *bytes, size_t length, const struct document_limits *limits, struct error *e);

/* JSON where the first character that is no white space is `{` or `[`, else YAML (whose first name
 * may stand in quotes). */
struct node *document_parse(
	const char *bytes, size_t length, const struct document_limits *limits, struct error *e);

void node_free(struct node *node);
DEFINE_AUTO(struct node *, node_free);

/* Building and rewriting trees (AutoStacker24, YAML templates sent as JSON). All copy their texts;
 * the new node has the position of `like` (may be NULL). */
struct node *node_scalar(const char *text, bool plain, const struct node *like);
struct node *node_list(const struct node *like);
struct node *node_map(const struct node *like);
void node_append(struct node *list, struct node *takes);
void node_put(struct node *map, const char *name, struct node *takes); /* appended, not checked */
void node_put_named(struct node *map, struct node *name_takes, struct node *takes); /* likewise */
struct node *node_copy(const struct node *node);

/* Sorts a map's members by name, bytewise, for quick look-ups and for walks in that order; every
 * map that was read is sorted. False where two have the same name: the first pair in the order of
 * the source (both may be NULL). */
bool node_index(struct node *map, const struct node **first, const struct node **second);

/* The member of a map, or NULL (also where node is NULL or no map). */
struct node *node_get(const struct node *map, const char *name);
const struct node *node_name(const struct node *map, const char *name); /* the name's own node */
bool node_is(const struct node *scalar, const char *text); /* false for NULL and others */

/* True for what YAML calls nothing: empty, ~ or null, unquoted and without a tag. */
bool node_is_nothing(const struct node *node);

/* Where the byte at `offset` of a scalar's text stands in the source that the tree was read from:
 * exact where the source has the text as it is, else where the scalar begins. `lines_above` as in
 * the limits it was read with. */
struct place node_place(const struct node *scalar, size_t offset, const char *source, size_t length,
	unsigned lines_above);

/* "text", "a list", "a map", "nothing": for "expected ..., found ..." */
const char *node_describe(const struct node *node);

/* True for a JSON number, true, false or null. */
bool json_is_literal(const char *text, size_t length);

/* Compact JSON, members in order. Plain scalars that are JSON numbers, true, false or null go out
 * as they are; every other scalar as a string. */
void node_write_json(const struct node *node, struct text *out);
