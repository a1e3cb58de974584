/* The ledger, entry by entry: what the service accepted. */
#include "simulation/judge.h"

#include <string.h>

#include "base/text.h"
#include "simulation/uploads.h"

enum { QUIET_MS = 5000 }; /* so long may an edit not be known yet */

/* --- what must not leave --- */

static const struct member *member_named(const struct judge *judge, const char *manifest)
{
	const struct cast *cast = &judge->plot->cast;

	for (size_t i = 0; i < cast->count && manifest; i++)
		if (strcmp(cast->members[i].name, manifest) == 0)
			return &cast->members[i];
	return NULL;
}

/* The stack of this name where the call goes. */
static const struct member *member_at(
	const struct judge *judge, const struct call *call, const char *stack)
{
	const struct reach *reach = reach_find(call->assume_role, call->external_id);
	const struct cast *cast = &judge->plot->cast;

	for (size_t i = 0; i < cast->count; i++)
		if (strcmp(cast->members[i].stack, stack) == 0 &&
			strcmp(cast->members[i].region, call->region) == 0 &&
			strcmp(cast->members[i].reach->account, reach->account) == 0)
			return &cast->members[i];
	return NULL;
}

/* What the daemon remembers of its own doing it may not overlook; what arrived when nobody waited
 * for it any more it does not know. */
static bool is_known(const struct world *world, const struct model_entry *entry)
{
	const struct sent *sent = network_sent(world, entry->token);

	return sent && !sent->stray && sent->first_ms > world->forgot_ms;
}

/* A look behind an SSM parameter is a change set, which goes again. */
static void note_look(struct judge *judge, size_t place, enum call_kind kind)
{
	judge->looks += kind == CALL_CREATE_CHANGE_SET || kind == CALL_DELETE_CHANGE_SET;
	judge->sets[place] += kind == CALL_CREATE_CHANGE_SET;
}

static void leaves(void *owner, const struct call *call, const char *stack)
{
	struct judge *judge = owner;
	struct world *world = judge->world;
	const struct member *member = member_at(judge, call, stack);

	if (!member)
		return;

	size_t place = (size_t)(member - judge->plot->cast.members);

	rest_leaves(judge, place, call);
	if (member->fed)
		note_look(judge, place, call->kind);
	endings_leave(judge, place, call);
	wrecks_leave(judge, place, call);
	if (call->kind != CALL_CREATE_STACK && call->kind != CALL_CREATE_CHANGE_SET &&
		call->kind != CALL_EXECUTE_CHANGE_SET)
		return;
	model_advance(world->model, world_wall(world));
	wishes_leave(judge, place, call);
	for (size_t i = 0; i < member->parent_count; i++) {
		size_t parent = member->parents[i].member;
		size_t running = judge->members[parent].running;
		const struct model_entry *entry =
			running == SIZE_MAX ? NULL : model_entry(world->model, running);

		if (entry && !entry->result && is_known(world, entry))
			world_breach(world, PARENTS_FIRST, "%s of %s leaves while %s of %s runs",
				call_kind_name(call->kind), stack, entry->action,
				entry->stack_name);
	}
}

static void told(void *owner, const struct report *report)
{
	struct judge *judge = owner;
	const struct member *member = member_named(judge, report->manifest);

	abroad_told(judge, report);
	if (!member || report->class != REPORT_SUCCEEDED || report->level != REPORT_NOTICE)
		return;
	struct file_of_member *file = &judge->members[member - judge->plot->cast.members];

	file->known_ms = file->ended_ms;
	file->known_life = judge->world->life;
}

static void answered(void *owner, const struct command_answer *answer)
{
	struct judge *judge = owner;

	person_answered(judge->plot, judge->world, answer);
}

void judge_begin(struct judge *judge, struct world *world, struct plot *plot)
{
	*judge = (struct judge){.world = world, .plot = plot, .epoch = {.edits = SIZE_MAX}};
	for (size_t i = 0; i < MEMBERS_LIMIT; i++)
		judge->members[i].running = judge->members[i].proposal =
			judge->members[i].proposed = SIZE_MAX;
	world->leaves = leaves;
	world->told = told;
	world->answered = answered;
	world->owner = judge;
}

void judge_done(struct judge *judge)
{
	for (size_t i = 0; i < MEMBERS_LIMIT; i++)
		wishes_done(&judge->members[i]), rest_done(&judge->members[i].rest);
}

/* --- what was accepted --- */

static size_t member_of(const struct judge *judge, const struct model_entry *entry)
{
	const struct cast *cast = &judge->plot->cast;

	for (size_t i = 0; i < cast->count && entry->stack_name; i++)
		if (strcmp(cast->members[i].stack, entry->stack_name) == 0 &&
			strcmp(cast->members[i].region, entry->region) == 0 &&
			strcmp(cast->members[i].reach->account, entry->account) == 0)
			return i;
	return SIZE_MAX;
}

bool entry_is(const struct model_entry *entry, const char *action)
{
	return strcmp(entry->action, action) == 0;
}

static bool is_deed(const struct model_entry *entry)
{
	return entry_is(entry, "CreateStack") || entry_is(entry, "ExecuteChangeSet");
}

static void breach(const struct judge *judge, enum invariant invariant,
	const struct model_entry *entry, const char *what)
{
	world_breach(judge->world, invariant, "%s of %s%s", entry->action,
		entry->stack_name ? entry->stack_name : "no stack", what);
}

/* What arrived when nobody waited for it any more was not meant to overlap. */
static bool is_stray(const struct judge *judge, const struct model_entry *entry)
{
	return network_stray(judge->world, entry->token);
}

/* With `on-failure: delete` nothing is left of a create that failed, not even its name: who never
 * heard of it makes it again, and no token stands in the way if the service forgets it. */
static bool left_nothing(const struct judge *judge, const struct model_entry *entry)
{
	struct model_stack_view view;

	return entry->result && strcmp(entry->action, "CreateStack") == 0 &&
	       model_stack(judge->world->model, entry->account, entry->region, entry->stack_id,
		       &view) &&
	       strcmp(view.status, "DELETE_COMPLETE") == 0;
}

/* Since others acted there: what they have undone may be done again, if the service forgets. */
static const struct model_entry *token_worked(
	const struct judge *judge, const struct file_of_member *file, size_t index)
{
	const struct model *model = judge->world->model;
	const struct model_entry *entry = model_entry(model, index);

	for (size_t i = file->others; i < index && entry->token; i++) {
		const struct model_entry *before = model_entry(model, i);

		if (before->token && strcmp(before->token, entry->token) == 0 &&
			strcmp(before->action, entry->action) == 0)
			return before;
	}
	return NULL;
}

/* Died before it heard how it went, and nothing was left that could tell. */
static bool was_unheard(const struct judge *judge, const struct file_of_member *file)
{
	return file->last_failed && file->deed_life != judge->world->life &&
	       left_nothing(judge, model_entry(judge->world->model, file->deed));
}

static void check_deed(struct judge *judge, struct file_of_member *file, size_t index)
{
	const struct member *member = &judge->plot->cast.members[file - judge->members];
	const struct model_entry *entry = model_entry(judge->world->model, index);
	const struct model_entry *before = token_worked(judge, file, index);
	/* The same again may be another value, of Systems Manager's: a change set has the one of
	 * when it was made, however long it was held then. */
	bool fed =
		member->fed_ms && (member->keys.had & (1U << KEY_FOLLOW) || judge->plot->forgetful);
	bool same = digest_equal(&file->last, &entry->digest) && !fed;

	/* What came late may have been for nothing, as far as the daemon heard. */
	file->repeated = (before && left_nothing(judge, before)) || is_stray(judge, entry);
	if (!entry->changed)
		breach(judge, NO_IDLE_CHANGE, entry, " changed nothing");
	if (same && !file->last_failed)
		breach(judge, ONE_ACCEPT_PER_ATTEMPT, entry, " was done twice");
	/* The service may have forgotten a token when what was late comes at last. */
	if (before && !file->repeated && !is_stray(judge, entry))
		breach(judge, ONE_ACCEPT_PER_ATTEMPT, entry, " was accepted twice with one token");
	if (was_unheard(judge, file) && file->failures)
		file->failures--;
	if (file->retries != member->retries)
		file->failures = 0;
	file->retries = member->retries;
	if (same && file->last_failed && !file->repeated &&
		file->failures >= judge->plot->attempts && !judge->plot->forgetful)
		breach(judge, ATTEMPTS_LIMIT, entry, " is tried again, although it always failed");
	if (!same)
		file->failures = 0;
	file->last = entry->digest;
	file->last_failed = false;
	file->running = file->deed = index;
	file->deed_life = judge->world->life;
}

/* True while the change set at this entry of the ledger may still be executed. */
static bool is_open(const struct judge *judge, size_t proposal, const struct model_entry *entry)
{
	const struct model_entry *before =
		proposal == SIZE_MAX ? NULL : model_entry(judge->world->model, proposal);

	return before && strcmp(before->stack_id, entry->stack_id) == 0 && !is_stray(judge, before);
}

static void check_proposal(struct judge *judge, struct file_of_member *file, size_t index)
{
	const struct model_entry *entry = model_entry(judge->world->model, index);
	struct world *world = judge->world;

	if (!entry_is(entry, "CreateChangeSet")) {
		const struct model_entry *before =
			file->proposal == SIZE_MAX ? NULL
						   : model_entry(world->model, file->proposal);

		if (before && entry->change_set &&
			strcmp(before->change_set, entry->change_set) == 0)
			file->proposal = SIZE_MAX;
		return;
	}
	if (is_open(judge, file->proposal, entry) && !is_stray(judge, entry) &&
		!judge->plot->forgetful)
		breach(judge, ONE_OPERATION_PER_STACK, entry,
			" is accepted while another change set of ours is open");
	file->proposal = index;
}

static void check_ours(struct judge *judge, size_t place, size_t index)
{
	const struct model_entry *entry = model_entry(judge->world->model, index);
	const struct member *member = &judge->plot->cast.members[place];
	struct file_of_member *file = &judge->members[place];
	const struct sent *sent = network_sent(judge->world, entry->token);

	if (!member->managed)
		breach(judge, STRANGERS_STAY, entry, ", which has no manifest");
	if (rest_accepted(judge, place, entry))
		return;
	if (entry_is(entry, "DeleteStack")) {
		removals_check(judge, place, entry);
		endings_check(judge, place, index);
		/* What is made anew is no repetition. */
		file->last = (struct digest){0};
		judge->deeds++;
		return;
	}
	check_proposal(judge, file, index);
	if (entry_is(entry, "CreateChangeSet"))
		wrecks_proposed(judge, place, index);
	if (entry_is(entry, "DeleteChangeSet")) {
		if (!text_starts(entry->change_set, REVIEW_PREFIX))
			breach(judge, STRANGERS_STAY, entry, ", whose change set is another's");
		return;
	}
	judge->deeds++;
	if (member->frozen_ms && sent && member->frozen_ms + QUIET_MS < sent->first_ms)
		breach(judge, FROZEN_STAYS, entry, ", which must not be changed");
	if (sent && rest_says(judge, place, KEY_APPLY, APPLY_NOT_AT_ALL, sent->first_ms))
		breach(judge, FROZEN_STAYS, entry, ", which is never to be applied");
	if (file->running != SIZE_MAX && !model_entry(judge->world->model, file->running)->result)
		breach(judge, ONE_OPERATION_PER_STACK, entry, " is accepted while another runs");
	if (entry_is(entry, "CreateStack") || entry_is(entry, "ContinueUpdateRollback"))
		guarded_request(judge, place, entry);
	if (entry_is(entry, "ContinueUpdateRollback"))
		wrecks_check(judge, place, index);
	if (!is_deed(entry))
		return;
	if (entry_is(entry, "ExecuteChangeSet"))
		guarded_check(judge, place, entry);
	rest_begins(judge, place);
	check_deed(judge, file, index);
	wishes_submitted(judge, place, entry);
}

static void check_entry(struct judge *judge, size_t index)
{
	const struct model_entry *entry = model_entry(judge->world->model, index);
	size_t place = member_of(judge, entry);

	if (entry->bucket) {
		uploads_check(judge->world, entry);
		return;
	}
	if (!reach_ours(entry->access_key)) {
		if (place != SIZE_MAX) {
			judge->members[place].last = (struct digest){0};
			judge->members[place].failures = 0;
			judge->members[place].others = index;
		}
		return;
	}
	abroad_accepted(judge, entry);
	if (place == SIZE_MAX)
		breach(judge, STRANGERS_STAY, entry, ", which nobody wants");
	else
		check_ours(judge, place, index);
}

/* The operation is over. */
static void check_result(struct judge *judge, size_t place)
{
	struct file_of_member *file = &judge->members[place];
	const struct model_entry *entry = model_entry(judge->world->model, file->running);

	if (!entry->result)
		return;
	file->running = SIZE_MAX;
	file->ended_ms = entry->end_ms;
	file->last_failed = strcmp(entry->result, "CREATE_COMPLETE") != 0 &&
			    strcmp(entry->result, "UPDATE_COMPLETE") != 0;
	file->failures += file->last_failed && !file->repeated;
	judge->world->coverage->feat[FEAT_IN_USE] +=
		file->last_failed && judge->plot->cast.members[place].imported;
	if (!file->last_failed) {
		wishes_check(judge, place, entry);
		rest_check(judge, place, entry);
	}
}

/* --- what the engine says, for the table of coverage --- */

static void note_row(struct judge *judge, const struct overview_row *row)
{
	const struct member *member = member_named(judge, row->manifest);
	struct coverage *coverage = judge->world->coverage;

	if (!member)
		return;
	struct file_of_member *file = &judge->members[member - judge->plot->cast.members];
	enum stack_status status = !row->status ? STACK_UNKNOWN
				   : strcmp(row->status, "absent") == 0
					   ? STACK_ABSENT
					   : stack_status_from(row->status);
	enum reason reason = reason_of(row);

	if (file->reason != reason)
		coverage->reason[reason]++;
	if (row->status && (file->status != status || file->state != row->state))
		coverage->status[status][row->state]++;
	file->status = status;
	file->state = row->state;
	file->reason = reason;
}

static void note_rows(struct judge *judge)
{
	const struct overview *overview =
		judge->world->engine ? engine_overview(judge->world->engine) : NULL;

	for (size_t i = 0; overview && i < overview->count; i++)
		note_row(judge, &overview->rows[i]);
}

void judge_look(struct judge *judge)
{
	size_t count = model_entry_count(judge->world->model);

	for (size_t i = 0; i < judge->plot->cast.count; i++)
		if (judge->members[i].running != SIZE_MAX)
			check_result(judge, i);
	while (judge->seen < count)
		check_entry(judge, judge->seen++);
	abroad_look(judge);
	removals_look(judge);
	if (wishes_look(judge))
		rest_look(judge);
	note_rows(judge);
}
