#include "simulation/person.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "simulation/plot.h"

enum {
	SECOND_MS = 1000,
	MINUTE_MS = 60 * SECOND_MS,
	AGAIN_MS = 2 * MINUTE_MS,
	ONCE_AGAIN_MS = 10 * MINUTE_MS,
};

/* --- commands --- */

static unsigned bit(size_t member)
{
	return 1U << member;
}

/* Those that a command for all reaches: what the daemon knows of. */
static unsigned all_members(const struct cast *cast, const struct world *world)
{
	const struct overview *overview = world->engine ? engine_overview(world->engine) : NULL;
	unsigned members = 0;

	for (size_t i = 0; overview && i < overview->count; i++)
		for (size_t j = 0; j < cast->count; j++)
			if (strcmp(overview->rows[i].manifest, cast->members[j].name) == 0 &&
				!cast->members[j].damaged)
				members |= bit(j);
	return members;
}

static void note_orders(struct plot *plot, const struct world *world, const struct order *order)
{
	bool steers = order->kind == COMMAND_SUSPEND || order->kind == COMMAND_RESUME;

	for (size_t i = 0; i < plot->cast.count; i++) {
		struct member *member = &plot->cast.members[i];

		if (!(order->members & bit(i)))
			continue;
		if (steers)
			plot->person.last[i] = (unsigned)order->number;
		member->orders += order->kind == COMMAND_SUSPEND;
		member->retries += order->kind == COMMAND_RETRY;
		if (order->kind == COMMAND_RESUME)
			member->ordered = false;
	}
	plot_note_frozen(plot, world);
}

static struct order *give(struct plot *plot, struct world *world, struct order order,
	const char *stack, const char *text)
{
	struct person *person = &plot->person;
	struct order *one = &person->orders[person->order_count];
	AUTO(free_text) char *reason = NULL;

	if (!world->engine || world->mode != ENGINE_RUN || person->order_count == ORDERS_LIMIT)
		return NULL;
	person->order_count++;
	*one = order;
	one->number = person->order_count;
	one->life = world->life;
	if (order.kind == COMMAND_SUSPEND) {
		reason = xasprintf("order %zu", person->order_count);
		text = reason;
	}
	note_orders(plot, world, one);
	world->coverage->command[order.kind]++;
	world_command(world, one->number,
		&(struct command){.kind = order.kind, .stack = stack, .text = text});
	return one;
}

void person_order(struct plot *plot, struct world *world, struct member *member,
	enum command_kind kind, struct chance *chance)
{
	size_t place = (size_t)(member - plot->cast.members);
	bool all = chance_hits(chance, 200);
	struct order order = {.kind = kind, .approval = APPROVALS_LIMIT};

	order.members = all ? all_members(&plot->cast, world) : bit(place);
	/* Where it is not clear whom it reaches, it may be anybody. */
	for (size_t i = 0; all && i < plot->cast.count; i++)
		plot->cast.members[i].orders += kind == COMMAND_SUSPEND;
	if (all || member->managed)
		give(plot, world, order, all ? NULL : member->name, NULL);
}

/* --- answers --- */

static bool is_remembered(
	const struct world *world, const struct member *member, const struct order *order)
{
	AUTO(free_text) char *key = cast_record(member);
	AUTO(free_text) char *reason = xasprintf("\"order %u\"", (unsigned)order->number);
	const char *record = pairs_get(&world->records, key);

	return record && strstr(record, reason);
}

static void suspended(struct plot *plot, struct world *world, const struct order *order)
{
	for (size_t i = 0; i < plot->cast.count; i++) {
		struct member *member = &plot->cast.members[i];

		if (!(order->members & bit(i)) || member->damaged ||
			plot->person.last[i] != order->number)
			continue;
		/* A broken manifest may name nothing that could be suspended. */
		member->ordered = !member->broken;
		if (member->ordered && !is_remembered(world, member, order))
			world_breach(world, KEPT_PROMISE,
				"%s is said to be suspended, but nothing on the disk says so",
				member->name);
	}
	plot_note_frozen(plot, world);
}

void person_answered(struct plot *plot, struct world *world, const struct command_answer *answer)
{
	struct person *person = &plot->person;
	struct order *order = answer->number && answer->number <= person->order_count
				      ? &person->orders[answer->number - 1]
				      : NULL;
	bool done = answer->code == ANSWER_DONE;

	if (!order || order->answered || order->life != world->life) {
		world_breach(
			world, KEPT_PROMISE, "an answer that nobody waits for: %s", answer->text);
		return;
	}
	order->answered = true;
	if (order->wrong && done)
		world_breach(world, NO_UNAPPROVED_CHANGE, "a wrong digest is accepted: %s",
			answer->text);
	/* What was refused was not given. What nobody heard of may have been. */
	if (order->kind == COMMAND_APPROVE && order->approval < APPROVALS_LIMIT && !done &&
		answer->code != ANSWER_FAILED)
		person->approvals[order->approval].given_ms = 0;
	if (order->kind == COMMAND_SUSPEND && done)
		suspended(plot, world, order);
}

void person_check(const struct plot *plot, struct world *world)
{
	const struct person *person = &plot->person;

	for (size_t i = 0; i < person->order_count; i++)
		if (!person->orders[i].answered && person->orders[i].life == world->life)
			world_breach(
				world, KEPT_PROMISE, "command %zu never gets an answer", i + 1);
}

/* --- approvals --- */

static size_t find_approval(const struct person *person, size_t member, const char *change_set)
{
	for (size_t i = 0; i < person->approval_count; i++) {
		const struct approval *approval = &person->approvals[i];

		if (approval->member == member && !approval->used && approval->given_ms &&
			(!change_set || strcmp(approval->change_set, change_set) == 0))
			return i;
	}
	return SIZE_MAX;
}

bool person_may_go(const struct person *person, size_t member, const char *change_set)
{
	return find_approval(person, member, change_set) != SIZE_MAX;
}

bool person_approved(struct person *person, size_t member, const char *change_set)
{
	size_t found = find_approval(person, member, change_set);

	if (found != SIZE_MAX)
		person->approvals[found].used = true;
	return found != SIZE_MAX;
}

/* What is held for a stack is what was asked for last. */
static const char *newest_review(const struct world *world, const struct member *member)
{
	bool own_region = strcmp(member->region, WORLD_REGION) == 0;

	for (size_t i = world->sent_count; i-- > 0;) {
		const struct sent *sent = &world->sent[i];

		if (strcmp(sent->stack, member->stack) == 0 && sent->own_region == own_region &&
			strcmp(sent->reach->account, member->reach->account) == 0 &&
			text_starts(sent->token, REVIEW_PREFIX))
			return sent->token;
	}
	return "";
}

static const char *asked_for(
	const struct world *world, const struct member *member, const struct overview_row *row)
{
	const char *reason = row->reason ? row->reason : "";

	if (strstr(reason, "its manifest is gone"))
		return REMOVAL_APPROVED;
	return strstr(reason, "apply: approve; would ") || strstr(reason, "deleted it; would ")
		       ? REQUEST_APPROVED
		       : newest_review(world, member);
}

static void read_row(const struct plot *plot, const struct world *world,
	const struct member *member, struct reading *reading, const struct overview_row *row)
{
	if (!row->approval) {
		if (reading->typed)
			*reading = (struct reading){.nth = reading->nth};
		return;
	}
	if (strcmp(reading->digest, row->approval) == 0) {
		/* The same may be asked for anew, in a change set of its own. */
		(void)snprintf(reading->change_set, sizeof(reading->change_set), "%s",
			asked_for(world, member, row));
		return;
	}
	struct chance chance = chance_for(world->seed, member->name, "approval", reading->nth);
	bool soon = chance_hits(&chance, 400), never = chance_hits(&chance, 200);
	uint64_t wait_ms = chance_below(&chance, (soon ? 10 : 600) * (uint64_t)SECOND_MS);
	bool wrong = chance_hits(&chance, 250), edits = chance_hits(&chance, 200);
	bool over = world->now_ms >= plot->end_ms;

	*reading = (struct reading){.nth = reading->nth + 1};
	(void)snprintf(reading->digest, sizeof(reading->digest), "%s", row->approval);
	(void)snprintf(reading->change_set, sizeof(reading->change_set), "%s",
		asked_for(world, member, row));
	reading->due_ms = 1 + world->now_ms + (over ? wait_ms / 10 : wait_ms);
	if (never && !over)
		reading->due_ms = plot->end_ms;
	reading->wrong = wrong;
	reading->edits = edits && !over;
}

static void type_wrong(
	struct plot *plot, struct world *world, size_t place, struct reading *reading)
{
	char digest[DIGEST_HEX_SIZE];

	(void)snprintf(digest, sizeof(digest), "%.12s", reading->digest);
	digest[11] = digest[11] == '0' ? '1' : '0';
	reading->wrong = false;
	reading->due_ms = world->now_ms + 30 * (uint64_t)SECOND_MS;
	give(plot, world,
		(struct order){.kind = COMMAND_APPROVE,
			.members = bit(place),
			.wrong = true,
			.approval = APPROVALS_LIMIT},
		plot->cast.members[place].name, digest);
}

static void type(struct plot *plot, struct world *world, size_t place, struct reading *reading)
{
	struct person *person = &plot->person;
	struct member *member = &plot->cast.members[place];
	struct chance chance = chance_for(world->seed, member->name, "edit", reading->nth);
	struct order order = {.kind = COMMAND_APPROVE, .members = bit(place)};
	AUTO(free_text) char *digest = xstrdup(reading->digest);

	if (reading->wrong) {
		type_wrong(plot, world, place, reading);
		return;
	}
	if (reading->edits)
		plot_edit(plot, world, member, &chance);
	reading->typed = true;
	reading->due_ms = world->now_ms + AGAIN_MS;
	order.approval = person->approval_count;
	if (order.approval < APPROVALS_LIMIT) {
		struct approval *approval = &person->approvals[person->approval_count++];

		*approval = (struct approval){.member = place, .given_ms = world->now_ms};
		memcpy(approval->change_set, reading->change_set, TOKEN_SHOWN);
	}
	if (chance_hits(&chance, 500))
		digest[12] = '\0';
	give(plot, world, order, member->name, digest);
}

/* Where all is mended nothing stays suspended. */
static void resume(struct plot *plot, struct world *world, size_t place)
{
	struct reading *reading = &plot->person.readings[place];

	if (reading->due_ms && reading->due_ms > world->now_ms)
		return;
	reading->due_ms = world->now_ms + AGAIN_MS;
	give(plot, world,
		(struct order){
			.kind = COMMAND_RESUME, .members = bit(place), .approval = APPROVALS_LIMIT},
		plot->cast.members[place].name, NULL);
}

/* With --once nobody can be asked: then somebody starts the daemon, and ends it again. */
static void end_asking(struct plot *plot, struct world *world, bool waits)
{
	struct person *person = &plot->person;

	if (waits)
		person->seen_ms = world->now_ms;
	if (!person->once || world->mode != ENGINE_RUN || !world->engine ||
		world->now_ms - person->seen_ms < ONCE_AGAIN_MS)
		return;
	world->mode = ENGINE_ONCE;
	world_kill(world, SECOND_MS);
}

void person_look(struct plot *plot, struct world *world)
{
	const struct overview *overview =
		world->engine && world->mode == ENGINE_RUN ? engine_overview(world->engine) : NULL;
	unsigned suspended = 0;
	bool waits = false;

	for (size_t i = 0; overview && i < overview->count; i++)
		for (size_t j = 0; j < plot->cast.count; j++) {
			const struct overview_row *row = &overview->rows[i];

			if (strcmp(row->manifest, plot->cast.members[j].name) != 0)
				continue;
			read_row(plot, world, &plot->cast.members[j], &plot->person.readings[j],
				row);
			suspended |= row->suspended ? bit(j) : 0;
			waits = waits || row->approval || row->suspended;
		}
	for (size_t i = 0; overview && i < plot->cast.count; i++) {
		struct reading *reading = &plot->person.readings[i];

		if (plot->mended && (suspended & bit(i)))
			resume(plot, world, i);
		else if (*reading->digest && reading->due_ms && reading->due_ms <= world->now_ms)
			type(plot, world, i, reading);
	}
	end_asking(plot, world, waits || !overview);
}
