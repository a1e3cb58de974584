/* Templates: read once, whoever uses them, and taken over from the old set while neither they nor
 * what they include has changed. */
#include <string.h>

#include "base/path.h"
#include "base/text.h"
#include "stack/desired_build.h"

void drawn_free(struct drawn *drawn)
{
	if (!drawn || drawn->kept)
		return;
	free(drawn->path);
	texts_done(&drawn->includes);
	template_free(drawn->template);
	free(drawn->problem);
	free(drawn);
}

/* --- is it the same? --- */

static void add_source(struct digest_stream *stream, const char *path, const struct file *file)
{
	digest_field(stream, path);
	digest_field(stream, file->bytes ? NULL : file->problem);
	digest_add(stream, file->digest.bytes, DIGEST_SIZE);
}

/* False where a file is not at hand. */
static bool source_of(struct building *building, const char *path, const struct file *file,
	const struct texts *includes, struct digest *source)
{
	struct digest_stream stream;
	bool whole = true;

	digest_begin(&stream);
	add_source(&stream, path, file);
	for (size_t i = 0; i < includes->count; i++) {
		const struct file *included = building_file(building, includes->items[i]);

		if (included)
			add_source(&stream, includes->items[i], included);
		else
			whole = false;
	}
	*source = digest_end(&stream);
	return whole;
}

bool drawn_fresh(struct building *building, const struct drawn *drawn, const struct file *file)
{
	struct digest source;

	return source_of(building, drawn->path, file, &drawn->includes, &source) &&
	       digest_equal(&source, &drawn->source);
}

/* --- reading --- */

struct including {
	struct building *building;
	struct drawn *drawn;
};

static bool include(
	void *owner, const char *path, const char **bytes, size_t *length, struct error *e)
{
	struct including *including = owner;
	const struct file *file = building_file(including->building, path);

	if (!texts_have(&including->drawn->includes, path))
		texts_add(&including->drawn->includes, path);
	if (!file)
		return false;
	if (!file->bytes)
		return error_set(e, ERROR_INVALID, "%s: %s",
			building_shown_path(including->building, path), file->problem);
	*bytes = file->bytes;
	*length = file->length;
	return true;
}

static struct drawn *drawn_new(const char *path)
{
	struct drawn *drawn = xcalloc(1, sizeof(*drawn));

	drawn->path = xstrdup(path);
	return drawn;
}

static void finish(struct building *building, struct drawn *drawn, const struct file *file,
	const struct error *e)
{
	if (!drawn->template)
		drawn->problem = xstrdup(building_shown_path(building, e->text));
	source_of(building, drawn->path, file, &drawn->includes, &drawn->source);
}

static struct drawn *draw_file(struct building *building, const char *path)
{
	const struct file *file = building_file(building, path);
	struct drawn *drawn = drawn_new(path);
	struct including including = {building, drawn};
	struct error e = {0};

	if (!file)
		return drawn;
	drawn->unreadable = !file->bytes;
	if (file->bytes)
		drawn->template =
			template_parse(path, file->bytes, file->length, 0, include, &including, &e);
	else
		error_set(&e, ERROR_INVALID, "%s: %s", path, file->problem);
	finish(building, drawn, file, &e);
	return drawn;
}

struct drawn *drawn_inline(struct building *building, const char *path, const struct file *file,
	const struct manifest *manifest)
{
	const struct node *node = manifest->template_node;
	struct drawn *drawn = drawn_new(path);
	struct including including = {building, drawn};
	struct error e = {0};

	if (node->kind == NODE_MAP)
		drawn->template = template_from_node(path, node, &e);
	else
		drawn->template = template_from_text(
			path, node, file->bytes, file->length, include, &including, &e);
	finish(building, drawn, file, &e);
	return drawn;
}

/* --- each once --- */

static char *template_path(const struct draft *draft)
{
	const struct manifest *manifest = draft->parsed->manifest;

	if (draft->parsed->problems.count || !manifest->template_path)
		return NULL;
	return path_beside(draft->stack->path, manifest->template_path);
}

static struct drawn *take_over(
	struct building *building, const struct lookup *old, const char *path)
{
	const struct lookup_item *item = lookup_get(old, path);
	const struct file *file = item ? building_file(building, path) : NULL;
	struct drawn *drawn = item ? building->old->drawn[item->value] : NULL;

	if (!file || !drawn_fresh(building, drawn, file))
		return NULL;
	drawn->kept = true;
	return drawn;
}

/* The drafts' paths, sorted, each once. */
static void list_paths(struct building *building, struct lookup *paths)
{
	for (size_t i = 0; i < building->draft_count; i++) {
		struct draft *draft = &building->drafts[i];

		draft->stack->template_path = template_path(draft);
		if (draft->stack->template_path)
			lookup_add(paths, draft->stack->template_path, i);
		else if (!draft->parsed->problems.count)
			draft->drawn = draft->parsed->inline_template;
	}
	lookup_sort(paths);
}

void building_draw(struct building *building)
{
	struct desired *made = building->made;
	AUTO_DONE(lookup_done) struct lookup paths = {0};
	AUTO_DONE(lookup_done) struct lookup old = {0};
	struct drawn *drawn = NULL;

	for (size_t i = 0; building->old && i < building->old->drawn_count; i++)
		lookup_add(&old, building->old->drawn[i]->path, i);
	lookup_sort(&old);
	list_paths(building, &paths);
	made->drawn = xcalloc(paths.count, sizeof(struct drawn *));
	for (size_t i = 0; i < paths.count; i++) {
		const char *path = paths.items[i].key;

		if (!drawn || strcmp(drawn->path, path) != 0) {
			drawn = take_over(building, &old, path);
			if (!drawn)
				drawn = draw_file(building, path);
			made->drawn[made->drawn_count++] = drawn;
		}
		building->drafts[paths.items[i].value].drawn = drawn;
	}
}
