/* XML read once, front to back, as AWS sends it: elements and text; attributes, comments and
 * namespaces are passed over. A DOCTYPE, more than XML_DEPTH levels and more than XML_LIMIT bytes
 * are errors. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

enum { XML_DEPTH = 64, XML_LIMIT = 8 * 1024 * 1024 };

/* `path` is the names of the open elements, without namespace prefixes: "Response/Stacks/member".
 * `text` is what stands in the element behind its last child; for most, all of it. Both are
 * borrowed. Returning false with an error ends the reading. */
struct xml_events {
	bool (*begin)(void *owner, const char *path, struct error *e);
	bool (*end)(void *owner, const char *path, const char *text, struct error *e);
};

/* The error's text says what is wrong, at which line and column of the XML. */
bool xml_read(const char *bytes, size_t length, const struct xml_events *events, void *owner,
	struct error *e);
