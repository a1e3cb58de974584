/* A program, a web identity, a container's endpoint: each one question and its answer. */
#include <stdio.h>
#include <string.h>

#include "aws/credentials_reply.h"
#include "aws/fault.h"
#include "aws/fetch_parts.h"
#include "aws/sts.h"
#include "base/memory.h"

enum {
	PROCESS_TIMEOUT_MS = 60 * 1000,
	CONTAINER_TIMEOUT_MS = 2000,
	CONTAINER_ATTEMPTS = 3,
	CONTAINER_PAUSE_MS = 1000,
	LONG_WORD = 32, /* longer than words, shorter than secrets */
};

static void fail_here(struct fetch *fetch, enum error_kind kind, const char *text)
{
	struct error e;

	error_set(&e, kind, "%s: %s", fetch->recipe->where, text);
	fetch_fail(fetch, &e);
}

/* --- a program --- */

void fetch_process_begin(struct fetch *fetch)
{
	fetch->step = (struct fetch_step){
		.want = FETCH_PROCESS,
		.arguments = &fetch->recipe->process,
		.limit = FETCH_ANSWER_LIMIT,
		.timeout_ms = PROCESS_TIMEOUT_MS,
	};
}

/* Nobody knows what a program prints when it fails: what may be a key is left out. */
static void add_harmless(struct text *out, const char *line)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789+/=_.-";

	while (*line) {
		size_t word = strspn(line, letters);

		if (word >= LONG_WORD)
			text_add(out, "...");
		else
			text_add_bytes(out, line, word);
		line += word;
		if (*line)
			text_add_char(out, *line++);
	}
}

static void fail_program(struct fetch *fetch, const struct fetch_event *event)
{
	AUTO_DONE(text_done) struct text said = {0};
	char complaint[200];

	text_format(&said, "exit status %d", event->status);
	if (event->complaint && *event->complaint) {
		text_add(&said, ": ");
		fault_tidy(event->complaint, complaint, sizeof(complaint));
		add_harmless(&said, complaint);
	}
	fail_here(fetch, ERROR_DENIED, text_string(&said));
}

void fetch_process(struct fetch *fetch, const struct fetch_event *event)
{
	AUTO_DONE(credentials_done) struct credentials keys = {0};
	uint64_t expires_ms = 0;
	struct error e = {0};

	if (event->error)
		fail_here(fetch, event->error->kind, event->error->text);
	else if (event->status != 0)
		fail_program(fetch, event);
	else if (credentials_reply(CREDENTIALS_OF_PROCESS, event->bytes, event->length, &keys,
			 &expires_ms, &e))
		fetch_keys(fetch, &keys, expires_ms, event->wall_ms);
	else
		fail_here(fetch, e.kind, e.text);
}

/* --- a web identity --- */

void fetch_identity_begin(struct fetch *fetch)
{
	fetch->step = (struct fetch_step){.want = FETCH_STS, .form = &fetch->form};
}

void fetch_identity(struct fetch *fetch, const struct fetch_event *event)
{
	const struct recipe *recipe = fetch->recipe;

	if (event->error) {
		AUTO(free_text)
		char *said = xasprintf("%s: %s", recipe->token_file, event->error->text);

		fail_here(fetch, ERROR_DENIED, said);
		return;
	}
	AUTO(free_secret) char *token = xstrndup(event->bytes, event->length);

	text_clear(&fetch->form);
	sts_form(&recipe->role, fetch->session_name, token, &fetch->form);
	fetch_enter(fetch, FETCH_IDENTITY);
}

/* --- a container --- */

void fetch_container_begin(struct fetch *fetch)
{
	if (fetch->recipe->token)
		pairs_set(&fetch->headers, "Authorization", fetch->recipe->token);
	pairs_set(&fetch->headers, "Accept", "application/json");
	replace_text(&fetch->url, fetch->recipe->url);
	fetch_request(fetch, "GET", CONTAINER_TIMEOUT_MS);
	if (fetch->recipe->token && strpbrk(fetch->recipe->token, "\r\n"))
		fail_here(fetch, ERROR_DENIED,
			"AWS_CONTAINER_AUTHORIZATION_TOKEN: a line break in it");
}

static void container_token(struct fetch *fetch, const struct fetch_event *event)
{
	AUTO(free_text) char *said = NULL;

	if (event->error || strlen(event->bytes) != event->length ||
		strpbrk(event->bytes, "\r\n")) {
		said = xasprintf("%s: %s", fetch->recipe->token_file,
			event->error ? event->error->text : "a line break or a NUL in it");
		fail_here(fetch, ERROR_DENIED, said);
		return;
	}
	pairs_set(&fetch->headers, "Authorization", event->bytes);
	fetch_enter(fetch, FETCH_CONTAINER);
}

static void container_keys(struct fetch *fetch, const struct fetch_event *event)
{
	AUTO_DONE(credentials_done) struct credentials keys = {0};
	uint64_t expires_ms = 0;
	struct error e = {0};

	if (event->error)
		e = *event->error;
	else if (event->status != 200)
		error_set(&e, event->status >= 500 ? ERROR_TRANSIENT : ERROR_DENIED,
			"HTTP %d from it", event->status);
	else if (credentials_reply(CREDENTIALS_OF_ENDPOINT, event->bytes, event->length, &keys,
			 &expires_ms, &e)) {
		fetch_keys(fetch, &keys, expires_ms, event->wall_ms);
		return;
	}
	if (fetch->attempt + 1 < CONTAINER_ATTEMPTS)
		fetch_again(fetch, CONTAINER_PAUSE_MS);
	else
		fail_here(fetch, e.kind, e.text);
}

void fetch_container(struct fetch *fetch, const struct fetch_event *event)
{
	if (fetch->state == FETCH_CONTAINER_FILE)
		container_token(fetch, event);
	else
		container_keys(fetch, event);
}
