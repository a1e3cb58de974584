#include "base/document_yaml_fault.h"

#include <string.h>

/* One row for each of libyaml's errors that people meet. */
struct fault {
	const char *problem;
	const char *context; /* NULL: any */
	bool at_context;     /* the place that helps is where the unfinished thing began */
	const char *sentence;
};

static const struct fault faults[] = {
	{"mapping values are not allowed in this context", NULL, false,
		"found a second ':' where a value was expected: put the value in quotes, or mend "
		"the "
		"indentation"},
	{"block sequence entries are not allowed in this context", NULL, false,
		"found '-' where a value was expected: a list begins on a line of its own"},
	{"block mapping entries are not allowed in this context", NULL, false,
		"found '?' where a value was expected: put it in quotes"},
	{"mapping keys are not allowed in this context", NULL, false,
		"found '?' where a value was expected: put it in quotes"},
	{"found unexpected end of stream", "while scanning a quoted scalar", true,
		"found a text whose closing quote is missing, expected it before the end"},
	{"found unexpected document indicator", "while scanning a quoted scalar", true,
		"found a text whose closing quote is missing, expected it before the next "
		"document"},
	{"could not find expected ':'", "while scanning a simple key", true,
		"found text without a ':', expected 'key: value': mend the indentation, or put a "
		"text "
		"of several lines in quotes"},
	{"did not find expected key", "while parsing a block mapping", false,
		"found something that is not a key of the map above, expected 'key: value' at the "
		"map's own indentation: is the indentation or a quote wrong?"},
	{"did not find expected '-' indicator", NULL, false,
		"found something that is not an item of the list above, expected '- ' at the "
		"list's "
		"own indentation"},
	{"did not find expected ',' or ']'", NULL, false,
		"found the list in brackets unfinished, expected ',' or ']'"},
	{"did not find expected ',' or '}'", NULL, false,
		"found the map in braces unfinished, expected ',' or '}'"},
	{"did not find expected node content", NULL, false,
		"found no value where one was expected"},
	{"found unknown escape character", NULL, false,
		"found an unknown escape, expected one such as \\n or \\\\: or put the text in "
		"single "
		"quotes"},
	{"found invalid Unicode character escape code", NULL, false,
		"found an escape that is no character, expected one: YAML has no surrogate pairs, "
		"write \\U and eight hex digits"},
	{"did not find expected hexdecimal number", NULL, false,
		"found an unfinished escape, expected hex digits"},
	{"found incompatible YAML document", NULL, false,
		"found a %YAML version that is not known, expected 1.1 or 1.2: leave the line out"},
	{"found unknown directive name", NULL, false,
		"found an unknown directive, expected none: put a text that begins with '%' in "
		"quotes"},
	{"found undefined tag handle", NULL, false,
		"found a tag with an unknown prefix, expected one such as !Ref"},
	{"found a tab character where an indentation space is expected", NULL, false,
		"found a tab, expected spaces: YAML indents with spaces only"},
	{"found a tab character that violates indentation", NULL, false,
		"found a tab, expected spaces: YAML indents with spaces only"},
	{"did not find expected <document start>", NULL, false,
		"found text behind the first line's directives or value, expected a map"},
	{"found unexpected ':'", NULL, false,
		"found ':' without a space behind it, expected 'key: value'; text with ':' goes in "
		"quotes"},
	{"did not find expected comment or line break", NULL, false,
		"found text behind '|' or '>', expected it to begin on the next line"},
};

static const char *text_or_empty(const char *text)
{
	return text ? text : "";
}

static const struct fault *find_fault(const yaml_parser_t *parser)
{
	for (size_t i = 0; i < COUNT(faults); i++)
		if (strcmp(faults[i].problem, text_or_empty(parser->problem)) == 0 &&
			(!faults[i].context ||
				strcmp(faults[i].context, text_or_empty(parser->context)) == 0))
			return &faults[i];
	return NULL;
}

static const char *character(const char *bytes, size_t length, size_t index)
{
	const char *at = bytes;

	for (size_t i = 0; at < bytes + length; at++)
		if (((unsigned char)*at & 0xc0) != 0x80 && i++ == index)
			break;
	return at;
}

/* The character that cannot begin a token stands at the problem's mark. */
static char *strange_character(const char *at, const char *end)
{
	if (at < end && *at == '\t')
		return xstrdup("found a tab, expected spaces: YAML indents with spaces only");
	if (at != end && *at > ' ')
		return xasprintf("found a text that begins with '%c', expected it in quotes", *at);
	return xstrdup("found a character that cannot begin a text, expected it in quotes");
}

/* The ':' is the first of its line: the text that it cuts through began on a line above. */
static bool cuts_a_text(const char *bytes, const char *at)
{
	const char *line = at;

	while (line > bytes && line[-1] != '\n')
		line--;
	return !memchr(line, ':', (size_t)(at - line));
}

char *yaml_fault(const yaml_parser_t *parser, const char *bytes, size_t length, struct place *place)
{
	yaml_mark_t mark = parser->problem_mark;

	*place = (struct place){1, 1};
	if (parser->error == YAML_MEMORY_ERROR)
		abort(); /* see memory.h */
	if (parser->error == YAML_READER_ERROR) {
		size_t offset = parser->problem_offset < length ? parser->problem_offset : length;

		*place = place_of(bytes, length, offset);
		return xasprintf("found the character U+%04X, which YAML does not allow: write it "
				 "as an escape in double quotes",
			(unsigned)parser->problem_value);
	}
	const struct fault *fault = find_fault(parser);

	if (fault && fault->at_context)
		mark = parser->context_mark;
	const char *at = character(bytes, length, mark.index);

	/* libyaml adds a line break behind the last line that has none. */
	*place = at < bytes + length
			 ? (struct place){(unsigned)mark.line + 1, (unsigned)mark.column + 1}
			 : place_of(bytes, length, length);
	if (fault == &faults[0] && cuts_a_text(bytes, at))
		return xstrdup("found a ':' in a text that began on a line above: mend the "
			       "indentation, or put a space behind the ':' up there");
	if (fault)
		return xstrdup(fault->sentence);
	if (strcmp(text_or_empty(parser->problem), "found character that cannot start any token") ==
		0)
		return strange_character(at, bytes + length);
	return xasprintf("%s%s%s", text_or_empty(parser->problem), parser->context ? " " : "",
		text_or_empty(parser->context));
}
