/* The world around one engine: a virtual clock, the model behind a network that loses, delays and
 * repeats what it likes, a memory that outlives the daemon, and a folder of manifests. All chance
 * comes from one seed. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aws/credentials.h"
#include "aws/session.h"
#include "base/pairs.h"
#include "cloudformation/model.h"
#include "engine/engine.h"
#include "simulation/accounts.h"
#include "simulation/coverage.h"
#include "simulation/invariant.h"
#include "simulation/sick.h"
#include "stack/desired.h"

#define WORLD_ACCOUNT "123456789012"
#define WORLD_KEY "AKIASIMULATED"
#define WORLD_SECRET_KEY "simulated/secret"
#define WORLD_OTHER_KEY "AKIASOMEBODYELSE"
#define WORLD_REGION "eu-west-1"
#define WORLD_FOLDER "/etc/stackd"
#define WORLD_SECRET "secret-of-" /* all passwords begin so */

enum { WORLD_BREACHES = 4, WORLD_REGIONS = 2 };

/* Something that is on its way. Its kind decides which members count. */
enum happening_kind {
	HAPPENING_ARRIVAL, /* a request reaches the model */
	HAPPENING_ANSWER,  /* a reply reaches the engine */
	HAPPENING_SAVE,    /* a record is on disk */
	HAPPENING_FOLDER,  /* the quiet time after an edit is over */
	HAPPENING_START,   /* the daemon starts */
	HAPPENING_FETCH,   /* keys are being fetched: the next request, or the end */
};

/* Who asks. */
enum purpose {
	PURPOSE_CALL,    /* the engine */
	PURPOSE_ACCOUNT, /* GetCallerIdentity, before something is changed */
	PURPOSE_ROLE,    /* AssumeRole */
	PURPOSE_KEYS,    /* of the container */
};

struct happening {
	enum happening_kind kind;
	uint64_t at_ms, number; /* what comes first is first among equals */
	unsigned life;          /* of the daemon: answers to the dead are dropped */
	uint64_t call;
	enum call_kind call_kind;
	enum purpose purpose;
	const struct reach *reach; /* whose keys it needs; NULL: none */
	struct credentials keys;   /* that it was signed with */
	struct pairs headers;
	char *body;    /* of the request, or the record's text; of an answer to AssumeRole */
	int status;    /* likewise */
	char *date;    /* likewise; NULL: none */
	char *key;     /* of the record; of a request: its region */
	bool survives; /* a save that nobody hears of */
	struct carried *carried; /* of an upload; NULL: it is a form */
	struct fate fate;
	uint64_t signed_ms, posted_ms;
	bool again;  /* signed for the second time: there is no third */
	bool skewed; /* for the clock was wrong */
	struct reply reply;
};

/* A request with a token: when it left first and last; boot time. */
struct sent {
	char *token, *stack;
	const struct reach *reach;
	bool own_region;
	uint64_t first_ms, last_ms;
	bool stray; /* arrived when nobody waited for it any more */
};

/* A request that starts an operation. */
struct posting {
	struct digest form;
	size_t after; /* so many of the same form had been accepted when it left */
	uint64_t at_ms;
	bool accepted;
	size_t entry; /* of the ledger, where it was accepted */
};

/* A template in S3, as far as this life of the daemon was told of it; true time. */
struct put {
	char *url;
	uint64_t known_ms; /* 0: never */
	unsigned life;
};

/* What left to one region of an account in one class, by the bucket that the settings allow. */
struct outflow {
	double tokens;
	uint64_t filled_ms;
};

struct world_counts {
	size_t events, calls, mutations, restarts, ticks, idle_ticks;
};

struct world {
	uint64_t seed;
	struct fates fates;
	struct weather weather;
	struct sickness sick; /* of one scope */
	uint64_t ended_ms;    /* when all keys ended before their time last */
	uint64_t delay_ms;    /* of each message, at most */
	struct model *model;
	struct engine *engine; /* NULL: not running */
	struct sessions sessions;
	uint64_t now_ms;       /* true time since the story began */
	int64_t boot_ms;       /* true time at which boottime was 0 */
	int64_t ahead_ms;      /* the daemon's wall clock before the true one */
	bool contained;        /* a container hands out the daemon's own keys, which end, too */
	bool reboots;          /* the next start is one of the machine */
	enum engine_mode mode; /* of the next start; ENGINE_ONCE: it ends, and is started again */
	unsigned life;
	uint64_t forgot_ms;   /* when memory, or a part of it, was lost last */
	struct pairs records; /* the memory; a NULL value can't be read */
	uint64_t oblivion_ms; /* when all of it was lost last */
	struct texts damaged; /* keys of those that must not be written */
	uint8_t state_key[32];
	enum folder_state folder;
	bool folder_empty;
	uint64_t gone_ms, back_ms; /* when it went and came back last */
	struct pairs manifests;    /* by name of the file */
	struct pairs files;        /* all others, by path */
	struct pairs environment;
	char *settings;                                         /* text of stackd.conf */
	double rates[2];                                        /* reads and writes, as set */
	struct outflow outflows[REACH_COUNT][WORLD_REGIONS][2]; /* by the account's first place */
	bool account_known; /* by the engine: only then roles in its own account share its rates */
	unsigned out[REACH_COUNT][WORLD_REGIONS]; /* calls that wait for their answer */
	struct keeper *keeper;                    /* NULL: not running */
	struct texts hidden; /* stacks; what is nested in them, we may not look into */
	struct texts read;   /* nested change sets, by id: they were shown to us */
	struct happening *happenings;
	size_t happening_count, happening_size;
	uint64_t next_number;
	size_t edits; /* of the folder */
	struct world_counts counts;
	struct coverage *coverage;
	bool verbose;
	struct put *puts;
	size_t put_count, put_size;
	uint64_t failed_ms; /* an operation was reported to have failed then */
	struct sent *sent;
	size_t sent_count, sent_size;
	struct posting *postings;
	size_t posting_count, posting_size;
	bool forgets_tokens; /* the service does, when an operation is over */
	char *provoked; /* the stack whose change set was asked for, in vain as it seems; NULL: none
			 */
	struct chance provocation;
	/* Called before a request that changes something leaves. */
	void (*leaves)(void *owner, const struct call *call, const char *stack);
	/* Called for each report, and for each answer to a command. */
	void (*told)(void *owner, const struct report *report);
	void (*answered)(void *owner, const struct command_answer *answer);
	void *owner;
	struct texts breaches; /* "NAME: at ... s: ..."; at most WORLD_BREACHES */
};

void world_begin(struct world *world, uint64_t seed, const struct model_options *options);
void world_done(struct world *world);

uint64_t world_wall(const struct world *world);        /* AWS's, which is the true one */
struct moment world_moment(const struct world *world); /* the daemon's */

/* One line of the story; printed where the world is verbose. */
void world_tell(const struct world *world, const char *format, ...) FORMAT(2, 3);
void world_breach(struct world *world, enum invariant invariant, const char *format, ...)
	FORMAT(3, 4);

/* Goes on to the next thing that happens, at until_ms at the latest; false: that is reached. */
bool world_step(struct world *world, uint64_t until_ms);

/* The folder was changed: the daemon looks after a quiet time. */
void world_edited(struct world *world);

/* SIGHUP: everything is looked at now. */
void world_reload(struct world *world);

/* A command of this number reaches the daemon, which is running. */
void world_command(struct world *world, uint64_t number, const struct command *command);

/* kill -9; what is being saved is saved or not. It starts again after the pause. */
void world_kill(struct world *world, uint64_t pause_ms);

/* Adds something on its way; the caller fills in what its kind needs. */
struct happening *world_add(struct world *world, enum happening_kind kind, uint64_t delay_ms);

/* intents.c */
void intent_tell(const struct world *world, const struct intent *intent);
void intent_check(struct world *world, const struct intent *intent);

void happening_done(struct happening *one);

/* network.c: sends a call on its way; receives a request at the model. */
void network_send(struct world *world, const struct call *call, const struct fate *fate);
void network_arrive(struct world *world, struct happening *request);
/* What becomes of a request that no call of the engine is. */
struct fate network_fate(struct world *world, const struct happening *request);
/* A request leaves, signed with its keys; takes all it owns. */
void network_post(struct world *world, struct happening *request_takes);
/* The answer to a request, which may have been sent: nothing but that it failed; the reply. */
void network_lose(struct world *world, const struct happening *request, const struct error *why,
	bool sent, uint64_t delay_ms);
struct happening *network_answer(struct world *world, const struct happening *request,
	struct reply *takes, uint64_t delay_ms);
/* The service's own chance, and its faults, for this one request. */
void network_prepare(struct world *world, const struct happening *request);

/* network_sent.c: what left under which token */
/* The name of the stack that a call is about, the region where it is about all. The caller frees
 * it. */
char *network_stack(const struct world *world, const struct call *call);
const struct sent *network_sent(const struct world *world, const char *token); /* NULL: never */
bool network_stray(const struct world *world, const char *token); /* one came too late */
void network_note_sent(struct world *world, const struct call *call, const char *stack);
/* Whatever carries a token is remembered before it leaves: else a kill would do it twice. */
void network_check_remembered(struct world *world, const struct call *call);

/* repeats.c: a request leaves; one was accepted. */
void repeats_leave(struct world *world, const struct call *call, const char *form);
void repeats_accepted(struct world *world, const struct happening *request);
/* What was let go may arrive twice, and be accepted twice where the service forgets tokens. */
bool repeats_entry(const struct model *model, const struct model_entry *entry);
/* When what this entry of the ledger came of left first; now, where that is not known. */
uint64_t repeats_sent_ms(const struct world *world, const struct model_entry *entry);

/* disk.c */
void disk_recall(struct world *world, const struct call *call, const struct fate *fate);
void disk_save(struct world *world, const struct call *call, const struct fate *fate);
void disk_write(struct world *world, const struct happening *record);
void disk_settle(struct world *world); /* the daemon dies: a rename is there or it is not */

/* rates.c: what leaves, and what has come back, by the settings */
void rates_begin(struct world *world);
void rates_leave(struct world *world, const struct call *call);
void rates_return(struct world *world, const struct happening *answer);

/* folder.c: what the daemon makes of the folder now; `old` is taken. */
struct desired *folder_read(struct world *world, struct desired *old_takes);
/* So old may an edit be, and not be known when something is sent. */
uint64_t world_patience_ms(const struct world *world, uint64_t sent_ms);
