/* Templates behind a URL: what parameters they declare, only AWS can tell. It is asked once; what
 * changes behind the same URL later is not seen. */
#include <string.h>

#include "base/text.h"
#include "engine/parts.h"
#include "stack/hide.h"

void summary_bind(struct unit *unit)
{
	struct desired_stack *desired = unit->desired;

	if (!desired_template_awaited(desired) || !unit->summary ||
		!text_same(unit->summary_url, desired->template_url))
		return;
	if (desired_bind_template(desired, unit->summary))
		secrets_add(desired, &unit->secrets);
}

void summary_ask(struct engine *engine, struct unit *unit)
{
	struct call *call;

	if (!desired_template_awaited(unit->desired) || unit->busy || unit_paused(engine, unit))
		return;
	call = engine_ask(engine, unit, unit->scope, CALL_GET_TEMPLATE_SUMMARY);
	if (!call)
		return;
	call->template_url = xstrdup(unit->desired->template_url);
	unit->busy = true;
}

void summary_replied(struct engine *engine, struct pending *pending, struct reply *reply)
{
	struct unit *unit = pending->unit;
	struct template *old = unit->summary;

	unit->busy = false;
	unit_changed(unit);
	for (size_t i = 0; unit->parents && unit->parents[i]; i++)
		unit->parents[i]->replan = true;
	if (reply->code != REPLY_OK) {
		observer_trouble(engine, unit, reply, true);
		return;
	}
	unit->tries = 0;
	if (unit->trouble_reading)
		replace_text(&unit->trouble, NULL);
	unit->trouble_reading = false;
	replace_text(&unit->summary_url, pending->call.template_url);
	unit->summary = template_from_summary(
		pending->call.template_url, reply->parameters, reply->parameter_count);
	if (unit->desired)
		summary_bind(unit);
	/* It may still be bound where the manifest has another URL by now. */
	if (!unit->desired || unit->desired->template != old)
		template_free(old);
}
