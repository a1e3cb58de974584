#include "aws/endpoint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "variables.h"

#define CFN "cloudformation"

static const struct {
	const char *sentence;
	const char *setting;
	struct variable variables[3];
	const char *service, *region;
	const char *url; /* NULL: an error that begins with `host` */
	const char *host, *path;
} rows[] = {
	{"the partition of most regions", NULL, {{NULL}}, CFN, "eu-west-1",
		"https://cloudformation.eu-west-1.amazonaws.com/",
		"cloudformation.eu-west-1.amazonaws.com", "/"},
	{"STS is asked in its region", NULL, {{NULL}}, "sts", "ap-southeast-2",
		"https://sts.ap-southeast-2.amazonaws.com/", "sts.ap-southeast-2.amazonaws.com",
		"/"},
	{"China", NULL, {{NULL}}, CFN, "cn-north-1",
		"https://cloudformation.cn-north-1.amazonaws.com.cn/",
		"cloudformation.cn-north-1.amazonaws.com.cn", "/"},
	{"GovCloud has the common suffix", NULL, {{NULL}}, CFN, "us-gov-west-1",
		"https://cloudformation.us-gov-west-1.amazonaws.com/",
		"cloudformation.us-gov-west-1.amazonaws.com", "/"},
	{"the European sovereign cloud", NULL, {{NULL}}, "sts", "eusc-de-east-1",
		"https://sts.eusc-de-east-1.amazonaws.eu/", "sts.eusc-de-east-1.amazonaws.eu", "/"},
	{"iso is not isob", NULL, {{NULL}}, CFN, "us-isob-east-1",
		"https://cloudformation.us-isob-east-1.sc2s.sgov.gov/",
		"cloudformation.us-isob-east-1.sc2s.sgov.gov", "/"},
	{"iso", NULL, {{NULL}}, CFN, "us-iso-west-1",
		"https://cloudformation.us-iso-west-1.c2s.ic.gov/",
		"cloudformation.us-iso-west-1.c2s.ic.gov", "/"},

	{"the setting comes before the environment", "http://127.0.0.1:4566",
		{{"AWS_ENDPOINT_URL", "http://other"}}, CFN, "eu-west-1", "http://127.0.0.1:4566/",
		"127.0.0.1:4566", "/"},
	{"words in braces are filled in, each time",
		"https://{service}.{region}.example.com/{region}", {{NULL}}, "sts", "eu-west-1",
		"https://sts.eu-west-1.example.com/eu-west-1", "sts.eu-west-1.example.com",
		"/eu-west-1"},
	{"a service's variable comes before the common one", NULL,
		{{"AWS_ENDPOINT_URL", "http://other"},
			{"AWS_ENDPOINT_URL_CLOUDFORMATION", "http://own:8000"}},
		CFN, "eu-west-1", "http://own:8000/", "own:8000", "/"},
	{"the other service's variable is none of ours", NULL,
		{{"AWS_ENDPOINT_URL", "http://common"},
			{"AWS_ENDPOINT_URL_CLOUDFORMATION", "http://own:8000"}},
		"sts", "eu-west-1", "http://common/", "common", "/"},
	{"an empty variable is none", NULL,
		{{"AWS_ENDPOINT_URL", "http://common"}, {"AWS_ENDPOINT_URL_STS", ""}}, "sts",
		"eu-west-1", "http://common/", "common", "/"},
	{"variables can be switched off", NULL,
		{{"AWS_ENDPOINT_URL", "http://common"},
			{"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "True"}},
		"sts", "eu-west-1", "https://sts.eu-west-1.amazonaws.com/",
		"sts.eu-west-1.amazonaws.com", "/"},
	{"the setting can't", "http://own", {{"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"}},
		"sts", "eu-west-1", "http://own/", "own", "/"},

	{"https has its own port", "https://example.com:443/", {{NULL}}, CFN, "eu-west-1",
		"https://example.com/", "example.com", "/"},
	{"http has its own port", "http://example.com:80", {{NULL}}, CFN, "eu-west-1",
		"http://example.com/", "example.com", "/"},
	{"each has not the other's", "https://example.com:80", {{NULL}}, CFN, "eu-west-1",
		"https://example.com:80/", "example.com:80", "/"},
	{"a path stays as it is", "http://example.com/a/../b/", {{NULL}}, CFN, "eu-west-1",
		"http://example.com/a/../b/", "example.com", "/a/../b/"},
	{"host and scheme in lower case", "HTTP://Example.COM/Path", {{NULL}}, CFN, "eu-west-1",
		"http://example.com/Path", "example.com", "/Path"},
	{"an IPv6 address", "http://[::1]:4566", {{NULL}}, CFN, "eu-west-1", "http://[::1]:4566/",
		"[::1]:4566", "/"},

	{"only http and https", "ftp://example.com", {{NULL}}, CFN, "eu-west-1", NULL,
		"EndpointUrl=: expected http"},
	{"no scheme", NULL, {{"AWS_ENDPOINT_URL", "example.com"}}, CFN, "eu-west-1", NULL,
		"AWS_ENDPOINT_URL: expected http"},
	{"no user name", NULL, {{"AWS_ENDPOINT_URL_STS", "http://me:secret@example.com"}}, "sts",
		"eu-west-1", NULL, "AWS_ENDPOINT_URL_STS: expected http"},
	{"no query", "http://example.com/?a", {{NULL}}, CFN, "eu-west-1", NULL, "EndpointUrl=: "},
	{"no fragment", "http://example.com#a", {{NULL}}, CFN, "eu-west-1", NULL, "EndpointUrl=: "},
	{"no blank", "http://exam ple.com", {{NULL}}, CFN, "eu-west-1", NULL, "EndpointUrl=: "},
	{"no line break in the path", "http://example.com/\r\nX: y", {{NULL}}, CFN, "eu-west-1",
		NULL, "EndpointUrl=: "},
	{"no host", "http:///path", {{NULL}}, CFN, "eu-west-1", NULL, "EndpointUrl=: "},
	{"port 0", "http://a:0", {{NULL}}, CFN, "eu-west-1", NULL, "EndpointUrl=: "},
	{"port 65536", "http://a:65536", {{NULL}}, CFN, "eu-west-1", NULL, "EndpointUrl=: "},
	{"an endless port", "http://a:00000000000080", {{NULL}}, CFN, "eu-west-1", NULL,
		"EndpointUrl=: "},
	{"no port behind the colon", "http://a:/", {{NULL}}, CFN, "eu-west-1", NULL,
		"EndpointUrl=: "},
	{"an unclosed bracket", "http://[::1", {{NULL}}, CFN, "eu-west-1", NULL, "EndpointUrl=: "},
	{"an unknown word in braces", "http://{zone}.example.com", {{NULL}}, CFN, "eu-west-1", NULL,
		"EndpointUrl=: "},
	{"a region that would lead elsewhere", NULL, {{NULL}}, CFN, "x.evil.com/a-b-1", NULL,
		"region 'x.evil.com/a-b-1': expected"},
	{"no region", NULL, {{NULL}}, CFN, NULL, NULL, "no region: set Region="},
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct pairs environment = environment_of(rows[i].variables);
		struct endpoint found = {0};
		struct error e = {0};

		print_message("# %s\n", rows[i].sentence);
		bool ok = endpoint_find(
			rows[i].setting, &environment, rows[i].service, rows[i].region, &found, &e);

		assert_int_equal(ok, rows[i].url != NULL);
		if (ok) {
			assert_string_equal(found.url, rows[i].url);
			assert_string_equal(found.host, rows[i].host);
			assert_string_equal(found.path, rows[i].path);
			assert_int_equal(found.https, strncmp(rows[i].url, "https", 5) == 0);
		} else {
			assert_int_equal(e.kind, ERROR_INVALID);
			assert_memory_equal(e.text, rows[i].host, strlen(rows[i].host));
			assert_null(strstr(e.text, "secret"));
		}
		endpoint_done(&found);
		pairs_done(&environment);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
