/* The AWS side: plays at the socket what the model decided. */
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>

#include "cloudformation/server.h"

static int socket_of(struct MHD_Connection *connection)
{
	return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
}

static enum MHD_Result add_header(
	void *owner, enum MHD_ValueKind kind, const char *name, const char *value)
{
	(void)kind;
	pairs_add(owner, name, value ? value : "");
	return MHD_YES;
}

/* Nothing comes back: until the client gives up, or the server stops, or the time is over. */
static void wait_silently(struct server *server, struct MHD_Connection *connection, int timeout_ms)
{
	struct pollfd fds[] = {
		{.fd = socket_of(connection), .events = POLLRDHUP},
		{.fd = server->stop_fd, .events = POLLIN},
	};

	poll(fds, COUNT(fds), timeout_ms);
}

/* Dissolving the association sends a reset at once; closing the socket after a shutdown(), as the
 * library does, would send an orderly end. */
static enum MHD_Result reset(struct MHD_Connection *connection)
{
	struct sockaddr nobody = {.sa_family = AF_UNSPEC};

	(void)connect(socket_of(connection), &nobody, sizeof(nobody));
	return MHD_NO;
}

struct cut_body {
	char *bytes;
	size_t length;
};

static ssize_t read_cut(void *owner, uint64_t position, char *buffer, size_t size)
{
	const struct cut_body *cut = owner;

	if (position >= cut->length)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (size > cut->length - position)
		size = cut->length - position;
	memcpy(buffer, cut->bytes + position, size);
	return (ssize_t)size;
}

static void free_cut(void *owner)
{
	struct cut_body *cut = owner;

	free(cut->bytes);
	free(cut);
}

static struct MHD_Response *response_of(const struct model_reply *reply)
{
	struct MHD_Response *response = NULL;

	if (reply->fate == MODEL_CUT) {
		struct cut_body *cut = xcalloc(1, sizeof(*cut));

		cut->bytes = xmemdup(reply->body, reply->cut_length);
		cut->length = reply->cut_length;
		response = MHD_create_response_from_callback(
			reply->body_length, 4096, read_cut, cut, free_cut);
	} else {
		response = MHD_create_response_from_buffer(
			reply->body_length, reply->body, MHD_RESPMEM_MUST_COPY);
	}
	for (size_t i = 0; i < reply->headers.count; i++)
		MHD_add_response_header(
			response, reply->headers.items[i].name, reply->headers.items[i].value);
	return response;
}

static enum MHD_Result play(
	struct server *server, struct MHD_Connection *connection, const struct model_reply *reply)
{
	switch (reply->fate) {
	case MODEL_HANG:
		wait_silently(server, connection, -1);
		return MHD_NO;
	case MODEL_KILL_BEFORE:
	case MODEL_KILL_AFTER:
		if (reply->kill_pid > 0)
			kill((pid_t)reply->kill_pid, SIGKILL);
		return reset(connection);
	case MODEL_RESET_BEFORE:
	case MODEL_RESET_AFTER:
		return reset(connection);
	default:
		break;
	}
	if (reply->delay_ms)
		wait_silently(server, connection, (int)reply->delay_ms);
	struct MHD_Response *response = response_of(reply);
	enum MHD_Result result = MHD_queue_response(connection, (unsigned)reply->status, response);

	MHD_destroy_response(response);
	return result;
}

typedef void request_handler(struct model *model, uint64_t now_ms,
	const struct model_request *request, struct model_reply *reply);

static enum MHD_Result answer(struct server *server, struct MHD_Connection *connection,
	const char *method, const char *upload, size_t *upload_length, struct incoming *incoming,
	request_handler *handler)
{
	struct model_reply reply = {0};

	if (!incoming_complete(incoming, upload, upload_length))
		return MHD_YES;
	struct model_request request = {.method = method,
		.target = incoming->target,
		.body = text_string(&incoming->body),
		.body_length = incoming->body.length};

	MHD_get_connection_values(connection, MHD_HEADER_KIND, add_header, &request.headers);
	pthread_mutex_lock(&server->lock);
	handler(server->model, server_now(server), &request, &reply);
	pthread_cond_broadcast(&server->moved);
	pthread_mutex_unlock(&server->lock);
	enum MHD_Result result = play(server, connection, &reply);

	pairs_done(&request.headers);
	model_reply_done(&reply);
	return result;
}

static enum MHD_Result on_request(void *owner, struct MHD_Connection *connection, const char *url,
	const char *method, const char *version, const char *upload, size_t *upload_length,
	void **place)
{
	(void)url;
	(void)version;
	return answer(owner, connection, method, upload, upload_length, *place, model_handle);
}

static enum MHD_Result on_metadata(void *owner, struct MHD_Connection *connection, const char *url,
	const char *method, const char *version, const char *upload, size_t *upload_length,
	void **place)
{
	(void)url;
	(void)version;
	return answer(owner, connection, method, upload, upload_length, *place, model_metadata);
}

struct MHD_Daemon *listener_start(struct server *server, const char *address)
{
	return http_start(server, address, on_request);
}

struct MHD_Daemon *metadata_start(struct server *server, const char *address)
{
	return http_start(server, address, on_metadata);
}
