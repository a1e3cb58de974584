/* What the loop tests of io/watch share: a folder that is watched, and ways to change it. */
#pragma once

#include "io/watch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "scratch.h"

enum {
	QUIET_MS = 30,
	LIMIT_MS = 300,
	WRITING_MS = 2000,
	NEVER_MS = 3600 * 1000,
	CEILING_MS = 10000, /* for what must happen */
	WINDOW_MS = 100,    /* for what must not */
	CALM_MS = 400,      /* quiet enough for a machine that is busy otherwise */
};

/* A folder that is watched as the daemon does it: after each change, what is wanted is told. */
struct bench {
	char *root, *folder;
	uv_loop_t loop;
	uv_timer_t ceiling, writer;
	struct watch *watch;
	uint64_t quiet_ms, writing_ms;
	struct texts others; /* template folders */
	unsigned told;
	uint64_t told_at_ms;
	bool over; /* the ceiling was reached */
	bool closed;
	unsigned writes; /* of the writer, so far */
	uint64_t last_write_ms;
	const char *target; /* where it writes */
};

static inline void on_change(void *owner)
{
	struct bench *bench = owner;

	bench->told++;
	bench->told_at_ms = uv_now(&bench->loop);
	watch_folders(bench->watch, &bench->others, bench->quiet_ms);
}

static inline void watch_for(struct bench *bench, const char *path, uint64_t rescan_ms,
	uint64_t quiet_ms, uint64_t limit_ms)
{
	const struct watch_options options = {.quiet_time_ms = quiet_ms,
		.quiet_limit_ms = limit_ms,
		.writing_limit_ms = bench->writing_ms,
		.rescan_ms = rescan_ms};

	bench->quiet_ms = quiet_ms;
	bench->watch = watch_new(&bench->loop, path, &options, on_change, bench);
}

static inline void watch_path(struct bench *bench, const char *path, uint64_t rescan_ms)
{
	watch_for(bench, path, rescan_ms, QUIET_MS, LIMIT_MS);
}

static inline void on_ceiling(uv_timer_t *timer)
{
	((struct bench *)timer->data)->over = true;
}

static inline int setup(void **place)
{
	struct bench *bench = xcalloc(1, sizeof(*bench));

	bench->writing_ms = NEVER_MS;
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

static inline void on_closed(void *owner)
{
	((struct bench *)owner)->closed = true;
}

static inline int teardown(void **place)
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
static inline unsigned told_within(struct bench *bench, unsigned enough, uint64_t ms)
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

static inline void expect_told(struct bench *bench)
{
	assert_true(told_within(bench, 1, CEILING_MS) > 0);
}

static inline void expect_quiet(struct bench *bench)
{
	assert_int_equal(told_within(bench, 1, WINDOW_MS), 0);
}

/* Replacing a folder is told, and once more when it is watched. */
static inline void settle(struct bench *bench)
{
	while (told_within(bench, 1, WINDOW_MS))
		continue;
}

static inline void move(const char *folder, const char *from, const char *to)
{
	AUTO(free_text) char *old = inside(folder, from);
	AUTO(free_text) char *new = inside(folder, to);

	must(rename(old, new), new);
}

static inline void make_folder(const char *folder, const char *name)
{
	AUTO(free_text) char *path = inside(folder, name);

	must(mkdir(path, 0755), path);
}

static inline void make_link(const char *folder, const char *name, const char *target)
{
	AUTO(free_text) char *path = inside(folder, name);

	must(symlink(target, path), path);
}

static inline int begin(const char *folder, const char *name, const char *text)
{
	AUTO(free_text) char *path = inside(folder, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	must(fd, path);
	must(write(fd, text, strlen(text)) >= 0 ? 0 : -1, path);
	return fd;
}

static inline void do_create(struct bench *bench)
{
	put(bench->folder, "new.yaml", "kind: stack\n");
}

static inline void do_edit_in_place(struct bench *bench)
{
	put(bench->folder, "web.yaml", "kind: service\n");
}

static inline void do_remove_folder(struct bench *bench)
{
	scratch_remove(bench->folder);
}

static inline void do_replace_folder(struct bench *bench)
{
	scratch_remove(bench->folder);
	make_folder(bench->root, "stackd");
	put(bench->folder, "web.yaml", "kind: service\n");
}

static inline void do_swap_folder(struct bench *bench)
{
	make_folder(bench->root, "next");
	move(bench->root, "stackd", "old");
	move(bench->root, "next", "stackd");
}

static inline void on_write(uv_timer_t *timer)
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

#define ROW(function) cmocka_unit_test_setup_teardown(function, setup, teardown)
