#include "stack/autostacker24.h"

#include <string.h>

#include "stack/autostacker24_read.h"
#include "stack/functions.h"

static const char marker[] = "AutoStacker24";

static bool starts(const char *at, const char *end, const char *what)
{
	return (size_t)(end - at) >= strlen(what) && memcmp(at, what, strlen(what)) == 0;
}

static const char *skip(const char *at, const char *end, const char *characters)
{
	while (at < end && *at && strchr(characters, *at))
		at++;
	return at;
}

static const char *line_end(const char *at, const char *end)
{
	while (at < end && *at != '\n' && *at != '\r')
		at++;
	return at;
}

/* Where the marker's comment begins, or NULL. */
static const char *find_marker(const char *bytes, size_t length)
{
	const char *end = bytes + length;
	const char *at = bytes + (starts(bytes, end, "\xef\xbb\xbf") ? 3 : 0);
	const char *comment = skip(at, end, " \t\r\n");

	if (starts(comment, end, "#"))
		at = comment + 1;
	else if (starts(comment, end, "//"))
		at = comment + 2;
	else
		return NULL;
	return starts(skip(at, end, " \t"), end, marker) ? comment : NULL;
}

bool autostacker24_marked(const char *bytes, size_t length)
{
	return find_marker(bytes, length);
}

static const char *comment_end(const char *at, const char *end)
{
	if (starts(at, end, "//"))
		return line_end(at, end);
	const char *closing = memmem(at + 2, (size_t)(end - at) - 2, "*/", 2);

	return closing ? closing + 2 : NULL;
}

static bool is_comment(const char *at, const char *end)
{
	return starts(at, end, "//") || starts(at, end, "/*");
}

/* JSON begins with `{`, behind white space and comments. */
static bool is_json(const char *at, const char *end)
{
	for (at = skip(at, end, " \t\r\n"); at && is_comment(at, end);) {
		at = comment_end(at, end);
		at = at ? skip(at, end, " \t\r\n") : NULL;
	}
	return at && starts(at, end, "{");
}

/* One blank for each character, so that what follows keeps its column; lines stay. */
static void blank(const char *at, const char *end, struct text *out)
{
	for (; at < end; at++)
		if (*at == '\n' || *at == '\r')
			text_add_char(out, *at);
		else if (((unsigned char)*at & 0xc0) != 0x80)
			text_add_char(out, ' ');
}

static const char *string_end(const char *at, const char *end)
{
	for (at++; at < end && *at != '"'; at++)
		at += *at == '\\' && at + 1 < end;
	return at < end ? at + 1 : end;
}

static bool blank_comments(
	const struct template_source *source, const char *at, struct text *out, struct error *e)
{
	const char *end = source->bytes + source->length;

	while (at < end) {
		const char *next = at + 1;

		if (is_comment(at, end)) {
			next = comment_end(at, end);
			if (!next)
				break;
			blank(at, next, out);
		} else {
			next = *at == '"' ? string_end(at, end) : next;
			text_add_bytes(out, at, (size_t)(next - at));
		}
		at = next;
	}
	if (at >= end)
		return true;
	struct place place = place_of(source->bytes, source->length, (size_t)(at - source->bytes));

	place.line += source->start.line - 1;
	place.column += source->start.column - 1;
	return template_fault(
		e, source->path, place, "found a comment without an end, expected */ behind it");
}

/* Reads what stands behind the marker; *text is what the tree was read from. */
static struct node *read_tree(
	const struct template_source *source, struct text *text, struct error *e)
{
	const struct document_limits limits = template_limits(source);
	const char *end = source->bytes + source->length;
	const char *comment = find_marker(source->bytes, source->length);
	const char *rest = comment ? line_end(comment, end) : source->bytes;
	bool json = is_json(rest, end);
	struct node *root;
	struct error cause;

	blank(source->bytes, rest, text);
	if (json) {
		if (!blank_comments(source, rest, text, e))
			return NULL;
		root = document_json(text->data, text->length, &limits, &cause);
	} else {
		text_add_bytes(text, rest, (size_t)(end - rest));
		root = document_yaml(text->data, text->length, &limits, &cause);
	}
	if (!root)
		template_document_fault(e, source->path, &cause);
	return root;
}

static bool expand_value(struct expansion *expansion, struct node **value, bool user_data)
{
	struct node *old = *value;
	struct node *expanded;

	if (old->typed)
		return true;
	expanded = expression_expand(expansion, old);
	if (!expanded)
		return false;
	*value = expanded;
	if (user_data) {
		*value = node_map(old);
		node_put(*value, "Fn::Base64", expanded);
	}
	node_free(old);
	return true;
}

static bool expand(struct expansion *expansion, struct node *tree)
{
	for (size_t i = 0; i < tree->count; i++) {
		bool user_data = tree->names && strcmp(tree->names[i]->text, "UserData") == 0;

		if (tree->items[i]->kind == NODE_SCALAR
				? !expand_value(expansion, &tree->items[i], user_data)
				: !expand(expansion, tree->items[i]))
			return false;
	}
	return true;
}

struct node *autostacker24_expand(const struct template_source *source, struct error *e)
{
	AUTO_DONE(text_done) struct text text = {0};
	AUTO(node_free) struct node *root = read_tree(source, &text, e);
	AUTO(node_free) struct node *form = root ? function_form(root) : NULL;
	struct error problem = {0};
	struct expansion expansion = {
		.source = source, .bytes = text.data, .length = text.length, .e = &problem};

	if (!form)
		return NULL;
	bool expanded = expand(&expansion, form);

	if (expanded && expansion.missing.kind == ERROR_NONE)
		return take(form);
	if (e)
		*e = expanded ? expansion.missing : problem;
	return NULL;
}
