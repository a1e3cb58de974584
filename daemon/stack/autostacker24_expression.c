#include <string.h>

#include "stack/autostacker24_read.h"

enum {
	KEYS_DEPTH = 16,           /* expressions as keys of expressions */
	EXPRESSIONS_LIMIT = 50000, /* of a template; as many fill half of TEMPLATE_LIMIT */
};

struct expression {
	struct expansion *expansion;
	const struct splice *splice;
	const char *at;   /* in the spliced text, which ends with NUL */
	const char *stop; /* where an expression ends at the latest */
	size_t segment;   /* that begins there, or the number of segments */
};

static bool is_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       c == '_';
}

/* The character at an offset of the expression; NUL: it has ended. */
static char look(const struct expression *expression, size_t offset)
{
	size_t left = (size_t)(expression->stop - expression->at);

	return offset < left ? expression->at[offset] : '\0';
}

static void skip_word(struct expression *expression)
{
	while (is_word(look(expression, 0)))
		expression->at++;
}

static void skip_space(struct expression *expression)
{
	while (look(expression, 0) && strchr(" \t\r\n\f\v", look(expression, 0)))
		expression->at++;
}

static struct node *fail_expected(const struct expression *expression, const char *expected)
{
	size_t offset = (size_t)(expression->at - expression->splice->text.data);
	char c = look(expression, 0);
	char quoted[] = {'\'', c, '\'', '\0'};
	const char *found = quoted;

	if (!c)
		found = *expression->at ? "an included file" : "the end of the text";
	else if (c == '\n')
		found = "a line break";
	else if (c <= 0x20 || c == 0x7f)
		found = "another character";

	splice_fault(expression->splice, expression->expansion, offset,
		"found %s, expected %s; a plain @ is written @@", found, expected);
	return NULL;
}

static struct node *function(const char *name, struct node *takes)
{
	struct node *map = node_map(takes);

	node_put(map, name, takes);
	return map;
}

static struct node *text_node(const struct expression *expression, const char *start, size_t length)
{
	AUTO(free_text) char *text = xstrndup(start, length);

	return node_scalar(text, false, expression->splice->scalar);
}

static struct node *read_name(struct expression *expression)
{
	const char *start = expression->at;

	skip_word(expression);
	if (expression->at == start)
		return fail_expected(expression, "the name of a parameter or resource");
	if (look(expression, 0) == ':' && look(expression, 1) == ':' &&
		is_word(look(expression, 2))) {
		expression->at += 2;
		skip_word(expression);
	}
	return text_node(expression, start, (size_t)(expression->at - start));
}

/* Behind the name: ".A.b" */
static struct node *read_attribute(struct expression *expression, struct node *name_takes)
{
	const char *start = expression->at + 1;
	struct node *pair = node_list(name_takes);

	while (look(expression, 0) == '.' && is_word(look(expression, 1))) {
		expression->at++;
		skip_word(expression);
	}
	node_append(pair, name_takes);
	node_append(pair, text_node(expression, start, (size_t)(expression->at - start)));
	return function("Fn::GetAtt", pair);
}

static struct node *read_call(struct expression *expression, unsigned depth);

/* A word or an expression without braces, with the white space around it. */
static struct node *read_key(struct expression *expression, unsigned depth)
{
	struct node *key;

	skip_space(expression);
	if (look(expression, 0) == '@' && depth < KEYS_DEPTH) {
		expression->at++;
		key = read_call(expression, depth + 1);
	} else if (is_word(look(expression, 0))) {
		const char *start = expression->at;

		skip_word(expression);
		key = text_node(expression, start, (size_t)(expression->at - start));
	} else {
		return fail_expected(expression, depth < KEYS_DEPTH
							 ? "a key: a word or @Name"
							 : "a word: too many keys within keys");
	}
	skip_space(expression);
	return key;
}

/* Behind the name: "[Top, Second]", or "[Second]", whose map is called after the name. */
static struct node *read_find(
	struct expression *expression, struct node *name_takes, unsigned depth)
{
	AUTO(node_free) struct node *name = name_takes;
	AUTO(node_free) struct node *first = NULL;
	AUTO(node_free) struct node *second = NULL;

	expression->at++;
	first = read_key(expression, depth);
	if (!first)
		return NULL;
	if (look(expression, 0) == ',') {
		expression->at++;
		second = read_key(expression, depth);
		if (!second)
			return NULL;
	}
	if (look(expression, 0) != ']')
		return fail_expected(expression, second ? "']'" : "',' or ']'");
	expression->at++;

	struct node *arguments = node_list(name);

	if (second) {
		node_append(arguments, take(name));
		node_append(arguments, take(first));
		node_append(arguments, take(second));
	} else {
		AUTO(free_text) char *map = xasprintf("%sMap", name->text);

		node_append(arguments, node_scalar(map, false, name));
		node_append(arguments, function("Ref", take(name)));
		node_append(arguments, take(first));
	}
	return function("Fn::FindInMap", arguments);
}

/* Behind "@" and perhaps "{". */
static struct node *read_call(struct expression *expression, unsigned depth)
{
	struct node *name = read_name(expression);

	if (!name)
		return NULL;
	if (look(expression, 0) == '.' && is_word(look(expression, 1)))
		return read_attribute(expression, name);
	if (look(expression, 0) == '[')
		return read_find(expression, name, depth);
	return function("Ref", name);
}

/* As in the gem, which reads one expression before it looks for the next file. */
static void find_stop(struct expression *expression)
{
	const struct splice *splice = expression->splice;
	size_t offset = (size_t)(expression->at - splice->text.data);
	size_t *i = &expression->segment;

	while (*i < splice->count &&
		(!splice->segments[*i].first || splice->segments[*i].start <= offset))
		++*i;
	expression->stop = splice->text.data +
			   (*i < splice->count ? splice->segments[*i].start : splice->text.length);
}

static struct node *read_expression(struct expression *expression)
{
	find_stop(expression);
	bool braced = expression->at[1] == '{';

	if (++expression->expansion->expressions > EXPRESSIONS_LIMIT) {
		splice_fault(expression->splice, expression->expansion,
			(size_t)(expression->at - expression->splice->text.data),
			"found more than %d expressions, expected fewer: split the template",
			EXPRESSIONS_LIMIT);
		return NULL;
	}
	expression->at += braced ? 2 : 1;
	AUTO(node_free) struct node *call = read_call(expression, 0);

	if (!call || !braced)
		return take(call);
	if (look(expression, 0) != '}')
		return fail_expected(expression, "'}'");
	expression->at++;
	return take(call);
}

/* Text up to the next expression; @@ is one @. */
static void read_plain(struct expression *expression, struct text *out)
{
	for (;;) {
		size_t length = strcspn(expression->at, "@");

		text_add_bytes(out, expression->at, length);
		expression->at += length;
		if (!*expression->at || expression->at[1] == '{' || is_word(expression->at[1]))
			return;
		text_add_char(out, '@');
		expression->at += expression->at[1] == '@' ? 2 : 1;
	}
}

static bool read_parts(struct expression *expression, struct node *parts)
{
	AUTO_DONE(text_done) struct text plain = {0};

	for (;;) {
		text_clear(&plain);
		read_plain(expression, &plain);
		if (plain.length)
			node_append(parts, text_node(expression, plain.data, plain.length));
		if (!*expression->at)
			return true;
		struct node *part = read_expression(expression);

		if (!part)
			return false;
		node_append(parts, part);
	}
}

struct node *expression_expand(struct expansion *expansion, const struct node *scalar)
{
	AUTO_DONE(splice_done) struct splice splice = {0};
	AUTO(node_free) struct node *parts = node_list(scalar);

	if (!splice_read(&splice, expansion, scalar))
		return NULL;
	struct expression expression = {expansion, &splice, splice.text.data, NULL, 0};

	if (!read_parts(&expression, parts))
		return NULL;
	if (!parts->count)
		return node_scalar("", false, scalar);
	if (parts->count == 1) {
		parts->count = 0;
		return parts->items[0];
	}
	struct node *arguments = node_list(scalar);

	node_append(arguments, node_scalar("", false, scalar));
	node_append(arguments, take(parts));
	return function("Fn::Join", arguments);
}
