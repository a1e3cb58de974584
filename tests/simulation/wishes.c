/* What manifests wanted when, and whether what came of it was wanted. */
#include <stdlib.h>
#include <string.h>

#include "simulation/judge.h"

enum {
	MINUTE_MS = 60 * 1000,
	PATIENCE_MS = 30 * MINUTE_MS, /* so old may news of a parent be when they are followed */
};

void wishes_done(struct file_of_member *file)
{
	for (size_t i = 0; i < file->count; i++)
		free(file->wishes[i].part);
	free(file->wishes);
	free(file->continued_for);
	free(file->continued_token);
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
		*wish = (struct wish){.part = part_takes};
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

bool wishes_look(struct judge *judge)
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
	return moved;
}

/* --- what came of it --- */

/* Outputs of parents come by observation, all else by the folder. */
static bool is_from_parent(const char *part)
{
	return text_starts(part, "From") || (part[0] == 's' && part[1] >= '0' && part[1] <= '9');
}

static uint64_t patience_ms(const struct world *world, bool parent, uint64_t sent_ms)
{
	return parent ? PATIENCE_MS : world_patience_ms(world, sent_ms);
}

/* A stale read: what came after it was known, for the stack had it already. */
static bool had_newer(const struct file_of_member *file, const struct wish *wish)
{
	size_t length = strcspn(wish->part, "=") + 1;

	for (size_t i = 0; i < file->count; i++)
		if (strncmp(file->wishes[i].part, wish->part, length) == 0 &&
			file->wishes[i].had_ms > wish->last_ms)
			return true;
	return false;
}

static void check_part(const struct judge *judge, struct file_of_member *file,
	const struct model_entry *entry, const char *part)
{
	struct world *world = judge->world;
	const struct wish *wish = find_wish(file, part);
	bool parent = is_from_parent(part);
	enum invariant invariant = parent ? VALUES_ARE_OUTPUTS : ONLY_WHAT_IS_WANTED;
	const struct sent *sent = network_sent(world, entry->token);
	uint64_t sent_ms = sent ? sent->first_ms : repeats_sent_ms(world, entry);
	uint64_t sent_wall_ms = world_wall(world) - (world->now_ms - sent_ms);

	if (!wish)
		world_breach(world, invariant, "%s of %s: %s was never right", entry->action,
			entry->stack_name, part);
	else if (wish->last_ms + patience_ms(world, parent, sent_ms) < sent_wall_ms)
		world_breach(world, invariant,
			"%s of %s: %s was last right %u s before it was sent", entry->action,
			entry->stack_name, part, (unsigned)((sent_wall_ms - wish->last_ms) / 1000));
	else if (parent && !entry->result && file->became_life == world->life &&
		 !network_stray(world, entry->token) && had_newer(file, wish))
		world_breach(world, invariant, "%s of %s goes back to %s", entry->action,
			entry->stack_name, part);
}

/* "s3Size", "Froms3": the parent's outputs go by its name. */
static const struct file_of_member *source_of(const struct judge *judge, const char *name)
{
	size_t place = strtoul(name + (text_starts(name, "From") ? 5 : 1), NULL, 10);

	return &judge->members[place < MEMBERS_LIMIT ? place : 0];
}

void wishes_leave(struct judge *judge, size_t place, const struct call *call)
{
	for (size_t i = 0; i < call->parameters.count; i++) {
		const struct pair *pair = &call->parameters.items[i];
		AUTO(free_text)
		char *part = xasprintf("%s=%s", pair->name, pair->value ? pair->value : "");
		const struct wish *wish = find_wish(&judge->members[place], part);

		if (!wish || !is_from_parent(pair->name))
			continue;
		const struct file_of_member *source = source_of(judge, pair->name);

		if (source->known_life == judge->world->life && wish->last_ms < source->known_ms)
			world_breach(judge->world, VALUES_ARE_OUTPUTS,
				"%s of %s leaves with %s, but something newer was known",
				call_kind_name(call->kind), call->stack, part);
	}
}

void wishes_submitted(struct judge *judge, size_t place, const struct model_entry *entry)
{
	for (size_t i = 0; i < entry->parameters.count; i++) {
		const struct pair *pair = &entry->parameters.items[i];
		AUTO(free_text)
		char *part = pair->value ? xasprintf("%s=%s", pair->name, pair->value) : NULL;

		if (part)
			check_part(judge, &judge->members[place], entry, part);
	}
}

void wishes_check(struct judge *judge, size_t place, const struct model_entry *entry)
{
	struct file_of_member *file = &judge->members[place];
	const struct cast *cast = &judge->plot->cast;
	struct model_stack_view view;
	AUTO(free_text)
	char *lives = cast_lives(cast, &cast->members[place], judge->world, &view);
	const char *rest = lives && strcmp(view.id, entry->stack_id) == 0 ? lives : "";
	char *part;

	while ((part = next_part(&rest))) {
		check_part(judge, file, entry, part);
		free(part);
	}
	for (size_t i = 0; i < file->count; i++)
		file->wishes[i].had_ms = 0;
	for (rest = lives ? lives : ""; (part = next_part(&rest)); free(part)) {
		struct wish *wish = find_wish(file, part);

		if (wish)
			wish->had_ms = wish->last_ms;
	}
	file->became_life = judge->world->life;
}
