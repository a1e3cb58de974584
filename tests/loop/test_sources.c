/* Where keys come from: a scripted server plays an instance's metadata, a container's endpoint and
 * STS, programs are programs; what the calls are signed with shows in the model's account. */
#include "io/credentials.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/calendar.h"
#include "base/memory.h"
#include "base/text.h"
#include "client_fixture.h"
#include "scratch.h"
#include "web_server.h"

enum { PULSE_MS = 10, BLOCKED_MS = 500, ANSWERS = 12 };

#define OTHERS                                                                                     \
	"{\"accounts\": [{\"access_key\": \"OTHER\", \"secret_key\": \"s\", "                      \
	"\"session_token\": \"t\", \"account\": \"222222222222\"}, {\"access_key\": \"THIRD\", "   \
	"\"secret_key\": \"s\", \"session_token\": \"u\", \"account\": \"333333333333\"}]}"
#define JSON(access, token)                                                                        \
	"{\"Code\": \"Success\", \"AccessKeyId\": \"" access "\", \"SecretAccessKey\": \"s\", "    \
	"\"Token\": \"" token "\", \"Expiration\": \"2090-01-01T00:00:00Z\"}"
#define PRINTED                                                                                    \
	"{\"Version\": 1, \"AccessKeyId\": \"OTHER\", \"SecretAccessKey\": \"s\", "                \
	"\"SessionToken\": \"t\", \"Expiration\": \"2090-01-01T00:00:00Z\"}"
#define ASSUMED(access, token)                                                                     \
	"<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>" access "</AccessKeyId>" \
	"<SecretAccessKey>s</SecretAccessKey><SessionToken>" token "</SessionToken><Expiration>"   \
	"2090-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"
#define IDENTITY(account)                                                                          \
	"<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>a</Arn><UserId>u</UserId>"       \
	"<Account>" account "</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
#define DENIED                                                                                     \
	"<ErrorResponse><Error><Code>AccessDenied</Code><Message>User: u is not authorized to "    \
	"perform: sts:AssumeRole on resource: r</Message></Error></ErrorResponse>"
#define ROLE "arn:aws:iam::222222222222:role/r"

struct sources {
	struct client_fixture *client;
	struct web_server server;
	struct web_answer answers[ANSWERS];
	size_t count;
	char *folder;
	uv_timer_t pulse;
	uint64_t beat_ms, longest_ms;
};

static void on_pulse(uv_timer_t *pulse)
{
	struct sources *sources = pulse->data;
	uint64_t now_ms = uv_hrtime() / 1000000;
	uint64_t gap_ms = sources->beat_ms ? now_ms - sources->beat_ms : 0;

	sources->beat_ms = now_ms;
	if (gap_ms > sources->longest_ms)
		sources->longest_ms = gap_ms;
}

static void variable(struct sources *sources, const char *name, const char *value)
{
	pairs_set(&sources->client->environment, name, value);
}

static void at_server(struct sources *sources, const char *name, const char *path)
{
	AUTO(free_text) char *url = xasprintf("http://127.0.0.1:%u%s", sources->server.port, path);

	variable(sources, name, url);
}

static int set_up(void **state)
{
	struct sources *sources = xcalloc(1, sizeof(*sources));
	void *client;

	client_set_up(&client);
	sources->client = client;
	sources->folder = scratch_new();
	client_scenario(client, OTHERS);
	pairs_remove(&sources->client->environment, "AWS_ACCESS_KEY_ID");
	pairs_remove(&sources->client->environment, "AWS_SECRET_ACCESS_KEY");
	variable(sources, "AWS_EC2_METADATA_DISABLED", "true");
	web_server_start(&sources->server, &sources->client->loop);
	uv_timer_init(&sources->client->loop, &sources->pulse);
	sources->pulse.data = sources;
	uv_timer_start(&sources->pulse, on_pulse, PULSE_MS, PULSE_MS);
	*state = sources;
	return 0;
}

static int tear_down(void **state)
{
	struct sources *sources = *state;
	void *client = sources->client;

	web_server_stop(&sources->server);
	uv_close((uv_handle_t *)&sources->pulse, NULL);
	int result = client_tear_down(&client);

	if (sources->longest_ms > BLOCKED_MS) {
		print_error("the loop stood still for %llu ms\n",
			(unsigned long long)sources->longest_ms);
		result = -1;
	}
	for (size_t i = 0; i < sources->count; i++)
		free((char *)(uintptr_t)sources->answers[i].bytes);
	scratch_end(sources->folder);
	free(sources);
	return result;
}

/* The server's next answer; `body` NULL: silence. */
static void answer(struct sources *sources, int status, const char *body)
{
	assert_true(sources->count < ANSWERS);
	sources->answers[sources->count++].bytes =
		body ? xasprintf("HTTP/1.1 %d X\r\nContent-Length: %zu\r\n\r\n%s", status,
			       strlen(body), body)
		     : NULL;
	web_server_script(&sources->server, sources->answers, sources->count);
}

/* How often a text was in the requests. */
static size_t asked(const struct sources *sources, const char *text)
{
	size_t count = 0;

	for (const char *at = text_string(&sources->server.all); (at = strstr(at, text)); at++)
		count++;
	return count;
}

static void keys(struct sources *sources)
{
	variable(sources, "AWS_ACCESS_KEY_ID", MODEL_KEY);
	variable(sources, "AWS_SECRET_ACCESS_KEY", MODEL_SECRET);
}

static void assert_account(struct sources *sources, struct call call, const char *account)
{
	const struct reply *reply = client_ask(sources->client, call);

	if (reply->code != REPLY_OK)
		print_message("# %s\n", reply->error.text);
	assert_int_equal(reply->code, REPLY_OK);
	assert_non_null(strstr(reply->stack_id, account));
}

static struct call with_role(struct call call)
{
	call.assume_role = TEXT(ROLE);
	call.external_id = TEXT("id-1");
	return call;
}

/* --- an instance --- */

static void metadata(struct sources *sources)
{
	pairs_remove(&sources->client->environment, "AWS_EC2_METADATA_DISABLED");
	at_server(sources, "AWS_EC2_METADATA_SERVICE_ENDPOINT", "");
}

static void test_instance(void **state)
{
	struct sources *sources = *state;

	metadata(sources);
	answer(sources, 200, "TOKEN");
	answer(sources, 200, "web");
	answer(sources, 200, JSON("OTHER", "t"));
	answer(sources, 500, "");
	/* A proxy that nobody answers at; calls are told not to use it. */
	AUTO(free_text)
	char *model =
		xasprintf("http://localhost%s", strrchr(sources->client->model.endpoint, ':'));

	variable(sources, "AWS_ENDPOINT_URL", model);
	variable(sources, "http_proxy", "http://127.0.0.1:1");
	variable(sources, "no_proxy", "localhost");
	client_open(sources->client);
	for (int i = 0; i < 5; i++)
		client_send(sources->client, ALL);
	client_run_until(sources->client, 5);
	assert_int_equal(sources->client->reply.code, REPLY_OK);
	assert_account(sources, CREATE("a"), "222222222222");
	assert_int_equal(sources->server.request_count, 3);
	assert_int_equal(asked(sources, "PUT /latest/api/token HTTP/1.1"), 1);
	assert_int_equal(asked(sources, "X-aws-ec2-metadata-token: TOKEN"), 2);
	assert_int_equal(
		asked(sources, "GET /latest/meta-data/iam/security-credentials/web HTTP"), 1);
}

static void test_no_instance(void **state)
{
	struct sources *sources = *state;
	AUTO(free_text) char *home = xstrdup(sources->folder);

	metadata(sources);
	variable(sources, "HOME", home);
	answer(sources, 0, NULL);
	client_open(sources->client);
	for (int i = 0; i < 3; i++)
		client_send(sources->client, CREATE("web"));
	client_run_until(sources->client, 3);
	assert_int_equal(sources->client->reply.error.kind, ERROR_DENIED);
	assert_int_equal(sources->client->reply.effect, EFFECT_NONE);
	assert_true(sources->client->reply.scope_wide);
	assert_true(text_starts(sources->client->reply.error.text,
		"no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or write "));
	assert_non_null(strstr(sources->client->reply.error.text, "the instance's metadata: "));
	assert_int_equal(sources->server.request_count, 2);
}

/* --- a container --- */

static void test_container(void **state)
{
	struct sources *sources = *state;
	AUTO(free_text) char *token = inside(sources->folder, "token");

	put(sources->folder, "token", "Bearer one");
	at_server(sources, "AWS_CONTAINER_CREDENTIALS_FULL_URI", "/creds?x=1");
	variable(sources, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", token);
	answer(sources, 200, JSON("OTHER", "t"));
	answer(sources, 200, JSON("THIRD", "u"));
	answer(sources, 200, JSON("THIRD", "u"));
	client_open(sources->client);
	assert_account(sources, CREATE("a"), "222222222222");
	assert_int_equal(asked(sources, "GET /creds?x=1 HTTP/1.1"), 1);
	assert_int_equal(asked(sources, "Authorization: Bearer one\r\n"), 1);

	/* Refused: other keys are fetched once, with the token as it is now, and the call goes
	 * again with them. */
	put(sources->folder, "token", "Bearer two");
	client_scenario(sources->client, "{\"faults\": [{\"kind\": \"expired-token\"}]}");
	assert_account(sources, CREATE("b"), "333333333333");
	assert_int_equal(asked(sources, "Authorization: Bearer two\r\n"), 1);
	assert_int_equal(sources->server.request_count, 2);

	/* The same keys again would not help. */
	client_scenario(sources->client, "{\"faults\": [{\"kind\": \"expired-token\"}]}");
	const struct reply *reply = client_ask(sources->client, ALL);

	assert_non_null(strstr(reply->error.text, "have expired"));
	assert_int_equal(sources->server.request_count, 3);
	assert_int_equal(model_requests(&sources->client->model, "DescribeStacks"), 1);
}

static void test_keys_that_are_gone(void **state)
{
	struct sources *sources = *state;

	at_server(sources, "AWS_CONTAINER_CREDENTIALS_FULL_URI", "/");
	answer(sources, 200, JSON("OTHER", "t"));
	answer(sources, 200, "{\"Code\": \"Gone\"}");
	client_open(sources->client);
	assert_account(sources, CREATE("a"), "222222222222");
	client_scenario(sources->client, "{\"faults\": [{\"kind\": \"expired-token\"}]}");
	assert_non_null(strstr(client_ask(sources->client, ALL)->error.text, "have expired"));
	assert_int_equal(sources->server.request_count, 4);
	/* What there is, is still used: it may have been a mistake. */
	assert_int_equal(client_ask(sources->client, ALL)->code, REPLY_OK);
}

/* --- a program --- */

static void profile_file(struct sources *sources, const char *text)
{
	AUTO(free_text) char *path = inside(sources->folder, "config");

	put(sources->folder, "config", text);
	variable(sources, "AWS_CONFIG_FILE", path);
}

static void test_program(void **state)
{
	struct sources *sources = *state;
	AUTO(free_text) char *script = inside(sources->folder, "keys");
	AUTO(free_text)
	char *config = xasprintf("[default]\ncredential_process = '%s' \"a b\"\n", script);

	profile_file(sources, config);
	put(sources->folder, "keys",
		"#!/bin/sh\ntest \"$1\" = 'a b' && sleep 0.3 && echo '" PRINTED "'\n");
	must(chmod(script, 0700), script);
	client_open(sources->client);
	assert_account(sources, CREATE("a"), "222222222222");

	put(sources->folder, "keys",
		"#!/bin/sh\necho 'sign in: s3cret-XXXXXXXXXXXXXXXXXXXXXXXX"
		"XXXXXXXXXXXXXXXXX' >&2\nexit 7\n");
	AUTO(free_text) char *changed = xasprintf("%s# changed\n", config);

	put(sources->folder, "config", changed);
	assert_account(sources, CREATE("b"), "222222222222"); /* the same program: the same keys */
	AUTO(free_text) char *other = xasprintf("[default]\ncredential_process = %s c\n", script);

	put(sources->folder, "config", other);
	assert_string_equal(client_ask(sources->client, ALL)->error.text,
		"credential_process of profile 'default': exit status 7: sign in: ...");
}

static void test_program_that_hangs(void **state)
{
	struct sources *sources = *state;

	profile_file(sources, "[default]\ncredential_process = sleep 1000\n");
	client_open(sources->client);
	for (int i = 0; i < 3; i++)
		client_send(sources->client, ALL);
	for (int i = 0; i < 20; i++)
		uv_run(&sources->client->loop, UV_RUN_ONCE);
	assert_int_equal(sources->client->answers, 0);
	/* The tear-down closes: the program ends with it. */
}

/* --- STS --- */

static void test_role(void **state)
{
	struct sources *sources = *state;

	keys(sources);
	at_server(sources, "AWS_ENDPOINT_URL_STS", "");
	answer(sources, 200, ASSUMED("OTHER", "t"));
	replace_text(&sources->client->settings->owner, "team a");
	client_open(sources->client);
	client_send(sources->client, with_role(ALL));
	client_send(sources->client, with_role(ALL));
	client_run_until(sources->client, 2);
	assert_account(sources, with_role(CREATE("a")), "222222222222");
	assert_account(sources, CREATE("b"), MODEL_ACCOUNT);
	assert_int_equal(sources->server.request_count, 1);
	assert_int_equal(
		asked(sources, "Action=AssumeRole&Version=2011-06-15&RoleArn="
			       "arn%3Aaws%3Aiam%3A%3A222222222222%3Arole%2Fr&RoleSessionName="
			       "stackd-team-a&ExternalId=id-1"),
		1);
	assert_int_equal(asked(sources, "Credential=" MODEL_KEY "/"), 1);
	assert_int_equal(asked(sources, "/eu-west-1/sts/aws4_request"), 1);
}

static void test_region_of_roles(void **state)
{
	struct sources *sources = *state;

	keys(sources);
	at_server(sources, "AWS_ENDPOINT_URL_STS", "");
	variable(sources, "AWS_REGION", "eu-north-1");
	answer(sources, 200, ASSUMED("OTHER", "t"));
	client_open(sources->client);
	assert_account(sources, with_role(CREATE("a")), "222222222222");
	assert_int_equal(asked(sources, "/eu-north-1/sts/aws4_request"), 1);
}

/* One role's trouble is no other's. */
static void test_mute_sts(void **state)
{
	struct sources *sources = *state;
	uint64_t before = uv_hrtime();

	keys(sources);
	at_server(sources, "AWS_ENDPOINT_URL_STS", "");
	answer(sources, 0, NULL);
	client_open(sources->client);
	client_send(sources->client, with_role(CREATE("a")));
	client_send(sources->client, CREATE("b"));
	client_run_until(sources->client, 1);
	assert_int_equal(sources->client->answered, 2);
	assert_int_equal(sources->client->reply.code, REPLY_OK);
	assert_in_range((uv_hrtime() - before) / 1000000, 0, 15000);
}

static void test_role_denied(void **state)
{
	struct sources *sources = *state;

	keys(sources);
	at_server(sources, "AWS_ENDPOINT_URL_STS", "");
	answer(sources, 403, DENIED);
	client_open(sources->client);
	client_send(sources->client, with_role(CREATE("a")));
	client_send(sources->client, with_role(CREATE("b")));
	client_run_until(sources->client, 2);
	const struct reply *reply = &sources->client->reply;

	assert_int_equal(reply->error.kind, ERROR_DENIED);
	assert_int_equal(reply->effect, EFFECT_NONE);
	assert_true(reply->scope_wide);
	assert_true(text_starts(reply->error.text,
		"cannot assume " ROLE ": permission sts:AssumeRole is missing: AccessDenied: "));
	assert_int_equal(sources->server.request_count, 1);
	assert_int_equal(model_requests(&sources->client->model, NULL), 0);
	assert_account(sources, CREATE("c"), MODEL_ACCOUNT);
}

static void test_role_without_keys(void **state)
{
	struct sources *sources = *state;

	client_open(sources->client);
	assert_true(text_starts(
		client_ask(sources->client, with_role(ALL))->error.text, "no credentials: "));
}

static void test_wrong_role(void **state)
{
	struct sources *sources = *state;
	struct call call = ALL;

	keys(sources);
	call.assume_role = TEXT("x");
	client_open(sources->client);
	assert_string_equal(client_ask(sources->client, call)->error.text,
		"assume-role-arn: 'x' is no role's ARN");
}

/* A role whose daemon is a role: the own keys come first. */
static void test_role_by_a_web_identity(void **state)
{
	struct sources *sources = *state;
	AUTO(free_text) char *token = inside(sources->folder, "token");

	put(sources->folder, "token", "to.ken\n");
	variable(sources, "AWS_WEB_IDENTITY_TOKEN_FILE", token);
	variable(sources, "AWS_ROLE_ARN", ROLE "web");
	at_server(sources, "AWS_ENDPOINT_URL_STS", "");
	answer(sources, 200, ASSUMED("OTHER", "t"));
	answer(sources, 200, ASSUMED("THIRD", "u"));
	client_open(sources->client);
	assert_account(sources, with_role(CREATE("a")), "333333333333");
	assert_account(sources, CREATE("b"), "222222222222");
	assert_int_equal(sources->server.request_count, 2);
	assert_int_equal(asked(sources, "Action=AssumeRoleWithWebIdentity"), 1);
	assert_int_equal(asked(sources, "&WebIdentityToken=to.ken"), 1);
	/* The first is not signed, the second with what the first brought. */
	assert_int_equal(asked(sources, "Authorization:"), 1);
	assert_int_equal(asked(sources, "Credential=OTHER/"), 1);
}

/* STS has another clock: the form is signed again, and the keys live by our own. */
static void test_clock_of_sts(void **state)
{
	struct sources *sources = *state;
	char date[64], refused[512], expires[64];
	uint64_t later_ms = sender_wall_ms() + 3600 * 1000;

	keys(sources);
	at_server(sources, "AWS_ENDPOINT_URL_STS", "");
	calendar_write(CALENDAR_BASIC, later_ms, date, sizeof(date));
	snprintf(refused, sizeof(refused),
		"<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>Signature "
		"expired: x is now earlier than y (%s - 5 min.)</Message></Error></ErrorResponse>",
		date);
	answer(sources, 403, refused);
	calendar_write(CALENDAR_ISO, later_ms + 60 * 1000, expires, sizeof(expires));
	AUTO(free_text)
	char *soon = xasprintf(
		"<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>OTHER"
		"</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"
		"<Expiration>%s</Expiration></Credentials></AssumeRoleResult>"
		"</AssumeRoleResponse>",
		expires);

	answer(sources, 200, soon);
	client_open(sources->client);
	assert_account(sources, with_role(CREATE("a")), "222222222222");
	date[11] = '\0'; /* to the hour */
	AUTO(free_text) char *signed_at = xasprintf("X-Amz-Date: %s", date);

	assert_int_equal(asked(sources, signed_at), 1);
	assert_int_equal(sources->server.request_count, 2);
}

/* --- accounts --- */

static void test_accounts_of_each_identity(void **state)
{
	struct sources *sources = *state;

	keys(sources);
	at_server(sources, "AWS_ENDPOINT_URL_STS", "");
	answer(sources, 200, IDENTITY(MODEL_ACCOUNT));
	answer(sources, 200, ASSUMED("OTHER", "t"));
	answer(sources, 200, IDENTITY("222222222222"));
	texts_add(&sources->client->settings->allowed_accounts, MODEL_ACCOUNT);
	client_open(sources->client);
	assert_account(sources, CREATE("a"), MODEL_ACCOUNT);
	for (int i = 0; i < 2; i++) {
		const struct reply *reply = client_ask(sources->client, with_role(CREATE("b")));

		assert_int_equal(reply->error.kind, ERROR_DENIED);
		assert_true(reply->scope_wide);
		assert_string_equal(reply->error.text,
			"the credentials are of account 222222222222, which AllowedAccounts= "
			"doesn't have, only " MODEL_ACCOUNT);
	}
	assert_int_equal(client_ask(sources->client, with_role(ALL))->code, REPLY_OK);
	assert_account(sources, CREATE("c"), MODEL_ACCOUNT);
	assert_int_equal(asked(sources, "Action=GetCallerIdentity"), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(test_instance),
		TEST(test_no_instance),
		TEST(test_container),
		TEST(test_keys_that_are_gone),
		TEST(test_program),
		TEST(test_program_that_hangs),
		TEST(test_role),
		TEST(test_region_of_roles),
		TEST(test_mute_sts),
		TEST(test_role_denied),
		TEST(test_role_without_keys),
		TEST(test_wrong_role),
		TEST(test_role_by_a_web_identity),
		TEST(test_clock_of_sts),
		TEST(test_accounts_of_each_identity),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
