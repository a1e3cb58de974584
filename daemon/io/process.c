#include "io/process.h"

#include <signal.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

enum { COMPLAINT_LIMIT = 1024, DUE_MS = 1 };

struct process {
	uv_process_t child;
	uv_pipe_t output, complaints;
	uv_timer_t timer;
	bool running;     /* the child is not waited for yet */
	unsigned reading; /* pipes that are not at their end */
	unsigned open;    /* handles */
	struct text got, complaint;
	struct error why; /* it was killed, or never began */
	int64_t status;
	int signal;
	char buffer[4096];
	process_done *done; /* NULL: told, or cancelled */
	void *owner;
};

static void on_closed(uv_handle_t *handle)
{
	struct process *process = handle->data;

	if (--process->open)
		return;
	text_done(&process->got);
	text_done(&process->complaint);
	wipe(process->buffer, sizeof(process->buffer));
	free(process);
}

/* It leads a group of its own. */
static void kill_all(const struct process *process)
{
	if (process->child.pid > 0 && (process->running || process->reading))
		kill(-process->child.pid, SIGKILL);
}

/* The child's own handle closes when it was waited for; that it dies is seen to. */
static void close_rest(struct process *process)
{
	kill_all(process);
	process->done = NULL;
	uv_close((uv_handle_t *)&process->output, on_closed);
	uv_close((uv_handle_t *)&process->complaints, on_closed);
	uv_close((uv_handle_t *)&process->timer, on_closed);
	if (!process->running)
		uv_close((uv_handle_t *)&process->child, on_closed);
}

static void tell(struct process *process)
{
	process_done *done = process->done;
	struct process_result result = {
		.error = process->why,
		.status = process->signal ? 128 + process->signal : (int)process->status,
		.output = text_string(&process->got),
		.length = process->got.length,
		.complaint = text_string(&process->complaint),
	};

	process->done = NULL;
	done(process->owner, &result);
	close_rest(process);
}

static void tell_if_over(struct process *process)
{
	if (process->done && !process->running && !process->reading)
		tell(process);
}

static void on_ended(uv_process_t *child, int64_t status, int signal)
{
	struct process *process = child->data;
	bool closing = uv_is_closing((uv_handle_t *)&process->timer);

	process->running = false;
	process->status = status;
	process->signal = signal;
	if (closing)
		uv_close((uv_handle_t *)child, on_closed);
	else
		tell_if_over(process);
}

static void stop(struct process *process, const char *why)
{
	if (!process->done)
		return;
	error_set(&process->why, ERROR_TRANSIENT, "%s", why);
	tell(process);
}

static void on_timer(uv_timer_t *timer)
{
	struct process *process = timer->data;

	if (process->why.kind == ERROR_NONE)
		stop(process, "it did not end in time, and was killed");
	else
		tell(process);
}

static void on_allocate(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
	struct process *process = handle->data;

	(void)suggested;
	*buffer = uv_buf_init(process->buffer, sizeof(process->buffer));
}

static void on_output(uv_stream_t *stream, ssize_t length, const uv_buf_t *buffer)
{
	struct process *process = stream->data;

	if (length > 0)
		text_add_bytes(&process->got, buffer->base, (size_t)length);
	wipe(process->buffer, sizeof(process->buffer));
	if (process->got.overflow) {
		stop(process, "it prints too much, and was killed");
	} else if (length < 0) {
		uv_read_stop(stream);
		process->reading--;
		tell_if_over(process);
	}
}

/* The first line is kept; the rest is read so that it doesn't wait. */
static void on_complaint(uv_stream_t *stream, ssize_t length, const uv_buf_t *buffer)
{
	struct process *process = stream->data;
	const char *line_end = strchr(text_string(&process->complaint), '\n');

	if (length < 0) {
		uv_read_stop(stream);
		process->reading--;
		tell_if_over(process);
		return;
	}
	size_t space = COMPLAINT_LIMIT - process->complaint.length;

	if (!line_end)
		text_add_bytes(&process->complaint, buffer->base,
			(size_t)length < space ? (size_t)length : space);
	if (process->complaint.length)
		process->complaint.data[strcspn(process->complaint.data, "\r\n")] = '\0';
	wipe(process->buffer, sizeof(process->buffer));
}

/* Pipes' ends for the child; nothing at all on its standard input. */
static int spawn(struct process *process, uv_loop_t *loop, const struct texts *arguments)
{
	char **words = xcalloc(arguments->count + 1, sizeof(*words));
	uv_stdio_container_t stdio[3] = {
		{.flags = UV_IGNORE},
		{.flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE,
			.data.stream = (uv_stream_t *)&process->output},
		{.flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE,
			.data.stream = (uv_stream_t *)&process->complaints},
	};
	uv_process_options_t options = {
		.exit_cb = on_ended,
		.file = arguments->items[0],
		.args = words,
		.flags = UV_PROCESS_DETACHED,
		.stdio = stdio,
		.stdio_count = 3,
	};

	for (size_t i = 0; i < arguments->count; i++)
		words[i] = arguments->items[i];
	int result = uv_spawn(loop, &process->child, &options);

	free(words);
	return result;
}

struct process *process_start(uv_loop_t *loop, const struct texts *arguments, size_t output_limit,
	uint64_t timeout_ms, process_done *done, void *owner)
{
	struct process *process = xcalloc(1, sizeof(*process));

	*process = (struct process){.done = done,
		.owner = owner,
		.open = 4,
		.got = {.limit = output_limit, .secret = true}};
	uv_pipe_init(loop, &process->output, 0);
	uv_pipe_init(loop, &process->complaints, 0);
	uv_timer_init(loop, &process->timer);
	process->output.data = process->complaints.data = process->timer.data = process;
	int result = spawn(process, loop, arguments);

	process->child.data = process; /* closes also where nothing was spawned */
	if (result != 0) {
		error_set(&process->why, ERROR_DENIED, "cannot run it: %s", uv_strerror(result));
		uv_timer_start(&process->timer, on_timer, DUE_MS, 0);
		return process;
	}
	process->running = true;
	process->reading = 2;
	uv_read_start((uv_stream_t *)&process->output, on_allocate, on_output);
	uv_read_start((uv_stream_t *)&process->complaints, on_allocate, on_complaint);
	uv_update_time(loop);
	uv_timer_start(&process->timer, on_timer, timeout_ms, 0);
	return process;
}

void process_cancel(struct process *process)
{
	if (process)
		close_rest(process);
}
