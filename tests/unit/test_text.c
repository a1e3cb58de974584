#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void test_growing(void **state)
{
	AUTO_DONE(text_done) struct text text = {0};

	(void)state;
	assert_string_equal(text_string(&text), "");
	for (int i = 0; i < 1000; i++)
		text_format(&text, "%03d", i);
	assert_int_equal(text.length, 3000);
	assert_int_equal(strlen(text.data), 3000);
	assert_memory_equal(text.data + 2994, "998999", 6);
	text_clear(&text);
	assert_string_equal(text_string(&text), "");
	text_format(&text, "%0400d.", 7);
	assert_int_equal(text.length, 401);
	AUTO(free_text) char *taken = text_take(&text);

	assert_int_equal(strlen(taken), 401);
	assert_int_equal(text.length, 0);
	AUTO(free_text) char *empty = text_take(&text);

	assert_string_equal(empty, "");
}

static void test_a_ceiling(void **state)
{
	AUTO_DONE(text_done) struct text text = {.limit = 5};

	(void)state;
	text_add(&text, "abc");
	text_add(&text, "def");
	assert_true(text.overflow);
	text_add(&text, "d");
	assert_string_equal(text.data, "abc");
	text_clear(&text);
	assert_false(text.overflow);
	text_add(&text, "abcde");
	assert_false(text.overflow);
	assert_string_equal(text.data, "abcde");
}

static const struct {
	const char *what, *text, *json;
} strings[] = {
	{"nothing", "", "\"\""},
	{"plain text and UTF-8", "a/\xc3\xa4\xf0\x9f\x98\x80", "\"a/\xc3\xa4\xf0\x9f\x98\x80\""},
	{"quotes and backslashes", "\"a\\", "\"\\\"a\\\\\""},
	{"named controls, at both ends", "\na\tb\r", "\"\\na\\tb\\r\""},
	{"other controls", "\x01\x1f\x7f\b", "\"\\u0001\\u001f\\u007f\\u0008\""},
};

static void test_json(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(strings); i++) {
		AUTO_DONE(text_done) struct text text = {0};

		text_add_json(&text, strings[i].text, strlen(strings[i].text));
		if (strcmp(text.data, strings[i].json) != 0)
			fail_msg("%s: %s", strings[i].what, text.data);
	}
}

static void test_percent(void **state)
{
	AUTO_DONE(text_done) struct text text = {0};

	(void)state;
	text_add_percent(&text, "aZ09-._~ /+%\xc3\xa4", 14, "/");
	assert_string_equal(text.data, "aZ09-._~%20/%2B%25%C3%A4");
}

static const struct {
	const char *what, *bytes;
	size_t length;
	bool valid;
	size_t bad;
} encodings[] = {
	{"nothing", "", 0, true, 0},
	{"all lengths", "a\xc3\xa4\xe6\x97\xa5\xf0\x9f\x98\x80", 10, true, 0},
	{"NUL", "ab\0c", 4, false, 2},
	{"a byte that begins nothing", "a\x80", 2, false, 1},
	{"a cut character", "a\xe6\x97", 3, false, 1},
	{"two bytes for one that needs one", "\xc0\xaf", 2, false, 0},
	{"three bytes for one that needs two", "\xe0\x82\xa9", 3, false, 0},
	{"half of a surrogate pair", "ab\xed\xa0\x80", 5, false, 2},
	{"beyond Unicode", "\xf4\x90\x80\x80", 4, false, 0},
	{"the last of Unicode", "\xf4\x8f\xbf\xbf", 4, true, 0},
};

static void test_utf8(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(encodings); i++) {
		size_t bad = 0;
		bool valid = utf8_valid(encodings[i].bytes, encodings[i].length, &bad);

		if (valid != encodings[i].valid || (!valid && bad != encodings[i].bad))
			fail_msg("%s: offset %zu", encodings[i].what, bad);
	}
}

static void test_starts_and_ends(void **state)
{
	(void)state;
	assert_true(text_starts("abc", "ab"));
	assert_true(text_starts("abc", ""));
	assert_false(text_starts("ab", "abc"));
	assert_true(text_ends("abc", "bc"));
	assert_false(text_ends("bc", "abc"));
	assert_false(text_ends("abc", "ab"));
}

static void test_cut_between_characters(void **state)
{
	static const char word[] = "a\xc3\xa9\xe2\x82\xac";
	static const char *const cut[] = {
		"", "a", "a", "a\xc3\xa9", "a\xc3\xa9", "a\xc3\xa9", word, word};

	(void)state;
	for (size_t limit = 0; limit < COUNT(cut); limit++) {
		AUTO_DONE(text_done) struct text text = {0};

		text_add_cut(&text, word, limit);
		assert_string_equal(text_string(&text), cut[limit]);
	}
	AUTO_DONE(text_done) struct text rubbish = {0};

	text_add_cut(&rubbish, "\x80\x80\x80", 2); /* no character begins here */
	assert_string_equal(text_string(&rubbish), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_growing),
		cmocka_unit_test(test_a_ceiling),
		cmocka_unit_test(test_cut_between_characters),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_percent),
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_starts_and_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
