#include "cloudformation/operation_events.h"

#include <string.h>

#include "cloudformation/faults.h"
#include "cloudformation/form.h"
#include "cloudformation/lookup.h"
#include "cloudformation/operations.h"
#include "cloudformation/xml.h"

const char operation_events_hint[] =
	"The following hook(s)/validation failed: [AWS::EarlyValidation::PropertyValidation]. To "
	"troubleshoot Early Validation errors, use the DescribeEvents API for detailed failure "
	"information.";

void operation_events_set(struct model *model, struct stack *stack, const struct change_set *set,
	uint64_t time_ms, const char *status)
{
	struct event *event =
		stacks_add_event(model, stack, time_ms, EVENT_OPERATION, set->operation_id);

	if (!event)
		return;
	replace_text(&event->token, NULL);
	event->operation_type = "CREATE_CHANGESET";
	event->status = status;
	event->start_ms = set->created_ms;
	event->end_ms = strcmp(status, "IN_PROGRESS") == 0 ? 0 : time_ms;
}

static void add_invalid(struct model *model, struct stack *stack, const struct change_set *set,
	const struct resource *resource, const char *reason)
{
	const struct operation *running = stack->operation;
	struct event *event = stacks_add_event(model, stack, set ? set->ready_ms : model->now_ms,
		EVENT_VALIDATION, set ? set->operation_id : operations_id(running));

	if (!event)
		return;
	if (set) {
		replace_text(&event->token, NULL);
		event->operation_type = "CREATE_CHANGESET";
	}
	event->logical_id = xstrdup(resource->logical_id);
	event->physical_id = xstrdup("");
	event->type = xstrdup(resource->type);
	event->reason = xstrdup(reason ? reason : "The model was told to find this invalid");
}

bool operation_events_validate(struct model *model, struct stack *stack,
	const struct change_set *set, const struct transition *transition)
{
	bool good = true;

	for (size_t i = 0; i < transition->change_count; i++) {
		const struct resource *resource = transition->changes[i].after;
		const struct resource_fault *found =
			resource ? resource_fault_take(
					   model, stack, resource->logical_id, "validation")
				 : NULL;

		if (!found)
			continue;
		good = false;
		add_invalid(model, stack, set, resource, found->reason);
	}
	return good;
}

static bool is_failed(const struct event *event)
{
	return event->kind == EVENT_VALIDATION || text_ends(event->status, "_FAILED");
}

static const char *event_type(const struct stack *stack, const struct event *event)
{
	if (event->kind == EVENT_VALIDATION)
		return "VALIDATION_ERROR";
	if (event->kind == EVENT_OPERATION || strcmp(event->physical_id, stack->id) == 0)
		return "STACK_EVENT";
	return is_failed(event) ? "PROVISIONING_ERROR" : "PROGRESS_EVENT";
}

static void add_validation(const struct event *event, struct text *out)
{
	AUTO(free_text) char *path = xasprintf("/Resources/%s", event->logical_id);

	xml_text(out, "ValidationFailureMode", "FAIL");
	xml_text(out, "ValidationName", "PROPERTY_VALIDATION");
	xml_text(out, "ValidationStatus", "FAILED");
	xml_text(out, "ValidationStatusReason", event->reason);
	xml_text(out, "ValidationPath", path);
}

static void add_event(struct text *out, const struct stack *stack, const struct event *event)
{
	xml_open(out, "member");
	xml_text(out, "EventId", event->id);
	xml_text(out, "StackId", stack->id);
	xml_text(out, "OperationId", event->operation_id);
	xml_text(out, "OperationType", event->operation_type);
	if (event->kind == EVENT_OPERATION)
		xml_text(out, "OperationStatus", event->status);
	xml_text(out, "EventType", event_type(stack, event));
	xml_text(out, "LogicalResourceId", event->logical_id);
	xml_text(out, "PhysicalResourceId", event->physical_id);
	xml_text(out, "ResourceType", event->type);
	xml_time(out, "Timestamp", event->time_ms);
	xml_time(out, "StartTime", event->start_ms);
	xml_time(out, "EndTime", event->end_ms);
	if (event->kind == EVENT_STATUS) {
		xml_text(out, "ResourceStatus", event->status);
		xml_text(out, "ResourceStatusReason", event->reason);
		xml_text(out, "ResourceProperties", event->properties);
	}
	xml_text(out, "ClientRequestToken", event->token);
	if (event->kind == EVENT_VALIDATION)
		add_validation(event, out);
	xml_close(out, "member");
}

/* The stack in which an operation was, or is. */
static const struct stack *find_operation(struct exchange *exchange, const char *id)
{
	const struct model *model = exchange->model;

	for (size_t i = 0; i < model->stack_count; i++) {
		const struct stack *stack = model->stacks[i];

		if (strcmp(stack->account, exchange->account) != 0 ||
			strcmp(stack->region, exchange->region) != 0)
			continue;
		for (size_t j = 0; j < stack->event_count; j++)
			if (text_same(stack->events[j].operation_id, id))
				return stack;
	}
	refuse(exchange, 404, "OperationNotFound", "Operation [%s] does not exist", id);
	return NULL;
}

/* The stack that is asked about; *operation_id: only this one; NULL: all. */
static const struct stack *find_subject(
	struct exchange *exchange, const char **operation_id, uint64_t *moment_ms)
{
	*operation_id = field(exchange, "OperationId");
	*moment_ms = exchange->now_ms;
	if (*operation_id)
		return find_operation(exchange, *operation_id);
	if (field(exchange, "ChangeSetName")) {
		struct stack *stack = NULL;
		const struct change_set *set = lookup_change_set(exchange, true, moment_ms, &stack);

		*operation_id = set ? set->operation_id : NULL;
		return set ? stack : NULL;
	}
	if (field(exchange, "StackName"))
		return lookup_for_read(exchange, BY_BRACKETS, moment_ms);
	invalid(exchange, "Either StackName, ChangeSetName or OperationId must be specified.");
	return NULL;
}

void describe_events(struct exchange *exchange)
{
	bool only_failed = form_true(&exchange->fields, "Filters.FailedEvents");
	const char *operation_id = NULL;
	uint64_t moment_ms = 0;
	struct page page;
	bool more = false;

	if (!exchange->model->options.describe_events) {
		refuse(exchange, 400, "InvalidAction", "Could not find operation %s for version %s",
			exchange->action, "2010-05-15");
		return;
	}
	const struct stack *stack = find_subject(exchange, &operation_id, &moment_ms);

	if (!stack || !page_begin(exchange, exchange->model->options.pages.events, &page))
		return;
	xml_open(&exchange->result, "OperationEvents");
	for (size_t i = stack->event_count; i-- > 0 && !more;) {
		const struct event *event = &stack->events[i];

		if (event->time_ms > moment_ms || (page.after && i + 1 >= page.after) ||
			(operation_id && !text_same(event->operation_id, operation_id)) ||
			(only_failed && !is_failed(event)))
			continue;
		more = !page_take(&page, i + 1);
		if (!more)
			add_event(&exchange->result, stack, event);
	}
	xml_close(&exchange->result, "OperationEvents");
	page_end(exchange, more, &page);
}
