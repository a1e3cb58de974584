#include "io/unix_address.h"

#include <string.h>
#include <sys/socket.h>

bool unix_address(const char *path, struct sockaddr_un *out, struct error *e)
{
	size_t length = strlen(path);

	*out = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (!length || length >= sizeof(out->sun_path))
		return error_set(e, ERROR_INVALID, "found a path of %zu bytes, expected 1 to %zu",
			length, sizeof(out->sun_path) - 1);
	memcpy(out->sun_path, path, length + 1);
	return true;
}
