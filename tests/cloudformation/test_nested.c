/* Stacks in stacks: their life with the stack above, and their change sets. */
#include "base/memory.h"
#include "cloudformation/story.h"

#define URL "https://s3.amazonaws.com/b/"
/* In a scenario, which is JSON, a template is a string: its quotes are escaped. */
#define Q "\\\""
#define QUOTED(name, type, properties)                                                             \
	Q name Q ":{" Q "Type" Q ":" Q type Q "," Q "Properties" Q ":{" properties "}}"
#define NAMED(property, value) Q property Q ":" Q value Q
#define BODY(resources, outputs)                                                                   \
	"{" Q "Resources" Q ":{" resources "}," Q "Outputs" Q ":{" outputs "}}"
#define OUTPUT(name, value) Q name Q ":{" Q "Value" Q ":" value "}"
#define TOPIC_NAMED(name) QUOTED("T", "AWS::SNS::Topic", NAMED("TopicName", name))
#define INNER(name) BODY(TOPIC_NAMED(name), OUTPUT("Arn", "{" NAMED("Ref", "T") "}"))
#define TABLE(key)                                                                                 \
	BODY(QUOTED("D", "AWS::DynamoDB::Table",                                                   \
		     NAMED("TableName", "t-" key) "," Q "KeySchema" Q                              \
						  ":[{" NAMED("AttributeName", key) "}]"),         \
		"")
#define STACK(url)                                                                                 \
	"\"N\":{\"Type\":\"AWS::CloudFormation::Stack\",\"Properties\":{\"TemplateURL\":\"" url    \
	"\"}}"
#define USES_OUTPUT                                                                                \
	"\"Q\":{\"Type\":\"AWS::SQS::Queue\",\"Properties\":{\"QueueName\":\"q\",\"Tags\":[{"      \
	"\"Key\":\"arn\",\"Value\":{\"Fn::GetAtt\":[\"N\",\"Outputs.Arn\"]}}]}}"
#define PARENT(url) TEMPLATE(STACK(url) "," USES_OUTPUT)
#define TEMPLATES                                                                                  \
	"\"templates\":{\"" URL                                                                    \
	"one\":\"" INNER("one") "\",\"" URL "two\":\"" INNER("two") "\",\"" URL "key\":\"" TABLE(  \
		"key") "\",\"" URL                                                                 \
		       "other\":\"" TABLE("other") "\",\"" URL "deep\":\"" BODY(                   \
			       QUOTED("M", "AWS::CloudFormation::Stack",                           \
				       NAMED("TemplateURL", URL "key")),                           \
			       "") "\",\"" URL                                                     \
				   "loop\":\"" BODY(QUOTED("L", "AWS::CloudFormation::Stack",      \
							    NAMED("TemplateURL", URL "loop")),     \
					   "") "\"}"
#define SCENARIO(more) "{" TEMPLATES more "}"
#define CHILD "Action=DescribeStackResource&StackName=app&LogicalResourceId=N"
#define ALL "Action=DescribeStacks"
#define CHILD_STATUS "Action=DescribeStacks&StackName={PhysicalResourceId}"
#define CHILD_EVENTS "Action=DescribeStackEvents&StackName={PhysicalResourceId}"
#define CHILD_SET "Action=DescribeChangeSet&ChangeSetName={ChangeSetId}"
#define FAIL(kind, stack, count)                                                                   \
	"{\"kind\":\"" kind "\",\"resource\":\"T\",\"stack\":\"" stack "\",\"count\":" count "}"
#define INCLUDED "&IncludeNestedStacks=true"

static const struct story stories[] = {
	{"a nested stack is created with its parent, which uses its outputs", SCENARIO(""),
		{{0, CREATE PARENT(URL "one"), 200, ""}, {0, ALL, 200, "<ParentId>", "<RootId>"},
			{1000, CHILD, 200, ">CREATE_IN_PROGRESS<"},
			{1000, CHILD_STATUS, 200, ">CREATE_IN_PROGRESS<", "<StackName>app-N-"},
			{2000, CHILD, 200, ">CREATE_COMPLETE<"},
			{2000, CHILD_STATUS, 200, ">CREATE_COMPLETE<", ":one<"},
			{2000, DESCRIBE, 200, ">CREATE_IN_PROGRESS<"},
			{4000, DESCRIBE, 200, ">CREATE_COMPLETE<", "!ParentId"},
			{4000, "Action=DescribeStackEvents&StackName=app", 200,
				"arn:aws:sns:eu-west-1:111111111111:one"},
			{5000, DELETE, 200, ""}, {6500, CHILD_STATUS, 200, ">DELETE_IN_PROGRESS<"},
			{9000, CHILD_STATUS, 200, ">DELETE_COMPLETE<"},
			{9000, DESCRIBE, 400, "does not exist"}}},
	{"an update of the parent updates the child, whose cleanup waits for it", SCENARIO(""),
		{{0, CREATE PARENT(URL "one"), 200, ""}, {5000, CHILD, 200, ""},
			{5000, UPDATE PARENT(URL "two"), 200, ""},
			{5000, CHILD_STATUS, 200, ">UPDATE_IN_PROGRESS<"},
			{7000, CHILD_STATUS, 200, ">UPDATE_COMPLETE_CLEANUP_IN_PROGRESS<"},
			{7000, DESCRIBE, 200, ">UPDATE_IN_PROGRESS<"},
			{7999, CHILD_STATUS, 200, ">UPDATE_COMPLETE_CLEANUP_IN_PROGRESS<"},
			{8000, DESCRIBE, 200, ">UPDATE_COMPLETE_CLEANUP_IN_PROGRESS<"},
			{9000, CHILD_STATUS, 200, ">UPDATE_COMPLETE<", ":two<"},
			{9000, DESCRIBE, 200, ">UPDATE_COMPLETE<"}, {9000, EVENTS, 200, ":two"}}},
	{"a child that can't be created is deleted again with all the rest",
		SCENARIO("," INSTANT "," RESOURCE_FAULT("fail-create", "T")),
		{{0, CREATE PARENT(URL "one"), 200, ""}, {0, DESCRIBE, 200, ">ROLLBACK_COMPLETE<"},
			{0, EVENTS, 200,
				"was not successfully created: The following resource(s) "
				"failed to create: [T]."},
			{0, "Action=ListStacks", 200, ">DELETE_COMPLETE<", "<ParentId>"},
			{0, "Action=DescribeStacks", 200, "!ParentId"}}},
	{"a child that can't be updated is rolled back with its parent", SCENARIO("," INSTANT),
		{{0, CREATE PARENT(URL "one") "&ClientRequestToken=t1", 200, ""},
			{0, CHILD, 200, ""}, {0, CHILD_EVENTS, 200, "<ClientRequestToken>t1<"},
			{0, "{\"resources\":[" FAIL("fail-create", "app/N", "1") "]}"},
			{0, UPDATE PARENT(URL "two"), 200, ""},
			{0, DESCRIBE, 200, ">UPDATE_ROLLBACK_COMPLETE<"},
			{0, EVENTS, 200,
				"was not successfully updated. Currently in "
				"UPDATE_ROLLBACK_IN_PROGRESS with reason: The following "
				"resource(s) failed to update: [T]. <"},
			{0, CHILD_STATUS, 200, ">UPDATE_ROLLBACK_COMPLETE<", ":one<"},
			{0, UPDATE PARENT(URL "two"), 200, ""},
			{0, CHILD_STATUS, 200, ">UPDATE_COMPLETE<", ":two<"}}},
	{"what comes after a child rolls it back, too",
		SCENARIO("," INSTANT
			 ",\"resources\":[{\"kind\":\"fail-update\",\"resource\":\"Q\"}]"),
		{{0, CREATE PARENT(URL "one"), 200, ""}, {0, CHILD, 200, ""},
			{0, UPDATE PARENT(URL "two"), 200, ""},
			{0, DESCRIBE, 200, ">UPDATE_ROLLBACK_COMPLETE<"},
			{0, CHILD_STATUS, 200, ">UPDATE_ROLLBACK_COMPLETE<", ":one<"},
			{0, CHILD_EVENTS, 200, ">UPDATE_COMPLETE_CLEANUP_IN_PROGRESS<",
				">UPDATE_ROLLBACK_IN_PROGRESS<"}}},
	{"a child that can't be rolled back holds its parent until both go on",
		SCENARIO("," INSTANT),
		{{0, CREATE PARENT(URL "one"), 200, ""}, {0, CHILD, 200, ""},
			{0, "{\"resources\":[" FAIL("fail-create", "app/N", "1") "," FAIL(
				    "fail-rollback", "app/N", "2") "]}"},
			{0, UPDATE PARENT(URL "two"), 200, ""},
			{0, DESCRIBE, 200, ">UPDATE_ROLLBACK_FAILED<", "failed to update: [N]"},
			{0, CHILD_STATUS, 200, ">UPDATE_ROLLBACK_FAILED<"},
			{0, "Action=ContinueUpdateRollback&StackName=app", 200, ""},
			{0, DESCRIBE, 200, ">UPDATE_ROLLBACK_FAILED<"},
			{0,
				"Action=ContinueUpdateRollback&StackName=app&"
				"ResourcesToSkip.member.1=N.T",
				200, ""},
			{0, DESCRIBE, 200, ">UPDATE_ROLLBACK_COMPLETE<", "CONTINUE_ROLLBACK"},
			{0, CHILD_STATUS, 200, ">UPDATE_ROLLBACK_COMPLETE<"}}},
	{"with DisableRollback a failed child stays, until RollbackStack", SCENARIO("," INSTANT),
		{{0, CREATE PARENT(URL "one"), 200, ""}, {0, CHILD, 200, ""},
			{0, "{\"resources\":[" FAIL("fail-create", "app/N", "1") "]}"},
			{0, UPDATE PARENT(URL "two") "&DisableRollback=true", 200, ""},
			{0, DESCRIBE, 200, ">UPDATE_FAILED<"},
			{0, CHILD_STATUS, 200, ">UPDATE_FAILED<"},
			{0, "Action=RollbackStack&StackName=app", 200, "<OperationId>"},
			{0, DESCRIBE, 200, ">UPDATE_ROLLBACK_COMPLETE<", ">ROLLBACK<"},
			{0, CHILD_STATUS, 200, ">UPDATE_ROLLBACK_COMPLETE<", ":one<"}}},
	{"CancelUpdateStack turns the child around, too", SCENARIO(""),
		{{0, CREATE PARENT(URL "one"), 200, ""}, {5000, CHILD, 200, ""},
			{5000, UPDATE PARENT(URL "two"), 200, ""},
			{6000, "Action=CancelUpdateStack&StackName=app", 200, ""},
			{6000, CHILD_STATUS, 200, ">UPDATE_ROLLBACK_IN_PROGRESS<"},
			{6000, DESCRIBE, 200, ">UPDATE_ROLLBACK_IN_PROGRESS<"},
			{9999, CHILD_STATUS, 200, ">UPDATE_ROLLBACK_COMPLETE<"},
			{9999, DESCRIBE, 200, ">UPDATE_ROLLBACK_COMPLETE<"}}},
	{"a child that can't be deleted keeps its parent, which may leave it behind",
		SCENARIO("," INSTANT ",\"resources\":[" FAIL("fail-delete", "app/N", "1") "]"),
		{{0, CREATE PARENT(URL "one"), 200, ""}, {0, CHILD, 200, ""}, {0, DELETE, 200, ""},
			{0, DESCRIBE, 200, ">DELETE_FAILED<", "failed to delete: [N]. <"},
			{0, EVENTS, 200, "was not successfully deleted: The following"},
			{0, CHILD_STATUS, 200, ">DELETE_FAILED<"},
			{0, DELETE "&RetainResources.member.1=N", 200, ""},
			{0, DESCRIBE, 400, "does not exist"},
			{0, CHILD_STATUS, 200, ">DELETE_FAILED<", "<ParentId>"}}},
	{"a child whose export is in use comes back, and its parent with it", SCENARIO("," INSTANT),
		{{0, "{\"templates\":{\"" URL "one\":\"" BODY(TOPIC_NAMED("one"),
			     Q "E" Q ":{" NAMED("Value", "v") "," Q "Export" Q ":{" NAMED(
				     "Name", "shared") "}}") "\"}}"},
			{0, CREATE TEMPLATE(STACK(URL "one")), 200, ""}, {0, CHILD, 200, ""},
			{0,
				"Action=CreateStack&StackName=user" TEMPLATE(
					"\"B\":{\"Type\":"
					"\"AWS::SNS::Topic\",\"Properties\":{\"DisplayName\":{\"Fn:"
					":"
					"ImportValue\":\"shared\"}}}"),
				200, ""},
			{0, DELETE, 200, ""}, {0, DESCRIBE, 200, ">DELETE_FAILED<"},
			{0, EVENTS, 200, "was not successfully deleted: Export shared"},
			{0, CHILD_STATUS, 200, ">CREATE_COMPLETE<"},
			{0, "Action=DeleteStack&StackName=user", 200, ""}, {0, DELETE, 200, ""},
			{0, CHILD_STATUS, 200, ">DELETE_COMPLETE<"}}},
	{"a child that is taken out of the template goes, or stays where it is retained",
		SCENARIO("," INSTANT),
		{{0, CREATE PARENT(URL "one"), 200, ""}, {0, CHILD, 200, ""},
			{0, UPDATE ONE, 200, ""}, {0, CHILD_STATUS, 200, ">DELETE_COMPLETE<"},
			{0,
				UPDATE TEMPLATE("\"A\":" TOPIC(
					"one") ",\"N\":{\"Type\":\"AWS::CloudFormation::"
					       "Stack\",\"DeletionPolicy\":\"Retain\","
					       "\"Properties\":{\"TemplateURL\":"
					       "\"" URL "one\"}}"),
				200, ""},
			{0, CHILD, 200, ""}, {0, UPDATE ONE, 200, ""},
			{0, EVENTS, 200, ">DELETE_SKIPPED<"},
			{0, CHILD_STATUS, 200, ">CREATE_COMPLETE<"}}},
	{"a child can be changed by itself, but not while its parent is", SCENARIO(""),
		{{0, CREATE PARENT(URL "one"), 200, ""}, {3000, CHILD, 200, ""},
			{3000, "Action=UpdateStack&StackName={PhysicalResourceId}" ONE, 400,
				"stack/app/",
				"is in CREATE_IN_PROGRESS state and can not be updated."},
			{3000, "Action=DeleteStack&StackName={PhysicalResourceId}", 400,
				"cannot be deleted while in status CREATE_IN_PROGRESS"},
			{5000, "Action=UpdateStack&StackName={PhysicalResourceId}" ONE, 200, ""},
			{5000, UPDATE PARENT(URL "two"), 200, ""},
			{9000, DESCRIBE, 200, ">UPDATE_ROLLBACK_COMPLETE<"},
			{9000, EVENTS, 200,
				"is in UPDATE_IN_PROGRESS state and can not be updated."},
			{9000, CHILD_STATUS, 200, ">UPDATE_COMPLETE<"}}},
	{"a child is as protected as its root", SCENARIO("," INSTANT),
		{{0, CREATE PARENT(URL "one") "&EnableTerminationProtection=true", 200, ""},
			{0, CHILD, 200, ""},
			{0, CHILD_STATUS, 200,
				"<EnableTerminationProtection>true</EnableTerminationProtection>"},
			{0, "Action=DeleteStack&StackName={PhysicalResourceId}", 400,
				"TerminationProtection is enabled"},
			{0,
				"Action=UpdateTerminationProtection&StackName={PhysicalResourceId}&"
				"EnableTerminationProtection=false",
				400, "is that of its root stack"}}},
	{"a template that isn't there, or nests itself, fails the stack", SCENARIO("," INSTANT),
		{{0, CREATE TEMPLATE(STACK(URL "none")), 200, ""},
			{0, DESCRIBE, 200, ">ROLLBACK_COMPLETE<"},
			{0, EVENTS, 200, "TemplateURL must reference a valid S3 object"},
			{0, "Action=CreateStack&StackName=b" TEMPLATE(STACK(URL "loop")), 200, ""},
			{0, "Action=DescribeStacks&StackName=b", 200, ">ROLLBACK_COMPLETE<"},
			{0,
				"Action=CreateStack&StackName=c" TEMPLATE(
					"\"A\":{\"Type\":\"AWS::SNS::"
					"Topic\",\"Properties\":{\"TopicName\":{\"Fn::GetAtt\":["
					"\"N\","
					"\"Outputs.No\"]}}}," STACK(URL "one")),
				200, ""},
			{0, "Action=DescribeStackEvents&StackName=c", 200,
				"Output 'No' not found in stack 'arn:"},
			{0, ALL, 200, "!<ParentId>"}}},
	{"TemplateURL is read from the same place", SCENARIO("," INSTANT),
		{{0, CREATE "&TemplateURL=" URL "one", 200, ""},
			{0, DESCRIBE, 200, ">CREATE_COMPLETE<", ":one<"},
			{0, UPDATE "&TemplateURL=" URL "none", 400, "S3 error: Access Denied"}}},
	{"a set with nested stacks shows what is replaced in them", SCENARIO("," INSTANT),
		{{0, CREATE TEMPLATE(STACK(URL "key")), 200, ""},
			{0, PROPOSE("c") TEMPLATE(STACK(URL "other")) INCLUDED, 200, ""},
			{0, REVIEW("c"), 200,
				"<ChangeSetId>arn:aws:cloudformation:eu-west-1:"
				"111111111111:changeSet/c-N-",
				"<IncludeNestedStacks>true<"},
			{0, CHILD_SET, 200, "<Replacement>True<",
				"<PolicyAction>ReplaceAndDelete<"},
			{0, CHILD_SET, 200, "<ParentChangeSetId>", "<RootChangeSetId>"},
			{0, "Action=ExecuteChangeSet&ChangeSetName={ChangeSetId}", 400,
				"can only be executed with its root"},
			{0, "Action=DeleteChangeSet&ChangeSetName={ChangeSetId}", 400,
				"can only be deleted with its root"},
			{0, "{\"templates\":{\"" URL "other\":\"" INNER("late") "\"}}"},
			{0, EXECUTE("c"), 200, ""}, {0, DESCRIBE, 200, ">UPDATE_COMPLETE<"},
			{0, "Action=DescribeChangeSet&ChangeSetName={ChangeSetId}", 200,
				"!AVAILABLE"},
			{0, CHILD, 200, ""},
			{0, "Action=GetTemplate&StackName={PhysicalResourceId}", 200, "t-other"},
			{0, CHILD_STATUS, 200, "<ChangeSetId>", ">UPDATE_COMPLETE<"}}},
	{"deleting the root set deletes those below, and the stacks that were only planned",
		SCENARIO("," INSTANT),
		{{0, CREATE ONE, 200, ""},
			{0,
				PROPOSE("c") TEMPLATE("\"A\":" TOPIC("one") "," STACK(URL "deep"))
					INCLUDED,
				200, ""},
			{0, REVIEW("c"), 200, "<Action>Add<", "<ChangeSetId>"},
			{0, CHILD_SET, 200, ">AWS::CloudFormation::Stack<", "<ChangeSetId>"},
			{0, CHILD_SET, 200, ">AWS::DynamoDB::Table<", "<Action>Add<"},
			{0, ALL, 200, ">REVIEW_IN_PROGRESS<", "<ParentId>"},
			{0, DROP("c"), 200, ""}, {0, CHILD_SET, 404, "ChangeSetNotFound"},
			{0, ALL, 200, "!<ParentId>"},
			{0, PROPOSE("d") TEMPLATE(STACK(URL "deep")) INCLUDED, 200, ""},
			{0, EXECUTE("d"), 200, ""},
			{0, ALL, 200, "!REVIEW_IN_PROGRESS", "<ParentId>"}, {0, DELETE, 200, ""},
			{0, ALL, 200, "<Stacks></Stacks>"}}},
	{"without them a nested stack may always have changed", SCENARIO("," INSTANT),
		{{0, CREATE TEMPLATE(STACK(URL "one")), 200, ""},
			{0, PROPOSE("c") TEMPLATE(STACK(URL "one")), 200, ""},
			{0, REVIEW("c"), 200, "<ChangeSource>Automatic<", ">AVAILABLE<"},
			{0, PROPOSE("d") TEMPLATE(STACK(URL "one")) INCLUDED, 200, ""},
			{0, REVIEW("d"), 200, "<StatusReason>No updates are to be performed.<"},
			{0, UPDATE TEMPLATE(STACK(URL "one")), 400,
				"No updates are to be performed."},
			{0, EXECUTE("c"), 200, ""}, {0, DESCRIBE, 200, ">UPDATE_COMPLETE<"},
			{0, "{\"templates\":{\"" URL "one\":\"" INNER("two") "\"}}"},
			{0, UPDATE TEMPLATE(STACK(URL "one")), 200, ""}, {0, CHILD, 200, ""},
			{0, CHILD_STATUS, 200, ":two<"},
			{0, "{\"options\":{\"nested_always_updates\":true}}"},
			{0, UPDATE TEMPLATE(STACK(URL "one")), 200, ""}}},
	{"a nested set can be kept from being read, and can fail",
		SCENARIO("," INSTANT
			 ",\"faults\":[{\"kind\":\"denied\",\"action\":\"DescribeChangeSet\","
			 "\"stack\":\"app/N\",\"count\":0}]"),
		{{0, CREATE TEMPLATE(STACK(URL "one")), 200, ""},
			{0, PROPOSE("c") TEMPLATE(STACK(URL "two")) INCLUDED, 200, ""},
			{0, REVIEW("c"), 200, "<ChangeSetId>"},
			{0, CHILD_SET, 403, "is not authorized to perform"},
			{0, "{\"validation\":[{\"stack\":\"app/N\",\"resource\":\"T\"}]}"},
			{0, PROPOSE("d") TEMPLATE(STACK(URL "two")) INCLUDED, 200, ""},
			{0, REVIEW("d"), 200, "<Status>FAILED<",
				"was not successfully created: Currently in FAILED.<"},
			{0, PROPOSE("e") TEMPLATE(STACK(URL "none")) INCLUDED, 200, ""},
			{0, REVIEW("e"), 200, "<Status>FAILED<", "valid S3 object"}}},
};

int main(void)
{
	return stories_run(stories, COUNT(stories));
}
