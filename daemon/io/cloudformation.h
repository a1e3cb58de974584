/* Makes calls of the engine true: a form, a signature, a request, and a reply of what came back.
 * Signs when the request leaves. Resends once at most, where the clocks differ or the credentials
 * have changed; every other retry is the engine's. Nothing queues here and nothing is limited. */
#pragma once

#include <uv.h>

#include "base/pairs.h"
#include "engine/call.h"
#include "stack/settings.h"

struct cloudformation;

/* Exactly once for each call, never from inside cloudformation_call(); not after
 * cloudformation_close(). The reply is the receiver's only until it returns; its contents may be
 * moved out of it. */
typedef void cloudformation_done(void *owner, uint64_t call, struct reply *reply);

/* Times in ms, sizes in bytes; what cloudformation_new() takes stands behind. */
struct cloudformation_options {
	uint64_t connect_timeout_ms; /* 5 s */
	uint64_t timeout_ms;         /* of a whole request: 30 s */
	size_t reply_limit;          /* 8 MiB */
};

/* `environment` is the process's, copied. Never NULL. */
struct cloudformation *cloudformation_new(uv_loop_t *loop, const struct pairs *environment);
struct cloudformation *cloudformation_new_with(uv_loop_t *loop, const struct pairs *environment,
	const struct cloudformation_options *options);

/* EndpointUrl=, Profile= and AllowedAccounts= from now on, copied; at the start and on each reload.
 * The files with credentials are read anew. */
void cloudformation_settings(struct cloudformation *client, const struct settings *settings);

/* An action of AWS, in call->region with the identity of call->assume_role, whose keys it waits
 * for; the call is borrowed only until this returns. Where nothing can be sent (no credentials, a
 * role that can't be assumed, an account that AllowedAccounts= doesn't have) the reply says so. */
void cloudformation_call(struct cloudformation *client, const struct call *call,
	cloudformation_done *done, void *owner);

/* AWS_REGION, AWS_DEFAULT_REGION, the profile's; NULL: none. Borrowed until the next
 * cloudformation_ function. Not Region= of the settings. */
const char *cloudformation_region(const struct cloudformation *client);

/* Cancels all calls and frees it; `closed` (may be NULL) is called when that is done. NULL is
 * closed already, and then `closed` is not called. */
void cloudformation_close(struct cloudformation *client, void (*closed)(void *owner), void *owner);
