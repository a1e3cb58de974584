/* Ties the engine to the world: what it wants done goes to the memory, to AWS and to the journal,
 * what comes of it goes back as an event, and it is woken when it asked to be. The modes own the
 * loop and decide when to read and when to end. */
#pragma once

#include <uv.h>

#include "engine/engine.h"
#include "stackd/arguments.h"

struct wiring_options {
	const struct arguments *arguments;
	enum engine_mode mode;
	uint64_t look_ms; /* from something happening to the look */
	/* Called from the loop; it may call every wiring_ function. */
	void (*look)(void *owner, const struct overview *overview);
	void (*scan)(void *owner); /* the folder should be read again: wiring_read() */
	/* Called from inside others; it may call none. */
	void (*report)(void *owner, const struct report *report);
	/* Likewise; NULL where no commands are given. */
	void (*answer)(void *owner, const struct command_answer *answer);
	void *owner;
};

struct wiring;

/* Options are copied, what they point to is borrowed. */
struct wiring *wiring_new(uv_loop_t *loop, const struct wiring_options *options);

/* Reads settings and manifests. Where the settings are faulty, each fault is in *problems, and the
 * old ones stay; false where there are none. */
bool wiring_read(struct wiring *wiring, struct texts *problems);

/* After the first reading: opens the memory and begins. */
bool wiring_start(struct wiring *wiring, struct error *e);

/* Looks at everything in AWS now. */
void wiring_reconcile(struct wiring *wiring);

/* Gives a command under a number; its answer comes through options.answer, perhaps from inside. */
void wiring_command(struct wiring *wiring, uint64_t number, const struct command *command);

/* Both are borrowed: until the next reading, and until anything happens. */
const struct desired *wiring_desired(const struct wiring *wiring);
const struct overview *wiring_overview(struct wiring *wiring);

/* Cancels what can be cancelled and frees it in turns of the loop; NULL is fine. */
void wiring_close(struct wiring *wiring);
