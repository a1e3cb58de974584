#include <string.h>

#include "cloudformation/nested.h"
#include "cloudformation/operations.h"
#include "cloudformation/stacks.h"

static bool same_place(const struct stack *stack, const char *account, const char *region)
{
	return strcmp(stack->account, account) == 0 && strcmp(stack->region, region) == 0;
}

const struct stack_output *exports_find(const struct model *model, const char *account,
	const char *region, const char *name, const struct stack **exporter)
{
	for (size_t i = 0; i < model->stack_count; i++) {
		const struct stack *stack = model->stacks[i];

		if (!same_place(stack, account, region))
			continue;
		for (size_t j = 0; j < stack->outputs.count; j++) {
			const struct stack_output *output = &stack->outputs.items[j];

			if (!output->export_name || strcmp(output->export_name, name) != 0)
				continue;
			if (exporter)
				*exporter = stack;
			return output;
		}
	}
	return NULL;
}

const struct stack *exports_user(
	const struct model *model, const struct stack *exporter, const char *name)
{
	for (size_t i = 0; i < model->stack_count; i++) {
		const struct stack *stack = model->stacks[i];

		if (stack != exporter && same_place(stack, exporter->account, exporter->region) &&
			texts_have(&stack->imports, name))
			return stack;
	}
	return NULL;
}

bool exports_hold(const struct model *model, const struct stack *stack, char **reason)
{
	for (size_t i = 0; i < stack->outputs.count; i++) {
		const char *name = stack->outputs.items[i].export_name;
		const struct stack *user = name ? exports_user(model, stack, name) : NULL;

		if (!user)
			continue;
		*reason = xasprintf(model->options.delete_canceled_text
					    ? "Delete canceled. Cannot delete export %s as it is "
					      "in use by %s"
					    : "Export %s cannot be deleted as it is in use by %s",
			name, user->name);
		return true;
	}
	return false;
}

/* Exports that other stacks use must stay as they are, and new ones must be free. */
void exports_check(const struct model *model, struct stack *stack)
{
	struct operation *operation = stack->operation;
	const struct stack_outputs *after = &operation->transition.outputs;

	for (size_t i = 0; i < after->count && !operation->failure; i++) {
		const char *name = after->items[i].export_name;
		const struct stack *other = NULL;

		if (name && exports_find(model, stack->account, stack->region, name, &other) &&
			other != stack)
			operation->failure =
				xasprintf("Export with name %s is already exported by stack %s",
					name, other->name);
	}
	for (size_t i = 0; i < stack->outputs.count && !operation->failure; i++) {
		const struct stack_output *old = &stack->outputs.items[i];
		const struct stack *user =
			old->export_name ? exports_user(model, stack, old->export_name) : NULL;
		const struct stack_output *now = NULL;

		if (!user)
			continue;
		for (size_t j = 0; j < after->count; j++)
			if (after->items[j].export_name &&
				strcmp(after->items[j].export_name, old->export_name) == 0)
				now = &after->items[j];
		if (!now || strcmp(now->value, old->value) != 0)
			operation->failure =
				xasprintf("Export %s cannot be %s as it is in use by %s",
					old->export_name, now ? "updated" : "deleted", user->name);
	}
}

static const char *export_value(void *owner, const char *name)
{
	const struct evaluation *evaluation = owner;
	const struct stack *stack = evaluation->stack;
	const struct stack_output *output =
		exports_find(evaluation->model, stack->account, stack->region, name, NULL);

	return output ? output->value : NULL;
}

static const char *ssm_value(void *owner, const char *name)
{
	const struct evaluation *evaluation = owner;

	return pairs_get(&evaluation->model->ssm, name);
}

static uint64_t random_number(void *owner)
{
	return model_random(((struct evaluation *)owner)->model);
}

void evaluation_begin(struct evaluation *evaluation, struct model *model, const struct stack *stack,
	const struct deployment *deployment)
{
	bool china = text_starts(stack->region, "cn-");

	*evaluation = (struct evaluation){.model = model, .stack = stack, .deployment = deployment};
	evaluation->environment = (struct environment){
		.partition = china                                   ? "aws-cn"
			     : text_starts(stack->region, "us-gov-") ? "aws-us-gov"
								     : "aws",
		.url_suffix = china ? "amazonaws.com.cn" : "amazonaws.com",
		.account = stack->account,
		.region = stack->region,
		.stack_name = stack->name,
		.stack_id = stack->id,
		.notification_arns = deployment ? &deployment->notification_arns : NULL,
		.arguments = deployment ? &deployment->arguments : NULL,
		.owner = evaluation,
		.export_value = export_value,
		.ssm_value = ssm_value,
		.random = random_number,
		.plan_nested = nested_plan_stack,
	};
}
