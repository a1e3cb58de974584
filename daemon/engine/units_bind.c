/* Ties stacks to what the manifests say now: to their own manifest, and to their parents. */
#include <assert.h>
#include <string.h>

#include "base/text.h"
#include "engine/parts.h"
#include "stack/hide.h"

/* While an operation runs, AWS may repeat what it was sent, whatever the manifest says now. */
static void bind_secrets(struct unit *unit)
{
	if (!operation_runs(unit) && !unit->desired->frozen)
		secrets_done(&unit->secrets);
	secrets_add(unit->desired, &unit->secrets);
}

static void note_edit(struct engine *engine, struct unit *unit)
{
	if (!digest_equal(&unit->source, &unit->desired->source))
		unit->edited = engine->edits;
	unit->source = unit->desired->source;
}

/* True where they are other ones than before. */
static bool remember_rules(const struct desired_stack *desired, struct record_rules *rules)
{
	struct record_rules now = {
		.apply_given = desired->apply_given,
		.guard_given = desired->guard_given,
		.apply = desired->apply_given ? desired->apply : APPLY_AUTO,
		.guard = desired->guard_given ? desired->guard : GUARD_STATEFUL,
	};
	bool same = now.apply_given == rules->apply_given &&
		    now.guard_given == rules->guard_given && now.apply == rules->apply &&
		    now.guard == rules->guard;

	*rules = now;
	return !same;
}

/* What must be known once the manifest is gone. A broken one says nothing of it. */
static void remember_manifest(const struct engine *engine, struct unit *unit)
{
	struct record *record = &unit->record;
	const struct desired_stack *desired = unit->desired;
	const char *folder = engine->desired->folder;
	bool same =
		text_same(record->manifest, desired->manifest) && text_same(record->folder, folder);

	if (desired->frozen)
		return;
	bool other_rules = remember_rules(desired, &record->rules);
	bool other_end = record->on_removal != desired->on_removal ||
			 record->removal_by_settings == desired->on_removal_given;

	if (record->stack_id && (!same || other_rules || other_end || record->removal_held))
		unit_touch(unit);
	if (!same) {
		replace_text(&record->manifest, desired->manifest);
		replace_text(&record->folder, folder);
	}
	record->on_removal = desired->on_removal;
	record->removal_by_settings = !desired->on_removal_given;
	record->removal_held = false;
}

/* They go after it, also when its manifest is gone. */
static void remember_parents(struct unit *unit)
{
	struct record *record = &unit->record;
	struct texts keys = {0};

	for (size_t i = 0; unit->parents[i]; i++)
		texts_add(&keys, unit->parents[i]->key);
	if (record->stack_id && !texts_equal(&keys, &record->parents))
		unit_touch(unit);
	texts_done(&record->parents);
	record->parents = keys;
}

/* The manifest of a stack that we deleted is back. What was known is of that stack. */
static void revive(struct unit *unit)
{
	/* By its id it was gone: who has the name now? */
	if (unit->live && unit->live->status == STACK_DELETE_COMPLETE && !operation_runs(unit))
		unit->look = true;
	if (!unit->gone)
		return;
	char *suspended = take(unit->record.suspended);

	record_done(&unit->record);
	unit->record.suspended = suspended;
	unit->record.region = xstrdup(unit->region);
	unit->record.name = xstrdup(unit->name);
	unit->record.role = xstrdup(unit->role);
	unit->record.external_id = xstrdup(unit->external_id);
	unit->gone = false;
	unit->look = true;
	unit->policy_known = false;
	unit_touch(unit);
}

/* Another role may lead to the same stack. */
static void bind_role(struct engine *engine, struct unit *unit)
{
	const struct desired_stack *desired = unit->desired;

	if (text_same(unit->role, desired->assume_role_arn) &&
		text_same(unit->external_id, desired->external_id))
		return;
	unit_set_role(unit, desired->assume_role_arn, desired->external_id);
	unit_touch(unit);
	unit->scope = unit_scope(engine, unit);
}

static void bind_manifests(struct engine *engine)
{
	const struct desired *desired = engine->desired;

	free(engine->rows);
	engine->rows = xcalloc(desired->stack_count + 1, sizeof(struct unit *));
	for (size_t i = 0; i < desired->stack_count; i++) {
		struct desired_stack *stack = desired->stacks[i];
		const struct address address = address_of(stack);
		struct unit *unit =
			stack->name_known && *stack->region ? unit_find(engine, &address) : NULL;

		engine->rows[i] = unit;
		if (!unit)
			continue;
		unit->desired = stack;
		bind_role(engine, unit);
		revive(unit);
		bind_secrets(unit);
		summary_bind(unit);
		note_edit(engine, unit);
		remember_manifest(engine, unit);
	}
}

static void bind_parents(struct engine *engine)
{
	for (size_t i = 0; i < engine->unit_count; i++) {
		struct unit *unit = engine->units[i];
		size_t count =
			unit->desired && !unit->desired->frozen ? unit->desired->edge_count : 0;

		unit->parents = xcalloc(count + 1, sizeof(struct unit *));
		for (size_t j = 0; j < count; j++) {
			const struct edge *edge = &unit->desired->edges[j];
			const struct address address = address_behind(edge);
			struct unit *parent = unit_find(engine, &address);

			assert(parent); /* want_all() saw to it */
			unit->parents[j] = parent;
			GROW(parent->children, parent->child_size, parent->child_count + 1);
			parent->children[parent->child_count++] = unit;
		}
		if (unit->desired && !unit->desired->frozen)
			remember_parents(unit);
	}
}

void units_bind(struct engine *engine)
{
	bind_manifests(engine);
	bind_parents(engine);
}
