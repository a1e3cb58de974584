/* What CloudFormation says in a story: a few words become a reply. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "engine_play.h"
#include "stack/names.h"

static char *stack_id(const char *name, const char *number)
{
	return xasprintf("arn:aws:cloudformation:eu-west-1:1:stack/%s/%s", name, number);
}

static void add_option(struct live *live, const char *option)
{
	const char *equals = strchr(option, '=');
	AUTO(free_text)
	char *name = equals ? xstrndup(option, (size_t)(equals - option)) : xstrdup(option);
	const char *value = equals ? equals + 1 : "";

	if (strcmp(name, "protected") == 0) {
		live->termination_protection = true;
	} else if (strcmp(name, "owner") == 0) {
		pairs_add(&live->tags, OWNER_TAG, value);
	} else if (strcmp(name, "parent") == 0) {
		replace_text(&live->parent_id, value);
	} else if (strcmp(name, "since") == 0) {
		free(live->created);
		live->created = xasprintf("2026-01-01T00:00:%sZ", value);
	} else if (strcmp(name, "id") == 0) {
		free(live->stack_id);
		live->stack_id = stack_id(live->name, value);
	} else {
		assert_non_null(equals);
		pairs_add(&live->outputs, name, value);
	}
}

static struct live *stack_of(const char *words)
{
	char name[32], status[64], time[32], version[32];
	struct live *live = xcalloc(1, sizeof(*live));
	AUTO(free_text) char *copy = NULL;
	char *rest = NULL;
	int used = 0;

	assert_int_equal(
		sscanf(words, "%31s %63s %31s %31s%n", name, status, time, version, &used), 4);
	live->name = xstrdup(name);
	live->stack_id = stack_id(name, "1");
	live->status_text = xstrdup(status);
	live->status = stack_status_from(status);
	live->created = xstrdup("2026-01-01T00:00:00Z");
	live->updated = xasprintf("2026-01-01T00:00:%sZ", time);
	if (strcmp(version, "-") != 0)
		pairs_add(&live->parameters, "Version", version);
	copy = xstrdup(words + used);
	for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
		add_option(live, word);
	return live;
}

static void answer_stacks(struct reply *reply, const char *words)
{
	AUTO(free_text) char *copy = xstrdup(words);
	char *rest = NULL;

	reply->stacks = xcalloc(8, sizeof(*reply->stacks));
	for (char *one = strtok_r(copy, ";", &rest); one; one = strtok_r(NULL, ";", &rest)) {
		const char *begin = one + strspn(one, " ");

		assert_true(text_starts(begin, "stack ") && reply->stack_count < 8);
		reply->stacks[reply->stack_count++] = stack_of(begin + 6);
	}
}

static void answer_event(
	struct reply *reply, const struct call *call, const char *status, const char *token)
{
	struct stack_event *event = xcalloc(1, sizeof(*event));
	bool failed = strstr(status, "ROLLBACK") || text_ends(status, "_FAILED");

	event->id = xasprintf("event-%s-%s", status, token);
	event->stack_id = xstrdup(call->stack);
	event->physical_id = xstrdup(call->stack);
	event->logical_id = xstrdup("app");
	event->type = xstrdup("AWS::CloudFormation::Stack");
	event->time = xstrdup("2026-01-01T00:00:00Z");
	event->status = xstrdup(status);
	event->reason = failed ? xstrdup("the event's reason") : NULL;
	event->token = xstrdup(token);
	reply->events = event;
	reply->event_count = 1;
}

static struct change_set *add_set(struct reply *reply, const char *status, const char *execution)
{
	struct change_set *set = xcalloc(1, sizeof(*set));

	set->id = xstrdup(SET_ID);
	set->name = xstrdup("x");
	set->stack_id = xstrdup(APP_ID);
	set->status = xstrdup(status);
	set->status_reason = xstrdup("");
	set->execution_status = xstrdup(execution);
	reply->change_sets = set;
	reply->change_set_count = 1;
	return set;
}

static void answer_review(struct reply *reply, const char *words)
{
	char status[64], execution[64], reason[64] = "";

	assert_true(sscanf(words, "%63s %63s %63[^\n]", status, execution, reason) >= 2);
	replace_text(&add_set(reply, status, execution)->status_reason, reason);
}

static void answer_changes(struct reply *reply, const char *words)
{
	struct change_set *set = add_set(reply, "CREATE_COMPLETE", "AVAILABLE");
	AUTO(free_text) char *copy = xstrdup(words);
	char *rest = NULL;

	set->changes = xcalloc(8, sizeof(*set->changes));
	for (char *one = strtok_r(copy, ",", &rest); one; one = strtok_r(NULL, ",", &rest)) {
		char action[16], id[32], type[64], replacement[16], nested[128] = "";
		int found = sscanf(
			one, " %15s %31s %63s %15s %127s", action, id, type, replacement, nested);

		assert_true(found >= 4 && set->change_count < 8);
		set->changes[set->change_count++] = (struct change){.action = xstrdup(action),
			.logical_id = xstrdup(id),
			.type = xstrdup(type),
			.replacement = xstrdup(replacement),
			.change_set_id = *nested ? xstrdup(nested) : NULL};
	}
}

static void answer_summary(struct reply *reply, const char *words)
{
	AUTO(free_text) char *copy = xstrdup(words);
	char *rest = NULL;

	reply->parameters = xcalloc(8, sizeof(*reply->parameters));
	for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		assert_true(reply->parameter_count < 8);
		reply->parameters[reply->parameter_count++] = (struct template_parameter){
			.name = xstrdup(word), .type = xstrdup("String")};
	}
}

/* --- answers that are errors --- */

static const struct {
	const char *word;
	enum reply_code code;
	enum error_kind kind;
} errors[] = {
	{"no-set", REPLY_NO_CHANGE_SET, ERROR_REFUSED},
	{"set-status", REPLY_CHANGE_SET_STATUS, ERROR_REFUSED},
	{"busy", REPLY_BUSY, ERROR_REFUSED},
	{"exists", REPLY_EXISTS, ERROR_REFUSED},
	{"token", REPLY_TOKEN_EXISTS, ERROR_REFUSED},
	{"throttled", REPLY_ERROR, ERROR_THROTTLED},
	{"denied", REPLY_ERROR, ERROR_DENIED},
	{"expired", REPLY_ERROR, ERROR_DENIED},
	{"refused", REPLY_ERROR, ERROR_REFUSED},
	{"garbled", REPLY_ERROR, ERROR_TRANSIENT},
	{"lost", REPLY_ERROR, ERROR_TRANSIENT},
	{"none", REPLY_NO_STACK, ERROR_REFUSED},
};

static bool answer_error(struct reply *reply, const struct call *call, const char *word)
{
	for (size_t i = 0; i < COUNT(errors); i++) {
		if (strcmp(errors[i].word, word) != 0)
			continue;
		reply->code = errors[i].code;
		reply->effect = EFFECT_NONE;
		reply->scope_wide =
			errors[i].kind == ERROR_THROTTLED || strcmp(word, "expired") == 0;
		if (strcmp(word, "lost") == 0) {
			reply->effect = EFFECT_MAYBE;
			reply->scope_wide = !call_kind_mutates(call->kind);
		}
		error_set(&reply->error, errors[i].kind, "the answer was %s",
			error_kind_name(errors[i].kind));
		return true;
	}
	return false;
}

struct reply answer_to(const struct call *call, const char *words, const char *token)
{
	struct reply reply = {.effect = EFFECT_CONFIRMED};
	const char *blank = strchr(words, ' ');
	const char *rest = blank ? blank + 1 : "";

	if (strcmp(words, "page") == 0)
		reply.next_token = xstrdup("next");
	if (strcmp(words, "ok") == 0 || strcmp(words, "page") == 0 ||
		(strcmp(words, "none") == 0 && !call->stack))
		return reply;
	if (text_starts(words, "stack "))
		answer_stacks(&reply, words);
	else if (text_starts(words, "template "))
		reply.template_body = xstrdup(rest);
	else if (strcmp(words, "url") == 0)
		reply.template_url = xstrdup("https://templates.s3.eu-west-1.amazonaws.com/t");
	else if (text_starts(words, "account "))
		reply.account = xstrdup(rest);
	else if (text_starts(words, "policy"))
		reply.stack_policy = *rest ? xstrdup(rest) : NULL;
	else if (text_starts(words, "id"))
		reply.stack_id = stack_id(call->stack, *rest ? rest : "1");
	else if (strcmp(words, "set") == 0 || text_starts(words, "set "))
		reply.change_set_id = xasprintf(
			"arn:aws:cloudformation:eu-west-1:1:changeSet/x/%s", *rest ? rest : "1");
	else if (text_starts(words, "review "))
		answer_review(&reply, rest);
	else if (text_starts(words, "changes ") || text_starts(words, "page "))
		answer_changes(&reply, rest);
	else if (text_starts(words, "uploaded "))
		reply.template_url = xstrdup(rest);
	else if (text_starts(words, "summary"))
		answer_summary(&reply, rest);
	else if (text_starts(words, "end ") || text_starts(words, "other "))
		answer_event(&reply, call, rest, text_starts(words, "end ") ? token : "theirs");
	else if (!answer_error(&reply, call, words))
		fail_msg("an answer that is not known: %s", words);
	if (text_starts(words, "page "))
		reply.next_token = xstrdup("next");
	return reply;
}
