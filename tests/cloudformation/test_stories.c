/* The life of a stack, request by request. */
#include "base/memory.h"
#include "cloudformation/story.h"

#define WITH_OUTPUT(value)                                                                         \
	"&TemplateBody={\"Resources\":{\"A\":" TOPIC(                                              \
		"one") "},\"Outputs\":{\"O\":{\"Value\":\"" value                                  \
		       "\",\"Export\":{\"Name\":\"shared\"}}}}"
#define IMPORTING                                                                                  \
	TEMPLATE("\"B\":{\"Type\":\"AWS::SNS::Topic\",\"Properties\":{\"DisplayName\":"            \
		 "{\"Fn::ImportValue\":\"shared\"}}}")
#define SECRET                                                                                     \
	"&TemplateBody={\"Parameters\":{\"P\":{\"Type\":\"String\",\"NoEcho\":\"true\"},"          \
	"\"N\":{\"Type\":\"Number\",\"Default\":\"007\"},"                                         \
	"\"L\":{\"Type\":\"CommaDelimitedList\",\"Default\":\"a , b\"}},"                          \
	"\"Resources\":{\"A\":" TOPIC("one") "}}"

static const struct story stories[] = {
	{"a create takes its time, resource by resource", "{}",
		{{0, CREATE CHAIN, 200,
			 "<StackId>arn:aws:cloudformation:eu-west-1:111111111111:"
			 "stack/app/",
			 "<OperationId>"},
			{0, DESCRIBE, 200, "<StackStatus>CREATE_IN_PROGRESS<", "User Initiated"},
			{1999, EVENTS, 200,
				"events: app CREATE_IN_PROGRESS, A CREATE_IN_PROGRESS, "
				"A CREATE_IN_PROGRESS"},
			{2000, EVENTS, 200,
				"events: app CREATE_IN_PROGRESS, A CREATE_IN_PROGRESS, "
				"A CREATE_IN_PROGRESS, A CREATE_COMPLETE, B CREATE_IN_PROGRESS, "
				"B CREATE_IN_PROGRESS"},
			{3999, DESCRIBE, 200, ">CREATE_IN_PROGRESS<"},
			{4000, DESCRIBE, 200, ">CREATE_COMPLETE<", "!StackStatusReason"}}},
	{"an update ends with a cleanup that deletes what was replaced", "{}",
		{{0, CREATE ONE, 200, ""}, {5000, UPDATE TEMPLATE("\"A\":" TOPIC("new")), 200, ""},
			{5000, DESCRIBE, 200, ">UPDATE_IN_PROGRESS<", "LastUpdatedTime"},
			{7000, DESCRIBE, 200, ">UPDATE_COMPLETE_CLEANUP_IN_PROGRESS<"},
			{8000, DESCRIBE, 200, ">UPDATE_COMPLETE<"},
			{8000, EVENTS, 200,
				"events: app CREATE_IN_PROGRESS, A CREATE_IN_PROGRESS, "
				"A CREATE_IN_PROGRESS, A CREATE_COMPLETE, app CREATE_COMPLETE, "
				"app UPDATE_IN_PROGRESS, A UPDATE_IN_PROGRESS, "
				"A UPDATE_IN_PROGRESS, A UPDATE_COMPLETE, "
				"app UPDATE_COMPLETE_CLEANUP_IN_PROGRESS, A DELETE_IN_PROGRESS, "
				"A DELETE_COMPLETE, app UPDATE_COMPLETE"}}},
	{"a failed create is rolled back and names its cause",
		"{" INSTANT "," RESOURCE_FAULT("fail-create", "B") "}",
		{{0, CREATE CHAIN, 200, ""},
			{0, DESCRIBE, 200, ">ROLLBACK_COMPLETE<", "DeletionTime"},
			{0, EVENTS, 200,
				"events: app CREATE_IN_PROGRESS, A CREATE_IN_PROGRESS, "
				"A CREATE_IN_PROGRESS, A CREATE_COMPLETE, B CREATE_IN_PROGRESS, "
				"B CREATE_IN_PROGRESS, B CREATE_FAILED, app ROLLBACK_IN_PROGRESS, "
				"B DELETE_IN_PROGRESS, B DELETE_COMPLETE, A DELETE_IN_PROGRESS, "
				"A DELETE_COMPLETE, app ROLLBACK_COMPLETE"},
			{0, EVENTS, 200,
				"The following resource(s) failed to create: [B]. Rollback "
				"requested by user.",
				"<ResourceStatusReason>no<"},
			{0, UPDATE ONE, 400,
				"is in ROLLBACK_COMPLETE state and can not be updated."},
			{0, CREATE ONE, 400, "Stack [app] already exists"}, {0, DELETE, 200, ""},
			{0, CREATE ONE, 200, ""}}},
	{"OnFailure=DELETE leaves nothing under the name",
		"{" INSTANT "," RESOURCE_FAULT("fail-create", "A") "}",
		{{0, CREATE ONE "&OnFailure=DELETE", 200, ""},
			{0, DESCRIBE, 400, "Stack with id app does not exist"}}},
	{"with OnFailure=DO_NOTHING a failed create stays",
		"{" INSTANT "," RESOURCE_FAULT("fail-create", "A") "}",
		{{0, CREATE ONE "&OnFailure=DO_NOTHING", 200, ""},
			{0, DESCRIBE, 200, ">CREATE_FAILED<", "<DisableRollback>true<"}}},
	{"a rollback that can't delete fails, a delete may leave resources behind",
		"{" INSTANT ",\"resources\":[{\"kind\":\"fail-create\"},"
		"{\"kind\":\"fail-delete\",\"count\":2}]}",
		{{0, CREATE ONE, 200, ""},
			{0, DESCRIBE, 200, ">ROLLBACK_FAILED<",
				"The following resource(s) failed to delete: [A]. <"},
			{0, DELETE "&RetainResources.member.1=A", 400,
				"only when the stack is in the DELETE_FAILED state."},
			{0, DELETE, 200, ""}, {0, DESCRIBE, 200, ">DELETE_FAILED<"},
			{0, DELETE "&RetainResources.member.1=A", 200, ""},
			{0, DESCRIBE, 400, "does not exist"}}},
	{"a failed update is rolled back, a failed rollback can be continued",
		"{" INSTANT ",\"resources\":[{\"kind\":\"fail-update\"},"
		"{\"kind\":\"fail-rollback\"}]}",
		{{0, CREATE ONE, 200, ""}, {0, UPDATE TWO, 200, ""},
			{0, DESCRIBE, 200, ">UPDATE_ROLLBACK_FAILED<", "failed to update: [A]"},
			{0, UPDATE TWO, 400, "is in UPDATE_ROLLBACK_FAILED state"},
			{0, "Action=ContinueUpdateRollback&StackName=app", 200,
				"<ContinueUpdateRollbackResult></ContinueUpdateRollbackResult>"},
			{0, DESCRIBE, 200, ">UPDATE_ROLLBACK_COMPLETE<"},
			{0, "Action=GetTemplate&StackName=app", 200, "one", "!two"},
			{0, EVENTS, 200,
				"events: app CREATE_IN_PROGRESS, A CREATE_IN_PROGRESS, "
				"A CREATE_IN_PROGRESS, A CREATE_COMPLETE, app CREATE_COMPLETE, "
				"app UPDATE_IN_PROGRESS, A UPDATE_IN_PROGRESS, A UPDATE_FAILED, "
				"app UPDATE_ROLLBACK_IN_PROGRESS, A UPDATE_IN_PROGRESS, "
				"A UPDATE_FAILED, app UPDATE_ROLLBACK_FAILED, "
				"app UPDATE_ROLLBACK_IN_PROGRESS, A UPDATE_IN_PROGRESS, "
				"A UPDATE_COMPLETE, "
				"app UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS, "
				"app UPDATE_ROLLBACK_COMPLETE"},
			{0, UPDATE TWO, 200, ""}, {0, DESCRIBE, 200, ">UPDATE_COMPLETE<"}}},
	{"an update without effect is refused, with outputs or tags it isn't", "{" INSTANT "}",
		{{0, CREATE ONE, 200, ""}, {0, UPDATE ONE, 400, "No updates are to be performed."},
			{0, UPDATE WITH_OUTPUT("v"), 200, ""},
			{0, UPDATE WITH_OUTPUT("v"), 400, "No updates are to be performed."},
			{0, UPDATE WITH_OUTPUT("v") "&Tags.member.1.Key=k&Tags.member.1.Value=v",
				200, ""},
			{0, DESCRIBE, 200, "<Key>k</Key><Value>v</Value>"}}},
	{"tags that are left out stay, an empty list takes them away", "{" INSTANT "}",
		{{0, CREATE ONE "&Tags.member.1.Key=k&Tags.member.1.Value=v", 200, ""},
			{0, UPDATE TWO, 200, ""}, {0, DESCRIBE, 200, "<Key>k</Key>"},
			{0, UPDATE TWO "&Tags=", 200, ""}, {0, DESCRIBE, 200, "<Tags></Tags>"}}},
	{"the same request with the same token is answered again, without effect", "{" INSTANT "}",
		{{0, CREATE ONE "&ClientRequestToken=t-1", 200, "<StackId>"},
			{0, CREATE ONE "&ClientRequestToken=t-1", 200, "<StackId>"},
			{0, CREATE TWO "&ClientRequestToken=t-1", 400,
				"<Code>TokenAlreadyExistsException<"},
			{0, UPDATE ONE "&ClientRequestToken=t-1", 400,
				"<Code>TokenAlreadyExistsException<"},
			{0, EVENTS, 200, "<ClientRequestToken>t-1<",
				"events: app CREATE_IN_PROGRESS, A CREATE_IN_PROGRESS, "
				"A CREATE_IN_PROGRESS, A CREATE_COMPLETE, app CREATE_COMPLETE"}}},
	{"a change set is computed, executed, and gone from the list", "{}",
		{{0, CREATE ONE, 200, ""}, {5000, PROPOSE("c") TWO, 200, ":changeSet/c/"},
			{5001, REVIEW("c"), 200, ">CREATE_IN_PROGRESS<", "<Changes></Changes>"},
			{5001, EXECUTE("c"), 400, "<Code>InvalidChangeSetStatus<",
				"cannot be executed in its current status of [CREATE_IN_PROGRESS]"},
			{5500, REVIEW("c"), 200, ">AVAILABLE<", "<Action>Modify<"},
			{5500, PROPOSE("d") TWO, 200, ""}, {6000, CHANGE_SETS, 200, ">c<", ">d<"},
			{6000, EXECUTE("c"), 200,
				"<ExecuteChangeSetResult></ExecuteChangeSetResult>"},
			{6000, REVIEW("d"), 404, "<Code>ChangeSetNotFound<",
				"ChangeSet [d] does not exist"},
			{6000, CHANGE_SETS, 200, "<Summaries></Summaries>"},
			{6000, REVIEW("c"), 200, ">EXECUTE_IN_PROGRESS<"},
			{9000, REVIEW("c"), 200, ">EXECUTE_COMPLETE<"},
			{9000, DESCRIBE, 200, "<ChangeSetId>", ">UPDATE_COMPLETE<"}}},
	{"a change set without changes fails, and can't be executed", "{" INSTANT "}",
		{{0, CREATE ONE, 200, ""}, {0, PROPOSE("c") ONE, 200, ""},
			{0, REVIEW("c"), 200, "<Status>FAILED<",
				"The submitted information didn't contain changes. Submit "
				"different "
				"information to create a change set."},
			{0, EXECUTE("c"), 400, "in its current status of [FAILED]"},
			{0, DROP("c"), 200, "<DeleteChangeSetResult></DeleteChangeSetResult>"},
			{0, DROP("c"), 200, "<DeleteChangeSetResult>"},
			{0, REVIEW("c"), 404, "ChangeSet [c] does not exist"}}},
	{"the other form of no changes can be had",
		"{\"options\":{\"no_updates_change_set\":true}}",
		{{0, CREATE ONE, 200, ""}, {9000, PROPOSE("c") ONE, 200, ""},
			{9900, REVIEW("c"), 200, "<Status>FAILED<",
				"<StatusReason>No updates are to be performed.<"}}},
	{"an update makes the change sets beside it obsolete", "{" INSTANT "}",
		{{0, CREATE ONE, 200, ""}, {0, PROPOSE("c") TWO, 200, ""}, {0, UPDATE TWO, 200, ""},
			{0, REVIEW("c"), 200, ">OBSOLETE<"},
			{0, EXECUTE("c"), 400, "current execution status of [OBSOLETE]"}}},
	{"a change set for a new stack makes a review that CreateStack takes over", "{" INSTANT "}",
		{{0, PROPOSE("c") ONE "&ChangeSetType=CREATE", 200, "<StackId>"},
			{0, DESCRIBE, 200, ">REVIEW_IN_PROGRESS<", "User Initiated"},
			{0, UPDATE ONE, 400, "does not exist"},
			{0, PROPOSE("d") ONE, 400, "Stack [app] does not exist"},
			{0, "Action=GetTemplateSummary&StackName=app", 400,
				"GetTemplateSummary cannot be called on REVIEW_IN_PROGRESS "
				"stacks."},
			{0, CREATE ONE, 200, ""},
			{0, DESCRIBE, 200, ">CREATE_COMPLETE<", "!LastUpdatedTime"},
			{0, REVIEW("c"), 200, ">OBSOLETE<"},
			{0, PROPOSE("d") ONE "&ChangeSetType=CREATE", 400,
				"Stack [app] already exists and cannot be created again with the "
				"changeSet [d]."}}},
	{"a stack made by a change set has been updated, says CloudFormation", "{" INSTANT "}",
		{{0, PROPOSE("c") ONE "&ChangeSetType=CREATE", 200, ""}, {0, EXECUTE("c"), 200, ""},
			{0, DESCRIBE, 200, ">CREATE_COMPLETE<", "<LastUpdatedTime>"},
			{0, EVENTS, 200,
				"events: app REVIEW_IN_PROGRESS, app CREATE_IN_PROGRESS, "
				"A CREATE_IN_PROGRESS, A CREATE_IN_PROGRESS, A CREATE_COMPLETE, "
				"app CREATE_COMPLETE"}}},
	{"an export in use keeps its stack, which comes back from its delete", "{}",
		{{0, CREATE WITH_OUTPUT("v"), 200, ""},
			{5000, "Action=CreateStack&StackName=user" IMPORTING, 200, ""},
			{9000, DELETE, 200, ""}, {9000, DESCRIBE, 200, ">DELETE_IN_PROGRESS<"},
			{10000, DESCRIBE, 200, ">CREATE_COMPLETE<",
				"Export shared cannot be deleted as it is in use by user"},
			{10000, UPDATE WITH_OUTPUT("w"), 200, ""},
			{20000, DESCRIBE, 200, ">UPDATE_ROLLBACK_COMPLETE<"},
			{20000, EVENTS, 200,
				"Export shared cannot be updated as it is in use by user"},
			{20000, "Action=ListImports&ExportName=shared", 200, "<member>user<"},
			{20000, "Action=ListExports", 200, "<Value>v<"}}},
	{"an import of what nobody exports rolls back", "{" INSTANT "}",
		{{0, CREATE IMPORTING, 200, ""}, {0, DESCRIBE, 200, ">ROLLBACK_COMPLETE<"},
			{0, EVENTS, 200, "No export named shared found."}}},
	{"a NoEcho value is four asterisks, numbers and lists come back as they were",
		"{" INSTANT "}",
		{{0,
			 CREATE SECRET "&Parameters.member.1.ParameterKey=P&"
				       "Parameters.member.1.ParameterValue=hush",
			 200, ""},
			{0, DESCRIBE, 200, "<ParameterValue>****<", "!hush"},
			{0, DESCRIBE, 200, "<ParameterValue>007<", "<ParameterValue>a , b<"}}},
	{"an echo can be normalised",
		"{\"options\":{\"normalise_numbers\":true,\"normalise_lists\":true}}",
		{{0,
			 CREATE SECRET "&Parameters.member.1.ParameterKey=P&"
				       "Parameters.member.1.ParameterValue=hush",
			 200, ""},
			{0, DESCRIBE, 200, "<ParameterValue>7<", "<ParameterValue>a,b<"}}},
	{"what needs a capability is refused without it", "{" INSTANT "}",
		{{0,
			CREATE TEMPLATE("\"A\":{\"Type\":\"AWS::IAM::Role\",\"Properties\":{"
					"\"AssumeRolePolicyDocument\":{}}}"),
			400, "<Code>InsufficientCapabilitiesException<",
			"Requires capabilities : [CAPABILITY_IAM]"}}},
	{"fields are checked before all else", "{}",
		{{0, "Action=CreateStack&StackName=*x" ONE, 400,
			 "1 validation error detected: Value '*x' at 'stackName' failed to satisfy "
			 "constraint: Member must satisfy regular expression pattern: "
			 "[a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/._+]*"},
			{0, CREATE, 400, "Either Template URL or Template Body must be specified."},
			{0, CREATE ONE "&Tags.member.1.Key=aws:x&Tags.member.1.Value=v", 400,
				"aws: prefixed tag key names are not allowed for external use."},
			{0, CREATE ONE "&DisableRollback=true&OnFailure=DELETE", 400,
				"Either DisableRollback or OnFailure can be specified, not both."},
			{0, "Action=DescribeChangeSet&ChangeSetName=c", 400,
				"StackName must be specified if ChangeSetName is not specified as "
				"an ARN."},
			{0, "Action=Nonsense", 400, "<Code>InvalidAction<"},
			{0, "Action=DescribeStackResource&StackName=app", 400,
				"Value null at 'logicalResourceId'"}}},
	{"what isn't there is called differently by each action", "{}",
		{{0, DESCRIBE, 400, "Stack with id app does not exist"},
			{0, UPDATE ONE, 400, "Stack with id app does not exist"},
			{0, EVENTS, 400, "Stack [app] does not exist"},
			{0, REVIEW("c"), 400, "Stack [app] does not exist"},
			{0, DROP("c"), 400, "Stack [app] does not exist"},
			{0, PROPOSE("c") ONE, 400, "Stack [app] does not exist"},
			{0, "Action=DescribeStackResource&StackName=app&LogicalResourceId=A", 400,
				"Stack 'app' does not exist"},
			{0, DELETE, 200, "<DeleteStackResponse", "!DeleteStackResult"}}},
	{"protection, and a running update, keep a stack from being deleted", "{}",
		{{0, CREATE ONE "&EnableTerminationProtection=true", 200, ""},
			{9000, DELETE, 400,
				"Stack [app] cannot be deleted while TerminationProtection is "
				"enabled"},
			{9000,
				"Action=UpdateTerminationProtection&StackName=app&"
				"EnableTerminationProtection=false",
				200, "<StackId>"},
			{9000, UPDATE TWO, 200, ""},
			{9000, DELETE, 400, "cannot be deleted while in status UPDATE_IN_PROGRESS"},
			{9000, "Action=CancelUpdateStack&StackName=app", 200, ""},
			{19000, DESCRIBE, 200, ">UPDATE_ROLLBACK_COMPLETE<"}}},
	{"slow resources and a deletion while the stack is created",
		"{\"resources\":[{\"kind\":\"slow\",\"resource\":\"A\",\"delay_ms\":60000}]}",
		{{0, CREATE ONE, 200, ""}, {61999, DESCRIBE, 200, ">CREATE_IN_PROGRESS<"},
			{61999, DELETE, 200, ""}, {61999, DESCRIBE, 200, ">DELETE_IN_PROGRESS<"},
			{62999, DESCRIBE, 400, "does not exist"}}},
	{"another actor's request happens by itself",
		"{" INSTANT
		",\"actors\":[{\"at_ms\":1700000001000,\"region\":\"eu-west-1\",\"form\":\""
		"Action=DeleteStack&StackName=app\"}]}",
		{{0, CREATE ONE, 200, ""}, {999, DESCRIBE, 200, ">CREATE_COMPLETE<"},
			{1000, DESCRIBE, 400, "does not exist"}}},
	{"reads may be stale, writes never",
		"{" INSTANT ",\"stale\":[{\"stack\":\"app\",\"ms\":3000,\"fixed\":true}]}",
		{{0, CREATE ONE, 200, ""}, {2999, DESCRIBE, 400, "does not exist"},
			{2999, EVENTS, 400, "does not exist"}, {2999, CREATE ONE, 400, "already"},
			{2999, "Action=DescribeStacks", 200, "<Stacks></Stacks>"},
			{3000, DESCRIBE, 200, ">CREATE_COMPLETE<"}, {4000, UPDATE TWO, 200, ""},
			{6999, DESCRIBE, 200, ">CREATE_COMPLETE<"},
			{6999, "Action=GetTemplate&StackName=app", 200, "!two"},
			{7000, DESCRIBE, 200, ">UPDATE_COMPLETE<"},
			{7000, PROPOSE("c") ONE, 200, ""},
			{7000, REVIEW("c"), 404, "ChangeSetNotFound"},
			{10000, REVIEW("c"), 200, ">AVAILABLE<"}}},
};

int main(void)
{
	return stories_run(stories, COUNT(stories));
}
