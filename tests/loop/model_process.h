/* The model of CloudFormation as a process of its own, as the integration tests have it. */
#pragma once

#include <sys/types.h>

#include "base/memory.h"

#define MODEL_KEY "AKIAMODEL"
#define MODEL_SECRET "model-secret"
#define MODEL_ACCOUNT "111111111111"

struct model_process {
	pid_t pid;
	char *endpoint; /* "http://127.0.0.1:PORT" */
	unsigned control_port;
};

/* Checks signatures of MODEL_KEY; nothing takes time. Ends the test program where it can't start.
 */
void model_process_start(struct model_process *model);
void model_process_stop(struct model_process *model);

/* A request to the control port; `body` not NULL: a POST. The answer's body, which the caller
 * frees; waits for it. */
char *model_control(const struct model_process *model, const char *path, const char *body);

/* How often this action is in the transcript; NULL: any. */
size_t model_requests(const struct model_process *model, const char *action);
