#include <sys/resource.h>
#include <sys/wait.h>

#include "watch_bench.h"

/* --- what inotify is blind to --- */

static void test_a_link_s_target_is_waited_for_by_looking_twice(void **place)
{
	struct bench *bench = *place;

	put(bench->root, "target", "kind: stack\n");
	make_link(bench->folder, "web.yaml", "../target");
	watch_for(bench, bench->folder, 60, CALM_MS, CEILING_MS);
	bench->target = "target";
	uv_timer_start(&bench->writer, on_write, 0, 20);
	expect_told(bench);
	assert_int_equal(bench->writes, 15);
	assert_true(bench->told_at_ms - bench->last_write_ms >= CALM_MS);
}

static void test_rescans_come_without_changes(void **place)
{
	struct bench *bench = *place;
	uint64_t start, middle;

	watch_path(bench, bench->folder, 50);
	start = uv_now(&bench->loop);
	expect_told(bench);
	middle = bench->told_at_ms;
	assert_in_range(middle - start, 50, CEILING_MS);
	assert_int_equal(told_within(bench, 3, CEILING_MS), 3);
	assert_true(bench->told_at_ms - middle >= 150);
}

static void test_files_in_other_folders(void **place)
{
	struct bench *bench = *place;
	AUTO(free_text) char *templates = inside(bench->folder, "templates");

	make_folder(bench->folder, "templates");
	put(bench->folder, "web.yaml", "kind: stack\n");
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
	do_edit_in_place(bench);
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

static void need_mounts(void)
{
	if (own_mounts())
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

	put(bench->folder, "one.yaml", "");
	put(bench->folder, "two.yaml", "");
	watch_path(bench, bench->folder, NEVER_MS);

	int fd = begin(bench->folder, "web.yaml", "kind: ser");

	expect_quiet(bench);
	for (int i = 0; i < 16384; i++)
		must(chmod(i % 2 ? one : two, 0600), "chmod");
	close(fd); /* this is what gets lost, and it must not be waited for */
	expect_told(bench);
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
	watch_path(bench, bench->folder, 3000);
	said = watch_trouble(bench->watch);
	watch_folders(bench->watch, &bench->others, QUIET_MS);
	assert_null(watch_trouble(bench->watch));
	setrlimit(RLIMIT_NOFILE, &limit);
	assert_non_null(said);
	assert_string_equal(said, "cannot watch all folders (Too many open files), looking every 3 "
				  "to 6 s; see fs.inotify.max_user_instances");
	do_create(bench);
	expect_told(bench);

	print_message("# that reading opened it\n");
	assert_null(watch_trouble(bench->watch));
	settle(bench);
	do_edit_in_place(bench);
	start = uv_now(&bench->loop);
	expect_told(bench);
	assert_true(bench->told_at_ms - start < 3000);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
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
