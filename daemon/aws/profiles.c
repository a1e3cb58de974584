#include "aws/profiles.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "aws/words.h"
#include "base/memory.h"
#include "base/text.h"

enum { NAMES_LIMIT = 10000 }; /* sections and keys of a file */

#define BLANKS " \t\r\v\f"

struct reader {
	enum profiles_kind kind;
	const char *profile;
	struct pairs *keys;
	bool *found;
	unsigned number;   /* of the line */
	struct pairs seen; /* sections, and keys in them: with the number of their line */
	char *section;     /* NULL: none yet */
	bool inside;       /* in the one that is looked for */
	char *key;         /* what the next line may go on with; NULL: nothing */
	struct text value; /* of the key so far */
	bool nested;       /* it has none of its own */
	size_t indent;     /* of the last line that was more than a part of a value */
};

/* Cuts white space off both ends; gives where the rest begins. */
static char *trimmed(char *text)
{
	text += strspn(text, BLANKS);
	size_t length = strlen(text);

	while (length && strchr(BLANKS, text[length - 1]))
		length--;
	text[length] = '\0';
	return text;
}

static bool remember(struct reader *reader, const char *name)
{
	char number[16];

	snprintf(number, sizeof(number), "%u", reader->number);
	if (reader->seen.count >= NAMES_LIMIT)
		return false;
	pairs_add(&reader->seen, name, number);
	return true;
}

/* --- values --- */

static void end_value(struct reader *reader)
{
	if (reader->inside && reader->key)
		pairs_set(reader->keys, reader->key, text_string(&reader->value));
	text_clear(&reader->value);
	replace_text(&reader->key, NULL);
}

static bool read_nested(struct reader *reader, char *text)
{
	char *equals = strchr(text, '=');

	if (!equals)
		return false;
	*equals = '\0';
	AUTO(free_text) char *whole = xasprintf("%s.%s", reader->key, trimmed(text));

	for (char *c = whole; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	if (reader->inside)
		pairs_set(reader->keys, whole, trimmed(equals + 1));
	return remember(reader, "");
}

/* Most values that go on are none that matters any more, but a command may. */
static bool go_on(struct reader *reader, char *text)
{
	if (reader->nested)
		return read_nested(reader, text);
	text_add_char(&reader->value, '\n');
	text_add(&reader->value, text);
	return true;
}

/* --- lines --- */

/* "profile my-name" is my-name where profiles are looked for. */
static bool names_profile(const struct reader *reader, const char *section)
{
	const char *word = reader->kind == PROFILES_SERVICES ? "services" : "profile";
	AUTO_DONE(texts_done) struct texts words = {0};

	if (reader->kind == PROFILES_CREDENTIALS)
		return strcmp(section, reader->profile) == 0;
	if (text_starts(section, word))
		return words_split(section, &words) && words.count == 2 &&
		       strcmp(words.items[1], reader->profile) == 0;
	return reader->kind == PROFILES_CONFIG && strcmp(section, "default") == 0 &&
	       strcmp(reader->profile, "default") == 0;
}

/* [profile x] and [profile "x"] are two sections of one profile: the later one is it. */
static bool read_section(struct reader *reader, char *text, char *end)
{
	*end = '\0';
	replace_text(&reader->section, text + 1);
	reader->inside = names_profile(reader, reader->section);
	*reader->found |= reader->inside;
	if (reader->inside)
		pairs_done(reader->keys);
	return remember(reader, reader->section);
}

static bool read_key(struct reader *reader, char *text)
{
	char *delimiter = text + strcspn(text, "=:");

	if (!reader->section || !*delimiter)
		return false;
	*delimiter = '\0';
	char *name = trimmed(text);

	if (!*name)
		return false;
	for (char *c = name; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	reader->key = xstrdup(name);
	text_add(&reader->value, trimmed(delimiter + 1));
	reader->nested = !reader->value.length;
	if (reader->inside)
		pairs_set(reader->keys, name, text_string(&reader->value));
	AUTO(free_text) char *whole = xasprintf("%s\n%s", reader->section, name);

	return remember(reader, whole);
}

static bool read_line(struct reader *reader, char *line)
{
	size_t indent = strspn(line, BLANKS);
	char *text = trimmed(line);

	if (!*text || *text == '#' || *text == ';')
		return true;
	if (reader->key && indent > reader->indent)
		return go_on(reader, text);
	end_value(reader);
	reader->indent = indent;
	/* What stands behind a section's name counts as little as a comment. */
	char *end = *text == '[' ? strrchr(text, ']') : NULL;

	return end && end > text + 1 ? read_section(reader, text, end) : read_key(reader, text);
}

/* --- the whole --- */

/* Gives the number of the first line that can't be read, 0: none. */
static unsigned read_lines(struct reader *reader, char *line)
{
	reader->number = 1;
	for (char *next = line; next; line = next, reader->number++) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		if (!read_line(reader, line))
			return reader->number;
	}
	end_value(reader);
	return 0;
}

/* Which line says again what another one said, 0: none. Sorting leaves lines in their order. */
static unsigned repeated(struct pairs *seen)
{
	pairs_sort(seen);
	for (size_t i = 1; i < seen->count; i++)
		if (*seen->items[i].name &&
			strcmp(seen->items[i - 1].name, seen->items[i].name) == 0)
			return (unsigned)strtoul(seen->items[i].value, NULL, 10);
	return 0;
}

static bool read_text(struct reader *reader, char *text, const char *path, struct error *e)
{
	unsigned line = read_lines(reader, text);

	if (line)
		return error_set(e, ERROR_DENIED, "%s:%u: expected [%s] or key = value", path, line,
			reader->kind == PROFILES_CREDENTIALS ? "NAME" : "profile NAME");
	line = repeated(&reader->seen);
	return !line || error_set(e, ERROR_DENIED,
				"%s:%u: this section or key is there a second time", path, line);
}

bool profiles_read(const struct profiles_file *file, enum profiles_kind kind, const char *profile,
	struct pairs *keys, bool *found, struct error *e)
{
	struct reader reader = {.kind = kind,
		.profile = profile,
		.keys = keys,
		.found = found,
		.value.secret = true};
	size_t bad;

	*found = false;
	if (file->problem)
		return error_set(e, ERROR_DENIED, "%s", file->problem);
	if (!file->bytes)
		return true;
	if (!utf8_valid(file->bytes, file->length, &bad))
		return error_set(e, ERROR_DENIED, "%s: expected text, found a byte that is none",
			file->path);
	if (text_starts(file->bytes, "\xef\xbb\xbf"))
		return error_set(e, ERROR_DENIED,
			"%s: found a byte order mark, which AWS's own tools refuse", file->path);
	char *copy = xstrndup(file->bytes, file->length);
	bool ok = read_text(&reader, copy, file->path, e);

	free(reader.section);
	free(reader.key);
	text_done(&reader.value);
	pairs_done(&reader.seen);
	wipe(copy, file->length); /* not as a text: by now there is a NUL behind each line */
	free(copy);
	return ok;
}
