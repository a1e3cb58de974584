#include "stack/desired.h"

#include "base/text.h"
#include "target.h"

enum { ROUNDS_LIMIT = 10 };

static const char good[] = "parameters: {Name: x}\n"
			   "template: {Parameters: {Name: {Type: String}}, Resources: {}}\n";

static void add_file(struct files *files, const char *path, const char *bytes, size_t length)
{
	GROW(files->items, files->size, files->count + 1);
	files->items[files->count++] = (struct file){.path = xstrdup(path),
		.bytes = xmemdup(bytes, length),
		.length = length,
		.digest = digest_of(bytes, length)};
}

/* Whatever is asked for is there, but for paths with a "g". As JSON it is a stack policy, too. */
static void answer(struct surroundings *surroundings, const struct texts *missing)
{
	static const char text[] =
		"Parameters: {Name: {Type: String, Default: x}}\nResources: {}\n";
	static const char json[] = "{\"Resources\": {}, \"Statement\": []}";
	struct files *files = &surroundings->files;

	for (size_t i = 0; i < missing->count; i++) {
		const char *found = text_ends(missing->items[i], ".json") ? json : text;

		add_file(files, missing->items[i], found, strlen(found));
		if (!strchr(missing->items[i], 'g'))
			continue;
		free(files->items[files->count - 1].bytes);
		files->items[files->count - 1].bytes = NULL;
		files->items[files->count - 1].problem = xstrdup("No such file or directory");
	}
}

static struct desired *build(const struct folder *folder, struct desired *old_takes)
{
	struct surroundings surroundings = {.region = "eu-west-1"};
	struct desired *desired = NULL;
	struct settings *settings = settings_new();

	pairs_add(&surroundings.environment, "HOME", "/root");
	pairs_add(&surroundings.credentials, "password", "s3cret");
	for (int round = 0; !desired; round++) {
		AUTO_DONE(texts_done) struct texts missing = {0};

		CHECK(round < ROUNDS_LIMIT);
		desired = desired_build(folder, &surroundings, settings, old_takes, &missing);
		CHECK(!desired == (missing.count > 0));
		answer(&surroundings, &missing);
	}
	files_done(&surroundings.files);
	pairs_done(&surroundings.environment);
	pairs_done(&surroundings.credentials);
	return desired;
}

/* The good one is frozen only where the other one lays claim to its stack. */
static void check_good(const struct desired *desired)
{
	for (size_t i = 0; i < desired->stack_count; i++) {
		const struct desired_stack *stack = desired->stacks[i];

		CHECK(stack->frozen == (stack->problems.count > 0));
		if (stack->frozen && strcmp(stack->manifest, "good") == 0)
			CHECK(strstr(stack->problems.items[0], "any"));
	}
}

static void check_desired(const char *name, const char *bytes, size_t length)
{
	char path[] = "/etc/stackd";
	struct folder folder = {.path = path};
	struct desired *desired;

	add_file(&folder.entries, "good.yaml", good, strlen(good));
	desired = build(&folder, NULL);
	CHECK(desired->stack_count == 1 && !desired->stacks[0]->frozen);
	add_file(&folder.entries, name, bytes, length);
	desired = build(&folder, desired);
	CHECK(desired->stack_count >= 1);
	check_good(desired);
	desired_free(desired);
	files_done(&folder.entries);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	const char *text = (const char *)bytes;
	const char *name = length && *text == '{' ? "any.json" : "any.yaml";
	AUTO_DONE(texts_done) struct texts problems = {0};
	AUTO(manifest_free)
	struct manifest *manifest = manifest_parse(name, text, length, &problems);

	CHECK(manifest->root || problems.count || manifest->template_like);
	CHECK(problems.count <= PROBLEMS_LIMIT);
	for (size_t i = 0; i < problems.count; i++)
		CHECK(text_starts(problems.items[i], name));
	check_desired(name, text, length);
	return 0;
}
