#include "base/nearest.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static bool same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t nearest_distance(const char *a, const char *b)
{
	size_t a_length = strnlen(a, NEAREST_LIMIT + 1);
	size_t b_length = strnlen(b, NEAREST_LIMIT + 1);
	size_t rows[3][NEAREST_LIMIT + 1];

	if (a_length > NEAREST_LIMIT || b_length > NEAREST_LIMIT)
		return SIZE_MAX;
	for (size_t j = 0; j <= b_length; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a_length; i++) {
		size_t *now = rows[i % 3];
		const size_t *above = rows[(i - 1) % 3];
		const size_t *second = rows[(i + 1) % 3]; /* two rows above */

		now[0] = i;
		for (size_t j = 1; j <= b_length; j++) {
			size_t replace = above[j - 1] + !same(a[i - 1], b[j - 1]);

			now[j] = least(replace, least(above[j], now[j - 1]) + 1);
			if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
				now[j] = least(now[j], second[j - 2] + 1);
		}
	}
	return rows[a_length % 3][b_length];
}

struct nearest nearest_to(const char *word)
{
	return (struct nearest){.word = word, .distance = SIZE_MAX};
}

void nearest_offer(struct nearest *nearest, const char *candidate)
{
	size_t distance = nearest_distance(nearest->word, candidate);

	/* A third of the letters may be wrong, but never so many that nothing is left of the word.
	 */
	if (distance == SIZE_MAX || distance > strlen(nearest->word) / 3 + 1 ||
		distance >= strlen(candidate) || distance >= nearest->distance)
		return;
	nearest->best = candidate;
	nearest->distance = distance;
}

struct nearest_hint nearest_hint(const struct nearest *nearest)
{
	struct nearest_hint hint = {""};

	if (nearest->best)
		snprintf(hint.text, sizeof(hint.text), "; did you mean '%s'?", nearest->best);
	return hint;
}
