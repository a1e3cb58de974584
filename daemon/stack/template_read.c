#include "stack/template_read.h"

#include <string.h>

enum { PATH_SHOWN = 400 };

/* The error's text is cut at its end, where the cause stands: so a long path gives way. */
static const char *shown_path(const char *path)
{
	size_t length = strlen(path);

	return length > PATH_SHOWN ? path + length - PATH_SHOWN : path;
}

bool template_fault(struct error *e, const char *path, struct place place, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	AUTO(free_text) char *what = xvasprintf(format, arguments);
	va_end(arguments);
	return error_set(
		e, ERROR_INVALID, "%s:%u:%u: %s", shown_path(path), place.line, place.column, what);
}

bool template_document_fault(struct error *e, const char *path, const struct error *cause)
{
	return error_set(e, ERROR_INVALID, "%s:%s", shown_path(path), cause->text);
}

struct place template_place(const struct template_source *source, const struct node *scalar,
	size_t offset, const char *bytes, size_t length)
{
	struct node inner = *scalar;

	inner.line -= source->start.line - 1;
	inner.column -= source->start.column - 1;
	struct place place = node_place(&inner, offset, bytes, length, 0);

	place.line += source->start.line - 1;
	place.column += source->start.column - 1;
	return place;
}

struct document_limits template_limits(const struct template_source *source)
{
	return (struct document_limits){.bytes = TEMPLATE_LIMIT,
		.depth = DOCUMENT_DEPTH,
		.nodes = DOCUMENT_NODES,
		.lines_above = source->start.line - 1,
		.columns_left = source->start.column - 1};
}
