/* Templates of more than a request can hold: uploaded once for each content, then named by their
 * URL. */
#include <string.h>

#include "engine/parts.h"

enum { FAILURES_TOLD = 3 };

static bool is_large(const struct unit *unit)
{
	return unit->desired->template->large;
}

/* What is uploaded, and where. */
static char *upload_place(const struct engine *engine, const struct unit *unit, const char *object)
{
	return xasprintf(
		"%s %s %s", unit->scope->label, engine_settings(engine)->template_bucket, object);
}

static void forget_upload(struct engine *engine, const char *place)
{
	struct texts left = {0};

	for (size_t i = 0; i < engine->uploading.count; i++)
		if (strcmp(engine->uploading.items[i], place) != 0)
			texts_add(&left, engine->uploading.items[i]);
	texts_done(&engine->uploading);
	engine->uploading = left;
}

void upload_doubt(struct engine *engine, const struct unit *unit)
{
	if (!unit->desired || !unit->desired->template || !is_large(unit))
		return;
	AUTO(free_text) char *object = template_upload_key(unit->desired->template);
	AUTO(free_text) char *place = upload_place(engine, unit, object);

	pairs_remove(&engine->uploads, place);
}

bool upload_ready(struct engine *engine, struct unit *unit)
{
	AUTO(free_text) char *object = NULL;
	AUTO(free_text) char *place = NULL;
	struct call *call;

	if (!is_large(unit))
		return true;
	object = template_upload_key(unit->desired->template);
	place = upload_place(engine, unit, object);
	if (pairs_has(&engine->uploads, place))
		return true;
	/* Another stack's, with the same template. */
	if (texts_have(&engine->uploading, place))
		return false;
	call = engine_ask(engine, unit, unit->scope, CALL_UPLOAD_TEMPLATE);
	if (!call)
		return false;
	call->body = xstrdup(unit->desired->template->body);
	call->bucket = xstrdup(engine_settings(engine)->template_bucket);
	call->object = take(object);
	texts_add(&engine->uploading, place);
	unit->busy = true;
	return false;
}

void upload_name(const struct engine *engine, const struct unit *unit, struct call *call)
{
	const struct desired_stack *desired = unit->desired;
	AUTO(free_text) char *object = NULL;
	AUTO(free_text) char *place = NULL;

	if (desired->template_url) {
		call->template_url = xstrdup(desired->template_url);
	} else if (is_large(unit)) {
		object = template_upload_key(desired->template);
		place = upload_place(engine, unit, object);
		call->template_url = xstrdup(pairs_get(&engine->uploads, place));
	} else {
		call->body = xstrdup(desired->template->body);
	}
}

/* What passes by itself is no news; what lasts may be a host that has no way to S3, and nothing
 * else would say it. */
static void failed_for_now(struct engine *engine, struct unit *unit, const struct reply *reply)
{
	unit_pause(engine, unit);
	if (reply->error.kind == ERROR_TRANSIENT && !reply->scope_wide &&
		++unit->upload_failures == FAILURES_TOLD)
		engine_report(engine, unit, REPORT_STATE, REPORT_WARNING,
			"the template can't be uploaded: %s; it is tried again and again",
			reply->error.text);
}

void upload_replied(struct engine *engine, struct pending *pending, struct reply *reply)
{
	struct unit *unit = pending->unit;
	AUTO(free_text)
	char *place = xasprintf(
		"%s %s %s", pending->scope->label, pending->call.bucket, pending->call.object);

	forget_upload(engine, place);
	if (reply->code == REPLY_OK)
		pairs_set(&engine->uploads, place, reply->template_url);
	if (!unit)
		return;
	unit->busy = false;
	if (reply->code == REPLY_OK) {
		unit->tries = unit->upload_failures = 0;
	} else if (reply->scope_wide || reply->error.kind == ERROR_THROTTLED ||
		   reply->error.kind == ERROR_TRANSIENT) {
		failed_for_now(engine, unit, reply);
	} else if (operation_runs(unit)) {
		operation_fail(
			engine, unit, reply->error.kind, reply->error.text, reply->request_id);
		operation_drop(engine, unit);
	}
}
