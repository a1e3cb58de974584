#include "stack/desired.h"

#include <string.h>

#include "base/path.h"
#include "stack/desired_build.h"

/* --- the end of one --- */

static void desired_stack_free(struct desired_stack *stack)
{
	stack_values_free(stack);
	for (size_t i = 0; i < stack->edge_count; i++)
		edge_done(&stack->edges[i]);
	free(stack->edges);
	free(stack->manifest);
	free(stack->path);
	free(stack->name);
	free(stack->region);
	free(stack->assume_role_arn);
	free(stack->external_id);
	texts_done(&stack->problems);
	texts_done(&stack->warnings);
	free(stack->suspend);
	free(stack->template_path);
	free(stack->template_url);
	texts_done(&stack->capabilities);
	pairs_done(&stack->tags);
	texts_done(&stack->notification_arns);
	free(stack->role_arn);
	free(stack->stack_policy);
	free(stack);
}

void desired_free(struct desired *desired)
{
	if (!desired)
		return;
	for (size_t i = 0; i < desired->stack_count; i++)
		desired_stack_free(desired->stacks[i]);
	free(desired->stacks);
	for (size_t i = 0; i < desired->parsed_count; i++)
		parsed_free(desired->parsed[i]);
	free(desired->parsed);
	for (size_t i = 0; i < desired->drawn_count; i++)
		drawn_free(desired->drawn[i]);
	free(desired->drawn);
	free(desired->templates);
	texts_done(&desired->others);
	settings_free(desired->settings);
	free(desired->folder);
	free(desired->problem);
	texts_done(&desired->watched);
	free(desired);
}

/* --- building --- */

static void sort_unique(struct texts *texts)
{
	size_t kept = 0;

	texts_sort(texts);
	for (size_t i = 0; i < texts->count; i++)
		if (kept && strcmp(texts->items[kept - 1], texts->items[i]) == 0)
			free(texts->items[i]);
		else
			texts->items[kept++] = texts->items[i];
	texts->count = kept;
}

/* What was taken over belongs to the new set from now on; or, where it could not be finished, to
 * the old one as before. */
static void release_kept(struct desired *desired)
{
	for (size_t i = 0; desired && i < desired->parsed_count; i++)
		desired->parsed[i]->kept = false;
	for (size_t i = 0; desired && i < desired->drawn_count; i++)
		desired->drawn[i]->kept = false;
}

static void building_stacks(struct building *building)
{
	AUTO_DONE(lookup_done) struct lookup old = {0};

	for (size_t i = 0; building->old && i < building->old->stack_count; i++)
		lookup_add(&old, building->old->stacks[i]->path, i);
	lookup_sort(&old);
	for (size_t i = 0; i < building->draft_count; i++) {
		struct draft *draft = &building->drafts[i];
		const struct lookup_item *was = lookup_get(&old, draft->stack->path);

		building_stack(building, draft,
			building->old && was ? building->old->stacks[was->value] : NULL);
	}
}

static void freeze(struct building *building)
{
	for (size_t i = 0; i < building->draft_count; i++) {
		struct desired_stack *stack = building->drafts[i].stack;

		if (stack->problems.count)
			stack_freeze(stack);
	}
}

static void list_templates(struct desired *made)
{
	made->templates =
		xcalloc(made->drawn_count + made->parsed_count, sizeof(struct template *));
	for (size_t i = 0; i < made->drawn_count; i++)
		if (made->drawn[i]->template)
			made->templates[made->template_count++] = made->drawn[i]->template;
	for (size_t i = 0; i < made->parsed_count; i++) {
		const struct drawn *drawn = made->parsed[i]->inline_template;

		if (drawn && drawn->template)
			made->templates[made->template_count++] = drawn->template;
	}
}

/* False where files are missing. */
static bool build(struct building *building)
{
	building_index_files(building);
	building_parse(building);
	building_drafts(building);
	building_draw(building);
	building_want_values(building);
	building_want_policies(building);
	if (building->missing->count) {
		sort_unique(building->missing);
		return false;
	}
	building_stacks(building);
	building_tie(building);
	building_refuse_cycles(building);
	freeze(building);
	building_check_inputs(building);
	list_templates(building->made);
	sort_unique(&building->made->watched);
	return true;
}

/* The folder could not be read: that says nothing of what is wanted. */
static struct desired *stay(
	const struct folder *folder, struct settings *settings_takes, struct desired *old_takes)
{
	struct desired *desired = old_takes;

	if (desired) {
		settings_free(settings_takes);
	} else {
		desired = xcalloc(1, sizeof(*desired));
		desired->settings = settings_takes;
		desired->folder = xstrdup(folder->path);
	}
	desired->state = folder->state;
	replace_text(&desired->problem, folder->problem);
	return desired;
}

struct desired *desired_build(const struct folder *folder, const struct surroundings *surroundings,
	struct settings *settings_takes, struct desired *old_takes, struct texts *missing)
{
	struct building building = {.folder = folder,
		.surroundings = surroundings,
		.settings = settings_takes,
		.region = settings_takes->region ? settings_takes->region : surroundings->region,
		.old = old_takes,
		.missing = missing};

	if (folder->state != FOLDER_READ)
		return stay(folder, settings_takes, old_takes);
	AUTO(desired_free) struct desired *made = building.made = xcalloc(1, sizeof(*made));

	made->folder = xstrdup(folder->path);

	bool built = build(&building);

	lookup_done(&building.entries);
	lookup_done(&building.files);
	texts_done(&building.entry_paths);
	free(building.root);
	free(building.drafts);
	if (!built) {
		desired_free(take(made));
		release_kept(old_takes);
		return NULL;
	}
	desired_free(old_takes);
	release_kept(made);
	made->settings = settings_takes;
	return take(made);
}
