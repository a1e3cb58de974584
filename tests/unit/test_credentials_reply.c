#include "aws/credentials_reply.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"

#define PROCESS CREDENTIALS_OF_PROCESS
#define ENDPOINT CREDENTIALS_OF_ENDPOINT
#define PAIR "\"AccessKeyId\": \"A\", \"SecretAccessKey\": \"secret\""
#define END "\"Expiration\": \"1970-01-01T00:01:00Z\""

static const struct {
	const char *sentence;
	enum credentials_form form;
	const char *text;
	const char *expected; /* "ACCESS SECRET TOKEN MS"; "!...": the error */
} rows[] = {
	{"a program's keys", PROCESS, "{\"Version\": 1, " PAIR "}", "A secret - 0"},
	{"with all", PROCESS, "{\"Version\": 1, " PAIR ", \"SessionToken\": \"t\", " END "}\n",
		"A secret t 60000"},
	{"null is nothing", PROCESS,
		"{\"Version\": 1, " PAIR ", \"SessionToken\": null, \"Expiration\": null}",
		"A secret - 0"},
	{"another version", PROCESS, "{\"Version\": 2, " PAIR "}", "!expected \"Version\": 1"},
	{"a version in quotes", PROCESS, "{\"Version\": \"1\", " PAIR "}",
		"!expected \"Version\": 1"},
	{"no version", PROCESS, "{" PAIR "}", "!expected \"Version\": 1"},
	{"no secret key", PROCESS, "{\"Version\": 1, \"AccessKeyId\": \"A\"}",
		"!no SecretAccessKey"},
	{"an empty key", PROCESS,
		"{\"Version\": 1, \"AccessKeyId\": \"\", \"SecretAccessKey\": \"secret\"}",
		"!no AccessKeyId"},
	{"a key that is a number", PROCESS,
		"{\"Version\": 1, \"AccessKeyId\": 1, \"SecretAccessKey\": \"secret\"}",
		"!no AccessKeyId"},
	{"a key that would end its header", PROCESS,
		"{\"Version\": 1, \"AccessKeyId\": \"A\\r\\nX: y\", \"SecretAccessKey\": "
		"\"secret\"}",
		"!a key has characters that no key of AWS has"},
	{"an end that is none", PROCESS, "{\"Version\": 1, " PAIR ", \"Expiration\": \"secret\"}",
		"!Expiration: expected a time such as 2030-01-31T12:00:00Z"},
	{"an end that is empty", PROCESS, "{\"Version\": 1, " PAIR ", \"Expiration\": \"\"}",
		"!Expiration: expected a time such as 2030-01-31T12:00:00Z"},
	{"an end that is a number", PROCESS, "{\"Version\": 1, " PAIR ", \"Expiration\": 9}",
		"!Expiration: expected a time such as 2030-01-31T12:00:00Z"},
	{"the last of two keys", PROCESS, "{\"Version\": 1, \"AccessKeyId\": \"B\", " PAIR "}",
		"A secret - 0"},
	{"no JSON", PROCESS, "secret", "!expected a JSON object"},
	{"a byte order mark", PROCESS, "\xef\xbb\xbf{\"Version\": 1, " PAIR "}",
		"!expected a JSON object"},
	{"a list", PROCESS, "[]", "!expected a JSON object"},
	{"nothing", PROCESS, "", "!expected a JSON object"},
	{"something behind it", PROCESS, "{\"Version\": 1, " PAIR "} x", "!expected a JSON object"},
	{"no text", PROCESS, "{\"Version\": 1, \"x\": \"\xff\", " PAIR "}",
		"!expected a JSON object"},

	{"an endpoint's keys", ENDPOINT, "{" PAIR ", \"Token\": \"t\", " END "}",
		"A secret t 60000"},
	{"with its code", ENDPOINT, "{\"Code\": \"Success\", " PAIR ", \"Token\": \"t\", " END "}",
		"A secret t 60000"},
	{"a refusal", ENDPOINT,
		"{\"Code\": \"AssumeRoleUnauthorizedAccess\", \"Message\": \"EC2 "
		"cannot\\nassume\"}",
		"!no keys: AssumeRoleUnauthorizedAccess: EC2 cannot assume"},
	{"a refusal without a reason", ENDPOINT, "{\"Code\": \"Failed\"}",
		"!no keys: Failed: no reason given"},
	{"no token", ENDPOINT, "{" PAIR ", " END "}", "!no Token"},
	{"a program's token is another", ENDPOINT, "{" PAIR ", \"SessionToken\": \"t\", " END "}",
		"!no Token"},
	{"no end", ENDPOINT, "{" PAIR ", \"Token\": \"t\"}", "!no Expiration"},
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO_DONE(credentials_done) struct credentials keys = {0};
		uint64_t expires_ms = 0;
		struct error e = {0};
		char shown[256];

		print_message("# %s\n", rows[i].sentence);
		if (credentials_reply(rows[i].form, rows[i].text, strlen(rows[i].text), &keys,
			    &expires_ms, &e)) {
			snprintf(shown, sizeof(shown), "%s %s %s %llu", keys.access_key,
				keys.secret_key, keys.session_token ? keys.session_token : "-",
				(unsigned long long)expires_ms);
		} else {
			assert_int_equal(e.kind, ERROR_DENIED);
			assert_null(strstr(e.text, "secret"));
			snprintf(shown, sizeof(shown), "!%s", e.text);
		}
		assert_string_equal(shown, rows[i].expected);
	}
}

static void test_ceilings(void **state)
{
	AUTO_DONE(text_done) struct text text = {0};
	AUTO_DONE(credentials_done) struct credentials keys = {0};
	uint64_t expires_ms = 0;
	struct error e = {0};

	(void)state;
	while (text.length <= CREDENTIALS_REPLY_LIMIT)
		text_add_char(&text, '[');
	assert_false(credentials_reply(PROCESS, text.data, text.length, &keys, &expires_ms, &e));
	assert_string_equal(e.text, "more than 65536 bytes");
	assert_false(
		credentials_reply(PROCESS, text.data + 1, text.length - 1, &keys, &expires_ms, &e));
	assert_string_equal(e.text, "expected a JSON object");
}

static const struct {
	const char *text;
	uint64_t ms; /* 0: no time */
} times[] = {
	{"1970-01-02T00:00:00Z", 86400000},
	{"1970-01-02T00:00:00", 0},
	{"1970-01-02 00:00:00Z", 86400000},
	{"1970-01-02T00:00:00.123456Z", 86400000},
	{"1970-01-02T00:00:00+00:00", 86400000},
	{"1970-01-02T01:00:00+01:00", 86400000},
	{"1970-01-01T22:30:00-0130", 86400000},
	{"1970-01-01T22:00:00-02", 86400000},
	{"1970-01-02T00:00:00 Z", 0},
	{"1970-01-02T00:00:00+1", 0},
	{"1970-01-02T00:00:00+01:0", 0},
	{"1970-01-02T00:00:00+25:00", 0},
	{"1970-01-01T00:00:00+01:00", 0},
	{"1970-01-02", 0},
	{"", 0},
};

static void test_times(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(times); i++) {
		uint64_t ms = 0;

		print_message("# %s\n", times[i].text);
		assert_int_equal(credentials_time(times[i].text, &ms), times[i].ms != 0);
		if (times[i].ms)
			assert_int_equal(ms, times[i].ms);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_ceilings),
		cmocka_unit_test(test_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
