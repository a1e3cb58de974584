#include "stack/names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

#define EIGHT "abcdefgh"
#define SIXTY_FOUR EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT

static const struct {
	const char *name;
	bool stack, region;
} names[] = {
	{"eu-west-1", true, true},
	{"us-gov-east-1", true, true},
	{"us-isob-east-1", true, true},
	{"ap-southeast-12", true, true},
	{"eu-west", true, false},
	{"eu-west-", true, false},
	{"eu-west-1a", true, false},
	{"eu--west-1", true, false},
	{"eu-1", true, false},
	{"Eu-west-1", true, false},
	{"EU", true, false},
	{"a", true, false},
	{"ecs-cluster2", true, false},
	{"2cluster", false, false},
	{"-cluster", false, false},
	{"my_stack", false, false},
	{"my.stack", false, false},
	{"my stack", false, false},
	{"stäck", false, false},
	{"", false, false},
	{SIXTY_FOUR SIXTY_FOUR, true, false},
	{SIXTY_FOUR SIXTY_FOUR "a", false, false},
	{"aa-" SIXTY_FOUR "-1", true, false},
};

static void test_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		print_message("# '%s'\n", names[i].name);
		assert_int_equal(stack_name_valid(names[i].name), names[i].stack);
		assert_int_equal(region_valid(names[i].name), names[i].region);
	}
}

static const struct {
	const char *sentence, *arn, *service, *resource;
	bool valid;
} arns[] = {
	{"a role", "arn:aws:iam::123456789012:role/deploy", "iam", "role/", true},
	{"a role in China", "arn:aws-cn:iam::123456789012:role/a/b", "iam", "role/", true},
	{"a topic", "arn:aws:sns:eu-west-1:123456789012:changes", "sns", "", true},
	{"a user is no role", "arn:aws:iam::123456789012:user/me", "iam", "role/", false},
	{"a role without a name", "arn:aws:iam::123456789012:role/", "iam", "role/", false},
	{"another service", "arn:aws:sqs:eu-west-1:123456789012:q", "sns", "", false},
	{"a service that begins alike", "arn:aws:snsx:eu-west-1:123456789012:q", "sns", "", false},
	{"a short account", "arn:aws:iam::12345:role/deploy", "iam", "role/", false},
	{"no account", "arn:aws:iam:::role/deploy", "iam", "role/", false},
	{"too few fields", "arn:aws:iam:", "iam", "role/", false},
	{"no ARN", "deploy", "iam", "role/", false},
	{"a blank", "arn:aws:iam::123456789012:role/a b", "iam", "role/", false},
};

static void test_arns(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(arns); i++) {
		print_message("# %s\n", arns[i].sentence);
		assert_int_equal(
			arn_valid(arns[i].arn, arns[i].service, arns[i].resource), arns[i].valid);
	}
}

static void test_accounts(void **state)
{
	(void)state;
	assert_true(account_valid("012345678901"));
	assert_false(account_valid("12345678901"));
	assert_false(account_valid("0123456789012"));
	assert_false(account_valid("01234567890a"));
	assert_false(account_valid(""));
}

static const struct {
	const char *sentence, *role, *key;
} keys[] = {
	{"the daemon's own account has no name offline", NULL, "eu-west-1/web"},
	{"a role's account is a part of it", "arn:aws:iam::123456789012:role/deploy",
		"123456789012/eu-west-1/web"},
	{"not the role itself", "arn:aws:iam::123456789012:role/path/other",
		"123456789012/eu-west-1/web"},
	{"nor its partition", "arn:aws-cn:iam::210987654321:role/a", "210987654321/eu-west-1/web"},
};

static void test_what_a_stack_is(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(keys); i++) {
		AUTO(free_text) char *key = stack_key(keys[i].role, "eu-west-1", "web");

		print_message("# %s\n", keys[i].sentence);
		assert_string_equal(key, keys[i].key);
	}
	assert_null(arn_account(NULL));
}

#define SIXTY_TWO "a123456789b123456789c123456789d123456789e123456789f123456789gh"

static const struct {
	const char *sentence, *name;
	bool valid;
} buckets[] = {
	{"words", "my-templates", true},
	{"the shortest", "abc", true},
	{"too short", "ab", false},
	{"the longest", SIXTY_TWO "b", true},
	{"too long", SIXTY_TWO "bc", false},
	{"dots", "templates.example.com", true},
	{"numbers", "012", true},
	{"two dots", "a..b", false},
	{"a capital", "Templates", false},
	{"a low line", "my_templates", false},
	{"a hyphen at its begin", "-abc", false},
	{"a dot at its end", "abc.", false},
	{"an address", "192.168.5.4", false},
	{"an alias of an access point", "mine-s3alias", false},
	{"one of another kind", "mine--x-s3", false},
	{"one that AWS keeps", "xn--mine", false},
	{"nothing", "", false},
};

static void test_buckets(void **state)
{
	AUTO(free_text)
	char *filled = bucket_fill("cfn-{account}-{region}-{account}", "012345678901", "eu-west-1");

	(void)state;
	for (size_t i = 0; i < COUNT(buckets); i++) {
		print_message("# %s\n", buckets[i].sentence);
		assert_int_equal(bucket_valid(buckets[i].name), buckets[i].valid);
	}
	assert_string_equal(filled, "cfn-012345678901-eu-west-1-012345678901");
}

static void test_shown(void **state)
{
	AUTO_DONE(text_done) struct text wide = {0};

	(void)state;
	assert_string_equal(shown("short").text, "short");
	assert_string_equal(shown("a\nb\x1b[31m").text, "a b [31m");
	assert_string_equal(shown(SIXTY_FOUR).text, SIXTY_FOUR);
	assert_string_equal(shown(SIXTY_FOUR "i").text, SIXTY_FOUR "...");
	for (size_t i = 0; i < 100; i++)
		text_add(&wide, "\xf0\x9f\x98\x80");
	assert_int_equal(strlen(shown(wide.data).text), 4 * 64 + 3);
}

#define UUID "0a1b2c3d-0000-1111-2222-0a1b2c3d4e5f"

static const struct {
	const char *name;
	bool stack_set, service_catalog;
} makers[] = {
	{"StackSet-base-" UUID, true, false},
	{"StackSet-a-b-" UUID, true, false},
	{"StackSet-base-0A1B2C3D-0000-1111-2222-0A1B2C3D4E5F", true, false},
	{"StackSet-" UUID, false, false},
	{"StackSet--" UUID, false, false},
	{"StackSet-base", false, false},
	{"StackSet-base-" UUID "0", false, false},
	{"StackSet-base-0a1b2c3d-0000-1111-2222-0a1b2c3d4e5g", false, false},
	{"StackSet-base-0a1b2c3d-0000-1111-22220-a1b2c3d4e5f", false, false},
	{"stackset-base-" UUID, false, false},
	{"My-StackSet-base-" UUID, false, false},
	{"SC-123456789012-pp-abcdefghijklm", false, true},
	{"SC-12345678901-pp-abcdefghijklm", false, false},
	{"SC-1234567890123-pp-abcdefghijklm", false, false},
	{"SC-123456789012-qq-abcdefghijklm", false, false},
	{"sc-123456789012-pp-abcdefghijklm", false, false},
	{"SC-", false, false},
	{"", false, false},
};

static void test_names_that_others_give(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(makers); i++) {
		print_message("# '%s'\n", makers[i].name);
		assert_int_equal(stack_set_name(makers[i].name), makers[i].stack_set);
		assert_int_equal(service_catalog_name(makers[i].name), makers[i].service_catalog);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_names_that_others_give),
		cmocka_unit_test(test_arns),
		cmocka_unit_test(test_accounts),
		cmocka_unit_test(test_what_a_stack_is),
		cmocka_unit_test(test_buckets),
		cmocka_unit_test(test_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
