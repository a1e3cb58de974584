#include "cloudformation/render.h"

#include <stdlib.h>
#include <string.h>

#include "cloudformation/stacks.h"
#include "cloudformation/xml.h"

static const char *declared_type(const struct deployment *deployment, const char *name)
{
	const struct summary *summary = blueprint_summary(deployment->blueprint);

	for (size_t i = 0; i < summary->parameter_count; i++)
		if (strcmp(summary->parameters[i].name, name) == 0)
			return summary->parameters[i].type;
	return "String";
}

static void add_without_blanks(struct text *out, const char *list)
{
	while (*list) {
		size_t length = strcspn(list, ",");
		size_t start = strspn(list, " \t");
		size_t end = length;

		start = start > length ? length : start;
		while (end > start && (list[end - 1] == ' ' || list[end - 1] == '\t'))
			end--;
		text_add_bytes(out, list + start, end - start);
		list += length;
		if (*list == ',')
			text_add_char(out, *list++);
	}
}

/* How a value comes back: the real service's habits for numbers and lists are not established, so
 * a scenario chooses. */
static char *echo(const struct model *model, const char *type, const char *value)
{
	AUTO_DONE(text_done) struct text out = {0};
	char *end = NULL;

	if (model->options.normalise_numbers && strcmp(type, "Number") == 0) {
		double number = strtod(value, &end);

		if (end != value && *end == '\0')
			text_format(&out, "%.15g", number);
		else
			text_add(&out, value);
	} else if (model->options.normalise_lists &&
		   (text_starts(type, "List<") || strcmp(type, "CommaDelimitedList") == 0)) {
		add_without_blanks(&out, value);
	} else {
		text_add(&out, value);
	}
	return text_take(&out);
}

/* Parameters and outputs come in no order that a client should count on, so not in the template's
 * either: the second half comes first. */
static size_t place(size_t number, size_t count)
{
	return (number + count / 2) % count;
}

void render_parameters(
	const struct model *model, const struct deployment *deployment, struct text *out)
{
	size_t count = deployment ? deployment->arguments.count : 0;

	if (!count)
		return;
	xml_open(out, "Parameters");
	for (size_t i = 0; i < count; i++) {
		const struct argument *argument = &deployment->arguments.items[place(i, count)];
		const char *type = declared_type(deployment, argument->name);
		AUTO(free_text) char *value = echo(model, type, argument->value);

		xml_open(out, "member");
		xml_text(out, "ParameterKey", argument->name);
		xml_text(out, "ParameterValue", argument->no_echo ? "****" : value);
		if (argument->resolved)
			xml_text(out, "ResolvedValue",
				argument->no_echo ? "****" : argument->resolved);
		xml_close(out, "member");
	}
	xml_close(out, "Parameters");
}

void render_rollback_configuration(const struct deployment *deployment, struct text *out)
{
	xml_open(out, "RollbackConfiguration");
	if (deployment && deployment->triggers.count)
		xml_pairs(out, "RollbackTriggers", "Arn", "Type", &deployment->triggers);
	if (deployment)
		xml_text(out, "MonitoringTimeInMinutes", deployment->monitoring_minutes);
	xml_close(out, "RollbackConfiguration");
}

static bool shows_outputs(const struct model *model, const struct stack *stack)
{
	if (!stack->outputs.count)
		return false;
	return model->options.outputs_while_running || !text_ends(stack->status, "_IN_PROGRESS");
}

static void render_outputs(const struct stack *stack, struct text *out)
{
	size_t count = stack->outputs.count;

	xml_open(out, "Outputs");
	for (size_t i = 0; i < count; i++) {
		const struct stack_output *output = &stack->outputs.items[place(i, count)];

		xml_open(out, "member");
		xml_text(out, "OutputKey", output->name);
		xml_text(out, "OutputValue", output->value);
		xml_text(out, "Description", output->description);
		xml_text(out, "ExportName", output->export_name);
		xml_close(out, "member");
	}
	xml_close(out, "Outputs");
}

static void render_drift(struct text *out)
{
	xml_open(out, "DriftInformation");
	xml_text(out, "StackDriftStatus", "NOT_CHECKED");
	xml_close(out, "DriftInformation");
}

/* A scenario may show a status that the stack doesn't have, or that nobody knows. */
static const char *shown_status(const struct model *model, const struct stack *stack)
{
	for (size_t i = model->shown_count; i-- > 0;) {
		const struct shown_status *shown = &model->shown[i];

		if (stacks_is_named(stack, shown->stack))
			return *shown->status ? shown->status : stack->status;
	}
	return stack->status;
}

/* LastUpdatedTime, DeletionTime and so on are there by status, not by need: see the recordings. */
static void render_times(const struct model *model, const struct stack *stack, struct text *out)
{
	xml_time(out, "CreationTime", stack->created_ms);
	xml_time(out, "LastUpdatedTime", stack->updated_ms);
	xml_time(out, "DeletionTime", stack->deleted_ms);
	xml_text(out, "StackStatus", shown_status(model, stack));
	xml_text(out, "StackStatusReason", stack->reason);
}

static void render_last_operations(
	const struct model *model, const struct stack *stack, struct text *out)
{
	if (model->options.operation_ids && stack->last_operations.count)
		xml_pairs(out, "LastOperations", "OperationType", "OperationId",
			&stack->last_operations);
}

static void render_deployment(
	const struct model *model, const struct deployment *shown, struct text *out)
{
	static const struct texts no_texts;
	static const struct pairs no_pairs;

	render_parameters(model, shown, out);
	xml_texts(out, "NotificationARNs", shown ? &shown->notification_arns : &no_texts);
	if (shown && shown->capabilities.count)
		xml_texts(out, "Capabilities", &shown->capabilities);
	if (shown)
		xml_text(out, "RoleARN", shown->role_arn);
	xml_pairs(out, "Tags", "Key", "Value", shown ? &shown->tags : &no_pairs);
}

void render_stack(const struct model *model, const struct stack *stack, struct text *out)
{
	bool review = stacks_is(stack, "REVIEW_IN_PROGRESS");

	xml_open(out, "member");
	xml_text(out, "StackId", stack->id);
	xml_text(out, "StackName", stack->name);
	xml_text(out, "ChangeSetId", stack->change_set_id);
	xml_text(out, "Description", review ? NULL : stack->description);
	render_times(model, stack, out);
	xml_bool(out, "DisableRollback", stack->disable_rollback);
	if (stack->timeout_minutes)
		text_format(out, "<TimeoutInMinutes>%u</TimeoutInMinutes>", stack->timeout_minutes);
	render_rollback_configuration(review ? NULL : stacks_shown(stack), out);
	render_deployment(model, review ? NULL : stacks_shown(stack), out);
	if (shows_outputs(model, stack))
		render_outputs(stack, out);
	if (!stacks_is(stack, "DELETE_COMPLETE"))
		xml_bool(out, "EnableTerminationProtection", stacks_root(stack)->protected);
	if (stack->parent) {
		xml_text(out, "ParentId", stack->parent->id);
		xml_text(out, "RootId", stacks_root(stack)->id);
	}
	render_drift(out);
	render_last_operations(model, stack, out);
	xml_close(out, "member");
}

void render_summary(const struct model *model, const struct stack *stack, struct text *out)
{
	xml_open(out, "member");
	xml_text(out, "StackId", stack->id);
	xml_text(out, "StackName", stack->name);
	xml_text(out, "TemplateDescription", stack->description);
	if (stack->parent) {
		xml_text(out, "ParentId", stack->parent->id);
		xml_text(out, "RootId", stacks_root(stack)->id);
	}
	render_times(model, stack, out);
	render_drift(out);
	render_last_operations(model, stack, out);
	xml_close(out, "member");
}
