/* A path as the address of a socket. */
#pragma once

#include <sys/un.h>

#include "base/error.h"

/* False where the path is too long for one. The error does not name it. */
bool unix_address(const char *path, struct sockaddr_un *out, struct error *e);
