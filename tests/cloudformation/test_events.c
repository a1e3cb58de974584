/* What a status has behind it: causes, tokens, validations, values of Systems Manager. */
#include "base/memory.h"
#include "cloudformation/story.h"

#define BROKEN                                                                                     \
	"{\"resources\":[{\"kind\":\"fail-create\",\"resource\":\"B\",\"reason\":\"no room\"}]}"
#define INVALID(count)                                                                             \
	"{\"validation\":[{\"resource\":\"A\",\"reason\":\"TopicName is taken\",\"count\":" count  \
	"}]}"
#define FROM_SSM                                                                                   \
	"&TemplateBody={\"Parameters\":{\"P\":{\"Type\":\"AWS::SSM::Parameter::Value<String>\","   \
	"\"Default\":\"/name\"}},\"Resources\":{\"A\":{\"Type\":\"AWS::SNS::Topic\","              \
	"\"Properties\":{\"DisplayName\":{\"Ref\":\"P\"}}}}}"
#define PREVIOUS                                                                                   \
	"&UsePreviousTemplate=true&Parameters.member.1.ParameterKey=P&Parameters.member.1."        \
	"UsePreviousValue=true"
#define EXPORTING                                                                                  \
	"&TemplateBody={\"Resources\":{\"A\":" TOPIC("one") "},\"Outputs\":{\"O\":{\"Value\":"     \
							    "\"v\",\"Export\":{\"Name\":"          \
							    "\"shared\"}}}}"
#define IMPORTING                                                                                  \
	"Action=CreateStack&StackName=user" TEMPLATE(                                              \
		"\"B\":{\"Type\":\"AWS::SNS::Topic\",\"Properties\":{\"DisplayName\":"             \
		"{\"Fn::ImportValue\":\"shared\"}}}")
#define ALL_EVENTS "Action=DescribeEvents&StackName=app"
#define FAILED_EVENTS ALL_EVENTS "&Filters.FailedEvents=true"
#define TABLE(policy)                                                                              \
	"\"A\":" TOPIC("one") ",\"D\":{\"Type\":\"AWS::RDS::DBInstance\",\"DeletionPolicy\":"      \
			      "\"" policy "\",\"UpdateReplacePolicy\":\"" policy "\","
#define DATABASE(policy, name)                                                                     \
	TEMPLATE(TABLE(policy) "\"Properties\":{\"DBInstanceIdentifier\":\"" name "\"}}")

static const struct story stories[] = {
	{"DescribeEvents tells an operation from its begin to its end", "{" INSTANT "}",
		{{0, CREATE ONE "&ClientRequestToken=t-1", 200, ""},
			{0, ALL_EVENTS, 200, "<OperationStatus>SUCCEEDED<", "<EndTime>"},
			{0, ALL_EVENTS, 200, "<OperationType>CREATE_STACK<",
				"<EventType>PROGRESS_EVENT<"},
			{0, "Action=DescribeEvents&OperationId={OperationId}", 200,
				"<ClientRequestToken>t-1<", "<EventType>STACK_EVENT<"},
			{0, FAILED_EVENTS, 200, "<OperationEvents></OperationEvents>"},
			{0, EVENTS, 200,
				"events: app CREATE_IN_PROGRESS, A CREATE_IN_PROGRESS, "
				"A CREATE_IN_PROGRESS, A CREATE_COMPLETE, "
				"app CREATE_COMPLETE"},
			{0, "Action=DescribeEvents", 400, "must be specified"},
			{0, "Action=DescribeEvents&StackName=none", 400,
				"Stack [none] does not exist"},
			{0, "Action=DescribeEvents&OperationId=none", 404, "OperationNotFound"}}},
	{"its failed events are the causes", "{" INSTANT "}",
		{{0, BROKEN}, {0, CREATE CHAIN, 200, ""},
			{0, FAILED_EVENTS, 200, "<EventType>PROVISIONING_ERROR<", "no room"},
			{0, FAILED_EVENTS, 200, "!CREATE_COMPLETE"},
			{0, ALL_EVENTS, 200, "<OperationStatus>FAILED<"}}},
	{"DescribeEvents comes in pages", "{" INSTANT "}",
		{{0, "{\"options\":{\"pages\":{\"events\":3}}}"}, {0, CREATE ONE, 200, ""},
			{0, ALL_EVENTS, 200, "<OperationStatus>SUCCEEDED<", "<NextToken>"},
			{0, ALL_EVENTS "&NextToken={NextToken}", 200, "!SUCCEEDED", "<NextToken>"},
			{0, ALL_EVENTS "&NextToken={NextToken}", 200,
				"<OperationStatus>IN_PROGRESS<", "!<NextToken>"}}},
	{"an old endpoint doesn't know DescribeEvents", "{\"options\":{\"describe_events\":false}}",
		{{0, CREATE ONE, 200, ""}, {0, ALL_EVENTS, 400, "<Code>InvalidAction<"}}},
	{"what validation finds stands in DescribeEvents only", "{" INSTANT "}",
		{{0, CREATE ONE, 200, ""}, {0, INVALID("1")}, {0, PROPOSE("c") TWO, 200, ""},
			{0, REVIEW("c"), 200, "<Status>FAILED<", "!TopicName is taken"},
			{0, REVIEW("c"), 200, "use the DescribeEvents API", "!didn't contain"},
			{0, "Action=DescribeEvents&StackName=app&ChangeSetName=c", 200,
				"<ValidationStatusReason>TopicName is taken<",
				"<OperationType>CREATE_CHANGESET<"},
			{0, "Action=DescribeEvents&ChangeSetName={ChangeSetId}", 200,
				"<EventType>VALIDATION_ERROR<", "<ValidationPath>/Resources/A<"},
			{0, FAILED_EVENTS, 200, "<ValidationFailureMode>FAIL<"},
			{0, EVENTS, 200, "!VALIDATION"}, {0, EXECUTE("c"), 400, "[FAILED]"},
			{0, PROPOSE("d") TWO, 200, ""}, {0, REVIEW("d"), 200, ">AVAILABLE<"}}},
	{"validation fails a direct operation before it touches anything", "{" INSTANT "}",
		{{0, INVALID("2")}, {0, CREATE ONE, 200, ""},
			{0, DESCRIBE, 200, ">ROLLBACK_COMPLETE<"},
			{0, EVENTS, 200,
				"events: app CREATE_IN_PROGRESS, app ROLLBACK_IN_PROGRESS, "
				"app ROLLBACK_COMPLETE"},
			{0, FAILED_EVENTS, 200, "TopicName is taken"}, {0, DELETE, 200, ""},
			{0, CREATE ONE "&DisableValidation=true", 200, ""},
			{0, DESCRIBE, 200, ">CREATE_COMPLETE<"}}},
	{"a value of Systems Manager changes by itself",
		"{" INSTANT ",\"ssm\":{\"/name\":\"one\"}}",
		{{0, CREATE FROM_SSM, 200, ""},
			{0, DESCRIBE, 200, "<ParameterValue>/name<", "<ResolvedValue>one<"},
			{0, UPDATE PREVIOUS, 400, "No updates are to be performed."},
			{0, PROPOSE("c") PREVIOUS, 200, ""},
			{0, REVIEW("c"), 200, "didn't contain changes"},
			{0, "{\"ssm\":{\"/name\":\"two\"}}"},
			{0, DESCRIBE, 200, "<ResolvedValue>one<"},
			{0, PROPOSE("d") FROM_SSM, 200, ""},
			{0, REVIEW("d"), 200, "<Action>Modify<", "<CausingEntity>P<"},
			{0, PROPOSE("e") PREVIOUS, 200, ""},
			{0, REVIEW("e"), 200, "<ResolvedValue>two<", ">AVAILABLE<"},
			{0, "{\"ssm\":{\"/name\":\"three\"}}"}, {0, EXECUTE("e"), 200, ""},
			{0, DESCRIBE, 200, "<ResolvedValue>two<"},
			{0, "{\"ssm\":{\"/name\":null}}"},
			{0, UPDATE PREVIOUS, 400, "Unable to fetch parameters [/name]"}}},
	{"a delete that reverts keeps its token in the events", "{" INSTANT "}",
		{{0, CREATE EXPORTING, 200, ""}, {0, IMPORTING, 200, ""},
			{0, DELETE "&ClientRequestToken=d-1", 200, ""},
			{0, DESCRIBE, 200, ">CREATE_COMPLETE<", "Export shared cannot be deleted"},
			{0, EVENTS, 200, "<ClientRequestToken>d-1<", ">DELETE_IN_PROGRESS<"},
			{0, ALL_EVENTS, 200, "<OperationType>DELETE_STACK<",
				"<OperationStatus>FAILED<"},
			{0, "{\"options\":{\"delete_canceled_text\":true}}"}, {0, DELETE, 200, ""},
			{0, DESCRIBE, 200,
				"Delete canceled. Cannot delete export shared as it is in use by "
				"user"},
			{0, "{\"options\":{\"export_blocks_delete\":true}}"},
			{0, DELETE, 400, "Cannot delete export shared"}}},
	{"any status can be shown, also one that nobody knows", "{" INSTANT "}",
		{{0, CREATE ONE, 200, ""},
			{0, "{\"status\":[{\"stack\":\"app\",\"status\":\"FREEZE_IN_PROGRESS\"}]}"},
			{0, DESCRIBE, 200, "<StackStatus>FREEZE_IN_PROGRESS<"},
			{0, "Action=ListStacks", 200, ">FREEZE_IN_PROGRESS<"},
			{0, UPDATE TWO, 200, ""}, {0, DESCRIBE, 200, ">FREEZE_IN_PROGRESS<"},
			{0, "{\"status\":[{\"stack\":\"app\",\"status\":\"\"}]}"},
			{0, DESCRIBE, 200, ">UPDATE_COMPLETE<"}}},
	{"a create that takes too long says so",
		"{\"resources\":[{\"kind\":\"slow\",\"resource\":\"A\",\"delay_ms\":90000}]}",
		{{0, CREATE ONE "&TimeoutInMinutes=1", 200, ""},
			{59999, DESCRIBE, 200, ">CREATE_IN_PROGRESS<", "<TimeoutInMinutes>1<"},
			{60000, DESCRIBE, 200, ">ROLLBACK_IN_PROGRESS<",
				"Stack creation time exceeded the specified timeout. The following "
				"resource(s) failed to create: [A]. Rollback requested by user."},
			{60000, EVENTS, 200, "Resource creation cancelled"}}},
	{"CancelUpdateStack may be repeated, and its kin only where they belong", "{}",
		{{0, CREATE ONE, 200, ""}, {0, "Action=CancelUpdateStack&StackName=app", 400, ""},
			{5000, UPDATE TWO, 200, ""},
			{5000, "Action=CancelUpdateStack&StackName=app&ClientRequestToken=c", 200,
				""},
			{5000, "Action=CancelUpdateStack&StackName=app&ClientRequestToken=c", 200,
				""},
			{9000, "Action=ContinueUpdateRollback&StackName=app", 400,
				"is in UPDATE_ROLLBACK_COMPLETE state"},
			{9000, "Action=RollbackStack&StackName=app", 400,
				"is in UPDATE_ROLLBACK_COMPLETE state"}}},
	{"what is not established about deleting plays both ways", "{}",
		{{0, "{\"options\":{\"delete_again_refused\":true,\"delete_during_rollback\":true,"
		     "\"list_imports_empty\":true,\"other_texts\":true}}"},
			{0, CREATE ONE, 200, ""},
			{0, "Action=RollbackStack&StackName=app", 400,
				"RollbackStack is not allowed"},
			{5000, UPDATE TEMPLATE("\"A\":" TOPIC("new")), 200, ""},
			{5000, "Action=CancelUpdateStack&StackName=app", 200, ""},
			{5000, DESCRIBE, 200, ">UPDATE_ROLLBACK_IN_PROGRESS<"},
			{5000, DELETE, 200, ""}, {5000, DESCRIBE, 200, ">DELETE_IN_PROGRESS<"},
			{5000, DELETE, 400, "cannot be deleted while in status DELETE_IN_PROGRESS"},
			{5000, "Action=ListImports&ExportName=none", 200, "<Imports></Imports>"},
			{9000, DESCRIBE, 400, "does not exist"},
			{9000, "Action=Nonsense", 400, "The action Nonsense is not valid"},
			{9000, PROPOSE("c") ONE "&ChangeSetType=CREATE", 200, ""},
			{9999, UPDATE ONE, 400, "is in REVIEW_IN_PROGRESS state"}}},
	{"policies say what becomes of what is removed or replaced", "{" INSTANT "}",
		{{0, CREATE DATABASE("Snapshot", "one"), 200, ""},
			{0, PROPOSE("c") DATABASE("Snapshot", "two"), 200, ""},
			{0, REVIEW("c"), 200, "<PolicyAction>ReplaceAndSnapshot<"},
			{0, PROPOSE("d") ONE, 200, ""},
			{0, REVIEW("d"), 200, "<PolicyAction>Snapshot<", "<Action>Remove<"},
			{0, UPDATE DATABASE("Retain", "one"), 200, ""},
			{0, PROPOSE("e") DATABASE("Retain", "two"), 200, ""},
			{0, REVIEW("e"), 200, "<PolicyAction>ReplaceAndRetain<"},
			{0, EXECUTE("e"), 200, ""}, {0, EVENTS, 200, ">DELETE_SKIPPED<"},
			{0, PROPOSE("f") ONE, 200, ""},
			{0, REVIEW("f"), 200, "<PolicyAction>Retain<"}, {0, DELETE, 200, ""},
			{0, DESCRIBE, 400, "does not exist"}}},
	{"what a failed create made goes, unless its policy keeps it", "{" INSTANT "}",
		{{0, "{\"resources\":[{\"kind\":\"fail-create\",\"resource\":\"A\",\"count\":3}]}"},
			{0, CREATE DATABASE("Retain", "one"), 200, ""},
			{0, EVENTS, 200, ">DELETE_SKIPPED<"}, {0, DELETE, 200, ""},
			{0, CREATE DATABASE("Retain", "one") "&RetainExceptOnCreate=true", 200, ""},
			{0, EVENTS, 200, "!DELETE_SKIPPED"}, {0, DELETE, 200, ""},
			{0, CREATE DATABASE("RetainExceptOnCreate", "one"), 200, ""},
			{0, EVENTS, 200, "!DELETE_SKIPPED"}, {0, DELETE, 200, ""},
			{0, CREATE DATABASE("RetainExceptOnCreate", "one"), 200, ""},
			{0, DELETE "&ClientRequestToken=d", 200, ""}}},
};

int main(void)
{
	return stories_run(stories, COUNT(stories));
}
