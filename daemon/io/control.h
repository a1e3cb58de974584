/* The control socket: HTTP/1.1 and JSON over a socket in the file system, for stackctl, curl and
 * whatever else asks or steers. Root and our own user may change things, a group may read. It never
 * blocks the loop, and nobody who is slow or silent keeps a place for long. */
#pragma once

#include <uv.h>

#include "engine/engine.h"

enum {
	CONTROL_IDLE_S = 10,            /* a silent client's time */
	CONTROL_REQUEST_MS = 30 * 1000, /* for a whole request, and for taking the whole reply */
	CONTROL_ANSWER_MS = 30 * 1000,  /* until a command counts as not confirmed */
	CONTROL_CONNECTIONS = 16,
};

struct control_options {
	const char *group; /* whose members may read; a group that there is not is fine */
	unsigned idle_s;   /* see above; tests are in a hurry */
	uint64_t request_ms, answer_ms;
	/* Adds the overview as JSON. Called from the loop, like the next. */
	void (*overview)(void *owner, struct text *out);
	/* A command that was read and may be given, under a new number. control_answer() follows,
	 * perhaps from inside. The command is borrowed until this returns. */
	void (*command)(void *owner, uint64_t number, const struct command *command);
	void *owner;
};

struct control;

/* Options are copied, what they point to is borrowed. Listens nowhere yet. */
struct control *control_new(uv_loop_t *loop, const struct control_options *options);

/* Listens at this path instead of where it did; where it does so already, nothing happens. Where
 * that fails (*e names the path) it goes on where it was. */
bool control_listen(struct control *control, const char *path, struct error *e);

/* The answer to a command: once. Whoever gave it may be gone. */
void control_answer(struct control *control, const struct command_answer *answer);

/* Tells clients that still wait, removes the socket and is freed by the loop; NULL is fine. */
void control_close(struct control *control);
