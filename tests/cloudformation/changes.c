/* CreateStack, UpdateStack, DeleteStack and their kin. */
#include <stdlib.h>
#include <string.h>

#include "cloudformation/form.h"
#include "cloudformation/ledger.h"
#include "cloudformation/lookup.h"
#include "cloudformation/operations.h"
#include "cloudformation/submission.h"
#include "cloudformation/xml.h"

static void answer_operation(
	struct exchange *exchange, const struct stack *stack, const char *operation_id)
{
	xml_text(&exchange->result, "StackId", stack->id);
	if (exchange->model->options.operation_ids)
		xml_text(&exchange->result, "OperationId", operation_id);
}

/* The stack that holds the name. A pending review gives way to CreateStack, and keeps its id. */
static bool name_is_free(struct exchange *exchange, struct stack **review)
{
	const char *name = field(exchange, "StackName");
	const struct model *model = exchange->model;
	struct stack *holder = stacks_find(model, exchange->account, exchange->region, name);
	size_t count = 0;

	*review = holder && stacks_is(holder, "REVIEW_IN_PROGRESS") ? holder : NULL;
	if (holder && !*review)
		return refuse(
			exchange, 400, "AlreadyExistsException", "Stack [%s] already exists", name);
	for (size_t i = 0; i < model->stack_count; i++)
		count += strcmp(model->stacks[i]->account, exchange->account) == 0 &&
			 strcmp(model->stacks[i]->region, exchange->region) == 0 &&
			 !stacks_is(model->stacks[i], "DELETE_COMPLETE");
	if (count >= model->options.stack_limit && !*review)
		return refuse(exchange, 400, "LimitExceededException",
			"Limit for stack has been exceeded");
	return true;
}

static bool read_failure_policy(struct exchange *exchange, enum on_failure *out)
{
	const char *on_failure = field(exchange, "OnFailure");
	const char *disable = field(exchange, "DisableRollback");

	if (on_failure && disable)
		return invalid(exchange,
			"Either DisableRollback or OnFailure can be specified, not both.");
	*out = ON_FAILURE_ROLLBACK;
	if (form_true(&exchange->fields, "DisableRollback") ||
		(on_failure && strcmp(on_failure, "DO_NOTHING") == 0))
		*out = ON_FAILURE_NOTHING;
	else if (on_failure && strcmp(on_failure, "DELETE") == 0)
		*out = ON_FAILURE_DELETE;
	return true;
}

static void make_obsolete(struct stack *stack)
{
	for (size_t i = 0; i < stack->change_set_count; i++) {
		struct change_set *set = stack->change_sets[i];

		if (set->execution == EXECUTION_AVAILABLE)
			set->execution = EXECUTION_OBSOLETE;
	}
}

static void begin_create(struct exchange *exchange, struct stack *stack,
	struct deployment *deployment, struct transition *transition, enum on_failure on_failure)
{
	const char *timeout = field(exchange, "TimeoutInMinutes");
	AUTO(free_text) char *operation_id = model_uuid(exchange->model);

	replace_text(&stack->created_by, exchange->access_key);
	stack->disable_rollback = on_failure == ON_FAILURE_NOTHING;
	stack->protected = form_true(&exchange->fields, "EnableTerminationProtection");
	stack->timeout_minutes = timeout ? (unsigned)strtoul(timeout, NULL, 10) : 0;
	replace_text(&stack->policy, field(exchange, "StackPolicyBody"));
	replace_text(&stack->description, blueprint_summary(deployment->blueprint)->description);
	make_obsolete(stack);
	size_t entry = ledger_add(exchange, stack, NULL);

	ledger_changed(exchange->model, entry);
	struct beginning beginning = {
		.kind = OPERATION_CREATE,
		.validate = !form_true(&exchange->fields, "DisableValidation"),
		.timeout_ms = stack->timeout_minutes * UINT64_C(60000),
		.retain_except_on_create = form_true(&exchange->fields, "RetainExceptOnCreate"),
		.token = field(exchange, "ClientRequestToken"),
		.operation_id = operation_id,
		.on_failure = on_failure,
		.deployed = stacks_keep(stack, deployment),
		.entry = entry,
		.takes = transition,
	};

	answer_operation(exchange, stack, operation_id);
	token_keep(exchange, "ClientRequestToken", stack);
	operations_begin(exchange->model, stack, exchange->now_ms, &beginning);
}

void create_stack(struct exchange *exchange)
{
	struct model *model = exchange->model;
	enum on_failure on_failure = ON_FAILURE_ROLLBACK;
	struct stack *review = NULL;
	AUTO_DONE(transition_done) struct transition transition = {0};

	if (token_seen(exchange, "ClientRequestToken") ||
		!read_failure_policy(exchange, &on_failure) || !name_is_free(exchange, &review))
		return;
	struct stack *stack = review ? review
				     : stacks_new(model, exchange->account, exchange->region,
					       field(exchange, "StackName"), exchange->now_ms);
	AUTO(deployment_free)
	struct deployment *deployment = submission_read(exchange, stack, false);

	if (deployment &&
		submission_plan(exchange, stack,
			&(struct submission){.deployment = deployment, .mode = TRANSITION_EXECUTE},
			&transition)) {
		if (!review)
			stacks_insert(model, stack);
		begin_create(exchange, stack, take(deployment), &transition, on_failure);
	} else if (!review) {
		stacks_free(stack);
	}
}

static bool has_nested(const struct stack *stack)
{
	for (size_t i = 0; i < stack->resources.count; i++)
		if (strcmp(stack->resources.items[i].type, "AWS::CloudFormation::Stack") == 0)
			return true;
	return false;
}

void update_stack(struct exchange *exchange)
{
	AUTO_DONE(transition_done) struct transition transition = {0};
	AUTO(free_text) char *operation_id = model_uuid(exchange->model);

	if (token_seen(exchange, "ClientRequestToken"))
		return;
	struct stack *stack = lookup_stack(exchange, BY_ID);

	if (!stack || !check_updatable(exchange, stack))
		return;
	AUTO(deployment_free)
	struct deployment *deployment = submission_read(exchange, stack, true);

	if (!deployment ||
		!submission_plan(exchange, stack,
			&(struct submission){.deployment = deployment, .mode = TRANSITION_EXECUTE},
			&transition))
		return;
	if (!transition.differs && !deployment_differs(deployment, stack->live) &&
		!(exchange->model->options.nested_always_updates && has_nested(stack))) {
		invalid(exchange, "No updates are to be performed.");
		return;
	}
	size_t entry = ledger_add(exchange, stack, NULL);

	ledger_changed(exchange->model, entry);
	ledger_losses(exchange->model, entry, stack, &transition);
	stack->disable_rollback = form_true(&exchange->fields, "DisableRollback");
	replace_text(&stack->change_set_id, NULL);
	make_obsolete(stack);
	struct beginning beginning = {
		.kind = OPERATION_UPDATE,
		.validate = !form_true(&exchange->fields, "DisableValidation"),
		.retain_except_on_create = form_true(&exchange->fields, "RetainExceptOnCreate"),
		.token = field(exchange, "ClientRequestToken"),
		.operation_id = operation_id,
		.on_failure = stack->disable_rollback ? ON_FAILURE_NOTHING : ON_FAILURE_ROLLBACK,
		.deployed = stacks_keep(stack, take(deployment)),
		.entry = entry,
		.takes = &transition,
	};

	answer_operation(exchange, stack, operation_id);
	token_keep(exchange, "ClientRequestToken", stack);
	operations_begin(exchange->model, stack, exchange->now_ms, &beginning);
}

/* Whether something goes on that can't be given up for a delete. */
static bool is_occupied(const struct model *model, const struct stack *stack)
{
	static const char *const rolling_back[] = {"UPDATE_ROLLBACK_IN_PROGRESS",
		"UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", "IMPORT_IN_PROGRESS",
		"IMPORT_ROLLBACK_IN_PROGRESS"};
	const struct stack *busy = stacks_busy(stack);

	if (stacks_is(stack, "IMPORT_ROLLBACK_FAILED") && model->options.import_failure_open)
		return true;
	for (size_t i = 0; i < COUNT(rolling_back); i++)
		if (busy == stack && stacks_is(stack, rolling_back[i]))
			return !model->options.delete_during_rollback;
	return busy && (busy != stack || text_starts(stack->status, "UPDATE_") ||
			       !model->options.delete_while_running);
}

static bool check_deletable(struct exchange *exchange, const struct stack *stack)
{
	const struct model *model = exchange->model;
	const char *mode = field(exchange, "DeletionMode");
	const struct stack *busy = stacks_busy(stack);
	char *reason = NULL;

	if (is_occupied(model, stack))
		return invalid(exchange, "Stack [%s] cannot be deleted while in status %s",
			busy ? busy->id : stack->id, busy ? busy->status : stack->status);
	if (stacks_root(stack)->protected)
		return invalid(exchange,
			"Stack [%s] cannot be deleted while TerminationProtection is enabled",
			field(exchange, "StackName"));
	if (!stacks_is(stack, "DELETE_FAILED") &&
		(form_item_count(&exchange->fields, "RetainResources") ||
			(mode && strcmp(mode, "FORCE_DELETE_STACK") == 0)))
		return invalid(exchange,
			"Invalid operation on stack [%s]. When you delete a stack, specify which "
			"resources to retain only when the stack is in the DELETE_FAILED state.",
			stack->id);
	if (model->options.export_blocks_delete && exports_hold(model, stack, &reason)) {
		invalid(exchange, "%s", reason);
		free(reason);
		return false;
	}
	return true;
}

void delete_stack(struct exchange *exchange)
{
	struct model *model = exchange->model;
	const char *mode = field(exchange, "DeletionMode");
	AUTO_DONE(texts_done) struct texts retain = {0};
	AUTO(free_text) char *operation_id = model_uuid(model);
	struct stack *stack = stacks_find(
		model, exchange->account, exchange->region, field(exchange, "StackName"));

	if (stack && stacks_is(stack, "DELETE_IN_PROGRESS") &&
		model->options.delete_again_refused) {
		invalid(exchange, "Stack [%s] cannot be deleted while in status %s", stack->id,
			stack->status);
		return;
	}
	/* What isn't there, or on its way out, is no error. */
	if (token_seen(exchange, "ClientRequestToken") || !stack ||
		stacks_is(stack, "DELETE_COMPLETE") || stacks_is(stack, "DELETE_IN_PROGRESS") ||
		!check_deletable(exchange, stack))
		return;
	if (stack->operation)
		operations_abandon(model, stack, exchange->now_ms);
	form_texts(&exchange->fields, "RetainResources", &retain);
	make_obsolete(stack);
	struct beginning beginning = {
		.kind = OPERATION_DELETE,
		.token = field(exchange, "ClientRequestToken"),
		.operation_id = operation_id,
		.retain = &retain,
		.force_delete = mode && strcmp(mode, "FORCE_DELETE_STACK") == 0,
		.entry = ledger_add(exchange, stack, NULL),
	};

	token_keep(exchange, "ClientRequestToken", stack);
	operations_begin(model, stack, exchange->now_ms, &beginning);
}
