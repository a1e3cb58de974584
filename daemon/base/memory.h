/* Allocation that does not fail, and ownership one can see.
 *
 * Out of memory ends the process: what must survive was saved before it mattered, systemd restarts
 * the daemon and it converges again. Every input has a ceiling, so this is not a way to be killed
 * by a file. */
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define FORMAT(position, first) __attribute__((format(printf, position, first)))

/* AUTO(manifest_free) struct manifest *m = ...: frees m at the end of the scope. The function takes
 * the pointer's value and must accept NULL. */
#define AUTO(function) __attribute__((cleanup(auto_##function)))
#define DEFINE_AUTO(type, function)                                                                \
	static inline void auto_##function(type *place) /* NOLINT(bugprone-macro-parentheses) */   \
	{                                                                                          \
		function(*place);                                                                  \
	}                                                                                          \
	struct auto_semicolon_##function

/* AUTO_DONE: the same for embedded objects; the function takes the object's address. */
#define AUTO_DONE(function) __attribute__((cleanup(function)))

/* Hands the pointer over: the variable is NULL afterwards, so AUTO frees nothing. */
#define take(pointer)                                                                              \
	__extension__({                                                                            \
		__typeof__(pointer) *take_place = &(pointer);                                      \
		__typeof__(pointer) taken = *take_place;                                           \
		*take_place = NULL;                                                                \
		taken;                                                                             \
	})

void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *pointer, size_t size);
void *xmemdup(const void *bytes, size_t length); /* adds a NUL behind the copy */
char *xstrdup(const char *text);                 /* NULL stays NULL */
char *xstrndup(const char *text, size_t length);
char *xasprintf(const char *format, ...) FORMAT(1, 2);
char *xvasprintf(const char *format, va_list arguments) FORMAT(1, 0);

/* Replaces *place by a copy of text (which may be NULL), freeing what was there. */
void replace_text(char **place, const char *text);

/* Grows an array by doubling so that *size items or more fit; zeroes nothing. */
void *grow_array(void *items, size_t *size, size_t needed, size_t item_size);

/* Ensures room for one more item: GROW(list->items, list->size, list->count + 1). */
#define GROW(items, size, needed)                                                                  \
	((items) = grow_array((items), &(size), (needed), sizeof(*(items))))

/* Wipes memory that held a secret; the compiler can't leave it out. */
void wipe(void *memory, size_t length);

void free_secret(char *text); /* wipes it before; NULL is fine */
DEFINE_AUTO(char *, free_secret);

static inline void free_text(char *text)
{
	free(text);
}
DEFINE_AUTO(char *, free_text);
