/* What the world has read, found by its path. */
#include <string.h>

#include "base/path.h"
#include "base/text.h"
#include "stack/desired_build.h"

void files_done(struct files *files)
{
	for (size_t i = 0; i < files->count; i++) {
		struct file *file = &files->items[i];

		free(file->path);
		if (file->bytes)
			wipe(file->bytes, file->length); /* of {file:}, perhaps */
		free(file->bytes);
		free(file->problem);
	}
	free(files->items);
	*files = (struct files){0};
}

bool manifest_candidate(const char *name)
{
	return name[0] != '.' &&
	       (text_ends(name, ".yaml") || text_ends(name, ".yml") || text_ends(name, ".json"));
}

void building_index_files(struct building *building)
{
	const struct files *entries = &building->folder->entries;
	const struct files *files = &building->surroundings->files;
	AUTO(free_text) char *inside = xasprintf("%s/", building->folder->path);

	building->root = path_beside(inside, "");
	for (size_t i = 0; i < entries->count; i++) {
		AUTO(free_text) char *path = path_beside(inside, entries->items[i].path);

		texts_add(&building->entry_paths, path);
	}
	for (size_t i = 0; i < entries->count; i++)
		lookup_add(&building->entries, building->entry_paths.items[i], i);
	for (size_t i = 0; i < files->count; i++)
		lookup_add(&building->files, files->items[i].path, i);
	lookup_sort(&building->entries);
	lookup_sort(&building->files);
}

/* The folder itself is watched anyhow. */
static void watch(struct building *building, const char *path)
{
	struct texts *watched = &building->made->watched;
	const char *slash = strrchr(path, '/');
	AUTO(free_text) char *folder = xstrndup(path, slash ? (size_t)(slash - path) : 0);

	if (slash == path)
		replace_text(&folder, "/");
	if (strcmp(folder, building->root) == 0)
		return;
	if (!watched->count || strcmp(watched->items[watched->count - 1], folder) != 0)
		texts_add(watched, *folder ? folder : ".");
}

const struct file *building_file(struct building *building, const char *path)
{
	const struct files *entries = &building->folder->entries;
	const struct lookup_item *entry = lookup_get(&building->entries, path);
	const struct lookup_item *file = lookup_get(&building->files, path);

	watch(building, path);
	/* The folder's entries are read up to a manifest's size: a template may be longer. */
	if (entry && entries->items[entry->value].bytes)
		return &entries->items[entry->value];
	if (file)
		return &building->surroundings->files.items[file->value];
	texts_add(building->missing, path);
	return NULL;
}

const char *building_shown_path(const struct building *building, const char *path)
{
	size_t length = strlen(building->root);

	if (!length || !text_starts(path, building->root))
		return path;
	return path[length] == '/' ? path + length + 1 : path;
}
