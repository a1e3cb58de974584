#include "engine_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

enum { MANY = 52000 }; /* letters */

/* --- the folder --- */

static struct settings *settings_of(const struct world *world)
{
	const char *text = world->settings ? world->settings : "";
	AUTO_DONE(texts_done) struct texts problems = {0};
	struct settings *settings = settings_parse("stackd.conf", text, strlen(text), &problems);

	if (!settings)
		fail_msg("%s", problems.items[0]);
	return settings;
}

/* For templates that are too large for a story. */
static char *spell_out(const char *text)
{
	static const char many[] = "$MANY";
	const char *place = strstr(text, many);
	AUTO(free_text) char *letters = xcalloc(MANY + 1, 1);

	if (!place)
		return xstrdup(text);
	memset(letters, 'x', MANY);
	return xasprintf("%.*s%s%s", (int)(place - text), text, letters, place + strlen(many));
}

static struct desired *build(const struct world *world, struct desired *old_takes)
{
	struct folder folder = {
		.path = (char *)"/etc/stackd", .state = world->state, .problem = NULL};
	struct file policy = {.path = (char *)"/etc/stackd/policy.json",
		.bytes = (char *)POLICY,
		.length = strlen(POLICY),
		.digest = digest_of(POLICY, strlen(POLICY))};
	struct surroundings surroundings = {
		.files = {.items = &policy, .count = 1}, .region = "eu-west-1"};
	struct texts missing = {0};
	struct desired *desired;

	if (world->state != FOLDER_READ)
		folder.problem = (char *)"No such file or directory";
	for (size_t i = 0; world->state == FOLDER_READ && i < world->files.count; i++) {
		const struct pair *file = &world->files.items[i];
		char *text = spell_out(file->value);
		size_t length = strlen(text);

		GROW(folder.entries.items, folder.entries.size, i + 1);
		folder.entries.items[folder.entries.count++] =
			(struct file){.path = xasprintf("%s.yaml", file->name),
				.bytes = text,
				.length = length,
				.digest = digest_of(text, length)};
	}
	desired = desired_build(&folder, &surroundings, settings_of(world), old_takes, &missing);
	if (!desired)
		fail_msg("there is no file %s", missing.items[0]);
	files_done(&folder.entries);
	return desired;
}

void world_read_folder(struct world *world)
{
	engine_desired(
		world->engine, build(world, engine_release_desired(world->engine)), world->now);
}

/* --- the memory --- */

static void reply_with(struct world *world, uint64_t id, struct reply *reply)
{
	engine_reply(world->engine, id, reply, world->now);
	reply_done(reply);
}

static void recall(struct world *world, uint64_t id)
{
	struct reply reply = {.effect = EFFECT_CONFIRMED};

	reply.records = xcalloc(world->memory.count + 1, sizeof(*reply.records));
	for (size_t i = 0; i < world->memory.count; i++) {
		reply.records[i].key = xstrdup(world->memory.items[i].name);
		reply.records[i].text = xstrdup(world->memory.items[i].value);
		reply.record_count++;
	}
	reply_with(world, id, &reply);
}

static void keep_late(struct world *world, const struct call *call)
{
	assert_true(world->late_count < COUNT(world->late));
	world->late[world->late_count++] = (struct call){
		.id = call->id, .stack = xstrdup(call->stack), .body = xstrdup(call->body)};
}

static void save(struct world *world, const struct call *call)
{
	struct reply reply = {.effect = EFFECT_CONFIRMED};

	if (world->saves == SAVES_REFUSED) {
		reply.code = REPLY_ERROR;
		error_set(&reply.error, ERROR_TRANSIENT, "no room");
	} else if (call->body) {
		pairs_set(&world->memory, call->stack, call->body);
	} else {
		pairs_remove(&world->memory, call->stack);
	}
	reply_with(world, call->id, &reply);
}

static void take_save(struct world *world, const struct call *call)
{
	if (world->saves == SAVES_LATE)
		keep_late(world, call);
	else if (world->saves != SAVES_LOST)
		save(world, call);
}

void world_save_late(struct world *world)
{
	struct call late[PENDING_LIMIT];
	size_t count = world->late_count;

	memcpy(late, world->late, sizeof(late));
	world->late_count = 0;
	for (size_t i = 0; i < count; i++) {
		save(world, &late[i]);
		call_done(&late[i]);
	}
	world_drain(world);
}

/* What is sent under a token can be found again after a restart. */
static void check_saved(const struct world *world, const struct call *call)
{
	const char *token = strrchr(call->token, '-') + 1;

	for (size_t i = 0; i < world->memory.count; i++)
		if (strstr(world->memory.items[i].value, token))
			return;
	fail_msg("%s leaves, and no record has its token", call_kind_name(call->kind));
}

/* --- calls and reports --- */

static void keep_call(struct world *world, const struct call *call)
{
	struct call *kept = &world->pending[world->pending_count++];

	assert_true(world->pending_count <= COUNT(world->pending));
	*kept = (struct call){.id = call->id,
		.kind = call->kind,
		.region = xstrdup(call->region),
		.assume_role = xstrdup(call->assume_role),
		.stack = xstrdup(call->stack),
		.template_url = xstrdup(call->template_url)};
	if (call->token)
		check_saved(world, call);
	if (call->token && call->kind != CALL_CREATE_CHANGE_SET)
		snprintf(world->token, sizeof(world->token), "%s", call->token);
	if (call->kind == CALL_CREATE_STACK || call->kind == CALL_CREATE_CHANGE_SET)
		assert_true(!call->body != !call->template_url);
	if (call->kind == CALL_UPLOAD_TEMPLATE)
		assert_true(call->body && call->bucket && call->object);
	else if (call_kind_mutates(call->kind) && !call->stack)
		assert_true(call->change_set && text_starts(call->change_set, "arn:"));
}

static void take_intent(struct world *world, const struct intent *intent)
{
	static const char *const codes[] = {"done", "unknown", "refused", "failed"};

	switch (intent->kind) {
	case INTENT_REPORT:
		if (intent->report.level <= REPORT_WARNING)
			replace_text(&world->warning, intent->report.text);
		break;
	case INTENT_ANSWER:
		free(world->answer);
		world->answer = xasprintf("%s %s", codes[intent->answer.code], intent->answer.text);
		break;
	case INTENT_SCAN:
		world_read_folder(world);
		break;
	case INTENT_CALL:
		if (intent->call->kind == CALL_RECALL)
			recall(world, intent->call->id);
		else if (intent->call->kind == CALL_SAVE)
			take_save(world, intent->call);
		else
			keep_call(world, intent->call);
		break;
	}
}

/* Takes what the engine has to say; memory answers at once, the rest is kept. */
void world_drain(struct world *world)
{
	struct intent intent;

	for (int i = 0; engine_next(world->engine, &intent); i++) {
		assert_true(i < TICKS_LIMIT);
		take_intent(world, &intent);
	}
	/* Level-triggered: nothing is left to say at the same moment. */
	engine_tick(world->engine, world->now);
	while (engine_next(world->engine, &intent))
		fail_msg("a second tick brought something: %s",
			intent.kind == INTENT_CALL     ? call_kind_name(intent.call->kind)
			: intent.kind == INTENT_REPORT ? intent.report.text
						       : "an answer, or a look at the folder");
}

void world_tick_at(struct world *world, uint64_t boottime_ms)
{
	if (boottime_ms > world->now.boottime_ms) {
		world->now.wall_ms += boottime_ms - world->now.boottime_ms;
		world->now.boottime_ms = boottime_ms;
	}
	engine_tick(world->engine, world->now);
	world_drain(world);
	if (engine_deadline(world->engine) <= world->now.boottime_ms)
		fail_msg("line %zu: the deadline does not move on: the daemon would spin",
			world->line);
}

static void forget_calls(struct world *world)
{
	for (size_t i = 0; i < world->pending_count; i++)
		call_done(&world->pending[i]);
	world->pending_count = 0;
	for (size_t i = 0; i < world->late_count; i++)
		call_done(&world->late[i]);
	world->late_count = 0;
}

void world_start(struct world *world, const char *how)
{
	struct engine_options options = {world->story->mode, ++world->starts};

	forget_calls(world);
	engine_free(world->engine);
	if (strcmp(how, "plan") == 0)
		options.mode = ENGINE_PLAN;
	else if (strcmp(how, "once") == 0)
		options.mode = ENGINE_ONCE;
	else if (*how)
		world->now.boottime_ms = strtoul(how, NULL, 10);
	world->ends = options.mode != ENGINE_RUN;
	world->engine = engine_new(&options);
	engine_desired(world->engine, build(world, NULL), world->now);
	world_drain(world);
}

void world_done(struct world *world)
{
	forget_calls(world);
	pairs_done(&world->files);
	pairs_done(&world->memory);
	free(world->warning);
	free(world->answer);
	engine_free(world->engine);
}
