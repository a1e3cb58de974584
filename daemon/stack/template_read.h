/* What reading templates shares: where they are read from, and faults with their position. For
 * stack/template*.c and stack/autostacker24*.c only. */
#pragma once

#include "stack/template.h"

/* A template's text, and the world it is read from. All is borrowed. */
struct template_source {
	const char *path; /* the file, for errors; includes are relative to it */
	const char *bytes;
	size_t length;
	struct place start; /* of the text, within the file */
	template_include *include;
	void *owner;
};

/* "PATH:LINE:COLUMN: ..." of kind ERROR_INVALID; always false. */
bool template_fault(struct error *e, const char *path, struct place place, const char *format, ...)
	FORMAT(4, 5);

/* Puts "PATH:" before the "LINE:COLUMN: ..." of document.h; always false. */
bool template_document_fault(struct error *e, const char *path, const struct error *cause);

/* Where a byte of a scalar's text stands in the file. `bytes` is what the tree was read from. */
struct place template_place(const struct template_source *source, const struct node *scalar,
	size_t offset, const char *bytes, size_t length);

struct document_limits template_limits(const struct template_source *source);

/* The tree of a template that was sent, or is about to be: JSON or YAML, with room for what
 * AutoStacker24 made of texts. NULL: it does not parse, or bytes is NULL. The caller frees it. */
struct node *template_tree(const char *bytes, size_t length);

/* The digest of template_canonical() for a tree whose maps are sorted. */
struct digest template_meaning(const struct node *root);
