/* What the engine wants is told, and must hold no secret. */
#include <string.h>

#include "simulation/world.h"

void intent_tell(const struct world *world, const struct intent *intent)
{
	if (!world->verbose)
		return;
	if (intent->kind == INTENT_ANSWER)
		world_tell(world, "     answer: %s", intent->answer.text);
	if (intent->kind == INTENT_REPORT) {
		const struct report *report = &intent->report;

		world_tell(world, "%s: %s%s%s", report->stack ? report->stack : "stackd",
			report->text, report->reason ? " | " : "",
			report->reason ? report->reason : "");
	} else if (intent->kind == INTENT_CALL) {
		const struct call *call = intent->call;

		world_tell(world, "  -> #%u %s %s%s%s %s %s%s", (unsigned)call->id,
			call_kind_name(call->kind), call->region ? call->region : "",
			call->assume_role ? " as " : "", call->assume_role ? call->assume_role : "",
			call->stack ? call->stack : "*", call->token ? call->token : "",
			call->change_set ? call->change_set : "");
	}
}

/* Passwords of a story all begin alike. */
static void check_secrets(struct world *world, const char *where, const char *text)
{
	if (text && strstr(text, WORLD_SECRET))
		world_breach(world, NO_SECRET_TOLD, "%s: %.120s", where, text);
}

/* "what is remembered of eu-west-1/s1 can't be read: ..." */
static void check_readable(struct world *world, const struct report *report)
{
	const char *key = strstr(report->text, "what is remembered of ");
	bool damaged =
		report->class != REPORT_MEMORY || !key || !strstr(report->text, " can't be read: ");

	for (size_t i = 0; i < world->damaged.count && !damaged; i++)
		damaged = strstr(key, world->damaged.items[i]) != NULL;
	if (!damaged)
		world_breach(world, SAVED_CAN_BE_READ, "%s", report->text);
}

void intent_check(struct world *world, const struct intent *intent)
{
	if (intent->kind == INTENT_REPORT) {
		world->told(world->owner, &intent->report);
		if (intent->report.class == REPORT_FAILED)
			world->failed_ms = world->now_ms;
		check_readable(world, &intent->report);
		check_secrets(world, "a report", intent->report.text);
		check_secrets(world, "a reason", intent->report.reason);
	} else if (intent->kind == INTENT_CALL && intent->call->kind == CALL_SAVE) {
		check_secrets(world, "a record", intent->call->body);
	} else if (intent->kind == INTENT_ANSWER) {
		check_secrets(world, "an answer", intent->answer.text);
	} else if (intent->kind == INTENT_CALL) {
		check_secrets(world, "a token", intent->call->token);
		check_secrets(world, "a description", intent->call->description);
	}
}
