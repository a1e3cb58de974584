#include "cloudformation/exchange.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cloudformation/xml.h"

static const struct action actions[] = {
	{"AssumeRole", assume_role, "RoleArn RoleSessionName", true, true},
	{"AssumeRoleWithWebIdentity", assume_role_with_web_identity,
		"RoleArn RoleSessionName WebIdentityToken", true, true, true},
	{"CancelUpdateStack", cancel_update_stack, "StackName", false, false},
	{"ContinueUpdateRollback", continue_update_rollback, "StackName", true, false},
	{"CreateChangeSet", create_change_set, "StackName ChangeSetName", true, false},
	{"CreateStack", create_stack, "StackName", true, false},
	{"DeleteChangeSet", delete_change_set, "ChangeSetName", true, false},
	{"DeleteStack", delete_stack, "StackName", false, false},
	{"DescribeChangeSet", describe_change_set, "ChangeSetName", true, false},
	{"DescribeEvents", describe_events, "", true, false},
	{"DescribeStackEvents", describe_stack_events, "StackName", true, false},
	{"DescribeStackResource", describe_stack_resource, "StackName LogicalResourceId", true,
		false},
	{"DescribeStackResources", describe_stack_resources, "", true, false},
	{"DescribeStacks", describe_stacks, "", true, false},
	{"ExecuteChangeSet", execute_change_set, "ChangeSetName", true, false},
	{"GetCallerIdentity", get_caller_identity, "", true, true},
	{"GetStackPolicy", get_stack_policy, "StackName", true, false},
	{"GetTemplate", get_template, "", true, false},
	{"GetTemplateSummary", get_template_summary, "", true, false},
	{"ListChangeSets", list_change_sets, "StackName", true, false},
	{"ListExports", list_exports, "", true, false},
	{"ListImports", list_imports, "ExportName", true, false},
	{"ListStackResources", list_stack_resources, "StackName", true, false},
	{"ListStacks", list_stacks, "", true, false},
	{"RollbackStack", rollback_stack, "StackName", true, false},
	{"SetStackPolicy", set_stack_policy, "StackName", false, false},
	{"UpdateStack", update_stack, "StackName", true, false},
	{"UpdateTerminationProtection", update_termination_protection,
		"StackName EnableTerminationProtection", true, false},
	{"ValidateTemplate", validate_template, "", true, false},
};

const struct action *action_find(const char *name)
{
	for (size_t i = 0; name && i < COUNT(actions); i++)
		if (strcmp(actions[i].name, name) == 0)
			return &actions[i];
	return NULL;
}

static bool refuse_with(struct exchange *exchange, int status, const char *code, const char *format,
	va_list arguments) FORMAT(4, 0);
static bool refuse_with(struct exchange *exchange, int status, const char *code, const char *format,
	va_list arguments)
{
	exchange->status = status;
	exchange->code = code;
	free(exchange->message);
	exchange->message = xvasprintf(format, arguments);
	return false;
}

bool refuse(struct exchange *exchange, int status, const char *code, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	refuse_with(exchange, status, code, format, arguments);
	va_end(arguments);
	return false;
}

bool invalid(struct exchange *exchange, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	refuse_with(exchange, 400, "ValidationError", format, arguments);
	va_end(arguments);
	return false;
}

/* Fields are sorted by name. */
const char *field(const struct exchange *exchange, const char *name)
{
	return pairs_get(&exchange->fields, name);
}

/* A token is a number that nobody should build on: scrambled, with a check behind it. */
static const uint64_t scramble = UINT64_C(0x9e3779b97f4a7c15);

bool page_begin(struct exchange *exchange, unsigned size, struct page *page)
{
	const char *token = field(exchange, "NextToken");
	uint64_t number = 0;
	uint64_t check = 0;

	*page = (struct page){.left = size ? size : 1};
	if (!token)
		return true;
	char *end = NULL;

	number = strtoull(token, &end, 16);
	check = *end == '-' ? strtoull(end + 1, &end, 16) : 0;
	if (strlen(token) != 33 || *end || check != number * scramble)
		return invalid(exchange, "Invalid NextToken.");
	page->after = number ^ scramble;
	return true;
}

bool page_take(struct page *page, uint64_t number)
{
	if (!page->left)
		return false;
	page->left--;
	page->last = number;
	return true;
}

void page_end(struct exchange *exchange, bool more, const struct page *page)
{
	char token[40];
	uint64_t number = page->last ^ scramble;

	if (!more)
		return;
	snprintf(token, sizeof(token), "%016" PRIx64 "-%016" PRIx64, number, number * scramble);
	xml_text(&exchange->result, "NextToken", token);
}

static void render_error(const struct exchange *exchange, const char *namespace, struct text *body)
{
	text_format(body, "<ErrorResponse xmlns=\"%s\">\n  <Error>\n    ", namespace);
	xml_text(body, "Type", exchange->status < 500 ? "Sender" : "Receiver");
	text_add(body, "\n    ");
	xml_text(body, "Code", exchange->code);
	text_add(body, "\n    ");
	xml_text(body, "Message", exchange->message);
	text_add(body, "\n  </Error>\n  ");
	xml_text(body, "RequestId", exchange->request_id);
	text_add(body, "\n</ErrorResponse>\n");
}

void exchange_render(const struct exchange *exchange, struct text *body)
{
	const struct action *action = action_find(exchange->action);
	const char *namespace = action && action->is_sts
					? "https://sts.amazonaws.com/doc/2011-06-15/"
					: "http://cloudformation.amazonaws.com/doc/2010-05-15/";

	if (*exchange->code || !action) {
		render_error(exchange, namespace, body);
		return;
	}
	text_format(body, "<%sResponse xmlns=\"%s\">", exchange->action, namespace);
	if (action->has_result) {
		text_format(body, "<%sResult>", exchange->action);
		text_add_bytes(body, text_string(&exchange->result), exchange->result.length);
		text_format(body, "</%sResult>", exchange->action);
	}
	text_add(body, "<ResponseMetadata>");
	xml_text(body, "RequestId", exchange->request_id);
	text_format(body, "</ResponseMetadata></%sResponse>\n", exchange->action);
}
