#include "simulation/judge.h"

#include <string.h>

#include "simulation/others.h"

enum {
	MINUTE_MS = 60 * 1000,
	PATIENCE_MS = 10 * MINUTE_MS, /* so old may news of a parent be when they are followed */
	QUIET_MS = 5000,              /* so long may an edit not be known yet */
};

void judge_begin(struct judge *judge, struct world *world, struct plot *plot)
{
	*judge = (struct judge){.world = world, .plot = plot, .epoch = {.edits = SIZE_MAX}};
	for (size_t i = 0; i < MEMBERS_LIMIT; i++)
		judge->members[i].running = SIZE_MAX;
}

void judge_done(struct judge *judge)
{
	for (size_t i = 0; i < MEMBERS_LIMIT; i++) {
		for (size_t j = 0; j < judge->members[i].count; j++)
			free(judge->members[i].wishes[j].part);
		free(judge->members[i].wishes);
		free(judge->members[i].became);
	}
}

/* --- what was wanted --- */

/* Gives the next part of a meaning and moves on behind it; NULL: there is none. */
static char *next_part(const char **rest)
{
	const char *start = *rest;
	const char *end = strstr(start, ", ");
	size_t length = end ? (size_t)(end - start) : strlen(start);

	*rest = end ? end + 2 : start + length;
	return length ? xstrndup(start, length) : NULL;
}

static struct wish *find_wish(struct file_of_member *file, const char *part)
{
	for (size_t i = file->count; i-- > 0;)
		if (strcmp(file->wishes[i].part, part) == 0)
			return &file->wishes[i];
	return NULL;
}

static void note_wish(struct file_of_member *file, char *part_takes, uint64_t now_ms)
{
	struct wish *wish = find_wish(file, part_takes);

	if (wish) {
		free(part_takes);
	} else {
		GROW(file->wishes, file->size, file->count + 1);
		wish = &file->wishes[file->count++];
		wish->part = part_takes;
	}
	wish->current = true;
	wish->last_ms = now_ms;
}

static void note_wishes(struct judge *judge, size_t index)
{
	const struct cast *cast = &judge->plot->cast;
	AUTO(free_text)
	char *meaning = cast_wants(cast, &cast->members[index], judge->world);
	const char *rest = meaning;
	char *part;

	while ((part = next_part(&rest)))
		note_wish(&judge->members[index], part, world_wall(judge->world));
}

/* --- what was accepted --- */

static size_t member_of(const struct judge *judge, const struct model_entry *entry)
{
	const struct cast *cast = &judge->plot->cast;

	for (size_t i = 0; i < cast->count; i++)
		if (strcmp(cast->members[i].name, entry->stack_name) == 0 &&
			strcmp(cast->members[i].region, entry->region) == 0)
			return i;
	return SIZE_MAX;
}

static bool is_deed(const struct model_entry *entry)
{
	return strcmp(entry->action, "CreateStack") == 0 ||
	       strcmp(entry->action, "ExecuteChangeSet") == 0;
}

static void check_deed(
	struct judge *judge, struct file_of_member *file, const struct model_entry *entry)
{
	bool same = digest_equal(&file->last, &entry->digest);

	if (!entry->changed)
		world_trouble(
			judge->world, "%s of %s changed nothing", entry->action, entry->stack_name);
	if (same && !file->last_failed)
		world_trouble(
			judge->world, "%s of %s was done twice", entry->action, entry->stack_name);
	if (same && file->last_failed && file->failures >= judge->plot->attempts &&
		!judge->plot->forgetful)
		world_trouble(judge->world, "%s of %s is tried again after %u failures",
			entry->action, entry->stack_name, file->failures);
	if (!same)
		file->failures = 0;
	file->last = entry->digest;
	file->last_failed = false;
}

static void check_entry(struct judge *judge, size_t index)
{
	const struct model_entry *entry = model_entry(judge->world->model, index);
	size_t place = member_of(judge, entry);
	bool ours = strcmp(entry->access_key, WORLD_KEY) == 0;

	if (place == SIZE_MAX) {
		world_trouble(judge->world, "%s of %s, which nobody wants", entry->action,
			entry->stack_name);
		return;
	}
	const struct member *member = &judge->plot->cast.members[place];
	struct file_of_member *file = &judge->members[place];
	uint64_t sent_ms = network_sent(judge->world, entry->token);

	if (!ours) {
		file->last = (struct digest){0};
		file->failures = 0;
		return;
	}
	if (!member->managed)
		world_trouble(judge->world, "%s of %s, which has no manifest", entry->action,
			entry->stack_name);
	if (strcmp(entry->action, "DeleteChangeSet") == 0)
		return;
	judge->deeds++;
	if (member->frozen_ms && member->frozen_ms + QUIET_MS < sent_ms)
		world_trouble(judge->world, "%s of %s, whose manifest is broken or suspended",
			entry->action, entry->stack_name);
	if (is_deed(entry)) {
		check_deed(judge, file, entry);
		file->running = index;
	}
}

/* Outputs of parents come by observation, all else by the folder. */
static bool is_from_parent(const char *part)
{
	return text_starts(part, "From") || (part[0] == 's' && part[1] >= '0' && part[1] <= '9');
}

static void check_part(const struct judge *judge, struct file_of_member *file,
	const struct model_entry *entry, const char *part)
{
	const struct wish *wish = find_wish(file, part);
	bool parent = is_from_parent(part);
	uint64_t sent_ms = network_sent(judge->world, entry->token);
	uint64_t sent_wall_ms = world_wall(judge->world) - (judge->world->now_ms - sent_ms);

	if (!wish)
		world_trouble(judge->world, "%s of %s: %s was never wanted", entry->action,
			entry->stack_name, part);
	else if (wish->last_ms + (parent ? PATIENCE_MS : QUIET_MS) < sent_wall_ms)
		world_trouble(judge->world, "%s of %s: %s was last wanted %u s before it was sent",
			entry->action, entry->stack_name, part,
			(unsigned)((sent_wall_ms - wish->last_ms) / 1000));
	/* A stale read: the newer value was known, for the stack had it already. */
	else if (is_from_parent(part) && file->became && !strstr(file->became, part) &&
		 file->became_life == judge->world->life && wish->last_ms < file->became_ms)
		world_trouble(judge->world, "%s of %s goes back to %s", entry->action,
			entry->stack_name, part);
}

/* The operation is over: what has become of the stack must have been wanted not long before. */
static void check_result(struct judge *judge, size_t place)
{
	struct file_of_member *file = &judge->members[place];
	const struct model_entry *entry = model_entry(judge->world->model, file->running);
	struct model_stack_view view;

	if (!entry->result)
		return;
	file->running = SIZE_MAX;
	file->last_failed = strcmp(entry->result, "CREATE_COMPLETE") != 0 &&
			    strcmp(entry->result, "UPDATE_COMPLETE") != 0;
	file->failures += file->last_failed;
	if (file->last_failed)
		return;
	AUTO(free_text)
	char *lives = cast_lives(
		&judge->plot->cast, &judge->plot->cast.members[place], judge->world, &view);
	const char *rest = lives && strcmp(view.id, entry->stack_id) == 0 ? lives : "";
	char *part;

	while ((part = next_part(&rest))) {
		check_part(judge, file, entry, part);
		free(part);
	}
	free(file->became);
	file->became = take(lives);
	file->became_ms = entry->time_ms;
	file->became_life = judge->world->life;
}

static struct epoch epoch_now(const struct judge *judge)
{
	struct epoch epoch = {
		.entries = model_entry_count(judge->world->model), .edits = judge->world->edits};

	for (size_t i = 0; i < epoch.entries; i++)
		epoch.ended += model_entry(judge->world->model, i)->result != NULL;
	return epoch;
}

/* What was wanted at the last look was so until now. */
static void prolong_wishes(const struct judge *judge, struct file_of_member *file, bool moved)
{
	for (size_t i = 0; i < file->count; i++) {
		if (file->wishes[i].current)
			file->wishes[i].last_ms = world_wall(judge->world);
		file->wishes[i].current = file->wishes[i].current && !moved;
	}
}

static void look_at_wishes(struct judge *judge)
{
	struct epoch epoch = epoch_now(judge);
	bool moved = epoch.entries != judge->epoch.entries || epoch.ended != judge->epoch.ended ||
		     epoch.edits != judge->epoch.edits;

	for (size_t i = 0; i < judge->plot->cast.count; i++) {
		prolong_wishes(judge, &judge->members[i], moved);
		if (moved && judge->plot->cast.members[i].managed)
			note_wishes(judge, i);
	}
	judge->epoch = epoch;
}

void judge_look(struct judge *judge)
{
	size_t count = model_entry_count(judge->world->model);

	for (size_t i = 0; i < judge->plot->cast.count; i++)
		if (judge->members[i].running != SIZE_MAX)
			check_result(judge, i);
	while (judge->seen < count)
		check_entry(judge, judge->seen++);
	look_at_wishes(judge);
}

/* --- what has become of it all --- */

static const struct overview_row *row_of(const struct judge *judge, const struct member *member)
{
	const struct overview *overview =
		judge->world->engine ? engine_overview(judge->world->engine) : NULL;

	for (size_t i = 0; overview && i < overview->count; i++)
		if (strcmp(overview->rows[i].manifest, member->name) == 0)
			return &overview->rows[i];
	return NULL;
}

static bool excused(const struct cast *cast, const struct member *member)
{
	if (plot_unlucky(member))
		return true;
	for (size_t i = 0; i < member->parent_count; i++)
		if (excused(cast, &cast->members[member->parents[i].member]))
			return true;
	return false;
}

static bool wrong(struct judge *judge, bool aloud, const struct member *member, const char *what,
	const char *found, const char *expected)
{
	const struct overview_row *row = row_of(judge, member);

	if (aloud)
		world_trouble(judge->world, "%s %s: found %s, expected %s (the engine: %s, %s)",
			member->name, what, found ? found : "none", expected,
			row ? row->action : "not running", row && row->reason ? row->reason : "-");
	return false;
}

/* Our own tag, on the stacks that we made and on no other; what others set stays. */
static bool tags_right(const struct judge *judge, const struct model_stack_view *view)
{
	bool ours = false;

	for (size_t i = 0; i < model_entry_count(judge->world->model); i++) {
		const struct model_entry *entry = model_entry(judge->world->model, i);

		if (strcmp(entry->action, "CreateStack") == 0 &&
			strcmp(entry->stack_id, view->id) == 0)
			ours = strcmp(entry->access_key, WORLD_KEY) == 0;
	}
	return view->tags->count == 1 &&
	       strcmp(view->tags->items[0].name, ours ? "stackd:owner" : OTHERS_TAG) == 0;
}

static bool member_converged(struct judge *judge, const struct member *member, bool aloud)
{
	const struct cast *cast = &judge->plot->cast;
	struct model_stack_view view = {0};
	AUTO(free_text) char *wants = cast_wants(cast, member, judge->world);
	AUTO(free_text) char *lives = cast_lives(cast, member, judge->world, &view);
	const struct overview_row *row = row_of(judge, member);

	if (!lives || strcmp(wants, lives) != 0)
		return wrong(judge, aloud, member, "is not what is wanted", lives, wants);
	if (!text_ends(view.status, "_COMPLETE") || strcmp(view.status, "ROLLBACK_COMPLETE") == 0)
		return wrong(judge, aloud, member, "is not settled", view.status, "a good status");
	if (view.change_sets && !judge->plot->forgetful)
		return wrong(judge, aloud, member, "keeps a change set", "one", "none");
	if (!tags_right(judge, &view))
		return wrong(judge, aloud, member, "has not its tags",
			view.tags->count ? view.tags->items[0].name : "none", "those it had");
	if (judge->world->mode != ENGINE_ONCE && (!row || row->state != STATE_IN_SYNC))
		return wrong(judge, aloud, member, "is said to be otherwise",
			row ? row->action : "nothing", "in sync");
	return true;
}

bool judge_converged(struct judge *judge, bool excuses, bool aloud)
{
	const struct cast *cast = &judge->plot->cast;
	bool good = true;

	for (size_t i = 0; i < cast->count && (good || aloud); i++)
		if (cast->members[i].managed && !(excuses && excused(cast, &cast->members[i])))
			good &= member_converged(judge, &cast->members[i], aloud);
	return good;
}
