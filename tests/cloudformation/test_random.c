/* Whatever is asked for, in whatever order: nothing ever stays in motion. Each seed draws requests,
 * faults and moments; at its end all stacks have to be in a status that doesn't move by itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "cloudformation/model.h"
#include "cloudformation/story.h"

enum { SEEDS = 300, REQUESTS = 40 };

#define START UINT64_C(1700000000000)
#define REGION "eu-west-1"
#define URL "https://s3.amazonaws.com/b/"
#define Q "\\\""
#define INNER(name, display)                                                                       \
	"{" Q "Resources" Q ":{" Q "T" Q ":{" Q "Type" Q ":" Q "AWS::SNS::Topic" Q "," Q           \
	"Properties" Q ":{" Q "TopicName" Q ":" Q name Q "," Q "DisplayName" Q ":" Q display Q     \
	"}}}," Q "Outputs" Q ":{" Q "O" Q ":{" Q "Value" Q ":{" Q "Ref" Q ":" Q "T" Q "}}}}"
#define DEEP                                                                                       \
	"{" Q "Resources" Q ":{" Q "M" Q ":{" Q "Type" Q ":" Q "AWS::CloudFormation::Stack" Q      \
	"," Q "Properties" Q ":{" Q "TemplateURL" Q ":" Q URL "a" Q "}}}," Q "Outputs" Q ":{" Q    \
	"O" Q ":{" Q "Value" Q ":{" Q "Fn::GetAtt" Q ":[" Q "M" Q "," Q "Outputs.O" Q "]}}}}"
#define NESTED(name, url)                                                                          \
	"\"" name "\":{\"Type\":\"AWS::CloudFormation::Stack\",\"Properties\":{\"TemplateURL\":"   \
	"\"" url "\"}}"
#define USER                                                                                       \
	"\"U\":{\"Type\":\"AWS::SNS::Topic\",\"Properties\":{\"DisplayName\":{\"Fn::GetAtt\":["    \
	"\"N\",\"Outputs.O\"]}}}"

static const char *const bodies[] = {
	ONE,
	TWO,
	CHAIN,
	TEMPLATE(NESTED("N", URL "a")),
	TEMPLATE(NESTED("N", URL "b") "," USER),
	TEMPLATE(NESTED("N", URL "c") "," NESTED("P", URL "deep") "," USER),
	TEMPLATE(NESTED("P", URL "deep") ",\"A\":" TOPIC("one")),
	TEMPLATE(NESTED("N", URL "deep") "," USER),
};

static const char *const faults[] = {
	"{\"resources\":[{\"kind\":\"fail-create\",\"resource\":\"T\"}]}",
	"{\"resources\":[{\"kind\":\"fail-create\",\"resource\":\"U\"}]}",
	"{\"resources\":[{\"kind\":\"fail-update\"}]}",
	"{\"resources\":[{\"kind\":\"fail-rollback\"}]}",
	"{\"resources\":[{\"kind\":\"fail-delete\"}]}",
	"{\"resources\":[{\"kind\":\"slow\",\"delay_ms\":70000}]}",
	"{\"validation\":[{\"resource\":\"T\"}]}",
	"{\"templates\":{\"" URL "a\":\"" INNER("one", "x") "\"}}",
	"{\"templates\":{\"" URL "a\":\"" INNER("two", "x") "\"}}",
	"{\"templates\":{\"" URL "c\":null}}",
	"{\"clear\":true}",
};
static const char templates[] =
	"{\"templates\":{\"" URL "a\":\"" INNER("one", "x") "\",\"" URL "b\":\"" INNER("two",
		"x") "\",\"" URL "c\":\"" INNER("two", "y") "\",\"" URL "deep\":\"" DEEP "\"}}";

/* {body}, {stack} and {set} are drawn. */
static const char *const requests[] = {
	CREATE "{body}",
	CREATE "{body}&OnFailure=DELETE",
	CREATE "{body}&OnFailure=DO_NOTHING&TimeoutInMinutes=1",
	UPDATE "{body}",
	UPDATE "{body}&DisableRollback=true",
	UPDATE "{body}",
	DELETE,
	DELETE "&DeletionMode=FORCE_DELETE_STACK",
	"Action=CreateChangeSet&StackName=app&ChangeSetName={set}&IncludeNestedStacks=true{body}",
	"Action=CreateChangeSet&StackName=app&ChangeSetName={set}{body}",
	"Action=CreateChangeSet&StackName=app&ChangeSetName={set}&ChangeSetType=CREATE"
	"&IncludeNestedStacks=true{body}",
	"Action=ExecuteChangeSet&StackName=app&ChangeSetName={set}",
	"Action=ExecuteChangeSet&StackName=app&ChangeSetName={set}",
	"Action=DeleteChangeSet&StackName=app&ChangeSetName={set}",
	"Action=DescribeChangeSet&StackName=app&ChangeSetName={set}",
	"Action=CancelUpdateStack&StackName={stack}",
	"Action=ContinueUpdateRollback&StackName={stack}",
	"Action=ContinueUpdateRollback&StackName=app&ResourcesToSkip.member.1=N.T",
	"Action=RollbackStack&StackName={stack}",
	"Action=UpdateStack&StackName={stack}" TWO,
	"Action=DeleteStack&StackName={stack}",
	"Action=DescribeEvents&StackName={stack}",
	"Action=DescribeStacks",
};

struct life {
	struct model *model;
	uint64_t random, now_ms;
	struct text ids; /* what DescribeStacks said last */
};

static unsigned draw(struct life *life, unsigned below)
{
	life->random = life->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(life->random >> 33) % below;
}

/* One of the stacks that are there; "app" where there is none. */
static char *draw_stack(struct life *life)
{
	static const char element[] = "<StackId>";
	unsigned number = draw(life, 6);
	const char *at = text_string(&life->ids);

	for (unsigned i = 0; at && i <= number; i++) {
		const char *found = strstr(at, element);

		if (!found)
			break;
		at = found + strlen(element);
	}
	return text_starts(at, "arn:") ? xstrndup(at, strcspn(at, "<")) : xstrdup("app");
}

static char *fill_in(struct life *life, const char *form)
{
	struct text out = {0};

	while (*form) {
		AUTO(free_text) char *stack = NULL;
		size_t length = strcspn(form, "}") + 1;

		if (text_starts(form, "{body}")) {
			text_add(&out, bodies[draw(life, COUNT(bodies))]);
		} else if (text_starts(form, "{set}")) {
			text_format(&out, "c%u", draw(life, 2));
		} else if (text_starts(form, "{stack}")) {
			stack = draw_stack(life);
			text_add(&out, stack);
		} else {
			text_add_char(&out, *form);
			length = 1;
		}
		form += length;
	}
	return text_take(&out);
}

static void look(struct life *life)
{
	struct model_reply reply;

	model_act(life->model, life->now_ms, "", NULL, "Action=DescribeStacks", &reply);
	assert_int_equal(reply.status, 200);
	text_clear(&life->ids);
	text_add(&life->ids, reply.body);
	model_reply_done(&reply);
}

static void ask(struct life *life)
{
	struct error e = {0};

	life->now_ms += draw(life, 3) * draw(life, 3000);
	if (draw(life, 4) == 0)
		assert_true(model_scenario(life->model, faults[draw(life, COUNT(faults))], &e));
	AUTO(free_text) char *form = fill_in(life, requests[draw(life, COUNT(requests))]);

	model_act(life->model, life->now_ms, "", NULL, form, NULL);
	look(life);
}

/* Whatever moves by itself has to have come to its end. */
static void check_quiet(struct life *life, unsigned seed)
{
	unsigned moves = 0;

	for (; model_deadline(life->model) != UINT64_MAX; moves++) {
		if (moves > 10000)
			fail_msg("seed %u: the model never comes to rest", seed);
		life->now_ms = model_deadline(life->model);
		model_advance(life->model, life->now_ms);
	}
	life->now_ms += 10000; /* no read is stale any more */
	look(life);
	for (char *at = strstr(life->ids.data, "<StackStatus>"); at;
		at = strstr(at + 1, "<StackStatus>")) {
		size_t length = strcspn(at, "/");
		AUTO(free_text) char *status = xstrndup(at, length);

		if (strstr(status, "IN_PROGRESS") && !strstr(status, "REVIEW"))
			fail_msg("seed %u: a stack stays in %s", seed, status);
	}
}

static void test_lives(void **state)
{
	struct error e = {0};

	(void)state;
	for (unsigned seed = 1; seed <= SEEDS; seed++) {
		struct model_options options = model_options_default();

		options.seed = seed;
		options.stale_ms = seed % 5 == 0 ? 2000 : 0;
		AUTO(model_free) struct model *model = model_new(&options);
		AUTO_DONE(text_done) struct text json = {0};
		struct life life = {.model = model, .random = seed, .now_ms = START};

		assert_true(model_scenario(model, templates, &e));
		for (unsigned i = 0; i < REQUESTS; i++)
			ask(&life);
		check_quiet(&life, seed);
		model_ledger_json(model, 0, &json);
		text_done(&life.ids);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_lives)};

	return cmocka_run_group_tests_name("random", tests, NULL, NULL);
}
