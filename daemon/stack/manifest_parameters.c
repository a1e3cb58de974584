/* The values of parameters: text as written, lists joined with commas, one-key maps for sources. */
#include <string.h>

#include "base/nearest.h"
#include "base/text.h"
#include "stack/manifest_read.h"
#include "stack/names.h"

enum { PARAMETERS_LIMIT = 200 }; /* CloudFormation's */

static const struct source {
	const char *name;
	enum part_kind kind;
	const char *expected;
} sources[] = {
	{"output", PART_OUTPUT, "STACK.KEY or REGION/STACK.KEY"},
	{"credential", PART_CREDENTIAL, "the name of a credential"},
	{"environment", PART_ENVIRONMENT, "the name of a variable"},
	{"file", PART_FILE, "the path of a file"},
};

static bool key_valid(const char *key)
{
	return *key && !key[strspn(key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
					"0123456789")];
}

/* STACK.KEY: the last dot splits, because a manifest's name may have dots and a key has none. */
static bool read_output(struct reading *reading, const struct node *value, struct part *part)
{
	const char *dot = strrchr(value->text, '.');

	if (!dot || !key_valid(dot + 1))
		return false;
	AUTO(free_text) char *stack = xstrndup(value->text, (size_t)(dot - value->text));

	if (!reference_valid(stack))
		return false;
	part->text = xstrdup(dot + 1);
	part->edge = read_edge(reading, EDGE_OUTPUT, stack, value);
	return true;
}

static bool name_valid(enum part_kind kind, const char *name)
{
	if (!*name || strlen(name) > 4095)
		return false;
	if (kind == PART_FILE)
		return !text_ends(name, "/");
	return strlen(name) <= 255 && !strpbrk(name, kind == PART_CREDENTIAL ? "/" : "=");
}

static const struct source *find_source(struct reading *reading, const struct node *map)
{
	static const char what[] = "output, credential, environment or file";
	struct nearest nearest = {0};

	if (map->tag) {
		read_fault(
			reading, map, "expected a value, found the tag %s", shown(map->tag).text);
		return NULL;
	}
	if (map->count != 1) {
		read_fault(reading, map, "expected a map with one key (%s), found %zu keys", what,
			map->count);
		return NULL;
	}
	nearest = nearest_to(map->names[0]->text);
	for (size_t i = 0; i < COUNT(sources); i++) {
		if (strcmp(sources[i].name, map->names[0]->text) == 0)
			return &sources[i];
		nearest_offer(&nearest, sources[i].name);
	}
	read_fault(reading, map->names[0], "unknown source '%s', expected %s%s",
		shown(map->names[0]->text).text, what, nearest_hint(&nearest).text);
	return NULL;
}

static bool read_source(struct reading *reading, const struct node *map, struct part *part)
{
	const struct source *source = find_source(reading, map);

	if (!source)
		return false;

	const struct node *value = map->items[0];
	const char *text = read_text(reading, source->name, source->expected, value);

	if (!text)
		return false;
	part->kind = source->kind;
	if (source->kind == PART_OUTPUT ? read_output(reading, value, part)
					: name_valid(source->kind, text)) {
		part->name = source->kind == PART_OUTPUT ? NULL : xstrdup(text);
		return true;
	}
	read_unexpected(reading, source->name, source->expected, value);
	return false;
}

/* The text of a literal is never shown: it may be a password. */
static bool read_literal(struct reading *reading, const char *name, const struct node *value,
	bool in_list, struct part *part)
{
	const char *comma = in_list ? strchr(value->text, ',') : NULL;

	if (value->tag)
		read_fault(reading, value,
			"expected a value for '%s', found a tag: put a text that begins with '!' "
			"in quotes",
			name);
	else if (node_is_nothing(value))
		read_fault(reading, value,
			"expected a value for '%s', found nothing (\"\" is the empty text)", name);
	else if (comma)
		read_fault(reading, value,
			"expected an item without a comma in the list of '%s', found one at its "
			"character %zu (the list is joined with commas)",
			name, (size_t)(comma - value->text) + 1);
	else
		part->text = xstrdup(value->text);
	return part->text;
}

static void read_part(
	struct reading *reading, struct manifest_parameter *parameter, const struct node *value)
{
	struct part part = {.kind = PART_LITERAL, .line = value->line, .column = value->column};
	bool good = false;

	if (value->kind == NODE_MAP)
		good = read_source(reading, value, &part);
	else if (value->kind == NODE_SCALAR)
		good = read_literal(
			reading, shown(parameter->name).text, value, parameter->list, &part);
	else
		read_fault(reading, value, "expected text in the list of '%s', found a list",
			shown(parameter->name).text);
	if (!good)
		return;
	GROW(parameter->parts, parameter->part_size, parameter->part_count + 1);
	parameter->parts[parameter->part_count++] = part;
}

static void read_value(
	struct reading *reading, struct manifest_parameter *parameter, const struct node *value)
{
	static char nothing[] = "";
	const struct node empty = {
		.kind = NODE_SCALAR, .text = nothing, .line = value->line, .column = value->column};

	if (value->kind != NODE_LIST) {
		read_part(reading, parameter, value);
		return;
	}
	if (value->tag) {
		read_fault(reading, value, "expected a value for '%s', found the tag %s",
			shown(parameter->name).text, shown(value->tag).text);
		return;
	}
	parameter->list = true;
	for (size_t i = 0; i < value->count && reading->fault_count < PROBLEMS_LIMIT; i++)
		read_part(reading, parameter, value->items[i]);
	if (!value->count) /* joined, no items are the empty text */
		read_part(reading, parameter, &empty);
}

void read_parameters(struct reading *reading, const struct key *key, const struct node *value)
{
	struct manifest *manifest = reading->manifest;

	if (value->kind == NODE_SCALAR && !value->tag && !node_is_nothing(value)) {
		/* Not shown: "Password s3cret", perhaps. */
		read_fault(reading, value,
			"expected a map of names and values after '%s:', found text", key->name);
		return;
	}
	if (value->kind != NODE_MAP || value->tag) {
		read_unexpected(reading, key->name, "a map of names and values", value);
		return;
	}
	if (value->count > PARAMETERS_LIMIT) {
		read_fault(reading, value, "expected at most %d parameters, found %zu",
			PARAMETERS_LIMIT, value->count);
		return;
	}
	for (size_t i = 0; i < value->count; i++) {
		GROW(manifest->parameters, manifest->parameter_size, manifest->parameter_count + 1);
		struct manifest_parameter *parameter =
			&manifest->parameters[manifest->parameter_count++];

		*parameter = (struct manifest_parameter){.name = xstrdup(value->names[i]->text),
			.line = value->names[i]->line,
			.column = value->names[i]->column};
		read_value(reading, parameter, value->items[i]);
	}
}
