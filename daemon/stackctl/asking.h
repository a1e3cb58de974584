/* What the verbs share that ask the daemon. */
#pragma once

#include "io/control_client.h"
#include "stackctl/arguments.h"

/* Says it on standard error, and gives the status. */
int complain(int status, const char *text);

/* False where no reply comes: that is said already, and the exit status is EXIT_UNREACHABLE. */
bool ask(const struct arguments *arguments, const struct control_question *question,
	struct control_reply *reply);

/* Says what the daemon answered (with --json: prints it as it came); gives the exit status. */
int say_answer(const struct arguments *arguments, const struct control_reply *reply);
