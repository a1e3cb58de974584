#include "io/files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <time.h>

#include <cmocka.h>

#include "base/document.h"
#include "scratch.h"

#define TEMPLATE                                                                                   \
	"Resources:\n"                                                                             \
	"  Topic: {Type: 'AWS::SNS::Topic'}\n"

/* --- the folder --- */

static const struct {
	const char *sentence, *name, *problem; /* NULL: it is read */
} entries[] = {
	{"a folder", "a-folder.yaml", "found a folder, expected a file"},
	{"a FIFO without a writer", "b-fifo.yaml", "found a pipe, socket or device"},
	{"a link to nothing", "c-dangling.yaml", "No such file or directory"},
	{"a file over the ceiling", "d-large.json", "found more than 262144 bytes"},
	{"a file at the ceiling", "e-full.json", NULL},
	{"an empty file", "f-empty.yml", NULL},
	{"a link out of the folder", "g-link.yaml", NULL},
	{"a manifest", "h-web.yaml", NULL},
};

static void make_entries(const char *root, const char *folder)
{
	static char large[MANIFEST_LIMIT + 1];
	static const char *const others[] = {"stackd.conf", ".hidden.yaml", "web.yaml~",
		".web.yaml.swp", "web.yaml.dpkg-new", "README.md", "template.template"};
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	memset(large, ' ', sizeof(large));
	must(mkdirat(fd, "a-folder.yaml", 0700), "mkdir");
	must(mkfifoat(fd, "b-fifo.yaml", 0600), "mkfifo");
	must(symlinkat("nowhere", fd, "c-dangling.yaml"), "symlink");
	must(symlinkat("../target", fd, "g-link.yaml"), "symlink");
	close(fd);
	put(root, "target", "text");
	put(folder, "h-web.yaml", "text");
	put(folder, "f-empty.yml", "");
	put_bytes(folder, "e-full.json", large, MANIFEST_LIMIT);
	put_bytes(folder, "d-large.json", large, MANIFEST_LIMIT + 1);
	for (size_t i = 0; i < COUNT(others); i++)
		put(folder, others[i], "text");
}

static void test_each_candidate_is_read_or_has_a_problem(void **state)
{
	AUTO(scratch_end) char *root = scratch_new();
	AUTO(free_text) char *path = inside(root, "stackd");
	AUTO_DONE(folder_done) struct folder folder;

	(void)state;
	must(mkdir(path, 0755), path);
	make_entries(root, path);
	files_folder(path, &folder);
	assert_int_equal(folder.state, FOLDER_READ);
	assert_null(folder.problem);
	assert_string_equal(folder.path, path);
	assert_int_equal(folder.entries.count, COUNT(entries));
	for (size_t i = 0; i < COUNT(entries); i++) {
		const struct file *file = &folder.entries.items[i];
		struct digest digest = digest_of(file->bytes, file->length);

		print_message("# %s\n", entries[i].sentence);
		assert_string_equal(file->path, entries[i].name);
		assert_int_equal(file->bytes == NULL, entries[i].problem != NULL);
		if (entries[i].problem)
			assert_non_null(strstr(file->problem, entries[i].problem));
		else
			assert_true(!file->problem && digest_equal(&file->digest, &digest));
	}
}

static void make_too_many(const char *folder)
{
	char name[32];

	for (int i = 0; i <= MANIFESTS_LIMIT; i++) {
		snprintf(name, sizeof(name), "%d.yaml", i);
		put(folder, name, "");
	}
}

static void make_too_much(const char *folder)
{
	for (int i = 0; i <= 256; i++) {
		AUTO(free_text) char *path = xasprintf("%s/%d.yaml", folder, i);

		put(folder, path + strlen(folder) + 1, "");
		must(truncate(path, MANIFEST_LIMIT), path);
	}
}

static void make_file(const char *folder)
{
	must(rmdir(folder), folder);
	put("/", folder + 1, "");
}

static void make_nothing(const char *folder)
{
	must(rmdir(folder), folder);
}

static void make_empty(const char *folder)
{
	put(folder, "README.md", "");
}

static const struct {
	const char *sentence, *problem;
	void (*make)(const char *folder);
	enum folder_state state;
} folders[] = {
	{"an empty folder is one that was read", NULL, make_empty, FOLDER_READ},
	{"a missing folder is not an empty one", "No such file or directory", make_nothing,
		FOLDER_MISSING},
	{"a file is no folder", "Not a directory", make_file, FOLDER_UNREADABLE},
	{"more manifests than the ceiling", "found more than 10000 manifests", make_too_many,
		FOLDER_UNREADABLE},
	{"more bytes than the ceiling", "found more than 64 MiB of manifests", make_too_much,
		FOLDER_UNREADABLE},
};

static void test_a_folder_is_read_whole_or_not_at_all(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(folders); i++) {
		AUTO(scratch_end) char *root = scratch_new();
		AUTO(free_text) char *path = inside(root, "stackd");
		AUTO_DONE(folder_done) struct folder folder;

		print_message("# %s\n", folders[i].sentence);
		must(mkdir(path, 0755), path);
		folders[i].make(path);
		files_folder(path, &folder);
		assert_int_equal(folder.state, folders[i].state);
		assert_int_equal(folder.entries.count, 0);
		if (folders[i].problem)
			assert_non_null(strstr(folder.problem, folders[i].problem));
	}
}

static void test_a_folder_that_is_removed_meanwhile_is_missing(void **state)
{
	AUTO(scratch_end) char *root = scratch_new();
	AUTO_DONE(folder_done) struct folder folder;
	int back = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	(void)state;
	must(chdir(root), root);
	must(rmdir(root), root);
	files_folder(".", &folder);
	must(fchdir(back), "fchdir");
	close(back);
	assert_int_equal(folder.state, FOLDER_MISSING);
}

/* --- the whole --- */

struct bench {
	char *root, *folder;
	struct pairs environment;
	struct files_options options;
	struct desired *desired;
	struct texts problems;
};

static int setup(void **place)
{
	struct bench *bench = xcalloc(1, sizeof(*bench));

	bench->root = scratch_new();
	bench->folder = inside(bench->root, "stackd");
	must(mkdir(bench->folder, 0755), bench->folder);
	bench->options = (struct files_options){.folder = bench->folder,
		.environment = &bench->environment,
		.region = "eu-north-1"};
	*place = bench;
	return 0;
}

static int teardown(void **place)
{
	struct bench *bench = *place;

	desired_free(bench->desired);
	texts_done(&bench->problems);
	pairs_done(&bench->environment);
	scratch_end(bench->root);
	free(bench->folder);
	free(bench);
	return 0;
}

/* The first problem, where stackd.conf is faulty. */
static const char *read_all(struct bench *bench)
{
	struct desired *desired;

	texts_done(&bench->problems);
	desired = files_desired(&bench->options, &bench->desired, &bench->problems);
	assert_null(bench->desired);
	bench->desired = desired;
	return bench->problems.count ? bench->problems.items[0] : NULL;
}

static const struct desired_stack *read_stack(struct bench *bench)
{
	assert_null(read_all(bench));
	assert_int_equal(bench->desired->stack_count, 1);
	return bench->desired->stacks[0];
}

static void test_the_region_comes_from(void **place)
{
	struct bench *bench = *place;

	put(bench->folder, "web.yaml", "template-file-path: ../web\n");
	put(bench->root, "web", TEMPLATE);
	assert_string_equal(read_stack(bench)->region, "eu-north-1");
	pairs_set(&bench->environment, "AWS_DEFAULT_REGION", "eu-west-2");
	assert_string_equal(read_stack(bench)->region, "eu-west-2");
	pairs_set(&bench->environment, "AWS_REGION", "eu-west-3");
	assert_string_equal(read_stack(bench)->region, "eu-west-3");
	pairs_set(&bench->environment, "AWS_REGION", "");
	assert_string_equal(read_stack(bench)->region, "eu-west-2");
	put(bench->folder, "stackd.conf", "[AWS]\nRegion=eu-west-1\n");
	assert_string_equal(read_stack(bench)->region, "eu-west-1");
}

static void test_the_settings(void **place)
{
	struct bench *bench = *place;
	AUTO(free_text) char *other = inside(bench->root, "other.conf");
	AUTO(free_text) char *said = xasprintf("%s: No such file or directory", other);

	assert_null(read_all(bench));
	assert_string_equal(bench->desired->settings->owner, "stackd");
	put(bench->folder, "stackd.conf", "[Policy]\nOwner=us\n");
	assert_null(read_all(bench));
	assert_string_equal(bench->desired->settings->owner, "us");

	print_message("# a file that is named has to be there\n");
	bench->options.config = other;
	assert_string_equal(read_all(bench), said);
	put(bench->root, "other.conf", "[Policy]\nOwner=them\n");
	assert_null(read_all(bench));
	assert_string_equal(bench->desired->settings->owner, "them");
	assert_false(bench->desired->settings_faulty);

	print_message("# faulty settings leave the old ones, with new manifests\n");
	put(bench->root, "other.conf", "[Policy]\nOwnr=them\nMore=1\n");
	put(bench->folder, "web.yaml", "template-file-path: ../web\n");
	assert_non_null(strstr(read_all(bench), "/other.conf:2: "));
	assert_int_equal(bench->problems.count, 2);
	assert_string_equal(bench->desired->settings->owner, "them");
	assert_int_equal(bench->desired->stack_count, 1);
	assert_true(bench->desired->settings_faulty);

	print_message("# also where they are no file\n");
	bench->options.config = bench->root;
	assert_non_null(strstr(read_all(bench), ": found a folder, expected a file"));

	print_message("# without old ones there is nothing to go by\n");
	desired_free(take(bench->desired));
	assert_non_null(read_all(bench));
	assert_null(bench->desired);
}

static void test_a_folder_that_goes_keeps_stacks_and_settings(void **place)
{
	struct bench *bench = *place;

	put(bench->folder, "stackd.conf", "[AWS]\nAllowedAccounts=012345678901\n");
	put(bench->folder, "web.yaml", "template-file-path: ../web\n");
	put(bench->root, "web", TEMPLATE);
	read_stack(bench);
	scratch_remove(bench->folder);
	assert_string_equal(read_stack(bench)->name, "web");
	assert_int_equal(bench->desired->state, FOLDER_MISSING);
	assert_int_equal(bench->desired->settings->allowed_accounts.count, 1);

	print_message("# an empty folder in its place, as of a lost mount, keeps the settings\n");
	must(mkdir(bench->folder, 0755), bench->folder);
	assert_null(read_all(bench));
	assert_int_equal(bench->desired->state, FOLDER_READ);
	assert_int_equal(bench->desired->settings->allowed_accounts.count, 1);

	print_message("# a stackd.conf that is removed beside its manifests does not\n");
	put(bench->folder, "web.yaml", "template-file-path: ../web\n");
	read_stack(bench);
	assert_int_equal(bench->desired->settings->allowed_accounts.count, 0);
}

/* --- what is drawn in --- */

static const char *text_of(const struct desired_stack *stack, const char *name)
{
	for (size_t i = 0; i < stack->parameter_count; i++)
		if (strcmp(stack->parameters[i].declared->name, name) == 0)
			return stack->parameters[i].parts[0].text;
	return NULL;
}

static void test_everything_that_is_wanted_is_read(void **place)
{
	struct bench *bench = *place;
	AUTO(free_text) char *credentials = inside(bench->root, "credentials");
	AUTO(free_text) char *fifo = inside(bench->root, "fifo");
	const struct desired_stack *stack;

	must(mkdir(credentials, 0700), credentials);
	put(credentials, "password", "secret\n");
	put(credentials, "lines", "a\nb\n\n");
	put_bytes(credentials, "binary", "a\0b", 3);
	pairs_set(&bench->environment, "CREDENTIALS_DIRECTORY", credentials);
	pairs_set(&bench->environment, "STAGE", "test");
	put(bench->root, "version", "42\n");
	put(bench->root, "user-data", "#!/bin/sh\n");
	put(bench->root, "web.yaml",
		"# AutoStacker24\nParameters:\n"
		"  Password: {Type: String, NoEcho: true}\n  Lines: {Type: String}\n"
		"  Stage: {Type: String}\n  Version: {Type: String}\n" TEMPLATE
		"Description: '@file://user-data'\n");
	put(bench->folder, "web.yaml",
		"template-file-path: ../web.yaml\nparameters:\n"
		"  Password: {credential: password}\n  Lines: {credential: lines}\n"
		"  Stage: {environment: STAGE}\n  Version: {file: ../version}\n");
	stack = read_stack(bench);
	if (stack->problems.count)
		fail_msg("%s", stack->problems.items[0]);
	assert_string_equal(text_of(stack, "Password"), "secret");
	assert_string_equal(text_of(stack, "Lines"), "a\nb\n");
	assert_string_equal(text_of(stack, "Stage"), "test");
	assert_string_equal(text_of(stack, "Version"), "42");
	assert_non_null(strstr(stack->template->body, "#!/bin/sh"));

	print_message("# what can't be read freezes the stack and is named\n");
	must(mkfifo(fifo, 0600), fifo);
	put(bench->folder, "web.yaml",
		"template-file-path: ../web.yaml\nparameters:\n"
		"  Password: {credential: binary}\n  Lines: {credential: absent}\n"
		"  Stage: {file: ../absent}\n  Version: {file: ../fifo}\n");
	stack = read_stack(bench);
	assert_true(stack->frozen);
	assert_int_equal(stack->problems.count, 4);
	assert_non_null(strstr(stack->problems.items[0], "'binary'"));
	assert_non_null(strstr(stack->problems.items[2], "../absent: No such file"));
	assert_non_null(strstr(stack->problems.items[3], "../fifo: found a pipe"));

	print_message("# and is read again\n");
	put(bench->folder, "web.yaml", "template-file-path: ../web2\n");
	assert_true(read_stack(bench)->frozen);
	put(bench->root, "web2", TEMPLATE);
	assert_false(read_stack(bench)->frozen);
}

static uint64_t milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void test_a_thousand_manifests(void **place)
{
	struct bench *bench = *place;
	uint64_t start, folder_ms, first_ms;
	struct folder folder;
	char name[32];

	put(bench->root, "web", TEMPLATE);
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "web-%d.yaml", i);
		put(bench->folder, name, "template-file-path: ../web\nparameters: {}\n");
	}
	start = milliseconds();
	files_folder(bench->folder, &folder);
	folder_ms = milliseconds() - start;
	folder_done(&folder);
	start = milliseconds();
	assert_null(read_all(bench));
	first_ms = milliseconds() - start;
	start = milliseconds();
	assert_null(read_all(bench));
	print_message("# the folder %llu ms, all of it %llu ms, again %llu ms\n",
		(unsigned long long)folder_ms, (unsigned long long)first_ms,
		(unsigned long long)(milliseconds() - start));
	assert_int_equal(bench->desired->stack_count, 1000);
	assert_int_equal(bench->desired->template_count, 1);
}

#define ROW(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_candidate_is_read_or_has_a_problem),
		cmocka_unit_test(test_a_folder_is_read_whole_or_not_at_all),
		cmocka_unit_test(test_a_folder_that_is_removed_meanwhile_is_missing),
		ROW(test_the_region_comes_from),
		ROW(test_the_settings),
		ROW(test_a_folder_that_goes_keeps_stacks_and_settings),
		ROW(test_everything_that_is_wanted_is_read),
		ROW(test_a_thousand_manifests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
