/* What goes over the control socket, as JSON, both ways: commands and their answers. Whatever
 * reads takes any bytes. */
#pragma once

#include "base/document.h"
#include "engine/engine.h"

enum { COMMAND_LIMIT = 64 * 1024 }; /* bytes of a command or an answer */

/* "approve", "suspend", "resume", "retry", "reconcile". */
const char *command_name(enum command_kind kind);

/* False where there is none of this name. */
bool command_kind_of(const char *name, enum command_kind *kind);

struct command_request {
	struct command command; /* borrows from the tree */
	struct node *tree;
};

/* Reads {"command": ..., "stack": ..., "digest": ..., "reason": ...}: the first always, `digest`
 * (and a stack) with approve, `reason` with suspend, and nothing else. The error (ERROR_INVALID)
 * says what was found and what was expected; *out is the caller's to end, also then. */
bool command_parse(const char *bytes, size_t length, struct command_request *out, struct error *e);
void command_request_done(struct command_request *request);

/* The same checks of a command that has no JSON yet. The digest's letters may be large. */
bool command_check(const struct command *command, struct error *e);

/* Adds the object that command_parse() reads. */
void command_write(const struct command *command, struct text *out);

/* Adds {"answer": "done|unknown|refused|failed", "text": ...}. */
void answer_write(enum answer_code code, const char *text, struct text *out);

/* Reads it; *text is the caller's. Unknown members are left alone: the other side may be newer. */
bool answer_parse(
	const char *bytes, size_t length, enum answer_code *code, char **text, struct error *e);
