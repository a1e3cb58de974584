/* GetTemplate, GetTemplateSummary, ValidateTemplate. */
#include <string.h>

#include "cloudformation/lookup.h"
#include "cloudformation/submission.h"
#include "cloudformation/xml.h"

/* The processed form of a change set's template is there when the set is. */
static void add_template(
	struct exchange *exchange, const struct deployment *deployment, bool is_processed)
{
	const char *stage = field(exchange, "TemplateStage");

	if (!is_processed && stage && strcmp(stage, "Processed") == 0) {
		invalid(exchange, "Template Processed is not available.");
		return;
	}
	xml_text(&exchange->result, "TemplateBody", deployment->body);
	xml_open(&exchange->result, "StagesAvailable");
	xml_text(&exchange->result, "member", "Original");
	xml_text(&exchange->result, "member", is_processed ? "Processed" : NULL);
	xml_close(&exchange->result, "StagesAvailable");
}

void get_template(struct exchange *exchange)
{
	const char *set_name = field(exchange, "ChangeSetName");
	struct stack *stack = NULL;
	uint64_t moment_ms = 0;

	if (set_name) {
		if (!text_starts(set_name, "arn:") && !field(exchange, "StackName")) {
			invalid(exchange,
				"StackName is required if ChangeSetName is not specified.");
			return;
		}
		const struct change_set *set =
			lookup_change_set(exchange, true, &moment_ms, &stack);

		if (set)
			add_template(exchange, set->deployment, moment_ms >= set->ready_ms);
		return;
	}
	if (!field(exchange, "StackName")) {
		invalid(exchange, "StackName is a required parameter.");
		return;
	}
	stack = lookup_for_read(exchange, BY_ID, &moment_ms);
	if (!stack)
		return;
	const struct deployment *deployment = deployment_at(stack, moment_ms);

	if (deployment)
		add_template(exchange, deployment, true);
	else
		invalid(exchange, "Stack with id %s does not exist", field(exchange, "StackName"));
}

static void add_parameter(
	struct text *out, const struct parameter_summary *parameter, bool with_type)
{
	xml_open(out, "member");
	xml_text(out, "ParameterKey", parameter->name);
	xml_text(out, "DefaultValue",
		parameter->default_value && parameter->no_echo ? "****" : parameter->default_value);
	if (with_type)
		xml_text(out, "ParameterType", parameter->type);
	xml_bool(out, "NoEcho", parameter->no_echo);
	xml_text(out, "Description", parameter->description);
	if (with_type) {
		xml_open(out, "ParameterConstraints");
		if (parameter->allowed_values.count)
			xml_texts(out, "AllowedValues", &parameter->allowed_values);
		xml_close(out, "ParameterConstraints");
	}
	xml_close(out, "member");
}

static void add_common(struct text *out, const struct summary *summary, bool with_type)
{
	xml_open(out, "Parameters");
	for (size_t i = 0; i < summary->parameter_count; i++)
		add_parameter(out, &summary->parameters[i], with_type);
	xml_close(out, "Parameters");
	xml_text(out, "Description", summary->description);
	if (summary->capabilities.count) {
		xml_texts(out, "Capabilities", &summary->capabilities);
		xml_text(out, "CapabilitiesReason", summary->capabilities_reason);
	}
	if (summary->transforms.count)
		xml_texts(out, "DeclaredTransforms", &summary->transforms);
}

void validate_template(struct exchange *exchange)
{
	const char *body = submitted_template(exchange);
	AUTO(blueprint_free)
	struct blueprint *blueprint = body ? submitted_blueprint(exchange, body) : NULL;

	if (blueprint)
		add_common(&exchange->result, blueprint_summary(blueprint), false);
}

static void add_summary(struct text *out, const struct summary *summary)
{
	add_common(out, summary, true);
	xml_texts(out, "ResourceTypes", &summary->resource_types);
	xml_text(out, "Version", summary->version);
	xml_text(out, "Metadata", summary->metadata);
	xml_open(out, "ResourceIdentifierSummaries");
	for (size_t i = 0; i < summary->identifier_count; i++) {
		const struct identifier_summary *identifier = &summary->identifiers[i];

		xml_open(out, "member");
		xml_text(out, "ResourceType", identifier->type);
		xml_texts(out, "LogicalResourceIds", &identifier->logical_ids);
		if (identifier->identifiers.count)
			xml_texts(out, "ResourceIdentifiers", &identifier->identifiers);
		xml_close(out, "member");
	}
	xml_close(out, "ResourceIdentifierSummaries");
}

void get_template_summary(struct exchange *exchange)
{
	if (field(exchange, "StackName")) {
		const struct stack *stack = lookup_stack(exchange, BY_ID);

		if (!stack)
			return;
		if (stacks_is(stack, "REVIEW_IN_PROGRESS"))
			invalid(exchange, "GetTemplateSummary cannot be called on "
					  "REVIEW_IN_PROGRESS stacks.");
		else
			add_summary(&exchange->result, blueprint_summary(stack->live->blueprint));
		return;
	}
	const char *body = submitted_template(exchange);
	AUTO(blueprint_free)
	struct blueprint *blueprint = body ? submitted_blueprint(exchange, body) : NULL;

	if (blueprint)
		add_summary(&exchange->result, blueprint_summary(blueprint));
}
