#include "aws/sts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"

#define ARN "arn:aws:iam::222222222222:role/x"
#define TEXT(string) ((char *)(uintptr_t)(string))
#define KEYS                                                                                       \
	"<Credentials><AccessKeyId>A</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>"       \
	"<SessionToken>t</SessionToken><Expiration>1970-01-01T00:01:00Z</Expiration>"              \
	"</Credentials>"
#define ANSWER(keys)                                                                               \
	"<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"                 \
	"<AssumeRoleResult>" keys "</AssumeRoleResult></AssumeRoleResponse>"
#define REFUSAL(code, message)                                                                     \
	"<ErrorResponse><Error><Type>Sender</Type><Code>" code "</Code><Message>" message          \
	"</Message></Error></ErrorResponse>"

static void test_forms(void **state)
{
	struct role role = {.arn = TEXT(ARN)};
	struct role full = {TEXT(ARN), TEXT("e:1"), TEXT("me@x"), 900};
	AUTO_DONE(text_done) struct text form = {0};

	(void)state;
	sts_form(&role, "stackd-host", NULL, &form);
	assert_string_equal(form.data,
		"Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A222222222222%3A"
		"role%2Fx&RoleSessionName=stackd-host");
	text_clear(&form);
	sts_form(&full, "stackd-host", NULL, &form);
	assert_string_equal(form.data,
		"Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A222222222222%3A"
		"role%2Fx&RoleSessionName=me%40x&ExternalId=e%3A1&DurationSeconds=900");
	text_clear(&form);
	sts_form(&role, "stackd-host", "to.ken", &form);
	assert_string_equal(form.data,
		"Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A"
		"222222222222%3Arole%2Fx&RoleSessionName=stackd-host&WebIdentityToken=to.ken");
}

static const struct {
	const char *sentence;
	int status;
	const char *body;
	enum error_kind kind; /* ERROR_NONE: keys */
	const char *says;
} rows[] = {
	{"keys", 200, ANSWER(KEYS), ERROR_NONE, NULL},
	{"keys of a web identity", 200,
		"<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult>" KEYS
		"</AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>",
		ERROR_NONE, NULL},
	{"no keys", 200, ANSWER(""), ERROR_TRANSIENT, "has no usable keys"},
	{"half of them", 200, ANSWER("<Credentials><AccessKeyId>A</AccessKeyId></Credentials>"),
		ERROR_TRANSIENT, "has no usable keys"},
	{"no XML", 200, "secret", ERROR_TRANSIENT, "HTTP 200: expected an answer of STS"},
	{"a page of a proxy", 502, "<html>x</html>", ERROR_TRANSIENT, "HTTP 502: expected"},
	{"too many", 429, "", ERROR_THROTTLED, "HTTP 429: expected"},
	{"a permission is missing", 403,
		REFUSAL("AccessDenied", "User: u is not authorized to perform: sts:AssumeRole on "
					"resource: " ARN),
		ERROR_DENIED, "permission sts:AssumeRole is missing: AccessDenied: User: u"},
	{"an expired token", 400, REFUSAL("ExpiredTokenException", "Token expired"), ERROR_DENIED,
		"ExpiredTokenException: Token expired"},
	{"a claim that is refused", 403, REFUSAL("IDPRejectedClaim", "x"), ERROR_DENIED,
		"IDPRejectedClaim: x"},
	{"a provider that can't be reached", 400, REFUSAL("IDPCommunicationError", "x"),
		ERROR_TRANSIENT, "IDPCommunicationError: x"},
	{"a region that is off", 403, REFUSAL("RegionDisabledException", "x"), ERROR_DENIED,
		"RegionDisabledException: x"},
	{"anything that is wrong", 400, REFUSAL("ValidationError", "x"), ERROR_DENIED,
		"ValidationError: x"},
	{"throttled", 400, REFUSAL("Throttling", "Rate exceeded"), ERROR_THROTTLED,
		"too many calls"},
	{"an error within", 500, REFUSAL("InternalFailure", "x"), ERROR_TRANSIENT,
		"InternalFailure: x"},
	{"what was sent is not repeated", 400,
		REFUSAL("ValidationError", "1 validation error detected: Value 'secret' at "
					   "'webIdentityToken' failed"),
		ERROR_DENIED, "the value at 'webIdentityToken'"},
};

static void test_replies(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO_DONE(credentials_done) struct credentials keys = {0};
		uint64_t expires_ms = 0;
		struct error e = {0};

		print_message("# %s\n", rows[i].sentence);
		bool read = sts_reply(
			rows[i].status, rows[i].body, strlen(rows[i].body), &keys, &expires_ms, &e);

		assert_int_equal(read, rows[i].kind == ERROR_NONE);
		assert_int_equal(e.kind, rows[i].kind);
		if (read) {
			assert_string_equal(keys.access_key, "A");
			assert_string_equal(keys.secret_key, "secret");
			assert_string_equal(keys.session_token, "t");
			assert_int_equal(expires_ms, 60000);
			continue;
		}
		print_message("# %s\n", e.text);
		assert_null(keys.access_key);
		assert_non_null(strstr(e.text, rows[i].says));
		assert_null(strstr(e.text, "secret"));
	}
}

static void test_refusals(void **state)
{
	static const char body[] = REFUSAL("RequestExpired", "late");
	AUTO(free_text) char *code = NULL;
	AUTO(free_text) char *message = NULL;
	AUTO(free_text) char *no_code = NULL;
	AUTO(free_text) char *no_message = NULL;

	(void)state;
	sts_refusal(body, strlen(body), &code, &message);
	assert_string_equal(code, "RequestExpired");
	assert_string_equal(message, "late");
	sts_refusal("x", 1, &no_code, &no_message);
	assert_string_equal(no_code, "");
	assert_string_equal(no_message, "");
}

static void test_refused_keys(void **state)
{
	static const char expired[] = REFUSAL("ExpiredToken", "x");
	static const char unknown[] = REFUSAL("InvalidClientTokenId", "x");
	static const char denied[] = REFUSAL("AccessDenied", "x");

	(void)state;
	assert_true(sts_refuses_keys(expired, strlen(expired)));
	assert_true(sts_refuses_keys(unknown, strlen(unknown)));
	assert_false(sts_refuses_keys(denied, strlen(denied)));
	assert_false(sts_refuses_keys("x", 1));
}

static void test_session_names(void **state)
{
	AUTO(free_text) char *host = sts_session_name("stackd", "web 7.example");
	AUTO(free_text) char *owner = sts_session_name("blue/green", "web");

	(void)state;
	assert_string_equal(host, "stackd-web-7.example");
	assert_string_equal(owner, "stackd-blue-green");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_replies),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_refused_keys),
		cmocka_unit_test(test_session_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
