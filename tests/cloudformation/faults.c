#include "cloudformation/faults.h"

#include <string.h>

static bool same(const char *wanted, const char *found)
{
	return !wanted || (found && strcmp(wanted, found) == 0);
}

/* The stack that a request is about, by name or id, or by its change set's id; "": none. */
static bool is_about(const struct exchange *exchange, const char *wanted)
{
	const char *name = field(exchange, "StackName");
	const char *set = field(exchange, "ChangeSetName");
	const struct model *model = exchange->model;

	if (!wanted || same(wanted, name ? name : ""))
		return true;
	for (size_t i = 0; i < model->stack_count; i++) {
		const struct stack *stack = model->stacks[i];

		if (!stacks_is_named(stack, wanted))
			continue;
		if (name && stacks_is_named(stack, name))
			return true;
		for (size_t j = 0; set && j < stack->change_set_count; j++)
			if (strcmp(stack->change_sets[j]->id, set) == 0)
				return true;
	}
	return false;
}

static double chance(struct model *model)
{
	return (double)(model_random(model) >> 11) / (double)(UINT64_C(1) << 53);
}

const struct fault *fault_take(struct exchange *exchange)
{
	struct model *model = exchange->model;

	for (size_t i = 0; i < model->fault_count; i++) {
		struct fault *fault = &model->faults[i];

		if ((!fault->forever && fault->count == 0) ||
			!same(fault->action, exchange->action) ||
			!same(fault->region, exchange->region) ||
			!same(fault->access_key, exchange->access_key) ||
			!is_about(exchange, fault->stack))
			continue;
		if (fault->skip) {
			fault->skip--;
			continue;
		}
		if (fault->chance < 1 && chance(model) >= fault->chance)
			continue;
		if (!fault->forever)
			fault->count--;
		return fault;
	}
	return NULL;
}

const struct resource_fault *resource_fault_take(
	struct model *model, const struct stack *stack, const char *logical_id, const char *kind)
{
	for (size_t i = 0; i < model->resource_fault_count; i++) {
		struct resource_fault *fault = &model->resource_faults[i];

		if ((!fault->forever && fault->count == 0) || strcmp(fault->kind, kind) != 0 ||
			!stacks_is_named(stack, fault->stack) || !same(fault->resource, logical_id))
			continue;
		if (!fault->forever)
			fault->count--;
		return fault;
	}
	return NULL;
}

uint64_t stale_moment(struct model *model, const struct stack *stack, uint64_t now_ms)
{
	uint64_t limit_ms = model->options.stale_ms;
	bool fixed = false;

	for (size_t i = 0; i < model->stale_count; i++) {
		if (!stacks_is_named(stack, model->stale[i].stack))
			continue;
		limit_ms = model->stale[i].ms;
		fixed = model->stale[i].fixed;
	}
	uint64_t lag_ms = !limit_ms || fixed ? limit_ms : model_random(model) % (limit_ms + 1);

	return lag_ms < now_ms ? now_ms - lag_ms : 0;
}

static void clear_requests(struct model *model)
{
	for (size_t i = 0; i < model->fault_count; i++) {
		struct fault *fault = &model->faults[i];

		free(fault->kind);
		free(fault->action);
		free(fault->stack);
		free(fault->region);
		free(fault->access_key);
	}
	for (size_t i = 0; i < model->later_count; i++) {
		struct later *later = &model->later[i];

		free(later->access_key);
		free(later->region);
		free(later->form);
	}
	model->fault_count = 0;
	model->later_count = 0;
}

void faults_clear(struct model *model)
{
	clear_requests(model);
	for (size_t i = 0; i < model->resource_fault_count; i++) {
		struct resource_fault *fault = &model->resource_faults[i];

		free(fault->kind);
		free(fault->stack);
		free(fault->resource);
		free(fault->reason);
	}
	for (size_t i = 0; i < model->stale_count; i++)
		free(model->stale[i].stack);
	for (size_t i = 0; i < model->shown_count; i++) {
		free(model->shown[i].stack);
		free(model->shown[i].status);
	}
	model->shown_count = 0;
	model->resource_fault_count = 0;
	model->stale_count = 0;
}
