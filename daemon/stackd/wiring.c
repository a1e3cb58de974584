#include "stackd/wiring.h"

#include <sys/random.h>
#include <time.h>

#include "io/cloudformation.h"
#include "io/state.h"
#include "stackd/reading.h"

struct wiring {
	uv_loop_t *loop;
	struct wiring_options options;
	struct pairs environment;
	struct engine *engine;
	struct cloudformation *cloudformation;
	struct state *state;           /* NULL before the start */
	size_t state_calls;            /* out now */
	const struct desired *desired; /* the engine's */
	uv_timer_t tick, look, scan;
	unsigned open; /* what has to close before this can be freed */
	bool closing;
};

static uint64_t clock_ms(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static struct moment now(void)
{
	return (struct moment){
		.boottime_ms = clock_ms(CLOCK_BOOTTIME), .wall_ms = clock_ms(CLOCK_REALTIME)};
}

/* --- out of the engine --- */

static void pump(struct wiring *wiring);

static void on_answer(void *owner, uint64_t call, struct reply *reply)
{
	struct wiring *wiring = owner;

	if (wiring->closing)
		return;
	engine_reply(wiring->engine, call, reply, now());
	pump(wiring);
}

static void close_state(struct wiring *wiring);

static void on_state_answer(void *owner, uint64_t call, struct reply *reply)
{
	struct wiring *wiring = owner;

	wiring->state_calls--;
	on_answer(owner, call, reply);
	if (wiring->closing)
		close_state(wiring);
}

static void make_call(struct wiring *wiring, const struct call *call)
{
	if (call->kind == CALL_RECALL || call->kind == CALL_SAVE) {
		wiring->state_calls++;
		state_call(wiring->state, wiring->loop, call, on_state_answer, wiring);
	} else {
		cloudformation_call(wiring->cloudformation, call, on_answer, wiring);
	}
}

static void on_tick(uv_timer_t *timer)
{
	struct wiring *wiring = timer->data;

	engine_tick(wiring->engine, now());
	pump(wiring);
}

static void on_look(uv_timer_t *timer)
{
	struct wiring *wiring = timer->data;

	wiring->options.look(wiring->options.owner, engine_overview(wiring->engine));
}

static void on_scan(uv_timer_t *timer)
{
	struct wiring *wiring = timer->data;

	wiring->options.scan(wiring->options.owner);
}

/* The loop's clock stands still while the machine sleeps, the engine's goes on. */
static void wake_in_time(struct wiring *wiring)
{
	static const uint64_t longest_ms = 60000;
	uint64_t deadline_ms = engine_deadline(wiring->engine);
	uint64_t now_ms = clock_ms(CLOCK_BOOTTIME);
	uint64_t left_ms = deadline_ms > now_ms ? deadline_ms - now_ms : 0;

	uv_update_time(wiring->loop);
	uv_timer_start(&wiring->tick, on_tick, left_ms < longest_ms ? left_ms : longest_ms, 0);
}

static void pump(struct wiring *wiring)
{
	struct intent intent;

	if (!wiring->state || wiring->closing)
		return;
	while (engine_next(wiring->engine, &intent)) {
		switch (intent.kind) {
		case INTENT_CALL:
			make_call(wiring, intent.call);
			break;
		case INTENT_REPORT:
			wiring->options.report(wiring->options.owner, &intent.report);
			break;
		case INTENT_SCAN:
			uv_timer_start(&wiring->scan, on_scan, 0, 0);
			break;
		case INTENT_ANSWER:
			wiring->options.answer(wiring->options.owner, &intent.answer);
			break;
		}
	}
	wake_in_time(wiring);
	if (!uv_is_active((uv_handle_t *)&wiring->look))
		uv_timer_start(&wiring->look, on_look, wiring->options.look_ms, 0);
}

/* --- the modes' side --- */

struct wiring *wiring_new(uv_loop_t *loop, const struct wiring_options *options)
{
	struct wiring *wiring = xcalloc(1, sizeof(*wiring));
	struct engine_options engine = {.mode = options->mode};

	wiring->loop = loop;
	wiring->options = *options;
	environment_read(&wiring->environment);
	/* Never short for so few bytes, once the kernel is up. */
	if (getrandom(&engine.seed, sizeof(engine.seed), 0) != sizeof(engine.seed))
		abort();
	wiring->engine = engine_new(&engine);
	wiring->cloudformation = cloudformation_new(loop, &wiring->environment);
	uv_timer_init(loop, &wiring->tick);
	uv_timer_init(loop, &wiring->look);
	uv_timer_init(loop, &wiring->scan);
	wiring->tick.data = wiring->look.data = wiring->scan.data = wiring;
	return wiring;
}

bool wiring_read(struct wiring *wiring, struct texts *problems)
{
	struct desired *old = engine_release_desired(wiring->engine);
	struct desired *desired = reading_desired(wiring->options.arguments, &wiring->environment,
		wiring->cloudformation, &old, problems);

	if (!desired)
		return false;
	wiring->desired = desired;
	engine_desired(wiring->engine, desired, now());
	pump(wiring);
	return true;
}

bool wiring_start(struct wiring *wiring, struct error *e)
{
	const struct arguments *arguments = wiring->options.arguments;

	wiring->state = state_open(
		arguments->state, arguments->directory, wiring->options.mode != ENGINE_PLAN, e);
	pump(wiring);
	return wiring->state != NULL;
}

void wiring_reconcile(struct wiring *wiring)
{
	engine_reconcile(wiring->engine, now());
	pump(wiring);
}

void wiring_command(struct wiring *wiring, uint64_t number, const struct command *command)
{
	engine_command(wiring->engine, number, command, now());
	pump(wiring);
}

const struct desired *wiring_desired(const struct wiring *wiring)
{
	return wiring->desired;
}

const struct overview *wiring_overview(struct wiring *wiring)
{
	return engine_overview(wiring->engine);
}

/* --- the end --- */

static void on_closed(void *owner)
{
	struct wiring *wiring = owner;

	if (--wiring->open)
		return;
	engine_free(wiring->engine);
	pairs_done(&wiring->environment);
	free(wiring);
}

static void on_handle_closed(uv_handle_t *handle)
{
	on_closed(handle->data);
}

/* A record on its way to the disk can't be called back, only waited for. */
static void close_state(struct wiring *wiring)
{
	if (wiring->state_calls)
		return;
	state_close(take(wiring->state));
	on_closed(wiring);
}

void wiring_close(struct wiring *wiring)
{
	if (!wiring)
		return;
	wiring->closing = true;
	wiring->open = 5;
	uv_close((uv_handle_t *)&wiring->tick, on_handle_closed);
	uv_close((uv_handle_t *)&wiring->look, on_handle_closed);
	uv_close((uv_handle_t *)&wiring->scan, on_handle_closed);
	cloudformation_close(wiring->cloudformation, on_closed, wiring);
	/* A thousand records take seconds on a slow disk; those not written yet are lost, as they
	 * may be at any moment. */
	if (wiring->state)
		state_hurry(wiring->state);
	close_state(wiring);
}
