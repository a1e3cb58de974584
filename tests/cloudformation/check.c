#include "cloudformation/check.h"

#include <ctype.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "cloudformation/resource_type.h"

enum { DESCRIPTION_LIMIT = 1024 };

static bool invalid(struct error *e, const char *format, const char *name)
{
	/* Each caller's format is a literal with at most one %s. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	return error_set(e, ERROR_INVALID, format, name);
#pragma GCC diagnostic pop
}

static bool in_words(const char *words, const char *word)
{
	AUTO(free_text) char *spaced = xasprintf(" %s ", word);

	return !strchr(word, ' ') && strstr(words, spaced);
}

static bool alphanumeric(const char *name)
{
	for (; *name; name++)
		if (!isalnum((unsigned char)*name))
			return false;
	return true;
}

/* A section's size, and its names. */
static bool check_section(const struct node *section, size_t limit, const char *plural,
	const char *singular, struct error *e)
{
	if (section && section->kind != NODE_MAP)
		return error_set(e, ERROR_INVALID, "Template format error: unsupported structure.");
	if (section && section->count > limit)
		return error_set(e, ERROR_INVALID,
			"Template format error: Number of %s, %zu, is greater than maximum "
			"allowed, %zu",
			plural, section->count, limit);
	for (size_t i = 0; section && i < section->count; i++)
		if (!alphanumeric(section->names[i]->text))
			return error_set(e, ERROR_INVALID,
				"Template format error: %s name %.255s is non alphanumeric.",
				singular, section->names[i]->text);
	return true;
}

static bool check_top(const struct node *root, struct error *e)
{
	static const char sections[] =
		" AWSTemplateFormatVersion Conditions Description Globals Hooks "
		"Mappings Metadata Outputs Parameters Resources Rules Transform ";
	const struct node *version = node_get(root, "AWSTemplateFormatVersion");
	const struct node *description = node_get(root, "Description");
	AUTO_DONE(texts_done) struct texts unknown = {0};

	for (size_t i = 0; i < root->count && unknown.count < 20; i++)
		if (!in_words(sections, root->names[i]->text))
			texts_add(&unknown, root->names[i]->text);
	if (unknown.count) {
		AUTO(free_text) char *names = texts_join(&unknown, ", ");

		return invalid(e, "Invalid template property or properties [%s]", names);
	}
	if (version && !node_is(version, "2010-09-09"))
		return invalid(e,
			"Template format error: %s is not a supported value for "
			"AWSTemplateFormatVersion.",
			version->kind == NODE_SCALAR ? version->text : node_describe(version));
	if (description && description->kind != NODE_SCALAR)
		return invalid(e, "Template format error: Every %s member must be a string.",
			"Description");
	if (description && description->length > DESCRIPTION_LIMIT)
		return invalid(e, "Template format error: '%s' length is greater than 1024.",
			"Description");
	return true;
}

static const char plain_types[] = " String Number CommaDelimitedList ";
static const char aws_types[] =
	" String AWS::EC2::AvailabilityZone::Name AWS::EC2::Image::Id AWS::EC2::Instance::Id "
	"AWS::EC2::KeyPair::KeyName AWS::EC2::SecurityGroup::GroupName "
	"AWS::EC2::SecurityGroup::Id AWS::EC2::Subnet::Id AWS::EC2::Volume::Id AWS::EC2::VPC::Id "
	"AWS::Route53::HostedZone::Id AWS::SSM::Parameter::Name ";

/* What is between PREFIX< and the closing >, or NULL. The caller frees it. */
static char *inner_type(const char *type, const char *prefix)
{
	size_t length = strlen(type), start = strlen(prefix);

	if (!text_starts(type, prefix) || length <= start || type[length - 1] != '>')
		return NULL;
	return xstrndup(type + start, length - start - 1);
}

bool parameter_type_exists(const char *type)
{
	AUTO(free_text) char *behind_ssm = inner_type(type, "AWS::SSM::Parameter::Value<");
	const char *value = behind_ssm ? behind_ssm : type;
	AUTO(free_text) char *item = inner_type(value, "List<");

	if (item)
		return strcmp(item, "Number") == 0 || in_words(aws_types, item);
	return in_words(plain_types, value) || in_words(aws_types, value);
}

static bool check_parameter(const struct node *parameter, struct error *e)
{
	static const char members[] =
		" AllowedPattern AllowedValues ConstraintDescription Default "
		"Description MaxLength MaxValue MinLength MinValue NoEcho Type ";
	const struct node *type = node_get(parameter, "Type");
	const struct node *value = node_get(parameter, "Default");

	if (!type || type->kind != NODE_SCALAR)
		return invalid(e,
			"Template format error: Every %s object must contain a Type member.",
			"Parameters");
	for (size_t i = 0; i < parameter->count; i++)
		if (!in_words(members, parameter->names[i]->text))
			return invalid(e, "Invalid template parameter property '%s'",
				parameter->names[i]->text);
	if (!parameter_type_exists(type->text))
		return invalid(
			e, "Template format error: Unrecognized parameter type: %s", type->text);
	if (value && value->kind != NODE_SCALAR)
		return invalid(
			e, "Template format error: Every %s member must be a string.", "Default");
	return true;
}

static bool check_mapping(const struct node *mapping, struct error *e)
{
	for (size_t i = 0; i < mapping->count; i++) {
		const struct node *row = mapping->items[i];

		if (mapping->kind != NODE_MAP || row->kind != NODE_MAP)
			return invalid(e,
				"Template format error: Every %s object member must contain a "
				"String key "
				"and an object value.",
				"Mappings");
		for (size_t k = 0; k < row->count; k++)
			if (row->items[k]->kind == NODE_MAP)
				return invalid(e,
					"Template format error: Every %s attribute must be a "
					"String or a "
					"List.",
					"Mappings");
	}
	return mapping->count <= 200 ||
	       error_set(e, ERROR_INVALID,
		       "Template format error: Number of mapping attributes, %zu, is greater than "
		       "maximum allowed, 200",
		       mapping->count);
}

static bool check_policy(
	const struct node *resource, const char *policy, const char *name, struct error *e)
{
	const struct node *value = node_get(resource, policy);

	if (!value || node_is(value, "Delete") || node_is(value, "Retain") ||
		node_is(value, "Snapshot") || node_is(value, "RetainExceptOnCreate"))
		return true;
	return error_set(e, ERROR_INVALID,
		"Template format error: Unrecognized %s %s for resource %s", policy,
		value->kind == NODE_SCALAR ? value->text : node_describe(value), name);
}

static bool check_resource(const struct node *resource, const char *name, struct error *e)
{
	static const char members[] = " Condition CreationPolicy DeletionPolicy DependsOn Metadata "
				      "Properties Type UpdatePolicy UpdateReplacePolicy ";
	const struct node *type = node_get(resource, "Type");
	const struct node *properties = node_get(resource, "Properties");

	if (resource->kind != NODE_MAP)
		return invalid(
			e, "Template format error: Any %s member must be an object.", "Resources");
	if (!type || type->kind != NODE_SCALAR)
		return invalid(e,
			"Template format error: [/Resources/%s] Every Resources object must "
			"contain a "
			"Type member.",
			name);
	for (size_t i = 0; i < resource->count; i++)
		if (!in_words(members, resource->names[i]->text))
			return invalid(e, "Invalid template resource property '%s'",
				resource->names[i]->text);
	if (properties && properties->kind != NODE_MAP)
		return invalid(e,
			"Template format error: [/Resources/%s/Properties] must be an object",
			name);
	return check_policy(resource, "DeletionPolicy", name, e) &&
	       check_policy(resource, "UpdateReplacePolicy", name, e);
}

static bool check_types(const struct node *resources, struct error *e)
{
	AUTO_DONE(texts_done) struct texts unknown = {0};

	for (size_t i = 0; i < resources->count && unknown.count < 20; i++) {
		const char *type = node_get(resources->items[i], "Type")->text;

		if (!resource_type_find(type) && !texts_have(&unknown, type))
			texts_add(&unknown, type);
	}
	if (!unknown.count)
		return true;
	AUTO(free_text) char *names = texts_join(&unknown, ", ");

	return invalid(e, "Template format error: Unrecognized resource types: [%s]", names);
}

static bool check_output(const struct node *output, const char *name, struct error *e)
{
	static const char members[] = " Condition Description Export Value ";
	const struct node *export = node_get(output, "Export");

	if (!node_get(output, "Value"))
		return invalid(e,
			"Template format error: Every %s member must contain a Value object",
			"Outputs");
	for (size_t i = 0; i < output->count; i++)
		if (!in_words(members, output->names[i]->text))
			return invalid(
				e, "Invalid template output property '%s'", output->names[i]->text);
	if (export && !node_get(export, "Name"))
		return invalid(e,
			"Template format error: Output %s is malformed.  The Export field must "
			"contain "
			"a Name.",
			name);
	return true;
}

static bool check_members(const struct node *root, struct error *e)
{
	const struct node *parameters = node_get(root, "Parameters");
	const struct node *mappings = node_get(root, "Mappings");
	const struct node *resources = node_get(root, "Resources");
	const struct node *outputs = node_get(root, "Outputs");

	for (size_t i = 0; parameters && i < parameters->count; i++)
		if (!check_parameter(parameters->items[i], e))
			return false;
	for (size_t i = 0; mappings && i < mappings->count; i++)
		if (!check_mapping(mappings->items[i], e))
			return false;
	for (size_t i = 0; i < resources->count; i++)
		if (!check_resource(resources->items[i], resources->names[i]->text, e))
			return false;
	for (size_t i = 0; outputs && i < outputs->count; i++)
		if (!check_output(outputs->items[i], outputs->names[i]->text, e))
			return false;
	return check_types(resources, e);
}

bool blueprint_check(const struct node *root, struct error *e)
{
	const struct node *resources = node_get(root, "Resources");

	if (!check_top(root, e) ||
		!check_section(node_get(root, "Parameters"), 200, "parameters", "Parameter", e) ||
		!check_section(node_get(root, "Mappings"), 200, "mappings", "Mapping", e) ||
		!check_section(node_get(root, "Conditions"), 500, "conditions", "Condition", e))
		return false;
	if (resources && resources->kind != NODE_MAP)
		return invalid(
			e, "Template format error: Any %s member must be an object.", "Resources");
	if (!resources || resources->count == 0)
		return invalid(e, "Template format error: At least one %s member must be defined.",
			"Resources");
	return check_section(resources, 500, "resources", "Resource", e) &&
	       check_section(node_get(root, "Outputs"), 200, "outputs", "Output", e) &&
	       check_members(root, e) && check_references(root, e) && check_circles(root, e);
}
