#include "io/watch.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "base/memory.h"
#include "base/text.h"
#include "io/hints.h"
#include "io/look.h"

struct watch {
	uv_loop_t *loop;
	uv_timer_t timer;
	uv_poll_t poll;
	bool polled;      /* poll is a handle */
	unsigned closing; /* handles that are still to be closed */
	struct watch_options options;
	watch_changed *changed;
	void *owner;
	void (*closed)(void *owner);
	void *closed_owner;

	struct hints hints;
	struct texts folders; /* the manifests' first */
	uint64_t look;        /* the last one */
	uint64_t rescan_at_ms;
	bool dirty;        /* something changed that was not told yet: */
	bool looked;       /* since the last change */
	uint64_t first_ms; /* when it began to change */
	uint64_t last_ms;  /* when it changed last */
	int told;          /* errno of the trouble that was said */
	struct text trouble;
};

/* --- when --- */

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t limit_of(const struct watch *watch)
{
	return watch->first_ms + watch->options.quiet_limit_ms;
}

static void on_timer(uv_timer_t *timer);

static void wake(struct watch *watch, uint64_t at_ms)
{
	uint64_t now = uv_now(watch->loop);

	uv_timer_start(&watch->timer, on_timer, at_ms > now ? at_ms - now : 0, 0);
}

/* The first look comes half-way, so that two looks cost no time beyond the quiet time. */
static void schedule(struct watch *watch)
{
	uint64_t quiet = watch->options.quiet_time_ms;

	if (watch->dirty)
		wake(watch, earlier(watch->last_ms + (watch->looked ? quiet : quiet / 2),
				    limit_of(watch)));
	else
		wake(watch, watch->rescan_at_ms);
}

static void note(struct watch *watch, bool looked)
{
	uint64_t now = uv_now(watch->loop);

	if (!watch->dirty)
		watch->first_ms = now;
	watch->dirty = true;
	watch->looked = looked;
	watch->last_ms = now;
	schedule(watch);
}

static void plan_rescan(struct watch *watch)
{
	uint64_t chance = 0;

	if (getrandom(&chance, sizeof(chance), GRND_NONBLOCK) < 0)
		chance = 0; /* then all rescans come early */
	watch->rescan_at_ms = uv_now(watch->loop) + watch->options.rescan_ms +
			      chance % (watch->options.rescan_ms + 1);
}

/* The owner may close the watch: nothing of it is touched after that. */
static void tell(struct watch *watch)
{
	watch->dirty = false;
	plan_rescan(watch);
	schedule(watch);
	watch->changed(watch->owner);
}

/* Looks again; true where something moved since the look before. */
static bool moved(struct watch *watch)
{
	uint64_t before = watch->look;

	watch->look = look_at(&watch->folders);
	return watch->look != before;
}

static void on_timer(uv_timer_t *timer)
{
	struct watch *watch = timer->data;
	uint64_t now = uv_now(watch->loop);
	uint64_t writing = hints_waiting(&watch->hints, watch->options.writing_limit_ms);
	bool over = watch->dirty && now >= limit_of(watch);
	bool still = !moved(watch);

	if (watch->dirty && !watch->looked && !over) {
		watch->looked = true;
		schedule(watch);
	} else if (!still && !over) {
		note(watch, true); /* at a rescan: what inotify is blind to */
	} else if (writing > now) {
		wake(watch, writing);
	} else {
		tell(watch);
	}
}

static void on_event(uv_poll_t *poll, int status, int events)
{
	struct watch *watch = poll->data;

	(void)status, (void)events; /* what there is to say, reading says */
	if (hints_read(&watch->hints, uv_now(watch->loop)))
		note(watch, false);
}

/* --- what --- */

static bool arm(struct watch *watch)
{
	if (!hints_open(&watch->hints))
		return false;
	if (!watch->polled) {
		int failed = uv_poll_init(watch->loop, &watch->poll, watch->hints.fd);

		if (failed) {
			watch->hints.trouble = -failed;
			return false;
		}
		watch->polled = true;
		watch->poll.data = watch;
		uv_poll_start(&watch->poll, UV_READABLE, on_event);
	}
	return hints_arm(&watch->hints);
}

struct watch *watch_new(uv_loop_t *loop, const char *folder, const struct watch_options *options,
	watch_changed *changed, void *owner)
{
	struct watch *watch = xcalloc(1, sizeof(*watch));

	*watch = (struct watch){.loop = loop,
		.options = *options,
		.changed = changed,
		.owner = owner,
		.hints.fd = -1};
	texts_add(&watch->folders, folder);
	uv_timer_init(loop, &watch->timer);
	watch->timer.data = watch;
	hints_want(&watch->hints, &watch->folders);
	arm(watch);
	moved(watch);
	plan_rescan(watch);
	schedule(watch);
	return watch;
}

void watch_folders(struct watch *watch, const struct texts *folders, uint64_t quiet_time_ms)
{
	struct texts wanted = {0};

	texts_add(&wanted, watch->folders.items[0]);
	for (size_t i = 0; i < folders->count; i++)
		if (!texts_have(&wanted, folders->items[i]))
			texts_add(&wanted, folders->items[i]);
	texts_done(&watch->folders);
	watch->folders = wanted;
	watch->options.quiet_time_ms = quiet_time_ms;

	uv_update_time(watch->loop); /* reading the folder took its time */

	bool other = hints_want(&watch->hints, &watch->folders);

	if (!arm(watch) && !other)
		return;
	moved(watch);
	note(watch, false);
}

const char *watch_trouble(struct watch *watch)
{
	int number = watch->hints.trouble;
	bool news = number && number != watch->told;
	unsigned long long seconds = watch->options.rescan_ms / 1000;

	watch->told = number;
	if (!news)
		return NULL;
	text_clear(&watch->trouble);
	text_format(&watch->trouble, "cannot watch all folders (%s), looking every %llu to %llu s",
		strerror(number), seconds, 2 * seconds);
	if (number == EMFILE)
		text_add(&watch->trouble, "; see fs.inotify.max_user_instances");
	else if (number == ENOSPC)
		text_add(&watch->trouble, "; see fs.inotify.max_user_watches");
	return text_string(&watch->trouble);
}

/* --- closing --- */

static void on_closed(uv_handle_t *handle)
{
	struct watch *watch = handle->data;
	void (*closed)(void *) = watch->closed;
	void *owner = watch->closed_owner;

	if (--watch->closing)
		return;
	hints_done(&watch->hints);
	texts_done(&watch->folders);
	text_done(&watch->trouble);
	free(watch);
	if (closed)
		closed(owner);
}

void watch_close(struct watch *watch, void (*closed)(void *), void *owner)
{
	if (!watch)
		return;
	watch->closed = closed;
	watch->closed_owner = owner;
	watch->closing = watch->polled ? 2 : 1;
	uv_close((uv_handle_t *)&watch->timer, on_closed);
	if (watch->polled)
		uv_close((uv_handle_t *)&watch->poll, on_closed);
}
