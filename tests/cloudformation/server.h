/* The HTTP server around the model: requests in threads, the model behind one lock. */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include <microhttpd.h>

#include "cloudformation/model.h"

struct server {
	pthread_mutex_t lock;
	pthread_cond_t moved; /* something was written into the transcript, or the clock stepped */
	struct model *model;
	bool stepped;      /* the clock moves by /step only */
	uint64_t clock_ms; /* where it stands, if stepped */
	bool stopping;
	int stop_fd; /* eventfd: readable while stopping */
};

/* One request as it comes in. */
struct incoming {
	bool started;
	char *target;
	struct text body;
};

uint64_t server_now(const struct server *server); /* under the lock */

/* All NULL with a message on stderr. port 0: any. */
struct MHD_Daemon *listener_start(struct server *server, const char *address);
struct MHD_Daemon *metadata_start(struct server *server, const char *address);
struct MHD_Daemon *control_start(struct server *server, const char *address);
unsigned server_port(struct MHD_Daemon *daemon);

/* For both: collects the request's body; true once it is complete. */
bool incoming_complete(struct incoming *incoming, const char *upload, size_t *upload_length);
struct MHD_Daemon *http_start(
	struct server *server, const char *address, MHD_AccessHandlerCallback handler);
