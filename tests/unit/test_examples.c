/* config/examples loads as it is, and its parts fit together. */
#include "desired_world.h"

#include <dirent.h>

#include "support.h"

static void add_example(struct files *files, const char *path, const char *shown)
{
	size_t length;
	AUTO(free_text) char *text = project_file(path, &length);

	assert_int_equal(strlen(text), length);
	world_add(files, shown, text);
}

static void list_examples(struct folder *folder)
{
	const char *root = getenv("PROJECT_ROOT");
	AUTO(free_text) char *whole = xasprintf("%s/%s", root ? root : ".", folder->path);
	DIR *listing = opendir(whole);
	const struct dirent *entry;

	assert_non_null(listing);
	while ((entry = readdir(listing))) {
		AUTO(free_text) char *path = xasprintf("%s/%s", folder->path, entry->d_name);

		if (manifest_candidate(entry->d_name))
			add_example(&folder->entries, path, entry->d_name);
	}
	closedir(listing);
}

static struct desired *load(void)
{
	static char path[] = "config/examples";
	struct folder folder = {.path = path};
	struct surroundings surroundings = {.region = "eu-west-1"};
	struct settings *settings = settings_new();
	AUTO_DONE(texts_done) struct texts missing = {0};
	struct desired *desired;

	list_examples(&folder);
	assert_null(desired_build(&folder, &surroundings, settings, NULL, &missing));
	for (size_t i = 0; i < missing.count; i++)
		add_example(&surroundings.files, missing.items[i], missing.items[i]);
	texts_done(&missing);
	desired = desired_build(&folder, &surroundings, settings, NULL, &missing);
	assert_non_null(desired);
	files_done(&folder.entries);
	files_done(&surroundings.files);
	return desired;
}

static void test_they_load(void **state)
{
	AUTO(desired_free) struct desired *desired = load();

	(void)state;
	assert_int_equal(desired->stack_count, 3);
	for (size_t i = 0; i < desired->stack_count; i++) {
		const struct desired_stack *stack = desired->stacks[i];

		if (stack->problems.count)
			fail_msg("%s", stack->problems.items[0]);
		if (stack->warnings.count)
			fail_msg("%s", stack->warnings.items[0]);
	}
}

/* Whatever a service needs, its manifest or its cluster has. */
static void test_the_cluster_gives_what_its_services_need(void **state)
{
	AUTO(desired_free) struct desired *desired = load();
	const struct desired_stack *cluster = world_stack(desired, "ecs-cluster");
	size_t given = 0;

	(void)state;
	assert_int_equal(cluster->kind, KIND_CLUSTER);
	for (size_t i = 0; i < desired->stack_count; i++) {
		const struct desired_stack *service = desired->stacks[i];

		if (service == cluster)
			continue;
		assert_int_equal(service->kind, KIND_SERVICE);
		assert_ptr_equal(desired->stacks[service->edges[0].stack], cluster);
		for (size_t j = 0; j < service->parameter_count; j++) {
			const struct desired_parameter *parameter = &service->parameters[j];
			const char *name = parameter->declared->name;
			bool output = texts_have(&cluster->template->outputs, name);

			given += !parameter->given && output;
			if (!parameter->given && !output && !parameter->declared->preset)
				fail_msg("%s: nothing gives '%s'", service->manifest, name);
		}
	}
	assert_int_equal(given, 2 * 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_they_load),
		cmocka_unit_test(test_the_cluster_gives_what_its_services_need),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
