#include "aws/complete.h"

#include "base/memory.h"

static void fill(char **text)
{
	if (!*text)
		*text = xstrdup("");
}

static bool finish_stacks(struct reply *reply, struct error *e)
{
	for (size_t i = 0; i < reply->stack_count; i++) {
		struct live *live = reply->stacks[i];

		if (!live->name || !live->stack_id || !live->status_text)
			return error_set(e, ERROR_TRANSIENT,
				"a stack without StackName, StackId or StackStatus");
		live->status = stack_status_from(live->status_text);
		pairs_sort(&live->parameters);
		pairs_sort(&live->resolved);
		pairs_sort(&live->outputs);
		pairs_sort(&live->tags);
	}
	return true;
}

static void finish_events(struct reply *reply)
{
	for (size_t i = 0; i < reply->event_count; i++) {
		struct stack_event *event = &reply->events[i];

		fill(&event->id);
		fill(&event->stack_id);
		fill(&event->logical_id);
		fill(&event->physical_id);
		fill(&event->type);
		fill(&event->time);
		fill(&event->status);
	}
}

static bool finish_change_sets(struct reply *reply, struct error *e)
{
	for (size_t i = 0; i < reply->change_set_count; i++) {
		struct change_set *set = &reply->change_sets[i];

		if (!set->id || !set->stack_id || !set->status)
			return error_set(e, ERROR_TRANSIENT,
				"a change set without ChangeSetId, StackId or Status");
		fill(&set->name);
		fill(&set->status_reason);
		fill(&set->execution_status);
		for (size_t j = 0; j < set->change_count; j++) {
			fill(&set->changes[j].action);
			fill(&set->changes[j].logical_id);
			fill(&set->changes[j].type);
		}
	}
	return true;
}

static bool finish_parameters(struct reply *reply, struct error *e)
{
	for (size_t i = 0; i < reply->parameter_count; i++) {
		if (!reply->parameters[i].name)
			return error_set(e, ERROR_TRANSIENT, "a parameter without ParameterKey");
		if (!reply->parameters[i].type)
			reply->parameters[i].type = xstrdup("String");
	}
	return true;
}

static bool has_members(enum call_kind kind, const struct reply *reply, struct error *e)
{
	const char *missing = NULL;

	if (kind == CALL_GET_CALLER_IDENTITY && !reply->account)
		missing = "Account";
	else if (kind == CALL_GET_TEMPLATE && !reply->template_body)
		missing = "TemplateBody";
	else if ((kind == CALL_CREATE_STACK || kind == CALL_CREATE_CHANGE_SET) && !reply->stack_id)
		missing = "StackId";
	else if (kind == CALL_CREATE_CHANGE_SET && !reply->change_set_id)
		missing = "Id";
	else if (kind == CALL_DESCRIBE_CHANGE_SET && !reply->change_set_count)
		missing = "ChangeSetId";
	return !missing || error_set(e, ERROR_TRANSIENT, "%s is missing", missing);
}

bool complete_reply(enum call_kind kind, struct reply *reply, struct error *e)
{
	finish_events(reply);
	return finish_stacks(reply, e) && finish_change_sets(reply, e) &&
	       finish_parameters(reply, e) && has_members(kind, reply, e);
}
