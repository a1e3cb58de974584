#include "io/journal_socket.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

void journal_field(struct text *fields, const char *name, const char *value)
{
	if (!value)
		return;
	if (!strchr(value, '\n')) {
		text_format(fields, "%s=%s\n", name, value);
		return;
	}
	uint64_t length = htole64(strlen(value));

	text_format(fields, "%s\n", name);
	text_add_bytes(fields, &length, sizeof(length));
	text_format(fields, "%s\n", value);
}

static enum journal_result result_of(ssize_t sent)
{
	if (sent >= 0)
		return JOURNAL_SAID;
	return errno == EAGAIN || errno == ENOBUFS || errno == EINTR ? JOURNAL_FULL
								     : JOURNAL_ABSENT;
}

static enum journal_result send_file(int socket, struct msghdr *message, const struct text *fields)
{
	int file = memfd_create("stackd-journal", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (file < 0)
		return JOURNAL_ABSENT;
	union {
		char space[CMSG_SPACE(sizeof(int))];
		struct cmsghdr aligned;
	} control = {0};
	enum journal_result result = JOURNAL_ABSENT;

	message->msg_iovlen = 0;
	message->msg_control = &control;
	message->msg_controllen = sizeof(control.space);

	struct cmsghdr *header = CMSG_FIRSTHDR(message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &file, sizeof(file));
	if (write(file, fields->data, fields->length) == (ssize_t)fields->length &&
		fcntl(file, F_ADD_SEALS,
			F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) == 0)
		result = result_of(sendmsg(socket, message, MSG_DONTWAIT | MSG_NOSIGNAL));
	message->msg_control = NULL; /* it ends here */
	message->msg_controllen = 0;
	close(file);
	return result;
}

enum journal_result journal_socket_send(int socket, const char *path, const struct text *fields)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct iovec part = {.iov_base = fields->data, .iov_len = fields->length};
	/* Named each time, so that a journal that was started anew is found again. */
	struct msghdr message = {.msg_name = &address,
		.msg_namelen = sizeof(address),
		.msg_iov = &part,
		.msg_iovlen = 1};

	if (strlen(path) >= sizeof(address.sun_path))
		return JOURNAL_ABSENT;
	memcpy(address.sun_path, path, strlen(path) + 1);

	ssize_t sent = sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (sent < 0 && errno == EMSGSIZE)
		return send_file(socket, &message, fields);
	return result_of(sent);
}
