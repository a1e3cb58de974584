/* Entries of the folder: read one by one, or taken over from the old set; then told apart, for not
 * every one is a manifest. */
#include <string.h>

#include "base/path.h"
#include "base/text.h"
#include "stack/desired_build.h"

void parsed_free(struct parsed *parsed)
{
	if (!parsed || parsed->kept)
		return;
	free(parsed->file);
	manifest_free(parsed->manifest);
	texts_done(&parsed->problems);
	drawn_free(parsed->inline_template);
	free(parsed);
}

static struct parsed *parse(struct building *building, const struct file *file, const char *path)
{
	struct parsed *parsed = xcalloc(1, sizeof(*parsed));

	parsed->file = xstrdup(file->path);
	parsed->digest = file->digest;
	if (!file->bytes) {
		AUTO(free_text)
		char *problem = xasprintf("%s:1:1: can't be read: %s", file->path, file->problem);

		texts_add(&parsed->problems, problem);
		return parsed;
	}
	parsed->manifest = manifest_parse(file->path, file->bytes, file->length, &parsed->problems);
	if (parsed->manifest->template_node && !parsed->problems.count)
		parsed->inline_template = drawn_inline(building, path, file, parsed->manifest);
	node_free(take(parsed->manifest->root));
	parsed->manifest->template_node = NULL;
	return parsed;
}

static struct parsed *find_old(
	const struct building *building, const struct lookup *old, const struct file *file)
{
	const struct lookup_item *item = lookup_get(old, file->path);
	struct parsed *parsed = building->old && item ? building->old->parsed[item->value] : NULL;

	return parsed && file->bytes && parsed->manifest &&
			       digest_equal(&parsed->digest, &file->digest)
		       ? parsed
		       : NULL;
}

void building_parse(struct building *building)
{
	const struct files *entries = &building->folder->entries;
	struct desired *made = building->made;
	AUTO_DONE(lookup_done) struct lookup old = {0};

	for (size_t i = 0; building->old && i < building->old->parsed_count; i++)
		lookup_add(&old, building->old->parsed[i]->file, i);
	lookup_sort(&old);
	made->parsed = xcalloc(entries->count, sizeof(struct parsed *));
	for (size_t i = 0; i < entries->count; i++) {
		const struct file *file = &entries->items[i];
		struct parsed *parsed = find_old(building, &old, file);

		if (parsed && (!parsed->inline_template ||
				      drawn_fresh(building, parsed->inline_template, file)))
			parsed->kept = true;
		else
			parsed = parse(building, file, building->entry_paths.items[i]);
		made->parsed[made->parsed_count++] = parsed;
	}
}

/* --- what is not a manifest --- */

static void add_named(struct texts *named, const char *beside, const char *path)
{
	if (path) {
		AUTO(free_text) char *whole = path_beside(beside, path);

		texts_add(named, whole);
	}
}

/* The files that manifests name as template or policy. */
static void list_named(const struct building *building, struct texts *named, struct lookup *lookup)
{
	for (size_t i = 0; i < building->made->parsed_count; i++) {
		const struct manifest *manifest = building->made->parsed[i]->manifest;

		if (!manifest || manifest->template_like)
			continue;
		add_named(named, building->entry_paths.items[i], manifest->template_path);
		add_named(named, building->entry_paths.items[i], manifest->policy_path);
	}
	for (size_t i = 0; i < named->count; i++)
		lookup_add(lookup, named->items[i], i);
	lookup_sort(lookup);
}

/* A file with a template of its own is a manifest, whoever names it: two that name each other by
 * mistake must not vanish both. */
static bool is_manifest(const struct parsed *parsed, const char *path, const struct lookup *named)
{
	const struct manifest *manifest = parsed->manifest;

	if (manifest && manifest->template_like)
		return false;
	return (manifest && manifest->template_line) || !lookup_get(named, path);
}

static int by_manifest(const void *a, const void *b)
{
	const struct draft *left = a;
	const struct draft *right = b;
	int order = strcmp(left->stack->manifest, right->stack->manifest);

	return order ? order : strcmp(left->parsed->file, right->parsed->file);
}

void building_drafts(struct building *building)
{
	struct desired *made = building->made;
	AUTO_DONE(texts_done) struct texts named = {0};
	AUTO_DONE(lookup_done) struct lookup lookup = {0};

	list_named(building, &named, &lookup);
	building->drafts = xcalloc(made->parsed_count, sizeof(struct draft));
	made->stacks = xcalloc(made->parsed_count, sizeof(struct desired_stack *));
	for (size_t i = 0; i < made->parsed_count; i++) {
		struct parsed *parsed = made->parsed[i];
		const char *path = building->entry_paths.items[i];

		if (!is_manifest(parsed, path, &lookup)) {
			AUTO(free_text) char *name = manifest_name(parsed->file);

			texts_add(&made->others, name);
			continue;
		}
		struct desired_stack *stack = xcalloc(1, sizeof(*stack));

		stack->manifest = manifest_name(parsed->file);
		stack->path = xstrdup(path);
		building->drafts[building->draft_count++] =
			(struct draft){.parsed = parsed, .stack = stack};
	}
	if (building->draft_count)
		qsort(building->drafts, building->draft_count, sizeof(struct draft), by_manifest);
	for (size_t i = 0; i < building->draft_count; i++)
		made->stacks[i] = building->drafts[i].stack;
	made->stack_count = building->draft_count;
}
