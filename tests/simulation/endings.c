/* How removals end: what can't be deleted is not deleted again and again, what may not be is left
 * alone, and everything else goes. */
#include <string.h>

#include "simulation/judge.h"
#include "simulation/users.h"

enum { MINUTE_MS = 60 * 1000, PATIENCE_MS = 10 * MINUTE_MS };

static bool is_ours(const struct model_entry *entry)
{
	return reach_ours(entry->access_key);
}

void endings_leave(struct judge *judge, size_t place, const struct call *call)
{
	const struct member *member = &judge->plot->cast.members[place];
	const struct world *world = judge->world;
	struct model_stack_view view;
	const struct sent *sent = network_sent(world, call->token);

	/* What was begun before may be sent again: it is refused. */
	if (call->kind != CALL_DELETE_STACK || !member->protected_ms || !sent ||
		member->protected_ms + PATIENCE_MS > sent->first_ms ||
		!model_stack(
			world->model, member->reach->account, member->region, call->stack, &view))
		return;
	if (view.protected)
		world_breach(judge->world, NO_UNRULY_DELETE,
			"DeleteStack of %s leaves, which somebody protects", member->name);
}

/* Requests of ours to delete this stack that came back, since anything else was done to it. */
static size_t reverts_before(const struct judge *judge, size_t from, size_t index)
{
	const struct model *model = judge->world->model;
	const struct model_entry *entry = model_entry(model, index);
	const char *token = entry->token;
	size_t count = 0;

	while (index-- > from) {
		const struct model_entry *before = model_entry(model, index);

		if (!before->stack_id || strcmp(before->stack_id, entry->stack_id) != 0)
			continue;
		if (!entry_is(before, "DeleteStack") || !is_ours(before))
			break;
		count += !text_same(before->token, token);
		token = before->token;
	}
	return count;
}

/* The same request may arrive twice, long after it was sent. */
static bool failed_before(const struct judge *judge, size_t index)
{
	const struct model *model = judge->world->model;
	const struct model_entry *entry = model_entry(model, index);

	while (index-- > 0) {
		const struct model_entry *before = model_entry(model, index);

		if (before->stack_id && strcmp(before->stack_id, entry->stack_id) == 0)
			return is_ours(before) && entry_is(before, "DeleteStack") &&
			       before->result && !text_same(before->token, entry->token) &&
			       strcmp(before->result, "DELETE_FAILED") == 0;
	}
	return false;
}

void endings_check(struct judge *judge, size_t place, size_t index)
{
	const struct member *member = &judge->plot->cast.members[place];
	struct file_of_member *file = &judge->members[place];

	/* What comes so late that nobody waits for it was not meant for what it meets. */
	if (network_stray(judge->world, model_entry(judge->world->model, index)->token))
		return;
	/* What came of one before a restart, nobody may have seen. */
	if (file->end_retries != member->retries || file->end_life != judge->world->life)
		file->end_from = index;
	file->end_retries = member->retries;
	file->end_life = judge->world->life;
	size_t reverts = reverts_before(judge, file->end_from, index);

	judge->world->coverage->feat[FEAT_DELETE_AGAIN] += reverts > 0;
	if (reverts >= judge->plot->attempts && !judge->plot->forgetful)
		world_breach(judge->world, ATTEMPTS_LIMIT,
			"DeleteStack of %s is tried again, although it always came back",
			member->name);
	if (failed_before(judge, index))
		world_breach(judge->world, NO_UNRULY_DELETE,
			"DeleteStack of %s, which only a person can end", member->name);
}

/* --- when all is quiet --- */

static bool is_needed(const struct cast *cast, const struct member *member)
{
	for (size_t i = 0; i < cast->count; i++) {
		const struct member *child = &cast->members[i];

		for (size_t j = 0; j < child->parent_count; j++)
			if (&cast->members[child->parents[j].member] == member)
				return true;
	}
	return false;
}

/* Its creation came so late that nobody heard of it. */
static bool is_unheard(const struct world *world, const struct model_stack_view *view)
{
	for (size_t i = 0; i < model_entry_count(world->model); i++) {
		const struct model_entry *entry = model_entry(world->model, i);

		if (entry_is(entry, "CreateStack") && strcmp(entry->stack_id, view->id) == 0)
			return network_stray(world, entry->token);
	}
	return false;
}

/* For sure: nothing in its story casts a doubt on whether it is ours to delete, and whoever runs
 * once does not wait for the delay. */
static bool has_to_go(
	const struct judge *judge, const struct member *member, const struct model_stack_view *view)
{
	const struct plot *plot = judge->plot;
	const struct cast *cast = &plot->cast;

	if (!member->managed || !member->removed || !member->goes || !member->gone_ms ||
		plot->forgetful || plot->person.once || member->orders || member->foreign_changes ||
		member->reviews || is_needed(cast, member) || !reach_ours(view->created_by) ||
		is_unheard(judge->world, view))
		return false;
	bool empty = true;

	for (size_t i = 0; i < cast->count; i++) {
		if (cast->members[i].managed && cast->members[i].broken)
			return false;
		empty = empty && (!cast->members[i].managed || cast->members[i].removed);
	}
	unsigned apply = removals_remembered(member, KEY_APPLY);

	/* A folder without any manifest is taken for a mistake. */
	return !empty && apply <= APPLY_BY_APPROVAL &&
	       member->gone_ms + plot->removal_delay_ms < plot->end_ms;
}

bool endings_good(const struct judge *judge, const struct member *member, const char **found)
{
	const struct world *world = judge->world;
	const struct overview_row *row = quiet_row(judge, member);
	struct model_stack_view view;

	if (!model_stack(
		    world->model, member->reach->account, member->region, member->stack, &view) ||
		!has_to_go(judge, member, &view))
		return true;
	*found = view.status;
	/* Once it was left as it is, it stays. */
	if (view.protected || member->protected_ms)
		return true;
	if (!member->failures)
		return false;
	/* Held, with the reason, or about to be tried again. */
	return world->mode == ENGINE_ONCE ||
	       (row && row->reason && *row->reason &&
		       (row->state == STATE_HOLD || row->state == STATE_WAIT ||
			       row->state == STATE_DELETE));
}
