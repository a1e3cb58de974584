#include "aws/endpoint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
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

#define HOST(host) "https://" host "/", host, "/"
#define PROFILE_URL "endpoint_url=http://127.0.0.1:1\n"

/* What the profile, its services and the switches say. */
static const struct {
	const char *sentence;
	const char *setting;
	struct variable variables[3];
	const char *profile, *services; /* "key=value\n..."; NULL: none */
	const char *service, *region;
	const char *url; /* NULL: an error that begins with `host` */
	const char *host, *path;
	const char *signing; /* NULL: the region itself */
} profile_rows[] = {
	{"the profile's endpoint", NULL, {{NULL}}, PROFILE_URL, NULL, CFN, "eu-west-1",
		"http://127.0.0.1:1/", "127.0.0.1:1", "/", NULL},
	{"its section of services comes before it", NULL, {{NULL}}, PROFILE_URL "services=s\n",
		"sts=\nsts.endpoint_url=http://127.0.0.1:2\n", "sts", "eu-west-1",
		"http://127.0.0.1:2/", "127.0.0.1:2", "/", NULL},
	{"but only for the service it names", NULL, {{NULL}}, PROFILE_URL "services=s\n",
		"sts=\nsts.endpoint_url=http://127.0.0.1:2\n", CFN, "eu-west-1",
		"http://127.0.0.1:1/", "127.0.0.1:1", "/", NULL},
	{"the environment comes before both", NULL, {{"AWS_ENDPOINT_URL", "http://127.0.0.1:3"}},
		PROFILE_URL "services=s\n", "sts.endpoint_url=http://127.0.0.1:2\n", "sts",
		"eu-west-1", "http://127.0.0.1:3/", "127.0.0.1:3", "/", NULL},
	{"also before a section that isn't there", NULL,
		{{"AWS_ENDPOINT_URL", "http://127.0.0.1:3"}}, "services=s\n", NULL, "sts",
		"eu-west-1", "http://127.0.0.1:3/", "127.0.0.1:3", "/", NULL},
	{"a section that isn't there", NULL, {{NULL}}, PROFILE_URL "services=s\n", NULL, "sts",
		"eu-west-1", NULL, "the profile's services: no section [services s]", NULL, NULL},
	{"the profile can ignore itself", NULL, {{NULL}},
		PROFILE_URL "ignore_configured_endpoint_urls=True\n", NULL, "sts", "eu-west-1",
		HOST("sts.eu-west-1.amazonaws.com"), NULL},
	{"unless the environment says otherwise", NULL,
		{{"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "false"}},
		PROFILE_URL "ignore_configured_endpoint_urls=true\n", NULL, "sts", "eu-west-1",
		"http://127.0.0.1:1/", "127.0.0.1:1", "/", NULL},

	{"FIPS", NULL, {{"AWS_USE_FIPS_ENDPOINT", "true"}}, NULL, NULL, CFN, "us-east-1",
		HOST("cloudformation-fips.us-east-1.amazonaws.com"), NULL},
	{"FIPS by the profile", NULL, {{NULL}}, "use_fips_endpoint=true\n", NULL, "sts",
		"us-east-2", HOST("sts-fips.us-east-2.amazonaws.com"), NULL},
	{"the environment switches it off again", NULL, {{"AWS_USE_FIPS_ENDPOINT", "false"}},
		"use_fips_endpoint=true\n", NULL, "sts", "us-east-2",
		HOST("sts.us-east-2.amazonaws.com"), NULL},
	{"FIPS in GovCloud is the usual", NULL, {{"AWS_USE_FIPS_ENDPOINT", "true"}}, NULL, NULL,
		CFN, "us-gov-west-1", HOST("cloudformation.us-gov-west-1.amazonaws.com"), NULL},
	{"dual-stack", NULL, {{"AWS_USE_DUALSTACK_ENDPOINT", "true"}}, NULL, NULL, CFN, "eu-west-1",
		HOST("cloudformation.eu-west-1.api.aws"), NULL},
	{"dual-stack by the profile, in China", NULL, {{NULL}}, "use_dualstack_endpoint=true\n",
		NULL, CFN, "cn-north-1",
		HOST("cloudformation.cn-north-1.api.amazonwebservices.com.cn"), NULL},
	{"both", NULL, {{"AWS_USE_DUALSTACK_ENDPOINT", "true"}, {"AWS_USE_FIPS_ENDPOINT", "true"}},
		NULL, NULL, "sts", "us-gov-east-1", HOST("sts-fips.us-gov-east-1.api.aws"), NULL},
	{"no dual-stack where there is none", NULL, {{"AWS_USE_DUALSTACK_ENDPOINT", "true"}}, NULL,
		NULL, CFN, "us-iso-east-1", NULL, "dual-stack endpoints: there are none", NULL,
		NULL},
	{"FIPS of somebody else's", NULL,
		{{"AWS_USE_FIPS_ENDPOINT", "true"}, {"AWS_ENDPOINT_URL", "http://127.0.0.1:3"}},
		NULL, NULL, CFN, "eu-west-1", NULL, "AWS_ENDPOINT_URL: FIPS", NULL, NULL},
	{"dual-stack of the setting's", "http://127.0.0.1:3", {{NULL}},
		"use_dualstack_endpoint=true\n", NULL, CFN, "eu-west-1", NULL, "EndpointUrl=: FIPS",
		NULL, NULL},

	{"the global STS, where it is asked for", NULL, {{"AWS_STS_REGIONAL_ENDPOINTS", "legacy"}},
		NULL, NULL, "sts", "eu-west-1", HOST("sts.amazonaws.com"), "us-east-1"},
	{"and by the profile", NULL, {{NULL}}, "sts_regional_endpoints=legacy\n", NULL, "sts",
		"us-west-2", HOST("sts.amazonaws.com"), "us-east-1"},
	{"newer regions have only their own", NULL, {{"AWS_STS_REGIONAL_ENDPOINTS", "legacy"}},
		NULL, NULL, "sts", "eu-south-1", HOST("sts.eu-south-1.amazonaws.com"), NULL},
	{"FIPS is never global", NULL,
		{{"AWS_STS_REGIONAL_ENDPOINTS", "legacy"}, {"AWS_USE_FIPS_ENDPOINT", "true"}}, NULL,
		NULL, "sts", "us-east-1", HOST("sts-fips.us-east-1.amazonaws.com"), NULL},
	{"it is a matter of STS only", NULL, {{"AWS_STS_REGIONAL_ENDPOINTS", "legacy"}}, NULL, NULL,
		CFN, "eu-west-1", HOST("cloudformation.eu-west-1.amazonaws.com"), NULL},
	{"a third word", NULL, {{"AWS_STS_REGIONAL_ENDPOINTS", "global"}}, NULL, NULL, "sts",
		"eu-west-1", NULL, "sts_regional_endpoints: expected regional or legacy", NULL,
		NULL},

	{"S3", NULL, {{NULL}}, NULL, NULL, "s3", "eu-west-1", HOST("s3.eu-west-1.amazonaws.com"),
		NULL},
	{"S3, FIPS and dual-stack", NULL,
		{{"AWS_USE_DUALSTACK_ENDPOINT", "true"}, {"AWS_USE_FIPS_ENDPOINT", "true"}}, NULL,
		NULL, "s3", "us-east-1", HOST("s3-fips.dualstack.us-east-1.amazonaws.com"), NULL},
	{"S3, FIPS in GovCloud", NULL, {{"AWS_USE_FIPS_ENDPOINT", "true"}}, NULL, NULL, "s3",
		"us-gov-west-1", HOST("s3-fips.us-gov-west-1.amazonaws.com"), NULL},
};

/* "key=value\n..." as pairs. */
static void read_pairs(const char *text, struct pairs *pairs)
{
	while (text && *text) {
		size_t name = strcspn(text, "=");
		size_t line = strcspn(text, "\n");
		AUTO(free_text) char *key = xstrndup(text, name);
		AUTO(free_text) char *value = xstrndup(text + name + 1, line - name - 1);

		pairs_add(pairs, key, value);
		text += line + 1;
	}
}

static void test_profile_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(profile_rows); i++) {
		AUTO_DONE(pairs_done)
		struct pairs environment = environment_of(profile_rows[i].variables);
		AUTO_DONE(pairs_done) struct pairs profile = {0};
		AUTO_DONE(pairs_done) struct pairs services = {0};
		AUTO_DONE(endpoint_done) struct endpoint found = {0};
		struct error e = {0};

		read_pairs(profile_rows[i].profile, &profile);
		read_pairs(profile_rows[i].services, &services);
		struct endpoint_options options = {.setting = profile_rows[i].setting,
			.environment = &environment,
			.profile = profile_rows[i].profile ? &profile : NULL,
			.services = profile_rows[i].services ? &services : NULL};

		print_message("# %s\n", profile_rows[i].sentence);
		if (!endpoint_find(&options, profile_rows[i].service, profile_rows[i].region,
			    &found, &e)) {
			print_message("# %s\n", e.text);
			assert_null(profile_rows[i].url);
			assert_true(text_starts(e.text, profile_rows[i].host));
			continue;
		}
		assert_non_null(profile_rows[i].url);
		assert_string_equal(found.url, profile_rows[i].url);
		assert_string_equal(found.host, profile_rows[i].host);
		assert_string_equal(found.path, profile_rows[i].path);
		assert_string_equal(found.region,
			profile_rows[i].signing ? profile_rows[i].signing : profile_rows[i].region);
		assert_int_equal(found.own, strstr(profile_rows[i].url, "amazon") ||
						    strstr(profile_rows[i].url, "api.aws"));
	}
}

static const struct {
	const char *url;
	bool allowed;
} plain_rows[] = {
	{"http://localhost:4566", true},
	{"http://127.0.0.1", true},
	{"http://127.255.0.9:80/x", true},
	{"http://[::1]:4566", true},
	{"http://169.254.170.2", true},
	{"http://169.254.170.23", true},
	{"http://[fd00:ec2::23]", true},
	{"http://169.254.169.254", true},
	{"https://example.com", true},
	{"http://example.com", false},
	{"http://localhost.example.com", false},
	{"http://127.0.0.1.example.com", false},
	{"http://127.1", false},
	{"http://127.0.0.256", false},
	{"http://127.0.0.01", false},
	{"http://10.0.0.1", false},
	{"http://169.254.169.2", false},
	{"http://[::ffff:7f00:1]", false},
};

static void test_plain_http(void **state)
{
	AUTO_DONE(pairs_done) struct pairs none = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(plain_rows); i++) {
		struct endpoint_options options = {
			.setting = plain_rows[i].url, .environment = &none};
		AUTO_DONE(endpoint_done) struct endpoint found = {0};
		AUTO_DONE(endpoint_done) struct endpoint again = {0};
		struct error e = {0};

		print_message("# %s\n", plain_rows[i].url);
		assert_int_equal(endpoint_find(&options, CFN, "eu-west-1", &found, &e),
			plain_rows[i].allowed);
		if (!plain_rows[i].allowed)
			assert_non_null(strstr(e.text, "AllowPlainHttp=yes allows it"));
		options.plain_http = true;
		assert_true(endpoint_find(&options, CFN, "eu-west-1", &again, &e));
	}
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct pairs environment = environment_of(rows[i].variables);
		struct endpoint found = {0};
		struct error e = {0};

		print_message("# %s\n", rows[i].sentence);
		struct endpoint_options options = {.setting = rows[i].setting,
			.environment = &environment,
			.plain_http = true};
		bool ok = endpoint_find(&options, rows[i].service, rows[i].region, &found, &e);

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
		cmocka_unit_test(test_profile_rows),
		cmocka_unit_test(test_plain_http),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
