#include "aws/proxy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "variables.h"

#define SECURE "https://cloudformation.eu-west-1.amazonaws.com/"
#define PLAIN "http://127.0.0.1:8080/path"
#define BOTH                                                                                       \
	{"http_proxy", "h"},                                                                       \
	{                                                                                          \
		"https_proxy", "s"                                                                 \
	}

static const struct {
	const char *sentence, *url;
	struct variable variables[5];
	const char *proxy; /* NULL: none */
} rows[] = {
	{"no variable", SECURE, {{NULL}}, NULL},
	{"of the scheme", SECURE, {BOTH}, "s"},
	{"of the other scheme", PLAIN, {BOTH}, "h"},
	{"not of the other one only", SECURE, {{"http_proxy", "h"}}, NULL},
	{"in capital letters", SECURE, {{"HTTPS_PROXY", "S"}, {"HTTP_PROXY", "H"}}, "S"},
	{"for plain http, too", PLAIN, {{"HTTPS_PROXY", "S"}, {"HTTP_PROXY", "H"}}, "H"},
	{"small ones come first", SECURE, {{"HTTPS_PROXY", "S"}, {"https_proxy", "s"}}, "s"},
	{"also where they are empty", SECURE, {{"HTTPS_PROXY", "S"}, {"https_proxy", ""}}, NULL},
	{"one for all", SECURE, {{"ALL_PROXY", "A"}, {"http_proxy", "h"}}, "A"},
	{"after the scheme's own", SECURE, {{"all_proxy", "a"}, {"HTTPS_PROXY", "S"}}, "S"},
	{"and not where that is empty", SECURE, {{"all_proxy", "a"}, {"https_proxy", ""}}, NULL},

	{"none for a host", SECURE,
		{BOTH, {"NO_PROXY", "x, cloudformation.eu-west-1.amazonaws.com"}}, NULL},
	{"none for a domain", SECURE, {BOTH, {"no_proxy", "AmazonAWS.com"}}, NULL},
	{"none for a domain with its dot", SECURE, {BOTH, {"no_proxy", ".amazonaws.com"}}, NULL},
	{"with blanks around", SECURE, {BOTH, {"no_proxy", " a ,  amazonaws.com "}}, NULL},
	{"with a port", SECURE, {BOTH, {"no_proxy", "amazonaws.com:443"}}, NULL},
	{"with another port", SECURE, {BOTH, {"no_proxy", "amazonaws.com:8443"}}, "s"},
	{"an address with a port", PLAIN, {BOTH, {"no_proxy", "127.0.0.1:8080"}}, NULL},
	{"the end of a word is no domain", SECURE, {BOTH, {"no_proxy", "aws.com"}}, "s"},
	{"a longer name", SECURE, {BOTH, {"no_proxy", "x.cloudformation.eu-west-1.amazonaws.com"}},
		"s"},
	{"none at all", SECURE, {BOTH, {"no_proxy", "*"}}, NULL},
	{"nothing that is excluded", SECURE, {BOTH, {"no_proxy", " , .,"}}, "s"},
	{"an empty list hides the other", SECURE,
		{BOTH, {"no_proxy", ""}, {"NO_PROXY", "amazonaws.com"}}, "s"},
	{"small letters first", SECURE, {BOTH, {"no_proxy", "x"}, {"NO_PROXY", "amazonaws.com"}},
		"s"},
	{"no URL", "ftp://x", {BOTH}, NULL},
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO_DONE(pairs_done) struct pairs environment = environment_of(rows[i].variables);
		const char *proxy = proxy_of(&environment, rows[i].url);

		print_message("# %s\n", rows[i].sentence);
		assert_string_equal(
			proxy ? proxy : "(none)", rows[i].proxy ? rows[i].proxy : "(none)");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
