/* How a request is played, whatever protocol it speaks: faults, the reply, the transcript. */
#pragma once

#include "cloudformation/exchange.h"

struct protocol {
	/* Finds action, service and fields; false: refused. */
	bool (*read)(struct exchange *exchange, const struct model_request *request);
	/* Checks who asks, and acts; false: not let in. */
	bool (*run)(struct exchange *exchange, const struct model_request *request);
};

/* As model_handle(). */
void handle(struct model *model, uint64_t now_ms, const struct model_request *request,
	const struct protocol *protocol, struct model_reply *reply);
