#include "cloudformation/evaluator.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "cloudformation/arguments.h"
#include "cloudformation/resource_type.h"

void evaluator_done(struct evaluator *evaluator)
{
	pairs_done(&evaluator->conditions);
	texts_done(&evaluator->imports);
}

bool evaluator_is_active(const struct evaluator *evaluator, const struct node *member)
{
	const struct node *condition = node_get(member, "Condition");
	const char *truth = condition ? pairs_get(&evaluator->conditions, condition->text) : NULL;

	return !condition || (truth && strcmp(truth, "true") == 0);
}

bool is_unknown(const char *text)
{
	return strstr(text, EVALUATE_UNKNOWN) != NULL;
}

static struct node *list_of(const char *value)
{
	AUTO_DONE(texts_done) struct texts items = {0};
	struct node *list = node_list(NULL);

	argument_split(value, &items);
	for (size_t i = 0; i < items.count; i++)
		node_append(list, node_scalar(items.items[i], false, NULL));
	return list;
}

static struct node *notification_arns(const struct environment *environment)
{
	const struct texts *arns = environment->notification_arns;
	struct node *list = node_list(NULL);

	for (size_t i = 0; arns && i < arns->count; i++)
		node_append(list, node_scalar(arns->items[i], false, NULL));
	return list;
}

/* True where name is a pseudo parameter: *out is its value then. */
static bool pseudo_parameter(
	const struct environment *environment, const char *name, struct node **out)
{
	const struct {
		const char *name, *value;
	} rows[] = {
		{"AWS::AccountId", environment->account},
		{"AWS::Partition", environment->partition},
		{"AWS::Region", environment->region},
		{"AWS::StackId", environment->stack_id},
		{"AWS::StackName", environment->stack_name},
		{"AWS::URLSuffix", environment->url_suffix},
	};

	*out = NULL;
	if (strcmp(name, "AWS::NoValue") == 0)
		return true;
	if (strcmp(name, "AWS::NotificationARNs") == 0)
		*out = notification_arns(environment);
	for (size_t i = 0; i < COUNT(rows) && !*out; i++)
		if (strcmp(rows[i].name, name) == 0)
			*out = node_scalar(rows[i].value ? rows[i].value : "", false, NULL);
	return *out != NULL;
}

static bool unresolved(const char *name, struct error *e)
{
	return error_set(e, ERROR_INVALID,
		"Template format error: Unresolved resource dependencies [%s] in the Resources "
		"block of "
		"the template",
		name);
}

bool evaluate_ref(struct evaluator *evaluator, const char *name, struct node **out, struct error *e)
{
	const struct node *parameter =
		node_get(blueprint_section(evaluator->blueprint, "Parameters"), name);
	const struct argument *argument = arguments_find(evaluator->environment->arguments, name);
	const struct resource *resource = resources_find(evaluator->resources, name);

	if (pseudo_parameter(evaluator->environment, name, out))
		return true;
	if (parameter && argument) {
		AUTO(free_text) char *type = argument_value_type(parameter);
		const char *value = argument->resolved ? argument->resolved : argument->value;

		*out = argument_type_is_list(type) ? list_of(value)
						   : node_scalar(value, false, NULL);
		return true;
	}
	if (!resource)
		return unresolved(name, e);
	*out = node_scalar(resource->physical_id, false, NULL);
	return true;
}

bool evaluate_attribute(struct evaluator *evaluator, const char *name, const char *attribute,
	struct node **out, struct error *e)
{
	const struct resource *resource = resources_find(evaluator->resources, name);
	const char *value;

	if (!resource)
		return unresolved(name, e);
	value = pairs_get(&resource->attributes, attribute);
	if (value) {
		*out = resource_type_attribute_is_list(
			       resource_type_find(resource->type), attribute)
			       ? list_of(value)
			       : node_scalar(value, false, NULL);
		return true;
	}
	if (evaluator->environment->plan_nested && text_starts(attribute, "Outputs.") &&
		strcmp(resource->type, "AWS::CloudFormation::Stack") == 0) {
		*out = evaluator->preview ? node_scalar(EVALUATE_UNKNOWN, false, NULL) : NULL;
		return *out || error_set(e, ERROR_REFUSED, "Output '%s' not found in stack '%s'",
				       attribute + strlen("Outputs."), resource->physical_id);
	}
	AUTO(free_text)
	char *other = resource_other_attribute(resource, attribute, evaluator->environment);

	*out = node_scalar(other, false, NULL);
	return true;
}

static bool function_ref(struct evaluator *evaluator, const struct node *argument,
	struct node **out, struct error *e)
{
	if (argument->kind != NODE_SCALAR)
		return error_set(e, ERROR_INVALID,
			"Template format error: every Ref object must have a single String value.");
	return evaluate_ref(evaluator, argument->text, out, e);
}

static bool function_get_att(struct evaluator *evaluator, const struct node *argument,
	struct node **out, struct error *e)
{
	AUTO(free_text) char *attribute = NULL;

	if (argument->kind != NODE_LIST || argument->count != 2 ||
		argument->items[0]->kind != NODE_SCALAR || !argument->items[0]->length)
		return error_set(e, ERROR_INVALID,
			"Template error: every Fn::GetAtt object requires two non-empty "
			"parameters, the "
			"resource name and the resource attribute");
	return evaluate_text(evaluator, argument->items[1],
		       "Template error: every Fn::GetAtt object requires two non-empty parameters, "
		       "the resource name and the resource attribute",
		       &attribute, e) &&
	       evaluate_attribute(evaluator, argument->items[0]->text, attribute, out, e);
}

static bool function_if(struct evaluator *evaluator, const struct node *argument, struct node **out,
	struct error *e)
{
	const char *truth;

	if (argument->kind != NODE_LIST || argument->count != 3 ||
		argument->items[0]->kind != NODE_SCALAR)
		return error_set(e, ERROR_INVALID,
			"Template error: Fn::If requires a list argument with three elements");
	truth = pairs_get(&evaluator->conditions, argument->items[0]->text);
	if (!truth)
		return error_set(e, ERROR_INVALID,
			"Template error: unresolved condition dependency %s in Fn::If",
			argument->items[0]->text);
	return evaluate_value(
		evaluator, argument->items[strcmp(truth, "true") == 0 ? 1 : 2], out, e);
}

static const struct {
	const char *name;
	evaluate_function *run;
} functions[] = {
	{"Fn::Base64", function_base64},
	{"Fn::Cidr", function_cidr},
	{"Fn::FindInMap", function_find_in_map},
	{"Fn::GetAtt", function_get_att},
	{"Fn::GetAZs", function_get_azs},
	{"Fn::If", function_if},
	{"Fn::ImportValue", function_import_value},
	{"Fn::Join", function_join},
	{"Fn::Length", function_length},
	{"Fn::Select", function_select},
	{"Fn::Split", function_split},
	{"Fn::Sub", function_sub},
	{"Fn::ToJsonString", function_to_json_string},
	{"Ref", function_ref},
};

static bool evaluate_members(
	struct evaluator *evaluator, const struct node *node, struct node *to, struct error *e)
{
	for (size_t i = 0; i < node->count; i++) {
		struct node *value = NULL;

		if (!evaluate_value(evaluator, node->items[i], &value, e))
			return false;
		if (!value)
			continue;
		if (node->kind == NODE_MAP)
			node_put(to, node->names[i]->text, value);
		else
			node_append(to, value);
	}
	return true;
}

static bool call(struct evaluator *evaluator, const char *name, const struct node *argument,
	struct node **out, bool *called, struct error *e)
{
	for (size_t i = 0; i < COUNT(functions); i++) {
		if (strcmp(functions[i].name, name) == 0) {
			*called = true;
			return functions[i].run(evaluator, argument, out, e);
		}
	}
	return true;
}

bool evaluate_value(
	struct evaluator *evaluator, const struct node *node, struct node **out, struct error *e)
{
	const struct node *argument = NULL;
	const char *function = function_of(node, &argument);
	bool called = false;

	*out = NULL;
	if (evaluator->nodes++ > EVALUATE_NODES)
		return error_set(
			e, ERROR_INVALID, "Template error: the template evaluates to too much");
	if (function && !call(evaluator, function, argument, out, &called, e))
		return false;
	if (called)
		return true;
	if (node->kind == NODE_SCALAR) {
		*out = node_scalar(node->text, node->plain, NULL);
		return true;
	}
	AUTO(node_free)
	struct node *to = node->kind == NODE_MAP ? node_map(NULL) : node_list(NULL);

	if (!evaluate_members(evaluator, node, to, e))
		return false;
	*out = take(to);
	return true;
}

bool evaluate_text(struct evaluator *evaluator, const struct node *node, const char *what,
	char **out, struct error *e)
{
	AUTO(node_free) struct node *value = NULL;

	*out = NULL;
	if (!evaluate_value(evaluator, node, &value, e))
		return false;
	if (!value || value->kind != NODE_SCALAR)
		return error_set(e, ERROR_INVALID, "%s", what);
	*out = xstrdup(value->text);
	return true;
}

bool evaluate_arguments(struct evaluator *evaluator, const struct node *argument, size_t least,
	size_t most, const char *usage, struct node **out, struct error *e)
{
	AUTO(node_free) struct node *list = NULL;

	*out = NULL;
	if (argument->kind == NODE_LIST && argument->count >= least && argument->count <= most) {
		if (!evaluate_value(evaluator, argument, &list, e))
			return false;
		if (list && list->kind == NODE_LIST && list->count >= least) {
			*out = take(list);
			return true;
		}
	}
	return error_set(e, ERROR_INVALID, "Template error: %s", usage);
}

bool list_texts(const struct node *list, struct texts *out)
{
	if (list->kind == NODE_SCALAR)
		texts_add(out, list->text);
	for (size_t i = 0; list->kind == NODE_LIST && i < list->count; i++) {
		if (list->items[i]->kind != NODE_SCALAR)
			return false;
		texts_add(out, list->items[i]->text);
	}
	return list->kind != NODE_MAP;
}
