#include "io/multi.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/memory.h"

/* Idle connections kept; libcurl's own number shrinks with the transfers under way. */
enum { POOL_SIZE = 128 };

struct multi {
	uv_loop_t *loop;
	uv_timer_t timer;
	size_t handles; /* of libuv, not closed yet */
	CURLM *curl;
	multi_finished *finished;
	bool closing;
	void (*closed)(void *owner);
	void *owner;
};

/* A socket of libcurl's that the loop watches. Freed in the close callback, never before. */
struct watched {
	uv_poll_t poll;
	struct multi *multi;
	curl_socket_t socket;
	int events; /* that libcurl waits for */
};

/* After every curl_multi_socket_action(): a transfer that ends by its timeout is told nowhere else.
 * The callbacks may cancel others, and close. */
static void drain(struct multi *multi)
{
	CURLMsg *message;
	int left;

	while (!multi->closing && (message = curl_multi_info_read(multi->curl, &left))) {
		void *transfer = NULL;
		CURLcode code = message->data.result;

		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
		multi->finished(transfer, code);
	}
}

static void on_handle_closed(struct multi *multi)
{
	if (--multi->handles || !multi->closing)
		return;
	void (*closed)(void *owner) = multi->closed;
	void *owner = multi->owner;

	free(multi);
	closed(owner);
}

static void on_poll_closed(uv_handle_t *handle)
{
	struct watched *watched = handle->data;
	struct multi *multi = watched->multi;

	free(watched);
	on_handle_closed(multi);
}

static void on_timer_closed(uv_handle_t *handle)
{
	on_handle_closed(handle->data);
}

static void on_poll(uv_poll_t *poll, int status, int events);

static void start(struct watched *watched)
{
	uv_poll_start(&watched->poll, watched->events, on_poll);
}

/* With an error there may be an answer to read yet, and libcurl finds out by trying what the error
 * is: told of nothing but the error, it would give up. libuv has stopped watching then. */
static void on_poll(uv_poll_t *poll, int status, int events)
{
	struct watched *watched = poll->data;
	struct multi *multi = watched->multi;
	int running;
	int what = ((events & UV_READABLE) ? CURL_CSELECT_IN : 0) |
		   ((events & UV_WRITABLE) ? CURL_CSELECT_OUT : 0);

	if (status < 0)
		what = CURL_CSELECT_IN | CURL_CSELECT_OUT | CURL_CSELECT_ERR;
	curl_multi_socket_action(multi->curl, watched->socket, what, &running);
	if (status < 0 && !uv_is_closing((uv_handle_t *)poll))
		start(watched);
	drain(multi);
}

static void on_timer(uv_timer_t *timer)
{
	struct multi *multi = timer->data;
	int running;

	curl_multi_socket_action(multi->curl, CURL_SOCKET_TIMEOUT, 0, &running);
	drain(multi);
}

static struct watched *watch_socket(struct multi *multi, curl_socket_t socket)
{
	struct watched *watched = xcalloc(1, sizeof(*watched));

	*watched = (struct watched){.multi = multi, .socket = socket};
	if (uv_poll_init_socket(multi->loop, &watched->poll, socket) != 0) {
		free(watched);
		return NULL; /* the transfer ends by its timeout */
	}
	watched->poll.data = watched;
	multi->handles++;
	curl_multi_assign(multi->curl, socket, watched);
	return watched;
}

static int on_socket(CURL *easy, curl_socket_t socket, int what, void *owner, void *place)
{
	struct multi *multi = owner;
	struct watched *watched = place;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (watched) {
			curl_multi_assign(multi->curl, socket, NULL);
			uv_poll_stop(&watched->poll);
			uv_close((uv_handle_t *)&watched->poll, on_poll_closed);
		}
		return 0;
	}
	if (multi->closing)
		return 0;
	if (!watched)
		watched = watch_socket(multi, socket);
	if (!watched)
		return 0;
	watched->events = ((what & CURL_POLL_IN) ? UV_READABLE : 0) |
			  ((what & CURL_POLL_OUT) ? UV_WRITABLE : 0);
	start(watched);
	return 0;
}

/* libcurl refuses to be called from here, so that even 0 ms is a turn of the loop. */
static int on_timeout_wanted(CURLM *curl, long timeout_ms, void *owner)
{
	struct multi *multi = owner;

	(void)curl;
	if (timeout_ms < 0 || multi->closing) {
		uv_timer_stop(&multi->timer);
		return 0;
	}
	uv_update_time(multi->loop); /* else a busy loop's timers come too early */
	uv_timer_start(&multi->timer, on_timer, (uint64_t)timeout_ms, 0);
	return 0;
}

struct multi *multi_new(uv_loop_t *loop, multi_finished *finished)
{
	struct multi *multi = xcalloc(1, sizeof(*multi));

	*multi = (struct multi){.loop = loop, .finished = finished, .handles = 1};
	uv_timer_init(loop, &multi->timer);
	multi->timer.data = multi;
	multi->curl = curl_multi_init();
	if (!multi->curl)
		abort(); /* as with any memory */
	curl_multi_setopt(multi->curl, CURLMOPT_MAXCONNECTS, (long)POOL_SIZE);
	curl_multi_setopt(multi->curl, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(multi->curl, CURLMOPT_SOCKETDATA, multi);
	curl_multi_setopt(multi->curl, CURLMOPT_TIMERFUNCTION, on_timeout_wanted);
	curl_multi_setopt(multi->curl, CURLMOPT_TIMERDATA, multi);
	return multi;
}

void multi_add(struct multi *multi, CURL *easy)
{
	if (curl_multi_add_handle(multi->curl, easy) != CURLM_OK)
		abort();
}

void multi_remove(struct multi *multi, CURL *easy)
{
	curl_multi_remove_handle(multi->curl, easy);
}

/* libcurl first: it may still call back. Then the timer. */
void multi_close(struct multi *multi, void (*closed)(void *owner), void *owner)
{
	multi->closing = true;
	multi->closed = closed;
	multi->owner = owner;
	curl_multi_cleanup(multi->curl);
	uv_close((uv_handle_t *)&multi->timer, on_timer_closed);
}
