#include "io/journal_stream.h"

#include <limits.h>
#include <poll.h>
#include <sys/uio.h>
#include <unistd.h>

/* The descriptor is shared with whoever started us, so it is not ours to make non-blocking. But a
 * pipe that polls writable has room for PIPE_BUF bytes at least, terminals and sockets have more,
 * and files don't block. */
enum journal_result journal_stream_write(int descriptor, const struct text *line)
{
	static const char cut[] = "...\n";
	struct pollfd polled = {.fd = descriptor, .events = POLLOUT};
	bool whole = line->length < PIPE_BUF;
	size_t length = whole ? line->length : PIPE_BUF - (sizeof(cut) - 1);

	/* Not in the middle of a character. */
	while (!whole && length && ((unsigned char)line->data[length] & 0xc0) == 0x80)
		length--;
	if (poll(&polled, 1, 0) != 1)
		return JOURNAL_FULL;
	if (!(polled.revents & POLLOUT))
		return JOURNAL_ABSENT;

	struct iovec parts[] = {
		{.iov_base = line->data, .iov_len = length},
		{.iov_base = (char *)(whole ? "\n" : cut), .iov_len = whole ? 1 : sizeof(cut) - 1},
	};

	return writev(descriptor, parts, COUNT(parts)) < 0 ? JOURNAL_ABSENT : JOURNAL_SAID;
}
