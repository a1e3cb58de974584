/* The model where it meets the wire: forms, signatures, and faults. */
#include "cloudformation/model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "cloudformation/form.h"
#include "cloudformation/signature.h"

#define START UINT64_C(1700000000000)
#define CREATE                                                                                     \
	"Action=CreateStack&Version=2010-05-15&StackName=app&TemplateBody="                        \
	"%7B%22Resources%22%3A%7B%22A%22%3A%7B%22Type%22%3A%22AWS%3A%3ASNS%3A%3ATopic%22%7D%7D%7D"
#define DESCRIBE "Action=DescribeStacks&Version=2010-05-15&StackName=app"

static const struct {
	const char *sentence;
	const char *form;
	size_t length;       /* 0: strlen */
	const char *decoded; /* "name=value|", sorted; NULL: refused */
} forms[] = {
	{"nothing is an empty form", "", 0, ""},
	{"fields are sorted by name", "b=2&a=1", 0, "a=1|b=2|"},
	{"escapes and plus signs are decoded", "a=%41+%2B%c3%A9", 0, "a=A +\xc3\xa9|"},
	{"a value may be empty, or not there at all", "a=&b", 0, "a=|b=|"},
	{"a value may contain equals signs", "a=b=c", 0, "a=b=c|"},
	{"empty fields are skipped", "&&a=1&", 0, "a=1|"},
	{"an escape that ends early is refused", "a=%4", 0, NULL},
	{"an escape that is none is refused", "a=%zz", 0, NULL},
	{"a NUL is refused", "a=%00", 0, NULL},
	{"a raw NUL is refused", "a=\0b", 4, NULL},
	{"broken UTF-8 is refused", "a=%ff", 0, NULL},
	{"a field twice is refused", "a=1&b=2&a=1", 0, NULL},
};

static void test_forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(forms); i++) {
		AUTO_DONE(text_done) struct text found = {0};
		struct pairs fields;
		size_t length = forms[i].length ? forms[i].length : strlen(forms[i].form);
		bool ok = form_decode(forms[i].form, length, &fields);

		for (size_t j = 0; ok && j < fields.count; j++)
			text_format(&found, "%s=%s|", fields.items[j].name, fields.items[j].value);
		if (ok != (forms[i].decoded != NULL) ||
			(ok && strcmp(text_string(&found), forms[i].decoded) != 0))
			fail_msg("%s: %s, found %s", forms[i].sentence, ok ? "read" : "refused",
				text_string(&found));
		pairs_done(&fields);
	}
}

static void test_lists(void **state)
{
	static const char form[] = "P.member.1.K=a&P.member.1.V=&P.member.2.K=b&P.member.4.K=c&"
				   "T=&C.member.1=x&C.member.2=y&P.member.10.K=d";
	struct pairs fields;
	AUTO_DONE(texts_done) struct texts texts = {0};

	(void)state;
	assert_true(form_decode(form, strlen(form), &fields));
	assert_int_equal(form_item_count(&fields, "P"), 2);
	assert_string_equal(form_item(&fields, "P", 1, "V"), "");
	assert_null(form_item(&fields, "P", 2, "V"));
	assert_true(form_has_list(&fields, "T"));
	assert_int_equal(form_item_count(&fields, "T"), 0);
	assert_false(form_has_list(&fields, "N"));
	form_texts(&fields, "C", &texts);
	assert_int_equal(texts.count, 2);
	assert_string_equal(texts.items[1], "y");
	pairs_done(&fields);
}

/* The published case post-vanilla, and what is wrong with requests that differ from it. */
#define AUTHORIZATION(key, scope, headers, signature)                                              \
	"AWS4-HMAC-SHA256 Credential=" key "/" scope "/aws4_request, SignedHeaders=" headers       \
	", Signature=" signature
#define GOOD_SCOPE "20150830/us-east-1/service"
#define GOOD_SIGNATURE "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"
#define GOOD AUTHORIZATION("AKIDEXAMPLE", GOOD_SCOPE, "host;x-amz-date", GOOD_SIGNATURE)
#define REQUEST_TIME UINT64_C(1440938160000)

static const struct {
	const char *sentence;
	const char *authorization, *date, *body, *token;
	uint64_t now_ms;
	const char *code; /* NULL: accepted */
	const char *text;
} signatures[] = {
	{"a request that is signed well is let in", GOOD, "20150830T123600Z", "", NULL,
		REQUEST_TIME, NULL, NULL},
	{"a body that was changed is noticed", GOOD, "20150830T123600Z", "x", NULL, REQUEST_TIME,
		"SignatureDoesNotMatch", "The request signature we calculated does not match"},
	{"a signed header that was changed is noticed", GOOD, "20150830T123601Z", "", NULL,
		REQUEST_TIME, "SignatureDoesNotMatch", "The request signature we calculated"},
	{"the host has to be signed",
		AUTHORIZATION("AKIDEXAMPLE", GOOD_SCOPE, "x-amz-date", GOOD_SIGNATURE),
		"20150830T123600Z", "", NULL, REQUEST_TIME, "SignatureDoesNotMatch",
		"The request signature we calculated"},
	{"a clock that is behind is told so", GOOD, "20150830T123600Z", "", NULL,
		REQUEST_TIME + 301000, "SignatureDoesNotMatch",
		"Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z "
		"(20150830T124101Z - 5 min.)"},
	{"a clock that is ahead is told so", GOOD, "20150830T123600Z", "", NULL,
		REQUEST_TIME - 301000, "SignatureDoesNotMatch",
		"Signature not yet current: 20150830T123600Z is still later than 20150830T123559Z "
		"(20150830T123059Z + 5 min.)"},
	{"five minutes are near enough", GOOD, "20150830T123600Z", "", NULL, REQUEST_TIME + 300000,
		NULL, NULL},
	{"the scope's service has to be right",
		AUTHORIZATION(
			"AKIDEXAMPLE", "20150830/us-east-1/sts", "host;x-amz-date", GOOD_SIGNATURE),
		"20150830T123600Z", "", NULL, REQUEST_TIME, "SignatureDoesNotMatch",
		"Credential should be scoped to correct service: 'service'. "},
	{"the scope's region has to be one",
		AUTHORIZATION("AKIDEXAMPLE", "20150830/europe/service", "host;x-amz-date",
			GOOD_SIGNATURE),
		"20150830T123600Z", "", NULL, REQUEST_TIME, "SignatureDoesNotMatch",
		"Credential should be scoped to a valid region, not 'europe'. "},
	{"the scope's date has to be the request's",
		AUTHORIZATION("AKIDEXAMPLE", "20150831/us-east-1/service", "host;x-amz-date",
			GOOD_SIGNATURE),
		"20150830T123600Z", "", NULL, REQUEST_TIME, "SignatureDoesNotMatch",
		"Date in Credential scope does not match"},
	{"a session token that nobody issued is refused", GOOD, "20150830T123600Z", "", "token",
		REQUEST_TIME, "InvalidClientTokenId",
		"The security token included in the request is invalid."},
	{"a date that is none is refused", GOOD, "yesterday", "", NULL, REQUEST_TIME,
		"IncompleteSignature", "X-Amz-Date"},
};

static void test_signatures(void **state)
{
	static const struct signature_check check = {
		.secret_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
		.service = "service",
		.behind_ms = 300000,
		.ahead_ms = 300000,
	};

	(void)state;
	for (size_t i = 0; i < COUNT(signatures); i++) {
		struct model_request request = {.method = "POST",
			.target = "/",
			.body = signatures[i].body,
			.body_length = strlen(signatures[i].body)};
		struct signature_check now = check;
		struct signature signature;
		struct refusal refusal = {0};

		now.now_ms = signatures[i].now_ms;
		pairs_add(&request.headers, "Host", "example.amazonaws.com");
		pairs_add(&request.headers, "X-Amz-Date", signatures[i].date);
		pairs_add(&request.headers, "Authorization", signatures[i].authorization);
		if (signatures[i].token)
			pairs_add(&request.headers, "X-Amz-Security-Token", signatures[i].token);
		assert_true(signature_read(&request, &signature));
		bool ok = signature_check(&request, &signature, &now, &refusal);

		if (ok != !signatures[i].code ||
			(!ok && (strcmp(refusal.code, signatures[i].code) != 0 ||
					!strstr(refusal.text, signatures[i].text))))
			fail_msg("%s: %s, %s", signatures[i].sentence, ok ? "let in" : refusal.code,
				refusal.text);
		pairs_done(&request.headers);
	}
}

static struct model_reply ask(struct model *model, uint64_t at_ms, const char *form)
{
	struct model_request request = {
		.method = "POST", .target = "/", .body = form, .body_length = strlen(form)};
	struct model_reply reply;

	model_handle(model, START + at_ms, &request, &reply);
	return reply;
}

static const struct {
	const char *sentence;
	const char *fault;
	enum model_fate fate;
	int status;
	const char *body;
	bool effect;
} faults[] = {
	{"no fault, no trouble", "", MODEL_ANSWER, 200, "<StackId>", true},
	{"a throttled request has no effect", "{\"kind\":\"throttle\"}", MODEL_ANSWER, 400,
		"<Code>Throttling</Code>", false},
	{"a server's fault is its own", "{\"kind\":\"internal\"}", MODEL_ANSWER, 500,
		"<Type>Receiver</Type>", false},
	{"an overload may come as XML", "{\"kind\":\"unavailable\"}", MODEL_ANSWER, 503,
		"<Code>ServiceUnavailable</Code>", false},
	{"an overload may come as HTML", "{\"kind\":\"html\"}", MODEL_ANSWER, 503, "<html>", false},
	{"a hang is without effect", "{\"kind\":\"hang\"}", MODEL_HANG, 200, "", false},
	{"or with one", "{\"kind\":\"hang-after\"}", MODEL_HANG, 200, "", true},
	{"a reset before the effect", "{\"kind\":\"reset-before\"}", MODEL_RESET_BEFORE, 200, "",
		false},
	{"a reset after it", "{\"kind\":\"reset-after\"}", MODEL_RESET_AFTER, 200, "", true},
	{"a cut body belongs to an effect", "{\"kind\":\"cut\"}", MODEL_CUT, 200, "<StackId>",
		true},
	{"so does one that is no XML", "{\"kind\":\"bad-xml\"}", MODEL_ANSWER, 200, "\x01", true},
	{"a slow answer is an answer", "{\"kind\":\"slow\",\"delay_ms\":7}", MODEL_ANSWER, 200,
		"<StackId>", true},
	{"a denied request says what it lacked", "{\"kind\":\"denied\"}", MODEL_ANSWER, 403,
		"is not authorized to perform: cloudformation:CreateStack on resource: "
		"arn:aws:cloudformation:eu-west-1:111111111111:stack/app/*",
		false},
	{"credentials expire", "{\"kind\":\"expired-token\"}", MODEL_ANSWER, 403,
		"<Code>ExpiredToken</Code>", false},
	{"a key may be unknown", "{\"kind\":\"invalid-token\"}", MODEL_ANSWER, 403,
		"<Code>InvalidClientTokenId</Code>", false},
	{"a client can be killed before the effect", "{\"kind\":\"kill-before\",\"pid\":5}",
		MODEL_KILL_BEFORE, 200, "", false},
	{"and after it", "{\"kind\":\"kill-after\",\"pid\":5}", MODEL_KILL_AFTER, 200, "", true},
	{"a fault may be another action's", "{\"kind\":\"hang\",\"action\":\"DeleteStack\"}",
		MODEL_ANSWER, 200, "<StackId>", true},
	{"or another stack's", "{\"kind\":\"hang\",\"stack\":\"other\"}", MODEL_ANSWER, 200,
		"<StackId>", true},
	{"or come later", "{\"kind\":\"hang\",\"skip\":1}", MODEL_ANSWER, 200, "<StackId>", true},
	{"or never", "{\"kind\":\"hang\",\"chance\":0}", MODEL_ANSWER, 200, "<StackId>", true},
};

static void test_faults(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(faults); i++) {
		AUTO(model_free) struct model *model = model_new(NULL);
		AUTO(free_text)
		char *scenario = xasprintf("{\"faults\":[%s]}", faults[i].fault);

		assert_true(model_scenario(model, scenario, NULL));
		struct model_reply reply = ask(model, 0, CREATE);

		if (reply.fate != faults[i].fate || reply.status != faults[i].status ||
			reply.effect != faults[i].effect || !strstr(reply.body, faults[i].body) ||
			(model_entry_count(model) == 1) != faults[i].effect)
			fail_msg("%s: fate %d, status %d, effect %d, %s", faults[i].sentence,
				(int)reply.fate, reply.status, reply.effect, reply.body);
		model_reply_done(&reply);
		assert_int_equal(model_line_count(model), 1);
	}
}

static void test_late_arrival(void **state)
{
	AUTO(model_free) struct model *model = model_new(NULL);

	(void)state;
	assert_true(model_scenario(
		model, "{\"faults\":[{\"kind\":\"late\",\"delay_ms\":5000}]}", NULL));
	struct model_reply reply = ask(model, 0, CREATE);

	assert_int_equal(reply.fate, MODEL_HANG);
	assert_int_equal(model_deadline(model), START + 5000);
	model_reply_done(&reply);
	reply = ask(model, 4999, DESCRIBE);
	assert_int_equal(reply.status, 400);
	model_reply_done(&reply);
	model_advance(model, START + 5000);
	assert_int_equal(model_entry_count(model), 1);
	assert_int_equal(model_entry(model, 0)->time_ms, START + 5000);
}

/* Accounts and regions share nothing; who isn't known isn't let in. */
static void test_accounts(void **state)
{
	AUTO(model_free) struct model *model = model_new(NULL);
	struct model_stack_view view;
	struct model_reply reply;

	(void)state;
	model_add_account(model, "ONE", "secret", NULL, "100000000001");
	model_add_account(model, "TWO", "secret", NULL, "100000000002");
	model_act(model, START, "ONE", "eu-west-1", CREATE, NULL);
	model_act(model, START, "TWO", "eu-west-1", CREATE, NULL);
	model_act(model, START, "ONE", "us-east-1", CREATE, NULL);
	assert_int_equal(model_entry_count(model), 3);
	assert_true(model_stack(model, "100000000002", "eu-west-1", "app", &view));
	assert_string_equal(view.account, "100000000002");
	assert_string_equal(view.status, "CREATE_IN_PROGRESS");
	assert_false(model_stack(model, "100000000002", "us-east-1", "app", &view));
	model_act(model, START, "ONE", "eu-west-1", "Action=DescribeStacks", &reply);
	assert_non_null(strstr(reply.body, ":100000000001:stack/app/"));
	assert_null(strstr(reply.body, ":100000000002:"));
	assert_null(strstr(reply.body, "us-east-1"));
	model_reply_done(&reply);
}

/* Every page once, and what is new meanwhile doesn't shift them. */
static void test_pages(void **state)
{
	AUTO(model_free) struct model *model = model_new(NULL);
	AUTO(free_text) char *form = xstrdup("Action=DescribeStacks");
	size_t pages = 0;
	size_t stacks = 0;

	(void)state;
	assert_true(model_scenario(model, "{\"options\":{\"pages\":{\"stacks\":2}}}", NULL));
	for (int i = 0; i < 5; i++) {
		AUTO(free_text)
		char *create = xasprintf(
			"Action=CreateStack&StackName=s%d%s", i, strstr(CREATE, "&TemplateBody"));

		model_act(model, START, "", NULL, create, NULL);
	}
	for (bool more = true; more; pages++) {
		struct model_reply reply;

		model_act(model, START, "", NULL, form, &reply);
		for (const char *at = reply.body; (at = strstr(at, "<StackName>")); at++)
			stacks++;
		const char *token = strstr(reply.body, "<NextToken>");

		more = token != NULL;
		if (token) {
			free(form);
			token += strlen("<NextToken>");
			form = xasprintf("Action=DescribeStacks&NextToken=%.*s",
				(int)strcspn(token, "<"), token);
		}
		model_reply_done(&reply);
		model_act(model, START, "", NULL, CREATE, NULL);
	}
	assert_int_equal(pages, 3);
	assert_int_equal(stacks, 5);
}

static const struct {
	const char *sentence, *json, *text;
} scenarios[] = {
	{"text that is no JSON", "{", "no JSON object"},
	{"an unknown part", "{\"fault\":[]}", "fault: no such member"},
	{"an unknown member", "{\"faults\":[{\"kind\":\"hang\",\"actoin\":\"x\"}]}",
		"faults: actoin: no such member"},
	{"an unknown kind", "{\"faults\":[{\"kind\":\"boom\"}]}",
		"faults: kind: expected one of throttle"},
	{"an unknown option", "{\"options\":{\"speed\":1}}", "options: speed: no such option"},
	{"a value of another kind", "{\"options\":{\"stale_ms\":\"x\"}}",
		"options: stale_ms: stale_ms: not of the kind that is expected"},
	{"a number below all", "{\"options\":{\"stale_ms\":-1}}",
		"options: stale_ms: stale_ms: expected a number from 0 to 9000000000000000"},
	{"half an account", "{\"accounts\":[{\"access_key\":\"K\"}]}",
		"accounts: access_key, secret_key and account are needed"},
	{"half a bucket", "{\"buckets\":[{\"name\":\"b\"}]}",
		"buckets: name and account are needed"},
	{"a role without a name", "{\"roles\":[{}]}", "roles: arn: not there"},
	{"principals that are no list", "{\"roles\":[{\"principals\":\"1\"}]}",
		"roles: principals: not of the kind that is expected"},
	{"a container without a path", "{\"containers\":[{}]}", "containers: path: not there"},
	{"an unknown member of metadata", "{\"metadata\":{\"rule\":\"r\"}}",
		"metadata: rule: no such member"},
	{"an actor without a request", "{\"actors\":[{\"at_ms\":1}]}", "actors: form: not there"},
};

static void test_scenarios(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(scenarios); i++) {
		AUTO(model_free) struct model *model = model_new(NULL);
		struct error e = {0};

		if (model_scenario(model, scenarios[i].json, &e) ||
			!strstr(e.text, scenarios[i].text))
			fail_msg("%s: found %s", scenarios[i].sentence, e.text);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_signatures),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_late_arrival),
		cmocka_unit_test(test_accounts),
		cmocka_unit_test(test_pages),
		cmocka_unit_test(test_scenarios),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
