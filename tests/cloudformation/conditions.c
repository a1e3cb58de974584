#include <string.h>

#include "base/memory.h"
#include "cloudformation/evaluator.h"

static bool set_usage(const char *function, const char *usage, struct error *e)
{
	return error_set(
		e, ERROR_INVALID, "Template error: every %s object requires %s.", function, usage);
}

/* Fn::And and Fn::Or: `stop` decides. All are evaluated, so that faults don't hide. */
static bool combine(struct evaluator *evaluator, const char *function, const struct node *list,
	bool *out, struct error *e)
{
	bool stop = strcmp(function, "Fn::Or") == 0;

	if (list->kind != NODE_LIST || list->count < 2 || list->count > 10)
		return set_usage(
			function, "a list of at least 2 and at most 10 boolean parameters", e);
	*out = !stop;
	for (size_t i = 0; i < list->count; i++) {
		bool item;

		if (!evaluate_condition(evaluator, list->items[i], &item, e))
			return false;
		if (item == stop)
			*out = stop;
	}
	return true;
}

static bool negate(struct evaluator *evaluator, const struct node *list, bool *out, struct error *e)
{
	if (list->kind != NODE_LIST || list->count != 1)
		return set_usage("Fn::Not", "one boolean parameter", e);
	if (!evaluate_condition(evaluator, list->items[0], out, e))
		return false;
	*out = !*out;
	return true;
}

/* Compares any two values; AWS compares texts. */
static bool equals(struct evaluator *evaluator, const struct node *list, bool *out, struct error *e)
{
	AUTO(node_free) struct node *values = NULL;

	if (!evaluate_arguments(evaluator, list, 2, 2,
		    "every Fn::Equals object requires a list of 2 string parameters.", &values, e))
		return false;
	AUTO(free_text) char *a = canonical_json(values->items[0]);
	AUTO(free_text) char *b = canonical_json(values->items[1]);

	*out = strcmp(a, b) == 0;
	return true;
}

static bool named(struct evaluator *evaluator, const struct node *name, bool *out, struct error *e)
{
	const char *truth =
		name->kind == NODE_SCALAR ? pairs_get(&evaluator->conditions, name->text) : NULL;

	if (!truth)
		return error_set(e, ERROR_INVALID,
			"Template format error: Unresolved condition dependency %s in the "
			"Conditions "
			"block of the template",
			name->kind == NODE_SCALAR ? name->text : node_describe(name));
	*out = strcmp(truth, "true") == 0;
	return true;
}

bool evaluate_condition(
	struct evaluator *evaluator, const struct node *node, bool *out, struct error *e)
{
	const struct node *argument = NULL;
	const char *function = function_of(node, &argument);
	AUTO(free_text) char *text = NULL;

	if (function && (strcmp(function, "Fn::And") == 0 || strcmp(function, "Fn::Or") == 0))
		return combine(evaluator, function, argument, out, e);
	if (function && strcmp(function, "Fn::Not") == 0)
		return negate(evaluator, argument, out, e);
	if (function && strcmp(function, "Fn::Equals") == 0)
		return equals(evaluator, argument, out, e);
	if (function && strcmp(function, "Condition") == 0)
		return named(evaluator, argument, out, e);
	if (!evaluate_text(evaluator, node,
		    "Template format error: Conditions can only be boolean operations on "
		    "parameters "
		    "and other conditions",
		    &text, e))
		return false;
	if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
		return error_set(e, ERROR_INVALID,
			"Template format error: Conditions can only be boolean operations on "
			"parameters and other conditions");
	*out = strcmp(text, "true") == 0;
	return true;
}

static bool evaluate_conditions(struct evaluator *evaluator, struct error *e)
{
	const struct node *section = blueprint_section(evaluator->blueprint, "Conditions");
	struct references how = {.in_conditions = true};
	size_t *order = xcalloc(section ? section->count + 1 : 1, sizeof(*order));
	bool good = !section || order_section(section, &how, order, e);

	for (size_t i = 0; good && section && i < section->count; i++) {
		bool truth = false;

		good = evaluate_condition(evaluator, section->items[order[i]], &truth, e);
		pairs_add(&evaluator->conditions, section->names[order[i]]->text,
			truth ? "true" : "false");
	}
	free(order);
	return good;
}

bool evaluator_init(struct evaluator *evaluator, const struct blueprint *blueprint,
	const struct environment *environment, bool preview, struct error *e)
{
	*evaluator = (struct evaluator){
		.blueprint = blueprint, .environment = environment, .preview = preview};
	return evaluate_conditions(evaluator, e);
}
