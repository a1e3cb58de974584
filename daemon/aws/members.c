#include "aws/members.h"

#include <stdio.h>
#include <string.h>

#include "aws/complete.h"
#include "aws/xml.h"
#include "base/memory.h"
#include "base/text.h"

enum target { REPLY, LIVE, EVENT, PARAMETER, CHANGE_SET, CHANGE };

enum action {
	ITEM,  /* at its begin: one more item of the target's kind */
	TEXT,  /* into the target; empty is NULL */
	FIRST, /* likewise, but what another element gave before stays */
	WHOLE, /* into the target, also empty */
	FLAG,
	NAME, /* of the pair that is being read */
	VALUE,
	SECOND,      /* value, that few have */
	PAIR,        /* its end adds the pair to the list in the target */
	SECOND_PAIR, /* likewise, name and second value if it had one; stands before PAIR */
	LINE,        /* one more text of the list in the target */
};

struct rule {
	enum call_kind kind;
	const char *path; /* below <Action>Response/<Action>Result */
	enum action action;
	enum target target;
	size_t offset;
};

#define STACK(path, action, member)                                                                \
	{                                                                                          \
		CALL_DESCRIBE_STACKS, "Stacks/member" path, action, LIVE,                          \
			offsetof(struct live, member)                                              \
	}
#define STACK_PAIR(list, key, value, member)                                                       \
	STACK("/" list "/member/" key, NAME, member),                                              \
		STACK("/" list "/member/" value, VALUE, member),                                   \
		STACK("/" list "/member", PAIR, member)
#define EVENT_OF(kind, path, action, member)                                                       \
	{                                                                                          \
		kind, path, action, EVENT, offsetof(struct stack_event, member)                    \
	}
#define STACK_EVENT(path, action, member)                                                          \
	EVENT_OF(CALL_DESCRIBE_STACK_EVENTS, "StackEvents/member" path, action, member)
#define FAILED_EVENT(path, action, member)                                                         \
	EVENT_OF(CALL_DESCRIBE_EVENTS, "OperationEvents/member" path, action, member)
#define SET(kind, path, action, member)                                                            \
	{                                                                                          \
		kind, path, action, CHANGE_SET, offsetof(struct change_set, member)                \
	}
#define SET_MEMBERS(kind, prefix)                                                                  \
	SET(kind, prefix "ChangeSetId", TEXT, id), SET(kind, prefix "ChangeSetName", TEXT, name),  \
		SET(kind, prefix "StackId", TEXT, stack_id),                                       \
		SET(kind, prefix "Status", TEXT, status),                                          \
		SET(kind, prefix "StatusReason", TEXT, status_reason),                             \
		SET(kind, prefix "ExecutionStatus", TEXT, execution_status)
#define RESOURCE(path, member)                                                                     \
	{                                                                                          \
		CALL_DESCRIBE_CHANGE_SET, "Changes/member/ResourceChange/" path, TEXT, CHANGE,     \
			offsetof(struct change, member)                                            \
	}
#define PLAIN(kind, path, action, member)                                                          \
	{                                                                                          \
		kind, path, action, REPLY, offsetof(struct reply, member)                          \
	}

#define DECLARED(path, action, member)                                                             \
	{                                                                                          \
		CALL_GET_TEMPLATE_SUMMARY, "Parameters/member" path, action, PARAMETER,            \
			offsetof(struct template_parameter, member)                                \
	}

static const struct rule rules[] = {
	STACK("", ITEM, name),
	STACK("/StackName", TEXT, name),
	STACK("/StackId", TEXT, stack_id),
	STACK("/StackStatus", TEXT, status_text),
	STACK("/StackStatusReason", TEXT, status_reason),
	STACK("/CreationTime", TEXT, created),
	STACK("/LastUpdatedTime", TEXT, updated),
	STACK("/ParentId", TEXT, parent_id),
	STACK("/ChangeSetId", TEXT, change_set_id),
	STACK("/RoleARN", TEXT, role_arn),
	STACK("/EnableTerminationProtection", FLAG, termination_protection),
	STACK("/Parameters/member/ResolvedValue", SECOND, resolved),
	STACK("/Parameters/member", SECOND_PAIR, resolved),
	STACK_PAIR("Parameters", "ParameterKey", "ParameterValue", parameters),
	STACK_PAIR("Outputs", "OutputKey", "OutputValue", outputs),
	STACK_PAIR("Tags", "Key", "Value", tags),
	STACK("/NotificationARNs/member", LINE, notification_arns),
	STACK("/Capabilities/member", LINE, capabilities),
	STACK("/LastOperations/member/OperationId", LINE, operations),
	PLAIN(CALL_DESCRIBE_STACKS, "NextToken", TEXT, next_token),

	STACK_EVENT("", ITEM, id),
	STACK_EVENT("/EventId", TEXT, id),
	STACK_EVENT("/StackId", TEXT, stack_id),
	STACK_EVENT("/LogicalResourceId", TEXT, logical_id),
	STACK_EVENT("/PhysicalResourceId", TEXT, physical_id),
	STACK_EVENT("/ResourceType", TEXT, type),
	STACK_EVENT("/Timestamp", TEXT, time),
	STACK_EVENT("/ResourceStatus", TEXT, status),
	STACK_EVENT("/ResourceStatusReason", TEXT, reason),
	STACK_EVENT("/ClientRequestToken", TEXT, token),
	PLAIN(CALL_DESCRIBE_STACK_EVENTS, "NextToken", TEXT, next_token),

	/* Each kind of event (of a resource, a validation, a hook) has words of its own. */
	FAILED_EVENT("", ITEM, id),
	FAILED_EVENT("/EventId", TEXT, id),
	FAILED_EVENT("/StackId", TEXT, stack_id),
	FAILED_EVENT("/LogicalResourceId", TEXT, logical_id),
	FAILED_EVENT("/PhysicalResourceId", TEXT, physical_id),
	FAILED_EVENT("/ResourceType", TEXT, type),
	FAILED_EVENT("/Timestamp", TEXT, time),
	FAILED_EVENT("/ResourceStatus", FIRST, status),
	FAILED_EVENT("/ValidationStatus", FIRST, status),
	FAILED_EVENT("/HookStatus", FIRST, status),
	FAILED_EVENT("/ResourceStatusReason", FIRST, reason),
	FAILED_EVENT("/ValidationStatusReason", FIRST, reason),
	FAILED_EVENT("/HookStatusReason", FIRST, reason),
	FAILED_EVENT("/ClientRequestToken", TEXT, token),
	PLAIN(CALL_DESCRIBE_EVENTS, "NextToken", TEXT, next_token),

	SET(CALL_LIST_CHANGE_SETS, "Summaries/member", ITEM, id),
	SET_MEMBERS(CALL_LIST_CHANGE_SETS, "Summaries/member/"),
	PLAIN(CALL_LIST_CHANGE_SETS, "NextToken", TEXT, next_token),

	SET(CALL_DESCRIBE_CHANGE_SET, "", ITEM, id),
	SET_MEMBERS(CALL_DESCRIBE_CHANGE_SET, ""),
	{CALL_DESCRIBE_CHANGE_SET, "Changes/member", ITEM, CHANGE, 0},
	RESOURCE("Action", action),
	RESOURCE("LogicalResourceId", logical_id),
	RESOURCE("ResourceType", type),
	RESOURCE("Replacement", replacement),
	RESOURCE("PolicyAction", policy_action),
	RESOURCE("ChangeSetId", change_set_id),
	PLAIN(CALL_DESCRIBE_CHANGE_SET, "NextToken", TEXT, next_token),

	DECLARED("", ITEM, name),
	DECLARED("/ParameterKey", TEXT, name),
	DECLARED("/ParameterType", TEXT, type),
	DECLARED("/DefaultValue", WHOLE, preset),
	DECLARED("/NoEcho", FLAG, no_echo),

	PLAIN(CALL_GET_CALLER_IDENTITY, "Account", TEXT, account),
	PLAIN(CALL_GET_TEMPLATE, "TemplateBody", WHOLE, template_body),
	PLAIN(CALL_GET_STACK_POLICY, "StackPolicyBody", TEXT, stack_policy),
	PLAIN(CALL_UPDATE_TERMINATION_PROTECTION, "StackId", TEXT, stack_id),
	PLAIN(CALL_CREATE_STACK, "StackId", TEXT, stack_id),
	PLAIN(CALL_CREATE_STACK, "OperationId", TEXT, operation_id),
	PLAIN(CALL_CREATE_CHANGE_SET, "Id", TEXT, change_set_id),
	PLAIN(CALL_CREATE_CHANGE_SET, "StackId", TEXT, stack_id),
};

struct reader {
	enum call_kind kind;
	struct reply *reply;
	struct refusal *refusal;
	const char *action;
	bool answered; /* the root was this action's response */
	struct pair pair;
	char *second;
	size_t items;
	size_t sizes[CHANGE + 1]; /* allocated, per target */
};

void refusal_done(struct refusal *refusal)
{
	free(refusal->code);
	free(refusal->message);
	*refusal = (struct refusal){0};
}

/* The rest of the path behind the action's own two elements; NULL: it is not below them. */
static const char *below_result(const struct reader *reader, const char *path)
{
	size_t length = strlen(reader->action);

	if (strncmp(path, reader->action, length) != 0 || !text_starts(path + length, "Response/"))
		return NULL;
	path += length + strlen("Response/");
	if (strncmp(path, reader->action, length) != 0 || !text_starts(path + length, "Result"))
		return NULL;
	path += length + strlen("Result");
	return *path == '/' ? path + 1 : *path ? NULL : path;
}

static struct change_set *last_set(const struct reply *reply)
{
	return reply->change_set_count ? &reply->change_sets[reply->change_set_count - 1] : NULL;
}

/* The item that is being read; NULL: none was begun. */
static void *current(const struct reader *reader, enum target target)
{
	struct reply *reply = reader->reply;
	struct change_set *set = last_set(reply);

	switch (target) {
	case LIVE:
		return reply->stack_count ? reply->stacks[reply->stack_count - 1] : NULL;
	case EVENT:
		return reply->event_count ? &reply->events[reply->event_count - 1] : NULL;
	case PARAMETER:
		return reply->parameter_count ? &reply->parameters[reply->parameter_count - 1]
					      : NULL;
	case CHANGE_SET:
		return set;
	case CHANGE:
		return set && set->change_count ? &set->changes[set->change_count - 1] : NULL;
	case REPLY:
		break;
	}
	return reply;
}

static void *append(void *items, size_t *count, size_t *size, size_t item_size)
{
	items = grow_array(items, size, *count + 1, item_size);
	memset((char *)items + *count * item_size, 0, item_size);
	++*count;
	return items;
}

static void add_stack(struct reader *reader)
{
	struct reply *reply = reader->reply;

	reply->stacks = grow_array(
		reply->stacks, &reader->sizes[LIVE], reply->stack_count + 1, sizeof(struct live *));
	reply->stacks[reply->stack_count++] = xcalloc(1, sizeof(struct live));
}

static void add_change_set(struct reader *reader)
{
	struct reply *reply = reader->reply;

	reply->change_sets = append(reply->change_sets, &reply->change_set_count,
		&reader->sizes[CHANGE_SET], sizeof(*reply->change_sets));
	reader->sizes[CHANGE] = 0;
}

static bool add_item(struct reader *reader, enum target target, struct error *e)
{
	struct reply *reply = reader->reply;
	struct change_set *set = last_set(reply);

	if (++reader->items > PAGE_LIMIT)
		return error_set(e, ERROR_TRANSIENT, "more than %d items", PAGE_LIMIT);
	if (target == LIVE)
		add_stack(reader);
	else if (target == EVENT)
		reply->events = append(reply->events, &reply->event_count, &reader->sizes[EVENT],
			sizeof(*reply->events));
	else if (target == PARAMETER)
		reply->parameters = append(reply->parameters, &reply->parameter_count,
			&reader->sizes[PARAMETER], sizeof(*reply->parameters));
	else if (target == CHANGE_SET)
		add_change_set(reader);
	else if (set)
		set->changes = append(set->changes, &set->change_count, &reader->sizes[CHANGE],
			sizeof(*set->changes));
	return true;
}

static bool on_begin(void *owner, const char *path, struct error *e)
{
	struct reader *reader = owner;
	const char *rest = below_result(reader, path);

	for (size_t i = 0; rest && i < COUNT(rules); i++)
		if (rules[i].kind == reader->kind && rules[i].action == ITEM &&
			strcmp(rules[i].path, rest) == 0)
			return add_item(reader, rules[i].target, e);
	return true;
}

static void end_pair(struct reader *reader, struct pairs *pairs)
{
	const char *value = reader->pair.value;

	if (reader->pair.name)
		pairs_add(pairs, reader->pair.name, value ? value : "");
	replace_text(&reader->pair.name, NULL);
	replace_text(&reader->pair.value, NULL);
}

static void end_second(struct reader *reader, struct pairs *pairs)
{
	if (reader->pair.name && reader->second)
		pairs_add(pairs, reader->pair.name, reader->second);
	replace_text(&reader->second, NULL);
}

static void apply(struct reader *reader, const struct rule *rule, const char *text)
{
	void *item = current(reader, rule->target);
	void *place = item ? (char *)item + rule->offset : NULL;

	if (!place)
		return;
	switch (rule->action) {
	case ITEM:
		break;
	case TEXT:
		replace_text(place, *text ? text : NULL);
		break;
	case FIRST:
		if (!*(char **)place && *text)
			replace_text(place, text);
		break;
	case WHOLE:
		replace_text(place, text);
		break;
	case FLAG:
		*(bool *)place = strcmp(text, "true") == 0;
		break;
	case NAME:
		replace_text(&reader->pair.name, text);
		break;
	case VALUE:
		replace_text(&reader->pair.value, text);
		break;
	case SECOND:
		replace_text(&reader->second, text);
		break;
	case SECOND_PAIR:
		end_second(reader, place);
		break;
	case PAIR:
		end_pair(reader, place);
		break;
	case LINE:
		texts_add(place, text);
		break;
	}
}

static void read_envelope(struct reader *reader, const char *path, const char *text)
{
	/* S3's stands alone. */
	bool alone = reader->kind == CALL_UPLOAD_TEMPLATE;

	if (strcmp(path, alone ? "Error/Code" : "ErrorResponse/Error/Code") == 0)
		replace_text(&reader->refusal->code, text);
	else if (strcmp(path, alone ? "Error/Message" : "ErrorResponse/Error/Message") == 0)
		replace_text(&reader->refusal->message, text);
	else if (strcmp(path, "ErrorResponse/RequestId") == 0 ||
		 text_ends(path, "Response/ResponseMetadata/RequestId"))
		snprintf(reader->reply->request_id, sizeof(reader->reply->request_id), "%s", text);
}

static bool on_end(void *owner, const char *path, const char *text, struct error *e)
{
	struct reader *reader = owner;
	const char *rest = below_result(reader, path);

	(void)e;
	if (!rest) {
		read_envelope(reader, path, text);
		size_t length = strlen(reader->action);

		if (strncmp(path, reader->action, length) == 0 &&
			strcmp(path + length, "Response") == 0)
			reader->answered = true;
	}
	for (size_t i = 0; rest && i < COUNT(rules); i++)
		if (rules[i].kind == reader->kind && strcmp(rules[i].path, rest) == 0)
			apply(reader, &rules[i], text);
	return true;
}

bool members_read(enum call_kind kind, const char *body, size_t length, struct reply *reply,
	struct refusal *refusal, struct error *e)
{
	static const struct xml_events events = {on_begin, on_end};
	struct reader reader = {
		.kind = kind, .reply = reply, .refusal = refusal, .action = call_kind_name(kind)};
	bool read = xml_read(body, length, &events, &reader, e);

	free(reader.pair.name);
	free(reader.pair.value);
	free(reader.second);
	if (!read)
		return false;
	if (refusal->code)
		return true;
	if (!reader.answered)
		return error_set(e, ERROR_TRANSIENT, "not a reply to %s", reader.action);
	return complete_reply(kind, reply, e);
}
