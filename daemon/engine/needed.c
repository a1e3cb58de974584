/* Who still needs a stack whose manifest is gone: a manifest; a stack that goes too, but first; or
 * one that stays, though its manifest is gone as well. */
#include <string.h>

#include "base/text.h"
#include "engine/parts.h"

bool needed_stays(const struct unit *unit)
{
	const struct record *record = &unit->record;

	return !unit->desired && !unit->gone && record->stack_id && record->parents.count &&
	       !removal_concerns(record);
}

static bool goes(const struct unit *unit)
{
	return !unit->desired && !unit->gone && removal_concerns(&unit->record);
}

/* When its parent had a manifest, perhaps another role reached it. */
static bool has_parent(const struct engine *engine, const struct unit *child, const char *key)
{
	const struct texts *parents = &child->record.parents;

	for (size_t i = 0; i < parents->count; i++)
		if (identity_same(engine, parents->items[i], key))
			return true;
	return false;
}

/* Another one that has it among its parents, and for which this holds. */
static const struct unit *child_of(const struct engine *engine, const struct unit *unit,
	bool (*holds)(const struct unit *unit))
{
	for (size_t i = 0; i < engine->unit_count; i++) {
		const struct unit *other = engine->units[i];

		if (other != unit && holds(other) && has_parent(engine, other, unit->key))
			return other;
	}
	return NULL;
}

/* A manifest that needs it. Since its own is gone, its name may be reached by another role. */
static const struct unit *user_of(const struct engine *engine, const struct unit *unit)
{
	for (size_t i = 0; i < engine->unit_count; i++) {
		const struct unit *same = engine->units[i];

		if (same->child_count && identity_same(engine, same->key, unit->key))
			return same->children[0];
	}
	return NULL;
}

const struct unit *needed_by(const struct engine *engine, const struct unit *unit)
{
	const struct unit *user = user_of(engine, unit);

	if (!user)
		user = child_of(engine, unit, needed_stays);
	return user ? user : child_of(engine, unit, goes);
}

/* "app -> base -> app" where each waits for the next to be deleted; NULL: there is an end. */
static char *circle_of(const struct engine *engine, const struct unit *unit)
{
	const struct unit *next = unit;
	AUTO_DONE(text_done) struct text names = {0};

	text_add(&names, unit->name);
	for (size_t i = 0; i < engine->unit_count; i++) {
		next = needed_by(engine, next);
		if (!next || !goes(next))
			return NULL;
		text_format(&names, " -> %s", next->name);
		if (next == unit)
			return text_take(&names);
	}
	return NULL;
}

bool needed_plan(const struct engine *engine, struct unit *unit)
{
	const struct unit *other = needed_by(engine, unit);
	AUTO(free_text) char *circle = other ? circle_of(engine, unit) : NULL;

	if (!other)
		return false;
	if (circle)
		plan_set(&unit->plan, PLAN_HOLD,
			xasprintf("its manifest is gone, but it waits for itself (%s): each needs "
				  "the next to be deleted first; delete one of them yourself, or "
				  "write its manifest again without what it needs",
				circle));
	else if (needed_stays(other))
		plan_set(&unit->plan, PLAN_HOLD,
			xasprintf("its manifest is gone, but %s needs it, whose manifest is gone "
				  "too and which is left as it is; delete %s yourself, or write "
				  "its manifest again, without %s or with on-removal: delete",
				other->name, other->name, unit->name));
	else if (!other->desired && other->plan.action == PLAN_HOLD)
		plan_set(&unit->plan, PLAN_HOLD,
			xasprintf("its manifest is gone; needs %s to be deleted first, and that "
				  "is held",
				other->name));
	else
		plan_set(&unit->plan, PLAN_WAIT,
			xasprintf("its manifest is gone; needs %s to %s first", other->name,
				other->desired ? "do without it" : "be deleted"));
	return true;
}

void needed_changed(const struct engine *engine, const struct unit *unit)
{
	for (size_t i = 0; !unit->desired && i < engine->unit_count; i++) {
		struct unit *parent = engine->units[i];

		if (goes(parent) && has_parent(engine, unit, parent->key))
			parent->replan = true;
	}
}
