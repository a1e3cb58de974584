#include "simulation/world.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "simulation/keeper.h"
#include "simulation/uploads.h"

enum { START_MS = 3000, QUIET_MS = 1000, FIRST_MS = 1000, AGAIN_MS = 2 * 60 * 1000 };

static const uint64_t wall_offset_ms = UINT64_C(1790000000000);

uint64_t world_wall(const struct world *world)
{
	return wall_offset_ms + world->now_ms;
}

struct moment world_moment(const struct world *world)
{
	return (struct moment){
		.boottime_ms = world->now_ms - (uint64_t)world->boot_ms,
		.wall_ms = world_wall(world) + (uint64_t)world->ahead_ms,
	};
}

void world_tell(const struct world *world, const char *format, ...)
{
	va_list arguments;

	if (!world->verbose)
		return;
	printf("%6" PRIu64 ".%03u ", world->now_ms / 1000, (unsigned)(world->now_ms % 1000));
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
}

void world_breach(struct world *world, enum invariant invariant, const char *format, ...)
{
	va_list arguments;

	if (world->breaches.count >= WORLD_BREACHES)
		return;
	va_start(arguments, format);
	AUTO(free_text) char *what = xvasprintf(format, arguments);

	va_end(arguments);
	AUTO(free_text)
	char *dated = xasprintf("%s: at %" PRIu64 ".%03u s: %s", invariant_name(invariant),
		world->now_ms / 1000, (unsigned)(world->now_ms % 1000), what);

	texts_add(&world->breaches, dated);
	world_tell(world, "!!!! %s: %s", invariant_name(invariant), what);
}

void world_begin(struct world *world, uint64_t seed, const struct model_options *options)
{
	*world = (struct world){.seed = seed, .fates = {.seed = seed}, .now_ms = FIRST_MS};
	world->model = model_new(options);
	world->forgets_tokens = options->tokens_are_forgotten;
	memset(world->state_key, 7, sizeof(world->state_key));
	uploads_begin(world);
	world_add(world, HAPPENING_START, 0);
}

void happening_done(struct happening *one)
{
	credentials_done(&one->keys);
	pairs_done(&one->headers);
	free(one->body);
	free(one->date);
	free(one->key);
	uploads_drop(one->carried);
	reply_done(&one->reply);
	*one = (struct happening){0};
}

void world_done(struct world *world)
{
	for (size_t i = 0; i < world->happening_count; i++)
		happening_done(&world->happenings[i]);
	free(world->happenings);
	keeper_stop(world);
	engine_free(world->engine);
	model_free(world->model);
	sessions_done(&world->sessions);
	fates_done(&world->fates);
	pairs_done(&world->records);
	pairs_done(&world->manifests);
	pairs_done(&world->files);
	pairs_done(&world->environment);
	texts_done(&world->damaged);
	texts_done(&world->hidden);
	texts_done(&world->read);
	texts_done(&world->breaches);
	free(world->settings);
	free(world->provoked);
	for (size_t i = 0; i < world->sent_count; i++) {
		free(world->sent[i].token);
		free(world->sent[i].stack);
	}
	free(world->sent);
	free(world->postings);
	for (size_t i = 0; i < world->put_count; i++)
		free(world->puts[i].url);
	free(world->puts);
}

struct happening *world_add(struct world *world, enum happening_kind kind, uint64_t delay_ms)
{
	GROW(world->happenings, world->happening_size, world->happening_count + 1);
	struct happening *one = &world->happenings[world->happening_count++];

	*one = (struct happening){
		.kind = kind,
		.at_ms = world->now_ms + delay_ms,
		.number = world->next_number++,
		.life = world->life,
	};
	return one;
}

void world_edited(struct world *world)
{
	world->edits++;
	world_add(world, HAPPENING_FOLDER, QUIET_MS);
}

static void world_stop(struct world *world, uint64_t pause_ms)
{
	disk_settle(world);
	keeper_stop(world);
	engine_free(world->engine);
	world->engine = NULL;
	world->life++;
	world_add(world, HAPPENING_START, 1 + pause_ms);
}

void world_kill(struct world *world, uint64_t pause_ms)
{
	if (!world->engine)
		return;
	world_tell(world, "---- killed");
	world->counts.restarts++;
	for (size_t i = 0; i < world->records.count; i++)
		coverage_restart(world->coverage, world->records.items[i].value);
	world_stop(world, pause_ms);
}

static void start(struct world *world)
{
	struct chance chance = chance_for(world->seed, "", "start", world->life);
	struct engine_options options = {.mode = world->mode, .seed = chance_next(&chance)};

	world_tell(world, "---- started");
	if (world->reboots)
		world->boot_ms = (int64_t)world->now_ms;
	world->reboots = false;
	rates_begin(world);
	sessions_done(&world->sessions);
	keeper_start(world);
	world->engine = engine_new(&options);
	engine_desired(world->engine, folder_read(world, NULL), world_moment(world));
}

/* True: the engine was told. */
static bool answer(struct world *world, struct happening *one)
{
	if (!world->engine || one->life != world->life)
		return false;
	if (one->reach && one->call_kind == CALL_GET_CALLER_IDENTITY &&
		one->purpose != PURPOSE_ROLE)
		keeper_told_account(world, one);
	if (one->purpose != PURPOSE_CALL) {
		keeper_answered(world, one);
		return false;
	}
	rates_return(world, one);
	engine_reply(world->engine, one->call, &one->reply, world_moment(world));
	return true;
}

/* True: the engine was told, and has decided. */
static bool happen(struct world *world, struct happening *one)
{
	world->counts.events++;
	switch (one->kind) {
	case HAPPENING_ARRIVAL:
		network_arrive(world, one);
		return false;
	case HAPPENING_ANSWER:
		return answer(world, one);
	case HAPPENING_FETCH:
		if (world->engine && one->life == world->life)
			keeper_due(world, one);
		return false;
	case HAPPENING_SAVE:
		disk_write(world, one);
		return false;
	case HAPPENING_FOLDER:
		if (!world->engine)
			return false;
		keeper_settings(world);
		engine_desired(world->engine,
			folder_read(world, engine_release_desired(world->engine)),
			world_moment(world));
		return true;
	case HAPPENING_START:
		start(world);
		return true;
	}
	return false;
}

/* --- what the engine wants --- */

static void kill_by_fate(struct world *world)
{
	struct chance chance = chance_for(world->seed, "", "pause", world->life);

	world_kill(world, chance_below(&chance, START_MS));
}

static struct fate fate_of(struct world *world, const struct intent *intent)
{
	const char *told = intent->report.stack;

	if (intent->kind != INTENT_CALL)
		return fate_next(&world->fates, &world->weather, told ? told : "", "report", false);
	AUTO(free_text) char *stack = network_stack(world, intent->call);

	return fate_next(&world->fates, &world->weather, stack, call_kind_name(intent->call->kind),
		call_kind_mutates(intent->call->kind));
}

/* Carries out what the engine wants; the daemon may die before or after any of it. */
static void drain(struct world *world)
{
	struct intent intent;

	while (world->engine && engine_next(world->engine, &intent)) {
		struct fate fate = fate_of(world, &intent);

		if (fate.kill_before) {
			kill_by_fate(world);
			return;
		}
		intent_tell(world, &intent);
		intent_check(world, &intent);
		if (intent.kind == INTENT_CALL)
			network_send(world, intent.call, &fate);
		else if (intent.kind == INTENT_SCAN)
			world_add(world, HAPPENING_FOLDER, 1);
		else if (intent.kind == INTENT_ANSWER)
			world->answered(world->owner, &intent.answer);
		if (fate.kill_after)
			kill_by_fate(world);
	}
}

void world_reload(struct world *world)
{
	if (!world->engine)
		return;
	engine_reconcile(world->engine, world_moment(world));
	drain(world);
}

void world_command(struct world *world, uint64_t number, const struct command *command)
{
	static const char *const names[] = {"approve", "suspend", "resume", "retry", "reconcile"};

	world_tell(world, "==== stackctl %s %s %s", names[command->kind],
		command->stack ? command->stack : "--all", command->text ? command->text : "");
	engine_command(world->engine, number, command, world_moment(world));
	drain(world);
}

/* A person has to be asked, which is in vain where it ends at once. */
static bool asks(const struct overview *overview)
{
	for (size_t i = 0; i < overview->count; i++)
		if (overview->rows[i].approval || overview->rows[i].suspended)
			return true;
	return false;
}

/* What runs once has come to its end; somebody runs it again a while later. */
static void end_once(struct world *world)
{
	struct chance chance = chance_for(world->seed, "", "again", world->life);

	if (!world->engine || world->mode != ENGINE_ONCE ||
		!engine_overview(world->engine)->finished)
		return;
	world_tell(world, "---- finished");
	if (asks(engine_overview(world->engine)))
		world->mode = ENGINE_RUN;
	world_stop(world, chance_below(&chance, AGAIN_MS));
}

/* The engine looks at the whole state at each event, so there is nothing left to do now. */
static void check_calm(struct world *world)
{
	struct intent intent;

	if (!world->engine)
		return;
	engine_tick(world->engine, world_moment(world));
	if (engine_next(world->engine, &intent)) {
		bool call = intent.kind == INTENT_CALL;

		world_breach(world, SECOND_TICK, "%s of %s",
			call ? call_kind_name(intent.call->kind) : intent.report.text,
			call ? intent.call->stack : intent.report.stack);
		drain(world);
	}
}

static size_t next_happening(const struct world *world)
{
	size_t next = 0;

	for (size_t i = 1; i < world->happening_count; i++) {
		const struct happening *one = &world->happenings[i];
		const struct happening *best = &world->happenings[next];

		if (one->at_ms < best->at_ms ||
			(one->at_ms == best->at_ms && one->number < best->number))
			next = i;
	}
	return next;
}

/* In true time; UINT64_MAX: never. */
static uint64_t deadline(const struct world *world)
{
	uint64_t due_ms = world->engine ? engine_deadline(world->engine) : UINT64_MAX;

	return due_ms == UINT64_MAX ? due_ms : due_ms + (uint64_t)world->boot_ms;
}

/* After a tick the engine's deadline lies ahead: else the daemon would spin. */
static void tick(struct world *world, uint64_t at_ms)
{
	size_t calls = world->counts.calls;
	bool due = deadline(world) <= at_ms;

	if (at_ms > world->now_ms)
		world->now_ms = at_ms;
	world->counts.ticks++;
	engine_tick(world->engine, world_moment(world));
	drain(world);
	/* What woke it early is not its fault. */
	world->counts.idle_ticks += due && calls == world->counts.calls;
	if (deadline(world) <= world->now_ms) {
		world_breach(world, DEADLINE_AHEAD, "the engine's deadline does not move on");
		world_kill(world, START_MS);
	}
}

bool world_step(struct world *world, uint64_t until_ms)
{
	size_t index = next_happening(world);
	uint64_t at_ms = world->happening_count ? world->happenings[index].at_ms : UINT64_MAX;
	uint64_t deadline_ms = deadline(world);

	if (at_ms > until_ms && deadline_ms > until_ms) {
		world->now_ms = until_ms;
		model_advance(world->model, world_wall(world));
		return false;
	}
	if (deadline_ms < at_ms) {
		tick(world, deadline_ms);
	} else {
		struct happening one = world->happenings[index];

		world->happenings[index] = world->happenings[--world->happening_count];
		world->now_ms = at_ms > world->now_ms ? at_ms : world->now_ms;
		bool told = happen(world, &one);

		happening_done(&one);
		drain(world);
		/* What doesn't concern the engine is a chance to wake it early. */
		if (world->engine && !told)
			tick(world, world->now_ms);
	}
	check_calm(world);
	end_once(world);
	return true;
}
