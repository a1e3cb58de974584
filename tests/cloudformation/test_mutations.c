/* Requests and scenarios that were damaged at random (with a fixed seed): each is answered or
 * refused, and the model goes on. Says most under the sanitizers. */
#include "cloudformation/model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { ROUNDS = 6000 };

static const char *const forms[] = {
	"Action=CreateStack&Version=2010-05-15&StackName=app&ClientRequestToken=t&"
	"Tags.member.1.Key=k&Tags.member.1.Value=v&Capabilities.member.1=CAPABILITY_IAM&"
	"Parameters.member.1.ParameterKey=P&Parameters.member.1.ParameterValue=x&"
	"TemplateBody={\"Parameters\":{\"P\":{\"Type\":\"String\"}},\"Conditions\":{\"C\":"
	"{\"Fn::Equals\":[{\"Ref\":\"P\"},\"x\"]}},\"Resources\":{\"A\":{\"Type\":"
	"\"AWS::SNS::Topic\",\"Condition\":\"C\",\"Properties\":{\"DisplayName\":{\"Fn::Sub\":"
	"\"${P}-${AWS::Region}\"}}}},\"Outputs\":{\"O\":{\"Value\":{\"Ref\":\"A\"},\"Export\":"
	"{\"Name\":\"e\"}}}}",
	"Action=CreateStack&StackName=two&TemplateBody=Resources:%0A  B:%0A    Type: "
	"AWS::SNS::Topic%0A    Properties:%0A      DisplayName: !ImportValue e%0A",
	"Action=UpdateStack&StackName=app&UsePreviousTemplate=true&Tags=&"
	"Parameters.member.1.ParameterKey=P&Parameters.member.1.ParameterValue=y",
	"Action=CreateChangeSet&StackName=app&ChangeSetName=c&UsePreviousTemplate=true&"
	"Parameters.member.1.ParameterKey=P&Parameters.member.1.ParameterValue=z&ClientToken=u",
	"Action=DescribeChangeSet&StackName=app&ChangeSetName=c&IncludePropertyValues=true",
	"Action=ExecuteChangeSet&StackName=app&ChangeSetName=c&ClientRequestToken=w",
	"Action=DescribeStacks&StackName=app",
	"Action=DescribeStacks&NextToken=9e3779b97f4a7c15-0000000000000000",
	"Action=DescribeStackEvents&StackName=app",
	"Action=ListStackResources&StackName=two",
	"Action=GetTemplateSummary&StackName=app",
	"Action=DeleteChangeSet&StackName=app&ChangeSetName=c",
	"Action=DeleteStack&StackName=two",
};

static const char authorization[] =
	"AWS4-HMAC-SHA256 Credential=AKID/20231114/eu-west-1/cloudformation/aws4_request, "
	"SignedHeaders=host;x-amz-date, Signature=5da7c1a2acd57cee7505fc6676e4e544";

static const char scenario[] =
	"{\"options\":{\"stale_ms\":5,\"schedule\":{\"create_ms\":3},\"pages\":{\"stacks\":1}},"
	"\"faults\":[{\"kind\":\"throttle\",\"action\":\"DescribeStacks\",\"chance\":0.5}],"
	"\"resources\":[{\"kind\":\"fail-create\",\"resource\":\"A\",\"reason\":\"no\"}],"
	"\"stale\":[{\"stack\":\"app\",\"ms\":10}],\"ssm\":{\"n\":\"v\"},"
	"\"actors\":[{\"at_ms\":1700000000100,\"form\":\"Action=DeleteStack&StackName=app\"}]}";

static uint64_t chance(uint64_t *state, uint64_t below)
{
	*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (*state >> 33) % below;
}

/* A copy with up to three wounds: a byte changed, a piece cut out, a piece said twice. */
static struct text damaged(const char *source, uint64_t *state)
{
	struct text out = {0};
	uint64_t wounds = chance(state, 4);

	text_add(&out, source);
	for (uint64_t i = 0; i < wounds && out.length > 1; i++) {
		size_t at = chance(state, out.length);
		size_t length = chance(state, out.length - at) % 40;
		AUTO(free_text) char *tail = xmemdup(out.data + at, out.length - at);
		size_t tail_length = out.length - at;

		switch (chance(state, 3)) {
		case 0:
			out.data[at] = (char)chance(state, 256);
			break;
		case 1:
			out.length = at;
			text_add_bytes(&out, tail + length, tail_length - length);
			break;
		default:
			out.length = at + length;
			text_add_bytes(&out, tail, tail_length);
		}
	}
	return out;
}

static void ask(struct model *model, uint64_t now_ms, const struct text *body, uint64_t *state)
{
	struct text header = damaged(authorization, state);
	struct model_reply reply;
	struct model_request request = {.method = "POST",
		.target = "/",
		.body = text_string(body),
		.body_length = body->length};

	pairs_add(&request.headers, "Host", "localhost");
	pairs_add(&request.headers, "X-Amz-Date", "20231114T221320Z");
	pairs_add(&request.headers, "Authorization", text_string(&header));
	model_handle(model, now_ms, &request, &reply);
	assert_in_range(reply.status, 200, 503);
	assert_true(reply.body_length == strlen(reply.body));
	if (!strstr(reply.body, "</ErrorResponse>"))
		assert_int_equal(reply.status, 200);
	model_reply_done(&reply);
	pairs_done(&request.headers);
	text_done(&header);
}

static void test_requests(void **state)
{
	AUTO(model_free) struct model *model = model_new(NULL);
	uint64_t random = 20260807;
	size_t accepted = 0;

	(void)state;
	assert_true(model_scenario(model, "{\"options\":{\"stale_ms\":50}}", NULL));
	for (size_t i = 0; i < ROUNDS; i++) {
		struct text body = damaged(forms[chance(&random, COUNT(forms))], &random);

		ask(model, UINT64_C(1700000000000) + i * 100, &body, &random);
		text_done(&body);
	}
	for (size_t i = 0; i < model_entry_count(model); i++)
		accepted += model_entry(model, i)->result != NULL;
	/* Some were whole, so that the damaged ones met stacks in all states. */
	assert_true(accepted > 100);
	assert_int_equal(model_line_count(model), ROUNDS);
}

static void test_scenarios(void **state)
{
	uint64_t random = 42;
	size_t read = 0;

	(void)state;
	for (size_t i = 0; i < ROUNDS; i++) {
		AUTO(model_free) struct model *model = model_new(NULL);
		struct text json = damaged(scenario, &random);
		struct error e = {0};
		bool ok = model_scenario(model, text_string(&json), &e);

		read += ok;
		assert_true(ok || *e.text);
		model_advance(model, UINT64_C(1700000000200));
		text_done(&json);
	}
	assert_in_range(read, ROUNDS / 10, ROUNDS - 1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_requests),
		cmocka_unit_test(test_scenarios),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
