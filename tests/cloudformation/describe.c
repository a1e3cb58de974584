/* DescribeStacks, ListStacks, ListExports, ListImports, GetCallerIdentity. */
#include <string.h>

#include "cloudformation/faults.h"
#include "cloudformation/form.h"
#include "cloudformation/lookup.h"
#include "cloudformation/render.h"
#include "cloudformation/xml.h"

/* The state of a stack as of a moment; NULL: the present one. */
static const struct snapshot *snapshot_at(const struct stack *stack, uint64_t moment_ms)
{
	const struct snapshot *found = NULL;

	for (size_t i = stack->snapshot_count; i-- > 0;) {
		if (stack->snapshots[i].time_ms > moment_ms) {
			found = i ? &stack->snapshots[i - 1] : NULL;
			continue;
		}
		break;
	}
	return found;
}

static void add_stack(struct exchange *exchange, const struct stack *stack, uint64_t moment_ms)
{
	const struct snapshot *old = snapshot_at(stack, moment_ms);

	if (old)
		text_add_bytes(&exchange->result, text_string(&old->xml), old->xml.length);
	else
		render_stack(exchange->model, stack, &exchange->result);
}

static const char *status_at(const struct stack *stack, uint64_t moment_ms)
{
	const struct snapshot *old = snapshot_at(stack, moment_ms);

	return old ? old->status : stack->status;
}

const struct deployment *deployment_at(const struct stack *stack, uint64_t moment_ms)
{
	const struct snapshot *old = snapshot_at(stack, moment_ms);

	return old ? old->shown : stacks_shown(stack);
}

static bool is_here(const struct exchange *exchange, const struct stack *stack)
{
	return strcmp(stack->account, exchange->account) == 0 &&
	       strcmp(stack->region, exchange->region) == 0;
}

static void describe_one(struct exchange *exchange)
{
	uint64_t moment_ms = 0;
	const struct stack *stack = lookup_for_read(exchange, BY_ID, &moment_ms);

	if (!stack)
		return;
	xml_open(&exchange->result, "Stacks");
	add_stack(exchange, stack, moment_ms);
	xml_close(&exchange->result, "Stacks");
}

void describe_stacks(struct exchange *exchange)
{
	struct model *model = exchange->model;
	struct page page;
	bool more = false;

	if (field(exchange, "StackName")) {
		describe_one(exchange);
		return;
	}
	if (!page_begin(exchange, model->options.pages.stacks, &page))
		return;
	xml_open(&exchange->result, "Stacks");
	for (size_t i = model->stack_count; i-- > 0 && !more;) { /* newest first */
		const struct stack *stack = model->stacks[i];

		if (!is_here(exchange, stack) || (page.after && stack->number >= page.after))
			continue;
		uint64_t moment_ms = stale_moment(model, stack, exchange->now_ms);

		if (stack->created_ms > moment_ms ||
			strcmp(status_at(stack, moment_ms), "DELETE_COMPLETE") == 0)
			continue;
		more = !page_take(&page, stack->number);
		if (!more)
			add_stack(exchange, stack, moment_ms);
	}
	xml_close(&exchange->result, "Stacks");
	page_end(exchange, more, &page);
}

void list_stacks(struct exchange *exchange)
{
	struct model *model = exchange->model;
	AUTO_DONE(texts_done) struct texts filter = {0};
	struct page page;
	bool more = false;

	form_texts(&exchange->fields, "StackStatusFilter", &filter);
	if (!page_begin(exchange, model->options.pages.stacks, &page))
		return;
	xml_open(&exchange->result, "StackSummaries");
	for (size_t i = model->stack_count; i-- > 0 && !more;) {
		const struct stack *stack = model->stacks[i];

		if (!is_here(exchange, stack) || (page.after && stack->number >= page.after))
			continue;
		uint64_t moment_ms = stale_moment(model, stack, exchange->now_ms);
		const struct snapshot *old = snapshot_at(stack, moment_ms);

		if (stack->created_ms > moment_ms ||
			(filter.count && !texts_have(&filter, status_at(stack, moment_ms))))
			continue;
		more = !page_take(&page, stack->number);
		if (!more && old)
			text_add(&exchange->result, text_string(&old->summary));
		else if (!more)
			render_summary(model, stack, &exchange->result);
	}
	xml_close(&exchange->result, "StackSummaries");
	page_end(exchange, more, &page);
}

static void add_export(
	struct exchange *exchange, const struct stack *stack, const struct stack_output *output)
{
	xml_open(&exchange->result, "member");
	xml_text(&exchange->result, "ExportingStackId", stack->id);
	xml_text(&exchange->result, "Name", output->export_name);
	xml_text(&exchange->result, "Value", output->value);
	xml_close(&exchange->result, "member");
}

void list_exports(struct exchange *exchange)
{
	const struct model *model = exchange->model;
	struct page page;
	uint64_t number = 0;
	bool more = false;

	if (!page_begin(exchange, model->options.pages.exports, &page))
		return;
	xml_open(&exchange->result, "Exports");
	for (size_t i = 0; i < model->stack_count && !more; i++) {
		const struct stack *stack = model->stacks[i];

		for (size_t j = 0; j < stack->outputs.count && !more; j++) {
			const struct stack_output *output = &stack->outputs.items[j];

			if (!output->export_name || !is_here(exchange, stack) ||
				++number <= page.after)
				continue;
			more = !page_take(&page, number);
			if (!more)
				add_export(exchange, stack, output);
		}
	}
	xml_close(&exchange->result, "Exports");
	page_end(exchange, more, &page);
}

void list_imports(struct exchange *exchange)
{
	const struct model *model = exchange->model;
	const char *name = field(exchange, "ExportName");
	AUTO_DONE(texts_done) struct texts users = {0};

	for (size_t i = 0; i < model->stack_count; i++)
		if (is_here(exchange, model->stacks[i]) &&
			texts_have(&model->stacks[i]->imports, name))
			texts_add(&users, model->stacks[i]->name);
	if (users.count || model->options.list_imports_empty)
		xml_texts(&exchange->result, "Imports", &users);
	else
		invalid(exchange, "Export '%s' is not imported by any stack.", name);
}
