#include "base/nearest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"

static const struct {
	const char *sentence;
	const char *a, *b;
	size_t distance;
} distances[] = {
	{"equal words", "region", "region", 0},
	{"case does not count", "Region", "rEGION", 0},
	{"one letter more", "regionn", "region", 1},
	{"one letter less", "regin", "region", 1},
	{"one letter wrong", "redion", "region", 1},
	{"two neighbours swapped", "paramters", "parameters", 1},
	{"two neighbours swapped at the end", "tempalte", "template", 1},
	{"nothing in common", "abc", "xyz", 3},
	{"nothing at all", "", "xyz", 3},
};

static void test_distances(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(distances); i++) {
		print_message("# %s\n", distances[i].sentence);
		assert_int_equal(
			nearest_distance(distances[i].a, distances[i].b), distances[i].distance);
		assert_int_equal(
			nearest_distance(distances[i].b, distances[i].a), distances[i].distance);
	}
}

static const struct {
	const char *sentence;
	const char *word, *best;
} guesses[] = {
	{"a slip is found", "stackname", "stack-name"},
	{"the nearest of several wins", "tagz", "tags"},
	{"a word of its own has no nearest", "banana", NULL},
	{"no guess where every letter would be wrong", "qqqq", NULL},
};

static void test_guesses(void **state)
{
	static const char *const known[] = {"stack-name", "tags", "apply", "region"};

	(void)state;
	for (size_t i = 0; i < COUNT(guesses); i++) {
		struct nearest nearest = nearest_to(guesses[i].word);

		print_message("# %s\n", guesses[i].sentence);
		for (size_t j = 0; j < COUNT(known); j++)
			nearest_offer(&nearest, known[j]);
		if (guesses[i].best)
			assert_string_equal(nearest.best, guesses[i].best);
		else
			assert_null(nearest.best);
	}
}

static void test_long_words_are_no_guess(void **state)
{
	char word[100000];

	(void)state;
	memset(word, 'a', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	assert_true(nearest_distance(word, "a") == SIZE_MAX);
	assert_true(nearest_distance("a", word) == SIZE_MAX);
}

static void test_hint(void **state)
{
	struct nearest nearest = nearest_to("regoin");

	(void)state;
	assert_string_equal(nearest_hint(&nearest).text, "");
	nearest_offer(&nearest, "region");
	assert_string_equal(nearest_hint(&nearest).text, "; did you mean 'region'?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_distances),
		cmocka_unit_test(test_guesses),
		cmocka_unit_test(test_long_words_are_no_guess),
		cmocka_unit_test(test_hint),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
