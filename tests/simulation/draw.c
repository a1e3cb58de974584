/* The settings of a story, and how the service is in it. */
#include <stddef.h>

#include "simulation/plot.h"
#include "simulation/uploads.h"

enum { SECOND_MS = 1000, MINUTE_MS = 60 * SECOND_MS, ABROAD = 300 };

/* What is not established about the real service: each seed draws one answer for each. */
#define OPEN(name)                                                                                 \
	{                                                                                          \
#name, offsetof(struct model_options, name)                                        \
	}

static const struct {
	const char *name;
	size_t offset;
} open_questions[] = {
	OPEN(normalise_numbers),
	OPEN(normalise_lists),
	OPEN(operation_ids),
	OPEN(outputs_while_running),
	OPEN(no_updates_change_set),
	OPEN(export_blocks_delete),
	OPEN(delete_while_running),
	OPEN(change_set_keeps_tags),
	OPEN(tokens_are_forgotten),
	OPEN(throttling_exception),
	OPEN(delete_canceled_text),
	OPEN(unknown_change_set_refused),
	OPEN(delete_again_refused),
	OPEN(delete_during_rollback),
	OPEN(import_failure_open),
	OPEN(list_imports_empty),
	OPEN(other_texts),
	OPEN(nested_always_updates),
	OPEN(describe_events),
};

const char *option_name(size_t index)
{
	return index < COUNT(open_questions) ? open_questions[index].name : NULL;
}

char *draw_settings(struct plot *plot, struct world *world)
{
	static const unsigned retry_max_minutes[] = {5, 5, 5, 20, 60};
	static const unsigned intervals_s[] = {10, 20, 60, 120, 120};
	struct chance *chance = &plot->chance;
	bool narrow = chance_hits(chance, 400);
	unsigned retry_s = 1 + (unsigned)chance_below(chance, 15);
	unsigned concurrent = 1 + (unsigned)chance_below(chance, 4);
	unsigned failures = 1 + (unsigned)chance_below(chance, 3);
	unsigned poll_s = 1 + (unsigned)chance_below(chance, plot->hazy ? 2 : 10);
	unsigned reads = 1 + (unsigned)chance_below(chance, 6);
	unsigned writes = 1 + (unsigned)chance_below(chance, 3);
	unsigned attempts = 1 + (unsigned)chance_below(chance, 3);
	unsigned most = retry_max_minutes[chance_below(chance, COUNT(retry_max_minutes))];

	unsigned interval_s =
		intervals_s[chance_below(chance, plot->hazy ? 1 : COUNT(intervals_s))];

	plot->interval_ms = (uint64_t)interval_s * SECOND_MS;
	unsigned removal_minutes = 1 + (unsigned)chance_below(chance, 8);
	unsigned removals = chance_hits(chance, 500) ? 1 : MEMBERS_LIMIT;

	/* Chance of its own: what was drawn before it was thought of stays. */
	struct chance asks = chance_for(world->seed, "", "Apply", 0);

	plot->asks = chance_hits(&asks, 50);
	plot->removal_delay_ms = (uint64_t)removal_minutes * MINUTE_MS;
	plot->attempts = narrow ? attempts : 3;
	plot->retry_max_ms = (uint64_t)most * MINUTE_MS;
	world->rates[0] = narrow ? reads : 4;
	world->rates[1] = narrow ? writes : 2;
	return xasprintf("[AWS]\nAllowedAccounts=" WORLD_ALLOWED "\nTemplateBucket=" UPLOAD_BUCKET
			 "\n[Reconcile]\nInterval=%us\n"
			 "RevertDelay=3min\nRetryMin=%us\nRetryMax=%umin\nMaxAttempts=%u\n"
			 "MaxConcurrent=%u\nMaxFailures=%u\nPollInterval=%us\nReadRate=%u\n"
			 "WriteRate=%u\n[Policy]\nApply=%s\nRemovalDelay=%umin\nMaxRemovals=%u\n",
		interval_s, narrow ? retry_s : 5, most, plot->attempts, narrow ? concurrent : 20,
		narrow ? failures : 3, narrow || plot->hazy ? poll_s : 5, (unsigned)world->rates[0],
		(unsigned)world->rates[1], plot->asks ? "approve" : "auto", removal_minutes,
		removals);
}

struct model_options draw_options(struct plot *plot, struct coverage *coverage)
{
	struct chance *chance = &plot->chance;
	struct model_options options = model_options_default();
	bool slow = chance_hits(chance, 100);

	options.seed = chance_next(chance);
	options.check_signature = true;
	/* Some services take the late for longer than others. */
	options.skew_behind_ms = (chance_hits(chance, 500) && !plot->echoing ? 5 : 15) * MINUTE_MS;
	/* Where all is quick, a stale read shows what was before an operation, not its middle; and
	 * an operation is over while what led to it may still be read otherwise. */
	uint64_t most_ms =
		chance_hits(chance, plot->hazy || plot->echoing ? 900 : 300) ? 1000 : 10000;

	options.schedule = (struct model_schedule){
		.create_ms = chance_below(chance, 3 * most_ms),
		.update_ms = chance_below(chance, 2 * most_ms),
		.delete_ms = chance_below(chance, most_ms),
		.rollback_ms = chance_below(chance, most_ms),
		.cleanup_ms = chance_below(chance, most_ms),
		.change_set_ms = chance_below(chance, most_ms),
	};
	if (slow)
		options.schedule.change_set_ms = 4 * MINUTE_MS;
	if (plot->selection.keys_expire_s)
		options.schedule.create_ms = options.schedule.update_ms = 2 * MINUTE_MS;
	options.pages.stacks = 1 + (unsigned)chance_below(chance, 10);
	options.pages.events = 1 + (unsigned)chance_below(chance, 20);
	options.pages.change_sets = 1 + (unsigned)chance_below(chance, 3);
	options.pages.changes = 1 + (unsigned)chance_below(chance, 3);
	for (size_t i = 0; i < COUNT(open_questions); i++) {
		bool answer = chance_hits(chance, 500);

		*(bool *)((char *)&options + open_questions[i].offset) = answer;
		coverage->option[i][answer]++;
	}
	return options;
}

void draw_reaches(struct plot *plot, struct world *world, uint64_t seed)
{
	struct chance chance = chance_for(seed, "", "places", 0);
	struct chance contained = chance_for(seed, "", "container", 0);
	unsigned short_s = 60 + (unsigned)chance_below(&chance, 840);

	if (plot->selection.keys_expire_s)
		short_s = plot->selection.keys_expire_s;
	plot->abroad =
		reaches_draw(&plot->cast, &chance, plot->selection.keys_expire_s ? 1000 : ABROAD);
	world->contained = plot->abroad && chance_hits(&contained, 300);
	reaches_begin(world, short_s * SECOND_MS);
}
