#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "cloudformation/golden.h"

/* Members of a case that the runner knows; any other is a typo, and a case that checks nothing. */
static const char known[] =
	" case source template template-path region exports ssm given error resources absent ids "
	"attributes order outputs export-names failures summary then preview execute differs ";

static void check_members(const struct node *one, struct text *faults)
{
	for (size_t i = 0; i < one->count; i++) {
		AUTO(free_text) char *spaced = xasprintf(" %s ", one->names[i]->text);

		if (!strstr(known, spaced))
			text_format(faults, "  unknown member%s\n", spaced);
	}
	if (node_get(one, "then"))
		check_members(node_get(one, "then"), faults);
}

static struct node *read_golden(const char *name)
{
	AUTO(free_text) char *path = xasprintf("%s/%s", GOLDEN_FOLDER, name);
	FILE *file = fopen(path, "r");
	AUTO_DONE(text_done) struct text body = {0};
	struct error e = {0};
	char buffer[4096];
	size_t length;

	assert_non_null(file);
	while ((length = fread(buffer, 1, sizeof(buffer), file)) > 0)
		text_add_bytes(&body, buffer, length);
	(void)fclose(file);
	struct node *root = document_yaml(text_string(&body), body.length, NULL, &e);

	if (!root)
		fail_msg("%s: %s", name, e.text);
	return root;
}

static void run_file(const char *name)
{
	AUTO(node_free) struct node *root = read_golden(name);
	const struct node *cases = node_get(root, "cases");
	AUTO_DONE(text_done) struct text all = {0};

	assert_non_null(cases);
	assert_true(cases->count > 0);
	for (size_t i = 0; i < cases->count; i++) {
		const struct node *one = cases->items[i];
		AUTO_DONE(text_done) struct text faults = {0};

		check_members(one, &faults);
		if (!node_get(one, "case") || !node_get(one, "source"))
			text_add(&faults, "  has no sentence or no source\n");
		golden_run(one, SEED_FOLDER, &faults);
		if (faults.length)
			text_format(&all, "%s:%u: %s\n%s", name, one->line,
				node_is(node_get(one, "case"), "") ? ""
								   : node_get(one, "case")->text,
				text_string(&faults));
	}
	if (all.length)
		fail_msg("\n%s", text_string(&all));
}

static void test_golden(void **state)
{
	if (strcmp(*state, "seed.yaml") == 0 && access(SEED_FOLDER, R_OK) != 0) {
		print_message("# skipped: no %s\n", SEED_FOLDER);
		skip();
	}
	run_file(*state);
}

enum { FILES_LIMIT = 64 };

static int filter(const struct dirent *entry)
{
	return strstr(entry->d_name, ".yaml") != NULL;
}

int main(void)
{
	struct CMUnitTest tests[FILES_LIMIT] = {0};
	struct dirent **names = NULL;
	int count = scandir(GOLDEN_FOLDER, &names, filter, alphasort);

	if (count < 1 || count > FILES_LIMIT)
		return 1;
	for (int i = 0; i < count; i++)
		tests[i] = (struct CMUnitTest){.name = names[i]->d_name,
			.test_func = test_golden,
			.initial_state = names[i]->d_name};
	int failed = _cmocka_run_group_tests("evaluate", tests, (size_t)count, NULL, NULL);

	for (int i = 0; i < count; i++)
		free(names[i]);
	free(names);
	return failed;
}
