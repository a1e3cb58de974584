#include "io/control_client.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "io/disk.h"
#include "io/unix_address.h"
#include "report/listing.h"

enum { HEAD_LIMIT = 16 * 1024 };

static uint64_t clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* A queue of connections that is full has no event to wait for: so we ask again and again. */
static bool connect_until(
	int fd, const struct sockaddr_un *address, uint64_t deadline_ms, struct error *e)
{
	while (connect(fd, (const struct sockaddr *)address, sizeof(*address)) != 0) {
		if (errno == EINTR)
			continue;
		if (errno != EAGAIN)
			return disk_error(e, errno);
		if (clock_ms() >= deadline_ms)
			return error_set(e, ERROR_TRANSIENT, "stackd is too busy to answer");
		poll(NULL, 0, 20);
	}
	return true;
}

/* Waits until one can read or write; false where time is over. */
static bool wait_for(int fd, short events, uint64_t deadline_ms, struct error *e)
{
	struct pollfd wanted = {.fd = fd, .events = events};
	int ready = 0;

	do {
		uint64_t now_ms = clock_ms();

		ready = now_ms < deadline_ms ? poll(&wanted, 1, (int)(deadline_ms - now_ms)) : 0;
	} while (ready < 0 && errno == EINTR);
	if (ready > 0)
		return true;
	return ready < 0 ? disk_error(e, errno)
			 : error_set(e, ERROR_TRANSIENT, "stackd does not answer in time");
}

static bool send_all(int fd, const struct text *request, uint64_t deadline_ms, struct error *e)
{
	for (size_t sent = 0; sent < request->length;) {
		ssize_t n = send(fd, request->data + sent, request->length - sent, MSG_NOSIGNAL);

		if (n < 0 && errno == EAGAIN && !wait_for(fd, POLLOUT, deadline_ms, e))
			return false;
		if (n < 0 && errno == EPIPE)
			return true; /* refused early: the reply says why */
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return disk_error(e, errno);
		sent += n > 0 ? (size_t)n : 0;
	}
	return true;
}

static bool receive_all(int fd, struct text *reply, uint64_t deadline_ms, struct error *e)
{
	char bytes[16 * 1024];

	for (;;) {
		ssize_t got = read(fd, bytes, sizeof(bytes));

		/* Who is refused by the head is left with a body that nobody read. */
		if (got == 0 || (got < 0 && errno == ECONNRESET && reply->length))
			return true;
		if (got > 0)
			text_add_bytes(reply, bytes, (size_t)got);
		if (reply->overflow)
			return error_set(e, ERROR_INVALID, "found a reply of more than %zu bytes",
				reply->limit);
		if (got < 0 && errno == EAGAIN && !wait_for(fd, POLLIN, deadline_ms, e))
			return false;
		if (got < 0 && errno != EAGAIN && errno != EINTR)
			return disk_error(e, errno);
	}
}

/* What stackd sends, not all that HTTP allows: a length, and the end of the connection behind. */
static bool read_reply(const struct text *bytes, struct control_reply *reply, struct error *e)
{
	static const char mark[] = "\r\nContent-Length: ";
	const char *start = text_string(bytes);
	const char *end = strstr(start, "\r\n\r\n");
	const char *length = strstr(start, mark);

	if (!bytes->length)
		return error_set(e, ERROR_TRANSIENT, "stackd closed the connection");
	if (!text_starts(start, "HTTP/1.1 ") || !end || !length || length > end)
		return error_set(e, ERROR_INVALID, "found no reply of stackd's");
	reply->status = (unsigned)strtoul(start + strlen("HTTP/1.1 "), NULL, 10);
	end += strlen("\r\n\r\n");
	reply->length = bytes->length - (size_t)(end - start);
	if (strtoull(length + strlen(mark), NULL, 10) != reply->length)
		return error_set(e, ERROR_TRANSIENT, "the reply is cut short");
	reply->body = xmemdup(end, reply->length);
	return true;
}

static void write_request(const struct control_question *question, struct text *out)
{
	text_format(out, "%s %s HTTP/1.1\r\nHost: stackd\r\nConnection: close\r\n",
		question->method, question->path);
	if (question->body)
		text_format(out, "Content-Type: application/json\r\nContent-Length: %zu\r\n",
			strlen(question->body));
	text_add(out, "\r\n");
	text_add(out, question->body ? question->body : "");
}

static bool exchange(int fd, const struct sockaddr_un *address,
	const struct control_question *question, uint64_t deadline_ms, struct control_reply *reply,
	struct error *e)
{
	AUTO_DONE(text_done) struct text request = {0};
	AUTO_DONE(text_done) struct text bytes = {.limit = LISTING_LIMIT + HEAD_LIMIT};

	write_request(question, &request);
	return connect_until(fd, address, deadline_ms, e) &&
	       send_all(fd, &request, deadline_ms, e) && receive_all(fd, &bytes, deadline_ms, e) &&
	       read_reply(&bytes, reply, e);
}

bool control_ask(const char *socket_path, const struct control_question *question,
	unsigned limit_ms, struct control_reply *reply, struct error *e)
{
	struct sockaddr_un address;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool good = fd >= 0 || disk_error(e, errno);

	*reply = (struct control_reply){0};
	good = good && unix_address(socket_path, &address, e) &&
	       exchange(fd, &address, question, clock_ms() + limit_ms, reply, e);
	if (fd >= 0)
		close(fd);
	return good || error_context(e, "%s", socket_path);
}

void control_reply_done(struct control_reply *reply)
{
	free(take(reply->body));
}
