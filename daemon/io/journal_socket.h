/* The journal's native protocol over a datagram socket, without ever waiting
 * (systemd.io/JOURNAL_NATIVE_PROTOCOL). For journal.c only. */
#pragma once

#include "base/text.h"
#include "io/journal_stream.h"

/* Adds one field; nothing where value is NULL. The name is upper case. */
void journal_field(struct text *fields, const char *name, const char *value);

/* Sends fields as one datagram, in a sealed memory file where they are too long for that. */
enum journal_result journal_socket_send(int socket, const char *path, const struct text *fields);
