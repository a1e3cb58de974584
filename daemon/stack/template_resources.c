#include "stack/template_resources.h"

#include <string.h>

#include "stack/functions.h"
#include "stack/template_read.h"

struct origins {
	const struct node *parameters; /* may be NULL */
	struct texts *ids;
};

/* Parameters and AWS's own ("AWS::Region") share the names' space with resources. */
static void add_id(struct origins *origins, const char *text, size_t length, const struct node *own)
{
	AUTO(free_text) char *id = xstrndup(text, length);

	if (!length || origins->ids->count >= TEMPLATE_RESOURCES_LIMIT || strstr(id, "::") ||
		node_get(origins->parameters, id) || node_get(own, id) ||
		texts_have(origins->ids, id))
		return;
	texts_add(origins->ids, id);
}

/* "${A} and ${B.Arn}, but not ${!C}": what stands before the first dot. `own` are the names that
 * the Sub itself gives. */
static void add_sub(struct origins *origins, const char *text, const struct node *own)
{
	for (const char *at = text; (at = strstr(at, "${"));) {
		at += 2;
		at += strspn(at, " ");
		size_t length = strcspn(at, "}");

		if (!at[length])
			return;
		if (*at != '!')
			add_id(origins, at, strcspn(at, ".} "), own);
		at += length;
	}
}

static void walk(struct origins *origins, const struct node *node);

static void walk_items(struct origins *origins, const struct node *list, size_t first)
{
	for (size_t i = first; i < list->count; i++)
		walk(origins, list->items[i]);
}

static void walk_attribute(struct origins *origins, const struct node *argument)
{
	const struct node *resource =
		argument->kind == NODE_LIST && argument->count ? argument->items[0] : argument;
	size_t length = resource->length;

	if (resource->kind == NODE_SCALAR) {
		function_attribute(resource, &length);
		add_id(origins, resource->text, length, NULL);
	}
	if (argument->kind != NODE_SCALAR)
		walk_items(origins, argument, 0);
}

static void walk_sub(struct origins *origins, const struct node *argument)
{
	bool list = argument->kind == NODE_LIST && argument->count;
	const struct node *text = list ? argument->items[0] : argument;
	const struct node *own = list && argument->count > 1 ? argument->items[1] : NULL;

	if (text->kind == NODE_SCALAR)
		add_sub(origins, text->text, own);
	if (own)
		walk(origins, own);
}

static void walk_member(struct origins *origins, const char *name, const struct node *value)
{
	if (strcmp(name, "Ref") == 0 && value->kind == NODE_SCALAR)
		add_id(origins, value->text, value->length, NULL);
	else if (strcmp(name, "Fn::GetAtt") == 0)
		walk_attribute(origins, value);
	else if (strcmp(name, "Fn::Sub") == 0)
		walk_sub(origins, value);
	else
		walk(origins, value);
}

/* `node` has no tags: short forms have become members. Names of conditions, mappings and the like
 * are bare scalars, which name no resource. */
static void walk(struct origins *origins, const struct node *node)
{
	if (node->kind == NODE_LIST)
		walk_items(origins, node, 0);
	else if (node->kind == NODE_MAP)
		for (size_t i = 0; i < node->count; i++)
			walk_member(origins, node->names[i]->text, node->items[i]);
}

void template_output_resources(
	const char *bytes, size_t length, const char *output, struct texts *ids)
{
	AUTO(node_free) struct node *root = template_tree(bytes, length);
	const struct node *outputs = node_get(root, "Outputs");
	const struct node *value = node_get(node_get(outputs, output), "Value");
	struct origins origins = {node_get(root, "Parameters"), ids};

	if (!value)
		return;
	AUTO(node_free) struct node *plain = function_form(value);

	walk(&origins, plain);
}

struct removals {
	struct change *changes;
	size_t count, size;
	bool overflow;
};

static void add_removal(
	struct removals *removals, const char *id, const char *type, const char *policy)
{
	if (removals->count >= TEMPLATE_RESOURCES_LIMIT) {
		removals->overflow = true;
		return;
	}
	GROW(removals->changes, removals->size, removals->count + 1);
	removals->changes[removals->count++] = (struct change){
		.action = xstrdup("Remove"),
		.logical_id = xstrdup(id),
		.type = xstrdup(type),
		.policy_action = xstrdup(policy),
	};
}

static const char *text_of(const struct node *node)
{
	return node && node->kind == NODE_SCALAR && !node->tag ? node->text : "";
}

/* What CloudFormation does where the template is silent: databases of RDS are snapshotted, but for
 * those that belong to a cluster, which is. A policy that is a function may say anything. */
static const char *policy_of(const struct node *resource)
{
	static const char *const policies[] = {
		"Delete", "Retain", "RetainExceptOnCreate", "Snapshot"};
	const struct node *policy = node_get(resource, "DeletionPolicy");
	const char *type = text_of(node_get(resource, "Type"));
	const struct node *properties = node_get(resource, "Properties");

	for (size_t i = 0; i < COUNT(policies); i++)
		if (policy && strcmp(text_of(policy), policies[i]) == 0)
			return policies[i];
	if (policy)
		return "Delete";
	if (strcmp(type, "AWS::RDS::DBCluster") == 0)
		return "Snapshot";
	return strcmp(type, "AWS::RDS::DBInstance") == 0 &&
			       !node_get(properties, "DBClusterIdentifier")
		       ? "Snapshot"
		       : "Delete";
}

/* Fn::ForEach stands among the resources as a list whose last item has more of them. */
static void add_removals(struct removals *removals, const struct node *resources)
{
	for (size_t i = 0; i < resources->count; i++) {
		const struct node *resource = resources->items[i];
		const char *id = resources->names[i]->text;
		bool loop = text_starts(id, "Fn::ForEach") && resource->kind == NODE_LIST &&
			    resource->count;
		const struct node *more = loop ? resource->items[resource->count - 1] : NULL;

		if (more && more->kind == NODE_MAP)
			add_removals(removals, more);
		else if (text_starts(id, "Fn::"))
			add_removal(removals, id, "Fn::Transform", "Delete");
		else
			add_removal(removals, id, text_of(node_get(resource, "Type")),
				policy_of(resource));
	}
}

bool template_removals(const char *bytes, size_t length, struct change **changes, size_t *count)
{
	AUTO(node_free) struct node *root = template_tree(bytes, length);
	const struct node *resources = node_get(root, "Resources");
	struct removals removals = {0};

	*changes = NULL;
	*count = 0;
	if (resources && resources->kind == NODE_MAP)
		add_removals(&removals, resources);
	if (!removals.count || removals.overflow) {
		changes_free(removals.changes, removals.count);
		return false;
	}
	*changes = removals.changes;
	*count = removals.count;
	return true;
}
