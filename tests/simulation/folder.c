/* The folder of manifests, as the daemon's world reads it. */
#include <string.h>

#include "simulation/world.h"
#include "stack/desired.h"

enum { QUIET_MS = 5000 }; /* so long may an edit not be known yet */

uint64_t world_patience_ms(const struct world *world, uint64_t sent_ms)
{
	/* What was edited just before the folder went is not known until it is back. */
	if (!world->gone_ms || sent_ms < world->gone_ms ||
		(world->back_ms < sent_ms && sent_ms - world->back_ms > QUIET_MS))
		return QUIET_MS;
	return QUIET_MS + sent_ms - world->gone_ms;
}

static void add_file(struct files *files, const char *path, const char *bytes)
{
	struct file file = {.path = xstrdup(path), .bytes = xstrdup(bytes)};

	if (bytes) {
		file.length = strlen(bytes);
		file.digest = digest_of(bytes, file.length);
	} else {
		file.problem = xstrdup("No such file or directory");
	}
	GROW(files->items, files->size, files->count + 1);
	files->items[files->count++] = file;
}

static struct settings *read_settings(struct world *world)
{
	AUTO_DONE(texts_done) struct texts problems = {0};
	struct settings *settings =
		settings_parse("stackd.conf", world->settings, strlen(world->settings), &problems);

	for (size_t i = 0; i < problems.count; i++)
		world_breach(world, SOUND_SIMULATION, "settings: %s", problems.items[i]);
	return settings ? settings : settings_new();
}

struct desired *folder_read(struct world *world, struct desired *old_takes)
{
	struct folder folder = {.path = xstrdup(WORLD_FOLDER), .state = world->folder};
	bool shown = world->folder == FOLDER_READ && !world->folder_empty;
	struct surroundings surroundings = {.region = WORLD_REGION};
	struct settings *settings = read_settings(world);
	struct desired *desired = NULL;

	if (world->folder != FOLDER_READ)
		folder.problem =
			xstrdup(world->folder == FOLDER_MISSING ? "No such file or directory"
								: "Permission denied");
	for (size_t i = 0; shown && i < world->manifests.count; i++)
		add_file(&folder.entries, world->manifests.items[i].name,
			world->manifests.items[i].value);
	pairs_copy(&surroundings.environment, &world->environment);
	pairs_copy(&surroundings.credentials, &world->environment);
	for (;;) {
		AUTO_DONE(texts_done) struct texts missing = {0};

		desired = desired_build(&folder, &surroundings, settings, old_takes, &missing);
		if (desired)
			break;
		for (size_t i = 0; i < missing.count; i++)
			add_file(&surroundings.files, missing.items[i],
				pairs_get(&world->files, missing.items[i]));
	}
	free(folder.path);
	free(folder.problem);
	files_done(&folder.entries);
	files_done(&surroundings.files);
	pairs_done(&surroundings.environment);
	pairs_done(&surroundings.credentials);
	return desired;
}
