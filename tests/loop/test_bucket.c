/* Large templates on their way: a scripted server plays S3, the model tells whose keys they are. */
#include "io/cloudformation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "client_fixture.h"
#include "scratch.h"
#include "web_server.h"

#define KEY "stackd/0a1b.template"
#define UPLOAD                                                                                     \
	((struct call){.kind = CALL_UPLOAD_TEMPLATE,                                               \
		.bucket = TEXT("t-{account}-{region}"),                                            \
		.object = TEXT(KEY),                                                               \
		.body = TEXT(TEMPLATE)})
#define ANSWER(status, headers, length)                                                            \
	"HTTP/1.1 " status "\r\n" headers "Content-Length: " length "\r\n\r\n"
#define MISSING ANSWER("404 Not Found", "", "1000")
#define FINE ANSWER("200 OK", "x-amz-request-id: 0A49CE\r\n", "0")

struct bucket {
	struct client_fixture *client;
	struct web_server server;
};

static int set_up(void **state)
{
	struct bucket *bucket = xcalloc(1, sizeof(*bucket));
	void *client;

	client_set_up(&client);
	bucket->client = client;
	web_server_start(&bucket->server, &bucket->client->loop);
	AUTO(free_text) char *url = xasprintf("http://127.0.0.1:%u", bucket->server.port);

	pairs_set(&bucket->client->environment, "AWS_ENDPOINT_URL_S3", url);
	*state = bucket;
	return 0;
}

static int tear_down(void **state)
{
	struct bucket *bucket = *state;
	void *client = bucket->client;

	web_server_stop(&bucket->server);
	int result = client_tear_down(&client);

	free(bucket);
	return result;
}

#define SCRIPT(bucket, ...)                                                                        \
	do {                                                                                       \
		static const struct web_answer script[] = {__VA_ARGS__};                           \
		web_server_script(&(bucket)->server, script, COUNT(script));                       \
	} while (0)

/* How often a text was in the requests. */
static size_t asked(const struct bucket *bucket, const char *text)
{
	size_t count = 0;

	for (const char *at = text_string(&bucket->server.all); (at = strstr(at, text)); at++)
		count++;
	return count;
}

static void assert_uploaded(const struct bucket *bucket, const struct reply *reply)
{
	AUTO(free_text)
	char *url = xasprintf(
		"http://127.0.0.1:%u/t-" MODEL_ACCOUNT "-eu-west-1/" KEY, bucket->server.port);

	if (reply->code != REPLY_OK)
		print_message("# %s\n", reply->error.text);
	assert_int_equal(reply->code, REPLY_OK);
	assert_int_equal(reply->effect, EFFECT_CONFIRMED);
	assert_string_equal(reply->template_url, url);
}

/* --- it goes well --- */

/* The largest that is loaded, and over it libcurl would say Expect:. */
static char *large_body(size_t length)
{
	struct text body = {0};

	while (body.length < length)
		text_add(&body, "# a template that is large\n");
	body.data[length] = '\0';
	return body.data;
}

static void test_once_per_content(void **state)
{
	struct bucket *bucket = *state;
	struct call call = UPLOAD;
	size_t length = 1024 * 1024 + 1;
	AUTO(free_text) char *body = large_body(length);

	call.body = body;
	client_open(bucket->client);
	SCRIPT(bucket, {MISSING, WEB_KEEP}, {FINE, WEB_KEEP},
		{ANSWER("200 OK", "", "1048577"), WEB_KEEP});
	assert_uploaded(bucket, client_ask(bucket->client, call));
	assert_string_equal(bucket->client->reply.request_id, "0A49CE");
	assert_int_equal(bucket->server.request_count, 2);
	assert_int_equal(asked(bucket, "HEAD /t-111111111111-eu-west-1/" KEY " HTTP/1.1\r\n"), 1);
	assert_int_equal(asked(bucket, "PUT /t-111111111111-eu-west-1/" KEY " HTTP/1.1\r\n"), 1);
	assert_int_equal(asked(bucket, "Content-Length: 1048577\r\n"), 1);
	assert_int_equal(asked(bucket, "Content-Type: text/plain; charset=utf-8\r\n"), 1);
	assert_int_equal(asked(bucket, "X-Amz-Expected-Bucket-Owner: 111111111111\r\n"), 2);
	assert_int_equal(asked(bucket, "/eu-west-1/s3/aws4_request"), 2);
	assert_int_equal(asked(bucket, "Expect:"), 0);
	assert_string_equal(strstr(bucket->server.last.data, "\r\n\r\n") + 4, body);

	assert_uploaded(bucket, client_ask(bucket->client, call));
	assert_int_equal(bucket->server.request_count, 3);
	assert_int_equal(bucket->server.connection_count, 1);
	assert_int_equal(model_requests(&bucket->client->model, "GetCallerIdentity"), 1);
}

static void test_not_known_whether_it_is_there(void **state)
{
	struct bucket *bucket = *state;

	client_open(bucket->client);
	SCRIPT(bucket, {ANSWER("403 Forbidden", "", "0"), WEB_KEEP}, {FINE, WEB_KEEP});
	assert_uploaded(bucket, client_ask(bucket->client, UPLOAD));
	assert_int_equal(asked(bucket, "PUT /"), 1);
	assert_int_equal(asked(bucket, TEMPLATE), 1);
}

/* --- whose bucket --- */

static void test_account_that_is_not_allowed(void **state)
{
	struct bucket *bucket = *state;

	texts_add(&bucket->client->settings->allowed_accounts, "333333333333");
	client_open(bucket->client);
	SCRIPT(bucket, {FINE, WEB_KEEP});
	const struct reply *reply = client_ask(bucket->client, UPLOAD);

	assert_int_equal(reply->error.kind, ERROR_DENIED);
	assert_int_equal(reply->effect, EFFECT_NONE);
	assert_true(reply->scope_wide);
	assert_int_equal(bucket->server.request_count, 0);
}

static void test_account_that_nobody_tells(void **state)
{
	struct bucket *bucket = *state;

	client_open(bucket->client);
	SCRIPT(bucket, {MISSING, WEB_KEEP}, {FINE, WEB_KEEP});
	client_scenario(bucket->client, "{\"faults\": [{\"kind\": \"reset-before\"}]}");
	const struct reply *reply = client_ask(bucket->client, UPLOAD);

	assert_int_equal(reply->error.kind, ERROR_TRANSIENT);
	assert_int_equal(reply->effect, EFFECT_NONE);
	assert_false(reply->scope_wide);
	assert_true(text_starts(
		reply->error.text, "the account of TemplateBucket= isn't known: no answer from "));
	assert_int_equal(bucket->server.request_count, 0);
	assert_uploaded(bucket, client_ask(bucket->client, UPLOAD));
}

static void test_name_that_no_bucket_has(void **state)
{
	struct bucket *bucket = *state;
	struct call call = UPLOAD;

	call.bucket = TEXT("templates-of-stackd-for-the-big-shop-{account}-{region}-more");
	client_open(bucket->client);
	SCRIPT(bucket, {FINE, WEB_KEEP});
	const struct reply *reply = client_ask(bucket->client, call);

	assert_int_equal(reply->error.kind, ERROR_DENIED);
	assert_int_equal(reply->effect, EFFECT_NONE);
	assert_false(reply->scope_wide);
	assert_non_null(strstr(reply->error.text, "is no name that a bucket can have"));
	assert_int_equal(bucket->server.request_count, 0);
}

static void test_bucket_in_another_region(void **state)
{
	struct bucket *bucket = *state;

	client_open(bucket->client);
	SCRIPT(bucket, {ANSWER("301 Moved Permanently", "x-amz-bucket-region: us-east-1\r\n", "0"),
			       WEB_KEEP});
	const struct reply *reply = client_ask(bucket->client, UPLOAD);

	assert_int_equal(reply->error.kind, ERROR_DENIED);
	assert_int_equal(reply->effect, EFFECT_NONE);
	assert_false(reply->scope_wide);
	assert_string_equal(reply->error.text,
		"bucket t-111111111111-eu-west-1 of TemplateBucket= is in us-east-1, but has to be "
		"in eu-west-1 like the stack");
	assert_int_equal(bucket->server.request_count, 1);
}

/* --- it is sent again, once --- */

#define SKEWED                                                                                     \
	"<Error><Code>RequestTimeTooSkewed</Code><Message>The difference between the request "     \
	"time and the current time is too large.</Message></Error>"
#define EXPIRED                                                                                    \
	"<Error><Code>ExpiredToken</Code><Message>The provided token has "                         \
	"expired.</Message></Error>"

static void test_clock_that_is_off(void **state)
{
	struct bucket *bucket = *state;
	time_t later = time(NULL) + 3600;
	struct tm tm;
	char date[64];

	gmtime_r(&later, &tm);
	strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", &tm);
	AUTO(free_text)
	char *skewed = xasprintf("HTTP/1.1 403 X\r\nDate: %s\r\nContent-Length: %zu\r\n\r\n" SKEWED,
		date, strlen(SKEWED));
	const struct web_answer script[] = {{ANSWER("403 X", "", "0"), WEB_KEEP},
		{skewed, WEB_KEEP}, {MISSING, WEB_KEEP}, {FINE, WEB_KEEP}, {skewed, WEB_KEEP}};

	client_open(bucket->client);
	web_server_script(&bucket->server, script, COUNT(script));
	assert_uploaded(bucket, client_ask(bucket->client, UPLOAD));
	assert_int_equal(bucket->server.request_count, 4);
	strftime(date, sizeof(date), "X-Amz-Date: %Y%m%dT%H", &tm);
	assert_in_range(asked(bucket, date), 1, 2); /* the hour may have changed meanwhile */

	/* The right time is not a remedy. */
	const struct reply *reply = client_ask(bucket->client, UPLOAD);

	assert_string_equal(reply->aws_code, "RequestTimeTooSkewed");
	assert_true(reply->scope_wide);
	assert_int_equal(bucket->server.request_count, 6);
}

static void write_keys(const char *path, const char *keys)
{
	FILE *file = fopen(path, "w");

	must(file ? 0 : -1, path);
	fprintf(file, "[default]\n%s", keys);
	fclose(file);
}

static void test_keys_that_expire(void **state)
{
	struct bucket *bucket = *state;
	struct client_fixture *client = bucket->client;
	char *folder = scratch_new();
	AUTO(free_text) char *path = xasprintf("%s/credentials", folder);
	AUTO(free_text)
	char *expired =
		xasprintf("HTTP/1.1 400 X\r\nContent-Length: %zu\r\n\r\n" EXPIRED, strlen(EXPIRED));
	const struct web_answer script[] = {{MISSING, WEB_KEEP}, {FINE, WEB_KEEP},
		{ANSWER("400 X", "", "0"), WEB_KEEP}, {expired, WEB_KEEP}, {MISSING, WEB_KEEP},
		{FINE, WEB_KEEP}, {expired, WEB_KEEP}};

	pairs_remove(&client->environment, "AWS_ACCESS_KEY_ID");
	pairs_remove(&client->environment, "AWS_SECRET_ACCESS_KEY");
	pairs_set(&client->environment, "AWS_SHARED_CREDENTIALS_FILE", path);
	write_keys(
		path, "aws_access_key_id=" MODEL_KEY "\naws_secret_access_key=" MODEL_SECRET "\n");
	client_scenario(client, OTHER_ACCOUNT);
	client_open(client);
	web_server_script(&bucket->server, script, COUNT(script));
	assert_uploaded(bucket, client_ask(client, UPLOAD));

	/* Others by then, even of another account: to that one's bucket. */
	client_send(client, UPLOAD);
	write_keys(path, "aws_access_key_id=OTHER\naws_secret_access_key=s\n"
			 "aws_session_token=t\n");
	client_run_until(client, 2);
	assert_int_equal(client->reply.code, REPLY_OK);
	assert_non_null(strstr(client->reply.template_url, "/t-222222222222-eu-west-1/"));
	assert_int_equal(asked(bucket, "X-Amz-Expected-Bucket-Owner: 222222222222\r\n"), 2);
	assert_int_equal(bucket->server.request_count, 6);

	/* The same would not help. */
	assert_string_equal(client_ask(client, UPLOAD)->aws_code, "ExpiredToken");
	assert_true(client->reply.scope_wide);
	assert_int_equal(bucket->server.request_count, 8);
	scratch_remove(folder);
	free(folder);
}

/* --- no answer --- */

static void test_lost(void **state)
{
	struct bucket *bucket = *state;

	client_open(bucket->client);
	for (int put = 0; put < 2; put++) {
		if (put)
			SCRIPT(bucket, {MISSING, WEB_KEEP}, {NULL, WEB_RESET});
		else
			SCRIPT(bucket, {NULL, WEB_RESET});
		const struct reply *reply = client_ask(bucket->client, UPLOAD);

		assert_int_equal(reply->error.kind, ERROR_TRANSIENT);
		assert_int_equal(reply->effect, put ? EFFECT_MAYBE : EFFECT_NONE);
		assert_false(reply->scope_wide);
		assert_true(text_starts(reply->error.text,
			"bucket t-111111111111-eu-west-1 of TemplateBucket=: no answer from "));
	}
	assert_int_equal(client_ask(bucket->client, ALL)->code, REPLY_OK);
}

static void test_closed_meanwhile(void **state)
{
	struct bucket *bucket = *state;

	client_open(bucket->client);
	SCRIPT(bucket, {MISSING, WEB_KEEP}, {NULL, WEB_KEEP});
	client_send(bucket->client, UPLOAD);
	while (bucket->server.request_count < 2 && !bucket->client->expired)
		uv_run(&bucket->client->loop, UV_RUN_ONCE);
	assert_int_equal(asked(bucket, "PUT /"), 1);
	client_finish(bucket->client);
	assert_int_equal(bucket->client->answers, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(test_once_per_content),
		TEST(test_not_known_whether_it_is_there),
		TEST(test_account_that_is_not_allowed),
		TEST(test_account_that_nobody_tells),
		TEST(test_name_that_no_bucket_has),
		TEST(test_bucket_in_another_region),
		TEST(test_clock_that_is_off),
		TEST(test_keys_that_expire),
		TEST(test_lost),
		TEST(test_closed_meanwhile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
