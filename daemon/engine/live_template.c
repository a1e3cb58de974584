/* Templates as they are live: to compare them, to name what differs, and for the guard. */
#include <string.h>

#include "engine/parts.h"

void live_template_ask(struct engine *engine, struct unit *unit)
{
	struct call *call;

	if (unit->reading || unit_paused(engine, unit))
		return;
	call = engine_ask(engine, unit, unit->scope, CALL_GET_TEMPLATE);
	if (!call)
		return;
	call->stack = xstrdup(unit->live->stack_id);
	unit->reading = unit_version(unit);
}

/* Then the mark tells the URL, which is all that is compared. */
static bool behind_url(const struct unit *unit)
{
	return unit->desired && unit->desired->template_url;
}

void live_template_replied(struct engine *engine, struct pending *pending, struct reply *reply)
{
	struct unit *unit = pending->unit;
	AUTO(free_text) char *asked = take(unit->reading);
	AUTO(free_text) char *version = unit->live ? unit_version(unit) : NULL;

	unit_changed(unit);
	if (reply->code == REPLY_NO_STACK) {
		unit->look = true;
		return;
	}
	if (reply->code != REPLY_OK) {
		observer_trouble(engine, unit, reply, true);
		return;
	}
	if (!version || !asked || strcmp(asked, version) != 0)
		return;

	size_t length = strlen(reply->template_body);
	struct digest digest = template_canonical(reply->template_body, length);

	/* Of what we made of it ourselves more is known than a reading tells: this one is stale.
	 * But of what was behind a URL when we did, nothing is. */
	if (!behind_url(unit) && !unit->record.by_url &&
		record_mark_is(&unit->record.template, version, NULL) &&
		!digest_is_zero(&unit->record.template.digest) &&
		!digest_equal(&unit->record.template.digest, &digest)) {
		unit_pause(engine, unit);
		return;
	}
	unit->tries = 0;
	replace_text(&unit->trouble, NULL);
	unit->trouble_reading = false;
	if (!behind_url(unit) && !record_mark_is(&unit->record.template, version, &digest)) {
		record_mark_set(&unit->record.template, version, &digest);
		unit->record.by_url = false;
		unit_touch(unit);
	}
	if (unit->body_wanted) {
		replace_text(&unit->body, reply->template_body);
		replace_text(&unit->body_version, version);
		unit->body_wanted = false;
	}
	if (!unit->desired || !unit->desired->template)
		return;

	const struct template *template = unit->desired->template;

	free(unit->template_names);
	unit->template_names = template_difference(
		reply->template_body, length, template->body, template->body_length);
	unit->template_compared = template->canonical;
}
