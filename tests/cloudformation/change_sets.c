/* CreateChangeSet. */
#include "cloudformation/change_sets.h"

#include <string.h>

#include "cloudformation/form.h"
#include "cloudformation/ledger.h"
#include "cloudformation/lookup.h"
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

static void judge(struct exchange *exchange, const struct stack *stack, struct change_set *set,
	const struct transition *transition)
{
	bool differs = transition->differs || set->is_create ||
		       deployment_differs(set->deployment, stack->live);

	set->status = differs ? CHANGE_SET_COMPLETE : CHANGE_SET_FAILED;
	set->execution = differs ? EXECUTION_AVAILABLE : EXECUTION_UNAVAILABLE;
	if (differs)
		keep_changes(set, transition);
	else
		set->status_reason = xstrdup(exchange->model->options.no_updates_change_set
						     ? "No updates are to be performed."
						     : no_changes);
}

static struct change_set *add_change_set(struct exchange *exchange, struct stack *stack,
	struct deployment *takes, bool is_create, const struct transition *transition)
{
	struct change_set *set = stacks_add_change_set(stack);
	AUTO(free_text) char *uuid = model_uuid(exchange->model);
	AUTO(free_text) char *operation_id = model_uuid(exchange->model);

	set->name = xstrdup(field(exchange, "ChangeSetName"));
	set->id = xasprintf("arn:aws:cloudformation:%s:%s:changeSet/%s/%s", stack->region,
		stack->account, set->name, uuid);
	set->description = xstrdup(field(exchange, "Description"));
	set->on_stack_failure = xstrdup(field(exchange, "OnStackFailure"));
	set->include_nested = form_true(&exchange->fields, "IncludeNestedStacks");
	set->import_existing = form_true(&exchange->fields, "ImportExistingResources");
	set->is_create = is_create;
	set->created_ms = exchange->now_ms;
	set->ready_ms = exchange->now_ms + exchange->model->options.schedule.change_set_ms;
	set->digest = submitted_digest(&exchange->fields, false);
	set->deployment = stacks_keep(stack, takes);
	judge(exchange, stack, set, transition);
	set->entry = ledger_add(exchange, stack, set->name);
	ledger_losses(exchange->model, set->entry, stack, transition);
	ledger_end(exchange->model, set->entry, set->ready_ms,
		change_set_status_at(set, set->ready_ms));
	pairs_set(&stack->last_operations, "CREATE_CHANGESET", operation_id);
	return set;
}

static bool is_modelled(struct exchange *exchange, bool *is_create)
{
	const char *type = field(exchange, "ChangeSetType");

	*is_create = type && strcmp(type, "CREATE") == 0;
	if (text_starts(field(exchange, "ChangeSetName"), "arn:"))
		return invalid(exchange,
			"1 validation error detected: Value '%s' at 'changeSetName' failed to "
			"satisfy constraint: Member must satisfy regular expression pattern: "
			"[a-zA-Z][-a-zA-Z0-9]*",
			field(exchange, "ChangeSetName"));
	if (type && strcmp(type, "IMPORT") == 0)
		return invalid(exchange, "The model knows no change sets of type IMPORT.");
	return true;
}

void create_change_set(struct exchange *exchange)
{
	AUTO_DONE(transition_done) struct transition transition = {0};
	bool is_create = false;
	bool is_new = false;

	if (!is_modelled(exchange, &is_create) || token_seen(exchange, "ClientToken"))
		return;
	struct stack *stack =
		is_create ? stack_to_create(exchange, &is_new) : stack_to_update(exchange);

	if (!stack)
		return;
	AUTO(deployment_free) struct deployment *deployment = NULL;

	if (name_is_free(exchange, stack))
		deployment = submission_read(exchange, stack, !is_create);
	if (!deployment ||
		!submission_plan(exchange, stack, deployment, TRANSITION_PREVIEW, &transition)) {
		if (is_new)
			stacks_free(stack);
		return;
	}
	if (is_new)
		stacks_insert(exchange->model, stack);
	const struct change_set *set =
		add_change_set(exchange, stack, take(deployment), is_create, &transition);

	answer(exchange, stack, set->id);
	token_keep(exchange, "ClientToken", stack);
	if (is_new)
		stacks_move(exchange->model, stack, exchange->now_ms, "REVIEW_IN_PROGRESS",
			"User Initiated");
	else
		stacks_remember(exchange->model, stack, exchange->now_ms);
}
