/* A client and the model's server, for the tests of cloudformation. */
#pragma once

#include "io/cloudformation.h"
#include "model_process.h"

enum { CEILING_MS = 20000, SHORT_MS = 500 };

#define TEMPLATE "{\"Resources\": {\"A\": {\"Type\": \"AWS::SNS::Topic\"}}}"
#define CHANGED                                                                                    \
	"{\"Resources\": {\"A\": {\"Type\": \"AWS::SNS::Topic\"}, "                                \
	"\"B\": {\"Type\": \"AWS::SNS::Topic\"}}}"

#define OTHER_ACCOUNT                                                                              \
	"{\"accounts\": [{\"access_key\": \"OTHER\", \"secret_key\": \"s\", "                      \
	"\"session_token\": \"t\", \"account\": \"222222222222\"}]}"

struct client_fixture {
	uv_loop_t loop;
	uv_timer_t guard;
	bool expired, closed;
	struct model_process model;
	struct pairs environment;
	struct settings *settings;
	uint64_t timeout_ms; /* of requests: CEILING_MS, unless a test wants less */
	struct cloudformation *client;
	bool inside; /* cloudformation_call() has not returned yet */
	size_t answers;
	uint64_t number;    /* of the call that was sent last */
	uint64_t answered;  /* the number of the one that was answered last */
	struct reply reply; /* to it */
	bool close;         /* the client, from the callback */
};

#define TEXT(string) ((char *)(uintptr_t)(string))
#define CREATE(name)                                                                               \
	((struct call){.kind = CALL_CREATE_STACK,                                                  \
		.stack = TEXT(name),                                                               \
		.body = TEXT(TEMPLATE),                                                            \
		.token = TEXT("stackd-" name)})
#define DESCRIBE(name) ((struct call){.kind = CALL_DESCRIBE_STACKS, .stack = TEXT(name)})
#define ALL ((struct call){.kind = CALL_DESCRIBE_STACKS})

int client_set_up(void **state);

/* Closes all and sees that nothing was left: the loop runs dry. */
int client_tear_down(void **state);

void client_end(struct client_fixture *fixture);
void client_finish(struct client_fixture *fixture); /* ends it, and waits until that is done */

/* With the environment and the settings as they are. */
void client_open(struct client_fixture *fixture);
void client_send(struct client_fixture *fixture, struct call call);
void client_run_until(struct client_fixture *fixture, size_t answers);

/* Sends and waits; the reply is valid until the next. */
const struct reply *client_ask(struct client_fixture *fixture, struct call call);
void client_scenario(struct client_fixture *fixture, const char *json);
