#include "stack/settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/timespan.h"
#include "support.h"

static struct settings *parse(const char *text, struct texts *problems)
{
	return settings_parse("stackd.conf", text, strlen(text), problems);
}

static struct settings *parse_good(const char *text)
{
	AUTO_DONE(texts_done) struct texts problems = {0};
	struct settings *settings = parse(text, &problems);

	if (problems.count)
		fail_msg("%s", problems.items[0]);
	assert_non_null(settings);
	return settings;
}

static void test_defaults(void **state)
{
	AUTO(settings_free) struct settings *settings = settings_new();

	(void)state;
	assert_null(settings->region);
	assert_null(settings->profile);
	assert_null(settings->endpoint_url);
	assert_int_equal(settings->allowed_accounts.count, 0);
	assert_null(settings->template_bucket);
	assert_int_equal(settings->interval_ms, 60000);
	assert_int_equal(settings->poll_interval_ms, 5000);
	assert_int_equal(settings->quiet_time_ms, 1000);
	assert_int_equal(settings->revert_delay_ms, 900000);
	assert_int_equal(settings->max_concurrent, 20);
	assert_int_equal(settings->max_attempts, 3);
	assert_int_equal(settings->max_failures, 3);
	assert_true(settings->read_rate == 4);
	assert_true(settings->write_rate == 2);
	assert_int_equal(settings->retry_min_ms, 15000);
	assert_int_equal(settings->retry_max_ms, 3600000);
	assert_int_equal(settings->stall_warning_ms, 1800000);
	assert_int_equal(settings->apply, APPLY_AUTO);
	assert_int_equal(settings->guard, GUARD_STATEFUL);
	assert_int_equal(settings->on_removal, ON_REMOVAL_KEEP);
	assert_string_equal(settings->owner, "stackd");
	assert_int_equal(settings->adopt, ADOPT_ALWAYS);
	assert_true(settings->recreate_failed);
	assert_true(settings->continue_rollback);
	assert_int_equal(settings->max_removals, 1);
	assert_int_equal(settings->removal_delay_ms, 600000);
	assert_string_equal(settings->socket, "/run/stackd/stackd.sock");
	assert_null(settings->metrics_listen);
}

static void test_every_key_of_aws_and_reconcile(void **state)
{
	AUTO(settings_free)
	struct settings *settings =
		parse_good("[AWS]\n"
			   "Region=eu-west-1\n"
			   "Profile = ops team\n"
			   "EndpointUrl=https://{service}.{region}.example.com:8443/aws\n"
			   "AllowedAccounts=123456789012  210987654321\n"
			   "AllowedAccounts=123456789012 000000000001\n"
			   "TemplateBucket=cfn.{account}-{region}-{account}\n"
			   "[Reconcile]\n"
			   "Interval=2min\nPollInterval=50ms\nQuietTime=0\nRevertDelay=infinity\n"
			   "MaxConcurrent=7\nMaxAttempts=1\nMaxFailures=9\n"
			   "ReadRate=0.5\nWriteRate=12.25\nRetryMin=1s\nRetryMax=1s\n"
			   "StallWarning=1h 30min\n"
			   "[Policy]\nOwner=team a\n");

	(void)state;
	assert_string_equal(settings->region, "eu-west-1");
	assert_string_equal(settings->profile, "ops team");
	assert_string_equal(
		settings->endpoint_url, "https://{service}.{region}.example.com:8443/aws");
	assert_int_equal(settings->allowed_accounts.count, 3);
	assert_string_equal(settings->allowed_accounts.items[2], "000000000001");
	assert_string_equal(settings->template_bucket, "cfn.{account}-{region}-{account}");
	assert_int_equal(settings->interval_ms, 120000);
	assert_int_equal(settings->poll_interval_ms, 50);
	assert_int_equal(settings->quiet_time_ms, 0);
	assert_true(settings->revert_delay_ms == TIMESPAN_LIMIT_MS);
	assert_int_equal(settings->max_concurrent, 7);
	assert_int_equal(settings->max_attempts, 1);
	assert_int_equal(settings->max_failures, 9);
	assert_true(settings->read_rate == 0.5);
	assert_true(settings->write_rate == 12.25);
	assert_int_equal(settings->retry_min_ms, 1000);
	assert_int_equal(settings->retry_max_ms, 1000);
	assert_int_equal(settings->stall_warning_ms, 5400000);
	assert_string_equal(settings->owner, "team a");
}

static void test_every_key_of_policy_and_control(void **state)
{
	AUTO(settings_free)
	struct settings *settings =
		parse_good("[Policy]\nApply=never\nGuard=none\nOnRemoval=delete\nOwner=team b\n"
			   "Adopt=tagged\nRecreateFailed=no\nContinueRollback=0\n"
			   "MaxRemovals=0\nRemovalDelay=0\n"
			   "[Control]\nSocket=/run/other/s\n");

	(void)state;
	assert_int_equal(settings->apply, APPLY_NEVER);
	assert_int_equal(settings->guard, GUARD_NONE);
	assert_int_equal(settings->on_removal, ON_REMOVAL_DELETE);
	assert_string_equal(settings->owner, "team b");
	assert_int_equal(settings->adopt, ADOPT_TAGGED);
	assert_false(settings->recreate_failed);
	assert_false(settings->continue_rollback);
	assert_int_equal(settings->max_removals, 0);
	assert_int_equal(settings->removal_delay_ms, 0);
	assert_string_equal(settings->socket, "/run/other/s");
}

static const struct {
	const char *sentence;
	const char *text;
	uint64_t interval_ms;
} syntax[] = {
	{"an empty file gives defaults", "", 60000},
	{"comments of both kinds", "# a\n; b\n[Reconcile]\n  # c\nInterval=2\n ; d\n", 2000},
	{"no newline at the end", "[Reconcile]\nInterval=2", 2000},
	{"blanks around the equals sign and the value", "[Reconcile]\n  Interval \t=  2  \n", 2000},
	{"DOS line ends", "[Reconcile]\r\nInterval=2\r\n", 2000},
	{"a byte order mark", "\xef\xbb\xbf[Reconcile]\nInterval=2\n", 2000},
	{"a section may come twice", "[Reconcile]\nInterval=2\n[AWS]\n[Reconcile]\nMaxAttempts=5\n",
		2000},
	{"the last of several wins", "[Reconcile]\nInterval=2\nInterval=3\n", 3000},
	{"an empty value is the default again", "[Reconcile]\nInterval=2\nInterval=\n", 60000},
	{"a backslash goes on in the next line", "[Reconcile]\nInterval=1min \\\n  30s\n", 90000},
	{"comments don't end what goes on", "[Reconcile]\nInterval=1min \\\n# so\n30s\n", 90000},
	{"comments don't go on", "[Reconcile]\n# so \\\nInterval=2\n", 2000},
	{"a backslash at the very end", "[Reconcile]\nInterval=2 \\", 2000},
	{"keys and sections of others", "[X-Site]\nA=1\n[Reconcile]\nX-Note=1\nInterval=2\n", 2000},
	{"later keys with their defaults", "[Control]\nMetricsListen=\n", 60000},
};

static void test_syntax(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(syntax); i++) {
		print_message("# %s\n", syntax[i].sentence);
		AUTO(settings_free) struct settings *settings = parse_good(syntax[i].text);

		assert_int_equal(settings->interval_ms, syntax[i].interval_ms);
	}
}

#define BUCKET                                                                                     \
	"the name of a bucket: 3 to 63 lower-case letters, digits, '.' and '-'; {account} and "    \
	"{region} are filled in"
#define NOT_YET " is not supported yet, expected the default, "

static const struct {
	const char *text;
	const char *problem;
} faults[] = {
	{"[Reconcile]\nInterval=soon\n",
		"2: found 'soon' for Interval=, expected a time span such as 90s, 5min or 200ms, "
		"more than 0"},
	{"[Reconcile]\nInterval=0\n",
		"2: found '0' for Interval=, expected a time span such as 90s, 5min or 200ms, "
		"more than 0"},
	{"[Reconcile]\n\nIntervall=60s\n",
		"3: unknown key 'Intervall' in section [Reconcile]; did you mean 'Interval'?"},
	{"[Reconcile]\ninterval=60s\n",
		"2: unknown key 'interval' in section [Reconcile]; did you mean 'Interval'?"},
	{"[Reconcile]\nBanana=1\n", "2: unknown key 'Banana' in section [Reconcile]"},
	{"[AWS]\nInterval=60s\n",
		"2: found Interval= in section [AWS], expected it in [Reconcile]"},
	{"[Reconcil]\nInterval=60s\n",
		"1: found section [Reconcil], expected [AWS], [Reconcile], [Policy] or [Control]; "
		"did you mean 'Reconcile'?"},
	{"[AWS\n", "1: found '[AWS', expected ']' at the end of a section"},
	{"[\n", "1: found '[', expected ']' at the end of a section"},
	{"Region=eu-west-1\n",
		"1: found 'Region=' before any section, expected [AWS], [Reconcile], ..."},
	{"[AWS]\nRegion\n", "2: found 'Region', expected Key=value, [Section] or a comment"},
	{"[AWS]\n=eu-west-1\n",
		"2: found '=eu-west-1', expected Key=value, [Section] or a comment"},
	{"[AWS]\nRegion=Ireland\n",
		"2: found 'Ireland' for Region=, expected a region such as eu-west-1"},
	{"[AWS]\nAllowedAccounts=123456789012,210987654321\n",
		"2: found '123456789012,210987654321' for AllowedAccounts=, expected account ids "
		"of 12 digits with blanks between"},
	{"[AWS]\nTemplateBucket=My_Templates\n",
		"2: found 'My_Templates' for TemplateBucket=, expected " BUCKET},
	{"[AWS]\nTemplateBucket=templates-{stage}\n",
		"2: found 'templates-{stage}' for TemplateBucket=, expected " BUCKET},
	{"[AWS]\nTemplateBucket=a-bucket-for-many-large-templates-{account}-{region}-0123456\n",
		"2: found 'a-bucket-for-many-large-templates-{account}-{region}-0123456' for "
		"TemplateBucket=, expected " BUCKET},
	{"[AWS]\nEndpointUrl=localhost:5000\n",
		"2: found 'localhost:5000' for EndpointUrl=, expected http:// or https:// and a "
		"host, with no user name; {region} and {service} are filled in"},
	{"[AWS]\nEndpointUrl=http://a/{zone}\n",
		"2: found 'http://a/{zone}' for EndpointUrl=, expected http:// or https:// and a "
		"host, with no user name; {region} and {service} are filled in"},
	{"[AWS]\nEndpointUrl=http://me:s3cret@host\n",
		"2: found '@host' for EndpointUrl=, expected http:// or https:// and a host, with "
		"no user name; {region} and {service} are filled in"},
	{"[AWS]\nSecretKey s3cret\n",
		"2: found 'SecretKey', expected Key=value, [Section] or a comment"},
	{"[AWS]\nSecretKey: s3cret\n",
		"2: found 'SecretKey', expected Key=value, [Section] or a comment"},
	{"SecretKey=s3cret\n",
		"1: found 'SecretKey=' before any section, expected [AWS], [Reconcile], ..."},
	{"[Reconcile]\nMaxAttempts=0\n",
		"2: found '0' for MaxAttempts=, expected a whole number from 1 to 1000000"},
	{"[Reconcile]\nMaxAttempts=-1\n",
		"2: found '-1' for MaxAttempts=, expected a whole number from 1 to 1000000"},
	{"[Reconcile]\nMaxAttempts=99999999999999999999999\n",
		"2: found '99999999999999999999999' for MaxAttempts=, expected a whole number "
		"from 1 to 1000000"},
	{"[Reconcile]\nReadRate=0\n",
		"2: found '0' for ReadRate=, expected calls per second, more than 0 and at most "
		"1000, such as 4 or 0.5"},
	{"[Reconcile]\nReadRate=1e3\n",
		"2: found '1e3' for ReadRate=, expected calls per second, more than 0 and at most "
		"1000, such as 4 or 0.5"},
	{"[Reconcile]\nRetryMin=2h\n",
		"2: found RetryMax= shorter than RetryMin=, expected it to be longer"},
	{"[Policy]\nApply=maybe\n", "2: found 'maybe' for Apply=, expected auto, approve or never"},
	{"[Policy]\nOnRemoval=drop\n", "2: found 'drop' for OnRemoval=, expected keep or delete"},
	{"[Policy]\nRecreateFailed=maybe\n",
		"2: found 'maybe' for RecreateFailed=, expected yes or no"},
	{"[Policy]\nOwner=a,b\n",
		"2: found 'a,b' for Owner=, expected at most 128 letters, digits, blanks and "
		"_.:/=+-@"},
	{"[Control]\nSocket=stackd.sock\n",
		"2: found 'stackd.sock' for Socket=, expected an absolute path of at most 107 "
		"bytes"},
	{"[Control]\nMetricsListen=localhost:http\n",
		"2: found 'localhost:http' for MetricsListen=, expected ADDRESS:PORT or PORT"},
	{"[Policy]\nGuard=some\n", "2: found 'some' for Guard=, expected stateful, all or none"},
	{"[Policy]\nAdopt=yes\n", "2: found 'yes' for Adopt=, expected always, tagged or never"},
	{"[Policy]\nContinueRollback=2\n",
		"2: found '2' for ContinueRollback=, expected yes or no"},
	{"[Policy]\nMaxRemovals=many\n",
		"2: found 'many' for MaxRemovals=, expected a whole number from 0 to 1000000"},
	{"[Policy]\nRemovalDelay=later\n",
		"2: found 'later' for RemovalDelay=, expected a time span such as 90s, 5min or "
		"200ms"},
	{"[Control]\nMetricsListen=127.0.0.1:9100\n",
		"2: MetricsListen=127.0.0.1:9100" NOT_YET "MetricsListen="},
	{"[AWS]\n\nProfile=\xff\n", "3: found byte 0xff, expected text in UTF-8"},
	{"[Reconcile]\n# one\nInterval=1min\\\n# two\n  soon\n",
		"3: found '1min soon' for Interval=, expected a time span such as 90s, 5min or "
		"200ms, more than 0"},
};

static void test_faults(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(faults); i++) {
		AUTO_DONE(texts_done) struct texts problems = {0};
		AUTO(free_text) char *expected = xasprintf("stackd.conf:%s", faults[i].problem);

		print_message("# %s\n", faults[i].problem);
		assert_null(parse(faults[i].text, &problems));
		assert_int_equal(problems.count, 1);
		assert_string_equal(problems.items[0], expected);
	}
}

static void test_a_nul_is_no_text(void **state)
{
	AUTO_DONE(texts_done) struct texts problems = {0};

	(void)state;
	assert_null(settings_parse("stackd.conf", "[AWS]\nA\0=", 9, &problems));
	assert_string_equal(
		problems.items[0], "stackd.conf:2: found byte 0x00, expected text in UTF-8");
}

static void test_all_faults_are_named_but_not_without_end(void **state)
{
	AUTO_DONE(texts_done) struct texts problems = {0};
	AUTO_DONE(text_done) struct text text = {0};

	(void)state;
	assert_null(parse("[AWS]\nA=1\nRegion=eu-west-1\nB=2\n[C]\nD=4\n", &problems));
	assert_int_equal(problems.count, 3);
	texts_done(&problems);

	text_add(&text, "[AWS]\n");
	for (int i = 0; i < 1000; i++)
		text_add(&text, "A=1\n");
	assert_null(parse(text_string(&text), &problems));
	assert_int_equal(problems.count, 20);
	texts_done(&problems);

	for (int i = 0; i < 20000; i++)
		text_add(&text, "A=1\n");
	assert_null(parse(text_string(&text), &problems));
	assert_int_equal(problems.count, 1);
	assert_string_equal(
		problems.items[0], "stackd.conf:1: found 84006 bytes, expected at most 65536");
}

/* What an operator reads: each key stands there, commented, with its default, in its section, below
 * a sentence. */
static void test_the_shipped_file_names_every_key(void **state)
{
	size_t length = 0;
	AUTO(free_text) char *bytes = project_file("config/stackd.conf", &length);
	AUTO_DONE(text_done) struct text expected = {0};
	AUTO_DONE(text_done) struct text found = {0};
	AUTO_DONE(text_done) struct text enabled = {0};
	const char *section = NULL;
	const char *key = NULL;
	const char *preset = NULL;
	const char *last = "";
	bool sentence = false;

	(void)state;
	for (size_t i = 0; settings_row(i, &section, &key, &preset); i++) {
		if (strcmp(section, last) != 0)
			text_format(&expected, "[%s]\n", section);
		text_format(&expected, "%s=%s\n", key, preset);
		last = section;
	}
	for (char *rest = bytes, *line = strsep(&rest, "\n"); line; line = strsep(&rest, "\n")) {
		if (*line == '[' || (*line == '#' && line[1] != ' ')) {
			if (*line == '#' && !sentence)
				fail_msg("%s has no sentence above it", line);
			text_format(&found, "%s\n", line + (*line == '#'));
			text_format(&enabled, "%s\n", line + (*line == '#'));
		}
		sentence = text_starts(line, "# ") && text_ends(line, ".");
	}
	assert_string_equal(text_string(&found), text_string(&expected));

	/* With every key uncommented, nothing changes. */
	AUTO(settings_free) struct settings *settings = parse_good(enabled.data);

	assert_int_equal(settings->interval_ms, 60000);
}

static void test_the_shipped_file_loads(void **state)
{
	size_t length = 0;
	AUTO(free_text) char *bytes = project_file("config/stackd.conf", &length);
	AUTO(settings_free) struct settings *settings = parse_good(bytes);

	(void)state;
	assert_string_equal(settings->owner, "stackd");
}

static void test_a_copy_owns_its_texts(void **state)
{
	AUTO(settings_free) struct settings *copy = NULL;
	struct settings *settings = parse_good("[AWS]\nRegion=eu-west-1\n"
					       "AllowedAccounts=012345678901 123456789012\n"
					       "[Reconcile]\nReadRate=2.5\nInterval=7s\n");

	(void)state;
	copy = settings_copy(settings);
	settings_free(settings);
	assert_string_equal(copy->region, "eu-west-1");
	assert_null(copy->profile);
	assert_int_equal(copy->allowed_accounts.count, 2);
	assert_string_equal(copy->allowed_accounts.items[1], "123456789012");
	assert_true(copy->read_rate == 2.5);
	assert_int_equal(copy->interval_ms, 7000);
	assert_string_equal(copy->owner, "stackd");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_every_key_of_aws_and_reconcile),
		cmocka_unit_test(test_every_key_of_policy_and_control),
		cmocka_unit_test(test_syntax),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_a_nul_is_no_text),
		cmocka_unit_test(test_all_faults_are_named_but_not_without_end),
		cmocka_unit_test(test_the_shipped_file_names_every_key),
		cmocka_unit_test(test_the_shipped_file_loads),
		cmocka_unit_test(test_a_copy_owns_its_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
