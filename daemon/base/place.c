#include "base/place.h"

#include <stdbool.h>

void place_move(struct place *place, const char *from, const char *to, const char *end)
{
	for (; from < to; from++) {
		bool pair = from + 1 < end && from[1] == '\n';

		if (*from == '\n' || (*from == '\r' && !pair))
			*place = (struct place){place->line + 1, 1};
		else if (((unsigned char)*from & 0xc0) != 0x80)
			place->column++;
	}
}

struct place place_of(const char *bytes, size_t length, size_t offset)
{
	struct place place = {1, 1};

	place_move(&place, bytes, bytes + offset, bytes + length);
	return place;
}

const char *place_line(const char *bytes, size_t length, unsigned line)
{
	const char *end = bytes + length;

	for (unsigned now = 1; now < line; bytes++) {
		if (bytes >= end)
			return NULL;
		now += *bytes == '\n' || (*bytes == '\r' && (bytes + 1 == end || bytes[1] != '\n'));
	}
	return bytes;
}
