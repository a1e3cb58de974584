#include "base/memory.h"

#include <stdio.h>
#include <string.h>

static void *checked(void *pointer)
{
	if (!pointer)
		abort(); /* out of memory: see memory.h */
	return pointer;
}

void *xmalloc(size_t size)
{
	return checked(malloc(size ? size : 1));
}

void *xcalloc(size_t count, size_t size)
{
	return checked(calloc(count ? count : 1, size ? size : 1));
}

void *xrealloc(void *pointer, size_t size)
{
	return checked(realloc(pointer, size ? size : 1));
}

void *xmemdup(const void *bytes, size_t length)
{
	char *copy = xmalloc(length + 1);

	if (length)
		memcpy(copy, bytes, length);
	copy[length] = '\0';
	return copy;
}

char *xstrdup(const char *text)
{
	return text ? xmemdup(text, strlen(text)) : NULL;
}

char *xstrndup(const char *text, size_t length)
{
	return xmemdup(text, strnlen(text, length));
}

char *xvasprintf(const char *format, va_list arguments)
{
	char *text = NULL;

	if (vasprintf(&text, format, arguments) < 0)
		abort();
	return checked(text);
}

char *xasprintf(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	char *text = xvasprintf(format, arguments);
	va_end(arguments);
	return text;
}

void replace_text(char **place, const char *text)
{
	char *copy = xstrdup(text);

	free(*place);
	*place = copy;
}

void *grow_array(void *items, size_t *size, size_t needed, size_t item_size)
{
	size_t wanted = *size ? *size : 4;

	if (needed <= *size)
		return items;
	while (wanted < needed)
		wanted *= 2;
	if (wanted > SIZE_MAX / item_size)
		abort();
	*size = wanted;
	return xrealloc(items, wanted * item_size);
}

void wipe(void *memory, size_t length)
{
	if (memory && length)
		explicit_bzero(memory, length);
}

void free_secret(char *text)
{
	if (text)
		wipe(text, strlen(text));
	free(text);
}
