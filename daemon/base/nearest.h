/* "Did you mean": the known word that a mistyped one is nearest to. Offer the candidates one by
 *one; `best` is the answer, or NULL where none is near enough to be worth a guess.
 *
 *	struct nearest nearest = nearest_to(word);
 *	nearest_offer(&nearest, "parameters");
 */
#pragma once

#include <stddef.h>

struct nearest {
	const char *word; /* borrowed */
	const char *best; /* borrowed from the candidate offered */
	size_t distance;  /* of best */
};

struct nearest nearest_to(const char *word);
void nearest_offer(struct nearest *nearest, const char *candidate);

/* Edits (insert, delete, replace, swap two neighbours) from a to b; case does not count. SIZE_MAX
 * where one of them is longer than NEAREST_LIMIT. */
enum { NEAREST_LIMIT = 64 };
size_t nearest_distance(const char *a, const char *b);

/* "; did you mean 'BEST'?" or "", for the end of an error. */
enum { NEAREST_HINT_SIZE = NEAREST_LIMIT + 24 };
struct nearest_hint {
	char text[NEAREST_HINT_SIZE];
};
struct nearest_hint nearest_hint(const struct nearest *nearest);
