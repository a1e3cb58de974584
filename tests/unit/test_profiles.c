#include "aws/profiles.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

static const struct {
	const char *sentence;
	enum profiles_kind kind;
	const char *profile, *text;
	const char *expected; /* "key=value;..."; "none": no such section; "!...": an error */
} rows[] = {
	{"a section's keys", PROFILES_CREDENTIALS, "ops", "[ops]\na = 1\nb=2\n[dev]\na = 3\n",
		"a=1;b=2;"},
	{"keys in any case", PROFILES_CREDENTIALS, "ops", "[ops]\nAWS_Key = Value\n",
		"aws_key=Value;"},
	{"names in their case", PROFILES_CREDENTIALS, "ops", "[OPS]\na=1\n", "none"},
	{"no file's end behind the last line", PROFILES_CREDENTIALS, "ops", "[ops]\na=1", "a=1;"},
	{"lines of Windows", PROFILES_CREDENTIALS, "ops", "[ops]\r\na=1\r\n", "a=1;"},
	{"a byte order mark", PROFILES_CREDENTIALS, "ops", "\xef\xbb\xbf[ops]\na=1\n",
		"!f: found a byte order mark, which AWS's own tools refuse"},
	{"a key that is there twice", PROFILES_CREDENTIALS, "ops", "[ops]\na=1\n\nA:2\n",
		"!f:4: this section or key is there a second time"},
	{"a section that is there twice", PROFILES_CREDENTIALS, "ops",
		"[ops]\na=1\n[x]\n[ops]\nb=2\n",
		"!f:4: this section or key is there a second time"},
	{"anybody's", PROFILES_CONFIG, "ops", "[profile ops]\na=1\n[x]\nb=1\nb=2\n",
		"!f:5: this section or key is there a second time"},
	{"a key of two sections", PROFILES_CREDENTIALS, "ops", "[ops]\na=1\n[x]\na=2\n", "a=1;"},
	{"comments are lines of their own", PROFILES_CREDENTIALS, "ops",
		"# c\n; c\n[ops] # c\n  # c\na = 1 # c\nb = x#y;z ; c\n", "a=1 # c;b=x#y;z ; c;"},
	{"colons", PROFILES_CREDENTIALS, "ops", "[ops]\na: 1\nb:c=2\nd=e:3\n", "a=1;b=c=2;d=e:3;"},
	{"equals signs in a value", PROFILES_CREDENTIALS, "ops", "[ops]\na=b==\n", "a=b==;"},
	{"an empty value", PROFILES_CREDENTIALS, "ops", "[ops]\na =\n", "a=;"},
	{"nested values belong to their key", PROFILES_CONFIG, "default",
		"[default]\ns3 =\n  Region = x\n\n  b=2\nregion = y\n",
		"s3=;s3.region=x;s3.b=2;region=y;"},
	{"a value that goes on", PROFILES_CONFIG, "default",
		"[default]\na = 1\n  # c\n  more\n\n  b = 2\nc = 3\n", "a=1\nmore\nb = 2;c=3;"},
	{"a nested value that is none", PROFILES_CONFIG, "default", "[default]\na =\n  secret\n",
		"!f:3: expected [profile NAME] or key = value"},
	{"services have sections of their own", PROFILES_SERVICES, "ops",
		"[profile ops]\na=1\n[services ops]\nsts =\n  endpoint_url = x\n",
		"sts=;sts.endpoint_url=x;"},
	{"a profile is no section of services", PROFILES_SERVICES, "default", "[default]\na=1\n",
		"none"},
	{"keys may all be indented", PROFILES_CREDENTIALS, "ops", "[ops]\n  a=1\n  b=2\n",
		"a=1;b=2;"},
	{"or even all", PROFILES_CREDENTIALS, "ops", "  [ops]\n  a=1\n  [x]\n", "a=1;"},
	{"blanks around a name", PROFILES_CREDENTIALS, "ops", "[ ops ]\na=1\n", "none"},

	{"a profile of the config file", PROFILES_CONFIG, "ops", "[profile ops]\na=1\n", "a=1;"},
	{"with blanks and quotes", PROFILES_CONFIG, "my ops", "[profile \"my ops\"]\na=1\n",
		"a=1;"},
	{"with a backslash", PROFILES_CONFIG, "my ops", "[profile my\\ ops]\na=1\n", "a=1;"},
	{"with blanks and no quotes it is none", PROFILES_CONFIG, "my ops",
		"[profile my ops]\na=1\n", "none"},
	{"a quote without its end", PROFILES_CONFIG, "ops", "[profile \"ops]\na=1\n", "none"},
	{"the later one of two spellings", PROFILES_CONFIG, "default",
		"[profile default]\na=1\n[default]\nb=2\n", "b=2;"},
	{"without its word it is none", PROFILES_CONFIG, "ops", "[ops]\na=1\n", "none"},
	{"only the default may lack it", PROFILES_CONFIG, "default", "[default]\na=1\n", "a=1;"},
	{"or have it", PROFILES_CONFIG, "default", "[profile default]\na=1\n", "a=1;"},
	{"other kinds of sections", PROFILES_CONFIG, "ops",
		"[sso-session ops]\na=1\n[services ops]\nsts =\n  endpoint_url = x\n", "none"},
	{"the credentials file has no such word", PROFILES_CREDENTIALS, "ops",
		"[profile ops]\na=1\n", "none"},
	{"no file", PROFILES_CONFIG, "ops", NULL, "none"},
	{"an empty file", PROFILES_CONFIG, "ops", "", "none"},

	{"an unclosed section", PROFILES_CREDENTIALS, "ops", "\n[ops\na=1\n",
		"!f:2: expected [NAME] or key = value"},
	{"junk behind a section", PROFILES_CREDENTIALS, "ops", "[ops] x\na=1\n", "a=1;"},
	{"a section without a name", PROFILES_CREDENTIALS, "ops", "[]\na=1\n",
		"!f:1: expected [NAME] or key = value"},
	{"a line that is nothing is not shown", PROFILES_CREDENTIALS, "ops", "[ops]\nsecret\n",
		"!f:2: expected [NAME] or key = value"},
	{"a key before any section", PROFILES_CREDENTIALS, "ops", "a = secret\n",
		"!f:1: expected [NAME] or key = value"},
	{"no name", PROFILES_CREDENTIALS, "ops", "[ops]\n = secret\n",
		"!f:2: expected [NAME] or key = value"},
	{"faults in others' sections count, too", PROFILES_CREDENTIALS, "ops", "[x]\nsecret\n[ops]",
		"!f:2: expected [NAME] or key = value"},
	{"no text", PROFILES_CREDENTIALS, "ops", "[ops]\na=\xff\n",
		"!f: expected text, found a byte that is none"},
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct profiles_file file = {
			"f", rows[i].text, rows[i].text ? strlen(rows[i].text) : 0};
		AUTO_DONE(pairs_done) struct pairs keys = {0};
		AUTO_DONE(text_done) struct text shown = {0};
		struct error e = {0};
		bool found = false;

		print_message("# %s\n", rows[i].sentence);
		if (!profiles_read(&file, rows[i].kind, rows[i].profile, &keys, &found, &e)) {
			assert_int_equal(e.kind, ERROR_DENIED);
			text_format(&shown, "!%s", e.text);
		} else if (!found) {
			assert_int_equal(keys.count, 0);
			text_add(&shown, "none");
		}
		for (size_t k = 0; found && k < keys.count; k++)
			if (!e.kind)
				text_format(
					&shown, "%s=%s;", keys.items[k].name, keys.items[k].value);
		assert_string_equal(text_string(&shown), rows[i].expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
