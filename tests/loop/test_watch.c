#include "io/watch.h"

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "scratch.h"

enum {
	QUIET_MS = 30,
	LIMIT_MS = 300,
	WRITING_MS = 1000,
	NEVER_MS = 3600 * 1000,
	CEILING_MS = 10000, /* for what must happen */
	WINDOW_MS = 100,    /* for what must not */
};

/* A folder that is watched as the daemon does it: after each change, what is wanted is told. */
struct bench {
	char *root, *folder;
	uv_loop_t loop;
	uv_timer_t ceiling, writer;
	struct watch *watch;
	struct texts others; /* template folders */
	unsigned told;
	uint64_t told_at_ms;
	bool over; /* the ceiling was reached */
	bool closed;
	unsigned writes; /* of the writer, so far */
	uint64_t last_write_ms;
	const char *target; /* where it writes */
};

static void on_change(void *owner)
{
	struct bench *bench = owner;

	bench->told++;
	bench->told_at_ms = uv_now(&bench->loop);
	watch_folders(bench->watch, &bench->others, QUIET_MS);
}

static void watch_path(struct bench *bench, const char *path, uint64_t rescan_ms)
{
	const struct watch_options options = {.quiet_time_ms = QUIET_MS,
		.quiet_limit_ms = LIMIT_MS,
		.writing_limit_ms = WRITING_MS,
		.rescan_ms = rescan_ms};

	bench->watch = watch_new(&bench->loop, path, &options, on_change, bench);
}

static void on_ceiling(uv_timer_t *timer)
{
	((struct bench *)timer->data)->over = true;
}

static int setup(void **place)
{
	struct bench *bench = xcalloc(1, sizeof(*bench));

	bench->root = scratch_new();
	bench->folder = inside(bench->root, "stackd");
	must(mkdir(bench->folder, 0755), "mkdir");
	uv_loop_init(&bench->loop);
	uv_timer_init(&bench->loop, &bench->ceiling);
	uv_timer_init(&bench->loop, &bench->writer);
	bench->ceiling.data = bench->writer.data = bench;
	*place = bench;
	return 0;
}

static void on_closed(void *owner)
{
	((struct bench *)owner)->closed = true;
}

static int teardown(void **place)
{
	struct bench *bench = *place;
	bool watched = bench->watch != NULL;
	int left;

	watch_close(bench->watch, on_closed, bench);
	uv_close((uv_handle_t *)&bench->ceiling, NULL);
	uv_close((uv_handle_t *)&bench->writer, NULL);
	uv_run(&bench->loop, UV_RUN_DEFAULT);
	left = uv_loop_close(&bench->loop) != 0 || bench->closed != watched;
	texts_done(&bench->others);
	scratch_end(bench->root);
	free(bench->folder);
	free(bench);
	return left;
}

/* Runs the loop until that many changes were told, or for so long; gives how many were told. */
static unsigned told_within(struct bench *bench, unsigned enough, uint64_t ms)
{
	unsigned before = bench->told;

	bench->over = false;
	uv_update_time(&bench->loop);
	uv_timer_start(&bench->ceiling, on_ceiling, ms, 0);
	while (!bench->over && bench->told - before < enough)
		uv_run(&bench->loop, UV_RUN_ONCE);
	uv_timer_stop(&bench->ceiling);
	return bench->told - before;
}

static void expect_told(struct bench *bench)
{
	assert_int_equal(told_within(bench, 1, CEILING_MS), 1);
}

static void expect_quiet(struct bench *bench)
{
	assert_int_equal(told_within(bench, 1, WINDOW_MS), 0);
}

/* Replacing a folder is told, and once more when it is watched. */
static void settle(struct bench *bench)
{
	while (told_within(bench, 1, WINDOW_MS))
		continue;
}

static void move(const char *folder, const char *from, const char *to)
{
	AUTO(free_text) char *old = inside(folder, from);
	AUTO(free_text) char *new = inside(folder, to);

	must(rename(old, new), new);
}

static void make_folder(const char *folder, const char *name)
{
	AUTO(free_text) char *path = inside(folder, name);

	must(mkdir(path, 0755), path);
}

static void make_link(const char *folder, const char *name, const char *target)
{
	AUTO(free_text) char *path = inside(folder, name);

	must(symlink(target, path), path);
}

static int begin(const char *folder, const char *name, const char *text)
{
	AUTO(free_text) char *path = inside(folder, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	must(fd, path);
	must(write(fd, text, strlen(text)) >= 0 ? 0 : -1, path);
	return fd;
}

/* --- what is seen at once --- */

static void do_create(struct bench *bench)
{
	put(bench->folder, "new.yaml", "kind: stack\n");
}

static void do_edit_in_place(struct bench *bench)
{
	put(bench->folder, "web.yaml", "kind: service\n");
}

static void do_move(struct bench *bench)
{
	put(bench->root, "elsewhere", "kind: service\n");
	move(bench->root, "elsewhere", "stackd/web.yaml");
}

static void do_rsync(struct bench *bench)
{
	put(bench->folder, ".web.yaml.zBFjgR", "kind: service\n");
	move(bench->folder, ".web.yaml.zBFjgR", "web.yaml");
}

static void do_remove(struct bench *bench)
{
	AUTO(free_text) char *path = inside(bench->folder, "web.yaml");

	must(unlink(path), path);
}

static void do_move_away(struct bench *bench)
{
	move(bench->root, "stackd/web.yaml", "away");
}

static void do_permissions(struct bench *bench)
{
	AUTO(free_text) char *path = inside(bench->folder, "web.yaml");

	must(chmod(path, 0600), path);
}

static void do_permissions_of_the_folder(struct bench *bench)
{
	must(chmod(bench->folder, 0700), "chmod");
}

static void do_link(struct bench *bench)
{
	make_link(bench->folder, "new.yaml", "web.yaml");
}

static void do_sub_folder(struct bench *bench)
{
	make_folder(bench->folder, "templates");
}

static void do_config_map(struct bench *bench)
{
	make_folder(bench->folder, "..2026_2");
	make_link(bench->folder, "..data_tmp", "..2026_2");
	move(bench->folder, "..data_tmp", "..data");
}

static void do_remove_folder(struct bench *bench)
{
	scratch_remove(bench->folder);
}

static void do_replace_folder(struct bench *bench)
{
	scratch_remove(bench->folder);
	make_folder(bench->root, "stackd");
	put(bench->folder, "web.yaml", "kind: service\n");
}

static void do_swap_folder(struct bench *bench)
{
	make_folder(bench->root, "next");
	move(bench->root, "stackd", "old");
	move(bench->root, "next", "stackd");
}

static const struct {
	const char *sentence;
	void (*act)(struct bench *bench);
} seen[] = {
	{"a new file", do_create},
	{"a file written over in place", do_edit_in_place},
	{"a file moved into its place", do_move},
	{"a file put beside and renamed, as rsync and sed -i do", do_rsync},
	{"a removed file", do_remove},
	{"a file moved away", do_move_away},
	{"permissions of a file", do_permissions},
	{"permissions of the folder", do_permissions_of_the_folder},
	{"a link", do_link},
	{"a folder in the folder", do_sub_folder},
	{"a ConfigMap's ..data is swapped, no manifest's name is heard", do_config_map},
	{"the folder is removed", do_remove_folder},
	{"the folder is removed and made anew", do_replace_folder},
	{"the folder is renamed away and replaced", do_swap_folder},
};

static void test_changes_are_told(void **place)
{
	for (size_t i = 0; i < COUNT(seen); i++) {
		struct bench *bench;

		print_message("# %s\n", seen[i].sentence);
		if (i > 0)
			setup(place);
		bench = *place;
		put(bench->folder, "web.yaml", "kind: stack\n");
		watch_path(bench, bench->folder, NEVER_MS);
		watch_folders(bench->watch, &bench->others, QUIET_MS);
		assert_null(watch_trouble(bench->watch));
		expect_quiet(bench);
		seen[i].act(bench);
		assert_int_equal(bench->told, 0);
		expect_told(bench);
		if (i + 1 < COUNT(seen))
			assert_int_equal(teardown(place), 0);
	}
}

/* vim: swap file held open, a probe, backup, new file, all within the quiet time. */
static void test_an_editor_is_one_change(void **place)
{
	struct bench *bench = *place;

	put(bench->folder, "web.yaml", "kind: stack\n");
	watch_path(bench, bench->folder, NEVER_MS);

	int swap = begin(bench->folder, ".web.yaml.swp", "b0VIM");

	put(bench->folder, "4913", "");
	move(bench->folder, "4913", "web.yaml.orig");
	move(bench->folder, "web.yaml", "web.yaml~");
	put(bench->folder, "web.yaml", "kind: service\n");
	do_create(bench);
	expect_told(bench);
	expect_quiet(bench);
	close(swap);
}

/* --- files that are being written --- */

static void test_a_file_is_waited_for_until_it_is_closed(void **place)
{
	static const struct {
		const char *sentence, *name;
		uint64_t rescan_ms;
	} rows[] = {
		{"a new file", "new.yaml", NEVER_MS},
		{"a file written over in place", "web.yaml", NEVER_MS},
		{"a rescan waits too", "web.yaml", 20},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bench *bench;

		print_message("# %s\n", rows[i].sentence);
		if (i > 0)
			setup(place);
		bench = *place;
		put(bench->folder, "web.yaml", "kind: stack\n");
		watch_path(bench, bench->folder, rows[i].rescan_ms);

		int fd = begin(bench->folder, rows[i].name, "kind: ser");

		expect_quiet(bench);
		dprintf(fd, "vice\n");
		expect_quiet(bench);
		close(fd);
		expect_told(bench);
		if (i + 1 < COUNT(rows))
			assert_int_equal(teardown(place), 0);
	}
}

static void test_a_file_is_not_waited_for_without_end(void **place)
{
	struct bench *bench = *place;
	uint64_t start;

	watch_path(bench, bench->folder, NEVER_MS);

	int fd = begin(bench->folder, "endless.log", "one\n");

	start = uv_now(&bench->loop);
	expect_told(bench);
	assert_true(bench->told_at_ms - start >= WRITING_MS - QUIET_MS);
	print_message("# nor once more, while it stays open\n");
	dprintf(fd, "two\n");
	start = uv_now(&bench->loop);
	expect_told(bench);
	assert_true(bench->told_at_ms - start < WRITING_MS);
	close(fd);
}

static void test_writers_that_end_otherwise(void **place)
{
	static const struct {
		const char *sentence;
		void (*act)(struct bench *bench);
	} endings[] = {
		{"the file is removed", do_remove},
		{"the file is moved away", do_move_away},
		{"another file takes its name", do_rsync},
		{"its folder is replaced", do_replace_folder},
	};
	struct bench *bench = *place;

	watch_path(bench, bench->folder, NEVER_MS);
	for (size_t i = 0; i < COUNT(endings); i++) {
		int fd = begin(bench->folder, "web.yaml", "kind: ser");
		uint64_t start;

		expect_quiet(bench);
		print_message("# %s\n", endings[i].sentence);
		endings[i].act(bench);
		start = uv_now(&bench->loop);
		expect_told(bench);
		assert_true(bench->told_at_ms - start < WRITING_MS);
		close(fd);
		settle(bench);
	}
}

/* --- quiet --- */

static void on_write(uv_timer_t *timer)
{
	struct bench *bench = timer->data;
	char name[32];

	snprintf(name, sizeof(name), "file%u.yaml", bench->writes++);
	if (bench->target)
		put(bench->root, bench->target, name);
	else
		put(bench->folder, name, "kind: stack\n");
	bench->last_write_ms = uv_now(&bench->loop);
	if (bench->writes == 15)
		uv_timer_stop(timer);
}

static void test_a_burst_is_one_change(void **place)
{
	struct bench *bench = *place;

	watch_path(bench, bench->folder, NEVER_MS);
	uv_timer_start(&bench->writer, on_write, 0, 10);
	expect_told(bench);
	assert_int_equal(bench->writes, 15);
	assert_true(bench->told_at_ms - bench->last_write_ms >= QUIET_MS);
	expect_quiet(bench);
}

static void on_write_on(uv_timer_t *timer)
{
	struct bench *bench = timer->data;

	bench->writes = 0;
	on_write(timer);
}

static void test_changes_without_end_are_told_all_the_same(void **place)
{
	struct bench *bench = *place;

	watch_path(bench, bench->folder, NEVER_MS);
	uv_timer_start(&bench->writer, on_write_on, 0, 10);
	assert_int_equal(told_within(bench, 2, CEILING_MS), 2);
}

/* --- what inotify is blind to --- */

static void test_a_link_s_target_is_waited_for_by_looking_twice(void **place)
{
	struct bench *bench = *place;

	put(bench->root, "target", "kind: stack\n");
	make_link(bench->folder, "web.yaml", "../target");
	watch_path(bench, bench->folder, 60);
	bench->target = "target";
	uv_timer_start(&bench->writer, on_write, 0, 20);
	expect_told(bench);
	assert_int_equal(bench->writes, 15);
	assert_true(bench->told_at_ms - bench->last_write_ms >= QUIET_MS / 2);
}

static void test_rescans_come_without_changes(void **place)
{
	struct bench *bench = *place;
	uint64_t start, middle;

	watch_path(bench, bench->folder, 50);
	start = uv_now(&bench->loop);
	expect_told(bench);
	middle = bench->told_at_ms;
	assert_in_range(middle - start, 50, 1000);
	assert_int_equal(told_within(bench, 3, CEILING_MS), 3);
	assert_true(bench->told_at_ms - middle >= 150);
}

static void test_files_in_other_folders(void **place)
{
	struct bench *bench = *place;
	AUTO(free_text) char *templates = inside(bench->folder, "templates");

	make_folder(bench->folder, "templates");
	watch_path(bench, bench->folder, NEVER_MS);
	put(templates, "web.json", "{}");
	expect_quiet(bench);

	print_message(
		"# once it is wanted, it is told; at first because it was not watched before\n");
	texts_add(&bench->others, templates);
	watch_folders(bench->watch, &bench->others, QUIET_MS);
	expect_told(bench);
	expect_quiet(bench);
	put(templates, "web.json", "{\"Resources\":{}}");
	expect_told(bench);

	print_message("# a folder of manifests that is a parent too tells everything still\n");
	do_create(bench);
	expect_told(bench);
	scratch_remove(templates);
	expect_told(bench);
	make_folder(bench->folder, "templates");
	expect_told(bench);
	settle(bench);
	put(templates, "web.json", "{}");
	expect_told(bench);

	print_message("# what is not wanted any more is not told\n");
	texts_done(&bench->others);
	watch_folders(bench->watch, &bench->others, QUIET_MS);
	settle(bench);
	put(templates, "web.json", "{\"Resources\":{}}");
	expect_quiet(bench);
	do_remove_folder(bench);
	expect_told(bench);
}

/* After a folder was replaced, behind our back or not, the new one counts and the old doesn't. */
static void expect_new_and_not_old(struct bench *bench, const char *new, const char *old)
{
	watch_folders(bench->watch, &bench->others, QUIET_MS); /* as after a rescan */
	settle(bench);
	put(new, "later.yaml", "kind: stack\n");
	expect_told(bench);
	if (!old)
		return;
	put(old, "later.yaml", "kind: stack\n");
	expect_quiet(bench);
}

static void test_the_new_folder_counts(void **place)
{
	struct bench *bench = *place;
	AUTO(free_text) char *old = inside(bench->root, "old");

	watch_path(bench, bench->folder, NEVER_MS);
	do_swap_folder(bench);
	expect_told(bench);
	expect_new_and_not_old(bench, bench->folder, old);
	do_replace_folder(bench);
	expect_told(bench);
	expect_new_and_not_old(bench, bench->folder, NULL);
}

static void test_a_folder_behind_a_link_that_is_swapped(void **place)
{
	struct bench *bench = *place;
	AUTO(free_text) char *path = inside(bench->root, "link");
	AUTO(free_text) char *next = inside(bench->root, "next");

	make_folder(bench->root, "next");
	make_link(bench->root, "link", "stackd");
	make_link(bench->root, "link2", "next");
	watch_path(bench, path, NEVER_MS);
	do_create(bench);
	expect_told(bench);
	move(bench->root, "link2", "link");
	expect_told(bench);
	expect_new_and_not_old(bench, next, bench->folder);
}

static void test_a_folder_whose_parent_is_a_link_that_is_swapped(void **place)
{
	struct bench *bench = *place;
	AUTO(free_text) char *path = inside(bench->root, "link/manifests");
	AUTO(free_text) char *old = inside(bench->root, "stackd/manifests");
	AUTO(free_text) char *next = inside(bench->root, "next/manifests");

	make_folder(bench->root, "next");
	make_folder(bench->root, "next/manifests");
	make_folder(bench->root, "stackd/manifests");
	make_link(bench->root, "link", "stackd");
	make_link(bench->root, "link2", "next");
	watch_path(bench, path, NEVER_MS);
	move(bench->root, "link2", "link");
	expect_quiet(bench);
	watch_folders(bench->watch, &bench->others, QUIET_MS);
	expect_told(bench);
	expect_new_and_not_old(bench, next, old);
}

static void test_a_folder_that_comes_later(void **place)
{
	struct bench *bench = *place;
	AUTO(free_text) char *path = inside(bench->root, "later");

	watch_path(bench, path, NEVER_MS);
	assert_null(watch_trouble(bench->watch));
	expect_quiet(bench);
	make_folder(bench->root, "later");
	put(path, "web.yaml", "kind: stack\n");
	expect_told(bench);
	expect_new_and_not_old(bench, path, NULL);
}

/* --- mounts --- */

/* In a mount namespace of its own, which stays for the rest of the program. */
static void need_mounts(void)
{
	if (unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0)
		return;
	print_message("# skipped: mounting needs root\n");
	skip();
}

static void test_mounted_over_and_unmounted(void **place)
{
	struct bench *bench = *place;

	need_mounts();
	watch_path(bench, bench->folder, NEVER_MS);
	must(mount("tmpfs", bench->folder, "tmpfs", 0, NULL), "mount");
	expect_quiet(bench); /* inotify can't tell */
	watch_folders(bench->watch, &bench->others, QUIET_MS);
	expect_told(bench);
	expect_new_and_not_old(bench, bench->folder, NULL);
	must(umount2(bench->folder, MNT_DETACH), "umount");
	expect_told(bench);
	expect_new_and_not_old(bench, bench->folder, NULL);
}

static void test_a_bind_mount_over_it(void **place)
{
	struct bench *bench = *place;
	AUTO(free_text) char *next = inside(bench->root, "next");

	need_mounts();
	make_folder(bench->root, "next");
	watch_path(bench, bench->folder, NEVER_MS);
	must(mount(next, bench->folder, NULL, MS_BIND, NULL), "mount");
	expect_quiet(bench);
	watch_folders(bench->watch, &bench->others, QUIET_MS);
	expect_told(bench);
	expect_new_and_not_old(bench, next, NULL);
	must(umount2(bench->folder, MNT_DETACH), "umount");
}

static void test_the_lower_layer_of_an_overlay(void **place)
{
	struct bench *bench = *place;
	AUTO(free_text) char *lower = inside(bench->root, "mount/lower");
	AUTO(free_text) char *mounted = inside(bench->root, "mount");
	AUTO(free_text)
	char *options = xasprintf("lowerdir=%s/lower,upperdir=%s/upper,workdir=%s/"
				  "work",
		mounted, mounted, mounted);

	need_mounts();
	make_folder(bench->root, "mount");
	must(mount("tmpfs", mounted, "tmpfs", 0, NULL), "mount");
	make_folder(mounted, "lower");
	make_folder(mounted, "upper");
	make_folder(mounted, "work");
	put(lower, "web.yaml", "kind: stack\n");
	if (mount("overlay", bench->folder, "overlay", 0, options) != 0) {
		must(umount2(mounted, MNT_DETACH), "umount");
		print_message("# skipped: no overlayfs here\n");
		skip();
	}
	watch_path(bench, bench->folder, NEVER_MS);
	put(lower, "web.yaml", "kind: service\n");
	expect_quiet(bench);
	watch_close(bench->watch, NULL, NULL);
	print_message("# a rescan looks\n");
	watch_path(bench, bench->folder, 20);
	put(lower, "web.yaml", "kind: cluster\n");
	expect_told(bench);
	must(umount2(bench->folder, MNT_DETACH), "umount");
	must(umount2(mounted, MNT_DETACH), "umount");
}

/* --- limits --- */

static void test_an_overflow_is_a_change(void **place)
{
	struct bench *bench = *place;
	AUTO(free_text) char *one = inside(bench->folder, "one.yaml");
	AUTO(free_text) char *two = inside(bench->folder, "two.yaml");
	uint64_t start;

	put(bench->folder, "one.yaml", "");
	put(bench->folder, "two.yaml", "");
	watch_path(bench, bench->folder, NEVER_MS);

	int fd = begin(bench->folder, "web.yaml", "kind: ser");

	expect_quiet(bench);
	for (int i = 0; i < 16384; i++)
		must(chmod(i % 2 ? one : two, 0600), "chmod");
	close(fd); /* this is what gets lost, and it must not be waited for */
	start = uv_now(&bench->loop);
	expect_told(bench);
	assert_true(bench->told_at_ms - start < WRITING_MS - WINDOW_MS);
	do_create(bench);
	expect_told(bench);
}

static void test_without_inotify_it_polls_and_says_so_once(void **place)
{
	struct bench *bench = *place;
	struct rlimit limit, none;
	const char *said;
	uint64_t start;

	expect_quiet(bench); /* lets libuv open what it needs */
	getrlimit(RLIMIT_NOFILE, &limit);
	none = limit;
	none.rlim_cur = 3;
	setrlimit(RLIMIT_NOFILE, &none);
	watch_path(bench, bench->folder, 1000);
	said = watch_trouble(bench->watch);
	watch_folders(bench->watch, &bench->others, QUIET_MS);
	assert_null(watch_trouble(bench->watch));
	setrlimit(RLIMIT_NOFILE, &limit);
	assert_non_null(said);
	assert_string_equal(said, "cannot watch all folders (Too many open files), looking every 1 "
				  "to 2 s; see fs.inotify.max_user_instances");
	do_create(bench);
	expect_told(bench);

	print_message("# that reading opened it\n");
	assert_null(watch_trouble(bench->watch));
	settle(bench);
	do_edit_in_place(bench);
	start = uv_now(&bench->loop);
	expect_told(bench);
	assert_true(bench->told_at_ms - start < 1000);
}

/* In a user namespace that allows no watches; in a child, for there is no way back. */
static int without_watches(struct bench *bench)
{
	int fd = unshare(CLONE_NEWUSER) == 0
			 ? open("/proc/sys/user/max_inotify_watches", O_WRONLY | O_CLOEXEC)
			 : -1;
	const char *said;

	if (fd < 0 || write(fd, "1", 1) != 1)
		return 77;
	watch_path(bench, bench->folder, 50);
	said = watch_trouble(bench->watch);
	if (!said || !strstr(said, "fs.inotify.max_user_watches"))
		return 1;
	do_create(bench);
	expect_told(bench);
	return watch_trouble(bench->watch) ? 2 : 0;
}

static void test_without_watches_it_polls_and_says_so_once(void **place)
{
	struct bench *bench = *place;
	pid_t child = fork();
	int status;

	if (child == 0) {
		uv_loop_fork(&bench->loop);
		_exit(without_watches(bench));
	}
	must(waitpid(child, &status, 0), "waitpid");
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
		print_message("# skipped: no user namespaces here\n");
		skip();
	}
	assert_int_equal(status, 0);
}

#define ROW(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROW(test_changes_are_told),
		ROW(test_an_editor_is_one_change),
		ROW(test_a_file_is_waited_for_until_it_is_closed),
		ROW(test_a_file_is_not_waited_for_without_end),
		ROW(test_writers_that_end_otherwise),
		ROW(test_a_burst_is_one_change),
		ROW(test_changes_without_end_are_told_all_the_same),
		ROW(test_a_link_s_target_is_waited_for_by_looking_twice),
		ROW(test_rescans_come_without_changes),
		ROW(test_files_in_other_folders),
		ROW(test_the_new_folder_counts),
		ROW(test_a_folder_behind_a_link_that_is_swapped),
		ROW(test_a_folder_whose_parent_is_a_link_that_is_swapped),
		ROW(test_a_folder_that_comes_later),
		ROW(test_mounted_over_and_unmounted),
		ROW(test_a_bind_mount_over_it),
		ROW(test_the_lower_layer_of_an_overlay),
		ROW(test_an_overflow_is_a_change),
		ROW(test_without_inotify_it_polls_and_says_so_once),
		ROW(test_without_watches_it_polls_and_says_so_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
