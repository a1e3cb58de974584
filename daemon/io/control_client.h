/* Asks the daemon at its control socket, and waits for the reply: for stackctl. */
#pragma once

#include <stddef.h>

#include "base/error.h"

struct control_question {
	const char *method, *path;
	const char *body; /* JSON; NULL: none */
};

struct control_reply {
	unsigned status; /* HTTP's */
	char *body;
	size_t length;
};

enum { CONTROL_CLIENT_MS = 45 * 1000 }; /* the daemon itself gives up waiting after 30 s */

/* False where no whole reply comes within `limit_ms`; *e names the socket and says why. The reply
 * is the caller's. */
bool control_ask(const char *socket_path, const struct control_question *question,
	unsigned limit_ms, struct control_reply *reply, struct error *e);
void control_reply_done(struct control_reply *reply);
