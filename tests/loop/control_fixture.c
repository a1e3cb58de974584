#include "control_fixture.h"

#include <errno.h>
#include <grp.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "scratch.h"

enum { CEILING_MS = 20 * 1000 };

/* --- the daemon's side --- */

static void on_overview(void *owner, struct text *out)
{
	(void)owner;
	text_add(out, "{\"stacks\": []}");
}

static void answer(struct bench *bench)
{
	struct command_answer said = {
		.number = bench->number, .code = bench->code, .text = "so be it"};

	control_answer(bench->control, &said);
}

static void on_answer_timer(uv_timer_t *timer)
{
	answer(timer->data);
}

static void on_command(void *owner, uint64_t number, const struct command *command)
{
	struct bench *bench = owner;

	bench->commands++;
	bench->number = number;
	replace_text(&bench->stack, command->stack);
	replace_text(&bench->text, command->text);
	replace_text(&bench->giver, command->giver);
	bench->command = (struct command){command->kind, bench->stack, bench->text, bench->giver};
	if (!bench->answer_ms)
		answer(bench);
	else if (bench->answer_ms != UINT64_MAX)
		uv_timer_start(&bench->answer_timer, on_answer_timer, bench->answer_ms, 0);
}

static void on_ceiling(uv_timer_t *timer)
{
	(void)timer;
	fprintf(stderr, "not done within %d ms\n", CEILING_MS);
	abort();
}

void bench_init(struct bench *bench, unsigned idle_s, uint64_t request_ms, uint64_t answer_ms)
{
	struct control_options options = {.group = GROUP,
		.idle_s = idle_s,
		.request_ms = request_ms,
		.answer_ms = answer_ms,
		.overview = on_overview,
		.command = on_command,
		.owner = bench};
	struct error e = {0};

	*bench = (struct bench){.folder = scratch_new()};
	must(chmod(bench->folder, 0755), bench->folder);
	bench->path = inside(bench->folder, "s");
	uv_loop_init(&bench->loop);
	uv_timer_init(&bench->loop, &bench->answer_timer);
	uv_timer_init(&bench->loop, &bench->ceiling);
	bench->answer_timer.data = bench->ceiling.data = bench;
	uv_timer_start(&bench->ceiling, on_ceiling, CEILING_MS, 0);
	bench->control = control_new(&bench->loop, &options);
	if (!control_listen(bench->control, bench->path, &e))
		fail_msg("%s", e.text);
}

void bench_done(struct bench *bench)
{
	control_close(take(bench->control));
	uv_close((uv_handle_t *)&bench->answer_timer, NULL);
	uv_close((uv_handle_t *)&bench->ceiling, NULL);
	assert_int_equal(uv_run(&bench->loop, UV_RUN_DEFAULT), 0);
	assert_int_equal(uv_loop_close(&bench->loop), 0);
	free(bench->path);
	scratch_end(bench->folder);
	free(bench->stack);
	free(bench->text);
	free(bench->giver);
}

/* --- the client's side, in its own process --- */

static void say(int out, const char *text)
{
	(void)!write(out, text, strlen(text));
}

static void send_all(int fd, const struct client *client)
{
	size_t length = client->length ? client->length : strlen(client->bytes);
	size_t step = client->gap_ms ? 1 : 64 * 1024;

	for (size_t sent = 0; sent < length; sent += step) {
		size_t n = length - sent < step ? length - sent : step;

		if (send(fd, client->bytes + sent, n, MSG_NOSIGNAL) < 0)
			return;
		poll(NULL, 0, (int)client->gap_ms);
	}
}

static void receive_all(int fd, int out)
{
	char bytes[4096];
	ssize_t got = 0;

	while ((got = read(fd, bytes, sizeof(bytes))) > 0)
		(void)!write(out, bytes, (size_t)got);
	if (got < 0)
		say(out, "!reset");
}

static void become(const struct client *client)
{
	if (!client->user)
		return;
	if (setgroups(client->other_group ? 1 : 0, &client->other_group) != 0 ||
		setgid(client->group) != 0 || setuid(client->user) != 0)
		_exit(EXIT_FAILURE);
}

static void be_client(const struct client *client, const char *path, int out)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	/* Or it would keep the daemon's listening socket open, and wait in its queue for ever. */
	close_range(STDERR_FILENO + 1, (unsigned)out - 1, 0);
	close_range((unsigned)out + 1, ~0U, 0);

	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
	become(client);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
		say(out, "!");
		say(out, strerror(errno));
		_exit(EXIT_SUCCESS);
	}
	send_all(fd, client);
	poll(NULL, 0, (int)client->hold_ms);
	if (!client->leave)
		receive_all(fd, out);
	_exit(EXIT_SUCCESS);
}

/* --- between them --- */

static void on_closed(uv_handle_t *handle)
{
	struct talk *talk = handle->data;

	talk->ended = true;
}

static void on_said(uv_poll_t *poll, int status, int events)
{
	struct talk *talk = poll->data;
	char bytes[65536];
	ssize_t got = read(talk->descriptor, bytes, sizeof(bytes));

	(void)events;
	assert_int_equal(status, 0);
	if (got > 0) {
		text_add_bytes(&talk->reply, bytes, (size_t)got);
		return;
	}
	talk->took_ms = uv_now(&talk->bench->loop) - talk->began_ms;
	talk->bench->running--;
	uv_close((uv_handle_t *)poll, on_closed);
	uv_stop(&talk->bench->loop);
}

void talk_start(struct talk *talk, struct bench *bench, const struct client *client)
{
	int pipes[2];

	must(pipe2(pipes, O_CLOEXEC), "pipe");
	uv_update_time(&bench->loop);
	*talk = (struct talk){
		.bench = bench, .descriptor = pipes[0], .began_ms = uv_now(&bench->loop)};
	talk->process = fork();
	must(talk->process, "fork");
	if (!talk->process)
		be_client(client, bench->path, pipes[1]);
	close(pipes[1]);
	uv_poll_init(&bench->loop, &talk->poll, pipes[0]);
	talk->poll.data = talk;
	uv_poll_start(&talk->poll, UV_READABLE, on_said);
	bench->running++;
}

void talk_done(struct talk *talk)
{
	int status = 0;

	must(waitpid(talk->process, &status, 0), "waitpid");
	assert_int_equal(status, 0);
	close(talk->descriptor);
	text_done(&talk->reply);
}

void bench_run(struct bench *bench)
{
	while (bench->running)
		uv_run(&bench->loop, UV_RUN_DEFAULT);
	uv_run(&bench->loop, UV_RUN_NOWAIT); /* what was closed is told */
}

char *ask(struct bench *bench, const struct client *client)
{
	struct talk talk;

	talk_start(&talk, bench, client);
	bench_run(bench);
	char *reply = text_take(&talk.reply);

	talk_done(&talk);
	return reply;
}
