#include "io/control.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/text.h"
#include "io/control_exchange.h"
#include "io/control_socket.h"

enum {
	/* The rest is for who may change things: readers can't lock them out. */
	READERS_LIMIT = CONTROL_CONNECTIONS * 3 / 4,
	ACCEPT_AGAIN_MS = 1000,
	HEAD_LIMIT = 16 * 1024, /* bytes of memory for a request's head, and what is read of it */
	LAST_TURNS = 16,        /* for the last words to those who wait */
};

/* Closed as a whole where the path moves. */
struct listener {
	uv_poll_t poll;
	struct control_socket socket;
	struct control *control;
	bool paused;
};

struct control {
	uv_loop_t *loop;
	struct control_options options;
	gid_t group;
	struct peer_names names;
	struct MHD_Daemon *http;
	struct listener *listener; /* NULL: none */
	struct exchange *exchanges;
	size_t count, readers; /* of the exchanges */
	uint64_t numbers;      /* of commands, so far */
	uv_poll_t poll;        /* the library's own set of sockets */
	uv_timer_t timer;
	uint64_t accept_at_ms; /* of the loop's clock: when a pause is over; 0: with a free place */
	unsigned open;         /* handles */
	bool closing;
};

/* --- the listening socket --- */

static void on_connect(uv_poll_t *poll, int status, int events);

/* No room, or no descriptors left: who comes waits in the socket's queue, and the loop may sleep.
 */
static void pause_listener(struct control *control, uint64_t delay_ms)
{
	if (!control->listener || control->listener->paused)
		return;
	uv_poll_stop(&control->listener->poll);
	control->listener->paused = true;
	control->accept_at_ms = delay_ms ? uv_now(control->loop) + delay_ms : 0;
}

static void resume_listener(struct control *control)
{
	if (!control->listener || !control->listener->paused ||
		control->count >= CONTROL_CONNECTIONS)
		return;
	uv_poll_start(&control->listener->poll, UV_READABLE, on_connect);
	control->listener->paused = false;
	control->accept_at_ms = 0;
}

static void turn(struct control *control);

static void on_connect(uv_poll_t *poll, int status, int events)
{
	struct listener *listener = poll->data;
	struct control *control = listener->control;
	struct sockaddr_un nobody = {.sun_family = AF_UNIX};
	int fd = accept4(listener->socket.descriptor, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)status, (void)events; /* accept4() says it better */
	if (fd < 0) {
		if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
			pause_listener(control, ACCEPT_AGAIN_MS);
		return;
	}
	if (control->readers >= READERS_LIMIT && peer_right(fd, control->group) != PEER_CHANGE)
		close(fd);
	else /* The library closes the socket also where it doesn't take it. */
		MHD_add_connection(
			control->http, fd, (struct sockaddr *)&nobody, sizeof(nobody.sun_family));
	turn(control);
}

static void on_listener_closed(uv_handle_t *handle);

static void close_listener(struct control *control)
{
	struct listener *listener = take(control->listener);

	if (!listener)
		return;
	uv_close((uv_handle_t *)&listener->poll, on_listener_closed);
	control_socket_done(&listener->socket);
}

bool control_listen(struct control *control, const char *path, struct error *e)
{
	struct listener *old = control->listener;
	struct control_socket socket;

	if (old && strcmp(old->socket.path, path) == 0 && control_socket_stands(&old->socket))
		return true;
	if (!control_socket_open(&socket, path, control->group, e))
		return error_context(e, "%s", path);
	close_listener(control);

	struct listener *listener = xcalloc(1, sizeof(*listener));

	*listener = (struct listener){.socket = socket, .control = control, .paused = true};
	uv_poll_init(control->loop, &listener->poll, socket.descriptor);
	listener->poll.data = listener;
	control->open++;
	control->listener = listener;
	resume_listener(control);
	return true;
}

/* --- what the library calls --- */

static void begin(struct control *control, struct MHD_Connection *connection, void **place)
{
	struct exchange *exchange = xcalloc(1, sizeof(*exchange));

	*exchange = (struct exchange){.next = control->exchanges,
		.options = &control->options,
		.connection = connection,
		.number = ++control->numbers,
		.due_ms = uv_now(control->loop) + control->options.request_ms};
	exchange->descriptor =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
	exchange->right = peer_right(exchange->descriptor, control->group);
	exchange->giver = peer_name(exchange->descriptor, &control->names);
	control->exchanges = exchange;
	control->readers += exchange->right != PEER_CHANGE;
	*place = exchange;
	if (control->closing)
		exchange_fail(exchange, MHD_HTTP_SERVICE_UNAVAILABLE, "stackd is ending");
	if (++control->count >= CONTROL_CONNECTIONS)
		pause_listener(control, 0);
}

static void end(struct control *control, struct exchange *exchange)
{
	struct exchange **place = &control->exchanges;

	while (*place != exchange)
		place = &(*place)->next;
	*place = exchange->next;
	control->readers -= exchange->right != PEER_CHANGE;
	control->count--;
	exchange_done(exchange);
	free(exchange);
	if (!control->accept_at_ms)
		resume_listener(control);
}

static void on_connection(void *owner, struct MHD_Connection *connection, void **place,
	enum MHD_ConnectionNotificationCode code)
{
	if (code == MHD_CONNECTION_NOTIFY_STARTED)
		begin(owner, connection, place);
	else
		end(owner, *place);
}

static enum MHD_Result on_step(void *owner, struct MHD_Connection *connection, const char *path,
	const char *method, const char *version, const char *upload, size_t *upload_length,
	void **place)
{
	struct control *control = owner;
	struct exchange *exchange =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)
			->socket_context;
	enum exchange_state before = exchange->state;

	(void)version, (void)place;
	enum MHD_Result result = exchange_step(exchange, path, method, upload, upload_length);

	if (exchange->state != before)
		exchange->due_ms =
			uv_now(control->loop) + (exchange->state == EXCHANGE_WAITING
								? control->options.answer_ms
								: control->options.request_ms);
	return result;
}

/* --- turns of the loop --- */

/* A reader that hangs up is seen by the library, which then closes the connection. */
static void expire(struct control *control, uint64_t now_ms)
{
	for (struct exchange *exchange = control->exchanges; exchange; exchange = exchange->next) {
		if (exchange->due_ms > now_ms)
			continue;
		exchange->due_ms = now_ms + control->options.request_ms;
		if (exchange->state == EXCHANGE_WAITING)
			exchange_fail(exchange, MHD_HTTP_GATEWAY_TIMEOUT,
				"not confirmed yet; it may still be done");
		else
			shutdown(exchange->descriptor, SHUT_RDWR);
	}
	if (control->accept_at_ms && control->accept_at_ms <= now_ms)
		resume_listener(control);
}

static void on_timer(uv_timer_t *timer)
{
	struct control *control = timer->data;

	expire(control, uv_now(control->loop));
	turn(control);
}

static uint64_t earliest(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static void turn(struct control *control)
{
	MHD_UNSIGNED_LONG_LONG library_ms = 0;
	uint64_t due_ms = UINT64_MAX;

	MHD_run(control->http);
	uv_update_time(control->loop);
	if (MHD_get_timeout(control->http, &library_ms) == MHD_YES)
		due_ms = uv_now(control->loop) + library_ms;
	for (const struct exchange *exchange = control->exchanges; exchange;
		exchange = exchange->next)
		due_ms = earliest(due_ms, exchange->due_ms);
	if (control->accept_at_ms)
		due_ms = earliest(due_ms, control->accept_at_ms);
	if (due_ms == UINT64_MAX)
		uv_timer_stop(&control->timer);
	else
		uv_timer_start(&control->timer, on_timer,
			due_ms > uv_now(control->loop) ? due_ms - uv_now(control->loop) : 0, 0);
}

static void on_ready(uv_poll_t *poll, int status, int events)
{
	(void)status, (void)events;
	turn(poll->data);
}

void control_answer(struct control *control, const struct command_answer *answer)
{
	struct exchange *exchange = control->exchanges;

	while (exchange && exchange->number != answer->number)
		exchange = exchange->next;
	if (!exchange || exchange->state != EXCHANGE_WAITING)
		return;
	exchange_answer(exchange, answer->code, answer->text);
	/* Perhaps we are inside the library: it has to run soon, not now. */
	uv_timer_start(&control->timer, on_timer, 0, 0);
}

/* --- beginning and end --- */

static void start_library(struct control *control)
{
	control->http = MHD_start_daemon(
		MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL,
		on_step, control, MHD_OPTION_NOTIFY_CONNECTION, on_connection, control,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONTROL_CONNECTIONS,
		MHD_OPTION_CONNECTION_TIMEOUT, control->options.idle_s,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEAD_LIMIT, MHD_OPTION_END);
	if (!control->http)
		abort(); /* out of memory or descriptors, at the very start */
}

struct control *control_new(uv_loop_t *loop, const struct control_options *options)
{
	struct control *control = xcalloc(1, sizeof(*control));

	control->loop = loop;
	control->options = *options;
	control->group = peer_group(options->group);
	control->names = peer_names();
	start_library(control);
	uv_poll_init(loop, &control->poll,
		MHD_get_daemon_info(control->http, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd);
	uv_timer_init(loop, &control->timer);
	control->poll.data = control->timer.data = control;
	uv_poll_start(&control->poll, UV_READABLE, on_ready);
	control->open = 2;
	return control;
}

static void one_closed(struct control *control)
{
	if (--control->open > 0 || !control->closing)
		return;
	peer_names_done(&control->names);
	free(control);
}

static void on_listener_closed(uv_handle_t *handle)
{
	struct listener *listener = handle->data;

	one_closed(listener->control);
	free(listener);
}

static void on_closed(uv_handle_t *handle)
{
	one_closed(handle->data);
}

/* Nothing may wait, nor begin to, when the library stops. A few turns carry the last words out. */
static void say_goodbye(struct control *control)
{
	MHD_UNSIGNED_LONG_LONG left_ms = 0;

	for (struct exchange *exchange = control->exchanges; exchange; exchange = exchange->next)
		if (exchange->state != EXCHANGE_ANSWERED)
			exchange_fail(exchange, MHD_HTTP_SERVICE_UNAVAILABLE,
				exchange->state == EXCHANGE_WAITING
					? "not confirmed: stackd is ending; it may still be done"
					: "stackd is ending");
	for (int i = 0; i < LAST_TURNS && control->exchanges; i++) {
		MHD_run(control->http);
		if (MHD_get_timeout(control->http, &left_ms) != MHD_YES || left_ms > 0)
			break;
	}
}

void control_close(struct control *control)
{
	if (!control)
		return;
	control->closing = true;
	close_listener(control);
	say_goodbye(control);
	uv_close((uv_handle_t *)&control->poll, on_closed);
	uv_close((uv_handle_t *)&control->timer, on_closed);
	MHD_stop_daemon(control->http);
}
