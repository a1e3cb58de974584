#include "base/error.h"

#include <stdio.h>
#include <string.h>

static const char *const kind_names[] = {
	[ERROR_NONE] = "none",
	[ERROR_INVALID] = "invalid",
	[ERROR_DENIED] = "denied",
	[ERROR_TRANSIENT] = "transient",
	[ERROR_THROTTLED] = "throttled",
	[ERROR_REFUSED] = "refused",
	[ERROR_QUOTA] = "quota",
};
_Static_assert(COUNT(kind_names) == ERROR_KIND_COUNT, "one name per kind");

const char *error_kind_name(enum error_kind kind)
{
	return kind_names[kind];
}

bool error_set(struct error *e, enum error_kind kind, const char *format, ...)
{
	va_list arguments;

	if (!e)
		return false;
	e->kind = kind;
	va_start(arguments, format);
	vsnprintf(e->text, sizeof(e->text), format, arguments);
	va_end(arguments);
	return false;
}

bool error_context(struct error *e, const char *format, ...)
{
	char context[ERROR_TEXT_SIZE];
	va_list arguments;

	if (!e)
		return false;
	va_start(arguments, format);
	vsnprintf(context, sizeof(context), format, arguments);
	va_end(arguments);

	size_t cause = strlen(e->text);
	size_t room = sizeof(e->text) - 1 - cause;
	size_t length = strlen(context);

	if (room < 3)
		return false;
	if (length > room - 2)
		length = room - 2;
	memmove(e->text + length + 2, e->text, cause + 1);
	memcpy(e->text, context, length);
	memcpy(e->text + length, ": ", 2);
	return false;
}
