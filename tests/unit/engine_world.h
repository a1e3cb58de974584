/* The world around an engine in a story: folder, memory and clocks. For the player only. */
#pragma once

#include "base/pairs.h"
#include "engine_play.h"
#include "stack/desired.h"

enum { TICKS_LIMIT = 5000, PENDING_LIMIT = 16 };

enum saves { SAVES_DONE, SAVES_REFUSED, SAVES_LOST, SAVES_LATE };

struct world {
	const struct story *story;
	const char *settings; /* lines of stackd.conf; NULL: its defaults */
	struct engine *engine;
	struct moment now;
	struct pairs files; /* manifests by name, without ".yaml" */
	enum folder_state state;
	struct pairs memory; /* by key */
	enum saves saves;
	struct call late[PENDING_LIMIT]; /* saves without an answer so far */
	size_t late_count;
	bool ends;       /* with --once and --plan */
	size_t line;     /* of the story, from 1 */
	uint64_t starts; /* so often the engine was started */
	char token[64];  /* of the last call that changed a stack */
	char *warning;
	char *answer; /* to the last command; NULL: none yet */
	struct call pending[PENDING_LIMIT];
	size_t pending_count;
};

/* A new engine, with what the memory holds: "plan", "once", or so many ms of boottime; "": it goes
 * on. */
void world_start(struct world *world, const char *how);
void world_done(struct world *world);

void world_read_folder(struct world *world);

/* Makes and answers the saves that were kept late. */
void world_save_late(struct world *world);

/* Takes what the engine has to say; memory answers at once, other calls are kept. */
void world_drain(struct world *world);

/* Lets the time go by until then, if it is not later already. */
void world_tick_at(struct world *world, uint64_t boottime_ms);
