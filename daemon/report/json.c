#include "report/json.h"

#include <assert.h>
#include <string.h>

#include "base/calendar.h"
#include "report/harmless.h"

static const char *const state_names[] = {
	[STATE_UNKNOWN] = "unknown",
	[STATE_IN_SYNC] = "in_sync",
	[STATE_CREATE] = "create",
	[STATE_UPDATE] = "update",
	[STATE_RUNNING] = "running",
	[STATE_WAIT] = "wait",
	[STATE_HOLD] = "hold",
	[STATE_FROZEN] = "frozen",
	[STATE_DELETE] = "delete",
};
static_assert(COUNT(state_names) == STATE_COUNT, "one name per state");

static const char *const class_names[] = {
	[REPORT_STATE] = "state",
	[REPORT_SUBMIT] = "submit",
	[REPORT_EVENT] = "event",
	[REPORT_SUCCEEDED] = "succeeded",
	[REPORT_FAILED] = "failed",
	[REPORT_FOREIGN] = "foreign",
	[REPORT_SCOPE] = "scope",
	[REPORT_MEMORY] = "memory",
	[REPORT_FOLDER] = "folder",
};
static_assert(COUNT(class_names) == REPORT_CLASS_COUNT, "one name per class");

enum stack_state json_state(const char *name)
{
	for (size_t i = 0; i < STATE_COUNT; i++)
		if (strcmp(state_names[i], name) == 0)
			return (enum stack_state)i;
	return STATE_UNKNOWN;
}

/* A file's name may be any bytes; JSON may not. */
static void add_string(const char *string, struct text *out)
{
	AUTO_DONE(text_done) struct text harmless = {0};

	if (!string) {
		text_add(out, "null");
		return;
	}
	harmless_add(&harmless, string);
	text_add_json(out, text_string(&harmless), harmless.length);
}

static void add_member(const char *name, const char *value, struct text *out)
{
	text_format(out, "\"%s\": ", name);
	add_string(value, out);
	text_add(out, ", ");
}

static void add_row(const struct overview_row *row, struct text *out)
{
	char time[32];

	text_add_char(out, '{');
	add_member("stack", row->stack, out);
	add_member("region", row->region, out);
	add_member("manifest", row->manifest, out);
	add_member("path", row->path, out);
	add_member("stack_id", row->stack_id, out);
	add_member("status", row->status, out);
	add_member("state", state_names[row->state], out);
	add_member("action", row->action, out);
	add_member("reason", row->reason, out);
	add_member("next_attempt",
		row->next_attempt_ms
			? calendar_write(CALENDAR_ISO, row->next_attempt_ms, time, sizeof(time))
			: NULL,
		out);
	add_member("approval", row->approval, out);
	add_member("suspended", row->suspended, out);
	text_format(out, "\"unreadable\": %s}", row->unreadable ? "true" : "false");
}

void json_overview(const struct overview *overview, const char *reports, struct text *out)
{
	text_add(out, "{\"stacks\": [");
	for (size_t i = 0; i < overview->count; i++) {
		text_add(out, i ? ", " : "");
		add_row(&overview->rows[i], out);
	}
	text_add(out, "], \"counts\": {");
	for (size_t i = 0; i < STATE_COUNT; i++)
		text_format(
			out, "%s\"%s\": %zu", i ? ", " : "", state_names[i], overview->states[i]);
	text_format(
		out, "}, \"observed\": %s, \"reports\": [", overview->observed ? "true" : "false");
	text_add(out, reports);
	text_add(out, "]}");
}

void json_report(const struct report *report, struct text *out)
{
	text_add(out, out->length ? ", {" : "{");
	add_member("class", class_names[report->class], out);
	add_member("stack", report->stack, out);
	add_member("region", report->region, out);
	add_member("manifest", report->manifest, out);
	add_member("operation", report->operation, out);
	add_member("reason", report->reason, out);
	add_member("request_id", report->request_id, out);
	add_member("text", report->text, out);
	text_format(out, "\"priority\": %d}", (int)report->level);
}

void json_texts(const struct texts *texts, struct text *out)
{
	text_add_char(out, '[');
	for (size_t i = 0; i < texts->count; i++) {
		text_add(out, i ? ", " : "");
		add_string(texts->items[i], out);
	}
	text_add_char(out, ']');
}
