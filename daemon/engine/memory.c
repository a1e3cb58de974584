/* What survives a restart: recalled once before anything else, saved before it matters. */
#include <string.h>

#include "engine/parts.h"

enum { SAVE_AGAIN_MS = 1000 };

static void ask_recall(struct engine *engine)
{
	if (engine->now.boottime_ms < engine->memory_due_ms) {
		engine_due(engine, engine->memory_due_ms);
		return;
	}
	engine->memory = MEMORY_ASKED;
	engine_begin(engine, NULL, CALL_RECALL);
}

static void save(struct engine *engine, struct unit *unit)
{
	if (unit->forgotten || unit->saving || unit_saved(unit))
		return;
	if (engine->now.boottime_ms < unit->save_due_ms) {
		engine_due(engine, unit->save_due_ms);
		return;
	}

	struct pending *pending = engine_begin(engine, unit, CALL_SAVE);

	pending->call.stack = xstrdup(unit->key);
	/* What was suspended is so when its manifest is back, whatever became of the stack. */
	pending->call.body =
		unit->gone && !unit->record.suspended ? NULL : record_write(&unit->record);
	pending->generation = unit->generation;
	unit->saving = true;
}

void memory_decide(struct engine *engine)
{
	if (engine->memory == MEMORY_UNASKED)
		ask_recall(engine);
	if (engine->memory != MEMORY_KNOWN || engine->options.mode == ENGINE_PLAN)
		return;
	for (size_t i = 0; i < engine->unit_count; i++)
		save(engine, engine->units[i]);
	commands_decide(engine);
}

static int compare_keys(const void *a, const void *b)
{
	return strcmp(((const struct recalled *)a)->key, ((const struct recalled *)b)->key);
}

static struct recalled *find(const struct engine *engine, char *key)
{
	const struct recalled wanted = {.key = key};

	return engine->recalled_count ? bsearch(&wanted, engine->recalled, engine->recalled_count,
						sizeof(wanted), compare_keys)
				      : NULL;
}

const struct record *memory_record(const struct engine *engine, char *key)
{
	const struct unit *unit = unit_by_key(engine, key);
	const struct recalled *recalled = find(engine, key);

	if (unit && !unit->gone && unit->record.stack_id)
		return &unit->record;
	return recalled && !recalled->taken && !recalled->problem ? &recalled->record : NULL;
}

void memory_detach(struct engine *engine, struct unit *unit)
{
	struct recalled *recalled = find(engine, unit->key);

	if ((unit->gone && !unit->record.suspended) || unit->forgotten ||
		(!unit->generation && !recalled))
		return;
	if (!recalled) {
		engine->recalled = xrealloc(
			engine->recalled, (engine->recalled_count + 1) * sizeof(*engine->recalled));
		recalled = &engine->recalled[engine->recalled_count++];
		*recalled = (struct recalled){.key = xstrdup(unit->key)};
	}
	record_done(&recalled->record);
	recalled->record = unit->record;
	recalled->taken = false;
	unit->record = (struct record){0};
	qsort(engine->recalled, engine->recalled_count, sizeof(*engine->recalled), compare_keys);
}

/* A unit that is new to this process gets what is remembered of it. */
void memory_attach(struct engine *engine, struct unit *unit)
{
	struct recalled *recalled = find(engine, unit->key);

	if (!recalled || recalled->taken)
		return;
	if (recalled->problem) {
		replace_text(&unit->forgotten, recalled->problem);
		return;
	}
	recalled->taken = true;
	record_done(&unit->record);
	unit->record = recalled->record;
	recalled->record = (struct record){0};
}

static void read_record(struct recalled *recalled, const struct record_text *text)
{
	struct error e = {0};

	recalled->key = xstrdup(text->key);
	if (!text->text) {
		recalled->problem = xstrdup(text->problem ? text->problem : "it is not readable");
	} else if (!record_read(text->text, &recalled->record, &e)) {
		recalled->problem = xstrdup(e.text);
	} else {
		AUTO(free_text)
		char *key = stack_key(
			recalled->record.role, recalled->record.region, recalled->record.name);

		if (strcmp(key, text->key) != 0) {
			recalled->problem = xasprintf("it is the record of %s", key);
			record_done(&recalled->record);
		}
	}
}

void memory_recalled(struct engine *engine, struct reply *reply)
{
	if (reply->code != REPLY_OK) {
		engine_report(engine, NULL, REPORT_MEMORY, REPORT_ERR,
			"the memory can't be read: %s; nothing is changed until it can",
			reply->error.text);
		engine->memory = MEMORY_UNASKED;
		engine->memory_due_ms = engine->now.boottime_ms + SAVE_AGAIN_MS;
		return;
	}
	memcpy(engine->state_key, reply->state_key, sizeof(engine->state_key));
	engine->recalled = xcalloc(reply->record_count + 1, sizeof(*engine->recalled));
	engine->recalled_count = reply->record_count;
	for (size_t i = 0; i < reply->record_count; i++) {
		struct recalled *recalled = &engine->recalled[i];

		read_record(recalled, &reply->records[i]);
		if (recalled->problem)
			engine_report(engine, NULL, REPORT_MEMORY, REPORT_ERR,
				"what is remembered of %s can't be read: %s; the stack is only "
				"observed",
				recalled->key, recalled->problem);
	}
	qsort(engine->recalled, engine->recalled_count, sizeof(*engine->recalled), compare_keys);
	engine->memory = MEMORY_KNOWN;
	/* Attaches the records, and brings back stacks whose operation still runs. */
	units_build(engine, engine_release_desired(engine));
}

void memory_saved(struct engine *engine, struct pending *pending, const struct reply *reply)
{
	struct unit *unit = pending->unit;

	if (!unit)
		return;
	unit->saving = false;
	if (reply->code == REPLY_OK) {
		unit->saved = pending->generation;
		unit->save_due_ms = 0;
		return;
	}
	if (!unit->save_due_ms)
		engine_report(engine, unit, REPORT_MEMORY, REPORT_ERR,
			"can't be remembered: %s; it is not changed until it can",
			reply->error.text);
	unit->save_due_ms = engine->now.boottime_ms + SAVE_AGAIN_MS;
}
