/* A server on 127.0.0.1 and on the test's own loop, that answers requests as its script says. */
#pragma once

#include <uv.h>

#include "base/text.h"

enum web_after {
	WEB_KEEP,  /* the connection stays open */
	WEB_CLOSE, /* ends it behind the bytes */
	WEB_RESET, /* likewise, with a reset */
};

struct web_answer {
	const char *bytes; /* NULL: none */
	enum web_after after;
};

struct web_server {
	uv_tcp_t listener;
	unsigned port;
	const struct web_answer
		*script; /* one for each request; the last one for all that follow */
	size_t script_length;
	size_t connection_count, request_count;
	struct text last; /* the last request as it came */
	struct text all;  /* all of this script's, one after the other */
	struct web_connection *connections;
};

void web_server_start(struct web_server *server, uv_loop_t *loop);
void web_server_script(struct web_server *server, const struct web_answer *script, size_t length);
void web_server_drop(struct web_server *server); /* ends all connections */
void web_server_stop(struct web_server *server); /* and closes the listener */
