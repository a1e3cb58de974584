/* A folder and files as texts, for tests that build the desired set as the daemon does. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "stack/desired.h"

enum { WORLD_FILES = 10, ROUNDS_LIMIT = 6 };

#define RESOURCES "Resources: {A: {Type: AWS::SNS::Topic}}\n"
#define PLAIN "template-file-path: t/plain.yaml\n"
#define PLAIN_TEMPLATE                                                                             \
	{                                                                                          \
		"/etc/stackd/t/plain.yaml", RESOURCES                                              \
	}
#define UNREADABLE "(unreadable)"

/* Names without a slash are the folder's entries. */
struct world {
	struct {
		const char *path, *text;
	} files[WORLD_FILES];
	enum folder_state state;
	const char *conf_region; /* Region= */
	bool no_region;          /* AWS_REGION is not set either */
	const char *secret;      /* the credential "password"; NULL: "s3cret" */
	const char *bucket;      /* TemplateBucket= */
	enum apply apply;        /* Apply= */
	enum guard guard;
	enum on_removal on_removal;
};

static inline void world_add(struct files *files, const char *path, const char *text)
{
	GROW(files->items, files->size, files->count + 1);
	struct file *file = &files->items[files->count++];

	*file = (struct file){.path = xstrdup(path)};
	if (!text || strcmp(text, UNREADABLE) == 0) {
		file->problem = xstrdup(text ? "Permission denied" : "No such file or directory");
		return;
	}
	file->bytes = xstrdup(text);
	file->length = strlen(text);
	file->digest = digest_of(text, file->length);
}

static inline const char *world_text(const struct world *world, const char *path)
{
	for (size_t i = 0; i < WORLD_FILES && world->files[i].path; i++)
		if (strcmp(world->files[i].path, path) == 0)
			return world->files[i].text;
	return NULL;
}

/* A file is asked for once. */
static inline void world_answer(
	const struct world *world, struct files *files, const struct texts *missing)
{
	for (size_t i = 0; i < missing->count; i++) {
		for (size_t j = 0; j < files->count; j++)
			assert_string_not_equal(files->items[j].path, missing->items[i]);
		world_add(files, missing->items[i], world_text(world, missing->items[i]));
	}
}

static inline struct desired *world_build(const struct world *world, struct desired *old)
{
	static char path[] = "/etc/stackd", problem[] = "Permission denied";
	struct folder folder = {.path = path, .state = world->state};
	struct surroundings surroundings = {.region = world->no_region ? NULL : "eu-west-1"};
	struct settings *settings = settings_new();
	struct desired *desired = NULL;

	if (world->state != FOLDER_READ)
		folder.problem = problem;
	replace_text(&settings->region, world->conf_region);
	replace_text(&settings->template_bucket, world->bucket);
	settings->apply = world->apply;
	settings->guard = world->guard;
	settings->on_removal = world->on_removal;
	for (size_t i = 0; i < WORLD_FILES && world->files[i].path; i++)
		if (!strchr(world->files[i].path, '/') && world->state == FOLDER_READ)
			world_add(&folder.entries, world->files[i].path, world->files[i].text);
	pairs_add(&surroundings.environment, "STAGE", "production");
	pairs_add(&surroundings.environment, "PAIR", "s3cret,b");
	pairs_add(&surroundings.credentials, "password", world->secret ? world->secret : "s3cret");
	for (size_t i = 0; !desired && i < ROUNDS_LIMIT; i++) {
		AUTO_DONE(texts_done) struct texts missing = {0};

		desired = desired_build(&folder, &surroundings, settings, old, &missing);
		assert_true(desired ? missing.count == 0 : missing.count > 0);
		world_answer(world, &surroundings.files, &missing);
	}
	assert_non_null(desired);
	files_done(&folder.entries);
	files_done(&surroundings.files);
	pairs_done(&surroundings.environment);
	pairs_done(&surroundings.credentials);
	return desired;
}

static inline const struct desired_stack *world_stack(
	const struct desired *desired, const char *manifest)
{
	for (size_t i = 0; i < desired->stack_count; i++)
		if (strcmp(desired->stacks[i]->manifest, manifest) == 0)
			return desired->stacks[i];
	return NULL;
}
