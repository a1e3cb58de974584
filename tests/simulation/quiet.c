/* What has become of it all, when nothing happens any more. */
#include <string.h>

#include "simulation/judge.h"
#include "simulation/nest.h"
#include "simulation/others.h"

enum {
	MINUTE_MS = 60 * 1000,
	HOUR_MS = 60 * MINUTE_MS,
	POLLS_OF_LOOK = 75, /* for each of the two calls that a look takes */
};

const struct overview_row *quiet_row(const struct judge *judge, const struct member *member)
{
	const struct overview *overview =
		judge->world->engine ? engine_overview(judge->world->engine) : NULL;

	for (size_t i = 0; overview && i < overview->count; i++)
		if (strcmp(overview->rows[i].manifest, member->name) == 0)
			return &overview->rows[i];
	return NULL;
}

static bool wrong(struct judge *judge, bool aloud, enum invariant invariant,
	const struct member *member, const char *what, const char *found, const char *expected)
{
	const struct overview_row *row = quiet_row(judge, member);

	if (aloud)
		world_breach(judge->world, invariant,
			"%s %s: found %s, expected %s (the engine: %s, %s)", member->name, what,
			found ? found : "none", expected, row ? row->action : "not running",
			row && row->reason ? row->reason : "-");
	return false;
}

/* Our own tag, on the stacks that we made and on no other; what others set stays. */
static bool tags_right(
	const struct judge *judge, const struct member *member, const struct model_stack_view *view)
{
	bool ours = false;

	for (size_t i = 0; i < model_entry_count(judge->world->model); i++) {
		const struct model_entry *entry = model_entry(judge->world->model, i);

		if (strcmp(entry->action, "CreateStack") == 0 &&
			strcmp(entry->stack_id, view->id) == 0)
			ours = reach_ours(entry->access_key);
	}
	bool others = !ours && !(member->keys.had & (1U << KEY_TAGS));

	return pairs_has(view->tags, "stackd:owner") == ours &&
	       (!others || pairs_has(view->tags, OTHERS_TAG));
}

/* Those of others may stay; and what memory forgot goes before the next change only. */
static bool keeps_change_set(const struct judge *judge, const struct member *member)
{
	AUTO(free_text) char *token = NULL;

	for (;;) {
		AUTO(free_text)
		char *form = xasprintf("Action=ListChangeSets&StackName=%s%s%s", member->stack,
			token ? "&NextToken=" : "", token ? token : "");
		struct model_reply reply;

		model_act(judge->world->model, world_wall(judge->world), member->reach->others_key,
			member->region, form, &reply);
		bool found = strstr(reply.body, ">" REVIEW_PREFIX) != NULL;
		const char *next = strstr(reply.body, "<NextToken>");

		free(token);
		token = next && !found ? xstrndup(next + strlen("<NextToken>"),
						 strcspn(next + strlen("<NextToken>"), "<"))
				       : NULL;
		model_reply_done(&reply);
		if (!token)
			return found;
	}
}

/* It was to follow what Systems Manager keeps for it, and did not. Where something failed, the next
 * look may be the first that can tell. */
static bool is_starved(const struct member *member, const struct model_stack_view *view)
{
	AUTO(free_text) char *kept = xasprintf("v%u", member->image);

	return member->fed && !member->starved && !member->failures && !member->orders &&
	       !member->suspended && member->keys.values[KEY_FOLLOW] == FOLLOW_AT_ONCE &&
	       member->keys.values[KEY_APPLY] != APPLY_NOT_AT_ALL &&
	       !text_same(pairs_get(view->resolved, "Image"), kept);
}

/* Nothing differs while it looks whether something does. */
static bool is_looked_behind(const struct member *member, const struct overview_row *row)
{
	return member->fed && row && row->state == STATE_RUNNING && row->reason &&
	       strstr(row->reason, "a look behind its SSM parameters");
}

static bool is_as_wanted(struct judge *judge, const struct member *member, bool aloud)
{
	const struct cast *cast = &judge->plot->cast;
	struct model_stack_view view = {0};
	AUTO(free_text) char *wants = cast_wants(cast, member, judge->world);
	AUTO(free_text) char *lives = cast_lives(cast, member, judge->world, &view);
	const struct overview_row *row = quiet_row(judge, member);

	if (!lives || strcmp(wants, lives) != 0)
		return wrong(
			judge, aloud, QUIET_IN_SYNC, member, "is not what is wanted", lives, wants);
	if (!nest_right(member, judge->world))
		return wrong(judge, aloud, QUIET_IN_SYNC, member, "is not nested as wanted",
			"another stack", "one that is");
	if (!stack_status_updatable(stack_status_from(view.status)))
		return wrong(judge, aloud, QUIET_IN_SYNC, member, "is not settled", view.status,
			"a good status");
	bool looks = is_looked_behind(member, row);

	if (view.change_sets && !looks && !judge->plot->forgetful &&
		keeps_change_set(judge, member))
		return wrong(judge, aloud, NO_LEFT_CHANGE_SET, member, "keeps a change set", "one",
			"none");
	if (!tags_right(judge, member, &view))
		return wrong(judge, aloud, TAGS_STAY, member, "has not its tags",
			view.tags->count ? view.tags->items[0].name : "none", "those it had");
	enum key key = rest_fault(member, &view);

	if (key != KEY_COUNT)
		return wrong(judge, aloud, QUIET_IN_SYNC, member, "is not what is wanted",
			key_name(key), keys_text(&member->keys, key));
	if (is_starved(member, &view))
		return wrong(judge, aloud, QUIET_IN_SYNC, member, "does not follow",
			pairs_get(view.resolved, "Image"), "what Systems Manager keeps");
	if (judge->world->mode != ENGINE_ONCE && !looks && (!row || row->state != STATE_IN_SYNC))
		return wrong(judge, aloud, QUIET_IN_SYNC, member, "is said to be otherwise",
			row ? row->action : "nothing", "in sync");
	return true;
}

bool quiet_settled(struct judge *judge, const struct member *member)
{
	return is_as_wanted(judge, member, false);
}

/* Held, and for good reason. What runs once is asked when it has come to its end only: then any
 * reason that the story gave counts. */
static bool is_justified(const struct judge *judge, const struct member *member)
{
	const struct overview_row *row = quiet_row(judge, member);

	if (member->removed)
		return true;
	if (row && judge->world->mode != ENGINE_ONCE)
		return plot_justifies(judge->plot, judge->world, member, reason_of(row));
	for (size_t i = 0; i < REASON_COUNT; i++)
		if (plot_justifies(judge->plot, judge->world, member, (enum reason)i))
			return true;
	return false;
}

bool quiet_converged(struct judge *judge, bool aloud)
{
	const struct cast *cast = &judge->plot->cast;
	bool good = true;

	for (size_t i = 0; i < cast->count && (good || aloud); i++) {
		const struct member *member = &cast->members[i];
		const char *found = NULL;

		if (!endings_good(judge, member, &found))
			good = wrong(judge, aloud, QUIET_IN_SYNC, member,
				"should have been removed", found, "none");
		else if (member->managed && !is_justified(judge, member))
			good &= is_as_wanted(judge, member, aloud);
	}
	return good;
}

/* One look an hour; what runs once looks each time. */
static void check_looks(const struct judge *judge, const struct judge *earlier, size_t runs)
{
	size_t most = judge->world->mode == ENGINE_ONCE ? runs : 1;

	for (size_t i = 0; i < judge->plot->cast.count; i++)
		if (judge->sets[i] - earlier->sets[i] > most)
			world_breach(judge->world, STEADY_HOUR, "%zu looks behind %s",
				judge->sets[i] - earlier->sets[i],
				judge->plot->cast.members[i].name);
}

void quiet_hour(struct judge *judge, void (*pass)(struct judge *judge, uint64_t until_ms))
{
	struct world *world = judge->world;
	const struct world_counts before = world->counts;
	const struct judge earlier = *judge;
	unsigned life = world->life;
	size_t sweeps = HOUR_MS * 10 / 9 / judge->plot->interval_ms + 2;
	size_t stacks = 2 * judge->plot->cast.count; /* with those that are nested */
	size_t calls_limit = sweeps * (stacks + 2);

	pass(judge, world->now_ms + HOUR_MS);
	size_t mutations = world->counts.mutations - before.mutations;
	size_t looks = judge->looks - earlier.looks;

	if (mutations != looks)
		world_breach(world, STEADY_HOUR,
			"%zu calls to change something, and nothing differed", mutations - looks);
	check_looks(judge, &earlier, world->life - life + 1);
	/* A change set may take its time, and is asked for until then. */
	calls_limit += looks * POLLS_OF_LOOK;
	if (world->mode == ENGINE_RUN && world->counts.calls - before.calls > calls_limit)
		world_breach(world, STEADY_HOUR, "%zu calls, expected at most %zu",
			world->counts.calls - before.calls, calls_limit);
	if (world->counts.idle_ticks - before.idle_ticks > 4 * calls_limit)
		world_breach(world, STEADY_HOUR, "%zu ticks for nothing",
			world->counts.idle_ticks - before.idle_ticks);
	quiet_converged(judge, true);
}
