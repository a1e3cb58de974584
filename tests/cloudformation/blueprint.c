#include "cloudformation/blueprint.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

/* base/document counts the column of the character that is wrong; the service names the column
 * behind it in JSON, where its parser has already read it. */
static void set_syntax_error(const char *format, const char *cause, struct error *e)
{
	unsigned line = 1, column = 1;
	unsigned behind = strcmp(format, "JSON") == 0;

	if (sscanf(cause, "%u:%u:", &line, &column) != 2) /* NOLINT(cert-err34-c): our own text */
		behind = 0;
	error_set(e, ERROR_INVALID,
		"Template format error: %s not well-formed. (line %u, column %u)", format, line,
		column + behind);
}

static bool is_json(const char *body, size_t length)
{
	size_t i = 0;

	while (i < length && isspace((unsigned char)body[i]))
		i++;
	return i < length && (body[i] == '{' || body[i] == '[' || body[i] == '"');
}

static bool only_blank(const char *body, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (!isspace((unsigned char)body[i]))
			return false;
	return true;
}

static struct node *read_tree(const char *body, size_t length, struct error *e)
{
	struct error cause = {0};
	bool json = is_json(body, length);
	struct node *root;

	if (only_blank(body, length)) {
		error_set(e, ERROR_INVALID, "Template format error: unsupported structure.");
		return NULL;
	}
	root = json ? document_json(body, length, NULL, &cause)
		    : document_yaml(body, length, NULL, &cause);
	if (!root)
		set_syntax_error(json ? "JSON" : "YAML", cause.text, e);
	return root;
}

struct blueprint *blueprint_parse(const char *body, size_t length, struct error *e)
{
	AUTO(node_free) struct node *source = read_tree(body, length, e);
	AUTO(blueprint_free) struct blueprint *blueprint = NULL;

	if (!source)
		return NULL;
	if (source->kind != NODE_MAP) {
		error_set(e, ERROR_INVALID, "Template format error: unsupported structure.");
		return NULL;
	}
	blueprint = xcalloc(1, sizeof(*blueprint));
	blueprint->root = blueprint_normalise(source, e);
	if (!blueprint->root || !blueprint_check(blueprint->root, e))
		return NULL;
	blueprint_summarise(blueprint->root, &blueprint->summary);
	return take(blueprint);
}

void blueprint_free(struct blueprint *blueprint)
{
	if (!blueprint)
		return;
	node_free(blueprint->root);
	summary_done(&blueprint->summary);
	free(blueprint);
}

const struct node *blueprint_section(const struct blueprint *blueprint, const char *name)
{
	return node_get(blueprint->root, name);
}

const struct summary *blueprint_summary(const struct blueprint *blueprint)
{
	return &blueprint->summary;
}
