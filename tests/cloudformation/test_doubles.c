/* What stands around CloudFormation: STS's roles, S3's objects, an instance's metadata. */
#include "cloudformation/model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define START UINT64_C(1700000000000)
#define ROLES                                                                                      \
	"{\"accounts\":[{\"access_key\":\"ONE\",\"secret_key\":\"s\",\"account\":\"100000000001\"" \
	"},{\"access_key\":\"TWO\",\"secret_key\":\"s\",\"account\":\"100000000002\"}],"           \
	"\"roles\":[{\"arn\":\"arn:aws:iam::300000000003:role/any\",\"expires_in_ms\":60000},"     \
	"{\"arn\":\"arn:aws:iam::300000000003:role/p/one\",\"principals\":[\"100000000001\"],"     \
	"\"external_id\":\"x1\",\"duration\":3600,\"access_key\":\"ASIAFIXED\"},"                  \
	"{\"arn\":\"arn:aws:iam::300000000003:role/chained\",\"principals\":["                     \
	"\"arn:aws:iam::300000000003:role/p/one\"]},"                                              \
	"{\"arn\":\"arn:aws:iam::300000000003:role/web\",\"web_identity_token\":\"t.o.k\"}],"      \
	"\"bad_roles\":[\"arn:aws:iam::300000000003:role/bad\"]}"
#define ASSUME(role, more)                                                                         \
	"Action=AssumeRole&Version=2011-06-15&RoleSessionName=me&RoleArn=arn:aws:iam::"            \
	"300000000003:role/" role more
#define WEB(role, token)                                                                           \
	"Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleSessionName=me&RoleArn="          \
	"arn:aws:iam::300000000003:role/" role "&WebIdentityToken=" token
#define IDENTITY "Action=GetCallerIdentity&Version=2011-06-15"

static struct model *model_with(const char *scenario)
{
	struct model *model = model_new(NULL);
	struct error e = {0};

	if (!model_scenario(model, scenario, &e))
		fail_msg("%s", e.text);
	return model;
}

/* What stands between <name> and </name>; the caller frees it. */
static char *part(const struct model_reply *reply, const char *name)
{
	AUTO(free_text) char *open = xasprintf("<%s>", name);
	const char *found = strstr(reply->body, open);

	if (!found)
		fail_msg("no %s in %s", name, reply->body);
	found += strlen(open);
	return xstrndup(found, strcspn(found, "<"));
}

static const struct {
	const char *sentence, *key, *form;
	int status;
	const char *text;
} roles[] = {
	{"a role that trusts everybody gives keys", "ONE", ASSUME("any", ""), 200,
		"<Arn>arn:aws:sts::300000000003:assumed-role/any/me</Arn>"},
	{"they expire as the scenario has it", "ONE", ASSUME("any", ""), 200,
		"<Expiration>2023-11-14T22:14:20Z</Expiration>"},
	{"else as was asked for", "ONE", ASSUME("p/one", "&ExternalId=x1&DurationSeconds=900"), 200,
		"<Expiration>2023-11-14T22:28:20Z</Expiration>"},
	{"a key may be the same each time", "ONE", ASSUME("p/one", "&ExternalId=x1"), 200,
		"<AccessKeyId>ASIAFIXED</AccessKeyId>"},
	{"another account is not trusted", "TWO", ASSUME("p/one", "&ExternalId=x1"), 403,
		"<Message>User: arn:aws:iam::100000000002:user/model is not authorized to perform: "
		"sts:AssumeRole on resource: arn:aws:iam::300000000003:role/p/one</Message>"},
	{"nor is another external id", "ONE", ASSUME("p/one", "&ExternalId=x2"), 403,
		"<Code>AccessDenied</Code>"},
	{"nor none", "ONE", ASSUME("p/one", ""), 403, "<Code>AccessDenied</Code>"},
	{"nor a role that isn't there", "ONE", ASSUME("none", ""), 403,
		"<Code>AccessDenied</Code>"},
	{"nor who only holds a user's keys", "ONE", ASSUME("chained", ""), 403,
		"<Code>AccessDenied</Code>"},
	{"the role sets how long at most", "ONE",
		ASSUME("p/one", "&ExternalId=x1&DurationSeconds=3601"), 400,
		"exceeds the MaxSessionDuration set for this role."},
	{"there is a least", "ONE", ASSUME("any", "&DurationSeconds=899"), 400,
		"Member must have value greater than or equal to 900"},
	{"a session needs a name", "ONE",
		"Action=AssumeRole&Version=2011-06-15&RoleArn=arn:aws:iam::300000000003:role/any",
		400, "Value null at 'roleSessionName' failed to satisfy constraint"},
	{"of letters and a few more", "ONE",
		"Action=AssumeRole&Version=2011-06-15&RoleSessionName=a%20b&RoleArn="
		"arn:aws:iam::300000000003:role/any",
		400, "'roleSessionName' failed to satisfy constraint: Member must satisfy"},
	{"a role is an ARN", "ONE",
		"Action=AssumeRole&Version=2011-06-15&RoleSessionName=me&RoleArn=any", 400,
		"<Code>ValidationError</Code>"},
	{"a web identity needs no keys", "", WEB("web", "t.o.k"), 200,
		"<AssumeRoleWithWebIdentityResult><Credentials>"},
	{"but the right token", "", WEB("web", "t.o.x"), 400, "<Code>InvalidIdentityToken</Code>"},
	{"and a role that is for web identities", "", WEB("any", "t.o.k"), 403,
		"<Message>Not authorized to perform sts:AssumeRoleWithWebIdentity</Message>"},
	{"which gives nothing to others", "ONE", ASSUME("web", ""), 403,
		"<Code>AccessDenied</Code>"},
	{"a user is a user", "TWO", IDENTITY, 200,
		"<Arn>arn:aws:iam::100000000002:user/model</Arn>"},
};

static void test_roles(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(roles); i++) {
		AUTO(model_free) struct model *model = model_with(ROLES);
		struct model_reply reply;

		model_act(model, START, roles[i].key, NULL, roles[i].form, &reply);
		if (reply.status != roles[i].status || !strstr(reply.body, roles[i].text))
			fail_msg("%s: status %d, %s", roles[i].sentence, reply.status, reply.body);
		assert_string_equal(model_line(model, 0)->service, "sts");
		model_reply_done(&reply);
	}
}

/* The keys of a role lead to its account, to further roles, and to an end. */
static void test_a_chain(void **state)
{
	AUTO(model_free) struct model *model = model_with(ROLES);
	struct model_reply reply;

	(void)state;
	model_act(model, START, "ONE", NULL, ASSUME("p/one", "&ExternalId=x1"), NULL);
	model_act(model, START, "ASIAFIXED", NULL, ASSUME("chained", "&DurationSeconds=3601"),
		&reply);
	assert_non_null(strstr(reply.body, "exceeds the 1 hour session limit"));
	model_reply_done(&reply);
	model_act(model, START, "ASIAFIXED", NULL, ASSUME("chained", ""), &reply);
	assert_int_equal(reply.status, 200);
	AUTO(free_text) char *key = part(&reply, "AccessKeyId");
	AUTO(free_text) char *token = part(&reply, "SessionToken");

	assert_int_equal(strlen(key), 20);
	assert_true(strlen(token) > 40);
	model_reply_done(&reply);
	model_act(model, START, key, NULL, IDENTITY, &reply);
	assert_non_null(strstr(reply.body, ":assumed-role/chained/me</Arn>"));
	assert_non_null(strstr(reply.body, "<Account>300000000003</Account>"));
	model_reply_done(&reply);
}

/* --- requests with paths --- */

static struct model_reply ask(struct model *model, uint64_t at_ms, const char *method,
	const char *target, const char *host, const char *header, const char *value,
	const char *body)
{
	struct model_request request = {
		.method = method, .target = target, .body = body, .body_length = strlen(body)};
	struct model_reply reply;

	if (host)
		pairs_add(&request.headers, "Host", host);
	if (header)
		pairs_add(&request.headers, header, value);
	if (host)
		model_handle(model, START + at_ms, &request, &reply);
	else
		model_metadata(model, START + at_ms, &request, &reply);
	pairs_done(&request.headers);
	return reply;
}

#define TEMPLATE "{\"Resources\":{\"A\":{\"Type\":\"AWS::SNS::Topic\"}}}"
#define BUCKETS                                                                                    \
	"{\"buckets\":[{\"name\":\"b\",\"account\":\"111111111111\",\"region\":\"eu-west-1\"},"    \
	"{\"name\":\"foreign\",\"account\":\"222222222222\"}]}"
#define OWNER "x-amz-expected-bucket-owner"

static const struct {
	const char *sentence, *method, *target, *host, *header, *value;
	int status;
	const char *text;
} objects[] = {
	{"an object is put by its path", "PUT", "/b/x/y%20z", "s3", NULL, NULL, 200, ""},
	{"or by its host", "PUT", "/x", "b.s3.eu-west-1.amazonaws.com", NULL, NULL, 200, ""},
	{"its owner may be said", "PUT", "/b/x", "s3", OWNER, "111111111111", 200, ""},
	{"and then has to be right", "PUT", "/b/x", "s3", OWNER, "222222222222", 403,
		"<Error><Code>AccessDenied</Code>"},
	{"a bucket is not for others", "PUT", "/foreign/x", "s3", NULL, NULL, 403,
		"<Code>AccessDenied</Code>"},
	{"nor made by using it", "PUT", "/none/x", "s3", NULL, NULL, 404,
		"<Code>NoSuchBucket</Code>"},
	{"what isn't there can't be had", "GET", "/b/x", "s3", NULL, NULL, 404,
		"<Code>NoSuchKey</Code>"},
	{"nor looked at", "HEAD", "/b/x", "s3", NULL, NULL, 404, ""},
	{"a bucket is no object", "GET", "/b", "s3", NULL, NULL, 405,
		"<Code>MethodNotAllowed</Code>"},
	{"what isn't modelled is refused", "DELETE", "/b/x", "s3", NULL, NULL, 405,
		"<Code>MethodNotAllowed</Code>"},
	{"queries as well", "PUT", "/b/x?acl", "s3", NULL, NULL, 405,
		"<Code>MethodNotAllowed</Code>"},
	{"a key has to be readable", "PUT", "/b/%zz", "s3", NULL, NULL, 400,
		"<Code>InvalidURI</Code>"},
};

static void test_objects(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(objects); i++) {
		AUTO(model_free) struct model *model = model_with(BUCKETS);
		struct model_reply reply = ask(model, 0, objects[i].method, objects[i].target,
			objects[i].host, objects[i].header, objects[i].value, "body");
		bool entered = model_entry_count(model) == 1;

		if (reply.status != objects[i].status || !strstr(reply.body, objects[i].text) ||
			entered != (reply.status == 200) || reply.effect != entered)
			fail_msg("%s: status %d, entered %d, %s", objects[i].sentence, reply.status,
				entered, reply.body);
		assert_string_equal(model_line(model, 0)->service, "s3");
		model_reply_done(&reply);
	}
}

static void test_an_object_is_entered(void **state)
{
	AUTO(model_free) struct model *model = model_with(BUCKETS);
	struct digest digest = digest_of(TEMPLATE, strlen(TEMPLATE));
	struct model_reply reply = ask(model, 0, "PUT", "/b/x/y%20z", "s3", NULL, NULL, TEMPLATE);
	const struct model_entry *entry = model_entry(model, 0);

	(void)state;
	model_reply_done(&reply);
	assert_string_equal(entry->action, "PutObject");
	assert_string_equal(entry->bucket, "b");
	assert_string_equal(entry->key, "x/y z");
	assert_int_equal(entry->size, strlen(TEMPLATE));
	assert_true(digest_equal(&entry->digest, &digest));
	reply = ask(model, 0, "GET", "/x/y%20z", "b.s3", NULL, NULL, "");
	assert_string_equal(reply.body, TEMPLATE);
	model_reply_done(&reply);
}

static const struct {
	const char *sentence, *url;
	int status;
	const char *text;
} urls[] = {
	{"an object is a template, by path",
		"https%3A%2F%2Fs3.eu-west-1.amazonaws.com%2Fb%2Ft.json", 200, "AWS::SNS::Topic"},
	{"by host", "https%3A%2F%2Fb.s3.eu-west-1.amazonaws.com%2Ft.json", 200, "AWS::SNS::Topic"},
	{"in China", "https%3A%2F%2Fb.s3.cn-north-1.amazonaws.com.cn%2Ft.json", 200,
		"AWS::SNS::Topic"},
	{"and where the model itself is", "http%3A%2F%2F127.0.0.1%3A80%2Fb%2Ft.json", 200,
		"AWS::SNS::Topic"},
	{"not so elsewhere", "http%3A%2F%2F127.0.0.2%3A80%2Fb%2Ft.json", 400,
		"TemplateURL must be a supported URL."},
	{"it has to be there", "https%3A%2F%2Fs3.eu-west-1.amazonaws.com%2Fb%2Fu.json", 400,
		"S3 error: The specified key does not exist."},
	{"in a bucket of the account's", "https%3A%2F%2Fs3.amazonaws.com%2Fforeign%2Ft.json", 400,
		"S3 error: Access Denied"},
	{"and not be too big", "https%3A%2F%2Fs3.amazonaws.com%2Fb%2Fbig", 400,
		"Template may not exceed 1048576 bytes in size."},
};

static void test_template_urls(void **state)
{
	static char big[1024 * 1024 + 2];
	AUTO(model_free) struct model *model = model_with(BUCKETS);

	(void)state;
	memset(big, ' ', sizeof(big) - 1);
	struct model_reply reply = ask(model, 0, "PUT", "/b/big", "s3", NULL, NULL, big);

	model_reply_done(&reply);
	reply = ask(model, 0, "PUT", "/b/t.json", "s3", NULL, NULL, TEMPLATE);
	model_reply_done(&reply);
	for (size_t i = 0; i < COUNT(urls); i++) {
		AUTO(free_text)
		char *form = xasprintf("Action=GetTemplateSummary&TemplateURL=%s", urls[i].url);

		reply = ask(model, 0, "POST", "/", "127.0.0.1:80", NULL, NULL, form);
		if (reply.status != urls[i].status || !strstr(reply.body, urls[i].text))
			fail_msg("%s: %s", urls[i].sentence, reply.body);
		model_reply_done(&reply);
	}
}

/* --- metadata --- */

#define ROLE_PATH "/latest/meta-data/iam/security-credentials/"
#define TOKEN "X-aws-ec2-metadata-token"
#define TTL TOKEN "-ttl-seconds"
#define ACCOUNTS                                                                                   \
	"\"accounts\":[{\"access_key\":\"I\",\"secret_key\":\"s\",\"session_token\":\"t\","        \
	"\"account\":\"111111111111\"}],"
#define INSTANCE(more) "{" ACCOUNTS "\"metadata\":{\"role\":\"r\",\"access_key\":\"I\"" more "}}"
#define CONTAINER(more)                                                                            \
	"{" ACCOUNTS "\"containers\":[{\"path\":\"/c?id=1\",\"access_key\":\"I\"" more "}]}"

static const struct {
	const char *sentence, *scenario, *method, *target, *header, *value;
	int status;
	const char *text;
} metadata[] = {
	{"where nothing is said, nothing is there", "{}", "PUT", "/latest/api/token", TTL, "60",
		404, ""},
	{"a token is for the asking", INSTANCE(""), "PUT", "/latest/api/token", TTL, "60", 200,
		"AQAEA"},
	{"with how long it should be good", INSTANCE(""), "PUT", "/latest/api/token", NULL, NULL,
		400, ""},
	{"at most six hours", INSTANCE(""), "PUT", "/latest/api/token", TTL, "21601", 400, ""},
	{"and not through a proxy", INSTANCE(""), "PUT", "/latest/api/token", "X-Forwarded-For",
		"a", 403, ""},
	{"without a token there is nothing", INSTANCE(""), "GET", ROLE_PATH, NULL, NULL, 401, ""},
	{"nor with a false one", INSTANCE(""), "GET", ROLE_PATH, TOKEN, "x", 401, ""},
	{"unless the old way is allowed", INSTANCE(",\"v1\":true"), "GET", ROLE_PATH, NULL, NULL,
		200, "r"},
	{"which doesn't make a false token good", INSTANCE(",\"v1\":true"), "GET", ROLE_PATH, TOKEN,
		"x", 401, ""},
	{"the role has keys", INSTANCE(",\"v1\":true"), "GET", ROLE_PATH "r", NULL, NULL, 200,
		"{\"Code\": \"Success\", \"Type\": \"AWS-HMAC\", \"AccessKeyId\": \"I\", "
		"\"SecretAccessKey\": \"s\", \"Token\": \"t\", "
		"\"Expiration\": \"2023-11-15T04:13:20Z\"}"},
	{"that may seem to be over", INSTANCE(",\"v1\":true,\"expired\":true"), "GET",
		ROLE_PATH "r", NULL, NULL, 200, "2023-11-14T21:13:20Z"},
	{"or be refused", INSTANCE(",\"v1\":true,\"code\":\"AssumeRoleUnauthorizedAccess\""), "GET",
		ROLE_PATH "r", NULL, NULL, 200, "{\"Code\": \"AssumeRoleUnauthorizedAccess\","},
	{"another role has none", INSTANCE(",\"v1\":true"), "GET", ROLE_PATH "q", NULL, NULL, 404,
		""},
	{"an instance may have no role",
		"{" ACCOUNTS "\"metadata\":{\"access_key\":\"I\",\"v1\":true}}", "GET", ROLE_PATH,
		NULL, NULL, 404, ""},
	{"a fault may be a status",
		"{\"metadata\":{\"role\":\"r\"},\"faults\":[{\"kind\":\"status\",\"status\":405,"
		"\"action\":\"MetadataToken\"}]}",
		"PUT", "/latest/api/token", TTL, "60", 405, ""},
	{"a container has its own path", CONTAINER(""), "GET", "/c?id=1", NULL, NULL, 200,
		"\"AccessKeyId\": \"I\""},
	{"and may want a word", CONTAINER(",\"authorization\":\"Basic x\""), "GET", "/c?id=1",
		"Authorization", "Basic x", 200, "\"Token\": \"t\""},
	{"the right one", CONTAINER(",\"authorization\":\"Basic x\""), "GET", "/c?id=1",
		"Authorization", "Basic y", 401, ""},
	{"new keys may be made", "{\"metadata\":{\"role\":\"r\",\"account\":\"1\",\"v1\":true}}",
		"GET", ROLE_PATH "r", NULL, NULL, 200, "\"AccessKeyId\": \"ASIA"},
};

static void test_metadata(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(metadata); i++) {
		AUTO(model_free) struct model *model = model_with(metadata[i].scenario);
		struct model_reply reply = ask(model, 0, metadata[i].method, metadata[i].target,
			NULL, metadata[i].header, metadata[i].value, "");

		if (reply.status != metadata[i].status || !strstr(reply.body, metadata[i].text))
			fail_msg("%s: status %d, %s", metadata[i].sentence, reply.status,
				reply.body);
		assert_string_equal(model_line(model, 0)->service, "metadata");
		model_reply_done(&reply);
	}
}

static int status_of(struct model *model, uint64_t at_ms, const char *token)
{
	struct model_reply reply = ask(model, at_ms, "GET", ROLE_PATH, NULL, TOKEN, token, "");
	int status = reply.status;

	model_reply_done(&reply);
	return status;
}

/* Tokens end by their time, by the scenario's, and all at once. */
static void test_tokens(void **state)
{
	AUTO(model_free) struct model *model = model_with(INSTANCE(""));
	struct model_reply first = ask(model, 0, "PUT", "/latest/api/token", NULL, TTL, "60", "");

	(void)state;
	assert_int_equal(status_of(model, 59999, first.body), 200);
	assert_int_equal(status_of(model, 60000, first.body), 401);
	assert_true(model_scenario(model, INSTANCE(",\"token_ms\":10"), NULL));
	struct model_reply second =
		ask(model, 60000, "PUT", "/latest/api/token", NULL, TTL, "60", "");

	assert_int_equal(status_of(model, 60009, second.body), 200);
	assert_int_equal(status_of(model, 60010, second.body), 401);
	model_reply_done(&second);
	second = ask(model, 60010, "PUT", "/latest/api/token", NULL, TTL, "60", "");
	assert_true(model_scenario(model, INSTANCE(",\"forget_tokens\":true"), NULL));
	assert_int_equal(status_of(model, 60010, second.body), 401);
	model_reply_done(&first);
	model_reply_done(&second);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_roles),
		cmocka_unit_test(test_a_chain),
		cmocka_unit_test(test_objects),
		cmocka_unit_test(test_an_object_is_entered),
		cmocka_unit_test(test_template_urls),
		cmocka_unit_test(test_metadata),
		cmocka_unit_test(test_tokens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
