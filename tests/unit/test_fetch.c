#include "aws/fetch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "aws/recipe.h"
#include "aws/surroundings.h"
#include "variables.h"

#define NOW UINT64_C(1000000000)
#define ARN(name) "arn:aws:iam::222222222222:role/" name
#define IMDS "http://169.254.169.254/latest/"
#define ROLES IMDS "meta-data/iam/security-credentials/"
#define TOKEN "PUT " IMDS "api/token (ttl)"
#define LATER "1970-01-13T13:46:40Z" /* 86,400 s after NOW */
#define PAST "1970-01-01T00:00:01Z"
#define KEYS(access, until)                                                                        \
	"{\"AccessKeyId\": \"" access "\", \"SecretAccessKey\": \"hidden\", \"Token\": \"tok\", "  \
	"\"Expiration\": \"" until "\"}"
#define PRINTED(access, until)                                                                     \
	"{\"Version\": 1, \"AccessKeyId\": \"" access "\", \"SecretAccessKey\": \"hidden\", "      \
	"\"Expiration\": \"" until "\"}"
#define ASSUMED(access, until)                                                                     \
	"<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>" access "</AccessKeyId>" \
	"<SecretAccessKey>hidden</SecretAccessKey><SessionToken>t</"                               \
	"SessionToken><Expiration>" until                                                          \
	"</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"
#define REFUSED(code)                                                                              \
	"<ErrorResponse><Error><Code>" code "</Code><Message>m</Message></Error></ErrorResponse>"
#define ROLE(name) "role_arn=" ARN(name) "\n"
#define CHAIN                                                                                      \
	"[default]\n" ROLE("b") "source_profile=a\n[profile a]\n" ROLE(                            \
		"a") "source_profile=k\n[profile "                                                 \
		     "k]\naws_access_key_id=K\naws_secret_access_key=s\n"
#define V2_ONLY                                                                                    \
	{                                                                                          \
		"AWS_EC2_METADATA_V1_DISABLED", "true"                                             \
	}
#define TWICE                                                                                      \
	{                                                                                          \
		"AWS_METADATA_SERVICE_NUM_ATTEMPTS", "2"                                           \
	}
#define CONTAINER                                                                                  \
	{                                                                                          \
		"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/x"                                     \
	}
#define TOKEN_FILE                                                                                 \
	{                                                                                          \
		"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/t"                                     \
	}
#define ASK "GET http://169.254.170.2/x"
#define IDENTITY                                                                                   \
	{"AWS_WEB_IDENTITY_TOKEN_FILE", "/t"},                                                     \
	{                                                                                          \
		"AWS_ROLE_ARN", ARN("web")                                                         \
	}
#define PROCESS "[default]\ncredential_process=x y\n"

struct turn {
	const char *wanted; /* as shown below; NULL: the end */
	int status;         /* 0: `bytes` is an error's text */
	const char *bytes, *complaint;
};

static const struct {
	const char *sentence;
	struct variable variables[4];
	const char *config;
	struct turn turns[8];
	/* "ACCESS", "ACCESS +SECONDS"; "!...": the error begins so, "?...": for the given keys */
	const char *expected;
	enum error_kind kind;
} rows[] = {
	{"keys that are written down", {{NULL}},
		"[default]\naws_access_key_id=A\naws_secret_access_key=s\n", {{0}}, "A", 0},
	{"keys that expired",
		{{"AWS_ACCESS_KEY_ID", "A"}, {"AWS_SECRET_ACCESS_KEY", "s"},
			{"AWS_CREDENTIAL_EXPIRATION", PAST}},
		NULL, {{0}}, "!environment: the credentials have expired already", ERROR_DENIED},

	{"an instance", {{NULL}}, NULL,
		{{TOKEN, 200, "T"}, {"GET " ROLES " (T)", 200, "web+1"},
			{"GET " ROLES "web+1 (T)", 200, KEYS("A", LATER)}},
		"A +86400", 0},
	{"one that ends its lines", {{NULL}}, NULL,
		{{TOKEN, 200, "T"}, {"GET " ROLES " (T)", 200, "web\n"},
			{"GET " ROLES "web (T)", 200, KEYS("A", LATER)}},
		"A +86400", 0},
	{"an old one, without tokens", {{NULL}}, NULL,
		{{TOKEN, 404, ""}, {"GET " ROLES, 200, "web"},
			{"GET " ROLES "web", 200, KEYS("A", LATER)}},
		"A +86400", 0},
	{"one that doesn't answer for a token", {{NULL}}, NULL,
		{{TOKEN, 0, "timed out"}, {"GET " ROLES, 200, "web"},
			{"GET " ROLES "web", 200, KEYS("A", LATER)}},
		"A +86400", 0},
	{"that is asked twice where it shall be", {TWICE}, NULL,
		{{TOKEN, 0, "timed out"}, {TOKEN, 200, "T"}, {"GET " ROLES " (T)", 500, ""},
			{"GET " ROLES " (T)", 200, "web"},
			{"GET " ROLES "web (T)", 200, KEYS("A", LATER)}},
		"A +86400", 0},
	{"a token that may not be missing", {V2_ONLY}, NULL, {{TOKEN, 403, ""}},
		"!no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or write "
		"aws_access_key_id and aws_secret_access_key under [default] of a credentials "
		"file; "
		"the instance's metadata: no token, and AWS_EC2_METADATA_V1_DISABLED asks for one",
		ERROR_DENIED},
	{"a wrong request is not tried without", {TWICE}, NULL, {{TOKEN, 400, ""}},
		"!no credentials: ", ERROR_DENIED},
	{"a token that would be another header", {{NULL}}, NULL, {{TOKEN, 200, "T\r\nX: y"}},
		"!no credentials: ", ERROR_DENIED},
	{"a token that is refused is fetched anew, once", {{NULL}}, NULL,
		{{TOKEN, 200, "T"}, {"GET " ROLES " (T)", 401, ""}, {TOKEN, 200, "U"},
			{"GET " ROLES " (U)", 200, "web"}, {"GET " ROLES "web (U)", 401, ""}},
		"!no credentials: ", ERROR_DENIED},
	{"no role", {{NULL}}, NULL, {{TOKEN, 200, "T"}, {"GET " ROLES " (T)", 404, ""}},
		"!no credentials: ", ERROR_DENIED},
	{"two roles", {{NULL}}, NULL,
		{{TOKEN, 200, "T"}, {"GET " ROLES " (T)", 200, "web\nother\n"}},
		"!no credentials: ", ERROR_DENIED},
	{"a role that would lead elsewhere", {{NULL}}, NULL,
		{{TOKEN, 200, "T"}, {"GET " ROLES " (T)", 200, "../x"}},
		"!no credentials: ", ERROR_DENIED},
	{"a refusal with status 200", {{NULL}}, NULL,
		{{TOKEN, 200, "T"}, {"GET " ROLES " (T)", 200, "web"},
			{"GET " ROLES "web (T)", 200, "{\"Code\": \"Failed\"}"}},
		"!no credentials: ", ERROR_DENIED},
	{"keys that expired are used on", {{NULL}}, NULL,
		{{TOKEN, 200, "T"}, {"GET " ROLES " (T)", 200, "web"},
			{"GET " ROLES "web (T)", 200, KEYS("A", PAST)}},
		"A +1260", 0},
	{"an instance as source of a role", {{NULL}},
		"[default]\n" ROLE("r") "credential_source=Ec2InstanceMetadata\n",
		{{TOKEN, 200, "T"}, {"GET " ROLES " (T)", 200, "web"},
			{"GET " ROLES "web (T)", 200, KEYS("A", LATER)},
			{"STS by A: AssumeRole r", 200, ASSUMED("B", LATER)}},
		"B +86400", 0},
	{"that isn't there", {{NULL}},
		"[default]\n" ROLE("r") "credential_source=Ec2InstanceMetadata\n",
		{{TOKEN, 0, "timed out"}, {"GET " ROLES, 0, "timed out"}},
		"!the instance's metadata: timed out", ERROR_TRANSIENT},

	{"a container", {CONTAINER, {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "T"}}, NULL,
		{{ASK " (T)", 200, KEYS("A", LATER)}}, "A +86400", 0},
	{"without a token", {CONTAINER}, NULL, {{ASK, 200, KEYS("A", LATER)}}, "A +86400", 0},
	{"with one in a file", {CONTAINER, TOKEN_FILE}, NULL,
		{{"FILE /t 20000", 200, "T"}, {ASK " (T)", 200, KEYS("A", LATER)}}, "A +86400", 0},
	{"with a line break in it", {CONTAINER, TOKEN_FILE}, NULL,
		{{"FILE /t 20000", 200, "hidden\n"}},
		"!the container's endpoint: /t: a line break or a NUL in it", ERROR_DENIED},
	{"with one in the variable",
		{CONTAINER, {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "a\r\nX: y"}}, NULL, {{0}},
		"!the container's endpoint: AWS_CONTAINER_AUTHORIZATION_TOKEN: a line break in it",
		ERROR_DENIED},
	{"without the file", {CONTAINER, TOKEN_FILE}, NULL,
		{{"FILE /t 20000", 0, "No such file or directory"}},
		"!the container's endpoint: /t: No such file or directory", ERROR_DENIED},
	{"three times", {CONTAINER}, NULL,
		{{ASK, 0, "timed out"}, {ASK " after 1000", 500, ""},
			{ASK " after 1000", 200, KEYS("A", LATER)}},
		"A +86400", 0},
	{"not more often", {CONTAINER}, NULL,
		{{ASK, 200, "x"}, {ASK " after 1000", 500, ""}, {ASK " after 1000", 500, ""}},
		"!the container's endpoint: HTTP 500 from it", ERROR_TRANSIENT},
	{"a container that refuses", {CONTAINER}, NULL,
		{{ASK, 403, ""}, {ASK " after 1000", 403, ""}, {ASK " after 1000", 403, ""}},
		"!the container's endpoint: HTTP 403 from it", ERROR_DENIED},
	{"keys of a container that expired", {CONTAINER}, NULL, {{ASK, 200, KEYS("A", PAST)}},
		"!the container's endpoint: the credentials have expired already", ERROR_DENIED},

	{"a web identity", {IDENTITY}, NULL,
		{{"FILE /t 20000", 200, "to.ken"},
			{"STS: AssumeRoleWithWebIdentity web to.ken", 200, ASSUMED("A", LATER)}},
		"A +86400", 0},
	{"without its file", {IDENTITY}, NULL, {{"FILE /t 20000", 0, "too large"}},
		"!the web identity: /t: too large", ERROR_DENIED},
	{"a token that is refused", {IDENTITY}, NULL,
		{{"FILE /t 20000", 200, "to.ken"}, {"STS: AssumeRoleWithWebIdentity web to.ken",
							   400, REFUSED("InvalidIdentityToken")}},
		"!cannot assume " ARN("web") ": InvalidIdentityToken: m", ERROR_DENIED},
	{"a provider that is away for a moment", {IDENTITY}, NULL,
		{{"FILE /t 20000", 200, "to.ken"},
			{"STS: AssumeRoleWithWebIdentity web to.ken", 400,
				REFUSED("IDPCommunicationError")},
			{"STS: AssumeRoleWithWebIdentity web to.ken after 1000", 200,
				ASSUMED("A", LATER)}},
		"A +86400", 0},

	{"a program", {{NULL}}, PROCESS, {{"RUN x|y 65536 60000", 200, PRINTED("A", LATER)}},
		"A +86400", 0},
	{"a program that isn't there", {{NULL}}, PROCESS, {{"RUN x|y 65536 60000", 0, "no such"}},
		"!credential_process of profile 'default': no such", ERROR_DENIED},
	{"a program that fails", {{NULL}}, PROCESS, {{"RUN x|y 65536 60000", 3, "", "login first"}},
		"!credential_process of profile 'default': exit status 3: login first",
		ERROR_DENIED},
	{"and prints a key", {{NULL}}, PROCESS,
		{{"RUN x|y 65536 60000", 1, "",
			"key \"wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY\" is\033 no good"}},
		"!credential_process of profile 'default': exit status 1: key \"...\" is no good",
		ERROR_DENIED},
	{"a program that prints nonsense", {{NULL}}, PROCESS,
		{{"RUN x|y 65536 60000", 200, "hidden"}},
		"!credential_process of profile 'default': expected a JSON object", ERROR_DENIED},

	{"roles one after the other", {{NULL}}, CHAIN,
		{{"STS by K: AssumeRole a", 200, ASSUMED("A", LATER)},
			{"STS by A: AssumeRole b", 200, ASSUMED("B", "1970-01-12T14:00:00Z")}},
		"B +800", 0},
	{"the second is refused", {{NULL}}, CHAIN,
		{{"STS by K: AssumeRole a", 200, ASSUMED("A", LATER)},
			{"STS by A: AssumeRole b", 403, REFUSED("AccessDenied")}},
		"!cannot assume " ARN("b") ": ", ERROR_DENIED},
	{"keys that expired on their way are made anew, once", {{NULL}},
		"[default]\n" ROLE("r") "credential_source=Ec2InstanceMetadata\n",
		{{TOKEN, 200, "T"}, {"GET " ROLES " (T)", 200, "web"},
			{"GET " ROLES "web (T)", 200, KEYS("A", LATER)},
			{"STS by A: AssumeRole r", 400, REFUSED("ExpiredToken")}, {TOKEN, 200, "U"},
			{"GET " ROLES " (U)", 200, "web"},
			{"GET " ROLES "web (U)", 200, KEYS("B", LATER)},
			{"STS by B: AssumeRole r", 200, ASSUMED("C", LATER)}},
		"C +86400", 0},
	{"also those of a role", {{NULL}}, CHAIN,
		{{"STS by K: AssumeRole a", 200, ASSUMED("A", LATER)},
			{"STS by A: AssumeRole b", 403, REFUSED("InvalidClientTokenId")},
			{"STS by K: AssumeRole a", 200, ASSUMED("B", LATER)},
			{"STS by B: AssumeRole b", 200, ASSUMED("C", LATER)}},
		"C +86400", 0},
	{"but not for ever", {{NULL}}, CHAIN,
		{{"STS by K: AssumeRole a", 200, ASSUMED("A", LATER)},
			{"STS by A: AssumeRole b", 400, REFUSED("ExpiredTokenException")},
			{"STS by K: AssumeRole a", 200, ASSUMED("B", LATER)},
			{"STS by B: AssumeRole b", 400, REFUSED("ExpiredTokenException")}},
		"!cannot assume " ARN("b") ": the credentials have expired: ", ERROR_DENIED},
	{"keys that were given to us are the giver's to renew", {{NULL}}, CHAIN,
		{{"STS by K: AssumeRole a", 400, REFUSED("ExpiredToken")}},
		"?cannot assume " ARN("a") ": the credentials have expired: ", ERROR_DENIED},
	{"STS is away", {{NULL}},
		"[default]\n" ROLE("a") "source_profile=k\n[profile k]\naws_access_key_id=K\n"
					"aws_secret_access_key=s\n",
		{{"STS by K: AssumeRole a", 0, "cannot reach"},
			{"STS by K: AssumeRole a after 1000", 503, ""}},
		"!cannot assume " ARN("a") ": HTTP 503", ERROR_THROTTLED},
};

/* --- what is wanted, as one line --- */

static void show_form(struct text *out, const struct text *form)
{
	const char *action = strstr(form->data, "Action=") + 7;
	const char *role = strstr(form->data, "role%2F") + 7;
	const char *token = strstr(form->data, "WebIdentityToken=");

	assert_non_null(strstr(form->data, "RoleSessionName=me"));
	text_add_bytes(out, action, strcspn(action, "&"));
	text_add_char(out, ' ');
	text_add_bytes(out, role, strcspn(role, "&"));
	if (token)
		text_format(out, " %s", token + 17);
}

static void show_request(struct text *out, const struct fetch_step *step)
{
	const struct pairs *headers = step->headers;
	const char *token = pairs_get(headers, "X-aws-ec2-metadata-token");

	if (!token)
		token = pairs_get(headers, "Authorization");
	if (pairs_has(headers, "X-aws-ec2-metadata-token-ttl-seconds"))
		token = "ttl";
	assert_in_range(step->timeout_ms, 1, 2000);
	text_format(out, "%s %s", step->method, step->url);
	if (token)
		text_format(out, " (%s)", token);
}

static void show(struct text *out, const struct fetch_step *step)
{
	AUTO(free_text) char *words = step->arguments ? texts_join(step->arguments, "|") : NULL;

	if (step->want == FETCH_FILE)
		text_format(out, "FILE %s %zu", step->path, step->limit);
	if (step->want == FETCH_HTTP)
		show_request(out, step);
	if (step->want == FETCH_STS) {
		text_format(out, "STS%s%s: ", step->keys ? " by " : "",
			step->keys ? step->keys->access_key : "");
		show_form(out, step->form);
	}
	if (step->want == FETCH_PROCESS)
		text_format(out, "RUN %s %zu %llu", words, step->limit,
			(unsigned long long)step->timeout_ms);
	if (step->delay_ms)
		text_format(out, " after %llu", (unsigned long long)step->delay_ms);
}

static void take_turn(struct fetch *fetch, const struct turn *turn)
{
	struct error e = {0};
	struct fetch_step step;
	AUTO_DONE(text_done) struct text wanted = {0};

	fetch_look(fetch, &step);
	show(&wanted, &step);
	assert_string_equal(text_string(&wanted), turn->wanted);
	error_set(&e, ERROR_TRANSIENT, "%s", turn->bytes);
	if (step.want == FETCH_PROCESS)
		e.kind = ERROR_DENIED;
	struct fetch_event event = {.error = turn->status ? NULL : &e,
		.status = step.want == FETCH_PROCESS && turn->status == 200 ? 0 : turn->status,
		.bytes = turn->bytes,
		.length = strlen(turn->bytes),
		.complaint = turn->complaint,
		.wall_ms = NOW,
		.chance = 0.5};

	fetch_happened(fetch, &event);
}

static void check_end(struct fetch *fetch, size_t row)
{
	struct fetch_step step;
	AUTO_DONE(credentials_done) struct credentials keys = {0};
	AUTO_DONE(text_done) struct text found = {0};
	uint64_t expires_ms = 0;

	fetch_look(fetch, &step);
	if (step.want == FETCH_FAILED) {
		print_message("# %s\n", step.why->text);
		assert_int_equal(rows[row].expected[0], step.keys_refused ? '?' : '!');
		assert_true(text_starts(step.why->text, rows[row].expected + 1));
		assert_int_equal(step.why->kind, rows[row].kind);
		assert_null(strstr(step.why->text, "hidden"));
		return;
	}
	assert_int_equal(step.want, FETCH_HAVE);
	fetch_take(fetch, &keys, &expires_ms);
	text_add(&found, keys.access_key);
	if (expires_ms)
		text_format(&found, " +%llu", (unsigned long long)(expires_ms - NOW) / 1000);
	assert_string_equal(text_string(&found), rows[row].expected);
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO_DONE(pairs_done) struct pairs environment = environment_of(rows[i].variables);
		AUTO_DONE(recipe_done) struct recipe recipe = {0};
		struct surroundings surroundings = {.environment = &environment};
		struct error e = {0};

		print_message("# %s\n", rows[i].sentence);
		surroundings.files[SURROUNDINGS_CONFIG] = (struct profiles_file){.path = NULL,
			.bytes = rows[i].config,
			.length = rows[i].config ? strlen(rows[i].config) : 0};
		assert_true(recipe_find(&surroundings, &recipe, &e));
		struct fetch *fetch = fetch_new(&recipe, "me", NOW);

		for (size_t k = 0; k < COUNT(rows[i].turns) && rows[i].turns[k].wanted; k++)
			take_turn(fetch, &rows[i].turns[k]);
		check_end(fetch, i);
		fetch_free(fetch);
	}
}

/* Nothing that comes late disturbs the end. */
static void test_the_end_stays(void **state)
{
	static const struct variable keys[] = {
		{"AWS_ACCESS_KEY_ID", "A"}, {"AWS_SECRET_ACCESS_KEY", "s"}, {NULL}};
	AUTO_DONE(pairs_done) struct pairs environment = environment_of(keys);
	AUTO_DONE(recipe_done) struct recipe recipe = {0};
	struct surroundings surroundings = {.environment = &environment};
	struct fetch_event event = {.status = 500, .bytes = ""};
	struct fetch_step step;

	(void)state;
	assert_true(recipe_find(&surroundings, &recipe, NULL));
	struct fetch *fetch = fetch_new(&recipe, "me", NOW);

	fetch_happened(fetch, &event);
	fetch_look(fetch, &step);
	assert_int_equal(step.want, FETCH_HAVE);
	fetch_free(fetch);
	fetch_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_the_end_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
