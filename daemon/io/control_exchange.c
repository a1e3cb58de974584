#include "io/control_exchange.h"

#include <string.h>

#include "base/nearest.h"
#include "report/command.h"
#include "report/harmless.h"
#include "stack/names.h"

static void refuse(struct exchange *exchange, unsigned status, const char *text)
{
	exchange->state = EXCHANGE_ANSWERED;
	exchange->status = status;
	text_clear(&exchange->reply);
	answer_write(status < 500 ? ANSWER_REFUSED : ANSWER_FAILED, text, &exchange->reply);
	text_add_char(&exchange->reply, '\n');
}

/* --- what there is --- */

static void serve_stacks(struct exchange *exchange)
{
	exchange->state = EXCHANGE_ANSWERED;
	exchange->status = MHD_HTTP_OK;
	exchange->options->overview(exchange->options->owner, &exchange->reply);
	text_add_char(&exchange->reply, '\n');
}

static void serve_commands(struct exchange *exchange)
{
	const struct control_options *options = exchange->options;
	AUTO_DONE(command_request_done) struct command_request request = {0};
	struct error e = {0};

	if (!command_parse(text_string(&exchange->body), exchange->body.length, &request, &e)) {
		refuse(exchange, MHD_HTTP_BAD_REQUEST, e.text);
		return;
	}
	exchange->state = EXCHANGE_WAITING;
	request.command.giver = exchange->giver;
	options->command(options->owner, exchange->number, &request.command);
}

static const struct route {
	const char *path, *method;
	enum peer_right right; /* what it takes */
	void (*serve)(struct exchange *exchange);
} routes[] = {
	{"/v1/stacks", MHD_HTTP_METHOD_GET, PEER_READ, serve_stacks},
	{"/v1/commands", MHD_HTTP_METHOD_POST, PEER_CHANGE, serve_commands},
};

/* --- one request --- */

static void refuse_path(struct exchange *exchange, const char *path)
{
	struct nearest nearest = nearest_to(path);

	for (size_t i = 0; i < COUNT(routes); i++)
		nearest_offer(&nearest, routes[i].path);
	AUTO(free_text)
	char *said = xasprintf("there is no %s here%s", shown(path).text,
		nearest.best ? nearest_hint(&nearest).text : ", only /v1/stacks and /v1/commands");

	refuse(exchange, MHD_HTTP_NOT_FOUND, said);
}

static void refuse_method(struct exchange *exchange, const struct route *route, const char *method)
{
	AUTO(free_text)
	char *said = xasprintf(
		"found %s, expected %s of %s", shown(method).text, route->method, route->path);

	exchange->allowed = route->method;
	refuse(exchange, MHD_HTTP_METHOD_NOT_ALLOWED, said);
}

static void serve(struct exchange *exchange, const char *path, const char *method)
{
	const struct route *route = routes;

	while (route < routes + COUNT(routes) && strcmp(route->path, path) != 0)
		route++;
	if (route == routes + COUNT(routes))
		refuse_path(exchange, path);
	else if (strcmp(route->method, method) != 0)
		refuse_method(exchange, route, method);
	else if (exchange->right < route->right)
		refuse(exchange, MHD_HTTP_FORBIDDEN,
			"only root and stackd's own user may change anything; the group may read");
	else if (MHD_get_connection_values(
			 exchange->connection, MHD_GET_ARGUMENT_KIND, NULL, NULL) > 0)
		refuse(exchange, MHD_HTTP_BAD_REQUEST,
			"found a query behind the path, expected none");
	else if (exchange->body.overflow)
		refuse(exchange, MHD_HTTP_CONTENT_TOO_LARGE,
			"found more than 64 KiB, expected a command");
	else
		route->serve(exchange);
}

/* Refused by its head alone, where the body need not even be read. */
static bool refused_early(struct exchange *exchange)
{
	const char *length = MHD_lookup_connection_value(
		exchange->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);

	if (exchange->right == PEER_NOTHING)
		refuse(exchange, MHD_HTTP_FORBIDDEN,
			"only root, stackd's own user and members of its group may ask");
	else if (length && strtoull(length, NULL, 10) > COMMAND_LIMIT)
		refuse(exchange, MHD_HTTP_CONTENT_TOO_LARGE,
			"found more than 64 KiB, expected a command");
	return exchange->state == EXCHANGE_ANSWERED;
}

/* One request a connection: so a place is free again after a time that can be told. */
static enum MHD_Result reply(struct exchange *exchange)
{
	size_t length = exchange->reply.length;
	struct MHD_Response *response = MHD_create_response_from_buffer(
		length, text_take(&exchange->reply), MHD_RESPMEM_MUST_FREE);

	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "application/json");
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
	if (exchange->allowed)
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, exchange->allowed);
	enum MHD_Result result =
		MHD_queue_response(exchange->connection, exchange->status, response);

	MHD_destroy_response(response);
	return result;
}

enum MHD_Result exchange_step(struct exchange *exchange, const char *path, const char *method,
	const char *upload, size_t *upload_length)
{
	if (!exchange->begun) {
		exchange->begun = true;
		exchange->body.limit = COMMAND_LIMIT;
		return refused_early(exchange) ? reply(exchange) : MHD_YES;
	}
	if (*upload_length) {
		text_add_bytes(&exchange->body, upload, *upload_length);
		*upload_length = 0;
		return MHD_YES;
	}
	if (exchange->state == EXCHANGE_READING)
		serve(exchange, path, method);
	if (exchange->state == EXCHANGE_ANSWERED)
		return reply(exchange);
	exchange->suspended = true;
	MHD_suspend_connection(exchange->connection);
	return MHD_YES;
}

/* --- the answer --- */

static void go_on(struct exchange *exchange)
{
	if (exchange->suspended)
		MHD_resume_connection(exchange->connection);
	exchange->suspended = false;
}

void exchange_answer(struct exchange *exchange, enum answer_code code, const char *text)
{
	static const unsigned statuses[] = {
		[ANSWER_DONE] = MHD_HTTP_OK,
		[ANSWER_UNKNOWN] = MHD_HTTP_NOT_FOUND,
		[ANSWER_REFUSED] = MHD_HTTP_CONFLICT,
		[ANSWER_FAILED] = MHD_HTTP_INTERNAL_SERVER_ERROR,
	};

	exchange->state = EXCHANGE_ANSWERED;
	exchange->status = statuses[code];
	answer_write(code, text, &exchange->reply);
	text_add_char(&exchange->reply, '\n');
	go_on(exchange);
}

void exchange_fail(struct exchange *exchange, unsigned status, const char *text)
{
	refuse(exchange, status, text);
	go_on(exchange);
}

void exchange_done(struct exchange *exchange)
{
	text_done(&exchange->body);
	text_done(&exchange->reply);
	free(exchange->giver);
}
