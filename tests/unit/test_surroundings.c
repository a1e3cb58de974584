#include "aws/surroundings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "variables.h"

static struct profiles_file file(const char *path, const char *text)
{
	return (struct profiles_file){
		.path = path, .bytes = text, .length = text ? strlen(text) : 0};
}

static void assert_text(const char *found, const char *expected)
{
	assert_string_equal(found ? found : "(none)", expected ? expected : "(none)");
}

static const struct {
	const char *sentence;
	struct variable variables[3];
	const char *profile, *credentials, *config;
	const char *region; /* NULL: none */
} regions[] = {
	{"the SDKs' variable first", {{"AWS_DEFAULT_REGION", "b"}, {"AWS_REGION", "a"}}, NULL, NULL,
		"[default]\nregion=c\n", "a"},
	{"then the command line's", {{"AWS_DEFAULT_REGION", "b"}, {"AWS_REGION", ""}}, NULL, NULL,
		"[default]\nregion=c\n", "b"},
	{"then the profile's", {{NULL}}, NULL, NULL, "[default]\nregion=c\n", "c"},
	{"of the chosen profile", {{NULL}}, "ops", NULL,
		"[default]\nregion=c\n[profile ops]\nregion=d\n", "d"},
	{"of the named profile", {{"AWS_PROFILE", "ops"}}, NULL, NULL,
		"[default]\nregion=c\n[profile ops]\nregion=d\n", "d"},
	{"in the credentials file, too", {{NULL}}, "ops", "[ops]\nregion=e\n",
		"[profile ops]\nregion=d\n", "e"},
	{"none", {{NULL}}, NULL, NULL, "[default]\n", NULL},
	{"an empty variable hides the profile's", {{"AWS_DEFAULT_REGION", ""}}, NULL, NULL,
		"[default]\nregion=c\n", NULL},
	{"an empty one is none", {{NULL}}, NULL, NULL, "[default]\nregion=\n", NULL},
	{"none of a broken file", {{NULL}}, NULL, NULL, "[default]\nbroken\nregion=c\n", NULL},
};

static void test_regions(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(regions); i++) {
		AUTO_DONE(pairs_done)
		struct pairs environment = environment_of(regions[i].variables);
		struct surroundings surroundings = {.environment = &environment,
			.profile = regions[i].profile,
			.files = {file("SYSTEMD", NULL),
				file("CREDENTIALS", regions[i].credentials),
				file("CONFIG", regions[i].config)}};
		AUTO_DONE(client_profile_done) struct client_profile client = {0};

		print_message("# %s\n", regions[i].sentence);
		surroundings_client(&surroundings, &client);
		assert_text(client.region, regions[i].region);
	}
}

static const struct {
	const char *sentence;
	struct variable variables[3];
	const char *credentials, *config; /* NULL: nobody knows */
	const char *systemd;
} paths[] = {
	{"at home", {{"HOME", "/h"}}, "/h/.aws/credentials", "/h/.aws/config", NULL},
	{"a systemd credential", {{"CREDENTIALS_DIRECTORY", "/run/c"}}, NULL, NULL,
		"/run/c/aws-credentials"},
	{"named", {{"HOME", "/h"}, {"AWS_SHARED_CREDENTIALS_FILE", "/c"}}, "/c", "/h/.aws/config",
		NULL},
	{"named from home", {{"HOME", "/h"}, {"AWS_CONFIG_FILE", "~/c"}}, "/h/.aws/credentials",
		"/h/c", NULL},
	{"homeless", {{NULL}}, NULL, NULL, NULL},
	{"an empty name is no file", {{"HOME", "/h"}, {"AWS_CONFIG_FILE", ""}},
		"/h/.aws/credentials", NULL, NULL},
	{"with variables",
		{{"HOME", "/h"}, {"AWS_SHARED_CREDENTIALS_FILE", "$HOME/c"},
			{"AWS_CONFIG_FILE", "/${HOME}_x/${HOME}$HOME"}},
		"/h/c", "//h_x//h/h", NULL},
	{"with none",
		{{"HOME", "/h"}, {"AWS_SHARED_CREDENTIALS_FILE", "/$HOMES/$/${x"},
			{"AWS_CONFIG_FILE", "${HOME"}},
		"/$HOMES/$/${x", "${HOME", NULL},
};

static void test_paths(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(paths); i++) {
		AUTO_DONE(pairs_done) struct pairs environment = environment_of(paths[i].variables);

		print_message("# %s\n", paths[i].sentence);
		AUTO(free_text)
		char *credentials = surroundings_path(&environment, SURROUNDINGS_CREDENTIALS);
		AUTO(free_text) char *config = surroundings_path(&environment, SURROUNDINGS_CONFIG);
		AUTO(free_text)
		char *systemd = surroundings_path(&environment, SURROUNDINGS_SYSTEMD);

		assert_text(credentials, paths[i].credentials);
		assert_text(config, paths[i].config);
		assert_text(systemd, paths[i].systemd);
	}
}

/* An earlier file of the enum wins, key by key. */
static void test_profile_of_three_files(void **state)
{
	AUTO_DONE(pairs_done) struct pairs none = {0};
	struct surroundings surroundings = {.environment = &none,
		.files = {file("S", "[ops]\na=1\n"), file("C", "[ops]\na=2\nb=2\n"),
			file("F", "[profile ops]\na=3\nb=3\nc=3\nservices=s\n"
				  "[services s]\nsts =\n  endpoint_url = x\n")}};
	AUTO_DONE(profile_done) struct profile profile = {0};
	AUTO_DONE(client_profile_done) struct client_profile client = {0};
	AUTO_DONE(client_profile_done) struct client_profile other = {0};

	(void)state;
	assert_true(profile_read(&surroundings, "ops", &profile, NULL));
	assert_true(profile.there);
	assert_string_equal(pairs_get(&profile.all, "a"), "1");
	assert_string_equal(pairs_get(&profile.all, "b"), "2");
	assert_string_equal(pairs_get(&profile.all, "c"), "3");
	assert_string_equal(pairs_get(&profile.files[SURROUNDINGS_CREDENTIALS], "a"), "2");

	surroundings.profile = "ops";
	surroundings_client(&surroundings, &client);
	assert_true(client.has_services);
	assert_string_equal(pairs_get(&client.services, "sts.endpoint_url"), "x");
	surroundings.profile = "dev";
	surroundings_client(&surroundings, &other);
	assert_false(other.has_services);
	assert_int_equal(other.all.count, 0);
}

static void test_unreadable_file(void **state)
{
	AUTO_DONE(pairs_done) struct pairs none = {0};
	struct surroundings surroundings = {.environment = &none};
	AUTO_DONE(profile_done) struct profile profile = {0};
	struct error e = {0};

	(void)state;
	surroundings.files[SURROUNDINGS_CONFIG].problem = "/c: Permission denied";
	assert_false(profile_read(&surroundings, "ops", &profile, &e));
	assert_int_equal(e.kind, ERROR_DENIED);
	assert_string_equal(e.text, "/c: Permission denied");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_regions),
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_profile_of_three_files),
		cmocka_unit_test(test_unreadable_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
