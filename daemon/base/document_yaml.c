#include <string.h>

#include <yaml.h>

#include "base/document_builder.h"
#include "base/document_yaml_fault.h"

struct yaml {
	struct builder builder;
	yaml_parser_t parser;
	const char *bytes;
	size_t length;
	bool whole; /* the document's end was seen */
};

static struct place place_from(yaml_mark_t mark)
{
	return (struct place){(unsigned)mark.line + 1, (unsigned)mark.column + 1};
}

static char *tag_text(const yaml_char_t *tag)
{
	static const char standard[] = "tag:yaml.org,2002:";
	const char *text = (const char *)tag;

	if (text && text_starts(text, standard))
		return xasprintf("!!%s", text + strlen(standard));
	return xstrdup(text);
}

static bool check_anchor(struct yaml *yaml, const yaml_char_t *anchor, yaml_mark_t mark)
{
	if (!anchor)
		return true;
	return builder_fail(&yaml->builder, place_from(mark),
		"found an anchor (&), expected a value: write it out where it is needed");
}

static bool add_scalar(struct yaml *yaml, const yaml_event_t *event)
{
	struct place place = place_from(event->start_mark);
	const char *text = (const char *)event->data.scalar.value;
	size_t length = event->data.scalar.length;
	bool plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;

	if (!check_anchor(yaml, event->data.scalar.anchor, event->start_mark))
		return false;
	if (memchr(text, 0, length))
		return builder_fail(
			&yaml->builder, place, "found a text with a NUL in it, expected none");
	if (plain && builder_expects_name(&yaml->builder) && strcmp(text, "<<") == 0)
		return builder_fail(&yaml->builder, place,
			"found a merge (<<), expected a key: write the members out");
	struct node *node = builder_node(&yaml->builder, NODE_SCALAR, place);

	node->text = xmemdup(text, length);
	node->length = length;
	node->plain = plain;
	node->block = event->data.scalar.style == YAML_LITERAL_SCALAR_STYLE ||
		      event->data.scalar.style == YAML_FOLDED_SCALAR_STYLE;
	node->tag = tag_text(event->data.scalar.tag);
	return builder_scalar(&yaml->builder, node);
}

static bool open_node(struct yaml *yaml, enum node_kind kind, const yaml_char_t *anchor,
	const yaml_char_t *tag, yaml_mark_t mark)
{
	if (!check_anchor(yaml, anchor, mark))
		return false;
	struct node *node = builder_node(&yaml->builder, kind, place_from(mark));

	node->tag = tag_text(tag);
	return builder_open(&yaml->builder, node);
}

static const char *line_end(const char *at, const char *end)
{
	while (at < end && *at != '\n' && *at != '\r')
		at++;
	return at;
}

/* What stands behind the document is looked at here: libyaml would take a second one's directives
 * in quadratic time before it says that there is one. */
static bool check_rest(struct yaml *yaml, yaml_mark_t mark)
{
	const char *end = yaml->bytes + yaml->length;
	const char *at = yaml->bytes;
	struct place place = place_from(mark);

	for (size_t i = 0; at < end; at++) /* libyaml counts characters */
		if (((unsigned char)*at & 0xc0) != 0x80 && i++ == mark.index)
			break;
	const char *placed = at;

	while (at < end) {
		bool line_start = at == yaml->bytes || at[-1] == '\n' || at[-1] == '\r';

		if (*at == '#') {
			at = line_end(at, end);
		} else if (strchr(" \t\r\n", *at)) {
			at++;
		} else if (line_start && end - at >= 3 && memcmp(at, "...", 3) == 0) {
			at += 3;
		} else {
			break;
		}
	}
	if (at == end)
		return true;
	place_move(&place, placed, at, end);
	if (*at == '%' || (end - at >= 3 && memcmp(at, "---", 3) == 0))
		return builder_fail(&yaml->builder, place,
			"found a second document, expected one in each file");
	return builder_fail(&yaml->builder, place,
		"found more text behind the end of the document, expected nothing: does it belong "
		"in quotes, or is its indentation wrong?");
}

static bool end_document(struct yaml *yaml, const yaml_event_t *event)
{
	const struct node *root = yaml->builder.root;

	yaml->whole = true;
	if (!check_rest(yaml, event->end_mark))
		return false;
	if (root->plain && !root->length && !root->tag)
		return builder_fail(&yaml->builder, (struct place){1, 1},
			"found an empty document, expected a map");
	return true;
}

static bool take_event(struct yaml *yaml, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		return add_scalar(yaml, event);
	case YAML_SEQUENCE_START_EVENT:
		return open_node(yaml, NODE_LIST, event->data.sequence_start.anchor,
			event->data.sequence_start.tag, event->start_mark);
	case YAML_MAPPING_START_EVENT:
		return open_node(yaml, NODE_MAP, event->data.mapping_start.anchor,
			event->data.mapping_start.tag, event->start_mark);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		return builder_close(&yaml->builder);
	case YAML_ALIAS_EVENT:
		return builder_fail(&yaml->builder, place_from(event->start_mark),
			"found an alias (*), expected a value: write it out, or put it in quotes");
	case YAML_DOCUMENT_END_EVENT:
		return end_document(yaml, event);
	case YAML_STREAM_END_EVENT:
		return builder_fail(&yaml->builder, (struct place){1, 1},
			"found an empty document, expected a map");
	default:
		return true;
	}
}

/* Directives come first. %TAG would make a tag mean another one, and libyaml compares each with
 * all before it. */
static bool check_directives(struct yaml *yaml)
{
	const char *end = yaml->bytes + yaml->length;
	const char *at = yaml->bytes;

	while (at < end && strchr("%# \t\r\n", *at)) {
		if (end - at >= 4 && memcmp(at, "%TAG", 4) == 0) {
			struct place place =
				place_of(yaml->bytes, yaml->length, (size_t)(at - yaml->bytes));

			return builder_fail(&yaml->builder, place,
				"found a %%TAG directive, expected none: write the tags out");
		}
		if (*at == '%' || *at == '#')
			at = line_end(at, end);
		else
			at++;
	}
	return true;
}

static bool read_document(struct yaml *yaml)
{
	while (!yaml->whole) {
		yaml_event_t event;

		if (!yaml_parser_parse(&yaml->parser, &event)) {
			struct place place;
			AUTO(free_text)
			char *what = yaml_fault(&yaml->parser, yaml->bytes, yaml->length, &place);

			return builder_fail(&yaml->builder, place, "%s", what);
		}
		bool taken = take_event(yaml, &event);

		yaml_event_delete(&event);
		if (!taken)
			return false;
	}
	return true;
}

struct node *document_yaml(
	const char *bytes, size_t length, const struct document_limits *limits, struct error *e)
{
	struct yaml yaml = {.bytes = bytes, .length = length};
	struct node *root = NULL;

	builder_init(&yaml.builder, limits, e);
	if (!yaml_parser_initialize(&yaml.parser))
		abort(); /* out of memory: see memory.h */
	if (builder_admit(&yaml.builder, &yaml.bytes, &yaml.length) && check_directives(&yaml)) {
		yaml_parser_set_encoding(&yaml.parser, YAML_UTF8_ENCODING);
		yaml_parser_set_input_string(
			&yaml.parser, (const unsigned char *)yaml.bytes, yaml.length);
		if (read_document(&yaml))
			root = take(yaml.builder.root);
	}
	yaml_parser_delete(&yaml.parser);
	builder_done(&yaml.builder);
	return root;
}
