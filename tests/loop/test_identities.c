#include "io/credentials.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "client_fixture.h"
#include "scratch.h"

/* --- keys --- */

static void write_keys(const char *path, const char *key, const char *secret, const char *more)
{
	FILE *file = fopen(path, "w");

	must(file ? 0 : -1, path);
	fprintf(file,
		"[ops]\naws_access_key_id = %s\naws_secret_access_key = %s\nregion = "
		"eu-north-1\n%s",
		key, secret, more);
	fclose(file);
}

/* A folder with a credentials file, and the environment that leads there. The caller frees both. */
static char *keys_in_file(struct client_fixture *fixture, char **folder)
{
	*folder = scratch_new();
	char *path = xasprintf("%s/credentials", *folder);

	pairs_remove(&fixture->environment, "AWS_ACCESS_KEY_ID");
	pairs_remove(&fixture->environment, "AWS_SECRET_ACCESS_KEY");
	pairs_set(&fixture->environment, "AWS_SHARED_CREDENTIALS_FILE", path);
	replace_text(&fixture->settings->profile, "ops");
	return path;
}

static void test_keys_that_change(void **state)
{
	struct client_fixture *fixture = *state;
	char *folder;
	AUTO(free_text) char *path = keys_in_file(fixture, &folder);

	write_keys(path, MODEL_KEY, "wrong", "");
	client_open(fixture);
	assert_string_equal(cloudformation_region(fixture->client), "eu-north-1");
	const struct reply *reply = client_ask(fixture, ALL);

	assert_string_equal(reply->aws_code, "SignatureDoesNotMatch");
	assert_true(reply->scope_wide);
	assert_int_equal(model_requests(&fixture->model, NULL), 1);

	client_send(fixture, ALL); /* signed with the old keys, refused under the new ones */
	write_keys(path, MODEL_KEY, MODEL_SECRET, "");
	client_run_until(fixture, 2);
	assert_int_equal(fixture->reply.code, REPLY_OK);
	assert_int_equal(model_requests(&fixture->model, NULL), 3);

	client_scenario(fixture, OTHER_ACCOUNT);
	write_keys(path, "OTHER", "s", "aws_session_token = t\n");
	reply = client_ask(fixture, (struct call){.kind = CALL_GET_CALLER_IDENTITY});
	assert_string_equal(reply->account, "222222222222");
	assert_int_equal(model_requests(&fixture->model, NULL), 4);
	scratch_remove(folder);
	free(folder);
}

static void test_no_keys(void **state)
{
	struct client_fixture *fixture = *state;
	char *folder;
	AUTO(free_text) char *path = keys_in_file(fixture, &folder);

	client_open(fixture);
	assert_null(cloudformation_region(fixture->client));
	for (int i = 0; i < 3; i++)
		client_send(fixture, CREATE("web"));
	client_run_until(fixture, 3);
	assert_int_equal(fixture->reply.error.kind, ERROR_DENIED);
	assert_int_equal(fixture->reply.effect, EFFECT_NONE);
	assert_true(fixture->reply.scope_wide);
	assert_non_null(strstr(fixture->reply.error.text, "no profile 'ops' in "));

	must(mkdir(path, 0700), path);
	assert_non_null(strstr(client_ask(fixture, ALL)->error.text, path));
	must(rmdir(path), path);
	write_keys(path, MODEL_KEY, MODEL_SECRET, "");
	assert_int_equal(client_ask(fixture, ALL)->code, REPLY_OK);
	scratch_remove(folder);
	free(folder);
}

static void test_region_of_the_environment(void **state)
{
	struct client_fixture *fixture = *state;

	pairs_set(&fixture->environment, "AWS_DEFAULT_REGION", "eu-west-2");
	client_open(fixture);
	assert_string_equal(cloudformation_region(fixture->client), "eu-west-2");
	struct call call = ALL;

	call.region = TEXT("nowhere");
	const struct reply *reply = client_ask(fixture, call);

	assert_int_equal(reply->error.kind, ERROR_DENIED);
	assert_non_null(strstr(reply->error.text, "region 'nowhere'"));
}

/* --- AllowedAccounts= --- */

static void test_allowed_account(void **state)
{
	struct client_fixture *fixture = *state;

	texts_add(&fixture->settings->allowed_accounts, "333333333333");
	texts_add(&fixture->settings->allowed_accounts, MODEL_ACCOUNT);
	client_open(fixture);
	assert_int_equal(client_ask(fixture, ALL)->code, REPLY_OK);
	assert_int_equal(model_requests(&fixture->model, "GetCallerIdentity"), 0);
	client_send(fixture, CREATE("a"));
	client_send(fixture, CREATE("b"));
	client_run_until(fixture, 3);
	assert_int_equal(fixture->reply.effect, EFFECT_CONFIRMED);
	client_ask(fixture, CREATE("c"));
	assert_int_equal(model_requests(&fixture->model, "GetCallerIdentity"), 1);
	assert_int_equal(model_requests(&fixture->model, "CreateStack"), 3);
}

static void test_another_account(void **state)
{
	struct client_fixture *fixture = *state;

	texts_add(&fixture->settings->allowed_accounts, "333333333333");
	client_open(fixture);
	for (int i = 0; i < 2; i++) {
		const struct reply *reply = client_ask(fixture, CREATE("web"));

		assert_int_equal(reply->error.kind, ERROR_DENIED);
		assert_int_equal(reply->effect, EFFECT_NONE);
		assert_true(reply->scope_wide);
		assert_string_equal(reply->error.text,
			"the credentials are of account " MODEL_ACCOUNT
			", which AllowedAccounts= doesn't have, only 333333333333");
	}
	assert_int_equal(client_ask(fixture, ALL)->code, REPLY_OK);
	assert_int_equal(model_requests(&fixture->model, "GetCallerIdentity"), 1);
	assert_int_equal(model_requests(&fixture->model, "CreateStack"), 0);

	texts_add(&fixture->settings->allowed_accounts, MODEL_ACCOUNT);
	cloudformation_settings(fixture->client, fixture->settings);
	assert_int_equal(client_ask(fixture, CREATE("web"))->code, REPLY_OK);
	assert_int_equal(model_requests(&fixture->model, "GetCallerIdentity"), 1);

	/* Another endpoint may know the key differently. */
	replace_text(&fixture->settings->endpoint_url, fixture->model.endpoint);
	cloudformation_settings(fixture->client, fixture->settings);
	assert_int_equal(client_ask(fixture, CREATE("wiki"))->code, REPLY_OK);
	assert_int_equal(model_requests(&fixture->model, "GetCallerIdentity"), 2);
}

static void test_keys_of_another_account(void **state)
{
	struct client_fixture *fixture = *state;
	char *folder;
	AUTO(free_text) char *path = keys_in_file(fixture, &folder);

	write_keys(path, MODEL_KEY, MODEL_SECRET, "");
	texts_add(&fixture->settings->allowed_accounts, MODEL_ACCOUNT);
	client_open(fixture);
	assert_int_equal(client_ask(fixture, CREATE("a"))->code, REPLY_OK);
	client_scenario(fixture, OTHER_ACCOUNT);
	write_keys(path, "OTHER", "s", "aws_session_token = t\n");
	assert_non_null(strstr(
		client_ask(fixture, CREATE("b"))->error.text, "of account 222222222222, which"));
	assert_int_equal(model_requests(&fixture->model, "CreateStack"), 1);
	scratch_remove(folder);
	free(folder);
}

static void test_account_that_nobody_tells(void **state)
{
	struct client_fixture *fixture = *state;

	texts_add(&fixture->settings->allowed_accounts, MODEL_ACCOUNT);
	client_open(fixture);
	client_scenario(fixture, "{\"faults\": [{\"kind\": \"reset-before\"}]}");
	const struct reply *reply = client_ask(fixture, CREATE("web"));

	assert_int_equal(reply->error.kind, ERROR_TRANSIENT);
	assert_int_equal(reply->effect, EFFECT_NONE);
	assert_non_null(strstr(reply->error.text, "AllowedAccounts= can't be checked: "));
	assert_int_equal(model_requests(&fixture->model, "CreateStack"), 0);
	assert_int_equal(client_ask(fixture, CREATE("web"))->effect, EFFECT_CONFIRMED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, client_set_up, client_tear_down)
		TEST(test_keys_that_change),
		TEST(test_no_keys),
		TEST(test_region_of_the_environment),
		TEST(test_allowed_account),
		TEST(test_another_account),
		TEST(test_keys_of_another_account),
		TEST(test_account_that_nobody_tells),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
