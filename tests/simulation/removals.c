/* Which deletions of ours are lawful: of what never came to be whole, and of what no manifest has
 * wanted for long enough, as far as a whole folder could tell. */
#include <string.h>

#include "simulation/judge.h"

enum {
	QUIET_MS = 5000,
	GLANCE_MS = 2000,            /* what is over sooner, nobody may have seen */
	ABSENCE_MS = 45 * 60 * 1000, /* so long may the daemon be away, and see no edit */
	KEY_UNSURE = 99,
};

/* The creation of this stack; NULL: not by us. */
static const struct model_entry *our_creation(const struct model *model, const char *stack_id)
{
	for (size_t i = 0; i < model_entry_count(model); i++) {
		const struct model_entry *before = model_entry(model, i);

		if (entry_is(before, "CreateStack") && strcmp(before->stack_id, stack_id) == 0)
			return reach_ours(before->access_key) ? before : NULL;
	}
	return NULL;
}

void removals_look(struct judge *judge)
{
	const struct world *world = judge->world;
	const struct cast *cast = &judge->plot->cast;
	bool doubtful = world->folder != FOLDER_READ || world->folder_empty;
	struct doubt *last = &judge->doubts[(judge->doubt_count + DOUBTS - 1) % DOUBTS];

	for (size_t i = 0; i < cast->count; i++)
		doubtful = doubtful || (cast->members[i].managed && cast->members[i].broken);
	if (doubtful && !judge->doubtful) {
		last = &judge->doubts[judge->doubt_count++ % DOUBTS];
		last->from_ms = world->now_ms;
	}
	if (doubtful)
		last->to_ms = world->now_ms;
	judge->doubtful = doubtful;
}

/* Nothing could be concluded from the folder at some time between these. */
static bool was_doubtful(const struct judge *judge, uint64_t from_ms, uint64_t to_ms)
{
	for (size_t i = 0; i < DOUBTS && i < judge->doubt_count; i++) {
		const struct doubt *doubt = &judge->doubts[i];

		if (doubt->to_ms > from_ms && doubt->from_ms + QUIET_MS < to_ms &&
			doubt->to_ms - doubt->from_ms > GLANCE_MS)
			return true;
	}
	return false;
}

/* Somebody still names it in a manifest, for sure. */
static const struct member *user_of(const struct judge *judge, size_t place, uint64_t sent_ms)
{
	const struct cast *cast = &judge->plot->cast;

	for (size_t i = 0; i < cast->count; i++) {
		const struct member *child = &cast->members[i];

		/* Without its manifest, the name means another stack in another region. */
		if (!child->managed || child->removed || child->broken ||
			!cast_same_reach(child, &cast->members[place]) ||
			strcmp(cast->members[place].name, cast->members[place].stack) != 0 ||
			child->moved_ms + QUIET_MS >= sent_ms)
			continue;
		for (size_t j = 0; j < child->parent_count; j++)
			if (child->parents[j].member == place)
				return child;
	}
	return NULL;
}

static const char *removal_fault(const struct judge *judge, size_t place,
	const struct model_entry *entry, const struct model_entry *creation)
{
	const struct member *member = &judge->plot->cast.members[place];
	const struct sent *sent = network_sent(judge->world, entry->token);
	const struct sent *created = network_sent(judge->world, creation->token);
	uint64_t sent_ms = sent ? sent->first_ms : judge->world->now_ms;
	uint64_t least_ms = judge->plot->removal_delay_ms;

	if (!member->goes || !member->gone_ms)
		return "which is to be kept";
	/* It came back and went again while the request was on its way: nobody can tell. */
	if (member->gone_ms > sent_ms)
		return NULL;
	if (member->back_ms && member->back_ms + QUIET_MS < sent_ms)
		return "whose manifest is there";
	if (member->gone_ms + least_ms > sent_ms)
		return "whose manifest has not been gone for long enough";
	if (was_doubtful(judge, sent_ms - least_ms, sent_ms))
		return "although the folder was in doubt";
	if (created && created->first_ms < judge->world->oblivion_ms &&
		judge->world->oblivion_ms < sent_ms)
		return "which no memory knows to be ours";
	/* What comes so late that nobody waits for it left before that. */
	if (member->ordered && !network_stray(judge->world, entry->token) &&
		member->frozen_ms + QUIET_MS < sent_ms)
		return "which is suspended";
	if (user_of(judge, place, sent_ms))
		return "which others need";
	return NULL;
}

/* What failed is deleted to be made anew: like any other change of it. */
static void remake_check(struct judge *judge, size_t place, const struct model_entry *entry)
{
	const struct sent *sent = network_sent(judge->world, entry->token);

	if (judge->plot->cast.members[place].removed)
		return;
	guarded_request(judge, place, entry);
	if (sent && rest_says(judge, place, KEY_APPLY, APPLY_NOT_AT_ALL, sent->first_ms))
		world_breach(judge->world, FROZEN_STAYS, "%s of %s, which is never to be applied",
			entry->action, entry->stack_name);
}

/* A table in a stack of its own is not always there. */
static bool loses_table(
	const struct judge *judge, const struct member *member, const struct model_entry *entry)
{
	struct model_stack_view view;

	if (!member->nests)
		return member->holds;
	return model_stack(judge->world->model, member->reach->account, member->region,
		       entry->stack_id, &view) &&
	       view.template_body && strstr(view.template_body, "AWS::CloudFormation::Stack");
}

unsigned removals_remembered(const struct member *member, enum key key)
{
	uint64_t edited_ms = member->keys.edited_ms[key];

	return edited_ms && edited_ms + ABSENCE_MS > member->gone_ms ? KEY_UNSURE
								     : member->keys.values[key];
}

/* Its own rules outlive the manifest; without any the settings' apply. */
static bool asks_first(
	const struct judge *judge, const struct member *member, const struct model_entry *entry)
{
	unsigned apply = removals_remembered(member, KEY_APPLY),
		 guard = removals_remembered(member, KEY_GUARD);

	if (apply == APPLY_BY_APPROVAL || guard == GUARD_EVERYTHING ||
		(apply == 0 && judge->plot->asks))
		return true;
	return (guard == 0 || guard == GUARD_OF_STATE) && loses_table(judge, member, entry);
}

bool removals_check(struct judge *judge, size_t place, const struct model_entry *entry)
{
	const struct member *member = &judge->plot->cast.members[place];
	const struct model_entry *creation = our_creation(judge->world->model, entry->stack_id);
	const char *fault = creation ? NULL : "which somebody else made";

	if (creation && creation->result && strcmp(creation->result, "CREATE_COMPLETE") != 0) {
		judge->world->coverage->deleted[0]++;
		remake_check(judge, place, entry);
		return true;
	}
	judge->world->coverage->deleted[1]++;
	if (!fault && removals_remembered(member, KEY_APPLY) == APPLY_NOT_AT_ALL)
		fault = "which is never to be applied";
	if (!fault)
		fault = removal_fault(judge, place, entry, creation);
	if (fault)
		world_breach(judge->world, NO_UNRULY_DELETE, "%s of %s, %s", entry->action,
			entry->stack_name, fault);
	else if (asks_first(judge, member, entry) && !repeats_entry(judge->world->model, entry) &&
		 !person_approved(&judge->plot->person, place, REMOVAL_APPROVED))
		world_breach(judge->world, NO_UNAPPROVED_CHANGE,
			"%s of %s has to be approved, and nobody did", entry->action,
			entry->stack_name);
	return !fault;
}
