#include <ctype.h>
#include <string.h>

#include "base/document.h"
#include "base/memory.h"
#include "base/text.h"
#include "cloudformation/resource_type.h"

struct expansion {
	const struct resource *resource;
	const struct resource *replaced; /* may be NULL */
	const char *previous;            /* the attribute's value before, or NULL */
	const struct resource_type *type;
	const struct environment *environment;
	uint64_t sequence; /* used where the environment has no source of chance */
};

static struct expansion expansion_of(
	const struct resource *resource, const struct environment *environment)
{
	struct expansion expansion = {.resource = resource,
		.type = resource_type_find(resource->type),
		.environment = environment,
		.sequence = 0xcbf29ce484222325};

	for (const char *c = resource->logical_id; *c; c++)
		expansion.sequence = (expansion.sequence ^ (unsigned char)*c) * 0x100000001b3;
	return expansion;
}

static uint64_t draw(struct expansion *expansion)
{
	if (expansion->environment->random)
		return expansion->environment->random(expansion->environment->owner);
	expansion->sequence = expansion->sequence * 6364136223846793005 + 1442695040888963407;
	return expansion->sequence >> 33;
}

static void add_random(
	struct expansion *expansion, const char *alphabet, size_t count, struct text *out)
{
	size_t size = strlen(alphabet);

	for (size_t i = 0; i < count; i++)
		text_add_char(out, alphabet[draw(expansion) % size]);
}

#define HEX "0123456789abcdef"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
#define MIXED "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

static void add_uuid(struct expansion *expansion, struct text *out)
{
	static const size_t groups[] = {8, 4, 4, 4, 12};

	for (size_t i = 0; i < COUNT(groups); i++) {
		text_add(out, i ? "-" : "");
		add_random(expansion, HEX, groups[i], out);
	}
}

/* A property's value as text: a list joined by commas, nothing for a map. The caller frees it. */
static char *property_text(const struct resource *resource, const char *name)
{
	const char *json = pairs_get(&resource->properties, name);
	AUTO(node_free)
	struct node *value = json ? document_json(json, strlen(json), NULL, NULL) : NULL;
	struct text out = {0};

	if (!value)
		return NULL;
	if (value->kind == NODE_SCALAR)
		text_add(&out, value->text);
	for (size_t i = 0; value->kind == NODE_LIST && i < value->count; i++) {
		text_add(&out, i ? "," : "");
		if (value->items[i]->kind == NODE_SCALAR)
			text_add(&out, value->items[i]->text);
	}
	return text_take(&out);
}

static const char *behind_last(const char *text)
{
	const char *slash = strrchr(text, '/');
	const char *colon = strrchr(text, ':');
	const char *last = slash > colon ? slash : colon;

	return last ? last + 1 : text;
}

static void add_middle(const char *id, struct text *out)
{
	const char *last = behind_last(id);
	AUTO(free_text)
	char *before = last > id ? xstrndup(id, (size_t)(last - id - 1)) : xstrdup("");

	text_add(out, behind_last(before));
}

/* STACK-LOGICAL-RANDOM, both parts cut where the type limits the length. */
static void add_name(struct expansion *expansion, struct text *out)
{
	const struct resource *resource = expansion->resource;
	const char *property = expansion->type->name_property;
	AUTO(free_text) char *given = property ? property_text(resource, property) : NULL;
	const char *stack = expansion->environment->stack_name;
	size_t limit = expansion->type->name_limit;
	size_t room = limit ? (limit - 14) / 2 : 128;
	size_t start = out->length;

	if (given && *given) {
		text_add(out, given);
		return;
	}
	text_format(out, "%.*s-%.*s-", (int)room, stack, (int)room, resource->logical_id);
	add_random(expansion, MIXED, 12, out);
	for (size_t i = start; (expansion->type->flags & TYPE_LOWER) && i < out->length; i++)
		out->data[i] = (char)tolower((unsigned char)out->data[i]);
}

/* A task definition's revision goes on where the replaced one is of the same family. */
static void add_revision(const struct expansion *expansion, struct text *out)
{
	const struct resource *replaced = expansion->replaced;
	const char *old = replaced ? behind_last(replaced->physical_id) : NULL;
	unsigned long revision = 0;

	if (old && strncmp(replaced->physical_id, text_string(out), out->length) == 0 &&
		(size_t)(old - replaced->physical_id) == out->length)
		revision = strtoul(old, NULL, 10);
	text_format(out, "%lu", revision + 1);
}

static void expand(
	struct expansion *expansion, const char *format, size_t length, struct text *out);

/* {p:P|otherwise}, {l:P|otherwise}, {a:P|mark} */
static void add_property(
	struct expansion *expansion, const char *token, size_t length, struct text *out)
{
	const char *bar = memchr(token, '|', length);
	const char *second = bar ? bar + 1 : token + length;
	size_t second_length = (size_t)(token + length - second);
	AUTO(free_text)
	char *name = xstrndup(token + 2, (size_t)((bar ? bar : token + length) - token - 2));
	AUTO(free_text)
	char *value = strcmp(name, "id") == 0 ? xstrdup(expansion->resource->physical_id)
					      : property_text(expansion->resource, name);

	if (token[0] == 'a') {
		AUTO(free_text) char *mark = xstrndup(second, second_length);
		const char *found = value ? strstr(value, mark) : NULL;

		text_add(out, found ? found + strlen(mark) : value ? value : "");
	} else if (!value || !*value) {
		expand(expansion, second, second_length, out);
	} else {
		text_add(out, token[0] == 'l' ? behind_last(value) : value);
	}
}

static bool add_surroundings(
	const struct environment *environment, const char *token, struct text *out)
{
	const struct {
		const char *token, *value;
	} rows[] = {
		{"partition", environment->partition},
		{"region", environment->region},
		{"account", environment->account},
		{"suffix", environment->url_suffix},
		{"stack", environment->stack_name},
		{"stack-id", environment->stack_id},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		if (strcmp(rows[i].token, token) == 0) {
			text_add(out, rows[i].value ? rows[i].value : "");
			return true;
		}
	}
	return false;
}

static bool add_chance(struct expansion *expansion, const char *token, struct text *out)
{
	static const struct {
		const char *prefix, *alphabet;
	} rows[] = {{"hex", HEX}, {"upper", UPPER}, {"digits", "123456789"}, {"mixed", MIXED}};

	for (size_t i = 0; i < COUNT(rows); i++) {
		if (text_starts(token, rows[i].prefix)) {
			size_t count = strtoul(token + strlen(rows[i].prefix), NULL, 10);

			add_random(expansion, rows[i].alphabet, count, out);
			return true;
		}
	}
	if (strcmp(token, "uuid") == 0)
		add_uuid(expansion, out);
	else if (strcmp(token, "ip") == 0)
		text_format(out, "198.51.100.%u", (unsigned)(draw(expansion) % 254 + 1));
	else
		return false;
	return true;
}

static void expand_token(
	struct expansion *expansion, const char *token, size_t length, struct text *out)
{
	const char *id = expansion->resource->physical_id;
	AUTO(free_text) char *name = xstrndup(token, length);

	if (length > 1 && token[1] == ':')
		add_property(expansion, token, length, out);
	else if (strcmp(name, "id") == 0)
		text_add(out, id);
	else if (strcmp(name, "last") == 0)
		text_add(out, behind_last(id));
	else if (strcmp(name, "middle") == 0)
		add_middle(id, out);
	else if (strcmp(name, "logical") == 0)
		text_add(out, expansion->resource->logical_id);
	else if (strcmp(name, "name") == 0)
		add_name(expansion, out);
	else if (strcmp(name, "revision") == 0)
		add_revision(expansion, out);
	else if (strcmp(name, "next") == 0)
		text_format(out, "%lu",
			expansion->previous ? strtoul(expansion->previous, NULL, 10) + 1 : 1);
	else if (!add_surroundings(expansion->environment, name, out) &&
		 !add_chance(expansion, name, out))
		text_format(out, "{%s}", name);
}

/* The brace that closes the one at format[0]. */
static size_t token_length(const char *format, size_t length)
{
	size_t depth = 0;

	for (size_t i = 0; i < length; i++) {
		if (format[i] == '{')
			depth++;
		else if (format[i] == '}' && --depth == 0)
			return i - 1;
	}
	return length - 1;
}

static void expand(struct expansion *expansion, const char *format, size_t length, struct text *out)
{
	for (size_t i = 0; i < length; i++) {
		if (format[i] != '{') {
			text_add_char(out, format[i]);
			continue;
		}
		size_t token = token_length(format + i, length - i);

		expand_token(expansion, format + i + 1, token, out);
		i += token + 1;
	}
}

void resource_identify(struct resource *resource, const struct resource *replaced,
	const struct environment *environment)
{
	struct expansion expansion = expansion_of(resource, environment);
	struct text id = {0};

	expansion.replaced = replaced;
	expand(&expansion, expansion.type->id, strlen(expansion.type->id), &id);
	free(resource->physical_id);
	resource->physical_id = text_take(&id);
}

static bool has_any(const char *format, size_t length, const char *const *tokens, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (memmem(format, length, tokens[i], strlen(tokens[i])))
			return true;
	return false;
}

static bool by_chance(const char *format, size_t length)
{
	static const char *const tokens[] = {
		"{hex", "{upper", "{digits", "{mixed", "{uuid}", "{ip}"};

	return has_any(format, length, tokens, COUNT(tokens));
}

static bool from_id(const char *format, size_t length)
{
	static const char *const tokens[] = {"{id}", "{last}", "{middle}", "{a:id"};

	return has_any(format, length, tokens, COUNT(tokens));
}

static char *attribute_value(struct expansion *expansion, const char *name, const char *format,
	size_t length, const struct resource *before, bool preview)
{
	bool counts = memmem(format, length, "{next}", strlen("{next}")) != NULL;
	bool is_new = strcmp(expansion->resource->physical_id, EVALUATE_UNKNOWN) == 0;
	struct text value = {0};

	expansion->previous = before ? pairs_get(&before->attributes, name) : NULL;
	if (expansion->previous && by_chance(format, length))
		return xstrdup(expansion->previous);
	if (preview &&
		((is_new && (from_id(format, length) || by_chance(format, length))) || counts))
		return xstrdup(EVALUATE_UNKNOWN);
	expand(expansion, format, length, &value);
	return text_take(&value);
}

void resource_describe(struct resource *resource, const struct resource *before, bool preview,
	const struct environment *environment)
{
	struct expansion expansion = expansion_of(resource, environment);

	pairs_done(&resource->attributes);
	for (const char *entry = expansion.type->attributes; entry && *entry;) {
		size_t length = strcspn(entry, ";");
		const char *equals = memchr(entry, '=', length);
		size_t name_length = (size_t)(equals - entry);

		if (name_length > 2 && equals[-1] == ']')
			name_length -= 2;
		AUTO(free_text) char *name = xstrndup(entry, name_length);
		AUTO(free_text)
		char *value = attribute_value(&expansion, name, equals + 1,
			(size_t)(entry + length - equals - 1), before, preview);

		pairs_set(&resource->attributes, name, value);
		entry += length + (entry[length] == ';');
	}
}

char *resource_other_attribute(const struct resource *resource, const char *attribute,
	const struct environment *environment)
{
	const char *service = resource->type + strcspn(resource->type, ":") + 2;

	if (strcmp(resource->physical_id, EVALUATE_UNKNOWN) == 0)
		return xstrdup(EVALUATE_UNKNOWN);
	if (!text_ends(attribute, "Arn") || text_starts(resource->type, "Custom::"))
		return xasprintf("%s-%s", resource->physical_id, attribute);
	AUTO(free_text) char *lower = xstrndup(service, strcspn(service, ":"));

	for (char *c = lower; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return xasprintf("arn:%s:%s:%s:%s:%s", environment->partition, lower, environment->region,
		environment->account, resource->physical_id);
}
