/* Stories: a scenario, requests at moments, and what their replies say. Each test_*.c has a table
 * of them and runs it with stories_run(). */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Templates as they stand in a form: no character in them needs an escape. */
#define TOPIC(name) "{\"Type\":\"AWS::SNS::Topic\",\"Properties\":{\"TopicName\":\"" name "\"}}"
#define TEMPLATE(resources) "&TemplateBody={\"Resources\":{" resources "}}"
#define ONE TEMPLATE("\"A\":" TOPIC("one"))
#define TWO                                                                                        \
	TEMPLATE("\"A\":{\"Type\":\"AWS::SNS::Topic\",\"Properties\":{\"DisplayName\":\"two\","    \
		 "\"TopicName\":\"one\"}}")
#define CHAIN                                                                                      \
	TEMPLATE("\"A\":" TOPIC("a") ",\"B\":{\"Type\":\"AWS::SNS::Topic\",\"DependsOn\":\"A\"}")
#define CREATE "Action=CreateStack&StackName=app"
#define UPDATE "Action=UpdateStack&StackName=app"
#define DELETE "Action=DeleteStack&StackName=app"
#define DESCRIBE "Action=DescribeStacks&StackName=app"
#define EVENTS "Action=DescribeStackEvents&StackName=app"
#define PROPOSE(name) "Action=CreateChangeSet&StackName=app&ChangeSetName=" name
#define REVIEW(name) "Action=DescribeChangeSet&StackName=app&ChangeSetName=" name
#define EXECUTE(name) "Action=ExecuteChangeSet&StackName=app&ChangeSetName=" name
#define DROP(name) "Action=DeleteChangeSet&StackName=app&ChangeSetName=" name
#define CHANGE_SETS "Action=ListChangeSets&StackName=app"

#define INSTANT                                                                                    \
	"\"options\":{\"schedule\":{\"create_ms\":0,\"update_ms\":0,\"delete_ms\":0,"              \
	"\"rollback_ms\":0,\"cleanup_ms\":0,\"change_set_ms\":0}}"
#define RESOURCE_FAULT(kind, resource)                                                             \
	"\"resources\":[{\"kind\":\"" kind "\",\"resource\":\"" resource "\",\"reason\":\"no\"}]"

/* A request at a moment (after START), and what its reply says. What begins with '!' must not be
 * there; "events: " compares the stack's events, oldest first. A form that begins with '{' is a
 * scenario, which has no reply. A form with "{PhysicalResourceId}" gets the text of the last such
 * element in the replies so far. */
struct step {
	uint64_t at_ms;
	const char *form;
	int status;
	const char *expected;
	const char *also;
};

struct story {
	const char *sentence;
	const char *scenario;
	struct step steps[16];
};

/* main()'s answer. */
int stories_run(const struct story *stories, size_t count);
