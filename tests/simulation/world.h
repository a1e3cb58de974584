/* The world around one engine: a virtual clock, the model behind a network that loses, delays and
 * repeats what it likes, a memory that outlives the daemon, and a folder of manifests. All chance
 * comes from one seed. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/pairs.h"
#include "cloudformation/model.h"
#include "engine/engine.h"
#include "simulation/chance.h"

#define WORLD_ACCOUNT "123456789012"
#define WORLD_KEY "AKIASIMULATED"
#define WORLD_OTHER_KEY "AKIASOMEBODYELSE"
#define WORLD_REGION "eu-west-1"
#define WORLD_FOLDER "/etc/stackd"

enum { WORLD_TROUBLES = 4 };

/* How things go wrong; each number is per mille of the calls it may hit. */
struct weather {
	unsigned refused;      /* no connection: nothing was sent */
	unsigned lost_request; /* sent, never arrives */
	unsigned lost_reply;   /* has its effect, nobody hears of it */
	unsigned late;         /* given up, arrives afterwards */
	unsigned failed_save;
	unsigned kill;     /* the daemon, before or after any intent */
	unsigned assault;  /* the same, where the intent changes something */
	uint64_t delay_ms; /* of each message, at most */
};

/* Something that is on its way. Its kind decides which members count. */
enum happening_kind {
	HAPPENING_ARRIVAL, /* a request reaches the model */
	HAPPENING_ANSWER,  /* a reply reaches the engine */
	HAPPENING_SAVE,    /* a record is on disk */
	HAPPENING_FOLDER,  /* the quiet time after an edit is over */
	HAPPENING_START,   /* the daemon starts */
};

struct happening {
	enum happening_kind kind;
	uint64_t at_ms, number; /* what comes first is first among equals */
	unsigned life;          /* of the daemon: answers to the dead are dropped */
	uint64_t call;
	enum call_kind call_kind;
	struct pairs headers;
	char *body;   /* of the request, or the record's text */
	char *key;    /* of the record */
	bool unheard; /* the reply is lost */
	struct reply reply;
};

/* When a request with this token left first; boot time. */
struct sent {
	char *token;
	uint64_t at_ms;
};

struct world_counts {
	size_t events, calls, mutations, restarts, ticks, idle_ticks;
};

struct world {
	struct chance chance;
	struct weather weather;
	struct model *model;
	struct engine *engine; /* NULL: not running */
	uint64_t now_ms;       /* boot time; the wall clock is ahead by a constant */
	enum engine_mode mode; /* of the next start; ENGINE_ONCE: it ends, and is started again */
	unsigned life;
	struct pairs records; /* the memory; a NULL value can't be read */
	struct texts damaged; /* keys of those that must not be written */
	uint8_t state_key[32];
	struct pairs manifests; /* by name of the file */
	struct pairs files;     /* all others, by path */
	struct pairs environment;
	char *settings; /* text of stackd.conf */
	struct happening *happenings;
	size_t happening_count, happening_size;
	uint64_t next_number;
	size_t edits; /* of the folder */
	struct world_counts counts;
	bool verbose;
	struct sent *sent;
	size_t sent_count, sent_size;
	char *provoked; /* a stack whose change set was asked for, in vain as it seems; NULL: none
			 */
	struct texts troubles; /* what an engine must never do; at most WORLD_TROUBLES */
};

void world_begin(struct world *world, uint64_t seed, const struct model_options *options);
void world_done(struct world *world);

uint64_t world_wall(const struct world *world);

/* One line of the story; printed where the world is verbose. */
void world_tell(const struct world *world, const char *format, ...) FORMAT(2, 3);
void world_trouble(struct world *world, const char *format, ...) FORMAT(2, 3);

/* Goes on to the next thing that happens, at until_ms at the latest; false: that is reached. */
bool world_step(struct world *world, uint64_t until_ms);

/* The folder was changed: the daemon looks after a quiet time. */
void world_edited(struct world *world);

/* SIGHUP: everything is looked at now. */
void world_reload(struct world *world);

/* kill -9; what is being saved is saved or not. It starts again a little later. */
void world_kill(struct world *world);

/* Adds something on its way; the caller fills in what its kind needs. */
struct happening *world_add(struct world *world, enum happening_kind kind, uint64_t delay_ms);

/* network.c: sends a call on its way; receives a request at the model. */
void network_send(struct world *world, const struct call *call);
uint64_t network_sent(const struct world *world, const char *token); /* 0: never */
void network_arrive(struct world *world, struct happening *request);

/* folder.c: what the daemon makes of the folder now; `old` is taken. */
struct desired *folder_read(struct world *world, struct desired *old_takes);
