/* Which element of which reply goes into which member: one table. */
#pragma once

#include "engine/call.h"

enum { PAGE_LIMIT = 10000 }; /* stacks, events, changes or change sets in one reply */

/* What an ErrorResponse says, or an Error of S3, as AWS wrote it. */
struct refusal {
	char *code;
	char *message;
};

void refusal_done(struct refusal *refusal);

/* Reads one document, a success or a refusal: fills the members of *reply and its request
 * id, or *refusal. False with an error that says what is wrong: no XML, cut, not this action's
 * reply, or without a member that the engine relies on; *reply then keeps what was read. */
bool members_read(enum call_kind kind, const char *body, size_t length, struct reply *reply,
	struct refusal *refusal, struct error *e);
