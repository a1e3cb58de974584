/* Where something stands in a text: line and column, both from 1; a column is a character. */
#pragma once

#include <stddef.h>

struct place {
	unsigned line, column;
};

/* Moves a place from `from` to `to`, both within the text that ends at `end`. \n, \r\n and \r end a
 * line. */
void place_move(struct place *place, const char *from, const char *to, const char *end);

/* The place of bytes[offset]. */
struct place place_of(const char *bytes, size_t length, size_t offset);

/* Where a line begins, NULL where there are fewer. */
const char *place_line(const char *bytes, size_t length, unsigned line);
