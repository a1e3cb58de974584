#include "web_server.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

struct web_connection {
	uv_tcp_t tcp;
	struct web_server *server;
	struct web_connection *next;
	struct text got;
	char buffer[65536];
};

static void on_closed(uv_handle_t *handle)
{
	struct web_connection *connection = handle->data;

	text_done(&connection->got);
	free(connection);
}

/* As a list, not each by itself: a connection leaves it once. */
static void end(struct web_connection *connection, bool reset)
{
	struct web_connection **place = &connection->server->connections;

	while (*place != connection)
		place = &(*place)->next;
	*place = connection->next;
	if (reset)
		uv_tcp_close_reset(&connection->tcp, on_closed);
	else
		uv_close((uv_handle_t *)&connection->tcp, on_closed);
}

struct sending {
	uv_write_t request;
	struct web_connection *connection;
	enum web_after after;
};

static void on_sent(uv_write_t *request, int status)
{
	struct sending *sending = request->data;

	if (status == 0 && sending->after != WEB_KEEP)
		end(sending->connection, sending->after == WEB_RESET);
	free(sending);
}

static void answer(struct web_connection *connection)
{
	struct web_server *server = connection->server;
	size_t last = server->script_length - 1;
	size_t index = server->request_count < last ? server->request_count : last;
	const struct web_answer *next = &server->script[index];

	server->request_count++;
	text_clear(&server->last);
	text_add_bytes(&server->last, connection->got.data, connection->got.length);
	text_add_bytes(&server->all, connection->got.data, connection->got.length);
	text_add_char(&server->all, '\n');
	text_clear(&connection->got);
	if (!next->bytes) {
		if (next->after != WEB_KEEP)
			end(connection, next->after == WEB_RESET);
		return;
	}
	struct sending *sending = xcalloc(1, sizeof(*sending));
	uv_buf_t bytes = uv_buf_init((char *)(uintptr_t)next->bytes, (unsigned)strlen(next->bytes));

	*sending = (struct sending){.connection = connection, .after = next->after};
	sending->request.data = sending;
	uv_write(&sending->request, (uv_stream_t *)&connection->tcp, &bytes, 1, on_sent);
}

/* All of the header, and as many bytes as it says. */
static bool complete(const struct text *got)
{
	const char *body = strstr(text_string(got), "\r\n\r\n");
	const char *length = strcasestr(text_string(got), "content-length:");

	if (!body || (!length && text_starts(got->data, "POST")))
		return false;
	return !length ||
	       got->length - (size_t)(body + 4 - got->data) >= strtoul(length + 15, NULL, 10);
}

static void on_allocate(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
	struct web_connection *connection = handle->data;

	(void)suggested;
	*buffer = uv_buf_init(connection->buffer, sizeof(connection->buffer));
}

static void on_read(uv_stream_t *stream, ssize_t length, const uv_buf_t *buffer)
{
	struct web_connection *connection = stream->data;

	if (length < 0) {
		end(connection, false);
		return;
	}
	text_add_bytes(&connection->got, buffer->base, (size_t)length);
	if (complete(&connection->got))
		answer(connection);
}

static void on_connection(uv_stream_t *listener, int status)
{
	struct web_server *server = listener->data;
	struct web_connection *connection = xcalloc(1, sizeof(*connection));

	(void)status;
	connection->server = server;
	connection->next = server->connections;
	server->connections = connection;
	server->connection_count++;
	uv_tcp_init(listener->loop, &connection->tcp);
	connection->tcp.data = connection;
	uv_accept(listener, (uv_stream_t *)&connection->tcp);
	uv_read_start((uv_stream_t *)&connection->tcp, on_allocate, on_read);
}

void web_server_start(struct web_server *server, uv_loop_t *loop)
{
	struct sockaddr_in address;
	int length = sizeof(address);

	*server = (struct web_server){0};
	uv_tcp_init(loop, &server->listener);
	server->listener.data = server;
	uv_ip4_addr("127.0.0.1", 0, &address);
	if (uv_tcp_bind(&server->listener, (struct sockaddr *)&address, 0) != 0 ||
		uv_listen((uv_stream_t *)&server->listener, 128, on_connection) != 0 ||
		uv_tcp_getsockname(&server->listener, (struct sockaddr *)&address, &length) != 0)
		abort();
	server->port = ntohs(address.sin_port);
}

void web_server_script(struct web_server *server, const struct web_answer *script, size_t length)
{
	server->script = script;
	server->script_length = length;
	server->connection_count = 0;
	server->request_count = 0;
	text_clear(&server->all);
}

void web_server_drop(struct web_server *server)
{
	while (server->connections)
		end(server->connections, false);
}

void web_server_stop(struct web_server *server)
{
	web_server_drop(server);
	uv_close((uv_handle_t *)&server->listener, NULL);
	text_done(&server->last);
	text_done(&server->all);
}
