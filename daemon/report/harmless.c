#include "report/harmless.h"

#include <string.h>

/* Length of the harmful character at s (well-formed UTF-8), 0 where it is harmless: C0, DEL, C1,
 * U+2028 to U+202E, U+2066 to U+2069. */
static size_t harmful(const unsigned char *s)
{
	if (s[0] < 0x20 || s[0] == 0x7f)
		return 1;
	if (s[0] == 0xc2 && s[1] < 0xa0)
		return 2;
	if (s[0] == 0xe2 && s[1] == 0x80 && s[2] >= 0xa8 && s[2] <= 0xae)
		return 3;
	if (s[0] == 0xe2 && s[1] == 0x81 && s[2] >= 0xa6 && s[2] <= 0xa9)
		return 3;
	return 0;
}

static void add_valid(struct text *text, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length;) {
		size_t skipped = harmful((const unsigned char *)bytes + i);

		text_add_char(text, skipped ? ' ' : bytes[i]);
		i += skipped ? skipped : 1;
	}
}

void harmless_add(struct text *text, const char *string)
{
	size_t length = strlen(string);

	while (length) {
		size_t good = length;
		bool valid = utf8_valid(string, length, &good);

		add_valid(text, string, good);
		if (valid)
			return;
		text_add_char(text, '?');
		string += good + 1;
		length -= good + 1;
	}
}

size_t harmless_width(const struct text *text)
{
	size_t width = 0;

	for (size_t i = 0; i < text->length; i++)
		width += ((unsigned char)text->data[i] & 0xc0) != 0x80;
	return width;
}
