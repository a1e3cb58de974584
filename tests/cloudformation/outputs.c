#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "cloudformation/planner.h"

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_output(const struct stack_output *a, const struct stack_output *b)
{
	return strcmp(a->name, b->name) == 0 && strcmp(a->value, b->value) == 0 &&
	       same_text(a->description, b->description) &&
	       same_text(a->export_name, b->export_name);
}

static bool is_in(const struct stack_outputs *outputs, const struct stack_output *output)
{
	for (size_t i = 0; outputs && i < outputs->count; i++)
		if (same_output(&outputs->items[i], output))
			return true;
	return false;
}

/* Their order doesn't count. */
static bool outputs_differ(const struct stack_outputs *before, const struct stack_outputs *after)
{
	if ((before ? before->count : 0) != after->count)
		return true;
	for (size_t i = 0; i < after->count; i++)
		if (!is_in(before, &after->items[i]))
			return true;
	return false;
}

static bool plan_output(struct planner *planner, const struct node *node,
	struct stack_output *output, struct error *e)
{
	const struct node *description = node_get(node, "Description");
	const struct node *export = node_get(node_get(node, "Export"), "Name");

	if (!evaluate_text(&planner->evaluator, node_get(node, "Value"),
		    "Template format error: The Value field of every Outputs member must evaluate "
		    "to a "
		    "String.",
		    &output->value, e))
		return false;
	if (description && description->kind == NODE_SCALAR)
		output->description = xstrdup(description->text);
	return !export || evaluate_text(&planner->evaluator, export,
				  "Template format error: The Name field of every Export member "
				  "must evaluate to "
				  "a String.",
				  &output->export_name, e);
}

bool plan_outputs(struct planner *planner, struct error *e)
{
	const struct node *section = blueprint_section(planner->evaluator.blueprint, "Outputs");
	struct stack_outputs *outputs = &planner->out->outputs;

	for (size_t i = 0; section && i < section->count; i++) {
		struct stack_output output = {.name = section->names[i]->text};
		struct error cause = {0};
		bool good;

		if (!evaluator_is_active(&planner->evaluator, section->items[i]))
			continue;
		good = plan_output(planner, section->items[i], &output, &cause);
		if (!good && cause.kind != ERROR_REFUSED)
			error_set(e, cause.kind, "%s", cause.text);
		else if (!good && !planner->out->output_failure)
			planner->out->output_failure = xstrdup(cause.text);
		if (good) {
			GROW(outputs->items, outputs->size, outputs->count + 1);
			output.name = xstrdup(output.name);
			outputs->items[outputs->count++] = output;
			continue;
		}
		free(output.value);
		free(output.description);
		free(output.export_name);
		if (cause.kind != ERROR_REFUSED)
			return false;
	}
	planner->out->outputs_differ = outputs_differ(planner->start->outputs, outputs);
	return true;
}
