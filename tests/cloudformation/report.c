/* The ledger, the transcript and stacks as JSON, and as views for C. */
#include <inttypes.h>
#include <string.h>

#include "cloudformation/change_sets.h"
#include "cloudformation/ledger.h"
#include "cloudformation/stacks.h"

static void add_text(struct text *out, const char *name, const char *value)
{
	text_add_json(out, name, strlen(name));
	text_add(out, ": ");
	if (value)
		text_add_json(out, value, strlen(value));
	else
		text_add(out, "null");
	text_add(out, ", ");
}

static void add_pairs(struct text *out, const char *name, const struct pairs *pairs)
{
	text_format(out, "\"%s\": {", name);
	for (size_t i = 0; i < pairs->count; i++) {
		const struct pair *pair = &pairs->items[i];

		if (i)
			text_add(out, ", ");
		text_add_json(out, pair->name, strlen(pair->name));
		text_add(out, ": ");
		if (pair->value)
			text_add_json(out, pair->value, strlen(pair->value));
		else
			text_add(out, "null");
	}
	text_add(out, "}, ");
}

static void add_losses(struct text *out, const struct model_entry *entry)
{
	text_add(out, "\"losses\": [");
	for (size_t i = 0; i < entry->loss_count; i++) {
		const struct model_loss *loss = &entry->losses[i];

		text_add(out, i ? ", {" : "{");
		add_text(out, "stack_id", loss->stack_id);
		add_text(out, "logical_id", loss->logical_id);
		add_text(out, "physical_id", loss->physical_id);
		add_text(out, "type", loss->type);
		add_text(out, "replacement", loss->replacement);
		add_text(out, "policy_action", loss->policy_action);
		text_format(out, "\"action\": \"%s\"}", loss->action);
	}
	text_add(out, "], ");
}

static void add_entry(struct text *out, const struct model_entry *entry)
{
	char digest[DIGEST_HEX_SIZE];

	digest_hex(&entry->digest, digest, DIGEST_HEX_SIZE - 1);
	text_format(out, "{\"time_ms\": %" PRIu64 ", ", entry->time_ms);
	add_text(out, "action", entry->action);
	add_text(out, "account", entry->account);
	add_text(out, "region", entry->region);
	add_text(out, "access_key", entry->access_key);
	add_text(out, "request_id", entry->request_id);
	add_text(out, "stack_id", entry->stack_id);
	add_text(out, "stack_name", entry->stack_name);
	add_text(out, "change_set", entry->change_set);
	add_text(out, "token", entry->token);
	add_text(out, "digest", digest);
	add_pairs(out, "parameters", &entry->parameters);
	add_text(out, "result", entry->result);
	add_text(out, "bucket", entry->bucket);
	add_text(out, "key", entry->key);
	text_format(out, "\"size\": %zu, ", entry->size);
	add_losses(out, entry);
	text_format(out, "\"end_ms\": %" PRIu64 ", \"changed\": %s}", entry->end_ms,
		entry->changed ? "true" : "false");
}

void model_ledger_json(const struct model *model, size_t from, struct text *out)
{
	text_add(out, "[");
	for (size_t i = from; i < model->entry_count; i++) {
		text_add(out, i == from ? "\n" : ",\n");
		add_entry(out, &model->entries[i]);
	}
	text_add(out, "\n]\n");
}

static const char *const fate_names[] = {
	[MODEL_ANSWER] = "answer",
	[MODEL_HANG] = "hang",
	[MODEL_RESET_BEFORE] = "reset-before",
	[MODEL_RESET_AFTER] = "reset-after",
	[MODEL_CUT] = "cut",
	[MODEL_KILL_BEFORE] = "kill-before",
	[MODEL_KILL_AFTER] = "kill-after",
};
_Static_assert(COUNT(fate_names) == MODEL_FATE_COUNT, "one name per fate");

static void add_line(struct text *out, const struct model_line *line)
{
	text_format(out, "{\"time_ms\": %" PRIu64 ", ", line->time_ms);
	add_text(out, "service", line->service);
	add_text(out, "host", line->host);
	add_text(out, "action", line->action);
	add_text(out, "account", line->account);
	add_text(out, "region", line->region);
	add_text(out, "access_key", line->access_key);
	add_text(out, "request_id", line->request_id);
	add_pairs(out, "fields", &line->fields);
	add_text(out, "fate", fate_names[line->fate]);
	add_text(out, "code", line->code);
	text_format(out, "\"status\": %d, \"effect\": %s}", line->status,
		line->effect ? "true" : "false");
}

void model_transcript_json(const struct model *model, size_t from, struct text *out)
{
	text_add(out, "[");
	for (size_t i = from; i < model->line_count; i++) {
		text_add(out, i == from ? "\n" : ",\n");
		add_line(out, &model->lines[i]);
	}
	text_add(out, "\n]\n");
}

static void fill_view(struct stack *stack, const struct deployment *deployment)
{
	pairs_done(&stack->view_parameters);
	pairs_done(&stack->view_resolved);
	pairs_done(&stack->view_outputs);
	for (size_t i = 0; deployment && i < deployment->arguments.count; i++) {
		const struct argument *argument = &deployment->arguments.items[i];

		pairs_add(&stack->view_parameters, argument->name, argument->value);
		if (argument->resolved)
			pairs_add(&stack->view_resolved, argument->name, argument->resolved);
	}
	for (size_t i = 0; i < stack->outputs.count; i++)
		pairs_add(&stack->view_outputs, stack->outputs.items[i].name,
			stack->outputs.items[i].value);
}

/* "PARENT/LOGICAL" */
static struct stack *find_nested(
	const struct model *model, const char *account, const char *region, const char *path)
{
	for (size_t i = model->stack_count; i-- > 0;) {
		struct stack *stack = model->stacks[i];

		if (stack->parent && !text_starts(path, "arn:") && stacks_is_named(stack, path) &&
			strcmp(stack->region, region) == 0 &&
			(!account || strcmp(stack->account, account) == 0) &&
			!stacks_is(stack, "DELETE_COMPLETE"))
			return stack;
	}
	return NULL;
}

bool model_stack(const struct model *model, const char *account, const char *region,
	const char *name_or_id, struct model_stack_view *view)
{
	static const struct pairs none;
	static const struct texts no_texts;
	struct stack *stack = stacks_find(model, account, region, name_or_id);

	if (!stack)
		stack = find_nested(model, account, region, name_or_id);
	if (!stack)
		return false;
	const struct deployment *deployment = stacks_shown(stack);

	fill_view(stack, deployment);
	*view = (struct model_stack_view){
		.id = stack->id,
		.name = stack->name,
		.account = stack->account,
		.region = stack->region,
		.status = stack->status,
		.reason = stack->reason,
		.template_body = deployment ? deployment->body : NULL,
		.parameters = &stack->view_parameters,
		.resolved = &stack->view_resolved,
		.outputs = &stack->view_outputs,
		.tags = deployment ? &deployment->tags : &none,
		.notification_arns = deployment ? &deployment->notification_arns : &no_texts,
		.role_arn = deployment ? deployment->role_arn : NULL,
		.policy = stack->policy,
		.created_by = stack->created_by,
		.parent_id = stack->parent ? stack->parent->id : NULL,
		.root_id = stack->parent ? stacks_root(stack)->id : NULL,
		.protected = stacks_root(stack)->protected,
		.disable_rollback = stack->disable_rollback,
		.timeout_minutes = stack->timeout_minutes,
		.created_ms = stack->created_ms,
		.updated_ms = stack->updated_ms,
		.deleted_ms = stack->deleted_ms,
	};
	for (size_t i = 0; i < stack->change_set_count; i++)
		view->change_sets += change_set_is_active(stack->change_sets[i]);
	return true;
}
