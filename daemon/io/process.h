/* One program on the loop, without a shell: nothing on its standard input, a ceiling of time and of
 * output, and it is killed with all that it started when that is over. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "base/error.h"
#include "base/pairs.h"

struct process;

struct process_result {
	struct error error; /* ERROR_NONE: it ended by itself, with `status` */
	int status;         /* 0 to 255, 128 and more for a signal */
	const char *output; /* NUL-terminated; wiped afterwards */
	size_t length;
	const char *complaint; /* the first line on its standard error, "": none */
};

/* Called exactly once, never from inside process_start(); not after process_cancel(). */
typedef void process_done(void *owner, const struct process_result *result);

/* Program and arguments are borrowed until this returns. The program is looked for in PATH. */
struct process *process_start(uv_loop_t *loop, const struct texts *arguments, size_t output_limit,
	uint64_t timeout_ms, process_done *done, void *owner);
void process_cancel(struct process *process);
