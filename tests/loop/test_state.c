#include "io/state.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "io/records.h"
#include "scratch.h"

/* A state directory, a folder of manifests beside it, and a loop. */
struct bench {
	char *folder, *memory, *manifests;
	uv_loop_t loop;
	struct state *state;
	struct reply reply; /* the last one */
	uint64_t calls, answers;
	bool inside, close_last;
};

static int setup(void **place)
{
	struct bench *bench = xcalloc(1, sizeof(*bench));

	bench->folder = scratch_new();
	bench->memory = inside(bench->folder, "memory");
	bench->manifests = inside(bench->folder, "manifests");
	must(mkdir(bench->manifests, 0755), "mkdir");
	uv_loop_init(&bench->loop);
	*place = bench;
	return 0;
}

static int teardown(void **place)
{
	struct bench *bench = *place;
	int left;

	reply_done(&bench->reply);
	state_close(bench->state);
	uv_run(&bench->loop, UV_RUN_DEFAULT);
	left = uv_loop_close(&bench->loop);
	scratch_end(bench->folder);
	free(bench->memory);
	free(bench->manifests);
	free(bench);
	return left;
}

static void open_memory(struct bench *bench, bool write)
{
	struct error e = {0};

	state_close(bench->state);
	bench->state = state_open(bench->memory, bench->manifests, write, &e);
	if (!bench->state)
		fail_msg("%s", e.text);
}

static void answered(void *owner, uint64_t call, struct reply *reply)
{
	struct bench *bench = owner;

	assert_false(bench->inside);
	assert_int_equal(call, ++bench->answers);
	reply_done(&bench->reply);
	bench->reply = *reply;
	*reply = (struct reply){0};
	if (bench->close_last && bench->answers == bench->calls)
		state_close(take(bench->state));
}

static void ask(struct bench *bench, enum call_kind kind, const char *key, const char *text)
{
	struct call call = {.id = ++bench->calls, .kind = kind};

	call.stack = xstrdup(key);
	call.body = xstrdup(text);
	bench->inside = true;
	state_call(bench->state, &bench->loop, &call, answered, bench);
	bench->inside = false;
	call_done(&call);
}

static const struct reply *save(struct bench *bench, const char *key, const char *text)
{
	ask(bench, CALL_SAVE, key, text);
	uv_run(&bench->loop, UV_RUN_DEFAULT);
	assert_int_equal(bench->answers, bench->calls);
	return &bench->reply;
}

static const struct reply *recall(struct bench *bench)
{
	ask(bench, CALL_RECALL, NULL, NULL);
	uv_run(&bench->loop, UV_RUN_DEFAULT);
	assert_int_equal(bench->answers, bench->calls);
	assert_int_equal(bench->reply.code, REPLY_OK);
	return &bench->reply;
}

static const struct record_text *find(const struct reply *reply, const char *key)
{
	for (size_t i = 0; i < reply->record_count; i++)
		if (strcmp(reply->records[i].key, key) == 0)
			return &reply->records[i];
	return NULL;
}

/* NULL: no such record, or none that could be read. */
static const char *recalled(struct bench *bench, const char *key)
{
	const struct record_text *record = find(recall(bench), key);

	return record ? record->text : NULL;
}

static mode_t mode_of(const char *folder, const char *name)
{
	AUTO(free_text) char *path = inside(folder, name);
	struct stat status;

	return stat(path, &status) == 0 ? status.st_mode & 07777 : 0;
}

/* --- records --- */

static const struct {
	const char *sentence, *key, *text, *file;
} records[] = {
	{"a stack of a region", "eu-west-1/web", "{\"a\":1}", "eu-west-1%2Fweb.json"},
	{"a key that would climb", "../../etc/passwd", "{}", "..%2F..%2Fetc%2Fpasswd.json"},
	{"a key that looks encoded", "a%2Fb", "{}", "a%252Fb.json"},
	{"a key of a dot", ".", "{}", "..json"},
	{"a key with a suffix", "web.json", "{}", "web.json.json"},
	{"a key that looks left behind", "web.json.tmp", "{}", "web.json.tmp.json"},
	{"letters beyond ASCII",
		"st\xc3\xa4"
		"ck",
		"{\"n\":\"\xc3\xa4\"}", "st%C3%A4ck.json"},
	{"a text that is no JSON comes back as it is", "eu-west-1/broken", "{\"a\":", NULL},
	{"an empty text comes back as it is", "eu-west-1/empty", "", NULL},
};

static void test_what_was_saved_is_recalled(void **place)
{
	struct bench *bench = *place;

	open_memory(bench, true);
	assert_int_equal(recall(bench)->record_count, 0);
	for (size_t i = 0; i < COUNT(records); i++) {
		const struct reply *reply = save(bench, records[i].key, records[i].text);

		print_message("# %s\n", records[i].sentence);
		assert_int_equal(reply->code, REPLY_OK);
		assert_int_equal(reply->effect, EFFECT_CONFIRMED);
		if (records[i].file)
			assert_int_equal(mode_of(bench->memory, records[i].file), 0600);
	}
	open_memory(bench, true);
	for (size_t i = 0; i < COUNT(records); i++) {
		print_message("# %s\n", records[i].sentence);
		assert_string_equal(recalled(bench, records[i].key), records[i].text);
	}
	assert_int_equal(recall(bench)->record_count, COUNT(records));
}

static void test_a_forgotten_record_is_gone(void **place)
{
	struct bench *bench = *place;

	open_memory(bench, true);
	save(bench, "eu-west-1/web", "{}");
	save(bench, "eu-west-1/queue", "{}");
	assert_int_equal(save(bench, "eu-west-1/web", NULL)->code, REPLY_OK);
	assert_int_equal(save(bench, "eu-west-1/never", NULL)->code, REPLY_OK);
	assert_null(recalled(bench, "eu-west-1/web"));
	assert_string_equal(recalled(bench, "eu-west-1/queue"), "{}");
}

static void test_calls_are_done_in_their_order(void **place)
{
	struct bench *bench = *place;
	char text[32];

	open_memory(bench, true);
	for (int i = 0; i < 300; i++) {
		snprintf(text, sizeof(text), "{\"n\":%d}", i);
		ask(bench, CALL_SAVE, i % 3 ? "eu-west-1/web" : "eu-west-1/queue", text);
	}
	assert_int_equal(bench->answers, 0);
	assert_string_equal(recalled(bench, "eu-west-1/web"), "{\"n\":299}");
	assert_string_equal(recalled(bench, "eu-west-1/queue"), "{\"n\":297}");
}

static void test_the_last_answer_may_close(void **place)
{
	struct bench *bench = *place;

	open_memory(bench, true);
	for (int i = 0; i < 100; i++)
		ask(bench, CALL_SAVE, "eu-west-1/web", "{}");
	bench->close_last = true;
	uv_run(&bench->loop, UV_RUN_DEFAULT);
	assert_int_equal(bench->answers, 100);
	assert_null(bench->state);
}

static void test_in_a_hurry_what_is_not_begun_is_not_done(void **place)
{
	struct bench *bench = *place;

	open_memory(bench, true);
	for (int i = 0; i < 300; i++)
		ask(bench, CALL_SAVE, i < 299 ? "eu-west-1/web" : "eu-west-1/last", "{}");
	state_hurry(bench->state);
	uv_run(&bench->loop, UV_RUN_DEFAULT);
	assert_int_equal(bench->answers, 300);
	assert_int_equal(bench->reply.code, REPLY_ERROR);
	assert_int_equal(bench->reply.effect, EFFECT_NONE);
	assert_null(recalled(bench, "eu-west-1/last"));
}

/* --- what can't be read --- */

static void test_an_unreadable_record_is_never_overwritten(void **place)
{
	static const struct {
		const char *sentence, *key, *file, *problem;
	} rows[] = {
		{"a folder in its place", "a", "a.json", "found a folder"},
		{"over the ceiling", "b", "b.json", "found more than 1048576 bytes"},
		{"a NUL byte", "c", "c.json", "found a NUL byte"},
		{"a link to nothing", "d", "d.json", "No such file"},
	};
	struct bench *bench = *place;
	char *large = xcalloc(1, RECORD_LIMIT + 1);

	open_memory(bench, true);

	int fd = open(bench->memory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	must(mkdirat(fd, "a.json", 0700), "mkdir");
	put_bytes(bench->memory, "b.json", large, RECORD_LIMIT + 1);
	put_bytes(bench->memory, "c.json", "{}\0", 3);
	must(symlinkat("nowhere", fd, "d.json"), "symlink");
	free(large);
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct record_text *record = find(recall(bench), rows[i].key);
		struct stat before, after;

		print_message("# %s\n", rows[i].sentence);
		assert_non_null(record);
		assert_null(record->text);
		assert_non_null(strstr(record->problem, rows[i].problem));
		assert_non_null(strstr(record->problem, rows[i].file));
		fstatat(fd, rows[i].file, &before, AT_SYMLINK_NOFOLLOW);
		assert_int_equal(save(bench, rows[i].key, "{}")->code, REPLY_ERROR);
		assert_int_equal(bench->reply.error.kind, ERROR_INVALID);
		assert_int_equal(bench->reply.effect, EFFECT_NONE);
		assert_int_equal(save(bench, rows[i].key, NULL)->code, REPLY_ERROR);
		assert_int_equal(fstatat(fd, rows[i].file, &after, AT_SYMLINK_NOFOLLOW), 0);
		assert_int_equal(before.st_ino, after.st_ino);
		assert_int_equal(before.st_size, after.st_size);
	}
	assert_int_equal(save(bench, "other", "{}")->code, REPLY_OK);
	close(fd);
}

static void test_a_record_over_the_ceiling_is_refused(void **place)
{
	struct bench *bench = *place;
	AUTO(free_text) char *large = xmalloc(RECORD_LIMIT + 2);

	memset(large, ' ', RECORD_LIMIT + 1);
	large[RECORD_LIMIT + 1] = '\0';
	open_memory(bench, true);
	save(bench, "eu-west-1/web", "{}");
	assert_int_equal(save(bench, "eu-west-1/web", large)->code, REPLY_ERROR);
	assert_non_null(strstr(bench->reply.error.text, "save eu-west-1/web: "));
	assert_string_equal(recalled(bench, "eu-west-1/web"), "{}");
	large[RECORD_LIMIT] = '\0';
	assert_int_equal(save(bench, "eu-west-1/web", large)->code, REPLY_OK);
	assert_string_equal(recalled(bench, "eu-west-1/web"), large);
}

static void test_a_key_that_makes_no_file_name(void **place)
{
	struct bench *bench = *place;
	char key[NAME_MAX + 1];

	memset(key, 'k', NAME_MAX);
	key[NAME_MAX] = '\0';
	open_memory(bench, true);
	assert_int_equal(save(bench, key, "{}")->code, REPLY_ERROR);
	assert_non_null(strstr(bench->reply.error.text, "File name too long"));
}

static void test_a_folder_that_went_away(void **place)
{
	struct bench *bench = *place;

	open_memory(bench, true);
	scratch_remove(bench->memory);
	assert_int_equal(save(bench, "eu-west-1/web", "{}")->code, REPLY_ERROR);
	assert_int_equal(bench->reply.effect, EFFECT_NONE);
}

static void test_a_full_disk_keeps_the_old_record(void **place)
{
	struct bench *bench = *place;

	if (!own_mounts()) {
		print_message("# skipped: mounting needs root\n");
		skip();
	}

	AUTO(free_text) char *large = xmalloc(RECORD_LIMIT);

	memset(large, ' ', RECORD_LIMIT);
	large[RECORD_LIMIT - 1] = '\0';
	must(mkdir(bench->memory, 0700), "mkdir");
	must(mount("tmpfs", bench->memory, "tmpfs", 0, "size=512k"), "mount");
	open_memory(bench, true);
	save(bench, "eu-west-1/web", "{}");
	assert_int_equal(save(bench, "eu-west-1/web", large)->code, REPLY_ERROR);
	assert_int_equal(bench->reply.error.kind, ERROR_TRANSIENT);
	assert_int_equal(bench->reply.effect, EFFECT_NONE);
	assert_non_null(strstr(bench->reply.error.text, "No space left on device"));
	assert_string_equal(recalled(bench, "eu-west-1/web"), "{}");
	assert_int_equal(save(bench, "eu-west-1/web", "{\"new\":1}")->code, REPLY_OK);
	must(umount2(bench->memory, MNT_DETACH), "umount");
}

/* --- interrupted --- */

static void test_what_a_crash_left_behind(void **place)
{
	struct bench *bench = *place;

	open_memory(bench, true);
	save(bench, "eu-west-1/web", "{\"old\":1}");
	put(bench->memory, "eu-west-1%2Fweb.json.tmp", "{\"ne");
	put(bench->memory, "eu-west-1%2Fqueue.json.tmp", "{\"new\":1}");
	put(bench->memory, "notes.txt", "not ours");
	open_memory(bench, false);
	assert_int_equal(recall(bench)->record_count, 1);
	assert_int_equal(mode_of(bench->memory, "eu-west-1%2Fweb.json.tmp"), 0644);
	open_memory(bench, true);
	assert_string_equal(recalled(bench, "eu-west-1/web"), "{\"old\":1}");
	assert_int_equal(mode_of(bench->memory, "eu-west-1%2Fweb.json.tmp"), 0);
	assert_int_equal(mode_of(bench->memory, "eu-west-1%2Fqueue.json.tmp"), 0);
	assert_int_equal(mode_of(bench->memory, "notes.txt"), 0644);

	put(bench->memory, "eu-west-1%2Fweb.json.tmp", "{\"ne");
	assert_int_equal(save(bench, "eu-west-1/web", "{\"new\":2}")->code, REPLY_OK);
	assert_int_equal(mode_of(bench->memory, "eu-west-1%2Fweb.json"), 0600);
	assert_string_equal(recalled(bench, "eu-west-1/web"), "{\"new\":2}");
}

/* Runs a save in a child that dies before its system call number `fatal` (in whichever thread).
 * Gives whether it died by that. */
static bool killed_at(struct bench *bench, long fatal)
{
	pid_t child = fork();
	long seen = 0;
	int status;

	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		bench->state = state_open(bench->memory, bench->manifests, true, NULL);
		uv_loop_init(&bench->loop);
		ask(bench, CALL_SAVE, "eu-west-1/web", "{\"new\":1}");
		uv_run(&bench->loop, UV_RUN_DEFAULT);
		_exit(bench->reply.code == REPLY_OK ? 0 : 1);
	}
	waitpid(child, &status, WUNTRACED);
	if (ptrace(PTRACE_SETOPTIONS, child, NULL,
		    PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL) != 0) {
		kill(child, SIGKILL);
		waitpid(child, &status, 0);
		print_message("# skipped: processes may not be traced here\n");
		skip();
	}
	for (pid_t stopped = child; stopped > 0; stopped = waitpid(-1, &status, __WALL)) {
		if (WIFEXITED(status) || WIFSIGNALED(status)) {
			if (stopped != child)
				continue;
			assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
			return WIFSIGNALED(status);
		}
		if (WSTOPSIG(status) == (SIGTRAP | 0x80) && seen++ == fatal)
			kill(child, SIGKILL);
		ptrace(PTRACE_SYSCALL, stopped, NULL, NULL);
	}
	return false;
}

static void test_killed_at_any_moment(void **place)
{
	struct bench *bench = *place;
	size_t old = 0, new = 0;
	bool died = true;

	for (long fatal = 0; died; fatal++) {
		open_memory(bench, true);
		save(bench, "eu-west-1/web", "{\"old\":1}");
		state_close(take(bench->state));
		died = killed_at(bench, fatal);
		open_memory(bench, true);

		const char *text = recalled(bench, "eu-west-1/web");

		assert_non_null(text);
		if (strcmp(text, "{\"old\":1}") == 0)
			old++;
		else
			new ++;
		assert_true(strcmp(text, "{\"old\":1}") == 0 || strcmp(text, "{\"new\":1}") == 0);
	}
	print_message("# killed %zu times: %zu old, %zu new\n", old + new - 1, old, new - 1);
	assert_true(old > 10 && new > 1);
}

/* --- key, permissions, locks --- */

static void test_the_key_is_made_once(void **place)
{
	struct bench *bench = *place;
	uint8_t key[32], zero[32] = {0};
	struct error e = {0};

	open_memory(bench, true);
	memcpy(key, recall(bench)->state_key, sizeof(key));
	assert_memory_not_equal(key, zero, sizeof(key));
	open_memory(bench, true);
	assert_memory_equal(recall(bench)->state_key, key, sizeof(key));
	open_memory(bench, false);
	assert_memory_equal(recall(bench)->state_key, key, sizeof(key));
	state_close(take(bench->state));
	put(bench->memory, "key", "short");
	assert_null(state_open(bench->memory, bench->manifests, true, &e));
	assert_non_null(strstr(e.text, "/memory/key: found 5 bytes, expected 32"));
}

static void test_nobody_else_reads_it(void **place)
{
	struct bench *bench = *place;
	mode_t mask = umask(0);

	open_memory(bench, true);
	save(bench, "eu-west-1/web", "{}");
	umask(mask);
	assert_int_equal(mode_of(bench->folder, "memory"), 0700);
	assert_int_equal(mode_of(bench->memory, "eu-west-1%2Fweb.json"), 0600);
	assert_int_equal(mode_of(bench->memory, "key"), 0600);
	assert_int_equal(mode_of(bench->memory, "lock"), 0600);
}

static void test_a_second_stackd_is_refused(void **place)
{
	struct bench *bench = *place;
	AUTO(free_text) char *elsewhere = inside(bench->folder, "elsewhere");
	AUTO(free_text) char *process = xasprintf(" (process %ld) ", (long)getpid());
	struct error e = {0};
	struct state *other;

	open_memory(bench, true);
	assert_null(state_open(bench->memory, elsewhere, true, &e));
	assert_int_equal(e.kind, ERROR_INVALID);
	assert_non_null(strstr(e.text, bench->memory));
	assert_non_null(strstr(e.text, process));

	print_message("# another state directory, the same manifests\n");
	e = (struct error){0};
	assert_null(state_open(elsewhere, bench->manifests, true, &e));
	assert_int_equal(e.kind, ERROR_INVALID);
	assert_non_null(strstr(e.text, bench->manifests));
	assert_non_null(strstr(e.text, process));

	print_message("# --plan reads without a lock\n");
	other = state_open(bench->memory, bench->manifests, false, &e);
	assert_non_null(other);
	state_close(other);

	print_message("# folders that are not there are not locked\n");
	other = state_open(elsewhere, "/nonexistent/manifests", true, &e);
	assert_non_null(other);
	state_close(other);
	open_memory(bench, true);
}

static void test_a_plan_writes_nothing(void **place)
{
	struct bench *bench = *place;

	open_memory(bench, false);
	assert_int_equal(recall(bench)->record_count, 0);
	assert_int_equal(save(bench, "eu-west-1/web", "{}")->code, REPLY_OK);
	assert_int_equal(mode_of(bench->folder, "memory"), 0);

	open_memory(bench, true);
	save(bench, "eu-west-1/web", "{}");
	open_memory(bench, false);
	assert_int_equal(save(bench, "eu-west-1/web", "{\"new\":1}")->code, REPLY_OK);
	assert_int_equal(save(bench, "eu-west-1/web", NULL)->code, REPLY_OK);
	assert_string_equal(recalled(bench, "eu-west-1/web"), "{}");
}

static void test_a_memory_that_can_not_be_opened(void **place)
{
	struct bench *bench = *place;
	AUTO(free_text) char *file = inside(bench->folder, "file");
	AUTO(free_text) char *deep = inside(bench->folder, "not/there");
	struct error e = {0};

	put(bench->folder, "file", "");
	assert_null(state_open(file, bench->manifests, true, &e));
	assert_non_null(strstr(e.text, "/file: Not a directory"));
	assert_null(state_open(file, bench->manifests, false, &e));
	assert_null(state_open(deep, bench->manifests, true, &e));
	assert_non_null(strstr(e.text, "/not/there: No such file or directory"));
}

#define ROW(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROW(test_what_was_saved_is_recalled),
		ROW(test_a_forgotten_record_is_gone),
		ROW(test_calls_are_done_in_their_order),
		ROW(test_the_last_answer_may_close),
		ROW(test_in_a_hurry_what_is_not_begun_is_not_done),
		ROW(test_an_unreadable_record_is_never_overwritten),
		ROW(test_a_record_over_the_ceiling_is_refused),
		ROW(test_a_key_that_makes_no_file_name),
		ROW(test_a_folder_that_went_away),
		ROW(test_a_full_disk_keeps_the_old_record),
		ROW(test_what_a_crash_left_behind),
		ROW(test_killed_at_any_moment),
		ROW(test_the_key_is_made_once),
		ROW(test_nobody_else_reads_it),
		ROW(test_a_second_stackd_is_refused),
		ROW(test_a_plan_writes_nothing),
		ROW(test_a_memory_that_can_not_be_opened),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
