#include <arpa/inet.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "cloudformation/evaluator.h"

/* {"DefaultValue": x} as the fourth argument, of the language extensions. */
static const struct node *default_of(const struct node *argument)
{
	return argument->kind == NODE_LIST && argument->count == 4
		       ? node_get(argument->items[3], "DefaultValue")
		       : NULL;
}

bool function_find_in_map(struct evaluator *evaluator, const struct node *argument,
	struct node **out, struct error *e)
{
	static const char usage[] = "every Fn::FindInMap object requires three parameters, the map "
				    "name, map key and the "
				    "attribute for return value";
	const struct node *mappings = blueprint_section(evaluator->blueprint, "Mappings");
	AUTO(node_free) struct node *keys = NULL;
	const struct node *mapping, *row, *value;

	if (!evaluate_arguments(evaluator, argument, 3, 4, usage, &keys, e))
		return false;
	for (size_t i = 0; i < 3; i++)
		if (keys->items[i]->kind != NODE_SCALAR)
			return error_set(e, ERROR_INVALID, "Template error: %s", usage);
	mapping = node_get(mappings, keys->items[0]->text);
	row = node_get(mapping, keys->items[1]->text);
	value = node_get(row, keys->items[2]->text);
	if (!value && default_of(argument))
		return evaluate_value(evaluator, default_of(argument), out, e);
	if (!mapping)
		return error_set(e, ERROR_INVALID,
			"Template error: Mapping named '%s' is not present in the 'Mappings' "
			"section "
			"of template.",
			keys->items[0]->text);
	if (!value)
		return error_set(e, ERROR_INVALID,
			"Template error: Unable to get mapping for %s::%s::%s",
			keys->items[0]->text, keys->items[1]->text, keys->items[2]->text);
	*out = node_copy(value);
	return true;
}

bool function_import_value(struct evaluator *evaluator, const struct node *argument,
	struct node **out, struct error *e)
{
	const struct environment *environment = evaluator->environment;
	AUTO(free_text) char *name = NULL;
	const char *value;

	if (!evaluate_text(evaluator, argument,
		    "Template error: the attribute in Fn::ImportValue must be a string or a "
		    "function "
		    "that returns a string",
		    &name, e))
		return false;
	if (!texts_have(&evaluator->imports, name))
		texts_add(&evaluator->imports, name);
	value = environment->export_value ? environment->export_value(environment->owner, name)
					  : NULL;
	if (!value && evaluator->preview)
		value = EVALUATE_UNKNOWN;
	if (!value)
		return error_set(e, ERROR_REFUSED, "No export named %s found.", name);
	*out = node_scalar(value, false, NULL);
	return true;
}

/* Three zones in each region: the model has no regions with other numbers. */
bool function_get_azs(struct evaluator *evaluator, const struct node *argument, struct node **out,
	struct error *e)
{
	AUTO(free_text) char *region = NULL;

	if (!evaluate_text(evaluator, argument,
		    "Template error: every Fn::GetAZs object must have a String-typed value.",
		    &region, e))
		return false;
	*out = node_list(NULL);
	for (const char *zone = "abc"; *zone; zone++) {
		AUTO(free_text)
		char *name =
			xasprintf("%s%c", *region ? region : evaluator->environment->region, *zone);

		node_append(*out, node_scalar(name, false, NULL));
	}
	return true;
}

struct blocks {
	uint32_t address;
	unsigned prefix; /* of the whole */
	unsigned count;
	unsigned bits; /* of the host part of each block */
};

static bool parse_count(const char *text, unsigned most, unsigned *out)
{
	if (!*text || strlen(text) > 3 || strspn(text, "0123456789") != strlen(text))
		return false;
	*out = (unsigned)strtoul(text, NULL, 10);
	return *out >= 1 && *out <= most;
}

static bool parse_block(const char *text, struct blocks *blocks)
{
	const char *slash = strchr(text, '/');
	struct in_addr address;

	if (!slash || !parse_count(slash + 1, 32, &blocks->prefix))
		return false;
	AUTO(free_text) char *start = xstrndup(text, (size_t)(slash - text));

	if (inet_pton(AF_INET, start, &address) != 1)
		return false;
	blocks->address =
		ntohl(address.s_addr) & (uint32_t)(0xffffffffULL << (32 - blocks->prefix));
	return true;
}

/* IPv4 only: what it would take for IPv6 is a 128-bit sum, and no test needs it. */
bool function_cidr(struct evaluator *evaluator, const struct node *argument, struct node **out,
	struct error *e)
{
	static const char usage[] =
		"every Fn::Cidr object requires two parameters, (1) a string cidr "
		"and (2) an integer count, and optionally (3) the number of bits";
	AUTO(node_free) struct node *parts = NULL;
	AUTO_DONE(texts_done) struct texts texts = {0};
	struct blocks blocks = {.bits = 8};

	if (!evaluate_arguments(evaluator, argument, 2, 3, usage, &parts, e))
		return false;
	if (!list_texts(parts, &texts))
		return error_set(e, ERROR_INVALID, "Template error: %s", usage);
	if (is_unknown(texts.items[0])) {
		*out = node_scalar(EVALUATE_UNKNOWN, false, NULL);
		return true;
	}
	if (!parse_block(texts.items[0], &blocks) ||
		!parse_count(texts.items[1], 256, &blocks.count) ||
		(texts.count > 2 && !parse_count(texts.items[2], 32, &blocks.bits)))
		return error_set(e, ERROR_INVALID, "Template error: %s", usage);
	if (((uint64_t)blocks.count << blocks.bits) > 1ULL << (32 - blocks.prefix))
		return error_set(e, ERROR_INVALID,
			"Template error: Fn::Cidr intrinsic function: %s is not large enough for "
			"%u "
			"blocks",
			texts.items[0], blocks.count);
	*out = node_list(NULL);
	for (unsigned i = 0; i < blocks.count; i++) {
		uint32_t start = blocks.address + (uint32_t)((uint64_t)i << blocks.bits);
		AUTO(free_text)
		char *block = xasprintf("%u.%u.%u.%u/%u", start >> 24, start >> 16 & 255,
			start >> 8 & 255, start & 255, 32 - blocks.bits);

		node_append(*out, node_scalar(block, false, NULL));
	}
	return true;
}

bool function_length(struct evaluator *evaluator, const struct node *argument, struct node **out,
	struct error *e)
{
	AUTO(node_free) struct node *list = NULL;

	if (!evaluate_value(evaluator, argument, &list, e))
		return false;
	if (!list || list->kind != NODE_LIST)
		return error_set(e, ERROR_INVALID,
			"Template error: every Fn::Length object requires a list");
	AUTO(free_text) char *count = xasprintf("%zu", list->count);

	*out = node_scalar(count, true, NULL);
	return true;
}

bool function_to_json_string(struct evaluator *evaluator, const struct node *argument,
	struct node **out, struct error *e)
{
	AUTO(node_free) struct node *value = NULL;
	AUTO_DONE(text_done) struct text json = {.limit = EVALUATE_TEXT_LIMIT};

	if (!evaluate_value(evaluator, argument, &value, e))
		return false;
	if (!value || value->kind == NODE_SCALAR)
		return error_set(e, ERROR_INVALID,
			"Template error: every Fn::ToJsonString object requires an object or a "
			"list");
	node_write_json(value, &json);
	if (json.overflow)
		return error_set(e, ERROR_INVALID, "Template error: a value is too long");
	*out = node_scalar(text_string(&json), false, NULL);
	return true;
}
