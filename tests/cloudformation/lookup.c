#include "cloudformation/lookup.h"

#include <string.h>

#include "cloudformation/faults.h"
#include "cloudformation/form.h"

static void refuse_missing(struct exchange *exchange, enum no_stack kind, const char *name)
{
	switch (kind) {
	case BY_ID:
		invalid(exchange, "Stack with id %s does not exist", name);
		break;
	case BY_BRACKETS:
		invalid(exchange, "Stack [%s] does not exist", name);
		break;
	case BY_QUOTES:
		invalid(exchange, "Stack '%s' does not exist", name);
		break;
	case BY_COLON:
		invalid(exchange, "Stack: %s does not exist", name);
		break;
	}
}

struct stack *lookup_stack(struct exchange *exchange, enum no_stack kind)
{
	const char *name = field(exchange, "StackName");
	struct stack *stack =
		stacks_find(exchange->model, exchange->account, exchange->region, name);

	if (!stack)
		refuse_missing(exchange, kind, name);
	return stack;
}

struct stack *lookup_for_read(struct exchange *exchange, enum no_stack kind, uint64_t *moment_ms)
{
	struct stack *stack = lookup_stack(exchange, kind);

	if (!stack)
		return NULL;
	*moment_ms = stale_moment(exchange->model, stack, exchange->now_ms);
	if (stack->created_ms <= *moment_ms)
		return stack;
	refuse_missing(exchange, kind, field(exchange, "StackName"));
	return NULL;
}

static struct change_set *find_change_set(
	const struct stack *stack, const char *name_or_id, uint64_t moment_ms)
{
	bool is_id = text_starts(name_or_id, "arn:");

	for (size_t i = stack->change_set_count; i-- > 0;) {
		struct change_set *set = stack->change_sets[i];

		if (set->deleted || set->created_ms > moment_ms)
			continue;
		if (strcmp(is_id ? set->id : set->name, name_or_id) == 0)
			return set;
	}
	return NULL;
}

static struct change_set *find_by_id(struct exchange *exchange, const char *id, bool is_read,
	struct stack **stack, uint64_t *moment_ms)
{
	const struct model *model = exchange->model;

	for (size_t i = 0; i < model->stack_count; i++) {
		struct stack *candidate = model->stacks[i];

		if (strcmp(candidate->account, exchange->account) != 0 ||
			strcmp(candidate->region, exchange->region) != 0)
			continue;
		struct change_set *set = find_change_set(candidate, id, UINT64_MAX);

		if (!set)
			continue;
		*stack = candidate;
		if (is_read)
			*moment_ms = stale_moment(exchange->model, candidate, exchange->now_ms);
		return set->created_ms <= *moment_ms ? set : NULL;
	}
	return NULL;
}

struct change_set *lookup_change_set(
	struct exchange *exchange, bool is_read, uint64_t *moment_ms, struct stack **stack)
{
	const char *name = field(exchange, "ChangeSetName");
	struct change_set *set = NULL;

	*moment_ms = exchange->now_ms;
	*stack = NULL;
	if (text_starts(name, "arn:")) {
		set = find_by_id(exchange, name, is_read, stack, moment_ms);
	} else if (!field(exchange, "StackName")) {
		invalid(exchange,
			"StackName must be specified if ChangeSetName is not specified as an ARN.");
		return NULL;
	} else {
		*stack = is_read ? lookup_for_read(exchange, BY_BRACKETS, moment_ms)
				 : lookup_stack(exchange, BY_BRACKETS);
		if (!*stack)
			return NULL;
		set = find_change_set(*stack, name, *moment_ms);
	}
	if (!set)
		refuse(exchange, 404, "ChangeSetNotFound", "ChangeSet [%s] does not exist", name);
	return set;
}

bool check_updatable(struct exchange *exchange, const struct stack *stack)
{
	const struct stack *busy = stacks_busy(stack);
	bool keeps_failure =
		form_true(&exchange->fields, "DisableRollback") && stack->disable_rollback;

	if (stacks_is(stack, "REVIEW_IN_PROGRESS") && !exchange->model->options.other_texts)
		return invalid(exchange, "Stack [%s] does not exist", stack->name);
	/* What a stack above it plans to do counts on this one as it is. */
	if (busy)
		return invalid(exchange, "Stack:%s is in %s state and can not be updated.",
			busy->id, busy->status);
	if (stacks_is_updatable(stack) || (stacks_is(stack, "IMPORT_ROLLBACK_FAILED") &&
						  exchange->model->options.import_failure_open))
		return true;
	if (keeps_failure &&
		(stacks_is(stack, "CREATE_FAILED") || stacks_is(stack, "UPDATE_FAILED")))
		return true;
	return invalid(exchange, "Stack:%s is in %s state and can not be updated.", stack->id,
		stack->status);
}
