/* Conversations with the engine: which calls it makes, in which order, and what it does with the
 * answers. Time stands still until nothing more is asked, then jumps to the deadline. */
#include "engine/engine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

#define APP                                                                                        \
	"parameters: {Version: 42}\ntemplate:\n  Parameters: {Version: {Type: String}}\n"          \
	"  Resources: {Topic: {Type: AWS::SNS::Topic}}\n"
#define APP_TEMPLATE                                                                               \
	"{\"Parameters\":{\"Version\":{\"Type\":\"String\"}},"                                     \
	"\"Resources\":{\"Topic\":{\"Type\":\"AWS::SNS::Topic\"}}}"
#define BASE "template: {Resources: {Topic: {Type: AWS::SNS::Topic}}}\n"
#define CHILD "parents: [base]\n" APP

/* A line is a call that must come next, and its answer. Words of the answer:
 *   none                  no stack of that name; for a sweep: an empty page
 *   stack NAME STATUS TIME VERSION   one stack with the parameter Version ("-": none)
 *   template TEXT | id | set | ok
 *   review STATUS EXECUTION REASON
 *   end STATUS            an event with the token of the operation
 *   lost                  no answer, may have had an effect | throttled | denied | expired |
 *                         refused | garbled (a reply that can't be read)
 * The call "pause" lets so many minutes go by, "reload" wants everything looked at. */
struct line {
	const char *call, *answer;
};

struct story {
	const char *sentence;
	enum engine_mode mode;
	struct {
		const char *name, *text;
	} manifests[3];
	const char *records[2]; /* key and text */
	struct line lines[24];
	const char *warning; /* the last one begins so; NULL: there is none */
	const char *end;     /* "MANIFEST ACTION: REASON" of the first row at the end */
};

struct world {
	struct engine *engine;
	struct moment now;
	char token[2][64]; /* of CreateStack, of ExecuteChangeSet */
	unsigned saves;
	char *warning;
	struct call pending[16];
	size_t pending_count;
};

static struct desired *build(const struct story *story)
{
	struct folder folder = {.path = (char *)"/etc/stackd"};
	struct surroundings surroundings = {.region = "eu-west-1"};
	struct texts missing = {0};
	struct desired *desired;

	for (size_t i = 0; i < COUNT(story->manifests) && story->manifests[i].name; i++) {
		const char *text = story->manifests[i].text;

		GROW(folder.entries.items, folder.entries.size, i + 1);
		folder.entries.items[folder.entries.count++] =
			(struct file){.path = xasprintf("%s.yaml", story->manifests[i].name),
				.bytes = xstrdup(text),
				.length = strlen(text),
				.digest = digest_of(text, strlen(text))};
	}
	desired = desired_build(&folder, &surroundings, settings_new(), NULL, &missing);
	assert_non_null(desired);
	for (size_t i = 0; i < desired->stack_count; i++)
		if (desired->stacks[i]->frozen)
			print_message("# %s\n", desired->stacks[i]->problems.items[0]);
	files_done(&folder.entries);
	return desired;
}

/* --- answers --- */

static void answer_stack(struct reply *reply, const char *words)
{
	char name[32], status[64], time[32], version[32];
	struct live *live = xcalloc(1, sizeof(*live));

	assert_int_equal(sscanf(words, "%31s %63s %31s %31s", name, status, time, version), 4);
	live->name = xstrdup(name);
	live->stack_id = xasprintf("arn:aws:cloudformation:eu-west-1:1:stack/%s/1", name);
	live->status_text = xstrdup(status);
	live->status = stack_status_from(status);
	live->created = xstrdup("2026-01-01T00:00:00Z");
	live->updated = xasprintf("2026-01-01T00:00:%sZ", time);
	if (strcmp(version, "-") != 0)
		pairs_add(&live->parameters, "Version", version);
	reply->stacks = xcalloc(1, sizeof(*reply->stacks));
	reply->stacks[reply->stack_count++] = live;
}

static void answer_end(
	const struct world *world, struct reply *reply, const struct call *call, const char *status)
{
	struct stack_event *event = xcalloc(1, sizeof(*event));

	event->id = xstrdup("event-1");
	event->stack_id = xstrdup(call->stack);
	event->physical_id = xstrdup(call->stack);
	event->logical_id = xstrdup("app");
	event->type = xstrdup("AWS::CloudFormation::Stack");
	event->time = xstrdup("2026-01-01T00:00:00Z");
	event->status = xstrdup(status);
	event->token = xstrdup(world->token[text_starts(status, "UPDATE_")]);
	reply->events = event;
	reply->event_count = 1;
}

static void answer_review(struct reply *reply, const char *words)
{
	struct change_set *set = xcalloc(1, sizeof(*set));
	char status[64], execution[64], reason[64] = "";

	assert_true(sscanf(words, "%63s %63s %63[^\n]", status, execution, reason) >= 2);
	set->id = xstrdup("arn:aws:cloudformation:eu-west-1:1:changeSet/x/1");
	set->name = xstrdup("x");
	set->stack_id = xstrdup("arn:aws:cloudformation:eu-west-1:1:stack/app/1");
	set->status = xstrdup(status);
	set->status_reason = xstrdup(reason);
	set->execution_status = xstrdup(execution);
	reply->change_sets = set;
	reply->change_set_count = 1;
}

static void answer_error(struct reply *reply, enum reply_code code, enum error_kind kind)
{
	reply->code = code;
	reply->effect = EFFECT_NONE;
	reply->scope_wide = kind == ERROR_THROTTLED;
	error_set(&reply->error, kind, "the answer was %s", error_kind_name(kind));
}

static struct reply answer_to(const struct world *world, const struct call *call, const char *words)
{
	struct reply reply = {.effect = EFFECT_CONFIRMED};

	if (text_starts(words, "stack "))
		answer_stack(&reply, words + 6);
	else if (strcmp(words, "none") == 0 && call->stack)
		answer_error(&reply, REPLY_NO_STACK, ERROR_REFUSED);
	else if (text_starts(words, "template "))
		reply.template_body = xstrdup(words + 9);
	else if (strcmp(words, "id") == 0)
		reply.stack_id = xstrdup("arn:aws:cloudformation:eu-west-1:1:stack/app/1");
	else if (strcmp(words, "set") == 0)
		reply.change_set_id = xstrdup("arn:aws:cloudformation:eu-west-1:1:changeSet/x/1");
	else if (text_starts(words, "review "))
		answer_review(&reply, words + 7);
	else if (text_starts(words, "end "))
		answer_end(world, &reply, call, words + 4);
	else if (strcmp(words, "no-set") == 0)
		answer_error(&reply, REPLY_NO_CHANGE_SET, ERROR_REFUSED);
	else if (strcmp(words, "throttled") == 0)
		answer_error(&reply, REPLY_ERROR, ERROR_THROTTLED);
	else if (strcmp(words, "denied") == 0)
		answer_error(&reply, REPLY_ERROR, ERROR_DENIED);
	else if (strcmp(words, "refused") == 0)
		answer_error(&reply, REPLY_ERROR, ERROR_REFUSED);
	else if (strcmp(words, "expired") == 0)
		answer_error(&reply, REPLY_ERROR, ERROR_DENIED), reply.scope_wide = true;
	else if (strcmp(words, "garbled") == 0)
		answer_error(&reply, REPLY_ERROR, ERROR_TRANSIENT);
	else if (strcmp(words, "lost") == 0)
		answer_error(&reply, REPLY_ERROR, ERROR_TRANSIENT),
			reply.effect = EFFECT_MAYBE,
			reply.scope_wide = !call_kind_mutates(call->kind);
	else
		assert_true(strcmp(words, "ok") == 0 || strcmp(words, "none") == 0);
	return reply;
}

static void reply_with(struct world *world, uint64_t id, struct reply *reply)
{
	engine_reply(world->engine, id, reply, world->now);
	reply_done(reply);
}

/* --- the world --- */

static void recall(struct world *world, const struct story *story, uint64_t id)
{
	struct reply reply = {.effect = EFFECT_CONFIRMED};

	if (story->records[0]) {
		reply.records = xcalloc(1, sizeof(*reply.records));
		reply.records[0].key = xstrdup(story->records[0]);
		reply.records[0].text = xstrdup(story->records[1]);
		reply.record_count = 1;
	}
	reply_with(world, id, &reply);
}

static void keep_call(struct world *world, const struct call *call)
{
	struct call *kept = &world->pending[world->pending_count++];

	assert_true(world->pending_count <= COUNT(world->pending));
	*kept = (struct call){.id = call->id, .kind = call->kind, .stack = xstrdup(call->stack)};
	if (call->token && call->kind == CALL_CREATE_STACK)
		snprintf(world->token[0], sizeof(world->token[0]), "%s", call->token);
	if (call->token && call->kind == CALL_EXECUTE_CHANGE_SET)
		snprintf(world->token[1], sizeof(world->token[1]), "%s", call->token);
	if (call_kind_mutates(call->kind))
		assert_true(world->saves > 0);
}

/* Takes what the engine has to say; memory answers at once, the rest is kept. */
static void drain(struct world *world, const struct story *story)
{
	struct intent intent;

	while (engine_next(world->engine, &intent)) {
		if (intent.kind == INTENT_REPORT) {
			if (intent.report.level <= REPORT_WARNING)
				replace_text(&world->warning, intent.report.text);
			continue;
		}
		uint64_t id = intent.call->id;

		if (intent.call->kind == CALL_RECALL) {
			recall(world, story, id);
		} else if (intent.call->kind == CALL_SAVE) {
			struct reply reply = {.effect = EFFECT_CONFIRMED};

			world->saves++;
			reply_with(world, id, &reply);
		} else {
			keep_call(world, intent.call);
		}
	}
	/* Level-triggered: nothing is left to say at the same moment. */
	engine_tick(world->engine, world->now);
	while (engine_next(world->engine, &intent))
		fail_msg("a second tick brought something: %s",
			intent.kind == INTENT_CALL ? call_kind_name(intent.call->kind)
						   : intent.report.text);
}

static void wait_for_call(struct world *world, const struct story *story, const char *wanted)
{
	for (int i = 0; i < 2000 && !world->pending_count; i++) {
		uint64_t due_ms = engine_deadline(world->engine);

		if (due_ms == UINT64_MAX)
			fail_msg("nothing more happens, %s was expected", wanted);
		if (due_ms > world->now.boottime_ms) {
			world->now.wall_ms += due_ms - world->now.boottime_ms;
			world->now.boottime_ms = due_ms;
		}
		engine_tick(world->engine, world->now);
		drain(world, story);
	}
	if (!world->pending_count)
		fail_msg("no call comes, %s was expected", wanted);
}

static void play_line(struct world *world, const struct story *story, const struct line *line)
{
	if (strcmp(line->call, "pause") == 0) {
		uint64_t pause_ms = strtoul(line->answer, NULL, 10) * 60 * 1000;

		world->now.boottime_ms += pause_ms;
		world->now.wall_ms += pause_ms;
		engine_tick(world->engine, world->now);
		drain(world, story);
		return;
	}
	if (strcmp(line->call, "reload") == 0) {
		engine_reconcile(world->engine, world->now);
		drain(world, story);
		return;
	}
	wait_for_call(world, story, line->call);

	struct call call = world->pending[0];
	const char *name = call.stack ? call.stack : "";
	AUTO(free_text)
	char *said = xasprintf("%s%s%s", call_kind_name(call.kind),
		*name && strchr(line->call, ' ') ? " " : "",
		!strchr(line->call, ' ')    ? ""
		: text_starts(name, "arn:") ? "id"
					    : name);

	assert_string_equal(said, line->call);
	memmove(world->pending, world->pending + 1,
		--world->pending_count * sizeof(*world->pending));

	struct reply reply = answer_to(world, &call, line->answer);

	reply_with(world, call.id, &reply);
	call_done(&call);
	drain(world, story);
}

static void check_end(struct world *world, const struct story *story)
{
	const struct overview *overview = engine_overview(world->engine);
	const struct overview_row *row = &overview->rows[0];
	AUTO(free_text)
	char *end = xasprintf("%s %s%s%s", row->stack, row->action, row->reason ? ": " : "",
		row->reason ? row->reason : "");

	assert_string_equal(end, story->end);
	if (!story->warning)
		assert_null(world->warning);
	else if (!world->warning || !text_starts(world->warning, story->warning))
		fail_msg("warned '%s', expected '%s'", world->warning ? world->warning : "",
			story->warning);
	if (story->mode != ENGINE_RUN)
		assert_true(overview->finished);
}

static void play(const struct story *story)
{
	struct world world = {.now = {1000, 1795000000000}};
	const struct engine_options options = {story->mode, 1};

	print_message("# %s\n", story->sentence);
	snprintf(world.token[0], sizeof(world.token[0]), "stackd-create-0123456789abcdef");
	world.engine = engine_new(&options);
	engine_desired(world.engine, build(story), world.now);
	drain(&world, story);
	for (size_t i = 0; i < COUNT(story->lines) && story->lines[i].call; i++)
		play_line(&world, story, &story->lines[i]);
	check_end(&world, story);
	for (size_t i = 0; i < world.pending_count; i++)
		call_done(&world.pending[i]);
	free(world.warning);
	engine_free(world.engine);
}

#define SWEEP "DescribeStacks"
#define CREATED                                                                                    \
	{"DescribeStacks id", "stack app CREATE_IN_PROGRESS 00 42"},                               \
		{"DescribeStackEvents", "end CREATE_COMPLETE"},                                    \
	{                                                                                          \
		"DescribeStacks id", "stack app CREATE_COMPLETE 00 42"                             \
	}
#define OLD "stack app CREATE_COMPLETE 00 41"

static const struct story stories[] = {
	{"a stack is created once two calls say that it is not there", ENGINE_ONCE, {{"app", APP}},
		{NULL},
		{{SWEEP, "none"}, {"DescribeStacks app", "none"}, {"CreateStack app", "id"},
			CREATED},
		NULL, "app in sync"},
	{"an equal stack costs a sweep and its template", ENGINE_ONCE, {{"app", APP}}, {NULL},
		{{SWEEP, "stack app CREATE_COMPLETE 00 42"},
			{"GetTemplate id", "template " APP_TEMPLATE}},
		NULL, "app in sync"},
	{"an update goes through a change set", ENGINE_ONCE, {{"app", APP}}, {NULL},
		{{SWEEP, OLD}, {"ListChangeSets id", "ok"}, {"CreateChangeSet id", "set"},
			{"DescribeChangeSet", "review CREATE_IN_PROGRESS UNAVAILABLE"},
			{"DescribeChangeSet", "review CREATE_COMPLETE AVAILABLE"},
			{"ExecuteChangeSet", "ok"},
			{"DescribeStacks id", "stack app UPDATE_IN_PROGRESS 01 41"},
			{"DescribeStackEvents", "end UPDATE_COMPLETE"},
			{"DescribeStacks id", "stack app UPDATE_COMPLETE 01 42"}},
		NULL, "app in sync"},
	{"a change set that finds nothing is deleted and remembered", ENGINE_ONCE, {{"app", APP}},
		{NULL},
		{{SWEEP, OLD}, {"ListChangeSets id", "ok"}, {"CreateChangeSet id", "set"},
			{"DescribeChangeSet",
				"review FAILED UNAVAILABLE No updates are to be performed."},
			{"DeleteChangeSet", "ok"}, {"DescribeStacks id", OLD}},
		NULL, "app in sync"},
	{"a restart does not stand for the list of left-over change sets", ENGINE_ONCE,
		{{"app", APP}},
		{"eu-west-1/app",
			"{\"version\":1,\"region\":\"eu-west-1\",\"name\":\"app\","
			"\"stack_id\":\"arn:aws:cloudformation:eu-west-1:1:stack/app/1\"}"},
		{{SWEEP, OLD}, {"ListChangeSets id", "ok"}, {"CreateChangeSet id", "set"},
			{"DescribeChangeSet",
				"review FAILED UNAVAILABLE No updates are to be performed."},
			{"DeleteChangeSet", "ok"}, {"DescribeStacks id", OLD}},
		NULL, "app in sync"},
	{"a stack that was newer before the restart is looked at again", ENGINE_ONCE,
		{{"app", APP}},
		{"eu-west-1/app",
			"{\"version\":1,\"region\":\"eu-west-1\",\"name\":\"app\","
			"\"stack_id\":\"arn:aws:cloudformation:eu-west-1:1:stack/app/1\","
			"\"settled\":{\"version\":\"UPDATE_COMPLETE 2026-01-01T00:00:05Z\"}}"},
		{{SWEEP, OLD}, {"DescribeStacks id", OLD},
			{"DescribeStacks id", "stack app UPDATE_COMPLETE 05 42"},
			{"GetTemplate id", "template " APP_TEMPLATE}},
		NULL, "app in sync"},
	{"a change set that fails is deleted, and the cause is held", ENGINE_ONCE, {{"app", APP}},
		{NULL},
		{{SWEEP, OLD}, {"ListChangeSets id", "ok"}, {"CreateChangeSet id", "set"},
			{"DescribeChangeSet", "review FAILED UNAVAILABLE no such type"},
			{"DescribeEvents", "refused"}, {"DeleteChangeSet", "ok"}, {"DescribeStacks id", OLD}},
		"update failed: no such type", "app update: parameter Version: 41 -> 42"},
	{"an operation that takes long is told once", ENGINE_RUN, {{"app", APP}}, {NULL},
		{{SWEEP, OLD}, {"ListChangeSets id", "ok"}, {"CreateChangeSet id", "set"},
			{"DescribeChangeSet", "review CREATE_PENDING UNAVAILABLE"}, {"pause", "31"},
			{"DescribeChangeSet", "no-set"}},
		"nothing has happened in its update for 31 minutes (CREATE_COMPLETE)",
		"app update: parameter Version: 41 -> 42"},
	{"events that it may not read are told, and the end is known without them", ENGINE_ONCE,
		{{"app", APP}}, {NULL},
		{{SWEEP, "none"}, {"DescribeStacks app", "none"}, {"CreateStack app", "id"},
			{"DescribeStacks id", "stack app CREATE_COMPLETE 00 42"},
			{"DescribeStackEvents", "denied"}, {"pause", "6"},
			{"DescribeStackEvents", "denied"},
			{"DescribeStacks id", "stack app CREATE_COMPLETE 00 42"},
			{SWEEP, "stack app CREATE_COMPLETE 00 42"},
			{"GetTemplate id", "template " APP_TEMPLATE}},
		"no event shows that the operation took place", "app in sync"},
	{"a failed update counts as one where its events can't be read", ENGINE_ONCE,
		{{"app", APP}}, {NULL},
		{{SWEEP, OLD}, {"ListChangeSets id", "ok"}, {"CreateChangeSet id", "set"},
			{"DescribeChangeSet", "review CREATE_COMPLETE AVAILABLE"},
			{"ExecuteChangeSet", "ok"},
			{"DescribeStacks id", "stack app UPDATE_ROLLBACK_COMPLETE 05 41"},
			{"DescribeStackEvents", "denied"}, {"pause", "6"},
			{"DescribeStackEvents", "denied"},
			{"DescribeStacks id", "stack app UPDATE_ROLLBACK_COMPLETE 05 41"},
			{SWEEP, "stack app UPDATE_ROLLBACK_COMPLETE 05 41"}},
		"update failed: UPDATE_ROLLBACK_COMPLETE",
		"app update: parameter Version: 41 -> 42"},
	{"events that it may not read are told once", ENGINE_RUN, {{"app", APP}}, {NULL},
		{{SWEEP, "none"}, {"DescribeStacks app", "none"}, {"CreateStack app", "id"},
			{"DescribeStacks id", "stack app CREATE_IN_PROGRESS 00 42"},
			{"DescribeStackEvents", "denied"}},
		"the answer was denied; it is tried again and again",
		"app create: not in eu-west-1 yet"},
	{"a change set that it may not look at is told", ENGINE_RUN, {{"app", APP}}, {NULL},
		{{SWEEP, OLD}, {"ListChangeSets id", "ok"}, {"CreateChangeSet id", "set"},
			{"DescribeChangeSet", "denied"}},
		"the answer was denied; it is tried again and again",
		"app update: parameter Version: 41 -> 42"},
	{"a template that it may not read is told once, however often the stack is seen",
		ENGINE_RUN, {{"app", APP}}, {NULL},
		{{SWEEP, "stack app CREATE_COMPLETE 00 42"}, {"GetTemplate id", "denied"},
			{"GetTemplate id", "denied"}, {"GetTemplate id", "denied"},
			{SWEEP, "stack app CREATE_COMPLETE 00 42"}},
		"can't be looked at: the answer was denied", "app unknown: the answer was denied"},
	{"a lost CreateStack is looked for before it is sent again", ENGINE_ONCE, {{"app", APP}},
		{NULL},
		{{SWEEP, "none"}, {"DescribeStacks app", "none"}, {"CreateStack app", "lost"},
			{"DescribeStacks app", "none"}, {"CreateStack app", "id"}, CREATED},
		NULL, "app in sync"},
	{"a lost CreateStack that took effect is followed", ENGINE_ONCE, {{"app", APP}}, {NULL},
		{{SWEEP, "none"}, {"DescribeStacks app", "none"}, {"CreateStack app", "lost"},
			{"DescribeStacks app", "stack app CREATE_IN_PROGRESS 00 42"}, CREATED},
		NULL, "app in sync"},
	{"a lost CreateChangeSet is looked for by its name", ENGINE_ONCE, {{"app", APP}}, {NULL},
		{{SWEEP, OLD}, {"ListChangeSets id", "ok"}, {"CreateChangeSet id", "lost"},
			{"DescribeChangeSet id", "no-set"}, {"CreateChangeSet id", "set"},
			{"DescribeChangeSet", "review CREATE_COMPLETE AVAILABLE"},
			{"ExecuteChangeSet", "lost"},
			{"DescribeChangeSet", "review CREATE_COMPLETE EXECUTE_IN_PROGRESS"},
			{"DescribeStacks id", "stack app UPDATE_COMPLETE 01 42"},
			{"DescribeStackEvents", "end UPDATE_COMPLETE"},
			{"DescribeStacks id", "stack app UPDATE_COMPLETE 01 42"}},
		NULL, "app in sync"},
	{"a refused create is tried once by --once", ENGINE_ONCE, {{"app", APP}}, {NULL},
		{{SWEEP, "none"}, {"DescribeStacks app", "none"}, {"CreateStack app", "refused"},
			{"DescribeStacks app", "none"}},
		"create failed: the answer was refused", "app create: not in eu-west-1 yet"},
	{"throttled calls are made again", ENGINE_ONCE, {{"app", APP}}, {NULL},
		{{SWEEP, "throttled"}, {SWEEP, "none"}, {"DescribeStacks app", "throttled"},
			{"DescribeStacks app", "none"}, {"CreateStack app", "throttled"},
			{"CreateStack app", "id"}, CREATED},
		NULL, "app in sync"},
	{"denied the page of all stacks, it asks by name", ENGINE_ONCE, {{"app", APP}}, {NULL},
		{{SWEEP, "denied"}, {"DescribeStacks app", "stack app CREATE_COMPLETE 00 42"},
			{"GetTemplate id", "template " APP_TEMPLATE}},
		NULL, "app in sync"},
	{"a stack that it may not look at any more is told", ENGINE_RUN, {{"app", APP}}, {NULL},
		{{SWEEP, "denied"}, {"DescribeStacks app", "denied"},
			{"DescribeStacks app", "denied"}},
		"can't be looked at: the answer was denied", "app unknown: the answer was denied"},
	{"--plan reads, and changes nothing", ENGINE_PLAN, {{"app", APP}}, {NULL}, {{SWEEP, OLD}},
		NULL, "app update: parameter Version: 41 -> 42"},
	{"a plan ends where the credentials are no good", ENGINE_PLAN, {{"app", APP}}, {NULL},
		{{SWEEP, "expired"}}, "eu-west-1 can't be asked: the answer was denied",
		"app unknown: the answer was denied"},
	{"a plan ends where nobody answers three times", ENGINE_PLAN, {{"app", APP}}, {NULL},
		{{SWEEP, "lost"}, {SWEEP, "lost"}, {SWEEP, "lost"}},
		"eu-west-1 can't be asked: the answer was transient",
		"app unknown: the answer was transient"},
	{"a look at all stacks that can't be read is told, not waited for in silence", ENGINE_PLAN,
		{{"app", APP}}, {NULL},
		{{SWEEP, "garbled"}, {SWEEP, "garbled"}, {SWEEP, "garbled"}},
		"eu-west-1 can't be asked: the answer was transient",
		"app unknown: the answer was transient"},
	{"a single page that can't be read is asked for again", ENGINE_PLAN, {{"app", APP}}, {NULL},
		{{SWEEP, "garbled"}, {SWEEP, OLD}}, NULL,
		"app update: parameter Version: 41 -> 42"},
	{"AWS that throttles all calls is told", ENGINE_PLAN, {{"app", APP}}, {NULL},
		{{SWEEP, "throttled"}, {SWEEP, "throttled"}, {SWEEP, "throttled"},
			{SWEEP, "throttled"}, {SWEEP, "throttled"}, {SWEEP, "throttled"},
			{SWEEP, OLD}},
		"eu-west-1 throttles all looks: the answer was throttled",
		"app update: parameter Version: 41 -> 42"},
	{"a plan names what differs in a template", ENGINE_PLAN, {{"base", BASE}}, {NULL},
		{{SWEEP, "stack base CREATE_COMPLETE 00 -"},
			{"GetTemplate id", "template {\"Resources\":{}}"}},
		NULL, "base update: template: Resources.Topic"},
	{"an operation of before a restart is followed, not repeated", ENGINE_ONCE, {{"app", APP}},
		{"eu-west-1/app",
			"{\"version\":1,\"region\":\"eu-west-1\",\"name\":\"app\",\"operation\":{"
			"\"kind\":\"create\",\"step\":\"submit\",\"token\":\"0123456789abcdef\","
			"\"reason\":\"not there\",\"started_ms\":1795000000000}}"},
		{{"DescribeStacks app", "stack app CREATE_IN_PROGRESS 00 42"},
			{SWEEP, "stack app CREATE_IN_PROGRESS 00 42"},
			{"DescribeStackEvents", "end CREATE_COMPLETE"},
			{"DescribeStacks id", "stack app CREATE_COMPLETE 00 42"},
			{"GetTemplate id", "template " APP_TEMPLATE}},
		NULL, "app in sync"},
	{"a record that can't be read leaves its stack alone", ENGINE_ONCE, {{"app", APP}},
		{"eu-west-1/app", "{\"version\":1"}, {{SWEEP, OLD}}, "held: what is remembered",
		"app hold: what is remembered of it can't be read: it is no JSON object; mend or "
		"move its file in the state directory"},
	{"a change by somebody else doesn't wait where everything was to be looked at", ENGINE_RUN,
		{{"app", APP}}, {NULL},
		{{SWEEP, "stack app CREATE_COMPLETE 00 42"},
			{"GetTemplate id", "template " APP_TEMPLATE}, {"reload", ""},
			{SWEEP, "stack app UPDATE_COMPLETE 01 41"}, {"ListChangeSets id", "ok"}},
		"somebody else changed it: parameter Version: 41 -> 42",
		"app update: parameter Version: 41 -> 42"},
	{"a change by somebody else is told, with the time at which it is set right", ENGINE_RUN,
		{{"app", APP}}, {NULL},
		{{SWEEP, "stack app CREATE_COMPLETE 00 42"},
			{"GetTemplate id", "template " APP_TEMPLATE},
			{SWEEP, "stack app UPDATE_COMPLETE 01 41"}},
		"somebody else changed it; at 2026-11-18T11:22:40Z it is set right: parameter",
		"app update: parameter Version: 41 -> 42"},
	{"a child waits for a parent that can't be created, and --once ends", ENGINE_ONCE,
		{{"app", CHILD}, {"base", BASE}}, {NULL},
		{{SWEEP, "stack app CREATE_COMPLETE 00 41"}, {"DescribeStacks base", "none"},
			{"CreateStack base", "refused"}, {"DescribeStacks base", "none"}},
		"create failed: the answer was refused", "base create: not in eu-west-1 yet"},
};

static void test_stories(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(stories); i++)
		play(&stories[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stories),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
