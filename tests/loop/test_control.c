#include "io/control.h"

#include <errno.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "control_fixture.h"
#include "scratch.h"

#define HOST "Host: stackd\r\n"
#define GET_STACKS "GET /v1/stacks HTTP/1.1\r\n" HOST "\r\n"
#define POST(length, body)                                                                         \
	"POST /v1/commands HTTP/1.1\r\n" HOST "Content-Length: " length "\r\n\r\n" body
#define RETRY "{\"command\": \"retry\"}"
#define POST_RETRY POST("20", RETRY)

static gid_t games(void)
{
	return getgrnam(GROUP)->gr_gid;
}

static void assert_reply(const char *reply, const char *status, const char *text)
{
	AUTO(free_text) char *start = xasprintf("HTTP/1.1 %s ", status);

	if (!text_starts(reply, start) || !strstr(reply, text))
		fail_msg("expected %s and %s, found:\n%s", status, text, reply);
	assert_non_null(strstr(reply, "\r\nConnection: close\r\n"));
}

static const struct {
	const char *sentence, *bytes, *status, *text;
} requests[] = {
	{"what there is", GET_STACKS, "200", "\r\n\r\n{\"stacks\": []}\n"},
	{"as JSON", GET_STACKS, "200", "\r\nContent-Type: application/json\r\n"},
	{"an older client", "GET /v1/stacks HTTP/1.0\r\n\r\n", "200", "{\"stacks\": []}"},
	{"another path", "GET /v1/stack HTTP/1.1\r\n" HOST "\r\n", "404",
		"{\"answer\": \"refused\", \"text\": \"there is no /v1/stack here; did you mean "
		"'/v1/stacks'?\"}"},
	{"the root", "GET / HTTP/1.1\r\n" HOST "\r\n", "404",
		"there is no / here, only /v1/stacks and /v1/commands"},
	{"a path that steers a terminal", "GET /%1b[2J HTTP/1.1\r\n" HOST "\r\n", "404",
		"there is no / [2J here"},
	{"another method", "DELETE /v1/stacks HTTP/1.1\r\n" HOST "\r\n", "405",
		"\r\nAllow: GET\r\n"},
	{"commands are not got", "GET /v1/commands HTTP/1.1\r\n" HOST "\r\n", "405",
		"\r\nAllow: POST\r\n"},
	{"a query", "GET /v1/stacks?all=1 HTTP/1.1\r\n" HOST "\r\n", "400",
		"found a query behind the path, expected none"},
	{"no JSON", POST("5", "hello"), "400", "{\"answer\": \"refused\", \"text\": \"1:1: "},
	{"nothing at all", POST("0", ""), "400", "1:1: "},
	{"an unknown command", POST("21", "{\"command\": \"retryy\"}"), "400",
		"unknown command 'retryy'; did you mean 'retry'?"},
	{"an unknown member", POST("13", "{\"stacks\": 7}"), "400",
		"the member 'command' is missing"},
	{"too long by its own account", POST("65537", ""), "413", "found more than 64 KiB"},
	{"longer than any number", POST("99999999999999999999", ""), "4", ""},
	{"a negative length", POST("-1", RETRY), "4", ""},
	{"a body that comes in chunks",
		"POST /v1/commands HTTP/1.1\r\n" HOST
		"Transfer-Encoding: chunked\r\n\r\n14\r\n" RETRY "\r\n0\r\n\r\n",
		"200", "{\"answer\": \"done\", \"text\": \"so be it\"}"},
	{"a command", POST_RETRY, "200", "{\"answer\": \"done\", \"text\": \"so be it\"}"},
};

static void test_requests(void **state)
{
	AUTO_DONE(bench_done) struct bench bench;

	(void)state;
	bench_init(&bench, 10, 10000, 10000);
	for (size_t i = 0; i < COUNT(requests); i++) {
		AUTO(free_text)
		char *reply = ask(&bench, &(struct client){.bytes = requests[i].bytes});

		print_message("# %s\n", requests[i].sentence);
		if (*requests[i].text)
			assert_reply(reply, requests[i].status, requests[i].text);
		else /* the library's own words, or none */
			assert_true(!*reply || text_starts(reply, "HTTP/1.1 4") ||
				    text_starts(reply, "!reset"));
	}
	assert_int_equal(bench.commands, 2);
	assert_int_equal(bench.command.kind, COMMAND_RETRY);
	AUTO(free_text)
	char *giver = xasprintf("%s (uid %u)", getpwuid(geteuid())->pw_name, geteuid());

	assert_string_equal(bench.command.giver, giver);
}

/* Whatever comes, the next client is served. */
static void test_hostile(void **state)
{
	static const struct {
		const char *sentence, *bytes;
		size_t length;
	} rows[] = {
		{"no HTTP", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11},
		{"NULs", "GET /v1/stacks\0 HTTP/1.1\r\n\r\n", 28},
		{"no host", "GET /v1/stacks HTTP/1.1\r\n\r\n", 0},
		{"another protocol", "HELO stackd\r\n", 0},
		{"a header without a name", "GET /v1/stacks HTTP/1.1\r\n: a\r\n\r\n", 0},
		{"chunks of no size",
			"POST /v1/commands HTTP/1.1\r\n" HOST
			"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
			0},
		{"two requests at once", GET_STACKS GET_STACKS, 0},
	};
	AUTO_DONE(bench_done) struct bench bench;

	(void)state;
	bench_init(&bench, 10, 300, 2000);
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(free_text)
		char *reply = ask(
			&bench, &(struct client){.bytes = rows[i].bytes, .length = rows[i].length});
		AUTO(free_text) char *next = ask(&bench, &(struct client){.bytes = GET_STACKS});

		print_message("# %s\n", rows[i].sentence);
		assert_reply(next, "200", "{\"stacks\": []}");
		const char *first = strstr(reply, "HTTP/1.1 200");

		assert_true(!first || !strstr(first + 1, "HTTP/1.1 200"));
	}
	assert_int_equal(bench.commands, 0);
}

static void test_large(void **state)
{
	AUTO_DONE(bench_done) struct bench bench;
	AUTO_DONE(text_done) struct text head = {0};
	AUTO_DONE(text_done) struct text chunks = {0};

	(void)state;
	bench_init(&bench, 10, 300, 2000);
	text_add(&head, "GET /v1/stacks HTTP/1.1\r\n" HOST "X: ");
	while (head.length < 200000)
		text_add(&head, "0123456789");
	text_add(&head, "\r\n\r\n");
	AUTO(free_text) char *reply = ask(&bench, &(struct client){.bytes = head.data});

	assert_false(text_starts(reply, "HTTP/1.1 200"));
	text_add(&chunks,
		"POST /v1/commands HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n");
	while (chunks.length < 120000)
		text_add(&chunks, "a\r\n          \r\n");
	text_add(&chunks, "0\r\n\r\n");
	AUTO(free_text) char *refused = ask(&bench, &(struct client){.bytes = chunks.data});

	assert_reply(refused, "413", "found more than 64 KiB, expected a command");
	assert_int_equal(bench.commands, 0);
}

/* --- who may what --- */

static void test_permissions(void **state)
{
	const struct {
		const char *sentence;
		struct client client;
		const char *get, *post; /* the status */
	} rows[] = {
		{"root changes", {0}, "200", "200"},
		{"a member reads", {.user = NOBODY, .group = games()}, "200", "403"},
		{"also one whose second group it is",
			{.user = NOBODY, .group = NOBODY, .other_group = games()}, "200", "403"},
		{"nobody else does anything", {.user = NOBODY, .group = NOBODY}, "403", "403"},
	};
	AUTO_DONE(bench_done) struct bench bench;

	(void)state;
	if (geteuid() != 0)
		skip();
	bench_init(&bench, 10, 10000, 10000);
	/* The file's mode keeps others out before; here they come in. */
	must(chmod(bench.path, 0666), bench.path);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct client client = rows[i].client;

		print_message("# %s\n", rows[i].sentence);
		client.bytes = GET_STACKS;
		AUTO(free_text) char *got = ask(&bench, &client);

		client.bytes = POST_RETRY;
		AUTO(free_text) char *posted = ask(&bench, &client);

		client.bytes = "GET /none HTTP/1.1\r\n" HOST "\r\n";
		AUTO(free_text) char *none = ask(&bench, &client);

		assert_reply(got, rows[i].get, "{\"");
		assert_reply(posted, rows[i].post, "{\"answer\": ");
		assert_reply(none, strcmp(rows[i].get, "200") == 0 ? "404" : "403", "refused");
	}
	assert_int_equal(bench.commands, 1);
}

static void test_file(void **state)
{
	AUTO_DONE(bench_done) struct bench bench;
	mode_t before = umask(0);
	struct stat status;

	(void)state;
	bench_init(&bench, 10, 10000, 10000);
	umask(before);
	assert_int_equal(lstat(bench.path, &status), 0);
	assert_int_equal(status.st_mode, S_IFSOCK | 0660);
	if (geteuid() == 0)
		assert_int_equal(status.st_gid, games());
	AUTO(free_text) char *path = xstrdup(bench.path);

	control_close(take(bench.control));
	assert_int_equal(lstat(path, &status), -1);
	assert_int_equal(errno, ENOENT);
}

/* --- slow ones, silent ones, many --- */

static void test_slow(void **state)
{
	enum { LATEST_MS = 15000 }; /* on a machine that is busy otherwise */
	const struct {
		const char *sentence;
		struct client client;
		uint64_t least_ms, most_ms;
	} rows[] = {
		{"says nothing", {.bytes = ""}, 800, LATEST_MS},
		{"says half of it", {.bytes = "GET /v1/sta"}, 800, LATEST_MS},
		{"owes the body", {.bytes = POST("20", "{\"comm")}, 800, LATEST_MS},
		{"a byte now and then", {.bytes = GET_STACKS GET_STACKS, .gap_ms = 100}, 2500,
			LATEST_MS},
	};
	AUTO_DONE(bench_done) struct bench bench;
	struct talk talks[COUNT(rows)];

	(void)state;
	bench_init(&bench, 1, 2500, 2500);
	for (size_t i = 0; i < COUNT(rows); i++)
		talk_start(&talks[i], &bench, &rows[i].client);
	bench_run(&bench);
	for (size_t i = 0; i < COUNT(rows); i++) {
		print_message("# %s\n", rows[i].sentence);
		assert_in_range(talks[i].took_ms, rows[i].least_ms, rows[i].most_ms);
		assert_false(text_starts(text_string(&talks[i].reply), "HTTP/1.1 200"));
		talk_done(&talks[i]);
	}
}

/* More than there are places: those who come late are served when the silent ones' time is over. */
static void test_many(void **state)
{
	enum { SILENT = CONTROL_CONNECTIONS, LATE = 24 };
	AUTO_DONE(bench_done) struct bench bench;
	struct talk talks[SILENT + LATE];

	(void)state;
	bench_init(&bench, 10, 500, 2000);
	for (size_t i = 0; i < SILENT + LATE; i++)
		talk_start(&talks[i], &bench,
			&(struct client){.bytes = i < SILENT ? "GET /v1/st" : GET_STACKS});
	bench_run(&bench);
	for (size_t i = SILENT; i < SILENT + LATE; i++)
		assert_reply(text_string(&talks[i].reply), "200", "{\"stacks\": []}");
	for (size_t i = 0; i < SILENT + LATE; i++)
		talk_done(&talks[i]);
}

/* Readers who take all that they get leave room for who may change something. */
static void test_readers_leave_room(void **state)
{
	enum { SILENT_MS = 3000 };
	AUTO_DONE(bench_done) struct bench bench;
	struct talk talks[CONTROL_CONNECTIONS];
	struct client reader = {
		.user = NOBODY, .group = NOBODY, .other_group = games(), .bytes = "GET /v1/st"};

	(void)state;
	if (geteuid() != 0)
		skip();
	bench_init(&bench, 10, SILENT_MS, 5000);
	must(chmod(bench.path, 0666), bench.path);
	for (size_t i = 0; i < COUNT(talks); i++)
		talk_start(&talks[i], &bench, &reader);

	struct talk root;

	uv_run(&bench.loop, UV_RUN_ONCE);
	talk_start(&root, &bench, &(struct client){.bytes = POST_RETRY});
	bench_run(&bench);
	assert_reply(text_string(&root.reply), "200", "so be it");
	assert_in_range(root.took_ms, 0, SILENT_MS - 100);
	talk_done(&root);
	for (size_t i = 0; i < COUNT(talks); i++)
		talk_done(&talks[i]);
}

/* --- answers --- */

static void test_answers(void **state)
{
	static const struct {
		enum answer_code code;
		const char *status, *word;
	} rows[] = {
		{ANSWER_DONE, "200", "done"},
		{ANSWER_UNKNOWN, "404", "unknown"},
		{ANSWER_REFUSED, "409", "refused"},
		{ANSWER_FAILED, "500", "failed"},
	};
	AUTO_DONE(bench_done) struct bench bench;

	(void)state;
	bench_init(&bench, 1, 10000, 10000);
	for (size_t i = 0; i < 2 * COUNT(rows); i++) {
		/* From inside; later; and after more than a silent client's time. */
		bench.answer_ms = i < COUNT(rows) ? 0 : i + 1 < 2 * COUNT(rows) ? 20 : 2500;
		bench.code = rows[i % COUNT(rows)].code;
		AUTO(free_text) char *reply = ask(&bench, &(struct client){.bytes = POST_RETRY});
		AUTO(free_text)
		char *expected = xasprintf("{\"answer\": \"%s\", \"text\": \"so be it\"}\n",
			rows[i % COUNT(rows)].word);

		assert_reply(reply, rows[i % COUNT(rows)].status, expected);
	}
}

static void test_command_is_whole(void **state)
{
	AUTO_DONE(bench_done) struct bench bench;

	(void)state;
	bench_init(&bench, 10, 10000, 10000);
	AUTO(free_text)
	char *reply = ask(&bench,
		&(struct client){
			.bytes = POST("69", "{\"command\": \"approve\", \"stack\": \"database\", "
					    "\"digest\": \"9C1D22A07F3B\"}"),
			.gap_ms = 1});

	assert_reply(reply, "200", "done");
	assert_int_equal(bench.command.kind, COMMAND_APPROVE);
	assert_string_equal(bench.command.stack, "database");
	assert_string_equal(bench.command.text, "9c1d22a07f3b");
}

static void test_no_answer(void **state)
{
	AUTO_DONE(bench_done) struct bench bench;

	(void)state;
	bench_init(&bench, 10, 1000, 400);
	bench.answer_ms = UINT64_MAX;
	AUTO(free_text) char *reply = ask(&bench, &(struct client){.bytes = POST_RETRY});

	assert_reply(reply, "504", "{\"answer\": \"failed\", \"text\": \"not confirmed yet");
	/* Too late, and nobody's. */
	control_answer(bench.control, &(struct command_answer){.number = bench.number, .text = ""});
	control_answer(bench.control, &(struct command_answer){.number = 4711, .text = ""});
}

/* Who gives a command and goes is nobody's concern. */
static void test_gone(void **state)
{
	AUTO_DONE(bench_done) struct bench bench;

	(void)state;
	bench_init(&bench, 1, 1000, 5000);
	bench.answer_ms = 300;
	AUTO(free_text)
	char *nothing =
		ask(&bench, &(struct client){.bytes = POST_RETRY, .hold_ms = 100, .leave = true});
	AUTO(free_text) char *reply = ask(&bench, &(struct client){.bytes = POST_RETRY});

	assert_string_equal(nothing, "");
	assert_reply(reply, "200", "so be it");
	assert_int_equal(bench.commands, 2);
}

/* The daemon ends: those who wait are told, the others find a closed connection. */
static void test_end(void **state)
{
	AUTO_DONE(bench_done) struct bench bench;
	struct talk waiting, silent;

	(void)state;
	bench_init(&bench, 10, 10000, 10000);
	bench.answer_ms = UINT64_MAX;
	talk_start(&silent, &bench, &(struct client){.bytes = "GET /v1/st"});
	talk_start(&waiting, &bench, &(struct client){.bytes = POST_RETRY});
	while (!bench.commands)
		uv_run(&bench.loop, UV_RUN_ONCE);
	control_close(take(bench.control));
	bench_run(&bench);
	assert_reply(text_string(&waiting.reply), "503", "stackd is ending");
	assert_false(text_starts(text_string(&silent.reply), "HTTP/1.1 2"));
	talk_done(&waiting);
	talk_done(&silent);
}

/* What arrives at the very end is no command any more. */
static void test_late(void **state)
{
	AUTO_DONE(bench_done) struct bench bench;
	struct talk late;

	(void)state;
	bench_init(&bench, 10, 10000, 10000);
	bench.answer_ms = UINT64_MAX;
	talk_start(&late, &bench, &(struct client){.bytes = POST_RETRY, .gap_ms = 2});
	for (uint64_t end_ms = uv_now(&bench.loop) + 60; uv_now(&bench.loop) < end_ms;)
		uv_run(&bench.loop, UV_RUN_NOWAIT);
	poll(NULL, 0, 500); /* the rest comes, and nobody looks */
	control_close(take(bench.control));
	bench_run(&bench);
	assert_int_equal(bench.commands, 0);
	assert_reply(text_string(&late.reply), "503", "\"stackd is ending\"");
	talk_done(&late);
}

/* --- where it listens --- */

static char *listen_at(struct bench *bench, const char *path)
{
	struct error e = {0};

	return control_listen(bench->control, path, &e) ? xstrdup("") : xstrdup(e.text);
}

static void assert_listening(struct bench *bench)
{
	AUTO(free_text) char *reply = ask(bench, &(struct client){.bytes = GET_STACKS});

	assert_reply(reply, "200", "{\"stacks\": []}");
}

static void test_move(void **state)
{
	AUTO_DONE(bench_done) struct bench bench;
	AUTO(free_text) char *first = NULL;
	AUTO(free_text) char *second = NULL;
	struct talk waiting;

	(void)state;
	bench_init(&bench, 10, 10000, 10000);
	first = xstrdup(bench.path);
	second = inside(bench.folder, "t");
	bench.answer_ms = 500;
	talk_start(&waiting, &bench, &(struct client){.bytes = POST_RETRY});
	while (!bench.commands)
		uv_run(&bench.loop, UV_RUN_ONCE);
	AUTO(free_text) char *moved = listen_at(&bench, second);

	assert_string_equal(moved, "");
	assert_int_equal(access(first, F_OK), -1);
	replace_text(&bench.path, second);
	assert_listening(&bench);
	bench_run(&bench);
	/* Who came before is served to the end. */
	assert_reply(text_string(&waiting.reply), "200", "so be it");
	talk_done(&waiting);
}

/* Faults leave it where it was; what was in the way may go meanwhile. */
static void test_no_place(void **state)
{
	AUTO_DONE(bench_done) struct bench bench;
	AUTO(free_text) char *missing = NULL;
	AUTO(free_text) char *file = NULL;

	(void)state;
	bench_init(&bench, 10, 10000, 10000);
	missing = inside(bench.folder, "none/s");
	file = inside(bench.folder, "file");
	put(bench.folder, "file", "precious");
	AUTO(free_text) char *no_folder = listen_at(&bench, missing);
	AUTO(free_text) char *no_socket = listen_at(&bench, file);

	assert_true(text_ends(no_folder, "/none/s: No such file or directory"));
	assert_true(text_ends(
		no_socket, "/file: found something else there, expected a socket or nothing"));
	assert_int_equal(access(file, F_OK), 0);
	assert_listening(&bench);

	/* Somebody cleaned the folder up: the next reload mends it. */
	must(unlink(bench.path), bench.path);
	AUTO(free_text) char *again = listen_at(&bench, bench.path);

	assert_string_equal(again, "");
	assert_listening(&bench);
	must(unlink(file), file);
	AUTO(free_text) char *there = listen_at(&bench, file);

	assert_string_equal(there, "");
	replace_text(&bench.path, file);
	assert_listening(&bench);
}

static int other_program(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
	must(bind(fd, (struct sockaddr *)&address, sizeof(address)), path);
	must(listen(fd, 1), path);
	return fd;
}

static void test_dead_and_alive(void **state)
{
	AUTO_DONE(bench_done) struct bench bench;
	AUTO(free_text) char *path = NULL;

	(void)state;
	bench_init(&bench, 10, 10000, 10000);
	path = inside(bench.folder, "other");
	int alive = other_program(path);
	AUTO(free_text) char *refused = listen_at(&bench, path);

	assert_true(text_ends(refused, "/other: another program answers there"));
	assert_listening(&bench);
	close(alive);
	AUTO(free_text) char *replaced = listen_at(&bench, path);

	assert_string_equal(replaced, "");
	replace_text(&bench.path, path);
	assert_listening(&bench);

	/* Whose file it is at the end, it stays. */
	must(unlink(path), path);
	int later = other_program(path);

	control_close(take(bench.control));
	assert_int_equal(access(path, F_OK), 0);
	close(later);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_requests),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_permissions),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_slow),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_readers_leave_room),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_command_is_whole),
		cmocka_unit_test(test_no_answer),
		cmocka_unit_test(test_gone),
		cmocka_unit_test(test_end),
		cmocka_unit_test(test_late),
		cmocka_unit_test(test_move),
		cmocka_unit_test(test_no_place),
		cmocka_unit_test(test_dead_and_alive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
