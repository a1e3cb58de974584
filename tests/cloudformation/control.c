/* The tests' side, on a port of its own:
 *   POST /scenario                 a scenario as JSON; 400 with a sentence if it can't be read
 *   GET  /ledger?from=N            what was accepted, as JSON
 *   GET  /transcript?from=N        every request, as JSON; with &wait_ms=M, until there is one more
 *   POST /act?access_key=K&region=R  somebody else's request; the body is its form
 *   GET  /clock                    {"now_ms": N, "deadline_ms": M or null}
 *   POST /step?ms=N                moves a stepped clock */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cloudformation/server.h"

struct answer {
	unsigned status;
	const char *type;
	struct text body;
};

static uint64_t number(struct MHD_Connection *connection, const char *name)
{
	const char *value = MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, name);

	return value ? strtoull(value, NULL, 10) : 0;
}

static const char *argument(struct MHD_Connection *connection, const char *name)
{
	return MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, name);
}

static void answer_scenario(struct server *server, struct MHD_Connection *connection,
	const struct incoming *incoming, struct answer *answer)
{
	struct error e = {0};

	(void)connection;
	if (model_scenario(server->model, text_string(&incoming->body), &e)) {
		text_add(&answer->body, "{}\n");
		return;
	}
	answer->status = 400;
	answer->type = "text/plain";
	text_format(&answer->body, "%s\n", e.text);
}

static void answer_ledger(struct server *server, struct MHD_Connection *connection,
	const struct incoming *incoming, struct answer *answer)
{
	(void)incoming;
	model_ledger_json(server->model, number(connection, "from"), &answer->body);
}

/* Waiting is for tests without sleeps: it ends with the first line after `from`. */
static void answer_transcript(struct server *server, struct MHD_Connection *connection,
	const struct incoming *incoming, struct answer *answer)
{
	uint64_t from = number(connection, "from");
	uint64_t wait_ms = number(connection, "wait_ms");
	struct timespec until;

	(void)incoming;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += (time_t)(wait_ms / 1000);
	until.tv_nsec += (long)(wait_ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	while (wait_ms && !server->stopping && model_line_count(server->model) <= from)
		if (pthread_cond_timedwait(&server->moved, &server->lock, &until) != 0)
			break;
	model_transcript_json(server->model, from, &answer->body);
}

static void answer_act(struct server *server, struct MHD_Connection *connection,
	const struct incoming *incoming, struct answer *answer)
{
	const char *access_key = argument(connection, "access_key");
	struct model_reply reply = {0};

	model_act(server->model, server_now(server), access_key ? access_key : "",
		argument(connection, "region"), text_string(&incoming->body), &reply);
	pthread_cond_broadcast(&server->moved);
	answer->status = (unsigned)reply.status;
	answer->type = "text/xml";
	text_add_bytes(&answer->body, reply.body, reply.body_length);
	model_reply_done(&reply);
}

static void answer_clock(struct server *server, struct MHD_Connection *connection,
	const struct incoming *incoming, struct answer *answer)
{
	(void)connection;
	(void)incoming;
	model_advance(server->model, server_now(server));
	uint64_t deadline_ms = model_deadline(server->model);

	text_format(
		&answer->body, "{\"now_ms\": %" PRIu64 ", \"deadline_ms\": ", server_now(server));
	if (deadline_ms == UINT64_MAX)
		text_add(&answer->body, "null}\n");
	else
		text_format(&answer->body, "%" PRIu64 "}\n", deadline_ms);
}

static void answer_step(struct server *server, struct MHD_Connection *connection,
	const struct incoming *incoming, struct answer *answer)
{
	if (!server->stepped) {
		answer->status = 409;
		text_add(&answer->body, "\"the clock runs by itself; see --clock\"\n");
		return;
	}
	server->clock_ms += number(connection, "ms");
	answer_clock(server, connection, incoming, answer);
}

static const struct {
	const char *method, *path;
	void (*answer)(struct server *server, struct MHD_Connection *connection,
		const struct incoming *incoming, struct answer *answer);
} routes[] = {
	{"POST", "/scenario", answer_scenario},
	{"GET", "/ledger", answer_ledger},
	{"GET", "/transcript", answer_transcript},
	{"POST", "/act", answer_act},
	{"GET", "/clock", answer_clock},
	{"POST", "/step", answer_step},
};

static enum MHD_Result on_request(void *owner, struct MHD_Connection *connection, const char *url,
	const char *method, const char *version, const char *upload, size_t *upload_length,
	void **place)
{
	struct server *server = owner;
	struct incoming *incoming = *place;
	struct answer answer = {.status = 404, .type = "application/json"};
	bool found = false;

	(void)version;
	if (!incoming_complete(incoming, upload, upload_length))
		return MHD_YES;
	pthread_mutex_lock(&server->lock);
	for (size_t i = 0; i < COUNT(routes) && !found; i++) {
		found = strcmp(routes[i].method, method) == 0 && strcmp(routes[i].path, url) == 0;
		if (!found)
			continue;
		answer.status = 200;
		routes[i].answer(server, connection, incoming, &answer);
	}
	pthread_mutex_unlock(&server->lock);
	struct MHD_Response *response = MHD_create_response_from_buffer(
		answer.body.length, (void *)text_string(&answer.body), MHD_RESPMEM_MUST_COPY);

	MHD_add_response_header(response, "Content-Type", answer.type);
	enum MHD_Result result = MHD_queue_response(connection, answer.status, response);

	MHD_destroy_response(response);
	text_done(&answer.body);
	return result;
}

struct MHD_Daemon *control_start(struct server *server, const char *address)
{
	return http_start(server, address, on_request);
}
