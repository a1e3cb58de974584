#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "cloudformation/check.h"
#include "cloudformation/resource_type.h"

/* One walk over a block: what it found that is not there. */
struct finding {
	const struct node *root;
	const char *block;       /* "Resources", "Outputs", "Conditions" */
	struct texts unresolved; /* names of no parameter and no resource */
	struct texts resources;  /* names of resources, where they may not be */
	char *attribute;         /* first fault of Fn::GetAtt, as the whole message */
	char *condition;         /* first unknown condition */
	char *mapping;           /* first unknown mapping */
	bool volatile_value;     /* an import, Fn::GetAZs, or a resource */
};

bool check_is_pseudo_parameter(const char *name)
{
	static const char *const names[] = {"AWS::AccountId", "AWS::NotificationARNs",
		"AWS::NoValue", "AWS::Partition", "AWS::Region", "AWS::StackId", "AWS::StackName",
		"AWS::URLSuffix"};

	for (size_t i = 0; i < COUNT(names); i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

static void finding_done(struct finding *finding)
{
	texts_done(&finding->unresolved);
	texts_done(&finding->resources);
	free(finding->attribute);
	free(finding->condition);
	free(finding->mapping);
}

/* An error shows only some of them; this keeps a hostile list short. */
static void add_once(struct texts *texts, const char *name)
{
	if (texts->count < 50 && !texts_have(texts, name))
		texts_add(texts, name);
}

static const struct node *resource_of(const struct finding *finding, const char *name)
{
	return node_get(node_get(finding->root, "Resources"), name);
}

static void find_name(struct finding *finding, const char *name)
{
	if (check_is_pseudo_parameter(name) ||
		node_get(node_get(finding->root, "Parameters"), name))
		return;
	finding->volatile_value = true;
	add_once(&finding->resources, name);
	if (!resource_of(finding, name))
		add_once(&finding->unresolved, name);
}

static void find_attribute(struct finding *finding, const char *name, const char *attribute)
{
	const struct node *resource = resource_of(finding, name);

	finding->volatile_value = true;
	add_once(&finding->resources, name);
	if (finding->attribute)
		return;
	if (!resource) {
		finding->attribute = xasprintf("Template error: instance of Fn::GetAtt references "
					       "undefined resource %.255s",
			name);
		return;
	}
	const char *type = node_get(resource, "Type")->text;

	if (attribute && !resource_type_has_attribute(resource_type_find(type), attribute))
		finding->attribute =
			xasprintf("Template error: resource %s does not support attribute "
				  "type %.255s in Fn::GetAtt",
				name, attribute);
}

static void find(void *owner, enum reference_kind kind, const char *name, const char *attribute)
{
	struct finding *finding = owner;

	switch (kind) {
	case REFERENCE_NAME:
		find_name(finding, name);
		break;
	case REFERENCE_ATTRIBUTE:
		find_attribute(finding, name, attribute);
		break;
	case REFERENCE_CONDITION:
		if (!finding->condition && !node_get(node_get(finding->root, "Conditions"), name))
			finding->condition = xstrdup(name);
		break;
	case REFERENCE_MAPPING:
		if (!finding->mapping && !node_get(node_get(finding->root, "Mappings"), name))
			finding->mapping = xstrdup(name);
		break;
	case REFERENCE_IMPORT:
	case REFERENCE_ZONES:
		finding->volatile_value = true;
		break;
	}
}

static void walk(struct finding *finding, const struct node *node, bool in_conditions)
{
	struct references references = {
		.owner = finding, .visit = find, .in_conditions = in_conditions};

	references_walk(&references, node);
}

/* What is wrong in every block alike. */
static bool judge(const struct finding *finding, struct error *e)
{
	if (finding->condition && strcmp(finding->block, "Conditions") != 0)
		return error_set(e, ERROR_INVALID,
			"Template error: unresolved condition dependency %s in Fn::If",
			finding->condition);
	if (finding->condition)
		return error_set(e, ERROR_INVALID,
			"Template format error: Unresolved condition dependency %s in the %s block "
			"of "
			"the template",
			finding->condition, finding->block);
	if (finding->mapping)
		return error_set(e, ERROR_INVALID,
			"Template error: Mapping named '%s' is not present in the 'Mappings' "
			"section "
			"of template.",
			finding->mapping);
	return true;
}

static bool judge_names(const struct finding *finding, const char *prefix, struct error *e)
{
	AUTO(free_text) char *names = texts_join(&finding->unresolved, ", ");

	if (finding->unresolved.count)
		return error_set(e, ERROR_INVALID,
			"%sUnresolved resource dependencies [%s] in the %s block of the template",
			prefix, names, finding->block);
	if (finding->attribute)
		return error_set(e, ERROR_INVALID, "%s", finding->attribute);
	return true;
}

/* The Condition of each resource or output exists. */
static bool check_guards(
	const struct node *root, const struct node *section, const char *block, struct error *e)
{
	for (size_t i = 0; section && i < section->count; i++) {
		const struct node *name = node_get(section->items[i], "Condition");

		if (name && (name->kind != NODE_SCALAR ||
				    !node_get(node_get(root, "Conditions"), name->text)))
			return error_set(e, ERROR_INVALID,
				"Template format error: Unresolved condition dependency %s in the "
				"%s "
				"block of the template",
				name->kind == NODE_SCALAR ? name->text : node_describe(name),
				block);
	}
	return true;
}

static bool check_conditions(const struct node *root, struct error *e)
{
	AUTO_DONE(finding_done) struct finding finding = {.root = root, .block = "Conditions"};

	walk(&finding, node_get(root, "Conditions"), true);
	if (finding.resources.count) {
		AUTO(free_text) char *names = texts_join(&finding.resources, ", ");

		return error_set(e, ERROR_INVALID,
			"Template format error: Unresolved dependencies [%s]. Cannot reference "
			"resources "
			"in the Conditions block of the template",
			names);
	}
	return judge(&finding, e);
}

static bool check_resources(const struct node *root, struct error *e)
{
	AUTO_DONE(finding_done) struct finding finding = {.root = root, .block = "Resources"};
	const struct node *resources = node_get(root, "Resources");

	for (size_t i = 0; i < resources->count; i++) {
		AUTO_DONE(texts_done) struct texts names = {0};

		walk(&finding, resources->items[i], false);
		depends_on(resources->items[i], &names);
		for (size_t k = 0; k < names.count; k++)
			if (!resource_of(&finding, names.items[k]))
				add_once(&finding.unresolved, names.items[k]);
	}
	return judge_names(&finding, "Template format error: ", e) && judge(&finding, e) &&
	       check_guards(root, resources, finding.block, e);
}

static bool check_export(
	const struct node *root, const struct node *output, const char *name, struct error *e)
{
	AUTO_DONE(finding_done) struct finding finding = {.root = root, .block = "Outputs"};

	walk(&finding, node_get(output, "Export"), false);
	if (finding.volatile_value)
		return error_set(e, ERROR_INVALID,
			"Template format error: Output %s is malformed.  The Name field of Export "
			"must "
			"not depend on any resources, imported values, or Fn::GetAZs.",
			name);
	return true;
}

static bool check_outputs(const struct node *root, struct error *e)
{
	AUTO_DONE(finding_done) struct finding finding = {.root = root, .block = "Outputs"};
	const struct node *outputs = node_get(root, "Outputs");

	walk(&finding, outputs, false);
	if (!judge_names(&finding, "", e) || !judge(&finding, e) ||
		!check_guards(root, outputs, finding.block, e))
		return false;
	for (size_t i = 0; outputs && i < outputs->count; i++)
		if (!check_export(root, outputs->items[i], outputs->names[i]->text, e))
			return false;
	return true;
}

bool check_references(const struct node *root, struct error *e)
{
	return check_conditions(root, e) && check_resources(root, e) && check_outputs(root, e);
}
