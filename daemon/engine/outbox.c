/* Calls, reports and answers on their way out, and the calls that wait for an answer. */
#include "base/text.h"
#include "engine/parts.h"
#include "stack/hide.h"

void pending_free(struct pending *pending)
{
	call_done(&pending->call);
	free(pending);
}

static void item_done(struct intent_item *item)
{
	free((char *)item->report.stack);
	free((char *)item->report.region);
	free((char *)item->report.manifest);
	free((char *)item->report.operation);
	free((char *)item->report.reason);
	free((char *)item->report.request_id);
	free((char *)item->report.text);
	free((char *)item->answer.text);
	*item = (struct intent_item){0};
}

void outbox_done(struct engine *engine)
{
	for (size_t i = engine->queue_head; i < engine->queue_count; i++)
		item_done(&engine->queue[i]);
	item_done(&engine->handed);
	for (size_t i = 0; i < engine->pending_count; i++)
		pending_free(engine->pending[i]);
	free(engine->pending);
	free(engine->queue);
}

static struct intent_item *enqueue(struct engine *engine, enum intent_kind kind)
{
	if (engine->queue_head == engine->queue_count)
		engine->queue_head = engine->queue_count = 0;
	GROW(engine->queue, engine->queue_size, engine->queue_count + 1);
	engine->queue[engine->queue_count] = (struct intent_item){.kind = kind};
	return &engine->queue[engine->queue_count++];
}

struct pending *engine_begin(struct engine *engine, struct unit *unit, enum call_kind kind)
{
	struct pending *pending = xcalloc(1, sizeof(*pending));

	pending->call.id = ++engine->next_call;
	pending->call.kind = kind;
	pending->unit = unit;
	GROW(engine->pending, engine->pending_size, engine->pending_count + 1);
	engine->pending[engine->pending_count++] = pending;
	enqueue(engine, INTENT_CALL)->pending = pending;
	return pending;
}

void engine_disown(struct engine *engine, const struct unit *unit)
{
	for (size_t i = 0; i < engine->pending_count; i++) {
		struct pending *pending = engine->pending[i];
		enum call_kind kind = pending->call.kind;

		if (pending->unit == unit && kind != CALL_SAVE && kind != CALL_DESCRIBE_STACKS &&
			kind != CALL_GET_TEMPLATE)
			pending->unit = NULL;
	}
}

struct call *engine_ask(
	struct engine *engine, struct unit *unit, struct scope *scope, enum call_kind kind)
{
	struct budget *budget =
		call_kind_mutates(kind) ? &scope->quota->writes : &scope->quota->reads;
	uint64_t due_ms = 0;

	if (!scope_open(engine, scope))
		return NULL;
	if (!budget_take(budget, engine->now.boottime_ms, &due_ms)) {
		engine_due(engine, due_ms);
		return NULL;
	}

	struct pending *pending = engine_begin(engine, unit, kind);

	pending->scope = scope;
	pending->call.region = xstrdup(scope->region);
	pending->call.assume_role = xstrdup(scope->role);
	pending->call.external_id = xstrdup(scope->external_id);
	scope->out++;
	return &pending->call;
}

void engine_report(struct engine *engine, const struct unit *unit, enum report_class class,
	enum report_level level, const char *format, ...)
{
	struct report *report = &enqueue(engine, INTENT_REPORT)->report;
	va_list arguments;

	report->class = class;
	report->level = level;
	va_start(arguments, format);
	AUTO(free_text) char *text = xvasprintf(format, arguments);
	va_end(arguments);
	report->text = unit ? secrets_hide(&unit->secrets, text) : xstrdup(text);
	if (!unit)
		return;
	report->stack = xstrdup(unit->name);
	report->region = xstrdup(unit->region);
	if (unit->desired)
		report->manifest = xstrdup(unit->desired->manifest);
	if (operation_runs(unit)) {
		report->operation = xstrdup(operation_kind_name(unit->record.operation.kind));
		report->reason = secrets_hide(&unit->secrets, unit->record.operation.reason);
	} else if (unit->plan.reason) {
		report->reason = xstrdup(unit->plan.reason);
	}
}

void engine_request(struct engine *engine, const char *request_id)
{
	struct report *report = &engine->queue[engine->queue_count - 1].report;

	free((char *)report->request_id);
	report->request_id = xstrdup(request_id);
}

void engine_answer(
	struct engine *engine, uint64_t number, enum answer_code code, const char *format, ...)
{
	struct command_answer *answer = &enqueue(engine, INTENT_ANSWER)->answer;
	va_list arguments;

	answer->number = number;
	answer->code = code;
	va_start(arguments, format);
	answer->text = xvasprintf(format, arguments);
	va_end(arguments);
}

void engine_scan(struct engine *engine)
{
	if (engine->scan_wanted)
		return;
	engine->scan_wanted = true;
	enqueue(engine, INTENT_SCAN);
}

bool engine_next(struct engine *engine, struct intent *out)
{
	item_done(&engine->handed);
	if (engine->queue_head == engine->queue_count)
		return false;
	engine->handed = engine->queue[engine->queue_head++];
	out->kind = engine->handed.kind;
	out->call = engine->handed.pending ? &engine->handed.pending->call : NULL;
	out->report = engine->handed.report;
	out->answer = engine->handed.answer;
	return true;
}
