#include "base/path.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"

static void test_path_beside(void **state)
{
	static const struct {
		const char *sentence, *file, *path, *expected;
	} rows[] = {
		{"a name is looked for in the file's folder", "/etc/stackd/a.yaml", "b.json",
			"/etc/stackd/b.json"},
		{"a folder is entered", "/etc/stackd/a.yaml", "templates/b",
			"/etc/stackd/templates/b"},
		{"a dot means here", "/etc/stackd/a.yaml", "./x/./b", "/etc/stackd/x/b"},
		{"two dots stay: the folder may be a link", "/etc/stackd/a.yaml", "../b",
			"/etc/stackd/../b"},
		{"an absolute path stays", "/etc/stackd/a.yaml", "/srv//b/", "/srv/b"},
		{"doubled slashes are one", "/etc//stackd/a.yaml", "x//b", "/etc/stackd/x/b"},
		{"a file in the root", "/a.yaml", "b", "/b"},
		{"a file without a folder", "a.yaml", "./b", "b"},
		{"a file in a relative folder", "./x/a.yaml", "b", "x/b"},
		{"nothing is the folder itself", "/etc/a.yaml", ".", "/etc"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(free_text) char *path = path_beside(rows[i].file, rows[i].path);

		if (strcmp(path, rows[i].expected) != 0)
			fail_msg("%s: %s", rows[i].sentence, path);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_path_beside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
