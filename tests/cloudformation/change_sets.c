/* CreateChangeSet. */
#include "cloudformation/change_sets.h"

#include <string.h>

#include "cloudformation/form.h"
#include "cloudformation/imports.h"
#include "cloudformation/ledger.h"
#include "cloudformation/lookup.h"
#include "cloudformation/nested.h"
#include "cloudformation/operation_events.h"
#include "cloudformation/submission.h"
#include "cloudformation/xml.h"

static const char no_changes[] = "The submitted information didn't contain changes. Submit "
				 "different information to create a change set.";

bool change_set_is_active(const struct change_set *set)
{
	return !set->deleted &&
	       (set->execution == EXECUTION_UNAVAILABLE || set->execution == EXECUTION_AVAILABLE ||
		       set->execution == EXECUTION_OBSOLETE);
}

const char *change_set_status_at(const struct change_set *set, uint64_t moment_ms)
{
	if (moment_ms < set->ready_ms)
		return moment_ms == set->created_ms ? "CREATE_PENDING" : "CREATE_IN_PROGRESS";
	return set->status == CHANGE_SET_FAILED ? "FAILED" : "CREATE_COMPLETE";
}

const char *change_set_execution_at(const struct change_set *set, uint64_t moment_ms)
{
	static const char *const names[] = {
		[EXECUTION_UNAVAILABLE] = "UNAVAILABLE",
		[EXECUTION_AVAILABLE] = "AVAILABLE",
		[EXECUTION_RUNNING] = "EXECUTE_IN_PROGRESS",
		[EXECUTION_COMPLETE] = "EXECUTE_COMPLETE",
		[EXECUTION_FAILED] = "EXECUTE_FAILED",
		[EXECUTION_OBSOLETE] = "OBSOLETE",
	};

	return names[moment_ms < set->ready_ms ? EXECUTION_UNAVAILABLE : set->execution];
}

static struct stack *stack_to_update(struct exchange *exchange)
{
	struct stack *stack = lookup_stack(exchange, BY_BRACKETS);

	return stack && check_updatable(exchange, stack) ? stack : NULL;
}

/* For ChangeSetType=CREATE: a pending review goes on, else there is a new stack. NULL: refused. */
static struct stack *stack_to_create(struct exchange *exchange, bool *is_new)
{
	const char *name = field(exchange, "StackName");
	struct stack *stack =
		stacks_find(exchange->model, exchange->account, exchange->region, name);
	size_t count = form_item_count(&exchange->fields, "Parameters");

	*is_new = false;
	for (size_t i = 1; i <= count; i++) {
		const char *previous =
			form_item(&exchange->fields, "Parameters", i, "UsePreviousValue");

		if (previous && strcmp(previous, "true") == 0) {
			invalid(exchange, "Cannot specify UsePreviousValue on Parameters when "
					  "ChangeSetType is CREATE");
			return NULL;
		}
	}
	if (stack && stacks_is(stack, "REVIEW_IN_PROGRESS"))
		return stack;
	if (stack)
		invalid(exchange,
			"Stack [%s] already exists and cannot be created again with the changeSet "
			"[%s].",
			name, field(exchange, "ChangeSetName"));
	else if (text_starts(name, "arn:"))
		invalid(exchange, "Stack [%s] does not exist", name);
	if (stack || text_starts(name, "arn:"))
		return NULL;
	*is_new = true;
	stack = stacks_new(
		exchange->model, exchange->account, exchange->region, name, exchange->now_ms);
	stack->created_by = xstrdup(exchange->access_key);
	return stack;
}

static void answer(struct exchange *exchange, const struct stack *stack, const char *id)
{
	xml_text(&exchange->result, "Id", id);
	xml_text(&exchange->result, "StackId", stack->id);
}

/* The name may be taken, or there may be too many. True: go on. */
static bool name_is_free(struct exchange *exchange, const struct stack *stack)
{
	const char *name = field(exchange, "ChangeSetName");
	struct digest digest = submitted_digest(&exchange->fields, false);
	size_t active = 0;

	for (size_t i = 0; i < stack->change_set_count; i++) {
		const struct change_set *set = stack->change_sets[i];

		if (!change_set_is_active(set))
			continue;
		active++;
		if (strcmp(set->name, name) != 0)
			continue;
		if (digest_equal(&digest, &set->digest)) {
			answer(exchange, stack, set->id);
			return false;
		}
		return refuse(exchange, 400, "AlreadyExistsException",
			"ChangeSet %s cannot be created due to a mismatch with existing attribute "
			"Template",
			name);
	}
	if (active >= exchange->model->options.change_set_limit)
		return refuse(exchange, 400, "LimitExceededException",
			"ChangeSet limit exceeded for stack %s", stack->id);
	return true;
}

static void keep_changes(struct change_set *set, const struct transition *transition)
{
	set->change_count = transition->change_count;
	set->changes = xcalloc(set->change_count, sizeof(*set->changes));
	set->changes_with_values = xcalloc(set->change_count, sizeof(*set->changes_with_values));
	for (size_t i = 0; i < set->change_count; i++) {
		render_change(&transition->changes[i], false, &set->changes[i]);
		render_change(&transition->changes[i], true, &set->changes_with_values[i]);
	}
}

/* Why it can't be executed, or NULL; the caller frees it. */
static char *find_fault(struct exchange *exchange, struct stack *stack, struct change_set *set,
	const struct transition *transition)
{
	bool differs = transition->differs || set->is_create ||
		       deployment_differs(set->deployment, stack->live);

	if (!differs)
		return xstrdup(exchange->model->options.no_updates_change_set || stack->has_nested
				       ? "No updates are to be performed."
				       : no_changes);
	if (!form_true(&exchange->fields, "DisableValidation") &&
		!operation_events_validate(exchange->model, stack, set, transition))
		return xstrdup(operation_events_hint);
	if (set->is_import)
		return imports_forbidden(transition);
	return nested_sets_make(exchange, set, transition);
}

void change_sets_judge(struct exchange *exchange, struct stack *stack, struct change_set *set,
	const struct transition *transition)
{
	operation_events_set(exchange->model, stack, set, exchange->now_ms, "IN_PROGRESS");
	set->status_reason = find_fault(exchange, stack, set, transition);
	set->status = set->status_reason ? CHANGE_SET_FAILED : CHANGE_SET_COMPLETE;
	set->execution = set->status_reason ? EXECUTION_UNAVAILABLE : EXECUTION_AVAILABLE;
	if (!set->status_reason)
		keep_changes(set, transition);
	operation_events_set(exchange->model, stack, set, set->ready_ms,
		set->status_reason ? "FAILED" : "SUCCEEDED");
}

struct change_set *change_sets_new(struct exchange *exchange, struct stack *stack, const char *name)
{
	struct change_set *set = stacks_add_change_set(stack);
	AUTO(free_text) char *uuid = model_uuid(exchange->model);

	set->name = xstrdup(name);
	set->id = xasprintf("arn:aws:cloudformation:%s:%s:changeSet/%s/%s", stack->region,
		stack->account, set->name, uuid);
	set->operation_id = model_uuid(exchange->model);
	set->created_ms = exchange->now_ms;
	set->ready_ms = exchange->now_ms + exchange->model->options.schedule.change_set_ms;
	pairs_set(&stack->last_operations, "CREATE_CHANGESET", set->operation_id);
	return set;
}

/* What is asked for, before the set is there. */
struct proposal {
	struct stack *stack;
	bool is_new; /* the stack isn't in the model yet */
	bool is_create, is_import;
	struct pairs imported;
	struct deployment *deployment;
	struct transition transition;
};

static void proposal_done(struct proposal *proposal)
{
	pairs_done(&proposal->imported);
	deployment_free(proposal->deployment);
	transition_done(&proposal->transition);
}

static struct change_set *add_change_set(struct exchange *exchange, struct proposal *proposal)
{
	struct stack *stack = proposal->stack;
	struct change_set *set = change_sets_new(exchange, stack, field(exchange, "ChangeSetName"));

	set->description = xstrdup(field(exchange, "Description"));
	set->on_stack_failure = xstrdup(field(exchange, "OnStackFailure"));
	set->include_nested = form_true(&exchange->fields, "IncludeNestedStacks");
	set->import_existing = form_true(&exchange->fields, "ImportExistingResources");
	set->is_create = proposal->is_create;
	set->is_import = proposal->is_import;
	pairs_copy(&set->imported, &proposal->imported);
	set->digest = submitted_digest(&exchange->fields, false);
	set->deployment = stacks_keep(stack, take(proposal->deployment));
	change_sets_judge(exchange, stack, set, &proposal->transition);
	set->entry = ledger_add(exchange, stack, set->name);
	ledger_losses(exchange->model, set->entry, stack, &proposal->transition);
	ledger_end(exchange->model, set->entry, set->ready_ms,
		change_set_status_at(set, set->ready_ms));
	return set;
}

static bool check_name(struct exchange *exchange)
{
	if (text_starts(field(exchange, "ChangeSetName"), "arn:"))
		return invalid(exchange,
			"1 validation error detected: Value '%s' at 'changeSetName' failed to "
			"satisfy constraint: Member must satisfy regular expression pattern: "
			"[a-zA-Z][-a-zA-Z0-9]*",
			field(exchange, "ChangeSetName"));
	return true;
}

static void find_stack(struct exchange *exchange, struct proposal *proposal)
{
	const char *type = field(exchange, "ChangeSetType");
	const struct stack *there = stacks_find(
		exchange->model, exchange->account, exchange->region, field(exchange, "StackName"));

	/* An import makes the stack, too, where there is none. */
	proposal->is_import = type && strcmp(type, "IMPORT") == 0;
	proposal->is_create =
		type && (strcmp(type, "CREATE") == 0 ||
				(proposal->is_import &&
					(!there || stacks_is(there, "REVIEW_IN_PROGRESS"))));
	proposal->stack = proposal->is_create ? stack_to_create(exchange, &proposal->is_new)
					      : stack_to_update(exchange);
}

static bool plan(struct exchange *exchange, struct proposal *proposal)
{
	struct stack *stack = proposal->stack;

	if (!name_is_free(exchange, stack))
		return false;
	proposal->deployment = submission_read(exchange, stack, !proposal->is_create);
	if (!proposal->deployment ||
		(proposal->is_import &&
			!imports_read(exchange, proposal->deployment, &proposal->imported)))
		return false;
	struct submission submission = {
		.deployment = proposal->deployment,
		.mode = TRANSITION_PREVIEW,
		.nested_seen = form_true(&exchange->fields, "IncludeNestedStacks"),
		.imported = &proposal->imported,
	};

	return submission_plan(exchange, stack, &submission, &proposal->transition);
}

void create_change_set(struct exchange *exchange)
{
	AUTO_DONE(proposal_done) struct proposal proposal = {0};

	if (!check_name(exchange) || token_seen(exchange, "ClientToken"))
		return;
	find_stack(exchange, &proposal);
	struct stack *stack = proposal.stack;

	if (!stack)
		return;
	if (!plan(exchange, &proposal)) {
		if (proposal.is_new)
			stacks_free(stack);
		return;
	}
	if (proposal.is_new)
		stacks_insert(exchange->model, stack);
	const struct change_set *set = add_change_set(exchange, &proposal);

	answer(exchange, stack, set->id);
	token_keep(exchange, "ClientToken", stack);
	if (proposal.is_new)
		stacks_move(exchange->model, stack, exchange->now_ms, "REVIEW_IN_PROGRESS",
			"User Initiated");
	else
		stacks_remember(exchange->model, stack, exchange->now_ms);
}
