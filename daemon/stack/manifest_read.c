#include "stack/manifest_read.h"

#include <string.h>

#include "base/nearest.h"
#include "base/text.h"
#include "stack/names.h"

enum {
	REFERENCE_LIMIT = 255, /* a file's name */
	EDGES_LIMIT = 1000,    /* far more than a template has parameters */
};

void edge_done(struct edge *edge)
{
	free(edge->text);
	free(edge->region);
	free(edge->name);
	free(edge->assume_role_arn);
	free(edge->external_id);
	*edge = (struct edge){0};
}

void part_done(struct part *part)
{
	if (part->text)
		wipe(part->text, strlen(part->text));
	free(part->text);
	free(part->name);
	*part = (struct part){0};
}

void manifest_free(struct manifest *manifest)
{
	if (!manifest)
		return;
	for (size_t i = 0; i < manifest->edge_count; i++)
		edge_done(&manifest->edges[i]);
	free(manifest->edges);
	for (size_t i = 0; i < manifest->parameter_count; i++) {
		struct manifest_parameter *parameter = &manifest->parameters[i];

		for (size_t j = 0; j < parameter->part_count; j++)
			part_done(&parameter->parts[j]);
		free(parameter->parts);
		free(parameter->name);
	}
	free(manifest->parameters);
	texts_done(&manifest->capabilities);
	pairs_done(&manifest->tags);
	texts_done(&manifest->notification_arns);
	free(manifest->role_arn);
	free(manifest->stack_name);
	free(manifest->region);
	free(manifest->assume_role_arn);
	free(manifest->external_id);
	free(manifest->suspend);
	free(manifest->template_path);
	free(manifest->template_url);
	free(manifest->policy_path);
	node_free(manifest->root);
	free(manifest);
}

char *manifest_name(const char *file)
{
	const char *dot = strrchr(file, '.');

	return dot ? xstrndup(file, (size_t)(dot - file)) : xstrdup(file);
}

bool reference_valid(const char *text)
{
	const char *slash = strchr(text, '/');

	if (slash) {
		AUTO(free_text) char *region = xstrndup(text, (size_t)(slash - text));

		return region_valid(region) && stack_name_valid(slash + 1);
	}
	for (const char *c = text; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			return false;
	return *text && strlen(text) <= REFERENCE_LIMIT;
}

/* --- faults --- */

void read_fault(struct reading *reading, const struct node *at, const char *format, ...)
{
	va_list arguments;

	if (reading->fault_count == PROBLEMS_LIMIT)
		return;
	va_start(arguments, format);
	char *text = xvasprintf(format, arguments);
	va_end(arguments);
	reading->faults[reading->fault_count++] = (struct fault){at->line, at->column, text};
}

void read_unexpected(
	struct reading *reading, const char *key, const char *what, const struct node *found)
{
	if (found->tag)
		read_fault(reading, found, "expected %s after '%s:', found the tag %s", what, key,
			shown(found->tag).text);
	else if (node_is_nothing(found))
		read_fault(reading, found, "expected %s after '%s:', found nothing", what, key);
	else if (found->kind == NODE_SCALAR)
		read_fault(reading, found, "expected %s after '%s:', found '%s'", what, key,
			shown(found->text).text);
	else
		read_fault(reading, found, "expected %s after '%s:', found %s", what, key,
			node_describe(found));
}

/* --- values --- */

const char *read_text(
	struct reading *reading, const char *key, const char *what, const struct node *value)
{
	if (value->kind == NODE_SCALAR && !value->tag && !node_is_nothing(value))
		return value->text;
	read_unexpected(reading, key, what, value);
	return NULL;
}

bool read_text_list(
	struct reading *reading, const char *key, const char *what, const struct node *value)
{
	size_t before = reading->fault_count;
	AUTO_DONE(texts_done) struct texts seen = {0};

	if (value->kind != NODE_LIST || value->tag) {
		read_unexpected(reading, key, "a list", value);
		return false;
	}
	for (size_t i = 0; i < value->count && reading->fault_count < PROBLEMS_LIMIT; i++)
		if (read_text(reading, key, what, value->items[i]))
			texts_add(&seen, value->items[i]->text);
	texts_sort(&seen);
	for (size_t i = 1; i < seen.count; i++)
		if (strcmp(seen.items[i - 1], seen.items[i]) == 0)
			read_fault(reading, value, "found '%s' twice after '%s:', expected it once",
				shown(seen.items[i]).text, key);
	return reading->fault_count == before;
}

int read_word(struct reading *reading, const struct key *key, const struct node *value)
{
	AUTO_DONE(text_done) struct text what = {0};
	const char *text = value->kind == NODE_SCALAR && !value->tag ? value->text : "";
	struct nearest nearest = nearest_to(text);

	for (int i = 0; key->words[i]; i++) {
		if (strcmp(key->words[i], text) == 0)
			return i;
		nearest_offer(&nearest, key->words[i]);
		text_format(&what, "%s%s",
			i == 0              ? ""
			: key->words[i + 1] ? ", "
					    : " or ",
			key->words[i]);
	}
	if (nearest.best)
		read_fault(reading, value, "expected %s after '%s:', found '%s'%s", what.data,
			key->name, shown(text).text, nearest_hint(&nearest).text);
	else
		read_unexpected(reading, key->name, what.data, value);
	return -1;
}

size_t read_edge(
	struct reading *reading, enum edge_kind kind, const char *text, const struct node *at)
{
	struct manifest *manifest = reading->manifest;
	size_t i = 0;

	for (; i < manifest->edge_count; i++)
		if (manifest->edges[i].kind == kind && strcmp(manifest->edges[i].text, text) == 0)
			return i;
	if (i == EDGES_LIMIT) {
		read_fault(
			reading, at, "expected at most %d references to other stacks", EDGES_LIMIT);
		return 0;
	}
	GROW(manifest->edges, manifest->edge_size, i + 1);
	manifest->edges[manifest->edge_count++] = (struct edge){.kind = kind,
		.text = xstrdup(text),
		.stack = SIZE_MAX,
		.line = at->line,
		.column = at->column};
	return i;
}

void read_reference(
	struct reading *reading, enum edge_kind kind, const char *key, const struct node *value)
{
	const char *what = "the name of a manifest or stack, or REGION/STACK,";
	const char *text = read_text(reading, key, what, value);

	if (text && reference_valid(text))
		read_edge(reading, kind, text, value);
	else if (text)
		read_unexpected(reading, key, what, value);
}
