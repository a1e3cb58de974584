#include "stack/template_url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"

static const struct {
	const char *sentence, *url;
	enum template_url_fault fault;
} rows[] = {
	{"bucket and region in the host", "https://b-1.s3.eu-west-1.amazonaws.com/t.yaml",
		TEMPLATE_URL_GOOD},
	{"bucket in the path", "https://s3.eu-west-1.amazonaws.com/b-1/t.yaml", TEMPLATE_URL_GOOD},
	{"no region", "https://b-1.s3.amazonaws.com/t.yaml", TEMPLATE_URL_GOOD},
	{"neither", "https://s3.amazonaws.com/b-1/t.yaml", TEMPLATE_URL_GOOD},
	{"the old form of regions", "https://s3-eu-west-1.amazonaws.com/b-1/a/t.yaml",
		TEMPLATE_URL_GOOD},
	{"likewise, with a bucket", "https://b-1.s3-us-gov-west-1.amazonaws.com/t",
		TEMPLATE_URL_GOOD},
	{"the oldest endpoint", "https://s3-external-1.amazonaws.com/b-1/t", TEMPLATE_URL_GOOD},
	{"dual stack", "https://b-1.s3.dualstack.eu-west-1.amazonaws.com/t", TEMPLATE_URL_GOOD},
	{"FIPS", "https://b-1.s3-fips.us-gov-west-1.amazonaws.com/t", TEMPLATE_URL_GOOD},
	{"both", "https://s3-fips.dualstack.us-east-1.amazonaws.com/b-1/t", TEMPLATE_URL_GOOD},
	{"a bucket with dots", "https://t.example.com.s3.eu-west-1.amazonaws.com/t",
		TEMPLATE_URL_GOOD},
	{"a bucket called s3", "https://s3.s3.s3.eu-west-1.amazonaws.com/t", TEMPLATE_URL_GOOD},
	{"a bucket of the first years", "https://s3.amazonaws.com/Old_Bucket/t", TEMPLATE_URL_GOOD},
	{"China", "https://b-1.s3.cn-north-1.amazonaws.com.cn/t", TEMPLATE_URL_GOOD},
	{"the sovereign cloud", "https://b-1.s3.eusc-de-east-1.amazonaws.eu/t", TEMPLATE_URL_GOOD},
	{"an isolated region", "https://b-1.s3.us-iso-east-1.c2s.ic.gov/t", TEMPLATE_URL_GOOD},
	{"another", "https://s3.us-isob-east-1.sc2s.sgov.gov/b-1/t", TEMPLATE_URL_GOOD},
	{"a version", "https://b-1.s3.amazonaws.com/t?versionId=3HL4kqtJ.v_", TEMPLATE_URL_GOOD},
	{"a key that is escaped", "https://b-1.s3.amazonaws.com/a%20b/%C3%A4+c", TEMPLATE_URL_GOOD},

	{"a signature, which is a secret", "https://b-1.s3.amazonaws.com/t?X-Amz-Signature=ab",
		TEMPLATE_URL_QUERY},
	{"more than a version", "https://b-1.s3.amazonaws.com/t?versionId=1&X-Amz-Signature=a",
		TEMPLATE_URL_QUERY},
	{"an empty version", "https://b-1.s3.amazonaws.com/t?versionId=", TEMPLATE_URL_QUERY},
	{"an empty query", "https://b-1.s3.amazonaws.com/t?", TEMPLATE_URL_QUERY},

	{"no TLS", "http://b-1.s3.amazonaws.com/t", TEMPLATE_URL_BAD},
	{"another scheme", "s3://b-1/t", TEMPLATE_URL_BAD},
	{"another host", "https://example.com/b-1/t", TEMPLATE_URL_BAD},
	{"a host that ends alike", "https://s3.amazonaws.com.example.com/b-1/t", TEMPLATE_URL_BAD},
	{"a domain that ends alike", "https://b-1.s3.notamazonaws.com/t", TEMPLATE_URL_BAD},
	{"another service", "https://ec2.eu-west-1.amazonaws.com/b-1/t", TEMPLATE_URL_BAD},
	{"a service that ends alike", "https://as3.eu-west-1.amazonaws.com/b-1/t",
		TEMPLATE_URL_BAD},
	{"a site, without TLS", "https://b-1.s3-website-eu-west-1.amazonaws.com/t",
		TEMPLATE_URL_BAD},
	{"a user", "https://me@b-1.s3.amazonaws.com/t", TEMPLATE_URL_BAD},
	{"a port", "https://b-1.s3.amazonaws.com:443/t", TEMPLATE_URL_BAD},
	{"no bucket", "https://s3.amazonaws.com/t", TEMPLATE_URL_BAD},
	{"no key", "https://b-1.s3.amazonaws.com/", TEMPLATE_URL_BAD},
	{"no key in the path's bucket", "https://s3.amazonaws.com/b-1/", TEMPLATE_URL_BAD},
	{"no path", "https://b-1.s3.amazonaws.com", TEMPLATE_URL_BAD},
	{"a query for a key", "https://b-1.s3.amazonaws.com/?versionId=1", TEMPLATE_URL_BAD},
	{"a fragment", "https://b-1.s3.amazonaws.com/t#x", TEMPLATE_URL_BAD},
	{"a blank", "https://b-1.s3.amazonaws.com/a b", TEMPLATE_URL_BAD},
	{"a line's end", "https://b-1.s3.amazonaws.com/a\n", TEMPLATE_URL_BAD},
	{"a letter that is not escaped", "https://b-1.s3.amazonaws.com/\xc3\xa4", TEMPLATE_URL_BAD},
	{"a capital in the host", "https://b-1.S3.amazonaws.com/t", TEMPLATE_URL_BAD},
	{"only the domain", "https://amazonaws.com/b-1/t", TEMPLATE_URL_BAD},
	{"an empty bucket", "https://.s3.amazonaws.com/t", TEMPLATE_URL_BAD},
	{"nothing", "", TEMPLATE_URL_BAD},
	{"no host", "https://", TEMPLATE_URL_BAD},
};

static void test_forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		enum template_url_fault fault = template_url_check(rows[i].url);

		if (fault != rows[i].fault)
			fail_msg("%s: %d", rows[i].sentence, fault);
	}
}

static void test_the_length(void **state)
{
	static const char base[] = "https://b-1.s3.amazonaws.com/";
	AUTO(free_text)
	char *url = xasprintf("%s%0*d", base, TEMPLATE_URL_LIMIT - (int)strlen(base), 0);
	AUTO(free_text) char *longer = xasprintf("%sa", url);

	(void)state;
	assert_int_equal(template_url_check(url), TEMPLATE_URL_GOOD);
	assert_int_equal(template_url_check(longer), TEMPLATE_URL_LONG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_the_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
