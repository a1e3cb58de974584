#include "aws/recipe.h"
#include "aws/surroundings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "variables.h"

#define KEYS(access) "aws_access_key_id=" access "\naws_secret_access_key=secret\n"
#define OPS "[ops]\n" KEYS("OPS")
#define DEFAULT "[default]\n" KEYS("DEFAULT")
#define FROM_ENVIRONMENT                                                                           \
	{"AWS_ACCESS_KEY_ID", "ENV"},                                                              \
	{                                                                                          \
		"AWS_SECRET_ACCESS_KEY", "secret"                                                  \
	}

#define ARN(name) "arn:aws:iam::222222222222:role/" name
#define ROLE(name) "role_arn=" ARN(name) "\n"
#define NO_METADATA                                                                                \
	{                                                                                          \
		"AWS_EC2_METADATA_DISABLED", "true"                                                \
	}
#define WEB_IDENTITY                                                                               \
	{"AWS_WEB_IDENTITY_TOKEN_FILE", "/token"},                                                 \
	{                                                                                          \
		"AWS_ROLE_ARN", ARN("web")                                                         \
	}

static const struct {
	const char *sentence;
	struct variable variables[6];
	const char *profile, *credentials, *config;
	const char *expected; /* as shown below; "!...": what the error has in it */
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
	{"an empty access key is none", {{"AWS_ACCESS_KEY_ID", ""}}, NULL, DEFAULT, NULL,
		"DEFAULT secret -"},
	{"an empty name of a profile is in no file",
		{{"HOME", "/h"}, {"AWS_PROFILE", ""}, FROM_ENVIRONMENT}, NULL, DEFAULT, NULL,
		"!no profile '' in "},
	{"an empty access key of a file", {{NULL}}, NULL,
		"[default]\naws_access_key_id=\naws_secret_access_key=secret\n", DEFAULT,
		"!profile 'default' of the credentials file: aws_access_key_id is empty"},
	{"an empty token of a file comes before its other name", {{NULL}}, "ops",
		OPS "aws_security_token=\naws_session_token=token\n", NULL, "OPS secret -"},
	{"keys of the config file", {{NULL}}, "ops", NULL, "[profile ops]\n" KEYS("CONFIG"),
		"CONFIG secret -"},
	{"the credentials file comes before it", {{NULL}}, "ops", OPS,
		"[profile ops]\n" KEYS("CONFIG"), "OPS secret -"},
	{"a token of a profile", {{NULL}}, "ops", OPS "aws_session_token = token\n", NULL,
		"OPS secret token"},
	{"keys come before a process", {{NULL}}, "ops", OPS,
		"[profile ops]\ncredential_process = x\n", "OPS secret -"},
	{"a broken file matters also where the environment has keys", {FROM_ENVIRONMENT}, NULL,
		"broken", NULL, "!CREDENTIALS:1: expected [NAME] or key = value"},

	{"half of two variables", {{"AWS_ACCESS_KEY_ID", "ENV"}}, NULL, DEFAULT, NULL,
		"!environment: AWS_ACCESS_KEY_ID is set, AWS_SECRET_ACCESS_KEY is not"},
	{"the other half alone is none", {{"AWS_SECRET_ACCESS_KEY", "secret"}}, NULL, DEFAULT, NULL,
		"DEFAULT secret -"},
	{"half of a profile's keys", {{NULL}}, "ops", "[ops]\naws_access_key_id=A\n", NULL,
		"!profile 'ops' of the credentials file: aws_access_key_id is set, "
		"aws_secret_access_key is not"},
	{"a key that would end its header",
		{{"AWS_ACCESS_KEY_ID", "A\r\nX: y"}, {"AWS_SECRET_ACCESS_KEY", "secret"}}, NULL,
		NULL, NULL, "!environment: a key has characters that no key of AWS has"},
	{"the token's old name comes first",
		{FROM_ENVIRONMENT, {"AWS_SESSION_TOKEN", "new"}, {"AWS_SECURITY_TOKEN", "old"}},
		NULL, NULL, NULL, "ENV secret old"},
	{"keys that expire",
		{FROM_ENVIRONMENT, {"AWS_CREDENTIAL_EXPIRATION", "1970-01-01T00:01:00Z"}}, NULL,
		NULL, NULL, "ENV secret - until 60000"},
	{"an end that is none", {FROM_ENVIRONMENT, {"AWS_CREDENTIAL_EXPIRATION", "soon"}}, NULL,
		NULL, NULL, "!AWS_CREDENTIAL_EXPIRATION: expected a time"},
	{"no such profile", {{NULL}}, "opps", OPS, NULL,
		"!no profile 'opps' in CREDENTIALS or "
		"CONFIG"},
	{"no such profile, where the environment has keys",
		{FROM_ENVIRONMENT, {"AWS_PROFILE", "opps"}}, NULL, OPS, NULL, "!no profile 'opps'"},
	{"the older variable comes first", {{"AWS_PROFILE", "dev"}, {"AWS_DEFAULT_PROFILE", "ops"}},
		NULL, OPS "[dev]\n" KEYS("DEV"), NULL, "OPS secret -"},
	{"a profile without keys", {NO_METADATA}, "ops", "[ops]\n", NULL,
		"!under [ops] of CREDENTIALS"},
	{"nothing at all", {NO_METADATA}, NULL, NULL, NULL,
		"!no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or write"},
	{"a broken file", {{NULL}}, NULL, "broken", NULL, "!CREDENTIALS:1: expected [NAME]"},
	{"a broken config file", {{NULL}}, NULL, DEFAULT, "broken", "!CONFIG:1: expected [profile"},

	{"SSO comes before keys", {{NULL}}, "ops", OPS "sso_account_id = x\n", NULL,
		"!profile 'ops': sso_account_id needs somebody to sign in"},
	{"also with a role only", {{NULL}}, "ops", NULL, "[profile ops]\nsso_role_name =\n",
		"!profile 'ops': sso_role_name needs somebody"},
	{"but with neither it is for others", {{NULL}}, "ops",
		OPS "sso_session = x\nsso_start_url = x\n", NULL, "OPS secret -"},
	{"a login", {{NULL}}, "ops", NULL, "[profile ops]\nlogin_session = x\n",
		"!profile 'ops': login_session needs somebody"},
	{"keys come before a login", {{NULL}}, "ops", OPS "login_session = x\n", NULL,
		"OPS secret -"},
	{"somebody's second factor", {{NULL}}, "ops", DEFAULT,
		"[profile ops]\n" ROLE("ops") "source_profile=default\nmfa_serial=x\n",
		"!profile 'ops': mfa_serial needs somebody"},

	{"a process", {{NULL}}, "ops", NULL,
		"[profile ops]\ncredential_process = /bin/x 'a b' \"c\\\"d\\e\" f\\ g ''\n",
		"process /bin/x|a b|c\"d\\e|f g|"},
	{"a process of the credentials file", {{NULL}}, "ops", "[ops]\ncredential_process = x\n",
		NULL, "process x"},
	{"a process without an end", {{NULL}}, "ops", NULL,
		"[profile ops]\ncredential_process = x 'secret\n",
		"!credential_process of profile 'ops': a quote in it has no end"},
	{"a process comes before keys of the config file", {{NULL}}, "ops", NULL,
		"[profile ops]\ncredential_process = x\n" KEYS("CONFIG"), "process x"},

	{"a web identity", {WEB_IDENTITY}, NULL, NULL, NULL, "identity /token " ARN("web")},
	{"it comes before keys of files", {WEB_IDENTITY}, NULL, DEFAULT, NULL,
		"identity /token " ARN("web")},
	{"with a name", {WEB_IDENTITY, {"AWS_ROLE_SESSION_NAME", "me"}}, NULL, NULL, NULL,
		"identity /token " ARN("web") " as me"},
	{"the environment's keys come before it", {FROM_ENVIRONMENT, WEB_IDENTITY}, NULL, NULL,
		NULL, "ENV secret -"},
	{"a role of the profile comes before it", {WEB_IDENTITY}, NULL,
		DEFAULT "role_arn=" ARN("p") "\nsource_profile=default\n", NULL,
		"DEFAULT secret - > " ARN("p")},
	{"a chosen profile removes it", {WEB_IDENTITY}, "ops", OPS, NULL, "OPS secret -"},
	{"a web identity of the profile", {{NULL}}, "ops", OPS,
		"[profile ops]\nweb_identity_token_file=/t\n" ROLE("ops"),
		"identity /t " ARN("ops")},
	{"its parts from both", {{"AWS_ROLE_ARN", ARN("env")}}, NULL, NULL,
		"[default]\nweb_identity_token_file=/t\nrole_session_name=me\n",
		"identity /t " ARN("env") " as me"},
	{"without a role", {{"AWS_WEB_IDENTITY_TOKEN_FILE", "/t"}}, NULL, DEFAULT, NULL,
		"!a web identity needs a role: set AWS_ROLE_ARN"},
	{"with a name that STS would not take", {WEB_IDENTITY, {"AWS_ROLE_SESSION_NAME", "a b"}},
		NULL, NULL, NULL, "!the web identity: the session name: expected"},

	{"a role with a source", {{NULL}}, "ops", DEFAULT,
		"[profile ops]\n" ROLE("ops") "source_profile=default\nexternal_id=x-1\n"
					      "role_session_name=me\nduration_seconds=900\n",
		"DEFAULT secret - > " ARN("ops") " as me ext x-1 for 900"},
	{"a role comes before keys", {{NULL}}, "ops", OPS DEFAULT,
		"[profile ops]\n" ROLE("ops") "source_profile=default\n",
		"DEFAULT secret - > " ARN("ops")},
	{"a chain of roles", {{NULL}}, "c", "[a]\n" KEYS("A"),
		"[profile c]\n" ROLE("c") "source_profile=b\n[profile b]\n" ROLE(
			"b") "source_profile=a\n",
		"A secret - > " ARN("b") " > " ARN("c")},
	{"a profile is its own source where it has keys", {{NULL}}, "ops", OPS,
		"[profile ops]\n" ROLE("ops") "source_profile=ops\n", "OPS secret - > " ARN("ops")},
	{"it isn't where it has none", {{NULL}}, "ops", NULL,
		"[profile ops]\n" ROLE("ops") "source_profile=ops\n",
		"!profile 'ops': source_profile 'ops' leads in a circle"},
	{"a circle", {{NULL}}, "a", NULL,
		"[profile a]\n" ROLE("a") "source_profile=b\n[profile b]\n" ROLE(
			"b") "source_profile=a\n",
		"!profile 'b': source_profile 'a' leads in a circle"},
	{"a source that isn't there", {{NULL}}, "ops", NULL,
		"[profile ops]\n" ROLE("ops") "source_profile=none\n",
		"!profile 'ops': no source_profile 'none'"},
	{"a source without keys", {{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/x"}}, "ops", NULL,
		"[profile ops]\n" ROLE("ops") "source_profile=b\n[profile b]\nregion=x\n",
		"!profile 'ops': source_profile 'b' has no credentials"},
	{"a source with a process", {{NULL}}, "ops", NULL,
		"[profile ops]\n" ROLE("ops") "source_profile=b\n[profile b]\n"
					      "credential_process=x\n",
		"process x > " ARN("ops")},
	{"a source with a web identity", {{"AWS_WEB_IDENTITY_TOKEN_FILE", "/other"}}, "ops", NULL,
		"[profile ops]\n" ROLE("ops") "source_profile=b\n[profile b]\n" ROLE(
			"b") "web_identity_token_file=/t\n",
		"identity /t " ARN("b") " > " ARN("ops")},
	{"the environment as source", {FROM_ENVIRONMENT}, "ops", NULL,
		"[profile ops]\n" ROLE("ops") "credential_source=Environment\n",
		"ENV secret - > " ARN("ops")},
	{"the environment has nothing", {{NULL}}, "ops", NULL,
		"[profile ops]\n" ROLE("ops") "credential_source=Environment\n",
		"!profile 'ops': credential_source Environment has no credentials"},
	{"a container as source", {{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/x"}}, "ops", NULL,
		"[profile ops]\n" ROLE("ops") "credential_source=EcsContainer\n",
		"container http://169.254.170.2/x > " ARN("ops")},
	{"an instance as source", {{NULL}}, "ops", NULL,
		"[profile ops]\n" ROLE("ops") "credential_source=Ec2InstanceMetadata\n",
		"instance http://169.254.169.254 v1 1000x1 > " ARN("ops")},
	{"a source in another case", {{NULL}}, "ops", NULL,
		"[profile ops]\n" ROLE("ops") "credential_source=environment\n",
		"!credential_source: expected Environment, EcsContainer or"},
	{"two sources", {{NULL}}, "ops", DEFAULT,
		"[profile ops]\n" ROLE(
			"ops") "credential_source=Environment\nsource_profile=default\n",
		"!profile 'ops': role_arn needs only one of source_profile"},
	{"no source", {{NULL}}, "ops", DEFAULT, "[profile ops]\n" ROLE("ops"),
		"!profile 'ops': role_arn needs one of source_profile"},
	{"a role that is none", {{NULL}}, "ops", DEFAULT,
		"[profile ops]\nrole_arn=x\nsource_profile=default\n",
		"!profile 'ops': 'x' is no role's ARN"},
	{"too short a time", {{NULL}}, "ops", DEFAULT,
		"[profile ops]\n" ROLE("ops") "source_profile=default\nduration_seconds=60\n",
		"!profile 'ops': duration_seconds: expected 900 to 43200, found '60'"},
	{"a duration that is no whole number", {{NULL}}, "ops", DEFAULT,
		"[profile ops]\n" ROLE("ops") "source_profile=default\nduration_seconds=900.5\n",
		"DEFAULT secret - > " ARN("ops")},
	{"a negative one", {{NULL}}, "ops", DEFAULT,
		"[profile ops]\n" ROLE("ops") "source_profile=default\nduration_seconds=-900\n",
		"!profile 'ops': duration_seconds: expected 900 to 43200, found '-900'"},
	{"an empty session name", {{NULL}}, "ops", DEFAULT,
		"[profile ops]\n" ROLE("ops") "source_profile=default\nrole_session_name=\n",
		"DEFAULT secret - > " ARN("ops")},
	{"an empty code of a device", {{NULL}}, "ops", DEFAULT,
		"[profile ops]\n" ROLE("ops") "source_profile=default\nmfa_serial=\n",
		"!profile 'ops': mfa_serial needs somebody"},
	{"a program without a name", {{NULL}}, NULL, NULL,
		"[default]\ncredential_process =\n" KEYS("CONFIG"),
		"!credential_process of profile 'default': it names no program"},

	{"a container",
		{{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/x?id=1"},
			{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1/full"},
			{"AWS_CONTAINER_AUTHORIZATION_TOKEN", "secret"}},
		NULL, NULL, NULL, "container http://169.254.170.2/v2/x?id=1 token"},
	{"a container's file comes before its token",
		{{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.170.23/v1"},
			{"AWS_CONTAINER_AUTHORIZATION_TOKEN", "secret"},
			{"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/t"}},
		NULL, NULL, NULL, "container http://169.254.170.23/v1 file /t"},
	{"a container over https",
		{{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "https://any.example/x"}}, NULL, NULL, NULL,
		"container https://any.example/x"},
	{"a container by IPv6", {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://[fd00:ec2::23]/x"}},
		NULL, NULL, NULL, "container http://[fd00:ec2::23]/x"},
	{"a container on this machine",
		{{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.9.9.9:1234/x"}}, NULL, NULL,
		NULL, "container http://127.9.9.9:1234/x"},
	{"a container elsewhere", {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://10.0.0.1/x"}},
		NULL, NULL, NULL, "!AWS_CONTAINER_CREDENTIALS_FULL_URI: plain http only to"},
	{"the metadata is no container",
		{{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.169.254/x"}}, NULL, NULL,
		NULL, "!AWS_CONTAINER_CREDENTIALS_FULL_URI: plain http only to"},
	{"a path that would lead elsewhere",
		{{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", ".example.com/x"}}, NULL, NULL, NULL,
		"!AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: expected a path"},
	{"a line break in a path", {{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/x\r\nA: b"}}, NULL,
		NULL, NULL, "!AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: expected a path"},
	{"keys come before a container's", {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "x"}}, NULL,
		DEFAULT, NULL, "DEFAULT secret -"},
	{"a chosen profile doesn't remove it", {{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/x"}},
		"ops", "[ops]\n", NULL, "container http://169.254.170.2/x"},

	{"an instance, at last", {{NULL}}, NULL, NULL, NULL,
		"instance http://169.254.169.254 v1 1000x1"},
	{"with settings of its own",
		{{"AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:9/"},
			{"AWS_EC2_METADATA_V1_DISABLED", "true"},
			{"AWS_METADATA_SERVICE_TIMEOUT", "3"},
			{"AWS_METADATA_SERVICE_NUM_ATTEMPTS", "2"}},
		NULL, NULL, NULL, "instance http://127.0.0.1:9 3000x2"},
	{"by IPv6", {{"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "IPv6"}}, NULL, NULL, NULL,
		"instance http://[fd00:ec2::254] v1 1000x1"},
	{"by the profile", {{NULL}}, NULL, NULL,
		"[default]\n"
		"ec2_metadata_service_endpoint=http://[::1]:9\nec2_metadata_v1_disabled=True\n",
		"instance http://[::1]:9 1000x1"},
	{"in a mode that is none", {{"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "x"}}, NULL, NULL,
		NULL, "!AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE: expected IPv4 or IPv6"},
	{"an empty variable hides the profile's", {{"AWS_EC2_METADATA_SERVICE_ENDPOINT", ""}}, NULL,
		NULL, "[default]\nec2_metadata_service_endpoint=http://[::1]:9\n",
		"instance http://169.254.169.254 v1 1000x1"},
	{"no attempts at all", {{"AWS_METADATA_SERVICE_NUM_ATTEMPTS", "0"}}, NULL, NULL, NULL,
		"!AWS_METADATA_SERVICE_NUM_ATTEMPTS: expected a whole number, at least 1"},
	{"a time that is none", {{"AWS_METADATA_SERVICE_TIMEOUT", "1s"}}, NULL, NULL, NULL,
		"!AWS_METADATA_SERVICE_TIMEOUT: expected a whole number, at least 1"},
	{"elsewhere", {{"AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://example.com"}}, NULL, NULL,
		NULL, "!AWS_EC2_METADATA_SERVICE_ENDPOINT: expected http:// and an address of"},
};

static struct profiles_file file(const char *path, const char *text)
{
	return (struct profiles_file){
		.path = path, .bytes = text, .length = text ? strlen(text) : 0};
}

static void show_role(struct text *out, const struct role *role)
{
	text_add(out, role->arn);
	if (role->session_name)
		text_format(out, " as %s", role->session_name);
	if (role->external_id)
		text_format(out, " ext %s", role->external_id);
	if (role->duration_s)
		text_format(out, " for %u", role->duration_s);
}

static void show_base(struct text *out, const struct recipe *recipe)
{
	AUTO(free_text) char *words = texts_join(&recipe->process, "|");

	switch (recipe->base) {
	case RECIPE_KEYS:
		text_format(out, "%s %s %s", recipe->keys.access_key, recipe->keys.secret_key,
			recipe->keys.session_token ? recipe->keys.session_token : "-");
		if (recipe->expires_ms)
			text_format(out, " until %llu", (unsigned long long)recipe->expires_ms);
		break;
	case RECIPE_PROCESS:
		text_format(out, "process %s", words);
		break;
	case RECIPE_WEB_IDENTITY:
		text_format(out, "identity %s ", recipe->token_file);
		show_role(out, &recipe->role);
		break;
	case RECIPE_CONTAINER:
		text_format(out, "container %s%s%s%s", recipe->url, recipe->token ? " token" : "",
			recipe->token_file ? " file " : "",
			recipe->token_file ? recipe->token_file : "");
		break;
	case RECIPE_IMDS:
		text_format(out, "instance %s%s %llux%u", recipe->url, recipe->v1 ? " v1" : "",
			(unsigned long long)recipe->timeout_ms, recipe->attempts);
		break;
	}
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO_DONE(pairs_done) struct pairs environment = environment_of(rows[i].variables);
		AUTO_DONE(recipe_done) struct recipe recipe = {0};
		AUTO_DONE(text_done) struct text shown = {0};
		struct surroundings surroundings = {.environment = &environment,
			.profile = rows[i].profile,
			.files = {file(NULL, NULL), file("CREDENTIALS", rows[i].credentials),
				file("CONFIG", rows[i].config)}};
		struct error e = {0};

		print_message("# %s\n", rows[i].sentence);
		if (!recipe_find(&surroundings, &recipe, &e)) {
			print_message("# %s\n", e.text);
			assert_int_equal(rows[i].expected[0], '!');
			assert_int_equal(e.kind, ERROR_DENIED);
			assert_non_null(strstr(e.text, rows[i].expected + 1));
			assert_null(strstr(e.text, "=secret"));
			continue;
		}
		show_base(&shown, &recipe);
		for (size_t k = 0; k < recipe.hop_count; k++) {
			text_add(&shown, " > ");
			show_role(&shown, &recipe.hops[k]);
		}
		assert_string_equal(text_string(&shown), rows[i].expected);

		AUTO_DONE(recipe_done) struct recipe copy = {0};

		recipe_copy(&copy, &recipe);
		assert_true(recipe_equal(&copy, &recipe));
		if (i > 0 && strcmp(rows[i].expected, rows[0].expected) != 0) {
			replace_text(&copy.url, "http://other");
			assert_false(recipe_equal(&copy, &recipe));
		}
	}
}

/* A systemd credential is one more credentials file, before the user's. */
static void test_systemd_credential(void **state)
{
	AUTO_DONE(pairs_done) struct pairs none = {0};
	AUTO_DONE(recipe_done) struct recipe recipe = {0};
	AUTO_DONE(recipe_done) struct recipe other = {0};
	struct surroundings surroundings = {.environment = &none,
		.files = {file("S", "[default]\n" KEYS("SYSTEMD")), file("C", DEFAULT OPS)}};

	(void)state;
	assert_true(recipe_find(&surroundings, &recipe, NULL));
	assert_string_equal(recipe.keys.access_key, "SYSTEMD");
	surroundings.profile = "ops";
	assert_true(recipe_find(&surroundings, &other, NULL));
	assert_string_equal(other.keys.access_key, "OPS");
}

static void test_unreadable_files(void **state)
{
	static const struct variable keys[] = {FROM_ENVIRONMENT, {NULL}};
	AUTO_DONE(pairs_done) struct pairs none = {0};
	AUTO_DONE(pairs_done) struct pairs environment = environment_of(keys);
	AUTO_DONE(recipe_done) struct recipe recipe = {0};
	AUTO_DONE(recipe_done) struct recipe other = {0};
	struct surroundings surroundings = {.environment = &none};
	struct error e = {0};

	(void)state;
	surroundings.files[SURROUNDINGS_CREDENTIALS].problem = "/c: Permission denied";
	assert_false(recipe_find(&surroundings, &recipe, &e));
	assert_string_equal(e.text, "/c: Permission denied");
	surroundings.environment = &environment;
	assert_true(recipe_find(&surroundings, &other, &e));
}

/* Profiles that lead to one another, more than anybody means. */
static void test_long_chain(void **state)
{
	AUTO_DONE(pairs_done) struct pairs none = {0};
	AUTO_DONE(text_done) struct text config = {0};
	AUTO_DONE(recipe_done) struct recipe recipe = {0};
	struct error e = {0};

	(void)state;
	for (int i = 0; i < 100; i++)
		text_format(&config, "[profile p%d]\n" ROLE("x") "source_profile=p%d\n", i, i + 1);
	struct surroundings surroundings = {.environment = &none,
		.profile = "p0",
		.files = {file(NULL, NULL), file(NULL, NULL), file("C", text_string(&config))}};

	assert_false(recipe_find(&surroundings, &recipe, &e));
	assert_non_null(strstr(e.text, "more than 16 profiles in a chain"));
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
		cmocka_unit_test(test_systemd_credential),
		cmocka_unit_test(test_unreadable_files),
		cmocka_unit_test(test_long_chain),
		cmocka_unit_test(test_equal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
