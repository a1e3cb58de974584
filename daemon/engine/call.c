#include "engine/call.h"

#include <assert.h>

#include "base/memory.h"

struct kind_row {
	const char *name;
	bool mutates;
};

static const struct kind_row rows[] = {
	[CALL_RECALL] = {"recall", false},
	[CALL_SAVE] = {"save", false},
	[CALL_GET_CALLER_IDENTITY] = {"GetCallerIdentity", false},
	[CALL_DESCRIBE_STACKS] = {"DescribeStacks", false},
	[CALL_DESCRIBE_STACK_EVENTS] = {"DescribeStackEvents", false},
	[CALL_GET_TEMPLATE] = {"GetTemplate", false},
	[CALL_LIST_CHANGE_SETS] = {"ListChangeSets", false},
	[CALL_DESCRIBE_CHANGE_SET] = {"DescribeChangeSet", false},
	[CALL_CREATE_STACK] = {"CreateStack", true},
	[CALL_CREATE_CHANGE_SET] = {"CreateChangeSet", true},
	[CALL_EXECUTE_CHANGE_SET] = {"ExecuteChangeSet", true},
	[CALL_DELETE_CHANGE_SET] = {"DeleteChangeSet", true},
	[CALL_DESCRIBE_EVENTS] = {"DescribeEvents", false},
	[CALL_GET_STACK_POLICY] = {"GetStackPolicy", false},
	[CALL_SET_STACK_POLICY] = {"SetStackPolicy", true},
	[CALL_UPDATE_TERMINATION_PROTECTION] = {"UpdateTerminationProtection", true},
	[CALL_DELETE_STACK] = {"DeleteStack", true},
	[CALL_CONTINUE_UPDATE_ROLLBACK] = {"ContinueUpdateRollback", true},
	[CALL_GET_TEMPLATE_SUMMARY] = {"GetTemplateSummary", false},
	[CALL_UPLOAD_TEMPLATE] = {"PutObject", true},
};
static_assert(COUNT(rows) == CALL_KIND_COUNT, "one row per kind");

const char *call_kind_name(enum call_kind kind)
{
	return rows[kind].name;
}

bool call_kind_mutates(enum call_kind kind)
{
	return rows[kind].mutates;
}

void call_done(struct call *call)
{
	free(call->region);
	free(call->assume_role);
	free(call->external_id);
	free(call->stack);
	free(call->next_token);
	free(call->change_set);
	free(call->token);
	free(call->description);
	free(call->body);
	free(call->template_url);
	free(call->bucket);
	free(call->object);
	pairs_done(&call->parameters);
	texts_done(&call->capabilities);
	pairs_done(&call->tags);
	texts_done(&call->notification_arns);
	free(call->role_arn);
	free(call->on_failure);
	*call = (struct call){0};
}

void stack_event_done(struct stack_event *event)
{
	free(event->id);
	free(event->stack_id);
	free(event->logical_id);
	free(event->physical_id);
	free(event->type);
	free(event->time);
	free(event->status);
	free(event->reason);
	free(event->token);
}

static void change_set_done(struct change_set *set)
{
	free(set->id);
	free(set->name);
	free(set->stack_id);
	free(set->status);
	free(set->status_reason);
	free(set->execution_status);
	changes_free(set->changes, set->change_count);
}

static void record_done(struct record_text *record)
{
	free(record->key);
	free(record->text);
	free(record->problem);
}

void reply_done(struct reply *reply)
{
	for (size_t i = 0; i < reply->stack_count; i++)
		live_free(reply->stacks[i]);
	free(reply->stacks);
	free(reply->next_token);
	free(reply->stack_id);
	free(reply->operation_id);
	free(reply->change_set_id);
	free(reply->template_body);
	free(reply->template_url);
	for (size_t i = 0; i < reply->parameter_count; i++)
		template_parameter_done(&reply->parameters[i]);
	free(reply->parameters);
	free(reply->stack_policy);
	free(reply->account);
	for (size_t i = 0; i < reply->event_count; i++)
		stack_event_done(&reply->events[i]);
	free(reply->events);
	for (size_t i = 0; i < reply->change_set_count; i++)
		change_set_done(&reply->change_sets[i]);
	free(reply->change_sets);
	for (size_t i = 0; i < reply->record_count; i++)
		record_done(&reply->records[i]);
	free(reply->records);
	wipe(reply->state_key, sizeof(reply->state_key));
	*reply = (struct reply){0};
}
