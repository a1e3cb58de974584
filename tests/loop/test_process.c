#include "io/process.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "scratch.h"

enum { CEILING_MS = 20000, OUTPUT_LIMIT = 1000 };

struct bench {
	uv_loop_t loop;
	uv_timer_t guard;
	bool expired, inside;
	unsigned told;
	struct error error;
	int status;
	char *output, *complaint;
};

static void on_guard(uv_timer_t *guard)
{
	((struct bench *)guard->data)->expired = true;
}

static int set_up(void **state)
{
	struct bench *bench = xcalloc(1, sizeof(*bench));

	uv_loop_init(&bench->loop);
	uv_timer_init(&bench->loop, &bench->guard);
	bench->guard.data = bench;
	uv_timer_start(&bench->guard, on_guard, CEILING_MS, 0);
	*state = bench;
	return 0;
}

/* The loop must run dry: whatever was started has ended. */
static int tear_down(void **state)
{
	struct bench *bench = *state;

	uv_close((uv_handle_t *)&bench->guard, NULL);
	uv_run(&bench->loop, UV_RUN_DEFAULT);
	int result = uv_loop_close(&bench->loop);

	free(bench->output);
	free(bench->complaint);
	free(bench);
	return result;
}

static void on_done(void *owner, const struct process_result *result)
{
	struct bench *bench = owner;

	assert_false(bench->inside);
	assert_int_equal(strlen(result->output), result->length);
	bench->told++;
	bench->error = result->error;
	bench->status = result->status;
	replace_text(&bench->output, result->output);
	replace_text(&bench->complaint, result->complaint);
	uv_stop(&bench->loop);
}

/* `script` NULL: a program that isn't there. */
static struct process *start(struct bench *bench, const char *script, uint64_t timeout_ms)
{
	AUTO_DONE(texts_done) struct texts arguments = {0};

	texts_add(&arguments, script ? "sh" : "/no/such/program");
	if (script) {
		texts_add(&arguments, "-c");
		texts_add(&arguments, script);
	}
	bench->inside = true;
	struct process *process =
		process_start(&bench->loop, &arguments, OUTPUT_LIMIT, timeout_ms, on_done, bench);

	bench->inside = false;
	return process;
}

static void run(struct bench *bench, const char *script, uint64_t timeout_ms)
{
	start(bench, script, timeout_ms);
	while (!bench->told && !bench->expired)
		uv_run(&bench->loop, UV_RUN_ONCE);
	assert_int_equal(bench->told, 1);
}

static const struct {
	const char *sentence, *script;
	uint64_t timeout_ms;
	enum error_kind kind;
	const char *text; /* of the error; else the output */
	int status;
	const char *complaint;
} rows[] = {
	{"output", "echo hello", CEILING_MS, ERROR_NONE, "hello\n", 0, ""},
	{"nothing to read", "cat; echo end", CEILING_MS, ERROR_NONE, "end\n", 0, ""},
	{"a failure with its first line", "echo one >&2; echo two >&2; exit 3", CEILING_MS,
		ERROR_NONE, "", 3, "one"},
	{"a signal", "kill -TERM $$", CEILING_MS, ERROR_NONE, "", 128 + SIGTERM, ""},
	{"complaints without end", "yes >&2 & sleep 0.2; kill $!; echo end", CEILING_MS, ERROR_NONE,
		"end\n", 0, "y"},
	{"no such program", NULL, CEILING_MS, ERROR_DENIED,
		"cannot run it: no such file or directory", 0, ""},
	{"too much output", "yes", CEILING_MS, ERROR_TRANSIENT,
		"it prints too much, and was killed", 0, ""},
	{"too long", "sleep 1000", 100, ERROR_TRANSIENT, "it did not end in time, and was killed",
		0, ""},
	{"too long, and deaf", "trap '' TERM INT HUP; while :; do sleep 1000; done", 100,
		ERROR_TRANSIENT, "it did not end in time, and was killed", 0, ""},
	{"a child that stays", "sleep 1000 & exit 0", 100, ERROR_TRANSIENT,
		"it did not end in time, and was killed", 0, ""},
};

static void test_rows(void **state)
{
	struct bench *bench = *state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		print_message("# %s\n", rows[i].sentence);
		bench->told = 0;
		run(bench, rows[i].script, rows[i].timeout_ms);
		assert_int_equal(bench->error.kind, rows[i].kind);
		assert_string_equal(rows[i].kind ? bench->error.text : bench->output, rows[i].text);
		assert_string_equal(bench->complaint, rows[i].complaint);
		if (!rows[i].kind)
			assert_int_equal(bench->status, rows[i].status);
	}
}

/* Words, not a command line. */
static void test_no_shell(void **state)
{
	struct bench *bench = *state;
	AUTO_DONE(texts_done) struct texts arguments = {0};

	texts_add(&arguments, "echo");
	texts_add(&arguments, "$HOME; `id` 'x'");
	process_start(&bench->loop, &arguments, OUTPUT_LIMIT, CEILING_MS, on_done, bench);
	while (!bench->told && !bench->expired)
		uv_run(&bench->loop, UV_RUN_ONCE);
	assert_string_equal(bench->output, "$HOME; `id` 'x'\n");
}

/* All that it started goes with it, and nobody is told. */
static void test_cancel(void **state)
{
	struct bench *bench = *state;
	AUTO(scratch_end) char *folder = scratch_new();
	AUTO(free_text) char *pid_file = inside(folder, "pid");
	AUTO(free_text)
	char *script = xasprintf(
		"sleep 1000 & echo $! > %s.new; mv %s.new %s; wait", pid_file, pid_file, pid_file);
	struct process *process = start(bench, script, CEILING_MS);
	long child = 0;

	while (access(pid_file, R_OK) != 0 && !bench->expired)
		uv_run(&bench->loop, UV_RUN_NOWAIT);
	FILE *file = fopen(pid_file, "r");

	must(file ? 0 : -1, pid_file);
	char digits[32] = "";

	must(fgets(digits, sizeof(digits), file) ? 0 : -1, pid_file);
	child = strtol(digits, NULL, 10);
	fclose(file);
	process_cancel(process);
	process_cancel(NULL);
	/* Whoever takes in orphans here may leave it a zombie. */
	AUTO(free_text) char *command = xasprintf("/proc/%ld/cmdline", child);
	char byte;

	for (bool gone = false; !gone && !bench->expired;) {
		FILE *line = fopen(command, "r");

		gone = !line || fread(&byte, 1, 1, line) == 0;
		if (line)
			fclose(line);
		uv_run(&bench->loop, UV_RUN_NOWAIT);
	}
	assert_false(bench->expired);
	assert_int_equal(bench->told, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_rows, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_shell, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_cancel, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
