#include "aws/query.h"

#include <assert.h>
#include <string.h>

enum {
	STACK = 1,
	CHANGE_SET = 2,
	PAGE = 4,
	CONTENT = 8, /* template, parameters, tags: what a stack shall be */
	POLICY = 16,
	PROTECTION = 32,
	URL = 64, /* where a template is, and nothing else of a stack */
};

struct action {
	const char *service;
	unsigned sends;
	const char *token; /* the field that makes the call idempotent */
	const char *fixed;
};

#define CLOUDFORMATION "cloudformation"

static const struct action actions[] = {
	[CALL_RECALL] = {NULL, 0, NULL, ""},
	[CALL_SAVE] = {NULL, 0, NULL, ""},
	[CALL_GET_CALLER_IDENTITY] = {"sts", 0, NULL, ""},
	[CALL_DESCRIBE_STACKS] = {CLOUDFORMATION, STACK | PAGE, NULL, ""},
	[CALL_DESCRIBE_STACK_EVENTS] = {CLOUDFORMATION, STACK | PAGE, NULL, ""},
	[CALL_GET_TEMPLATE] = {CLOUDFORMATION, STACK, NULL, "&TemplateStage=Original"},
	[CALL_LIST_CHANGE_SETS] = {CLOUDFORMATION, STACK | PAGE, NULL, ""},
	[CALL_DESCRIBE_CHANGE_SET] = {CLOUDFORMATION, STACK | CHANGE_SET | PAGE, NULL, ""},
	[CALL_CREATE_STACK] = {CLOUDFORMATION, STACK | CONTENT, "ClientRequestToken", ""},
	[CALL_CREATE_CHANGE_SET] = {CLOUDFORMATION, STACK | CHANGE_SET | CONTENT, "ClientToken",
		"&ChangeSetType=UPDATE&IncludeNestedStacks=true"},
	[CALL_EXECUTE_CHANGE_SET] = {CLOUDFORMATION, STACK | CHANGE_SET, "ClientRequestToken", ""},
	[CALL_DELETE_CHANGE_SET] = {CLOUDFORMATION, STACK | CHANGE_SET, NULL, ""},
	[CALL_DESCRIBE_EVENTS] = {CLOUDFORMATION, STACK | CHANGE_SET | PAGE, NULL,
		"&Filters.FailedEvents=true"},
	[CALL_GET_STACK_POLICY] = {CLOUDFORMATION, STACK, NULL, ""},
	[CALL_SET_STACK_POLICY] = {CLOUDFORMATION, STACK | POLICY, NULL, ""},
	[CALL_UPDATE_TERMINATION_PROTECTION] = {CLOUDFORMATION, STACK | PROTECTION, NULL, ""},
	[CALL_DELETE_STACK] = {CLOUDFORMATION, STACK, "ClientRequestToken", ""},
	[CALL_CONTINUE_UPDATE_ROLLBACK] = {CLOUDFORMATION, STACK, "ClientRequestToken", ""},
	[CALL_GET_TEMPLATE_SUMMARY] = {CLOUDFORMATION, URL, NULL, ""},
	[CALL_UPLOAD_TEMPLATE] = {"s3", 0, NULL, ""}, /* no form: see aws/upload */
};
static_assert(COUNT(actions) == CALL_KIND_COUNT, "one row per kind");

const char *query_service(enum call_kind kind)
{
	return actions[kind].service;
}

static void add_value(struct text *form, const char *value)
{
	text_add_char(form, '=');
	text_add_percent(form, value, strlen(value), "");
}

static void add_field(struct text *form, const char *name, const char *value)
{
	if (!value)
		return;
	text_format(form, "&%s", name);
	add_value(form, value);
}

static void add_parameters(struct text *form, const struct pairs *parameters)
{
	for (size_t i = 0; i < parameters->count; i++) {
		const struct pair *pair = &parameters->items[i];

		text_format(form, "&Parameters.member.%zu.ParameterKey", i + 1);
		add_value(form, pair->name);
		text_format(form, "&Parameters.member.%zu.", i + 1);
		text_add(form, pair->value ? "ParameterValue" : "UsePreviousValue");
		add_value(form, pair->value ? pair->value : "true");
	}
}

/* AWS takes a list that is not sent for "leave it", and an empty one for "none of them". */
static void add_texts(struct text *form, const char *name, const struct texts *texts, bool given)
{
	if (given && !texts->count)
		text_format(form, "&%s=", name);
	for (size_t i = 0; given && i < texts->count; i++) {
		text_format(form, "&%s.member.%zu", name, i + 1);
		add_value(form, texts->items[i]);
	}
}

static void add_tags(struct text *form, const struct pairs *tags)
{
	if (!tags->count)
		text_add(form, "&Tags=");
	for (size_t i = 0; i < tags->count; i++) {
		text_format(form, "&Tags.member.%zu.Key", i + 1);
		add_value(form, tags->items[i].name);
		text_format(form, "&Tags.member.%zu.Value", i + 1);
		add_value(form, tags->items[i].value ? tags->items[i].value : "");
	}
}

static void add_content(struct text *form, const struct call *call)
{
	add_field(form, "TemplateBody", call->template_url ? NULL : call->body);
	add_field(form, "TemplateURL", call->template_url);
	add_parameters(form, &call->parameters);
	add_texts(form, "Capabilities", &call->capabilities, call->capabilities.count > 0);
	add_texts(
		form, "NotificationARNs", &call->notification_arns, call->notification_arns_given);
	if (call->tags_given)
		add_tags(form, &call->tags);
	add_field(form, "RoleARN", call->role_arn);
}

/* What is said only once, when the stack comes to be. */
static void add_beginning(struct text *form, const struct call *call)
{
	add_field(form, "OnFailure", call->on_failure);
	if (call->timeout_minutes)
		text_format(form, "&TimeoutInMinutes=%u", call->timeout_minutes);
}

void query_write(const struct call *call, struct text *form)
{
	const struct action *action = &actions[call->kind];
	bool sts = strcmp(action->service, "sts") == 0;

	text_format(form, "Action=%s&Version=%s", call_kind_name(call->kind),
		sts ? "2011-06-15" : "2010-05-15");
	if (action->sends & STACK)
		add_field(form, "StackName", call->stack);
	if (action->sends & CHANGE_SET)
		add_field(form, "ChangeSetName", call->change_set);
	if (call->kind == CALL_CREATE_CHANGE_SET)
		add_field(form, "Description", call->description);
	text_add(form, action->fixed);
	if (action->sends & CONTENT)
		add_content(form, call);
	if (call->kind == CALL_CREATE_STACK)
		add_beginning(form, call);
	if (action->sends & URL)
		add_field(form, "TemplateURL", call->template_url);
	if (action->sends & POLICY)
		add_field(form, "StackPolicyBody", call->body);
	if (action->sends & PROTECTION)
		add_field(form, "EnableTerminationProtection", call->protection ? "true" : "false");
	if (action->token)
		add_field(form, action->token, call->token);
	if (action->sends & PAGE)
		add_field(form, "NextToken", call->next_token);
}
