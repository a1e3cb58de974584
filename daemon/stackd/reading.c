#include "stackd/reading.h"

#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "io/files.h"

void environment_read(struct pairs *environment)
{
	for (char **variable = environ; *variable; variable++) {
		const char *equals = strchr(*variable, '=');

		if (!equals)
			continue;
		AUTO(free_text) char *name = xstrndup(*variable, (size_t)(equals - *variable));

		pairs_set(environment, name, equals + 1);
	}
}

struct desired *reading_desired(const struct arguments *arguments, const struct pairs *environment,
	struct cloudformation *cloudformation, struct desired **old, struct texts *problems)
{
	AUTO(free_text) char *region = xstrdup(cloudformation_region(cloudformation));
	struct files_options options = {.folder = arguments->directory,
		.config = arguments->config,
		.environment = environment,
		.region = region};
	struct desired *desired = files_desired(&options, old, problems);

	if (!desired)
		return NULL;
	cloudformation_settings(cloudformation, desired->settings);
	options.region = cloudformation_region(cloudformation);
	if (text_same(region, options.region))
		return desired;

	/* Profile= is another one than before, and so is the region of manifests that name none.
	 * What is wrong with the settings was said already. */
	AUTO_DONE(texts_done) struct texts said = {0};

	return files_desired(&options, &desired, &said);
}

void reading_remarks(const struct desired *desired, struct texts *remarks)
{
	if (desired->state != FOLDER_READ) {
		AUTO(free_text)
		char *problem = xasprintf("%s: %s", desired->folder, desired->problem);

		texts_add(remarks, problem);
	}
	for (size_t i = 0; i < desired->stack_count; i++)
		for (size_t k = 0; k < desired->stacks[i]->warnings.count; k++)
			texts_add(remarks, desired->stacks[i]->warnings.items[k]);
}
