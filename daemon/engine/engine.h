/* The daemon's brain: events go in, calls and reports come out. It never touches a socket, file,
 * clock, environment or log; time and chance are arguments (design.md, "The engine is a function of
 * events"). After every event it looks at the whole state and decides again, so a second tick at
 * the same moment yields nothing. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/call.h"
#include "stack/desired.h"

struct moment {
	uint64_t boottime_ms; /* CLOCK_BOOTTIME; for intervals within this process */
	uint64_t wall_ms;     /* since 1970; for what is remembered beyond it */
};

enum engine_mode {
	ENGINE_RUN,
	ENGINE_ONCE, /* converge, then overview->finished */
	ENGINE_PLAN, /* read only, then overview->finished */
};

struct engine_options {
	enum engine_mode mode;
	uint64_t seed; /* of jitter and tokens: 64 bits nobody can guess */
};

struct engine;
struct engine *engine_new(const struct engine_options *options);
void engine_free(struct engine *engine);

/* Manifests and settings, first of all and after every change. */
void engine_desired(struct engine *engine, struct desired *takes, struct moment now);

/* Hands the desired state back (NULL: there is none), for desired_build() to take what did not
 * change; engine_desired() must be the next event. */
struct desired *engine_release_desired(struct engine *engine);

enum command_kind {
	COMMAND_APPROVE,   /* text: the digest, 12 to 64 hex digits */
	COMMAND_SUSPEND,   /* text: a sentence that says why */
	COMMAND_RESUME,    /* undoes COMMAND_SUSPEND; a manifest's suspend: stays */
	COMMAND_RETRY,     /* forget failures and waits of the stack, and try now */
	COMMAND_RECONCILE, /* look at AWS now; changes by others don't wait for RevertDelay */
	COMMAND_KIND_COUNT,
};

struct command {
	enum command_kind kind;
	const char *stack; /* a manifest, else a stack's name, or REGION/STACK; NULL: all */
	const char *text;  /* see above; NULL for the others */
	const char *giver; /* who gave it, for the journal; NULL: nobody knows */
};

/* What a person or program wants, under a number of the caller's choice. Each gets exactly one
 * INTENT_ANSWER with its number: what must survive is saved by then. */
void engine_command(
	struct engine *engine, uint64_t number, const struct command *command, struct moment now);

/* The answer to a call, exactly once each. The reply stays the caller's; its contents may be moved
 * out of it (the caller calls reply_done() as ever). Unknown numbers are ignored. */
void engine_reply(struct engine *engine, uint64_t call, struct reply *reply, struct moment now);
void engine_tick(struct engine *engine, struct moment now);

/* Look at AWS now, at everything (SIGHUP); changes by others don't wait for RevertDelay. */
void engine_reconcile(struct engine *engine, struct moment now);

enum report_level { REPORT_ERR = 3, REPORT_WARNING = 4, REPORT_NOTICE = 5, REPORT_INFO = 6 };

/* One class per kind of message; io/journal gives each its MESSAGE_ID. */
enum report_class {
	REPORT_STATE,     /* a stack's state or reason changed: in sync, waiting, held, frozen */
	REPORT_SUBMIT,    /* an operation was submitted */
	REPORT_EVENT,     /* a stack event of a running operation */
	REPORT_SUCCEEDED, /* an operation ended well */
	REPORT_FAILED,    /* an operation failed: the root cause */
	REPORT_FOREIGN,   /* somebody else changed or is changing the stack */
	REPORT_SCOPE,     /* a region: denied, unreachable, throttled, back again */
	REPORT_MEMORY,    /* a record could not be read or saved */
	REPORT_FOLDER,    /* the folder, a manifest that came or went */
	REPORT_CLASS_COUNT,
};

struct report {
	enum report_class class;
	enum report_level level;
	const char *stack, *region, *manifest; /* NULL: not about one */
	const char *operation;                 /* "create", "update"; NULL */
	const char *reason;                    /* the plan's reason; NULL */
	const char *request_id;                /* NULL */
	const char *text; /* one plain sentence, without the stack's name in front */
};

enum answer_code {
	ANSWER_DONE,
	ANSWER_UNKNOWN, /* there is no such stack */
	ANSWER_REFUSED, /* it makes no sense now: nothing waits for this approval, ... */
	ANSWER_FAILED,  /* it could not be remembered */
};

struct command_answer {
	uint64_t number; /* of the command */
	enum answer_code code;
	const char *text; /* one plain sentence: what was done, or why not */
};

enum intent_kind {
	INTENT_CALL,
	INTENT_REPORT,
	INTENT_ANSWER,
	INTENT_SCAN, /* read the folder again and hand it to engine_desired(), changed or not */
};

struct intent {
	enum intent_kind kind;
	const struct call *call; /* borrowed until the next engine_ call, like all here */
	struct report report;
	struct command_answer answer;
};

/* What to do next; false: nothing, until the next event or deadline. */
bool engine_next(struct engine *engine, struct intent *out);

/* boottime_ms at which engine_tick() is due at the latest; UINT64_MAX: never. */
uint64_t engine_deadline(const struct engine *engine);

enum stack_state {
	STATE_UNKNOWN, /* not observed yet, or only a change set can tell */
	STATE_IN_SYNC,
	STATE_CREATE,
	STATE_UPDATE,
	STATE_RUNNING, /* an operation, ours or another's, is on its way */
	STATE_WAIT,
	STATE_HOLD,
	STATE_FROZEN,
	STATE_DELETE,
	STATE_COUNT,
};

struct overview_row {
	const char *stack, *region, *manifest, *path;
	const char *stack_id; /* NULL: none known */
	const char *status;   /* CloudFormation's; NULL: not observed */
	enum stack_state state;
	const char
		*action; /* what --plan prints: "create", "wait", "update", "hold", "frozen", ... */
	const char *reason;       /* NULL only where in sync */
	uint64_t next_attempt_ms; /* wall clock; 0: none */
	bool unreadable;          /* could not be observed */
	const char *approval;     /* 64 hex digits: what waits for this approval; NULL: nothing */
	const char *suspended;    /* by command: why; NULL: it is not */
};

struct overview {
	struct overview_row *rows; /* sorted by dependency depth, then manifest name */
	size_t count;
	size_t states[STATE_COUNT];
	bool observed; /* every stack was looked at since the start */
	bool finished; /* ENGINE_ONCE, ENGINE_PLAN: nothing more will happen */
};

const struct overview *engine_overview(struct engine *engine);
