#include "engine_play.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "engine_world.h"

enum { MINUTE_MS = 60 * 1000 };

static void wait_for_call(struct world *world, const char *wanted)
{
	for (int i = 0; i < TICKS_LIMIT && !world->pending_count; i++) {
		uint64_t due_ms = engine_deadline(world->engine);

		if (due_ms == UINT64_MAX)
			fail_msg("nothing more happens, %s was expected", wanted);
		world_tick_at(world, due_ms);
	}
	if (!world->pending_count)
		fail_msg("no call comes, %s was expected", wanted);
}

static void answer_next(struct world *world, const char *words)
{
	struct call call = world->pending[0];
	struct reply reply = answer_to(&call, words, world->token);

	memmove(world->pending, world->pending + 1,
		--world->pending_count * sizeof(*world->pending));
	engine_reply(world->engine, call.id, &reply, world->now);
	reply_done(&reply);
	call_done(&call);
	world_drain(world);
}

/* "CreateStack app", "DeleteStack id2", "CreateStack app in us-east-1 as deploy from https://a". */
static char *said_of(const struct call *call)
{
	const char *number = call->stack ? strrchr(call->stack, '/') : NULL;
	struct text said = {0};

	text_add(&said, call_kind_name(call->kind));
	if (number)
		text_format(&said, " id%s", strcmp(number, "/1") == 0 ? "" : number + 1);
	else if (call->stack)
		text_format(&said, " %s", call->stack);
	if (strcmp(call->region, "eu-west-1") != 0)
		text_format(&said, " in %s", call->region);
	if (call->assume_role)
		text_format(&said, " as %s", strrchr(call->assume_role, '/') + 1);
	if (call->template_url)
		text_format(&said, " from %s", call->template_url);
	return text_take(&said);
}

static void play_call(struct world *world, const struct line *line)
{
	wait_for_call(world, line->call);

	AUTO(free_text) char *said = said_of(&world->pending[0]);
	bool whole = strchr(line->call, ' ') || strcmp(line->call, SWEEP) == 0;
	size_t length = whole ? strlen(said) : strcspn(said, " ");

	if (strlen(line->call) != length || strncmp(said, line->call, length) != 0)
		fail_msg("line %zu: %s came, expected %s", world->line, said, line->call);
	answer_next(world, line->answer);
}

/* Looks at all stacks are answered so until something else is asked. */
static void answer_sweeps(struct world *world, const char *answer)
{
	for (int i = 0; i < TICKS_LIMIT; i++) {
		wait_for_call(world, "something");
		if (world->pending[0].kind != CALL_DESCRIBE_STACKS || world->pending[0].stack)
			return;
		answer_next(world, answer);
	}
	fail_msg("nothing but sweeps");
}

/* Pages without an end are answered until something else is asked. */
static void answer_pages(struct world *world, const char *answer)
{
	wait_for_call(world, "pages");

	AUTO(free_text) char *asked = said_of(&world->pending[0]);

	for (int i = 0; i < TICKS_LIMIT; i++) {
		answer_next(world, answer);
		wait_for_call(world, "something");
		AUTO(free_text) char *said = said_of(&world->pending[0]);

		if (strcmp(said, asked) != 0)
			return;
	}
	fail_msg("the pages find no end");
}

/* --- what else happens --- */

static const struct overview_row *row_of(struct world *world, const char *name)
{
	const struct overview *overview = engine_overview(world->engine);

	for (size_t i = 0; i < overview->count; i++)
		if (strcmp(overview->rows[i].stack, name) == 0 ||
			text_same(overview->rows[i].manifest, name))
			return &overview->rows[i];
	return NULL;
}

/* What is said of the stack that the text begins with. */
static char *state_now(struct world *world, const char *wanted)
{
	AUTO(free_text) char *name = xstrndup(wanted, strcspn(wanted, " "));
	const struct overview_row *row = row_of(world, name);

	if (!row)
		return xasprintf("%s is not in the overview", name);
	return xasprintf("%s %s%s%s", name, row->action, row->reason ? ": " : "",
		row->reason ? row->reason : "");
}

static void check_begins(
	const struct world *world, const char *what, const char *text, const char *wanted)
{
	if (!text || !text_starts(text, wanted))
		fail_msg("line %zu: %s '%s', expected '%s'", world->line, what,
			text ? text : "nothing", wanted);
}

static void pause_for(struct world *world, const char *answer)
{
	uint64_t end_ms = world->now.boottime_ms + strtoul(answer, NULL, 10) * MINUTE_MS;

	world_tick_at(world, end_ms);
}

/* Time goes by as it does for the daemon, from deadline to deadline. */
static void keep_quiet(struct world *world, uint64_t minutes, const char *answer)
{
	uint64_t end_ms = world->now.boottime_ms + minutes * MINUTE_MS;

	for (int i = 0; i < TICKS_LIMIT; i++) {
		uint64_t due_ms = engine_deadline(world->engine);

		if (world->pending_count) {
			if (world->pending[0].kind != CALL_DESCRIBE_STACKS)
				fail_msg("line %zu: %s was asked in a quiet time", world->line,
					call_kind_name(world->pending[0].kind));
			answer_next(world, answer);
		} else if (due_ms >= end_ms) {
			world_tick_at(world, end_ms);
			return;
		} else {
			world_tick_at(world, due_ms);
		}
	}
	fail_msg("the quiet time does not end");
}

static void change_folder(struct world *world, const char *what, const char *argument)
{
	if (strcmp(what, "remove") == 0)
		pairs_remove(&world->files, argument);
	else if (strcmp(what, "folder") == 0)
		world->state = strcmp(argument, "read") == 0      ? FOLDER_READ
			       : strcmp(argument, "missing") == 0 ? FOLDER_MISSING
								  : FOLDER_UNREADABLE;
	else if (strcmp(what, "settings") == 0)
		world->settings = argument;
	else
		pairs_set(&world->files, what + strlen("write "), argument);
	world_read_folder(world);
	world_drain(world);
}

static void command(struct world *world, const char *words, const char *answer)
{
	static const char *const verbs[] = {"approve", "suspend", "resume", "retry", "reconcile"};
	char verb[16], stack[32], text[80] = "";
	struct command wanted = {.kind = COMMAND_KIND_COUNT};
	const struct overview_row *row;

	assert_true(sscanf(words, "%15s %31s %79[^\n]", verb, stack, text) >= 2);
	for (size_t i = 0; i < COUNT(verbs); i++)
		if (strcmp(verbs[i], verb) == 0)
			wanted.kind = (enum command_kind)i;
	assert_int_not_equal(wanted.kind, COMMAND_KIND_COUNT);
	row = row_of(world, stack);
	if (strcmp(text, "this") == 0)
		snprintf(text, sizeof(text), "%.12s", row && row->approval ? row->approval : "-");
	wanted.stack = strcmp(stack, "--all") == 0 ? NULL : stack;
	wanted.text = *text ? text : NULL;
	replace_text(&world->answer, NULL);
	engine_command(world->engine, 1, &wanted, world->now);
	world_drain(world);
	if (*answer)
		check_begins(world, "answered", world->answer, answer);
	else
		assert_null(world->answer);
}

static void save_so(struct world *world, const char *how)
{
	static const char *const words[] = {"done", "refused", "lost", "late"};

	if (strcmp(how, "some") == 0)
		world_save_late(world);
	for (size_t i = 0; i < COUNT(words); i++)
		if (strcmp(words[i], how) == 0)
			world->saves = (enum saves)i;
}

static void check_state(struct world *world, const char *wanted)
{
	AUTO(free_text) char *state = state_now(world, wanted);

	check_begins(world, "it is", state, wanted);
}

static void check_forgotten(const struct world *world, const char *key)
{
	if (pairs_has(&world->memory, key))
		fail_msg("line %zu: there is a record of %s", world->line, key);
}

static void check_calls(const struct world *world, const char *count)
{
	if (world->pending_count != strtoul(count, NULL, 10))
		fail_msg("line %zu: %zu calls are out, expected %s", world->line,
			world->pending_count, count);
}

/* True where the line is no call of the engine's. */
static bool play_event(struct world *world, const char *what, const char *argument)
{
	if (strcmp(what, "pause") == 0)
		pause_for(world, argument);
	else if (strcmp(what, "out") == 0)
		wait_for_call(world, argument), pause_for(world, "2");
	else if (text_starts(what, "quiet "))
		keep_quiet(world, strtoul(what + 6, NULL, 10), argument);
	else if (strcmp(what, "sweeps") == 0)
		answer_sweeps(world, argument);
	else if (strcmp(what, "pages") == 0)
		answer_pages(world, argument);
	else if (strcmp(what, "wall") == 0)
		world->now.wall_ms += (uint64_t)(strtol(argument, NULL, 10) * MINUTE_MS),
			world_tick_at(world, 0);
	else if (strcmp(what, "reload") == 0)
		engine_reconcile(world->engine, world->now), world_drain(world);
	else if (text_starts(what, "write ") || strcmp(what, "remove") == 0 ||
		 strcmp(what, "folder") == 0 || strcmp(what, "settings") == 0)
		change_folder(world, what, argument);
	else if (strcmp(what, "restart") == 0)
		world_start(world, argument);
	else if (strcmp(what, "saves") == 0)
		save_so(world, argument);
	else if (strcmp(what, "state") == 0)
		check_state(world, argument);
	else if (strcmp(what, "answered") == 0)
		check_begins(world, "answered", world->answer, argument);
	else if (strcmp(what, "told") == 0)
		check_begins(world, "warned", world->warning, argument),
			replace_text(&world->warning, NULL);
	else if (strcmp(what, "unfinished") == 0)
		assert_false(engine_overview(world->engine)->finished);
	else if (strcmp(what, "calls") == 0)
		check_calls(world, argument);
	else if (strcmp(what, "forgotten") == 0)
		check_forgotten(world, argument);
	else if (*what >= 'a' && *what <= 'z')
		command(world, what, argument);
	else
		return false;
	return true;
}

static void check_last(struct world *world, const char *wanted)
{
	AUTO(free_text) char *end = state_now(world, wanted);
	AUTO(free_text) char *begin = xstrndup(wanted, strlen(wanted) - 3);

	if (text_ends(wanted, "..."))
		check_begins(world, "it is at the end", end, begin);
	else
		assert_string_equal(end, wanted);
}

static void check_end(struct world *world)
{
	const struct story *story = world->story;
	const struct overview *overview = engine_overview(world->engine);

	if (story->end)
		check_last(world, story->end);
	else
		assert_int_equal(overview->count, 0);
	if (story->warning)
		check_begins(world, "warned", world->warning, story->warning);
	else if (world->warning)
		fail_msg("warned '%s'", world->warning);
	if (world->ends)
		assert_true(overview->finished);
}

static void play(void **state)
{
	const struct story *story = *state;
	struct world world = {
		.story = story, .settings = story->settings, .now = {1000, 1795000000000}};

	snprintf(world.token, sizeof(world.token), "stackd-create-0123456789abcdef");
	for (size_t i = 0; i < COUNT(story->manifests) && story->manifests[i].name; i++)
		pairs_add(&world.files, story->manifests[i].name, story->manifests[i].text);
	for (size_t i = 0; i < COUNT(story->records) && story->records[i]; i += 2)
		pairs_add(&world.memory, story->records[i], story->records[i + 1]);
	world_start(&world, "");
	for (size_t i = 0; i < COUNT(story->lines) && story->lines[i].call; i++)
		if (world.line = i + 1,
			!play_event(&world, story->lines[i].call, story->lines[i].answer))
			play_call(&world, &story->lines[i]);
	check_end(&world);
	world_done(&world);
}

int play_all(const char *theme, const struct story *stories, size_t count)
{
	struct CMUnitTest *tests = xcalloc(count, sizeof(*tests));
	int failed;

	for (size_t i = 0; i < count; i++)
		tests[i] = (struct CMUnitTest){.name = stories[i].sentence,
			.test_func = play,
			.initial_state = (void *)&stories[i]};
	failed = _cmocka_run_group_tests(theme, tests, count, NULL, NULL);
	free(tests);
	return failed;
}
