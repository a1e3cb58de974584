/* AllowedPattern: Java's regular expressions, put into POSIX's words. */
#include <ctype.h>
#include <regex.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "cloudformation/arguments.h"

/* regcomp() copies what is repeated as often as it is repeated. */
enum { PATTERN_LIMIT = 1024, GROUPS_LIMIT = 1000, COPIES_LIMIT = 65536 };

struct translation {
	const char *rest;
	struct text out;
	bool unsupported;
	unsigned long
		groups; /* product of the repetitions of groups, which may lie within each other */
	unsigned long atoms; /* sum of all others */
};

/* The members of \d, \w, \s for use within brackets, or NULL. */
static const char *class_members(char letter)
{
	switch (letter) {
	case 'd':
		return "0-9";
	case 'w':
		return "A-Za-z0-9_";
	case 's':
		return " \t\n\r\f\v";
	default:
		return NULL;
	}
}

static void translate_escape(struct translation *t)
{
	char letter = t->rest[1];
	const char *members = class_members((char)tolower((unsigned char)letter));

	if (!letter || (isdigit((unsigned char)letter) != 0) ||
		(isalpha((unsigned char)letter) && !members && !strchr("tnr", letter)))
		t->unsupported = true;
	else if (members)
		text_format(&t->out, "[%s%s]", isupper((unsigned char)letter) ? "^" : "", members);
	else if (isalpha((unsigned char)letter))
		text_add_char(&t->out, letter == 't' ? '\t' : letter == 'n' ? '\n' : '\r');
	else
		text_format(&t->out, "%s%c", strchr("_<>`'", letter) ? "" : "\\", letter);
	t->rest += letter ? 2 : 1;
}

/* Within POSIX brackets a backslash is itself, "]" must come first and "-" last. */
static void translate_brackets(struct translation *t)
{
	AUTO_DONE(text_done) struct text members = {0};
	bool closing = false, dash = false;
	const char *c = t->rest + 1;
	bool negated = *c == '^';

	for (c += negated; *c && *c != ']'; c++) {
		const char *class = *c == '\\' ? class_members(c[1]) : NULL;

		if (*c == '[' || (c[0] == '&' && c[1] == '&')) {
			t->unsupported = true;
		} else if (class) {
			text_add(&members, class);
			c++;
		} else if (*c == '\\' && c[1]) {
			c++;
			closing = closing || *c == ']';
			dash = dash || *c == '-';
			if (isalpha((unsigned char)*c))
				t->unsupported = true;
			else if (*c != ']' && *c != '-')
				text_add_char(&members, *c);
		} else if (*c == '-' && (c[1] == ']' || c == t->rest + 1 + negated)) {
			dash = true;
		} else {
			text_add_char(&members, *c);
		}
	}
	t->unsupported = t->unsupported || !*c;
	text_format(&t->out, "[%s%s%s%s]", negated ? "^" : "", closing ? "]" : "",
		text_string(&members), dash ? "-" : "");
	t->rest = *c ? c + 1 : c;
}

static void translate_quantifier(struct translation *t)
{
	if (*t->rest == '{') {
		char *end;
		unsigned long least = strtoul(t->rest + 1, &end, 10);
		unsigned long most = *end == ',' ? strtoul(end + 1, &end, 10) : least;

		if (*end != '}') {
			t->unsupported = true;
			t->rest++;
			return;
		}
		most = most > least ? most : least;
		if (most > GROUPS_LIMIT)
			t->unsupported = true;
		else if (text_ends(text_string(&t->out), ")"))
			t->groups *= most + 1;
		else
			t->atoms += most;
		text_add_bytes(&t->out, t->rest, (size_t)(end + 1 - t->rest));
		t->rest = end + 1;
	} else {
		text_add_char(&t->out, *t->rest++);
	}
	/* Lazy and possessive ones differ only in what they capture, or in matching less. */
	if (*t->rest == '?')
		t->rest++;
	else if (*t->rest == '+')
		t->unsupported = true;
}

static void translate_one(struct translation *t)
{
	switch (*t->rest) {
	case '\\':
		translate_escape(t);
		break;
	case '[':
		translate_brackets(t);
		break;
	case '*':
	case '+':
	case '?':
	case '{':
		translate_quantifier(t);
		break;
	case '(':
		text_add_char(&t->out, '(');
		t->unsupported = t->unsupported || (t->rest[1] == '?' && t->rest[2] != ':');
		t->rest += text_starts(t->rest, "(?:") ? 3 : 1;
		break;
	default:
		text_add_char(&t->out, *t->rest++);
	}
}

static bool supported(const struct translation *t)
{
	return !t->unsupported && t->groups <= GROUPS_LIMIT &&
	       t->groups * (t->atoms + 1) <= COPIES_LIMIT;
}

bool pattern_matches(const char *pattern, const char *text)
{
	struct translation t = {.rest = pattern, .groups = 1};
	regex_t regex;
	bool matches = true;

	if (strlen(pattern) > PATTERN_LIMIT)
		return true;
	text_add(&t.out, "^(");
	while (*t.rest && supported(&t))
		translate_one(&t);
	text_add(&t.out, ")$");
	if (supported(&t) && regcomp(&regex, text_string(&t.out), REG_EXTENDED | REG_NOSUB) == 0) {
		matches = regexec(&regex, text, 0, NULL, 0) == 0;
		regfree(&regex);
	}
	text_done(&t.out);
	return matches;
}
