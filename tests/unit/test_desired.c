#include "stack/desired.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

enum { WORLD_LIMIT = 12, ROUNDS_LIMIT = 6 };

#define RESOURCES "Resources: {A: {Type: AWS::SNS::Topic}}\n"
#define PLAIN "template-file-path: t/plain.yaml\n"

/* What there is in the world: names without a slash are the folder's. */
struct world {
	struct {
		const char *path, *text; /* text NULL: can't be read */
	} files[WORLD_LIMIT];
	const char *no_region; /* set: nothing tells the region */
};

static void add_file(struct files *files, const char *path, const char *text)
{
	GROW(files->items, files->size, files->count + 1);
	struct file *file = &files->items[files->count++];

	*file = (struct file){.path = xstrdup(path)};
	if (!text) {
		file->problem = xstrdup("Permission denied");
		return;
	}
	file->bytes = xstrdup(text);
	file->length = strlen(text);
	file->digest = digest_of(text, file->length);
}

static const char *find(const struct world *world, const char *path)
{
	for (size_t i = 0; i < WORLD_LIMIT && world->files[i].path; i++)
		if (strcmp(world->files[i].path, path) == 0)
			return world->files[i].text;
	return NULL;
}

static bool is_there(const struct world *world, const char *path)
{
	for (size_t i = 0; i < WORLD_LIMIT && world->files[i].path; i++)
		if (strcmp(world->files[i].path, path) == 0)
			return true;
	return false;
}

static void answer(const struct world *world, struct files *files, const struct texts *missing)
{
	for (size_t i = 0; i < missing->count; i++) {
		const char *path = missing->items[i];

		for (size_t j = 0; j < files->count; j++)
			assert_string_not_equal(files->items[j].path, path);
		add_file(files, path, find(world, path));
		if (!is_there(world, path))
			replace_text(&files->items[files->count - 1].problem,
				"No such file or directory");
	}
}

/* As the daemon does: read the folder, then what is missing, until nothing is. */
static struct desired *build(const struct world *world, struct desired *old)
{
	struct folder folder = {.path = (char *)"/etc/stackd"};
	struct surroundings surroundings = {.region = world->no_region ? NULL : "eu-west-1"};
	struct settings *settings = settings_new();
	struct desired *desired = NULL;

	for (size_t i = 0; i < WORLD_LIMIT && world->files[i].path; i++)
		if (!strchr(world->files[i].path, '/'))
			add_file(&folder.entries, world->files[i].path, world->files[i].text);
	pairs_add(&surroundings.environment, "STAGE", "production");
	pairs_add(&surroundings.environment, "PAIR", "a,b");
	pairs_add(&surroundings.credentials, "password", "s3cret");
	for (size_t i = 0; !desired && i < ROUNDS_LIMIT; i++) {
		AUTO_DONE(texts_done) struct texts missing = {0};

		desired = desired_build(&folder, &surroundings, settings, old, &missing);
		answer(world, &surroundings.files, &missing);
	}
	assert_non_null(desired);
	files_done(&folder.entries);
	files_done(&surroundings.files);
	pairs_done(&surroundings.environment);
	pairs_done(&surroundings.credentials);
	return desired;
}

static const struct desired_stack *stack(const struct desired *desired, const char *manifest)
{
	for (size_t i = 0; i < desired->stack_count; i++)
		if (strcmp(desired->stacks[i]->manifest, manifest) == 0)
			return desired->stacks[i];
	fail_msg("no stack of %s", manifest);
	return NULL;
}

static void test_a_cluster_and_its_service(void **state)
{
	static const struct world world = {{
		{"web.yaml", "cluster: base\ntemplate-file-path: t/web.yaml\n"
			     "parameters: {Version: 42, Zone: {output: net.Zone}}\n"},
		{"base.yaml", "kind: cluster\n" PLAIN},
		{"/etc/stackd/t/plain.yaml", RESOURCES},
		{"/etc/stackd/t/web.yaml", "Parameters:\n  Cluster: {Type: String}\n"
					   "  Version: {Type: String}\n"
					   "  Zone: {Type: String}\n" RESOURCES},
	}};
	AUTO(desired_free) struct desired *desired = build(&world, NULL);
	const struct desired_stack *web = stack(desired, "web");

	(void)state;
	if (web->frozen)
		fail_msg("%s", web->problems.items[0]);
	assert_int_equal(desired->stack_count, 2);
	assert_string_equal(desired->stacks[0]->manifest, "base");
	assert_string_equal(web->name, "web");
	assert_string_equal(web->region, "eu-west-1");
	assert_string_equal(web->path, "/etc/stackd/web.yaml");
	assert_string_equal(web->template_path, "/etc/stackd/t/web.yaml");
	assert_int_equal(web->kind, KIND_SERVICE);
	assert_true(web->name_known);
	assert_int_equal(web->warnings.count, 0);
	assert_int_equal(web->parameter_count, 3);
	assert_false(web->parameters[0].given);
	assert_ptr_equal(web->parameters[0].declared, &web->template->parameters[0]);
	assert_true(web->parameters[1].given);
	assert_string_equal(web->parameters[1].parts[0].text, "42");
	assert_int_equal(web->parameters[2].parts[0].kind, PART_OUTPUT);
	assert_string_equal(web->parameters[2].parts[0].text, "Zone");
	assert_int_equal(web->parameters[2].parts[0].edge, 1);
	assert_false(web->parameters[2].has_sources);
	assert_int_equal(web->edge_count, 2);
	assert_int_equal(web->edges[0].stack, 0);
	assert_string_equal(web->edges[0].name, "base");
	assert_int_equal(web->edges[1].stack, SIZE_MAX);
	assert_string_equal(web->edges[1].region, "eu-west-1");
	assert_string_equal(web->edges[1].name, "net");
	assert_int_equal(desired->template_count, 2);
	assert_int_equal(desired->watched.count, 1);
	assert_string_equal(desired->watched.items[0], "/etc/stackd/t");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_cluster_and_its_service),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
