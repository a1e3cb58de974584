/* The stacks that matter: those that manifests want, and those that only their children name. */
#include <assert.h>
#include <string.h>

#include "base/text.h"
#include "engine/backoff.h"
#include "engine/parts.h"
#include "stack/hide.h"

static void unit_free(struct unit *unit)
{
	free(unit->key);
	free(unit->region);
	free(unit->name);
	template_free(unit->summary);
	free(unit->summary_url);
	free(unit->role);
	free(unit->external_id);
	free(unit->body);
	free(unit->body_version);
	review_forget(unit);
	free(unit->parents);
	free(unit->children);
	live_free(unit->live);
	free(unit->template_names);
	free(unit->reading);
	free(unit->list_token);
	free(unit->trouble);
	record_done(&unit->record);
	free(unit->forgotten);
	plan_done(&unit->plan);
	wanted_done(&unit->wanted);
	follow_forget(unit);
	free(unit->told_reason);
	secrets_done(&unit->secrets);
	free(unit);
}

void units_free(struct engine *engine)
{
	for (size_t i = 0; i < engine->unit_count; i++)
		unit_free(engine->units[i]);
	free(engine->units);
	free(engine->order);
	free(engine->rows);
}

static int compare_keys(const void *a, const void *b)
{
	return strcmp((*(struct unit *const *)a)->key, (*(struct unit *const *)b)->key);
}

static struct unit *find(struct unit *const *units, size_t count, char *key)
{
	struct unit wanted = {.key = key}, *place = &wanted;
	struct unit **found =
		count ? bsearch(&place, units, count, sizeof(*units), compare_keys) : NULL;

	return found ? *found : NULL;
}

struct unit *unit_by_key(const struct engine *engine, char *key)
{
	return find(engine->units, engine->unit_count, key);
}

struct unit *unit_find(const struct engine *engine, const struct address *address)
{
	AUTO(free_text) char *key = stack_key(address->role, address->region, address->name);

	return unit_by_key(engine, key);
}

void unit_set_role(struct unit *unit, const char *role, const char *external_id)
{
	replace_text(&unit->role, role);
	replace_text(&unit->external_id, external_id);
	replace_text(&unit->record.role, role);
	replace_text(&unit->record.external_id, external_id);
}

static struct unit *unit_new(const struct address *address)
{
	struct unit *unit = xcalloc(1, sizeof(*unit));

	unit->key = stack_key(address->role, address->region, address->name);
	unit->region = xstrdup(address->region);
	unit->name = xstrdup(address->name);
	unit->record.region = xstrdup(address->region);
	unit->record.name = xstrdup(address->name);
	unit_set_role(unit, address->role, address->external_id);
	unit->replan = true;
	unit->told = PLAN_NONE;
	return unit;
}

/* --- building the table anew --- */

struct table {
	struct unit **items;
	size_t count, size;
};

static void want(struct table *table, const struct address *address)
{
	GROW(table->items, table->size, table->count + 1);
	table->items[table->count++] = unit_new(address);
}

struct address address_of(const struct desired_stack *stack)
{
	return (struct address){
		stack->assume_role_arn, stack->external_id, stack->region, stack->name};
}

static void want_stack(struct table *table, const struct desired_stack *stack)
{
	const struct address address = address_of(stack);

	want(table, &address);
}

struct address address_behind(const struct edge *edge)
{
	return (struct address){edge->assume_role_arn, edge->external_id, edge->region, edge->name};
}

/* It stays, and needs another that is to be deleted, for no manifest wants that one. */
static bool holds_up(
	const struct engine *engine, const struct table *named, const struct record *record)
{
	if (!record->stack_id || removal_concerns(record))
		return false;
	for (size_t i = 0; i < record->parents.count; i++) {
		char *key = record->parents.items[i];
		const struct record *parent = memory_record(engine, key);

		if (parent && removal_concerns(parent) && !find(named->items, named->count, key))
			return true;
	}
	return false;
}

/* What is under way is followed to its end, and what shall go is deleted, without a manifest too.
 * What stays is looked at as long as others can't go for it. */
static void want_again(const struct engine *engine, const struct table *named, struct table *table,
	const struct record *record)
{
	const struct address address = {
		record->role, record->external_id, record->region, record->name};

	if (record->operation.kind != OPERATION_NONE || removal_concerns(record) ||
		holds_up(engine, named, record))
		want(table, &address);
}

static void drop_doubles(struct table *table)
{
	size_t kept = 0;

	if (table->count)
		qsort(table->items, table->count, sizeof(*table->items), compare_keys);
	for (size_t i = 0; i < table->count; i++)
		if (kept && strcmp(table->items[kept - 1]->key, table->items[i]->key) == 0)
			unit_free(table->items[i]);
		else
			table->items[kept++] = table->items[i];
	table->count = kept;
}

static void want_named(const struct desired *desired, struct table *table)
{
	for (size_t i = 0; i < desired->stack_count; i++) {
		const struct desired_stack *stack = desired->stacks[i];

		if (stack->name_known && *stack->region)
			want_stack(table, stack);
		for (size_t j = 0; !stack->frozen && j < stack->edge_count; j++) {
			const struct address address = address_behind(&stack->edges[j]);

			want(table, &address);
		}
	}
	drop_doubles(table);
}

static void want_all(struct engine *engine, struct table *table)
{
	struct table more = {0};

	want_named(engine->desired, table);
	for (size_t i = 0; i < engine->unit_count; i++)
		if (!engine->units[i]->gone)
			want_again(engine, table, &more, &engine->units[i]->record);
	for (size_t i = 0; i < engine->recalled_count; i++)
		if (!engine->recalled[i].taken)
			want_again(engine, table, &more, &engine->recalled[i].record);
	for (size_t i = 0; i < more.count; i++) {
		GROW(table->items, table->size, table->count + 1);
		table->items[table->count++] = more.items[i];
	}
	free(more.items);
	drop_doubles(table);
}

static void forget_unit(struct engine *engine, struct unit *unit)
{
	for (size_t i = 0; i < engine->pending_count; i++)
		if (engine->pending[i]->unit == unit)
			engine->pending[i]->unit = NULL;
	unit->desired = NULL;
	if ((unit->told != PLAN_NONE || unit->record.stack_id) && !unit->gone)
		removal_tell_left(engine, unit);
	memory_detach(engine, unit);
	unit_free(unit);
}

/* Old units move over; both tables are sorted. */
static void move_units(struct engine *engine, struct table *table)
{
	size_t old = 0;

	for (size_t i = 0; i < table->count; i++) {
		struct unit *fresh = table->items[i];

		while (old < engine->unit_count && strcmp(engine->units[old]->key, fresh->key) < 0)
			forget_unit(engine, engine->units[old++]);
		if (old < engine->unit_count && strcmp(engine->units[old]->key, fresh->key) == 0) {
			table->items[i] = engine->units[old++];
			unit_free(fresh);
		}
	}
	while (old < engine->unit_count)
		forget_unit(engine, engine->units[old++]);
	free(engine->units);
	engine->units = table->items;
	engine->unit_count = table->count;
}

struct scope *unit_scope(struct engine *engine, const struct unit *unit)
{
	const struct address address = {unit->role, unit->external_id, unit->region, unit->name};

	return scope_get(engine, &address);
}

static void reset_unit(struct engine *engine, struct unit *unit)
{
	free(unit->parents);
	unit->parents = NULL;
	unit->child_count = 0;
	unit->depth = 0;
	unit->desired = NULL;
	unit->replan = true;
	unit->resolved = false;
	wanted_done(&unit->wanted);
	unit->twin = NULL;
	unit->scope = unit_scope(engine, unit);
	if (engine->memory == MEMORY_KNOWN)
		memory_attach(engine, unit);
}

/* Kahn's walk; members of a cycle are frozen and have no edges here. */
static void sort_by_depth(struct engine *engine)
{
	size_t *open = xcalloc(engine->unit_count + 1, sizeof(*open));
	size_t done = 0, count = 0;

	engine->order = xrealloc(engine->order, (engine->unit_count + 1) * sizeof(struct unit *));
	for (size_t i = 0; i < engine->unit_count; i++) {
		struct unit *unit = engine->units[i];

		unit->index = i;
		while (unit->parents[open[i]])
			open[i]++;
		if (!open[i])
			engine->order[count++] = unit;
	}
	while (done < count) {
		struct unit *unit = engine->order[done++];

		for (size_t i = 0; i < unit->child_count; i++) {
			struct unit *child = unit->children[i];

			if (child->depth < unit->depth + 1)
				child->depth = unit->depth + 1;
			if (--open[child->index] == 0)
				engine->order[count++] = child;
		}
	}
	engine->unit_count = count;
	free(open);
}

/* Frozen manifests whose stack is not known are told here; the others with their stack. */
static void tell_frozen(struct engine *engine)
{
	struct pairs told = {0};

	for (size_t i = 0; i < engine->desired->stack_count; i++) {
		const struct desired_stack *stack = engine->desired->stacks[i];
		const char *problem = stack->frozen ? stack->problems.items[0] : NULL;
		const char *known = pairs_get(&engine->told_frozen, stack->path);

		if (!problem || engine->rows[i])
			continue;
		if (!known || strcmp(known, problem) != 0)
			engine_report(engine, NULL, REPORT_FOLDER, REPORT_ERR, "%s", problem);
		pairs_add(&told, stack->path, problem);
	}
	pairs_done(&engine->told_frozen);
	engine->told_frozen = told;
}

void units_build(struct engine *engine, struct desired *takes)
{
	struct table table = {0};

	engine->desired = takes;
	engine->edits++;
	want_all(engine, &table);
	move_units(engine, &table);
	for (size_t i = 0; i < engine->unit_count; i++)
		reset_unit(engine, engine->units[i]);
	units_bind(engine);
	sort_by_depth(engine);
	scopes_take_units(engine);
	tell_frozen(engine);
	identity_find_twins(engine);
	scope_settings(engine);
	for (size_t i = 0; i < engine->scope_count; i++) {
		engine->scopes[i]->running = 0;
	}
	for (size_t i = 0; i < engine->unit_count; i++) {
		struct unit *unit = engine->units[i];

		unit->scope->running += operation_runs(unit);
		/* A stack that is new here was not in the last sweep. */
		unit->look = unit->look || (!unit->live && unit->scope->pages);
	}
	if (engine->memory == MEMORY_KNOWN)
		removal_scanned(engine);
}
