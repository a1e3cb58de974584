#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cloudformation/server.h"

enum { BODY_LIMIT = 8 * 1024 * 1024 };

static void *on_target(void *owner, const char *target, struct MHD_Connection *connection)
{
	struct incoming *incoming = xcalloc(1, sizeof(*incoming));

	(void)owner;
	(void)connection;
	incoming->target = xstrdup(target);
	incoming->body.limit = BODY_LIMIT;
	return incoming;
}

static void on_completed(void *owner, struct MHD_Connection *connection, void **place,
	enum MHD_RequestTerminationCode code)
{
	struct incoming *incoming = *place;

	(void)owner;
	(void)connection;
	(void)code;
	if (!incoming)
		return;
	free(incoming->target);
	text_done(&incoming->body);
	free(incoming);
	*place = NULL;
}

/* The handler is called with the head first, then with pieces, then with nothing. */
bool incoming_complete(struct incoming *incoming, const char *upload, size_t *upload_length)
{
	if (!incoming->started) {
		incoming->started = true;
		return false;
	}
	if (!*upload_length)
		return true;
	text_add_bytes(&incoming->body, upload, *upload_length);
	*upload_length = 0;
	return false;
}

union place {
	struct sockaddr any;
	struct sockaddr_in four;
	struct sockaddr_in6 six;
};

static bool read_host(char *host, uint16_t port, union place *out)
{
	char *end = host + strlen(host) - 1;

	if (*host != '[') {
		out->four = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = port};
		return inet_pton(AF_INET, host, &out->four.sin_addr) == 1;
	}
	if (*end != ']')
		return false;
	*end = '\0';
	out->six = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = port};
	return inet_pton(AF_INET6, host + 1, &out->six.sin6_addr) == 1;
}

/* "127.0.0.1:80" or "[::1]:80". */
static bool parse_address(const char *text, union place *out)
{
	const char *colon = strrchr(text, ':');
	char host[64];
	char *end = NULL;

	if (!colon || colon == text || (size_t)(colon - text) >= sizeof(host))
		return false;
	memcpy(host, text, (size_t)(colon - text));
	host[colon - text] = '\0';
	unsigned long port = strtoul(colon + 1, &end, 10);

	return colon[1] && !*end && port < 65536 && read_host(host, htons((uint16_t)port), out);
}

struct MHD_Daemon *http_start(
	struct server *server, const char *address, MHD_AccessHandlerCallback handler)
{
	union place place;

	if (!parse_address(address, &place)) {
		fprintf(stderr, "cloudformation-model: %s: expected ADDRESS:PORT\n", address);
		return NULL;
	}
	unsigned six = place.any.sa_family == AF_INET6 ? MHD_USE_IPv6 : 0;
	struct MHD_Daemon *daemon =
		MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION |
					 MHD_USE_POLL | six,
			0, NULL, NULL, handler, server, MHD_OPTION_SOCK_ADDR, &place.any,
			MHD_OPTION_URI_LOG_CALLBACK, on_target, NULL, MHD_OPTION_NOTIFY_COMPLETED,
			on_completed, NULL, MHD_OPTION_END);

	if (!daemon)
		fprintf(stderr, "cloudformation-model: %s: cannot listen there\n", address);
	return daemon;
}

unsigned server_port(struct MHD_Daemon *daemon)
{
	return MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
}
