#include "io/disk.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cmocka.h>

#include "scratch.h"

enum { LIMIT = 4096 };

static const struct {
	const char *sentence, *name, *problem; /* NULL: it is read */
	size_t length;
} reads[] = {
	{"a file is read", "plain", NULL, 5},
	{"an empty file is a file", "empty", NULL, 0},
	{"a file at the ceiling is read", "full", NULL, LIMIT},
	{"a file over the ceiling is not", "over",
		"found more than 4096 bytes, expected at most that", 0},
	{"a file without a size is read to its end", "/proc/self/stat", NULL, SIZE_MAX},
	{"a ceiling holds for files without a size", "endless", "found a pipe, socket or device",
		0},
	{"a link is followed", "link", NULL, 5},
	{"a link to nothing is a missing file", "dangling", "No such file or directory", 0},
	{"a link to itself ends", "loop", "Too many levels of symbolic links", 0},
	{"a file that is not there", "absent", "No such file or directory", 0},
	{"a FIFO without a writer does not hang", "fifo", "found a pipe, socket or device", 0},
	{"a socket is no file", "socket", "found a pipe, socket or device", 0},
	{"a folder is no file", "folder", "found a folder, expected a file", 0},
};

static void make_files(const char *folder)
{
	static char bytes[LIMIT + 1];
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	put(folder, "plain", "hello");
	put(folder, "empty", "");
	put_bytes(folder, "full", bytes, LIMIT);
	put_bytes(folder, "over", bytes, LIMIT + 1);
	must(symlinkat("plain", fd, "link"), "symlink");
	must(symlinkat("nowhere", fd, "dangling"), "symlink");
	must(symlinkat("loop", fd, "loop"), "symlink");
	must(symlinkat("/dev/zero", fd, "endless"), "symlink");
	must(mkfifoat(fd, "fifo", 0600), "mkfifo");
	must(mkdirat(fd, "folder", 0700), "mkdir");
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/socket", folder);
	must(bind(listener, (struct sockaddr *)&address, sizeof(address)), "bind");
	close(listener);
	close(fd);
}

static void test_reads(void **state)
{
	AUTO(scratch_end) char *folder = scratch_new();

	(void)state;
	make_files(folder);

	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	for (size_t i = 0; i < COUNT(reads); i++) {
		struct error e = {0};
		size_t length = 1;
		AUTO(free_text) char *bytes = disk_read(fd, reads[i].name, LIMIT, &length, &e);

		print_message("# %s\n", reads[i].sentence);
		if (!reads[i].problem) {
			assert_non_null(bytes);
			assert_int_equal(bytes[length], '\0');
			assert_true(length == reads[i].length || reads[i].length == SIZE_MAX);
			continue;
		}
		assert_int_equal(errno == ENOENT,
			strcmp(reads[i].problem, "No such file or directory") == 0);
		assert_null(bytes);
		assert_int_equal(length, 0);
		assert_true(strncmp(e.text, reads[i].problem, strlen(reads[i].problem)) == 0);
		assert_int_equal(e.kind, ERROR_INVALID);
	}
	close(fd);
}

static void test_growing_file(void **state)
{
	struct error e = {0};
	size_t length;
	AUTO(free_text) char *bytes = disk_read(AT_FDCWD, "/proc/self/smaps", 16, &length, &e);

	(void)state;
	assert_null(bytes);
	assert_string_equal(e.text, "found more than 16 bytes, expected at most that");
}

static void test_kinds(void **state)
{
	struct error e = {0};

	(void)state;
	assert_false(disk_error(&e, ENOSPC));
	assert_int_equal(e.kind, ERROR_TRANSIENT);
	assert_string_equal(e.text, "No space left on device");
	assert_false(disk_error(&e, EACCES));
	assert_int_equal(e.kind, ERROR_INVALID);
}

static void test_one_name(void **state)
{
	char *folder = scratch_new();
	AUTO(free_text) char *here = getcwd(NULL, 0);
	AUTO(free_text) char *there = NULL;
	AUTO(free_text) char *absolute = disk_absolute("/etc/./stackd//");
	AUTO(free_text) char *root = disk_absolute("/");

	(void)state;
	assert_string_equal(absolute, "/etc/stackd");
	assert_string_equal(root, "/");
	must(chdir(folder), folder);
	there = getcwd(NULL, 0);

	AUTO(free_text) char *wanted = xasprintf("%s/manifests", there);
	AUTO(free_text) char *found = disk_absolute("./manifests/");
	AUTO(free_text) char *itself = disk_absolute(".");

	assert_string_equal(found, wanted);
	assert_string_equal(itself, there);
	must(chdir(here), here);
	scratch_remove(folder);
	free(folder);
}

/* Whose folder is gone still has a name. */
static void test_no_name(void **state)
{
	char *folder = scratch_new();
	AUTO(free_text) char *here = getcwd(NULL, 0);

	(void)state;
	must(chdir(folder), folder);
	scratch_remove(folder);

	AUTO(free_text) char *found = disk_absolute("manifests/");

	assert_string_equal(found, "manifests");
	must(chdir(here), here);
	free(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads),
		cmocka_unit_test(test_growing_file),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_one_name),
		cmocka_unit_test(test_no_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
