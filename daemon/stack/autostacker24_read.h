/* How AutoStacker24's texts are expanded. For stack/autostacker24*.c only. */
#pragma once

#include "stack/template_read.h"

/* One template's expansion. */
struct expansion {
	const struct template_source *source;
	const char *bytes; /* what the tree was read from: the template without its comments */
	size_t length;
	size_t expressions;    /* so far */
	size_t included;       /* files so far */
	size_t included_bytes; /* of these */
	struct error missing;  /* the first file that was not at hand; else ERROR_NONE */
	struct error *e;
};

/* A run of characters that stand together in one file. */
struct segment {
	size_t start;      /* offset in the spliced text */
	bool first;        /* of an included file: no expression runs into it */
	size_t offset;     /* where that is in the scalar or file */
	const char *path;  /* the included file; NULL: the template */
	const char *bytes; /* of the included file */
	size_t length;
};

/* A scalar's text with the files that it includes. */
struct splice {
	const struct node *scalar;
	struct text text;
	struct segment *segments;
	size_t count, size;
	struct texts paths;
};

void splice_done(struct splice *splice);

/* Zeroed before. A file that is not at hand counts as empty, so that one pass finds all of them. */
bool splice_read(struct splice *splice, struct expansion *expansion, const struct node *scalar);

/* A fault at an offset of the spliced text; always false. */
bool splice_fault(const struct splice *splice, const struct expansion *expansion, size_t offset,
	const char *format, ...) FORMAT(4, 5);

/* What a scalar's text becomes: text, a function, or a Fn::Join of these. NULL and an error. */
struct node *expression_expand(struct expansion *expansion, const struct node *scalar);
