/* What the guard has to hold, judged by the ledger: which losses of a change need a person. */
#include <string.h>

#include "simulation/judge.h"

enum { QUIET_MS = 5000 }; /* so long may an edit not be known yet */

static bool is_kept(const struct model_loss *loss)
{
	const char *policy = loss->policy_action ? loss->policy_action : "";

	return loss->replacement ? strcmp(policy, "ReplaceAndRetain") == 0
				 : strcmp(policy, "Retain") == 0;
}

/* Of all types, the templates of stories have these. */
static bool is_stateful(const char *type)
{
	return strcmp(type, "AWS::DynamoDB::Table") == 0 || strcmp(type, "AWS::SQS::Queue") == 0 ||
	       strcmp(type, "AWS::CloudFormation::Stack") == 0;
}

/* Another made it, and nothing that we did to it has completed. */
static bool is_strange(const struct model *model, const struct model_entry *entry)
{
	for (size_t i = 0; i < model_entry_count(model); i++) {
		const struct model_entry *before = model_entry(model, i);
		bool ours = reach_ours(before->access_key);

		if (!before->stack_id || strcmp(before->stack_id, entry->stack_id) != 0 || !ours)
			continue;
		if (strcmp(before->action, "CreateStack") == 0)
			return false;
		if (strcmp(before->action, "ExecuteChangeSet") == 0 && before->result &&
			strcmp(before->result, "UPDATE_COMPLETE") == 0)
			return false;
	}
	return true;
}

/* For sure: nothing of its manifest moved since, and the folder did not. */
static bool is_used_by(
	const struct member *child, size_t parent, const struct world *world, uint64_t sent_ms)
{
	bool folder = !world->gone_ms || world->back_ms + QUIET_MS < sent_ms;

	if (!child->managed || child->broken || child->removed || !folder ||
		(child->moved_ms && child->moved_ms + QUIET_MS >= sent_ms))
		return false;
	for (size_t i = 0; i < child->parent_count; i++)
		if (child->parents[i].member == parent && child->parents[i].tie != TIE_ORDER)
			return true;
	return false;
}

static bool is_used(const struct judge *judge, size_t place, const struct model_entry *entry)
{
	const struct cast *cast = &judge->plot->cast;
	AUTO(free_text) char *token = xstrdup(entry->change_set);
	const struct sent *sent = network_sent(judge->world, token);

	for (size_t i = 0; sent && i < cast->count; i++)
		if (is_used_by(&cast->members[i], place, judge->world, sent->first_ms))
			return true;
	return false;
}

static bool guards(
	const struct judge *judge, size_t place, const struct model_entry *entry, unsigned value)
{
	const struct sent *sent = network_sent(judge->world, entry->token);

	return sent && rest_says(judge, place, KEY_GUARD, value, sent->first_ms);
}

/* What changes in a stack that is nested may be anything, as long as nobody looks. */
static bool is_unread(const struct world *world, const struct model_entry *entry)
{
	for (size_t i = 0; i < entry->nested_sets.count; i++)
		if (!texts_have(&world->read, entry->nested_sets.items[i]))
			return true;
	return false;
}

/* The first loss that a person has to agree to; NULL: there is none. */
static const struct model_loss *grave_loss(
	const struct judge *judge, size_t place, const struct model_entry *entry)
{
	static const struct model_loss unread = {
		.logical_id = "what nobody saw", .type = "AWS::CloudFormation::Stack"};
	bool strange = is_strange(judge->world->model, entry);
	bool all = guards(judge, place, entry, GUARD_EVERYTHING);

	if (!all && !guards(judge, place, entry, 0) && !guards(judge, place, entry, GUARD_OF_STATE))
		return NULL;

	for (size_t i = 0; i < entry->loss_count; i++) {
		const struct model_loss *loss = &entry->losses[i];

		if (is_kept(loss))
			continue;
		if (all || strange || is_stateful(loss->type))
			return loss;
		if (strcmp(loss->logical_id, "Topic") == 0 && is_used(judge, place, entry))
			return loss;
	}
	return is_unread(judge->world, entry) ? &unread : NULL;
}

static void note_nested(
	struct judge *judge, const struct model_entry *entry, const struct model_loss *loss)
{
	unsigned long *feat = judge->world->coverage->feat;
	bool within = loss && loss->stack_id && strcmp(loss->stack_id, entry->stack_id) != 0;

	feat[FEAT_NESTED] += entry->nested_sets.count > 0;
	feat[FEAT_NESTED_LOSS] += within;
	feat[FEAT_NESTED_UNREAD] += loss && !loss->stack_id;
}

/* Its manifest lets nothing go ahead without a person. */
static bool is_asked(const struct judge *judge, size_t place, const struct model_entry *entry)
{
	const struct sent *sent = network_sent(judge->world, entry->token);

	return sent && rest_says(judge, place, KEY_APPLY, APPLY_BY_APPROVAL, sent->first_ms);
}

void guarded_request(struct judge *judge, size_t place, const struct model_entry *entry)
{
	/* It left when it was approved; by now it is the next one that has to be. */
	if (network_stray(judge->world, entry->token))
		return;
	bool approved = person_approved(&judge->plot->person, place, REQUEST_APPROVED);

	judge->world->coverage->requested[is_asked(judge, place, entry)][approved]++;
	if (is_asked(judge, place, entry) && !approved &&
		!repeats_entry(judge->world->model, entry))
		world_breach(judge->world, NO_UNAPPROVED_CHANGE,
			"%s of %s has to be approved, and nobody did", entry->action,
			entry->stack_name);
}

void guarded_check(struct judge *judge, size_t place, const struct model_entry *entry)
{
	const struct model_loss *loss = grave_loss(judge, place, entry);

	/* Who approves something for nothing has approved it. */
	bool approved = person_approved(&judge->plot->person, place, entry->change_set);

	note_nested(judge, entry, loss);
	judge->world->coverage->guarded[loss ? 1 : 0][approved]++;
	if (!loss && !approved && is_asked(judge, place, entry))
		world_breach(judge->world, NO_UNAPPROVED_CHANGE,
			"%s of %s (%s) has to be approved, and nobody did", entry->action,
			entry->stack_name, entry->change_set);
	if (loss && !approved)
		world_breach(judge->world, NO_UNAPPROVED_CHANGE,
			"%s of %s (%s) loses %s (%s), and nobody approved it", entry->action,
			entry->stack_name, entry->change_set, loss->logical_id, loss->type);
}
