/* One stack: what it remembers, when it may be called about, how urgent it is. */
#include <string.h>

#include "engine/backoff.h"
#include "engine/parts.h"

enum { PAGES_LIMIT = 1000 };

bool pages_go_on(unsigned *pages, const char *next_token)
{
	bool more = next_token && ++*pages < PAGES_LIMIT;

	if (!more)
		*pages = 0;
	return more;
}

void unit_changed(struct unit *unit)
{
	unit->replan = true;
	for (size_t i = 0; i < unit->child_count; i++)
		unit->children[i]->replan = true;
}

void unit_touch(struct unit *unit)
{
	/* Of stacks that only children name nothing has to be remembered. */
	if (unit->desired || operation_runs(unit) || unit->generation || unit->record.manifest)
		unit->generation++;
}

bool unit_saved(const struct unit *unit)
{
	return unit->saved == unit->generation;
}

char *unit_version(const struct unit *unit)
{
	const struct live *live = unit->live;

	return xasprintf("%s %s", live->status_text ? live->status_text : "", live_time(live));
}

void unit_pause(struct engine *engine, struct unit *unit)
{
	const struct settings *settings = engine_settings(engine);

	unit->not_before_ms =
		engine->now.boottime_ms + backoff_ms(++unit->tries, settings->retry_min_ms,
						  settings->retry_max_ms, engine_chance(engine));
}

bool unit_paused(struct engine *engine, const struct unit *unit)
{
	if (unit->not_before_ms <= engine->now.boottime_ms)
		return false;
	engine_due(engine, unit->not_before_ms);
	return true;
}

char *unit_forbidden(const struct engine *engine, const struct unit *unit)
{
	const struct plan_input input = {.desired = unit->desired,
		.live = unit->live,
		.owner = engine_settings(engine)->owner,
		.adopt = engine_settings(engine)->adopt,
		.created = unit->record.created};

	return plan_forbidden(&input);
}

char *unit_spared(const struct unit *unit)
{
	if (unit->record.suspended)
		return xasprintf("suspended: %s", unit->record.suspended);
	if (unit->forgotten)
		return xasprintf("what is remembered of it can't be read: %s; mend or move its "
				 "file in the state directory",
			unit->forgotten);
	return NULL;
}

void unit_hasten(struct engine *engine, struct unit *unit)
{
	unit->impatient = engine->next_call + 1;
	unit->not_before_ms = 0;
	if (unit->record.not_before_ms)
		unit->record.not_before_ms = engine->now.wall_ms;
	unit->policy_known = false;
	unit_changed(unit);
}

int unit_compare_urgency(const void *a, const void *b)
{
	const struct unit *first = *(struct unit *const *)a, *second = *(struct unit *const *)b;
	bool untried = !digest_equal(&first->record.failed, &first->digest);
	bool other_untried = !digest_equal(&second->record.failed, &second->digest);

	if (first->edited != second->edited)
		return first->edited > second->edited ? -1 : 1;
	if (untried != other_untried)
		return untried ? -1 : 1;
	if (first->depth != second->depth)
		return first->depth < second->depth ? -1 : 1;
	return first->index < second->index ? -1 : first->index > second->index;
}
