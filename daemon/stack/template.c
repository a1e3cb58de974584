#include "stack/template.h"

#include <string.h>
#include <strings.h>

#include "stack/autostacker24.h"
#include "stack/functions.h"
#include "stack/template_read.h"

void template_parameter_done(struct template_parameter *parameter)
{
	free(parameter->name);
	free(parameter->type);
	free_secret(parameter->preset);
	*parameter = (struct template_parameter){0};
}

void template_free(struct template *template)
{
	if (!template)
		return;
	for (size_t i = 0; i < template->parameter_count; i++)
		template_parameter_done(&template->parameters[i]);
	free(template->parameters);
	texts_done(&template->outputs);
	for (size_t i = 0; i < template->roleless_count; i++)
		free(template->roleless[i].name);
	free(template->roleless);
	free_secret(template->body);
	free(template);
}

const struct template_parameter *template_parameter(
	const struct template *template, const char *name)
{
	for (size_t i = 0; i < template->parameter_count; i++)
		if (strcmp(template->parameters[i].name, name) == 0)
			return &template->parameters[i];
	return NULL;
}

bool template_parameter_ssm(const struct template_parameter *parameter)
{
	return text_starts(parameter->type, "AWS::SSM::Parameter::Value<");
}

static struct place place_at(const struct node *node)
{
	return (struct place){node->line, node->column};
}

/* All but a clear "no" hides the value: better a hidden one than a shown secret. */
static bool is_yes(const struct node *node)
{
	static const char *const no[] = {"false", "no", "off", "n", ""};

	for (size_t i = 0; node && node->kind == NODE_SCALAR && i < COUNT(no); i++)
		if (strcasecmp(node->text, no[i]) == 0)
			return false;
	return node;
}

static bool expect_text(const struct node *value, const char *key, const char *path,
	const struct node *parameter, struct error *e)
{
	AUTO(free_text) char *function = function_name(value);

	if (value->kind == NODE_SCALAR && !function && !node_is_nothing(value))
		return true;
	return template_fault(e, path, place_at(value),
		"expected text after 'Parameters.%.255s.%s:', found %s", parameter->text, key,
		function ? "a function" : node_describe(value));
}

static bool read_parameter(struct template_parameter *parameter, const char *path,
	const struct node *name, const struct node *value, struct error *e)
{
	const struct node *type = node_get(value, "Type");
	const struct node *preset = node_get(value, "Default");

	if (value->kind != NODE_MAP)
		return template_fault(e, path, place_at(value),
			"expected a map after 'Parameters.%.255s:', found %s", name->text,
			node_describe(value));
	if (!type)
		return template_fault(e, path, place_at(name),
			"found the parameter '%.255s' without 'Type', expected one, such as "
			"'Type: String'",
			name->text);
	if (!expect_text(type, "Type", path, name, e))
		return false;
	if (preset && !expect_text(preset, "Default", path, name, e))
		return false;
	parameter->name = xstrdup(name->text);
	parameter->type = xstrdup(type->text);
	parameter->preset = preset ? xstrdup(preset->text) : NULL;
	parameter->no_echo = is_yes(node_get(value, "NoEcho"));
	parameter->line = name->line;
	parameter->column = name->column;
	return true;
}

static bool read_parameters(
	struct template *template, const char *path, const struct node *root, struct error *e)
{
	const struct node *map = node_get(root, "Parameters");

	if (!map)
		return true;
	if (map->kind != NODE_MAP)
		return template_fault(e, path, place_at(map),
			"expected a map after 'Parameters:', found %s", node_describe(map));
	template->parameters = xcalloc(map->count, sizeof(*template->parameters));
	for (size_t i = 0; i < map->count; i++)
		if (!read_parameter(&template->parameters[template->parameter_count++], path,
			    map->names[i], map->items[i], e))
			return false;
	return true;
}

/* Functions (Fn::ForEach, Fn::Transform) are no outputs themselves. */
static void read_outputs(struct template *template, const struct node *root)
{
	const struct node *map = node_get(root, "Outputs");

	for (size_t i = 0; map && map->kind == NODE_MAP && i < map->count; i++) {
		if (text_starts(map->names[i]->text, "Fn::"))
			template->more_outputs = true;
		else
			texts_add(&template->outputs, map->names[i]->text);
	}
}

/* True also for {"Ref": "AWS::NoValue"}, which takes a property away. */
static bool is_absent(const struct node *value)
{
	AUTO(free_text) char *function = value ? function_name(value) : NULL;
	const struct node *reference =
		function && strcmp(function, "Ref") == 0 ? value : node_get(value, "Ref");

	return !value || node_is_nothing(value) ||
	       (reference && reference->kind == NODE_SCALAR &&
		       strcmp(reference->text, "AWS::NoValue") == 0);
}

/* Properties that a function brings are not known, and nothing is said of them. */
static void read_roles(struct template *template, const struct node *root)
{
	const struct node *map = node_get(root, "Resources");

	for (size_t i = 0; map && map->kind == NODE_MAP && i < map->count; i++) {
		const struct node *name = map->names[i];
		const struct node *properties = node_get(map->items[i], "Properties");

		if (!node_is(node_get(map->items[i], "Type"), "AWS::ECS::TaskDefinition") ||
			(properties && (properties->kind != NODE_MAP || properties->tag)) ||
			node_get(properties, "Fn::Transform") ||
			!is_absent(node_get(properties, "TaskRoleArn")))
			continue;
		GROW(template->roleless, template->roleless_size, template->roleless_count + 1);
		template->roleless[template->roleless_count++] =
			(struct template_roleless){xstrdup(name->text), name->line, name->column};
	}
}

/* The text without the white space between its tokens. */
static char *strip_json(const char *bytes, size_t length, size_t *stripped)
{
	char *out = xmalloc(length + 1);
	bool quoted = false;

	*stripped = 0;
	for (size_t i = 0; i < length; i++) {
		if (!quoted && strchr(" \t\r\n", bytes[i]))
			continue;
		out[(*stripped)++] = bytes[i];
		if (quoted && bytes[i] == '\\')
			out[(*stripped)++] = bytes[++i];
		else if (bytes[i] == '"')
			quoted = !quoted;
	}
	out[*stripped] = '\0';
	return out;
}

static bool set_body(struct template *template, const struct template_source *source, char *takes,
	size_t length, struct error *e)
{
	static const char mark[] = "\xef\xbb\xbf";
	size_t start = text_starts(takes, mark) ? strlen(mark) : 0;
	bool json = takes[start + strspn(takes + start, " \t\r\n")] == '{';

	template->body = takes;
	template->body_length = length;
	if (json && length > TEMPLATE_BODY_LIMIT) {
		size_t stripped;
		char *body = strip_json(takes, length, &stripped);
		bool fits = stripped <= TEMPLATE_BODY_LIMIT;

		free_secret(fits ? takes : body);
		template->body = fits ? body : takes;
		template->body_length = fits ? stripped : length;
	}
	template->large = template->body_length > TEMPLATE_BODY_LIMIT;
	return template->body_length <= TEMPLATE_LIMIT ||
	       template_fault(e, source->path, source->start,
		       "found a template of %zu bytes, expected at most %d: make it smaller or "
		       "split it",
		       template->body_length, TEMPLATE_LIMIT);
}

/* Takes the body. `root` is what it says; its positions are those of the file. */
static struct template *template_new(const struct template_source *source, const struct node *root,
	char *takes, size_t length, struct error *e)
{
	AUTO(template_free) struct template *template = xcalloc(1, sizeof(*template));

	if (!set_body(template, source, takes, length, e))
		return NULL;
	if (root->kind != NODE_MAP) {
		template_fault(e, source->path, place_at(root),
			"expected a map with 'Resources', found %s", node_describe(root));
		return NULL;
	}
	if (!read_parameters(template, source->path, root, e))
		return NULL;
	read_outputs(template, root);
	read_roles(template, root);
	if (node_get(root, "Transform") || node_get(root, "Fn::Transform"))
		template->more_outputs = template->has_resources = true;
	if (node_get(root, "Resources"))
		template->has_resources = true;
	template->canonical = template_meaning(root);
	return take(template);
}

static struct template *from_form(
	const struct template_source *source, const struct node *form, struct error *e)
{
	struct text json = {0};

	node_write_json(form, &json);
	size_t length = json.length;

	return template_new(source, form, text_take(&json), length, e);
}

static struct template *parse(const struct template_source *source, struct error *e)
{
	const struct document_limits limits = template_limits(source);
	struct error cause;

	if (autostacker24_marked(source->bytes, source->length)) {
		AUTO(node_free) struct node *form = autostacker24_expand(source, e);

		return form ? from_form(source, form, e) : NULL;
	}
	AUTO(node_free)
	struct node *root = document_parse(source->bytes, source->length, &limits, &cause);

	if (root)
		return template_new(
			source, root, xmemdup(source->bytes, source->length), source->length, e);
	template_document_fault(e, source->path, &cause);
	return NULL;
}

struct template *template_parse(const char *path, const char *bytes, size_t length,
	unsigned inner_line, template_include *include, void *owner, struct error *e)
{
	const struct template_source source = {
		path, bytes, length, {inner_line + 1, 1}, include, owner};

	return parse(&source, e);
}

/* Where the text of a scalar begins: behind the indentation of a block, within quotes. Columns of
 * texts that are wrapped otherwise can't be told, so these count from the line's begin. */
static struct place start_of(const struct node *scalar, const char *bytes, size_t length)
{
	size_t empty = scalar->block ? strspn(scalar->text, "\n") : 0;
	struct place place = node_place(scalar, empty, bytes, length, 0);

	place.line -= (unsigned)empty;
	if (!scalar->block && strchr(scalar->text, '\n'))
		place.column = 1;
	return place;
}

struct template *template_from_text(const char *path, const struct node *scalar, const char *bytes,
	size_t length, template_include *include, void *owner, struct error *e)
{
	const struct template_source source = {path, scalar->text, scalar->length,
		start_of(scalar, bytes, length), include, owner};

	return parse(&source, e);
}

struct template *template_from_node(const char *path, const struct node *map, struct error *e)
{
	const struct template_source source = {.path = path, .start = place_at(map)};
	AUTO(node_free) struct node *form = function_form(map);

	return from_form(&source, form, e);
}
