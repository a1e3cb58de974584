/* One connection's request and reply, step by step as the library calls. For control.c only. */
#pragma once

#include <microhttpd.h>

#include "base/text.h"
#include "io/control.h"
#include "io/control_peer.h"

enum exchange_state {
	EXCHANGE_READING,
	EXCHANGE_WAITING, /* for the answer to its command */
	EXCHANGE_ANSWERED,
};

struct exchange {
	struct exchange *next; /* control.c's list */
	const struct control_options *options;
	struct MHD_Connection *connection;
	int descriptor; /* the library's */
	enum peer_right right;
	char *giver;     /* of commands: a name; NULL: not known */
	uint64_t number; /* of its command, where it has one: no other exchange has it */
	enum exchange_state state;
	bool begun;      /* its head is there */
	bool suspended;  /* the library has been told to wait */
	uint64_t due_ms; /* of the loop's clock: when the present state is over at the latest */
	struct text body;
	unsigned status;
	const char *allowed; /* methods, with status 405 */
	struct text reply;
};

/* Ends what the exchange has inside. */
void exchange_done(struct exchange *exchange);

/* What MHD_AccessHandlerCallback is called with. */
enum MHD_Result exchange_step(struct exchange *exchange, const char *path, const char *method,
	const char *upload, size_t *upload_length);

/* The answer to its command; then the library has to run. */
void exchange_answer(struct exchange *exchange, enum answer_code code, const char *text);

/* There will be none, with this HTTP status. */
void exchange_fail(struct exchange *exchange, unsigned status, const char *text);
