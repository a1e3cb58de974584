#include "aws/credentials.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "variables.h"

#define KEYS(access) "aws_access_key_id=" access "\naws_secret_access_key=secret\n"
#define OPS "[ops]\n" KEYS("OPS")
#define DEFAULT "[default]\n" KEYS("DEFAULT")
#define FROM_ENVIRONMENT                                                                           \
	{"AWS_ACCESS_KEY_ID", "ENV"},                                                              \
	{                                                                                          \
		"AWS_SECRET_ACCESS_KEY", "secret"                                                  \
	}

static const struct {
	const char *sentence;
	struct variable variables[4];
	const char *profile, *credentials, *config;
	const char *expected; /* "ACCESS SECRET TOKEN"; "!...": what the error has in it */
} rows[] = {
	{"keys of the environment", {FROM_ENVIRONMENT}, NULL, NULL, NULL, "ENV secret -"},
	{"with a session token", {FROM_ENVIRONMENT, {"AWS_SESSION_TOKEN", "token"}}, NULL, NULL,
		NULL, "ENV secret token"},
	{"with its old name", {FROM_ENVIRONMENT, {"AWS_SECURITY_TOKEN", "token"}}, NULL, NULL, NULL,
		"ENV secret token"},
	{"the environment comes before the files", {FROM_ENVIRONMENT}, NULL, DEFAULT, NULL,
		"ENV secret -"},
	{"a chosen profile removes the environment", {FROM_ENVIRONMENT}, "ops", OPS, NULL,
		"OPS secret -"},
	{"a named one does not", {FROM_ENVIRONMENT, {"AWS_PROFILE", "ops"}}, NULL, OPS, NULL,
		"ENV secret -"},
	{"the environment's profile", {{"AWS_PROFILE", "ops"}}, NULL, DEFAULT OPS, NULL,
		"OPS secret -"},
	{"the chosen one comes before it", {{"AWS_PROFILE", "dev"}}, "ops", OPS, NULL,
		"OPS secret -"},
	{"else the default", {{NULL}}, NULL, OPS DEFAULT, NULL, "DEFAULT secret -"},
	{"an empty variable is none", {{"AWS_PROFILE", ""}, {"AWS_ACCESS_KEY_ID", ""}}, NULL,
		DEFAULT, NULL, "DEFAULT secret -"},
	{"keys of the config file", {{NULL}}, "ops", NULL, "[profile ops]\n" KEYS("CONFIG"),
		"CONFIG secret -"},
	{"the credentials file comes before it", {{NULL}}, "ops", OPS,
		"[profile ops]\n" KEYS("CONFIG"), "OPS secret -"},
	{"a token of a profile", {{NULL}}, "ops", OPS "aws_session_token = token\n", NULL,
		"OPS secret token"},
	{"keys come before a process", {{NULL}}, "ops", OPS,
		"[profile ops]\ncredential_process = x\n", "OPS secret -"},
	{"a broken file is no matter where the environment has keys", {FROM_ENVIRONMENT}, NULL,
		"broken", NULL, "ENV secret -"},

	{"half of two variables", {{"AWS_ACCESS_KEY_ID", "ENV"}}, NULL, DEFAULT, NULL,
		"!environment: AWS_ACCESS_KEY_ID is set, AWS_SECRET_ACCESS_KEY is not"},
	{"half of a profile's keys", {{NULL}}, "ops", "[ops]\naws_secret_access_key=secret\n", NULL,
		"!profile 'ops' of the credentials file: aws_secret_access_key is set, "
		"aws_access_key_id is not"},
	{"a key that would end its header",
		{{"AWS_ACCESS_KEY_ID", "A\r\nX: y"}, {"AWS_SECRET_ACCESS_KEY", "secret"}}, NULL,
		NULL, NULL, "!environment: a key has characters that no key of AWS has"},
	{"no such profile", {{NULL}}, "opps", OPS, NULL,
		"!no profile 'opps' in CREDENTIALS or "
		"CONFIG"},
	{"a profile without keys", {{NULL}}, "ops", "[ops]\n", NULL, "!under [ops] of CREDENTIALS"},
	{"nothing at all", {{NULL}}, NULL, NULL, NULL,
		"!no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or write"},
	{"a broken file", {{NULL}}, NULL, "broken", NULL, "!CREDENTIALS:1: expected [NAME]"},
	{"a broken config file", {{NULL}}, NULL, DEFAULT, "broken", "!CONFIG:1: expected [profile"},
	{"a role comes before keys", {{NULL}}, "ops", OPS, "[profile ops]\nrole_arn = x\n",
		"!profile 'ops': role_arn is not supported yet"},
	{"SSO comes before keys", {{NULL}}, "ops", OPS "sso_session = x\n", NULL,
		"!profile 'ops': sso_session is not supported yet"},
	{"SSO the old way", {{NULL}}, "ops", NULL, "[profile ops]\nsso_start_url = x\n",
		"!profile 'ops': sso_start_url is not supported yet"},
	{"a process", {{NULL}}, "ops", NULL, "[profile ops]\ncredential_process = x\n",
		"!profile 'ops': credential_process is not supported yet"},
	{"a login", {{NULL}}, "ops", NULL, "[profile ops]\nlogin_session = x\n",
		"!profile 'ops': login_session is not supported yet"},
	{"a web identity", {{"AWS_WEB_IDENTITY_TOKEN_FILE", "x"}}, NULL, DEFAULT, NULL,
		"!AWS_WEB_IDENTITY_TOKEN_FILE is not supported yet"},
	{"a container", {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "x"}}, NULL, NULL, NULL,
		"!AWS_CONTAINER_CREDENTIALS_FULL_URI is not supported yet"},
	{"keys come before a container's", {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "x"}}, NULL,
		DEFAULT, NULL, "DEFAULT secret -"},
};

static struct profiles_file file(const char *path, const char *text)
{
	return (struct profiles_file){path, text, text ? strlen(text) : 0};
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO_DONE(pairs_done) struct pairs environment = environment_of(rows[i].variables);
		AUTO_DONE(credentials_done) struct credentials found = {0};
		struct credentials_source source = {&environment, rows[i].profile,
			file("CREDENTIALS", rows[i].credentials), file("CONFIG", rows[i].config)};
		struct error e = {0};
		char shown[256];

		print_message("# %s\n", rows[i].sentence);
		if (!credentials_find(&source, &found, &e)) {
			print_message("# %s\n", e.text);
			assert_int_equal(rows[i].expected[0], '!');
			assert_int_equal(e.kind, ERROR_DENIED);
			assert_non_null(strstr(e.text, rows[i].expected + 1));
			assert_null(strstr(e.text, "=secret"));
			continue;
		}
		snprintf(shown, sizeof(shown), "%s %s %s", found.access_key, found.secret_key,
			found.session_token ? found.session_token : "-");
		assert_string_equal(shown, rows[i].expected);
	}
}

static const struct {
	const char *sentence;
	struct variable variables[3];
	const char *profile, *credentials, *config;
	const char *region; /* NULL: none */
} regions[] = {
	{"the SDKs' variable first", {{"AWS_DEFAULT_REGION", "b"}, {"AWS_REGION", "a"}}, NULL, NULL,
		"[default]\nregion=c\n", "a"},
	{"then the command line's", {{"AWS_DEFAULT_REGION", "b"}, {"AWS_REGION", ""}}, NULL, NULL,
		"[default]\nregion=c\n", "b"},
	{"then the profile's", {{NULL}}, NULL, NULL, "[default]\nregion=c\n", "c"},
	{"of the chosen profile", {{NULL}}, "ops", NULL,
		"[default]\nregion=c\n[profile ops]\nregion=d\n", "d"},
	{"of the named profile", {{"AWS_PROFILE", "ops"}}, NULL, NULL,
		"[default]\nregion=c\n[profile ops]\nregion=d\n", "d"},
	{"in the credentials file, too", {{NULL}}, "ops", "[ops]\nregion=e\n",
		"[profile ops]\nregion=d\n", "e"},
	{"none", {{NULL}}, NULL, NULL, "[default]\n", NULL},
	{"an empty one is none", {{NULL}}, NULL, NULL, "[default]\nregion=\n", NULL},
	{"none of a broken file", {{NULL}}, NULL, NULL, "[default]\nbroken\nregion=c\n", NULL},
};

static void test_regions(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(regions); i++) {
		AUTO_DONE(pairs_done)
		struct pairs environment = environment_of(regions[i].variables);
		struct credentials_source source = {&environment, regions[i].profile,
			file("CREDENTIALS", regions[i].credentials),
			file("CONFIG", regions[i].config)};

		print_message("# %s\n", regions[i].sentence);
		AUTO(free_text) char *region = credentials_region(&source);

		if (regions[i].region)
			assert_string_equal(region, regions[i].region);
		else
			assert_null(region);
	}
}

static const struct {
	const char *sentence;
	struct variable variables[3];
	const char *credentials, *config; /* NULL: nobody knows */
} paths[] = {
	{"at home", {{"HOME", "/h"}}, "/h/.aws/credentials", "/h/.aws/config"},
	{"named", {{"HOME", "/h"}, {"AWS_SHARED_CREDENTIALS_FILE", "/c"}}, "/c", "/h/.aws/config"},
	{"named from home", {{"HOME", "/h"}, {"AWS_CONFIG_FILE", "~/c"}}, "/h/.aws/credentials",
		"/h/c"},
	{"homeless", {{NULL}}, NULL, NULL},
	{"an empty name is none", {{"HOME", "/h"}, {"AWS_CONFIG_FILE", ""}}, "/h/.aws/credentials",
		"/h/.aws/config"},
};

static void assert_text(const char *found, const char *expected)
{
	assert_string_equal(found ? found : "(none)", expected ? expected : "(none)");
}

static void test_paths(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(paths); i++) {
		AUTO_DONE(pairs_done) struct pairs environment = environment_of(paths[i].variables);

		print_message("# %s\n", paths[i].sentence);
		AUTO(free_text) char *credentials = credentials_path(&environment);
		AUTO(free_text) char *config = credentials_config_path(&environment);

		assert_text(credentials, paths[i].credentials);
		assert_text(config, paths[i].config);
	}
}

static void test_equal(void **state)
{
	struct credentials a = {(char *)"A", (char *)"S", NULL};
	struct credentials token = {(char *)"A", (char *)"S", (char *)"T"};
	struct credentials secret = {(char *)"A", (char *)"S2", NULL};
	AUTO_DONE(credentials_done) struct credentials copy = {0};

	(void)state;
	credentials_copy(&copy, &a);
	assert_true(credentials_equal(&a, &copy));
	assert_false(credentials_equal(&a, &token));
	assert_false(credentials_equal(&a, &secret));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_regions),
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_equal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
