/* CancelUpdateStack, ContinueUpdateRollback, RollbackStack, and what protects a stack. */
#include <string.h>

#include "cloudformation/form.h"
#include "cloudformation/ledger.h"
#include "cloudformation/lookup.h"
#include "cloudformation/operations.h"
#include "cloudformation/xml.h"

/* How the service words these three is not established. */
static void refuse_state(struct exchange *exchange, const struct stack *stack, const char *text)
{
	if (exchange->model->options.other_texts)
		invalid(exchange, "%s is not allowed for a stack in status %s", exchange->action,
			stack->status);
	else if (text_starts(text, "can not"))
		invalid(exchange, "Stack:%s is in %s state and %s", stack->id, stack->status, text);
	else
		invalid(exchange, "%s", text);
}

void cancel_update_stack(struct exchange *exchange)
{
	if (token_seen(exchange, "ClientRequestToken"))
		return;
	struct stack *stack = lookup_stack(exchange, BY_COLON);

	if (!stack)
		return;
	if (!stacks_is(stack, "UPDATE_IN_PROGRESS")) {
		refuse_state(exchange, stack,
			"CancelUpdateStack cannot be called from current stack status");
		return;
	}
	ledger_end(exchange->model, ledger_add(exchange, stack, NULL), exchange->now_ms, "done");
	token_keep(exchange, "ClientRequestToken", stack);
	operations_cancel(exchange->model, stack, exchange->now_ms);
}

static struct beginning begin_rollback(struct exchange *exchange, const struct stack *stack,
	const char *operation_id, const char *type)
{
	return (struct beginning){
		.kind = OPERATION_UPDATE,
		.type = type,
		.token = field(exchange, "ClientRequestToken"),
		.operation_id = operation_id,
		.entry = ledger_add(exchange, stack, NULL),
	};
}

void continue_update_rollback(struct exchange *exchange)
{
	AUTO_DONE(texts_done) struct texts skip = {0};
	AUTO(free_text) char *operation_id = model_uuid(exchange->model);

	if (token_seen(exchange, "ClientRequestToken"))
		return;
	struct stack *stack = lookup_stack(exchange, BY_BRACKETS);

	if (!stack)
		return;
	if (!stacks_is(stack, "UPDATE_ROLLBACK_FAILED")) {
		refuse_state(exchange, stack, "can not continue rollback.");
		return;
	}
	form_texts(&exchange->fields, "ResourcesToSkip", &skip);
	struct beginning beginning =
		begin_rollback(exchange, stack, operation_id, "CONTINUE_ROLLBACK");

	token_keep(exchange, "ClientRequestToken", stack);
	operations_continue_rollback(exchange->model, stack, exchange->now_ms, &beginning, &skip);
}

/* From CREATE_FAILED there is no stable state to go to: the stack is deleted. */
void rollback_stack(struct exchange *exchange)
{
	static const struct texts none;
	AUTO(free_text) char *operation_id = model_uuid(exchange->model);

	if (token_seen(exchange, "ClientRequestToken"))
		return;
	struct stack *stack = lookup_stack(exchange, BY_BRACKETS);

	if (!stack)
		return;
	bool created = stacks_is(stack, "CREATE_FAILED");

	if (!created && !stacks_is(stack, "UPDATE_FAILED")) {
		refuse_state(exchange, stack, "can not be rolled back.");
		return;
	}
	struct beginning beginning = begin_rollback(exchange, stack, operation_id, "ROLLBACK");

	xml_text(&exchange->result, "StackId", stack->id);
	if (exchange->model->options.operation_ids)
		xml_text(&exchange->result, "OperationId", operation_id);
	token_keep(exchange, "ClientRequestToken", stack);
	if (created) {
		beginning.kind = OPERATION_DELETE;
		operations_begin(exchange->model, stack, exchange->now_ms, &beginning);
	} else {
		operations_continue_rollback(
			exchange->model, stack, exchange->now_ms, &beginning, &none);
	}
}

void update_termination_protection(struct exchange *exchange)
{
	struct stack *stack = lookup_stack(exchange, BY_BRACKETS);

	if (!stack)
		return;
	if (stacks_is(stack, "DELETE_IN_PROGRESS") || stacks_is(stack, "DELETE_COMPLETE")) {
		invalid(exchange, "Stack [%s] is in %s state", stack->id, stack->status);
		return;
	}
	if (stack->parent) {
		invalid(exchange,
			"Termination protection of nested stack [%s] is that of its root stack "
			"[%s]",
			stack->id, stacks_root(stack)->id);
		return;
	}
	stack->protected = form_true(&exchange->fields, "EnableTerminationProtection");
	ledger_end(exchange->model, ledger_add(exchange, stack, NULL), exchange->now_ms,
		stack->protected ? "enabled" : "disabled");
	stacks_remember(exchange->model, stack, exchange->now_ms);
	xml_text(&exchange->result, "StackId", stack->id);
}

void set_stack_policy(struct exchange *exchange)
{
	const char *body = field(exchange, "StackPolicyBody");
	struct stack *stack = lookup_stack(exchange, BY_COLON);

	if (!stack)
		return;
	if (body && field(exchange, "StackPolicyURL")) {
		invalid(exchange, "You cannot specify both StackPolicyURL and StackPolicyBody");
		return;
	}
	if (!body || body[strspn(body, " \t\r\n")] != '{') {
		invalid(exchange, "Error validating stack policy: Invalid stack policy");
		return;
	}
	replace_text(&stack->policy, body);
	ledger_end(exchange->model, ledger_add(exchange, stack, NULL), exchange->now_ms, "done");
}

void get_stack_policy(struct exchange *exchange)
{
	const struct stack *stack = lookup_stack(exchange, BY_COLON);

	if (stack)
		xml_text(&exchange->result, "StackPolicyBody", stack->policy);
}
