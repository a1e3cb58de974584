#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "cloudformation/blueprint.h"
#include "cloudformation/resource_type.h"

static char *text_of(const struct node *map, const char *name)
{
	const struct node *value = node_get(map, name);

	return value && value->kind == NODE_SCALAR ? xstrdup(value->text) : NULL;
}

static void add_parameter(struct parameter_summary *to, const char *name, const struct node *from)
{
	const struct node *allowed = node_get(from, "AllowedValues");

	*to = (struct parameter_summary){
		.name = xstrdup(name),
		.type = text_of(from, "Type"),
		.default_value = text_of(from, "Default"),
		.description = text_of(from, "Description"),
		.no_echo = node_is(node_get(from, "NoEcho"), "true"),
	};
	for (size_t i = 0; allowed && allowed->kind == NODE_LIST && i < allowed->count; i++)
		if (allowed->items[i]->kind == NODE_SCALAR)
			texts_add(&to->allowed_values, allowed->items[i]->text);
}

static void add_parameters(const struct node *parameters, struct summary *summary)
{
	if (!parameters)
		return;
	summary->parameters = xcalloc(parameters->count + 1, sizeof(*summary->parameters));
	summary->parameter_count = parameters->count;
	for (size_t i = 0; i < parameters->count; i++)
		add_parameter(
			&summary->parameters[i], parameters->names[i]->text, parameters->items[i]);
}

/* Types that need a capability, and the property that makes it CAPABILITY_NAMED_IAM. */
static const struct {
	const char *type, *name_property;
} iam_types[] = {
	{"AWS::IAM::AccessKey", NULL},
	{"AWS::IAM::Group", "GroupName"},
	{"AWS::IAM::InstanceProfile", "InstanceProfileName"},
	{"AWS::IAM::ManagedPolicy", "ManagedPolicyName"},
	{"AWS::IAM::Policy", NULL},
	{"AWS::IAM::Role", "RoleName"},
	{"AWS::IAM::User", "UserName"},
	{"AWS::IAM::UserToGroupAddition", NULL},
};

static void add_capability(const struct node *resource, struct texts *reasons, bool *named)
{
	const char *type = node_get(resource, "Type")->text;
	const struct node *properties = node_get(resource, "Properties");

	for (size_t i = 0; i < COUNT(iam_types); i++) {
		if (strcmp(iam_types[i].type, type) != 0)
			continue;
		if (!texts_have(reasons, type))
			texts_add(reasons, type);
		if (iam_types[i].name_property && node_get(properties, iam_types[i].name_property))
			*named = true;
	}
}

static void add_capabilities(const struct node *resources, struct summary *summary)
{
	AUTO_DONE(texts_done) struct texts reasons = {0};
	bool named = false;

	for (size_t i = 0; i < resources->count; i++)
		add_capability(resources->items[i], &reasons, &named);
	if (reasons.count)
		texts_add(
			&summary->capabilities, named ? "CAPABILITY_NAMED_IAM" : "CAPABILITY_IAM");
	if (summary->transforms.count) {
		texts_add(&summary->capabilities, "CAPABILITY_AUTO_EXPAND");
		for (size_t i = 0; i < summary->transforms.count; i++)
			texts_add(&reasons, summary->transforms.items[i]);
	}
	if (!reasons.count)
		return;
	AUTO(free_text) char *list = texts_join(&reasons, ", ");

	summary->capabilities_reason =
		xasprintf("The following resource(s) require capabilities: [%s]", list);
}

static void add_words(struct texts *texts, const char *words)
{
	while (words && *words) {
		size_t length = strcspn(words, " ");
		AUTO(free_text) char *word = xstrndup(words, length);

		texts_add(texts, word);
		words += length + strspn(words + length, " ");
	}
}

static struct identifier_summary *identifiers_for(struct summary *summary, const char *type)
{
	for (size_t i = 0; i < summary->identifier_count; i++)
		if (strcmp(summary->identifiers[i].type, type) == 0)
			return &summary->identifiers[i];
	struct identifier_summary *added = &summary->identifiers[summary->identifier_count++];

	*added = (struct identifier_summary){.type = xstrdup(type)};
	add_words(&added->identifiers, resource_type_find(type)->identifiers);
	texts_add(&summary->resource_types, type);
	return added;
}

static void add_resources(const struct node *resources, struct summary *summary)
{
	summary->identifiers = xcalloc(resources->count + 1, sizeof(*summary->identifiers));
	for (size_t i = 0; i < resources->count; i++) {
		const char *type = node_get(resources->items[i], "Type")->text;

		texts_add(&identifiers_for(summary, type)->logical_ids, resources->names[i]->text);
	}
	texts_sort(&summary->resource_types);
}

/* Transform is a text, a list of texts, or a map with the macro's Name and Parameters. */
static void add_transforms(const struct node *transform, struct summary *summary)
{
	const struct node *name = node_get(transform, "Name");

	if (!transform)
		return;
	if (transform->kind == NODE_LIST) {
		for (size_t i = 0; i < transform->count; i++)
			add_transforms(transform->items[i], summary);
	} else if (transform->kind == NODE_SCALAR) {
		texts_add(&summary->transforms, transform->text);
	} else if (name && name->kind == NODE_SCALAR) {
		texts_add(&summary->transforms, name->text);
	}
}

/* Fn::Transform anywhere in the tree declares its macro, too. */
static void add_inner_transforms(const struct node *node, struct summary *summary)
{
	const struct node *argument = NULL;
	const char *function = function_of(node, &argument);

	if (function && strcmp(function, "Fn::Transform") == 0)
		add_transforms(argument, summary);
	for (size_t i = 0; i < node->count; i++)
		add_inner_transforms(node->items[i], summary);
}

void blueprint_summarise(const struct node *root, struct summary *summary)
{
	const struct node *metadata = node_get(root, "Metadata");
	struct text json = {0};

	summary->version = text_of(root, "AWSTemplateFormatVersion");
	summary->description = text_of(root, "Description");
	if (metadata) {
		node_write_json(metadata, &json);
		summary->metadata = text_take(&json);
	}
	add_parameters(node_get(root, "Parameters"), summary);
	add_transforms(node_get(root, "Transform"), summary);
	add_inner_transforms(root, summary);
	add_resources(node_get(root, "Resources"), summary);
	add_capabilities(node_get(root, "Resources"), summary);
}

void summary_done(struct summary *summary)
{
	free(summary->version);
	free(summary->description);
	free(summary->metadata);
	free(summary->capabilities_reason);
	for (size_t i = 0; i < summary->parameter_count; i++) {
		struct parameter_summary *parameter = &summary->parameters[i];

		free(parameter->name);
		free(parameter->type);
		free(parameter->default_value);
		free(parameter->description);
		texts_done(&parameter->allowed_values);
	}
	free(summary->parameters);
	for (size_t i = 0; i < summary->identifier_count; i++) {
		free(summary->identifiers[i].type);
		texts_done(&summary->identifiers[i].logical_ids);
		texts_done(&summary->identifiers[i].identifiers);
	}
	free(summary->identifiers);
	texts_done(&summary->resource_types);
	texts_done(&summary->capabilities);
	texts_done(&summary->transforms);
}
