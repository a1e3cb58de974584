#include "watch_bench.h"

/* --- what is seen at once --- */

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

	bench->writing_ms = WRITING_MS;
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

		expect_quiet(bench);
		print_message("# %s\n", endings[i].sentence);
		endings[i].act(bench);
		expect_told(bench);
		close(fd);
		settle(bench);
	}
}

/* --- quiet --- */

static void test_a_burst_is_one_change(void **place)
{
	struct bench *bench = *place;

	watch_for(bench, bench->folder, NEVER_MS, CALM_MS, CEILING_MS);
	uv_timer_start(&bench->writer, on_write, 0, 10);
	expect_told(bench);
	assert_int_equal(bench->writes, 15);
	assert_true(bench->told_at_ms - bench->last_write_ms >= CALM_MS);
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
