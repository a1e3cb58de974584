#include "report/harmless.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static const struct {
	const char *sentence, *text, *expected;
	size_t width;
} rows[] = {
	{"plain text stays", "needs ecs-cluster", "needs ecs-cluster", 17},
	{"nothing stays nothing", "", "", 0},
	{"other scripts stay, one column each", "größe 値", "größe 値", 7},
	{"four-byte characters stay", "a😀b", "a😀b", 3},
	{"line ends become blanks", "a\nb\r\nc\td", "a b  c d", 8},
	{"an escape sequence loses its escape", "\x1b[31mred", " [31mred", 8},
	{"DEL", "a\x7f", "a ", 2},
	{"the one-character CSI of C1",
		"a\xc2\x9b"
		"31m",
		"a 31m", 5},
	{"a no-break space is no control character", "a\xc2\xa0z", "a\xc2\xa0z", 3},
	{"line and paragraph separators", "a\xe2\x80\xa8z\xe2\x80\xa9", "a z ", 4},
	{"right-to-left override", "a\xe2\x80\xaez", "a z", 3},
	{"an isolate", "a\xe2\x81\xa6z", "a z", 3},
	{"a dash is none of these", "a\xe2\x80\x93z", "a\xe2\x80\x93z", 3},
	{"a lone byte", "a\xffz", "a?z", 3},
	{"a cut character at the end", "a\xe2\x80", "a??", 3},
	{"a control character behind broken text", "\xff\x1b", "? ", 2},
	{"an overlong newline", "\xc0\x8a", "??", 2},
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO_DONE(text_done) struct text text = {0};

		print_message("# %s\n", rows[i].sentence);
		harmless_add(&text, rows[i].text);
		assert_string_equal(text_string(&text), rows[i].expected);
		assert_int_equal(harmless_width(&text), rows[i].width);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
