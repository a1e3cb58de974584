#include "aws/members.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "aws/replies.h"
#include "base/memory.h"
#include "base/text.h"
#include "support.h"

#define WEB "arn:aws:cloudformation:eu-west-1:123456789012:stack/web/1"

static struct reply read_text(enum call_kind kind, int status, const char *body)
{
	struct answer answer = {.http_status = status, .body = body, .length = strlen(body)};
	struct reply reply = {0};

	replies_read(kind, &answer, &reply);
	return reply;
}

static struct reply read_file(enum call_kind kind, int status, const char *name)
{
	AUTO(free_text) char *path = xasprintf("tests/data/replies/%s", name);
	size_t length;
	AUTO(free_text) char *body = project_file(path, &length);

	return read_text(kind, status, body);
}

static void expect_ok(const struct reply *reply, const char *request_id)
{
	if (reply->code != REPLY_OK)
		fail_msg("code %d: %s", reply->code, reply->error.text);
	assert_int_equal(reply->error.kind, ERROR_NONE);
	assert_int_equal(reply->effect, EFFECT_CONFIRMED);
	assert_int_equal(reply->http_status, 200);
	assert_string_equal(reply->aws_code, "");
	assert_string_equal(reply->request_id, request_id);
}

static void expect_pair(const struct pairs *pairs, size_t i, const char *name, const char *value)
{
	assert_true(i < pairs->count);
	assert_string_equal(pairs->items[i].name, name);
	assert_string_equal(pairs->items[i].value, value);
}

static void test_a_page_of_stacks(void **state)
{
	AUTO_DONE(reply_done)
	struct reply reply = read_file(CALL_DESCRIBE_STACKS, 200, "describe-stacks.xml");

	(void)state;
	expect_ok(&reply, "b9b4b068-3a41-11e5-94eb-example");
	assert_int_equal(reply.stack_count, 2);
	assert_string_equal(reply.next_token, "bmV4dA==");
	const struct live *web = reply.stacks[0];

	assert_string_equal(web->name, "web");
	assert_true(text_ends(web->stack_id, "stack/web/0c5fb9a0-0000-11f1-8000-0a1b2c3d4e5f"));
	assert_int_equal(web->status, STACK_UPDATE_COMPLETE);
	assert_string_equal(web->status_text, "UPDATE_COMPLETE");
	assert_true(text_starts(web->status_reason, "Update successful."));
	assert_string_equal(web->created, "2026-03-04T05:06:07.890Z");
	assert_string_equal(web->updated, "2026-03-05T05:06:07.890Z");
	assert_true(text_ends(web->parent_id, "stack/parent/1"));
	assert_true(text_ends(web->change_set_id, "changeSet/stackd-update-1/ab"));
	assert_string_equal(web->role_arn, "arn:aws:iam::123456789012:role/cloudformation");
	assert_true(web->termination_protection);
}

static void test_lists_of_a_stack_are_sorted_by_name(void **state)
{
	AUTO_DONE(reply_done)
	struct reply reply = read_file(CALL_DESCRIBE_STACKS, 200, "describe-stacks.xml");
	const struct live *web = reply.stacks[0];

	(void)state;
	assert_int_equal(web->parameters.count, 5);
	expect_pair(&web->parameters, 0, "Blank", "");
	expect_pair(&web->parameters, 1, "Image", "/ami/latest");
	expect_pair(&web->parameters, 2, "Password", "****");
	expect_pair(&web->parameters, 3, "Version", "042");
	expect_pair(&web->parameters, 4, "Zone", "/zone");
	assert_int_equal(web->resolved.count, 2); /* of parameters that name another's value */
	expect_pair(&web->resolved, 0, "Image", "ami-0123");
	expect_pair(&web->resolved, 1, "Zone", "");
	assert_int_equal(web->outputs.count, 3);
	expect_pair(&web->outputs, 0, "ECSCluster", "prod");
	expect_pair(&web->outputs, 1, "Empty", "");
	expect_pair(&web->outputs, 2, "ServiceURL", "https://web.example.com/?a=1&b=<2>");
	assert_int_equal(web->tags.count, 2);
	expect_pair(&web->tags, 0, "stackd:owner", "stackd");
	expect_pair(&web->tags, 1, "team", "blue");
	assert_int_equal(web->capabilities.count, 2);
	assert_string_equal(web->capabilities.items[0], "CAPABILITY_IAM");
	assert_int_equal(web->notification_arns.count, 1);
	assert_int_equal(web->operations.count, 2);
	assert_string_equal(web->operations.items[1], "op-2");
}

static void test_what_a_stack_has_not_is_null_or_empty(void **state)
{
	AUTO_DONE(reply_done)
	struct reply reply = read_file(CALL_DESCRIBE_STACKS, 200, "describe-stacks.xml");
	const struct live *queue = reply.stacks[1];

	(void)state;
	assert_int_equal(queue->status, STACK_UNKNOWN);
	assert_string_equal(queue->status_text, "CREATE_PAUSED");
	assert_null(queue->status_reason);
	assert_null(queue->updated);
	assert_null(queue->parent_id);
	assert_null(queue->change_set_id);
	assert_null(queue->role_arn);
	assert_false(queue->termination_protection);
	assert_int_equal(queue->parameters.count + queue->outputs.count + queue->tags.count, 0);
	assert_int_equal(queue->notification_arns.count + queue->capabilities.count, 0);
}

static void test_an_empty_page_with_a_namespace_prefix(void **state)
{
	AUTO_DONE(reply_done)
	struct reply reply = read_file(CALL_DESCRIBE_STACKS, 200, "describe-stacks-empty.xml");

	(void)state;
	expect_ok(&reply, "r-1");
	assert_int_equal(reply.stack_count, 0);
	assert_null(reply.next_token);
}

static void test_a_page_of_events(void **state)
{
	AUTO_DONE(reply_done)
	struct reply reply =
		read_file(CALL_DESCRIBE_STACK_EVENTS, 200, "describe-stack-events.xml");

	(void)state;
	expect_ok(&reply, "r-2");
	assert_int_equal(reply.event_count, 2);
	assert_string_equal(reply.next_token, "older");
	const struct stack_event *bucket = &reply.events[0];

	assert_string_equal(bucket->id, "Bucket-CREATE_FAILED-2026-03-04T05:06:09.001Z");
	assert_string_equal(bucket->stack_id, WEB);
	assert_string_equal(bucket->logical_id, "Bucket");
	assert_string_equal(bucket->physical_id, ""); /* never NULL */
	assert_string_equal(bucket->type, "AWS::S3::Bucket");
	assert_string_equal(bucket->time, "2026-03-04T05:06:09.001Z");
	assert_string_equal(bucket->status, "CREATE_FAILED");
	assert_string_equal(bucket->reason, "web already exists (Service: S3)");
	assert_string_equal(bucket->token, "stackd-create-0011223344556677");
	assert_string_equal(reply.events[1].physical_id, WEB);
	assert_null(reply.events[1].reason);
	assert_null(reply.events[1].token);
}

static void expect_event(
	const struct stack_event *event, const char *type, const char *status, const char *reason)
{
	assert_string_equal(event->type, type);
	assert_string_equal(event->status, status);
	if (reason)
		assert_string_equal(event->reason, reason);
	else
		assert_null(event->reason);
}

static void test_what_failed_in_a_change_set(void **state)
{
	AUTO_DONE(reply_done)
	struct reply reply = read_file(CALL_DESCRIBE_EVENTS, 200, "describe-events.xml");

	(void)state;
	expect_ok(&reply, "r-12");
	assert_int_equal(reply.event_count, 4);
	assert_string_equal(reply.next_token, "more");
	assert_string_equal(reply.events[0].id, "e-1");
	assert_string_equal(reply.events[0].stack_id, WEB);
	assert_string_equal(reply.events[0].logical_id, "Bucket");
	assert_string_equal(reply.events[0].physical_id, "");
	assert_string_equal(reply.events[0].time, "2026-03-04T05:06:09.001Z");
	assert_string_equal(reply.events[0].token, "stackd-review-1");
	expect_event(&reply.events[0], "AWS::S3::Bucket", "FAILED", "the bucket is not empty");
	expect_event(&reply.events[1], "AWS::ECS::Service", "CREATE_FAILED", "no capacity");
	expect_event(&reply.events[2], "AWS::ECS::Cluster", "HOOK_COMPLETE_FAILED", "no tags");
	expect_event(&reply.events[3], "", "", NULL);
}

static void test_a_stack_policy(void **state)
{
	AUTO_DONE(reply_done)
	struct reply policy = read_file(CALL_GET_STACK_POLICY, 200, "get-stack-policy.xml");
	AUTO_DONE(reply_done)
	struct reply none = read_file(CALL_GET_STACK_POLICY, 200, "get-stack-policy-none.xml");
	AUTO_DONE(reply_done)
	struct reply set = read_file(CALL_SET_STACK_POLICY, 200, "set-stack-policy.xml");

	(void)state;
	expect_ok(&policy, "r-13");
	assert_string_equal(policy.stack_policy,
		"{\n  \"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"Update:*\", "
		"\"Principal\": \"*\", \"Resource\": \"*\"}]\n}");
	expect_ok(&none, "r-14");
	assert_null(none.stack_policy);
	expect_ok(&set, "r-15");
}

static void test_what_changes_a_stack_as_a_whole(void **state)
{
	AUTO_DONE(reply_done)
	struct reply protection = read_file(
		CALL_UPDATE_TERMINATION_PROTECTION, 200, "update-termination-protection.xml");
	AUTO_DONE(reply_done)
	struct reply delete = read_file(CALL_DELETE_STACK, 200, "delete-stack.xml");
	AUTO_DONE(reply_done)
	struct reply rollback =
		read_file(CALL_CONTINUE_UPDATE_ROLLBACK, 200, "continue-update-rollback.xml");

	(void)state;
	expect_ok(&protection, "r-16");
	assert_string_equal(protection.stack_id, WEB);
	expect_ok(&delete, "r-17");
	expect_ok(&rollback, "r-18");
}

static void test_a_template_comes_back_byte_for_byte(void **state)
{
	AUTO_DONE(reply_done)
	struct reply reply = read_file(CALL_GET_TEMPLATE, 200, "get-template.xml");

	(void)state;
	expect_ok(&reply, "r-3");
	assert_string_equal(reply.template_body, "# a \"comment\"\r\nResources:\r\n\tTopic: {Type: "
						 "'AWS::SNS::Topic'} # <&> \xc3\xbc\n");
}

static void test_what_a_template_declares(void **state)
{
	AUTO_DONE(reply_done)
	struct reply reply = read_file(CALL_GET_TEMPLATE_SUMMARY, 200, "get-template-summary.xml");
	AUTO_DONE(reply_done)
	struct reply nameless = read_text(CALL_GET_TEMPLATE_SUMMARY, 200,
		"<GetTemplateSummaryResponse><GetTemplateSummaryResult><Parameters><member>"
		"<ParameterType>String</ParameterType></member></Parameters>"
		"</GetTemplateSummaryResult></GetTemplateSummaryResponse>");

	(void)state;
	expect_ok(&reply, "r-19");
	assert_int_equal(reply.parameter_count, 3);
	const struct template_parameter *parameters = reply.parameters;

	assert_string_equal(parameters[0].name, "Size");
	assert_string_equal(parameters[0].type, "String");
	assert_null(parameters[0].preset);
	assert_false(parameters[0].no_echo);
	assert_string_equal(parameters[1].name, "Password");
	assert_string_equal(parameters[1].preset, ""); /* a Default, if an empty one */
	assert_true(parameters[1].no_echo);
	assert_string_equal(parameters[2].type, "CommaDelimitedList");
	assert_string_equal(parameters[2].preset, "a,b");
	assert_int_equal(nameless.code, REPLY_ERROR);
	assert_non_null(strstr(nameless.error.text, "a parameter without ParameterKey"));
}

static void test_change_sets_of_a_stack(void **state)
{
	AUTO_DONE(reply_done)
	struct reply reply = read_file(CALL_LIST_CHANGE_SETS, 200, "list-change-sets.xml");

	(void)state;
	expect_ok(&reply, "r-4");
	assert_int_equal(reply.change_set_count, 2);
	assert_string_equal(reply.change_sets[0].name, "one");
	assert_string_equal(reply.change_sets[0].execution_status, "AVAILABLE");
	assert_string_equal(reply.change_sets[0].status_reason, "");
	assert_string_equal(reply.change_sets[1].status, "FAILED");
	assert_string_equal(reply.change_sets[1].status_reason, "No updates are to be performed.");
	assert_int_equal(reply.change_sets[1].change_count, 0);
}

static void test_a_change_set_with_changes(void **state)
{
	AUTO_DONE(reply_done)
	struct reply reply = read_file(CALL_DESCRIBE_CHANGE_SET, 200, "describe-change-set.xml");

	(void)state;
	expect_ok(&reply, "r-5");
	assert_int_equal(reply.change_set_count, 1);
	assert_string_equal(reply.next_token, "more");
	const struct change_set *set = &reply.change_sets[0];

	assert_true(text_ends(set->id, "changeSet/stackd-update-1/ab"));
	assert_string_equal(set->name, "stackd-update-1");
	assert_string_equal(set->stack_id, WEB);
	assert_string_equal(set->status, "CREATE_COMPLETE");
	assert_string_equal(set->execution_status, "AVAILABLE");
	assert_int_equal(set->change_count, 2);
	assert_string_equal(set->changes[0].action, "Modify");
	assert_string_equal(set->changes[0].logical_id, "Table");
	assert_string_equal(set->changes[0].type, "AWS::DynamoDB::Table");
	assert_string_equal(set->changes[0].replacement, "True");
	assert_string_equal(set->changes[0].policy_action, "ReplaceAndDelete");
	assert_null(set->changes[0].change_set_id);
	assert_null(set->changes[1].replacement);
	assert_true(text_ends(set->changes[1].change_set_id, "changeSet/nested/cd"));
}

static void test_a_change_set_without_changes(void **state)
{
	AUTO_DONE(reply_done)
	struct reply reply =
		read_file(CALL_DESCRIBE_CHANGE_SET, 200, "describe-change-set-nothing.xml");

	(void)state;
	expect_ok(&reply, "r-6");
	assert_int_equal(reply.change_sets[0].change_count, 0);
	assert_true(text_starts(reply.change_sets[0].status_reason, "The submitted information"));
}

static void test_what_submits_return(void **state)
{
	AUTO_DONE(reply_done)
	struct reply create = read_file(CALL_CREATE_STACK, 200, "create-stack.xml");
	AUTO_DONE(reply_done)
	struct reply set = read_file(CALL_CREATE_CHANGE_SET, 200, "create-change-set.xml");
	AUTO_DONE(reply_done)
	struct reply execute = read_file(CALL_EXECUTE_CHANGE_SET, 200, "execute-change-set.xml");
	AUTO_DONE(reply_done)
	struct reply delete = read_file(CALL_DELETE_CHANGE_SET, 200, "delete-change-set.xml");
	AUTO_DONE(reply_done)
	struct reply who = read_file(CALL_GET_CALLER_IDENTITY, 200, "get-caller-identity.xml");

	(void)state;
	expect_ok(&create, "r-7");
	assert_string_equal(create.stack_id, WEB);
	assert_string_equal(create.operation_id, "op-7");
	expect_ok(&set, "r-7");
	assert_string_equal(set.stack_id, WEB);
	assert_true(text_ends(set.change_set_id, "changeSet/stackd-update-1/ab"));
	expect_ok(&execute, "r-8");
	expect_ok(&delete, "r-9");
	expect_ok(&who, "r-10");
	assert_string_equal(who.account, "123456789012");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_page_of_stacks),
		cmocka_unit_test(test_lists_of_a_stack_are_sorted_by_name),
		cmocka_unit_test(test_what_a_stack_has_not_is_null_or_empty),
		cmocka_unit_test(test_an_empty_page_with_a_namespace_prefix),
		cmocka_unit_test(test_a_page_of_events),
		cmocka_unit_test(test_what_failed_in_a_change_set),
		cmocka_unit_test(test_a_stack_policy),
		cmocka_unit_test(test_what_changes_a_stack_as_a_whole),
		cmocka_unit_test(test_a_template_comes_back_byte_for_byte),
		cmocka_unit_test(test_what_a_template_declares),
		cmocka_unit_test(test_change_sets_of_a_stack),
		cmocka_unit_test(test_a_change_set_with_changes),
		cmocka_unit_test(test_a_change_set_without_changes),
		cmocka_unit_test(test_what_submits_return),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
