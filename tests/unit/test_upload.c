#include "aws/upload.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "aws/sigv4.h"
#include "base/memory.h"
#include "base/text.h"
#include "variables.h"

#define TEXT(string) ((char *)(uintptr_t)(string))
#define ACCOUNT "123456789012"
#define KEY "stackd/0a1b.template"
#define EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define BRACES "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"

static const struct variable none[] = {{NULL}};
static const struct text braces = {.data = TEXT("{}"), .length = 2};

static bool aim(struct upload *upload, const char *bucket, const char *object, const char *region,
	const struct variable *variables, struct error *e)
{
	AUTO_DONE(pairs_done) struct pairs environment = environment_of(variables);
	AUTO_DONE(endpoint_done) struct endpoint s3 = {0};
	AUTO_DONE(endpoint_done) struct endpoint cloudformation = {0};
	struct endpoint_options options = {.environment = &environment};
	struct call call = {.bucket = TEXT(bucket), .object = TEXT(object)};

	upload_begin(upload, &call, &braces);
	return endpoint_find(&options, "s3", region, &s3, e) &&
	       endpoint_find(&options, "cloudformation", region, &cloudformation, e) &&
	       upload_aim(upload, ACCOUNT, &s3, &cloudformation, e);
}

/* --- where it goes --- */

#define AT(url) "https://" url, "https://" url

static const struct {
	const char *sentence;
	const char *bucket, *object, *region;
	struct variable variables[3];
	const char *host;
	const char *url;      /* NULL: an error that begins with `host` */
	const char *template; /* what CloudFormation is told */
} places[] = {
	{"the bucket is part of the host", "templates", KEY, "eu-west-1", {{NULL}},
		"templates.s3.eu-west-1.amazonaws.com",
		AT("templates.s3.eu-west-1.amazonaws.com/" KEY)},
	{"account and region are filled in", "t-{account}-{region}", KEY, "us-east-1", {{NULL}},
		"t-123456789012-us-east-1.s3.us-east-1.amazonaws.com",
		AT("t-123456789012-us-east-1.s3.us-east-1.amazonaws.com/" KEY)},
	{"a name with dots has no certificate", "my.templates", KEY, "cn-north-1", {{NULL}},
		"s3.cn-north-1.amazonaws.com.cn",
		AT("s3.cn-north-1.amazonaws.com.cn/my.templates/" KEY)},
	{"CloudFormation isn't told of FIPS and dual-stack", "templates", KEY, "us-west-2",
		{{"AWS_USE_FIPS_ENDPOINT", "true"}, {"AWS_USE_DUALSTACK_ENDPOINT", "true"}},
		"templates.s3-fips.dualstack.us-west-2.amazonaws.com",
		"https://templates.s3-fips.dualstack.us-west-2.amazonaws.com/" KEY,
		"https://templates.s3.us-west-2.amazonaws.com/" KEY},
	{"another endpoint has it in the path", "templates", KEY, "eu-west-1",
		{{"AWS_ENDPOINT_URL", "http://127.0.0.1:9000"}}, "127.0.0.1:9000",
		"http://127.0.0.1:9000/templates/" KEY, "http://127.0.0.1:9000/templates/" KEY},
	{"behind its own", "templates", KEY, "eu-west-1",
		{{"AWS_ENDPOINT_URL", "https://example.com/base/"}}, "example.com",
		AT("example.com/base/templates/" KEY)},
	{"AWS's own CloudFormation doesn't know it", "templates", KEY, "eu-west-1",
		{{"AWS_ENDPOINT_URL_S3", "https://vpce-1.s3.example.com"}}, "vpce-1.s3.example.com",
		"https://vpce-1.s3.example.com/templates/" KEY,
		"https://templates.s3.eu-west-1.amazonaws.com/" KEY},
	{"nor does one that is reached otherwise need it", "templates", KEY, "eu-west-1",
		{{"AWS_ENDPOINT_URL_CLOUDFORMATION", "https://vpce-2.example.com"}},
		"templates.s3.eu-west-1.amazonaws.com",
		AT("templates.s3.eu-west-1.amazonaws.com/" KEY)},
	{"the URL is encoded", "templates", "a b/\xc3\xbc+(1).template", "eu-west-1", {{NULL}},
		"templates.s3.eu-west-1.amazonaws.com",
		AT("templates.s3.eu-west-1.amazonaws.com/a%20b/%C3%BC%2B%281%29.template")},
	{"a name that is too long once it is filled in",
		"templates-of-stackd-for-the-big-shop-{account}-{region}", KEY, "ap-southeast-1",
		{{NULL}},
		"TemplateBucket=: with account and region filled in, 'templates-of-stackd-for-the-"
		"big-shop-123456789012-ap-southeast-1' is",
		NULL, NULL},
};

static void test_places(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(places); i++) {
		AUTO_DONE(upload_done) struct upload upload = {0};
		struct error e = {0};

		print_message("# %s\n", places[i].sentence);
		bool found = aim(&upload, places[i].bucket, places[i].object, places[i].region,
			places[i].variables, &e);

		assert_int_equal(found, places[i].url != NULL);
		if (found) {
			assert_string_equal(upload.place.host, places[i].host);
			assert_string_equal(upload.place.url, places[i].url);
			assert_string_equal(upload.template_url, places[i].template);
			assert_string_equal(upload.place.region, places[i].region);
		} else {
			assert_int_equal(e.kind, ERROR_DENIED);
			assert_non_null(strstr(e.text, places[i].host));
		}
	}
}

/* --- what is sent: signed by botocore 1.29's S3SigV4Auth for comparison --- */

#define HEAD_HEADERS "host;x-amz-content-sha256;x-amz-date;x-amz-expected-bucket-owner"
#define PUT_HEADERS "content-type;" HEAD_HEADERS

static const struct {
	const char *sentence;
	const char *bucket, *object, *region, *token;
	struct variable variables[2];
	bool put;
	const char *headers, *signature;
} requests[] = {
	{"is it there?", "templates", KEY, "eu-west-1", NULL, {{NULL}}, false, HEAD_HEADERS,
		"34c612c0f9e693bf32ee17ee41767334c0db57d4a19271de4a7681c4c82b41bd"},
	{"here it is", "templates", KEY, "eu-west-1", NULL, {{NULL}}, true, PUT_HEADERS,
		"a56438195f7c1e9b609396caf922d5ccd39301e5c32ad1e10a7309d46bb935e0"},
	{"with a session token, in another partition", "my.templates", KEY, "cn-north-1", "tok",
		{{NULL}}, true, PUT_HEADERS ";x-amz-security-token",
		"40470fde18c9641d3ddf34cf4070f8d280d2b6887a61bcb4474816295da471c6"},
	{"to an endpoint with a port and a path", "templates", KEY, "us-east-1", NULL,
		{{"AWS_ENDPOINT_URL", "http://127.0.0.1:9000/base"}}, true, PUT_HEADERS,
		"36c3a2e8e7f2f894b5eb10d69a48f94e0a1f3eae7cb0d03c15ed13306eb86673"},
	{"the path is encoded once", "templates", "a b/\xc3\xbc+(1).template", "eu-west-1", NULL,
		{{NULL}}, true, PUT_HEADERS,
		"e8c59b95fc25ddb007fa9dc184f00f204590f4406c5c7e48c29143d26a640612"},
};

static char *authorization(
	const struct upload *upload, const char *token, struct upload_request *request)
{
	struct sigv4_keys keys = {"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", token};
	struct sigv4_request signing = {.method = request->method,
		.path = upload->place.path,
		.body = request->bytes ? text_string(request->bytes) : "",
		.body_length = request->bytes ? request->bytes->length : 0,
		.region = upload->place.region,
		.service = "s3",
		.wall_ms = 1772600767000};

	pairs_add(&request->headers, "Host", upload->place.host);
	sigv4_sign(&keys, &signing, &request->headers, NULL);
	return xstrdup(pairs_get(&request->headers, "Authorization"));
}

static void test_requests(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(requests); i++) {
		AUTO_DONE(upload_done) struct upload upload = {0};
		AUTO_DONE(upload_request_done) struct upload_request request = {0};
		struct error e = {0};

		assert_true(aim(&upload, requests[i].bucket, requests[i].object, requests[i].region,
			requests[i].variables, &e));
		upload.put = requests[i].put;
		upload_request(&upload, &request);
		assert_string_equal(request.method, requests[i].put ? "PUT" : "HEAD");
		assert_ptr_equal(request.bytes, requests[i].put ? &braces : NULL);
		assert_string_equal(pairs_get(&request.headers, "X-Amz-Content-Sha256"),
			requests[i].put ? BRACES : EMPTY);
		assert_string_equal(
			pairs_get(&request.headers, "X-Amz-Expected-Bucket-Owner"), ACCOUNT);

		AUTO(free_text)
		char *actual = authorization(&upload, requests[i].token, &request);
		AUTO(free_text)
		char *expected = xasprintf(
			"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260304/%s/s3/aws4_request, "
			"SignedHeaders=%s, Signature=%s",
			requests[i].region, requests[i].headers, requests[i].signature);

		if (strcmp(actual, expected) != 0)
			fail_msg("%s:\n%s\nis expected to be\n%s", requests[i].sentence, actual,
				expected);
	}
}

/* --- what the answer to HEAD means --- */

enum { GOES_ON, THERE, ENDS };

static const struct {
	const char *sentence;
	int status, expected;
	int64_t content_length;
} looks[] = {
	{"it is there", 200, THERE, 2},
	{"half of it is there", 200, GOES_ON, 1},
	{"it can't be told how much", 200, GOES_ON, -1},
	{"it is not there", 404, GOES_ON, 0},
	{"not known without s3:ListBucket", 403, GOES_ON, 0},
	{"anything that is wrong: PUT has a body that tells", 400, GOES_ON, 0},
	{"likewise", 503, GOES_ON, 2},
	{"it would not go well elsewhere either", 301, ENDS, 0},
};

static void test_looks(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(looks); i++) {
		AUTO_DONE(upload_done) struct upload upload = {0};
		AUTO_DONE(reply_done) struct reply reply = {0};
		struct upload_answer answer = {
			.answer = {.http_status = looks[i].status, .body = ""},
			.content_length = looks[i].content_length};

		print_message("# %s\n", looks[i].sentence);
		assert_true(aim(&upload, "templates", KEY, "eu-west-1", none, NULL));
		bool over = upload_reply(&upload, &answer, &reply);

		assert_int_equal(over, looks[i].expected != GOES_ON);
		assert_int_equal(upload.put, !over);
		assert_int_equal(over && reply.code == REPLY_OK, looks[i].expected == THERE);
		assert_int_equal(
			reply.effect, looks[i].expected == THERE ? EFFECT_CONFIRMED : EFFECT_NONE);
		assert_true(text_same(reply.template_url,
			looks[i].expected == THERE ? upload.template_url : NULL));
	}
}

/* --- what the answer to PUT means --- */

#define ERROR(code, message)                                                                       \
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>" code                           \
	"</Code><Message>" message                                                                 \
	"</Message><StringToSign>secret</StringToSign><RequestId>r</RequestId>"                    \
	"<HostId>h</HostId></Error>"
#define NAMED "bucket t-" ACCOUNT " of TemplateBucket="

static const struct {
	const char *sentence;
	int status;
	const char *body;
	enum error_kind kind; /* ERROR_NONE: it is there */
	enum effect effect;
	bool scope_wide;
	const char *says;
} answers[] = {
	{"it is there", 200, "", ERROR_NONE, EFFECT_CONFIRMED, false, NULL},
	{"a page is no answer of S3", 200, "<html>welcome</html>", ERROR_TRANSIENT, EFFECT_MAYBE,
		false, NAMED ": the reply can't be read: "},
	{"no bucket", 404, ERROR("NoSuchBucket", "The specified bucket does not exist"),
		ERROR_DENIED, EFFECT_NONE, false,
		NAMED " does not exist: create it in eu-west-1, in account " ACCOUNT
		      ": NoSuchBucket: The specified bucket does not exist"},
	{"not allowed, or another's", 403, ERROR("AccessDenied", "Access Denied"), ERROR_DENIED,
		EFFECT_NONE, false,
		NAMED " has to be of account " ACCOUNT
		      " and to let stackd write stackd/*: a permission for PutObject is missing: "
		      "AccessDenied: Access Denied"},
	{"not allowed, and said in full", 403,
		ERROR("AccessDenied", "User: u is not authorized to perform: kms:GenerateDataKey "
				      "on resource: k"),
		ERROR_DENIED, EFFECT_NONE, false,
		"permission kms:GenerateDataKey is missing: AccessDenied: User: u"},
	{"a closed bucket", 403, ERROR("AllAccessDisabled", "x"), ERROR_DENIED, EFFECT_NONE, false,
		NAMED ": AllAccessDisabled: x"},
	{"its key is off", 400, ERROR("KMS.DisabledException", "k is disabled."), ERROR_DENIED,
		EFFECT_NONE, false, NAMED ": KMS.DisabledException: k is disabled."},
	{"another region", 301, ERROR("PermanentRedirect", "The bucket you are attempting ..."),
		ERROR_DENIED, EFFECT_NONE, false,
		NAMED " is in us-east-1, but has to be in eu-west-1 like the stack: name one for "
		      "each region, with {region}"},
	{"another region, at endpoints that sign for all", 400,
		ERROR("AuthorizationHeaderMalformed", "the region 'eu-west-1' is wrong"),
		ERROR_DENIED, EFFECT_NONE, false, NAMED " is in us-east-1, but has to be in"},
	{"a bucket that moves", 307, ERROR("TemporaryRedirect", "x"), ERROR_DENIED, EFFECT_NONE,
		false, NAMED " is in us-east-1, but has to be in"},
	{"too many", 503, ERROR("SlowDown", "Please reduce your request rate."), ERROR_THROTTLED,
		EFFECT_MAYBE, false, NAMED ": too many calls: SlowDown: Please reduce"},
	{"an outage", 500, ERROR("InternalError", "We encountered an internal error."),
		ERROR_TRANSIENT, EFFECT_MAYBE, false, NAMED ": InternalError: We"},
	{"an outage that blames the keys", 500, ERROR("ExpiredToken", "x"), ERROR_TRANSIENT,
		EFFECT_MAYBE, false, NAMED ": ExpiredToken: x"},
	{"it took too long", 400, ERROR("RequestTimeout", "x"), ERROR_TRANSIENT, EFFECT_NONE, false,
		NAMED ": RequestTimeout: x"},
	{"two at a time", 409, ERROR("OperationAborted", "x"), ERROR_TRANSIENT, EFFECT_NONE, false,
		NAMED ": OperationAborted: x"},
	{"whatever is refused", 400, ERROR("InvalidRequest", "x"), ERROR_REFUSED, EFFECT_NONE,
		false, NAMED ": InvalidRequest: x"},
	{"a proxy", 502, "<html>", ERROR_TRANSIENT, EFFECT_MAYBE, false,
		NAMED ": HTTP 502: expected an answer of AWS, found HTML"},
	{"a proxy that is strict", 403, "", ERROR_DENIED, EFFECT_MAYBE, false, NAMED ": HTTP 403"},
	{"unknown keys, by another name", 403, ERROR("InvalidClientTokenId", "x"), ERROR_DENIED,
		EFFECT_NONE, true, "AWS does not accept the credentials: InvalidClientTokenId: x"},
	{"unknown keys", 403, ERROR("InvalidAccessKeyId", "x"), ERROR_DENIED, EFFECT_NONE, true,
		"S3 does not accept the credentials: InvalidAccessKeyId: x"},
	{"a wrong signature", 403, ERROR("SignatureDoesNotMatch", "x"), ERROR_DENIED, EFFECT_NONE,
		true, "S3 does not accept the signature: SignatureDoesNotMatch: x"},
	{"a clock that is off", 403, ERROR("RequestTimeTooSkewed", "x"), ERROR_DENIED, EFFECT_NONE,
		true, "the clocks differ: RequestTimeTooSkewed: x"},
	{"expired keys", 400, ERROR("ExpiredToken", "x"), ERROR_DENIED, EFFECT_NONE, true,
		"the credentials have expired: ExpiredToken: x"},
	{"keys that don't fit their token", 400, ERROR("InvalidToken", "x"), ERROR_DENIED,
		EFFECT_NONE, true, "S3 does not accept the credentials: InvalidToken: x"},
};

static void test_answers(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(answers); i++) {
		AUTO_DONE(upload_done) struct upload upload = {0};
		AUTO_DONE(reply_done) struct reply reply = {0};
		struct upload_answer answer = {
			.answer = {.http_status = answers[i].status,
				.request_id = "0A49CE4060975EAC",
				.body = answers[i].body,
				.length = strlen(answers[i].body)},
			.bucket_region = "us-east-1",
			.content_length = 0,
		};

		print_message("# %s\n", answers[i].sentence);
		assert_true(aim(&upload, "t-{account}", KEY, "eu-west-1", none, NULL));
		upload.put = true;
		assert_true(upload_reply(&upload, &answer, &reply));
		assert_int_equal(reply.error.kind, answers[i].kind);
		assert_int_equal(reply.effect, answers[i].effect);
		assert_int_equal(reply.scope_wide, answers[i].scope_wide);
		assert_int_equal(reply.http_status, answers[i].status);
		assert_true(text_same(
			reply.template_url, answers[i].says ? NULL : upload.template_url));
		if (!answers[i].says)
			assert_string_equal(reply.request_id, "0A49CE4060975EAC");
		else if (!strstr(reply.error.text, answers[i].says))
			fail_msg("%s: %s", answers[i].sentence, reply.error.text);
		assert_null(strstr(reply.error.text, "secret"));
	}
}

/* Who chooses the header chooses no more than a word. */
static void test_region_of_a_bucket(void **state)
{
	static const char *const regions[] = {NULL, "", "eu-west-1", "elsewhere; rm -rf /"};

	(void)state;
	for (size_t i = 0; i < COUNT(regions); i++) {
		AUTO_DONE(upload_done) struct upload upload = {0};
		AUTO_DONE(reply_done) struct reply reply = {0};
		struct upload_answer answer = {
			.answer = {.http_status = 301, .body = ""}, .bucket_region = regions[i]};

		assert_true(aim(&upload, "t-{region}", KEY, "eu-west-1", none, NULL));
		assert_true(upload_reply(&upload, &answer, &reply));
		assert_string_equal(reply.error.text,
			"bucket t-eu-west-1 of TemplateBucket= is in another region, but has to be "
			"in eu-west-1 like the stack");
	}
}

static void test_no_answer(void **state)
{
	struct error why = {0};

	(void)state;
	error_set(&why, ERROR_TRANSIENT, "no answer from somewhere");
	for (int put = 0; put < 2; put++) {
		AUTO_DONE(upload_done) struct upload upload = {0};
		AUTO_DONE(reply_done) struct reply reply = {0};

		assert_true(aim(&upload, "templates", KEY, "eu-west-1", none, NULL));
		upload.put = put;
		upload_lost(&upload, &why, true, &reply);
		assert_int_equal(reply.effect, put ? EFFECT_MAYBE : EFFECT_NONE);
		assert_int_equal(reply.error.kind, ERROR_TRANSIENT);
		assert_false(reply.scope_wide);
		assert_string_equal(reply.error.text,
			"bucket templates of TemplateBucket=: no answer from somewhere");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_requests),
		cmocka_unit_test(test_looks),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_region_of_a_bucket),
		cmocka_unit_test(test_no_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
