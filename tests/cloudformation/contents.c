/* What is in a stack: events and resources. */
#include <string.h>

#include "cloudformation/lookup.h"
#include "cloudformation/xml.h"

static void add_event(
	struct exchange *exchange, const struct stack *stack, const struct event *event)
{
	struct text *out = &exchange->result;

	xml_open(out, "member");
	xml_text(out, "StackId", stack->id);
	xml_text(out, "EventId", event->id);
	xml_text(out, "StackName", stack->name);
	if (exchange->model->options.operation_ids)
		xml_text(out, "OperationId", event->operation_id);
	xml_text(out, "LogicalResourceId", event->logical_id);
	xml_text(out, "PhysicalResourceId", event->physical_id);
	xml_text(out, "ResourceType", event->type);
	xml_time(out, "Timestamp", event->time_ms);
	xml_text(out, "ResourceStatus", event->status);
	xml_text(out, "ResourceStatusReason", event->reason);
	xml_text(out, "ResourceProperties", event->properties);
	xml_text(out, "ClientRequestToken", event->token);
	xml_close(out, "member");
}

void describe_stack_events(struct exchange *exchange)
{
	struct page page;
	uint64_t moment_ms = 0;
	bool more = false;
	const struct stack *stack = lookup_for_read(exchange, BY_BRACKETS, &moment_ms);

	if (!stack || !page_begin(exchange, exchange->model->options.pages.events, &page))
		return;
	xml_open(&exchange->result, "StackEvents");
	for (size_t i = stack->event_count; i-- > 0 && !more;) {
		uint64_t number = i + 1;

		if (stack->events[i].kind != EVENT_STATUS || stack->events[i].time_ms > moment_ms ||
			(page.after && number >= page.after))
			continue;
		more = !page_take(&page, number);
		if (!more)
			add_event(exchange, stack, &stack->events[i]);
	}
	xml_close(&exchange->result, "StackEvents");
	page_end(exchange, more, &page);
}

enum row_form { ROW, ROW_DETAIL, ROW_SUMMARY };

static void add_row(
	struct text *out, const struct stack *stack, const struct row *row, enum row_form form)
{
	if (form != ROW_SUMMARY) {
		xml_text(out, "StackName", stack->name);
		xml_text(out, "StackId", stack->id);
	}
	xml_text(out, "LogicalResourceId", row->logical_id);
	xml_text(out, "PhysicalResourceId", row->physical_id);
	xml_text(out, "ResourceType", row->type);
	xml_time(out, form == ROW ? "Timestamp" : "LastUpdatedTimestamp", row->time_ms);
	xml_text(out, "ResourceStatus", row->status);
	xml_text(out, "ResourceStatusReason", row->reason);
	if (form == ROW_DETAIL)
		xml_text(out, "Metadata", row->metadata);
	xml_open(out, "DriftInformation");
	xml_text(out, "StackResourceDriftStatus", "NOT_CHECKED");
	xml_close(out, "DriftInformation");
}

/* The stack that has this resource, where only its physical id is given. */
static const struct stack *find_by_physical_id(struct exchange *exchange)
{
	const char *id = field(exchange, "PhysicalResourceId");
	const struct model *model = exchange->model;

	for (size_t i = 0; id && i < model->stack_count; i++) {
		const struct stack *stack = model->stacks[i];

		if (strcmp(stack->account, exchange->account) != 0 ||
			strcmp(stack->region, exchange->region) != 0)
			continue;
		for (size_t j = 0; j < stack->row_count; j++)
			if (stack->rows[j].physical_id &&
				strcmp(stack->rows[j].physical_id, id) == 0)
				return stack;
	}
	if (id)
		invalid(exchange, "Stack for %s does not exist", id);
	else
		invalid(exchange, "Either StackName or PhysicalResourceId must be specified.");
	return NULL;
}

/* At most 100, and no way to get the rest: as documented. */
void describe_stack_resources(struct exchange *exchange)
{
	enum { RESOURCES_LIMIT = 100 };
	const char *logical_id = field(exchange, "LogicalResourceId");
	const struct stack *stack = field(exchange, "StackName") ? lookup_stack(exchange, BY_ID)
								 : find_by_physical_id(exchange);
	size_t shown = 0;

	if (!stack)
		return;
	xml_open(&exchange->result, "StackResources");
	for (size_t i = 0; i < stack->row_count && shown < RESOURCES_LIMIT; i++) {
		if (logical_id && strcmp(stack->rows[i].logical_id, logical_id) != 0)
			continue;
		xml_open(&exchange->result, "member");
		add_row(&exchange->result, stack, &stack->rows[i], ROW);
		xml_close(&exchange->result, "member");
		shown++;
	}
	xml_close(&exchange->result, "StackResources");
}

void describe_stack_resource(struct exchange *exchange)
{
	const char *logical_id = field(exchange, "LogicalResourceId");
	const struct stack *stack = lookup_stack(exchange, BY_QUOTES);

	if (!stack)
		return;
	for (size_t i = 0; i < stack->row_count; i++) {
		if (strcmp(stack->rows[i].logical_id, logical_id) != 0)
			continue;
		xml_open(&exchange->result, "StackResourceDetail");
		add_row(&exchange->result, stack, &stack->rows[i], ROW_DETAIL);
		xml_close(&exchange->result, "StackResourceDetail");
		return;
	}
	invalid(exchange, "Resource %s does not exist for stack %s", logical_id,
		field(exchange, "StackName"));
}

void list_stack_resources(struct exchange *exchange)
{
	struct page page;
	bool more = false;
	const struct stack *stack = lookup_stack(exchange, BY_ID);

	if (!stack || !page_begin(exchange, exchange->model->options.pages.resources, &page))
		return;
	xml_open(&exchange->result, "StackResourceSummaries");
	for (size_t i = page.after; i < stack->row_count && !more; i++) {
		more = !page_take(&page, i + 1);
		if (more)
			break;
		xml_open(&exchange->result, "member");
		add_row(&exchange->result, stack, &stack->rows[i], ROW_SUMMARY);
		xml_close(&exchange->result, "member");
	}
	xml_close(&exchange->result, "StackResourceSummaries");
	page_end(exchange, more, &page);
}
