/* DescribeChangeSet, ListChangeSets, ExecuteChangeSet, DeleteChangeSet. */
#include <string.h>

#include "cloudformation/change_sets.h"
#include "cloudformation/form.h"
#include "cloudformation/ledger.h"
#include "cloudformation/lookup.h"
#include "cloudformation/nested.h"
#include "cloudformation/render.h"
#include "cloudformation/submission.h"
#include "cloudformation/xml.h"

static void add_head(struct text *out, const struct stack *stack, const struct change_set *set,
	uint64_t moment_ms)
{
	xml_text(out, "ChangeSetName", set->name);
	xml_text(out, "ChangeSetId", set->id);
	xml_text(out, "StackId", stack->id);
	xml_text(out, "StackName", stack->name);
	xml_text(out, "Description", set->description);
	xml_time(out, "CreationTime", set->created_ms);
	xml_text(out, "ExecutionStatus", change_set_execution_at(set, moment_ms));
	xml_text(out, "Status", change_set_status_at(set, moment_ms));
	if (moment_ms >= set->ready_ms)
		xml_text(out, "StatusReason", set->status_reason);
	xml_bool(out, "IncludeNestedStacks", set->include_nested);
	if (set->parent) {
		xml_text(out, "ParentChangeSetId", set->parent->id);
		xml_text(out, "RootChangeSetId", set->root->id);
	}
	if (set->import_existing)
		xml_bool(out, "ImportExistingResources", true);
}

void describe_change_set(struct exchange *exchange)
{
	struct text *out = &exchange->result;
	bool with_values = form_true(&exchange->fields, "IncludePropertyValues");
	struct stack *stack = NULL;
	uint64_t moment_ms = 0;
	struct page page;
	bool more = false;
	const struct change_set *set = lookup_change_set(exchange, true, &moment_ms, &stack);

	if (!set || !page_begin(exchange, exchange->model->options.pages.changes, &page))
		return;
	const struct deployment *deployment = set->deployment;
	size_t count = moment_ms < set->ready_ms ? 0 : set->change_count;

	add_head(out, stack, set, moment_ms);
	xml_text(out, "OnStackFailure", set->on_stack_failure);
	render_parameters(exchange->model, deployment, out);
	xml_texts(out, "NotificationARNs", &deployment->notification_arns);
	render_rollback_configuration(deployment, out);
	xml_texts(out, "Capabilities", &deployment->capabilities);
	if (deployment->tags.count)
		xml_pairs(out, "Tags", "Key", "Value", &deployment->tags);
	xml_open(out, "Changes");
	for (size_t i = page.after; i < count && !more; i++) {
		const struct text *change =
			with_values ? &set->changes_with_values[i] : &set->changes[i];

		more = !page_take(&page, i + 1);
		if (!more)
			text_add_bytes(out, text_string(change), change->length);
	}
	xml_close(out, "Changes");
	page_end(exchange, more, &page);
}

void list_change_sets(struct exchange *exchange)
{
	uint64_t moment_ms = 0;
	struct page page;
	bool more = false;
	const struct stack *stack = lookup_for_read(exchange, BY_BRACKETS, &moment_ms);

	if (!stack || !page_begin(exchange, exchange->model->options.pages.change_sets, &page))
		return;
	xml_open(&exchange->result, "Summaries");
	for (size_t i = page.after; i < stack->change_set_count && !more; i++) {
		const struct change_set *set = stack->change_sets[i];

		if (!change_set_is_active(set) || set->created_ms > moment_ms)
			continue;
		more = !page_take(&page, i + 1);
		if (more)
			break;
		xml_open(&exchange->result, "member");
		add_head(&exchange->result, stack, set, moment_ms);
		xml_close(&exchange->result, "member");
	}
	xml_close(&exchange->result, "Summaries");
	page_end(exchange, more, &page);
}

static bool check_executable(
	struct exchange *exchange, const struct stack *stack, const struct change_set *set)
{
	if (exchange->now_ms < set->ready_ms || set->status != CHANGE_SET_COMPLETE)
		return refuse(exchange, 400, "InvalidChangeSetStatus",
			"ChangeSet [%s] cannot be executed in its current status of [%s]", set->id,
			change_set_status_at(set, exchange->now_ms));
	if (set->execution != EXECUTION_AVAILABLE)
		return refuse(exchange, 400, "InvalidChangeSetStatus",
			"ChangeSet [%s] cannot be executed in its current execution status of [%s]",
			set->id, change_set_execution_at(set, exchange->now_ms));
	if (set->parent)
		return invalid(exchange,
			"ChangeSet [%s] is nested and can only be executed with its root [%s]",
			set->id, set->root->id);
	if (set->is_create && stacks_is(stack, "REVIEW_IN_PROGRESS"))
		return true;
	return check_updatable(exchange, stack);
}

static enum on_failure on_failure_of(const struct exchange *exchange, const struct change_set *set)
{
	const char *wanted = set->on_stack_failure;

	if (form_true(&exchange->fields, "DisableRollback") ||
		(wanted && strcmp(wanted, "DO_NOTHING") == 0))
		return ON_FAILURE_NOTHING;
	return wanted && strcmp(wanted, "DELETE") == 0 ? ON_FAILURE_DELETE : ON_FAILURE_ROLLBACK;
}

/* The executed set stays describable by its ARN, all others go. */
static void drop_others(struct stack *stack, const struct change_set *executed)
{
	for (size_t i = 0; i < stack->change_set_count; i++)
		if (stack->change_sets[i] != executed &&
			change_set_is_active(stack->change_sets[i]))
			stack->change_sets[i]->deleted = true;
}

void execute_change_set(struct exchange *exchange)
{
	AUTO_DONE(transition_done) struct transition transition = {0};
	AUTO(free_text) char *operation_id = model_uuid(exchange->model);
	struct stack *stack = NULL;
	uint64_t unused = 0;

	if (token_seen(exchange, "ClientRequestToken"))
		return;
	struct change_set *set = lookup_change_set(exchange, false, &unused, &stack);

	if (!set || !check_executable(exchange, stack, set))
		return;
	struct submission submission = {.deployment = set->deployment,
		.mode = TRANSITION_EXECUTE,
		.imported = &set->imported,
		.executing = set};

	if (!submission_plan(exchange, stack, &submission, &transition))
		return;
	struct beginning beginning = {
		.kind = set->is_import   ? OPERATION_IMPORT
			: set->is_create ? OPERATION_CREATE
					 : OPERATION_UPDATE,
		.retain_except_on_create = form_true(&exchange->fields, "RetainExceptOnCreate"),
		.token = field(exchange, "ClientRequestToken"),
		.operation_id = operation_id,
		.on_failure = on_failure_of(exchange, set),
		.change_set = set,
		.deployed = set->deployment,
		.entry = ledger_add(exchange, stack, set->name),
		.takes = &transition,
	};

	ledger_executed(exchange->model, beginning.entry, set->entry);
	if (transition.differs || set->is_create ||
		deployment_differs(set->deployment, stack->live))
		ledger_changed(exchange->model, beginning.entry);
	drop_others(stack, set);
	set->execution = EXECUTION_RUNNING;
	nested_sets_execution(exchange->model, set, EXECUTION_RUNNING);
	stack->disable_rollback = beginning.on_failure == ON_FAILURE_NOTHING;
	stack->updated_ms = exchange->now_ms;
	replace_text(&stack->change_set_id, set->id);
	if (set->is_create)
		replace_text(&stack->description,
			blueprint_summary(set->deployment->blueprint)->description);
	token_keep(exchange, "ClientRequestToken", stack);
	operations_begin(exchange->model, stack, exchange->now_ms, &beginning);
}

void delete_change_set(struct exchange *exchange)
{
	struct stack *stack = NULL;
	uint64_t unused = 0;
	struct change_set *set = lookup_change_set(exchange, false, &unused, &stack);

	if (!set) {
		/* One that isn't there counts as deleted; a stack that isn't there doesn't. */
		if (strcmp(exchange->code, "ChangeSetNotFound") == 0 &&
			!exchange->model->options.unknown_change_set_refused) {
			exchange->status = 200;
			exchange->code = "";
		}
		return;
	}
	if (set->parent) {
		invalid(exchange,
			"ChangeSet [%s] is nested and can only be deleted with its root [%s]",
			set->id, set->root->id);
		return;
	}
	if (exchange->now_ms < set->ready_ms || set->execution == EXECUTION_RUNNING) {
		refuse(exchange, 400, "InvalidChangeSetStatus",
			"An operation on this ChangeSet is currently in progress.  Please attempt "
			"this operation again later.");
		return;
	}
	if (!change_set_is_active(set))
		return;
	set->deleted = true;
	nested_sets_delete(exchange, set);
	ledger_end(exchange->model, ledger_add(exchange, stack, set->name), exchange->now_ms,
		"DELETE_COMPLETE");
}
