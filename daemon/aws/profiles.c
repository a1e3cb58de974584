#include "aws/profiles.h"

#include <ctype.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

enum { KEYS_LIMIT = 1000 }; /* of one section */

struct reader {
	enum profiles_kind kind;
	const char *profile;
	struct pairs *keys;
	bool *found;
	bool section;  /* there was one, whichever */
	bool inside;   /* in the one that is looked for */
	bool key;      /* there was a key in this section */
	char *outer;   /* the last key, where it has no value of its own; else NULL */
	size_t indent; /* of the last key: what is indented deeper belongs to it */
};

/* Cuts white space off both ends; gives where the rest begins. */
static char *trimmed(char *text)
{
	text += strspn(text, " \t\r");
	size_t length = strlen(text);

	while (length && strchr(" \t\r", text[length - 1]))
		length--;
	text[length] = '\0';
	return text;
}

static void cut_comment(char *text)
{
	for (char *c = text; *c; c++)
		if ((*c == '#' || *c == ';') && (c == text || c[-1] == ' ' || c[-1] == '\t')) {
			*c = '\0';
			return;
		}
}

/* "profile 'my name'": quotes are for names with blanks. */
static char *unquoted(char *name)
{
	size_t length = strlen(name);

	if (length < 2 || !strchr("'\"", name[0]) || name[length - 1] != name[0])
		return name;
	name[length - 1] = '\0';
	return name + 1;
}

/* "profile my-name" is my-name where profiles are looked for. NULL: another kind of section. */
static char *section_name(const struct reader *reader, char *text)
{
	const char *word = reader->kind == PROFILES_SERVICES ? "services" : "profile";
	size_t length = strlen(word);

	if (reader->kind == PROFILES_CREDENTIALS)
		return text;
	if (text_starts(text, word) && (text[length] == ' ' || text[length] == '\t'))
		return unquoted(trimmed(text + length));
	return reader->kind == PROFILES_CONFIG && strcmp(text, "default") == 0 ? text : NULL;
}

static bool read_section(struct reader *reader, char *text)
{
	char *end = strchr(text, ']');

	if (!end)
		return false;
	*end = '\0';
	cut_comment(end + 1);
	if (*trimmed(end + 1))
		return false;
	const char *name = section_name(reader, trimmed(text + 1));

	reader->section = true;
	reader->key = false;
	replace_text(&reader->outer, NULL);
	reader->inside = name && strcmp(name, reader->profile) == 0;
	*reader->found |= reader->inside;
	return true;
}

/* `outer` NULL: not a nested one. */
static bool read_key(struct reader *reader, const char *outer, char *text)
{
	char *equals = strchr(text, '=');

	if (!equals || !reader->section || reader->keys->count >= KEYS_LIMIT)
		return false;
	*equals = '\0';
	char *name = trimmed(text);
	char *value = equals + 1;

	cut_comment(value);
	value = trimmed(value);
	if (!*name)
		return false;
	for (char *c = name; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	AUTO(free_text)
	char *whole = outer ? xasprintf("%s.%s", outer, name) : xstrdup(name);

	if (reader->inside)
		pairs_set(reader->keys, whole, value);
	if (!outer) {
		replace_text(&reader->outer, *value ? NULL : name);
		reader->key = true;
	}
	return true;
}

static bool read_line(struct reader *reader, char *line)
{
	size_t indent = strspn(line, " \t");
	char *text = trimmed(line);

	if (!*text || *text == '#' || *text == ';')
		return true;
	if (*text == '[' && !indent)
		return read_section(reader, text);
	/* Below a key with a value they would be more of it, which no key that matters has. */
	if (reader->key && indent > reader->indent)
		return !reader->outer || read_key(reader, reader->outer, text);
	reader->indent = indent;
	return read_key(reader, NULL, text);
}

/* Gives the number of the first line that can't be read, 0: none. */
static unsigned read_lines(struct reader *reader, char *line)
{
	unsigned number = 1;

	for (char *next = line; next; line = next, number++) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		if (!read_line(reader, line))
			return number;
	}
	return 0;
}

bool profiles_read(const struct profiles_file *file, enum profiles_kind kind, const char *profile,
	struct pairs *keys, bool *found, struct error *e)
{
	struct reader reader = {.kind = kind, .profile = profile, .keys = keys, .found = found};
	size_t bad;

	*found = false;
	if (file->problem)
		return error_set(e, ERROR_DENIED, "%s", file->problem);
	if (!file->bytes)
		return true;
	if (!utf8_valid(file->bytes, file->length, &bad))
		return error_set(e, ERROR_DENIED, "%s: expected text, found a byte that is none",
			file->path);
	char *copy = xstrndup(file->bytes, file->length);
	unsigned line = read_lines(&reader, copy + (text_starts(copy, "\xef\xbb\xbf") ? 3 : 0));

	free(reader.outer);
	wipe(copy, file->length); /* not as a text: by now there is a NUL behind each line */
	free(copy);
	return line == 0 ||
	       error_set(e, ERROR_DENIED, "%s:%u: expected [%s] or key = value", file->path, line,
		       kind == PROFILES_CREDENTIALS ? "NAME" : "profile NAME");
}
