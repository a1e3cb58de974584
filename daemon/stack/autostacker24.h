/* Templates in the dialect of the AutoStacker24 gem (shared language: "Templates"): marked in their
 * first line, with @Name for functions and @file:// for other files' text, sent as JSON. */
#pragma once

#include "stack/template_read.h"

/* True where the text begins with a comment that begins with "AutoStacker24". */
bool autostacker24_marked(const char *bytes, size_t length);

/* The template as node_write_json() is to write it, in the form of functions.h. NULL and an error
 * with its position, which names an included file where the fault stands there. */
struct node *autostacker24_expand(const struct template_source *source, struct error *e);
