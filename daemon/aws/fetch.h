/* Follows a recipe to its keys. It is told what happened and says what it wants next; it touches no
 * file, socket, process or clock. What it wants is the same until something happened. */
#pragma once

#include "aws/recipe.h"
#include "base/text.h"

struct fetch;

enum fetch_want {
	FETCH_FILE,    /* a small file's text */
	FETCH_HTTP,    /* one request, never through a proxy */
	FETCH_STS,     /* a form for STS */
	FETCH_PROCESS, /* a program's output */
	FETCH_HAVE,    /* nothing more: fetch_take() */
	FETCH_FAILED,  /* likewise: `why` */
};

/* Borrowed until fetch_happened(). */
struct fetch_step {
	enum fetch_want want;
	const char *path;               /* FILE */
	size_t limit;                   /* FILE, HTTP, PROCESS: bytes */
	const char *method, *url;       /* HTTP */
	const struct pairs *headers;    /* HTTP */
	uint64_t timeout_ms;            /* HTTP, PROCESS */
	uint64_t delay_ms;              /* HTTP, STS: before it is sent */
	const struct text *form;        /* STS */
	const struct credentials *keys; /* STS: to sign with; NULL: not signed */
	const struct texts *arguments;  /* PROCESS: the program first */
	const struct error *why;        /* FAILED */
	bool keys_refused;              /* FAILED: the recipe's own are no good any more */
};

/* What came of it. */
struct fetch_event {
	const struct error *error; /* there is nothing: no file, no answer; NULL: there is */
	int status;                /* HTTP's; a program's exit status */
	const char *bytes;         /* the text, the body, the output; NUL-terminated */
	size_t length;
	const char *complaint; /* the first line on a program's standard error; may be NULL */
	uint64_t wall_ms;      /* now */
	double chance;         /* in [0, 1) */
};

/* The recipe is borrowed until fetch_free(). `session_name` is for roles that name none, copied. */
struct fetch *fetch_new(const struct recipe *recipe, const char *session_name, uint64_t wall_ms);
void fetch_free(struct fetch *fetch); /* wipes all that it knew */

void fetch_look(const struct fetch *fetch, struct fetch_step *out);
void fetch_happened(struct fetch *fetch, const struct fetch_event *event);

/* The keys of FETCH_HAVE, and when they expire (wall clock, 0: never); the caller's from now on. */
void fetch_take(struct fetch *fetch, struct credentials *out, uint64_t *expires_ms);
