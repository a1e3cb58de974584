/* The engine's whole state, for engine/ only. Events store what happened into it; engine_decide()
 * looks at all of it and decides (level-triggered). */
#pragma once

#include "engine/budget.h"
#include "engine/engine.h"
#include "engine/record.h"
#include "stack/guard.h"
#include "stack/plan.h"

enum {
	CALLS_PER_SCOPE = 6,
	ORPHAN_MS = 10 * 60 * 1000, /* a request that was lost may arrive so late */
};

/* Where a stack lives, and whose credentials reach it. Borrowed. */
struct address {
	const char *role, *external_id; /* NULL: the daemon's own */
	const char *region, *name;
};

/* What an account lets us do in a region, whoever asks. */
struct quota {
	char *account; /* NULL: the daemon's own, not known yet */
	char *region;
	struct budget reads, writes;
};

/* A region, with credentials, and what its calls have told about it. Times are boottime_ms. */
struct scope {
	char *region;
	char *role, *external_id; /* NULL: the daemon's own credentials */
	char *label;              /* for people: "eu-west-1", "eu-west-1 as ROLE" */
	struct quota *quota;      /* shared by all roles of the account */
	unsigned out;             /* calls that wait for their answer */
	unsigned failures;        /* in a row, of the scope as a whole */
	uint64_t not_before_ms;   /* no call until then */
	char *trouble;            /* why; NULL: none */
	bool denied;              /* the last failure: AWS does not accept who we are */
	bool closed;              /* denied, or it failed several times in a row */
	bool told;                /* people know of the trouble */
	char *ban;                /* what people know of why nothing can be changed; NULL: it can */

	bool sweeping;
	bool sweep_out;     /* a page was asked for */
	char *sweep_token;  /* of the next page; NULL: the first */
	size_t sweep_pages; /* so far */
	unsigned endless;   /* likewise, see pages_go_on() */
	size_t pages;       /* of the last sweep; 0: there was none */
	uint64_t sweep_due_ms;
	uint64_t sweep_denied_ms; /* by name until then */

	struct unit **order;  /* its stacks, parents first */
	struct unit **ranked; /* the same, the most urgent first */
	size_t unit_count, unit_size;

	size_t running;    /* operations in flight */
	unsigned failed;   /* operations, without a success in between */
	uint64_t probe_ms; /* then the next one may be tried */
};

/* A change set that is read in full: its own pages, then those of the nested sets. */
struct review {
	struct change *changes;
	size_t count, size;
	struct pairs nested; /* ARN, and which stack's it is: "Network", "Network.Zone" */
	size_t next;         /* of nested: is read now */
	bool root_read;
	char *token;    /* of the next page; NULL: the first */
	unsigned pages; /* of this set, so far */
	char *unread;   /* a nested stack whose changes can't be read; NULL: none */
	char *failed;   /* the set could not be made: what it says of that; NULL: it could */
};

/* One stack that a manifest wants, or that a child needs. */
struct unit {
	char *key; /* see stack_key() */
	char *region, *name;
	char *role, *external_id; /* that reach it; NULL: the daemon's own credentials */
	struct unit *twin;        /* another manifest's: as it turns out, they are the same stack */
	struct scope *scope;
	struct desired_stack *desired; /* of engine->desired; NULL: no manifest */
	struct texts secrets;          /* that its operation was sent, or will be */
	struct unit **parents;         /* one per edge of desired */
	struct unit **children;
	size_t child_count, child_size;
	unsigned depth; /* parents are less deep */
	size_t index;   /* in units, while they are sorted */

	struct live *live;    /* NULL: not observed; a stack that is not there has STACK_ABSENT */
	uint64_t asked;       /* the number of the call that asked for it */
	uint64_t seen_ms;     /* boottime: the answer came */
	bool doomed;          /* a deletion of it failed: it has no status but those of one */
	bool seen;            /* in the sweep that goes on */
	bool look;            /* ask by name or id as soon as may be */
	bool by_name;         /* then by name: by its id it is gone */
	bool looking;         /* was asked */
	uint64_t look_due_ms; /* 0: not due */
	char *template_names; /* where the live template differs; NULL: not known */
	struct digest template_compared; /* from this one, by its canonical form */
	char *reading;                   /* GetTemplate was asked, for this version; NULL: not */
	char *trouble;                   /* why it could not be observed or read; NULL: it could */
	bool trouble_reading; /* it is the template that can not be read: a look does not end it */
	struct template *summary; /* of a template behind a URL; NULL: not known */
	char *summary_url;        /* of this one */
	bool body_wanted;         /* the guard has to see the live template */
	char *body;               /* that template; NULL: it was not read */
	char *body_version;       /* of this version of the stack */

	struct record record;
	uint64_t generation, saved; /* of the record; equal: memory has it */
	uint64_t promised;          /* the generation that a command for all stacks changed last */
	bool saving;
	uint64_t save_due_ms;
	char *forgotten;  /* why the record could not be read: then the stack is only observed */
	char *list_token; /* of the next page of the list; NULL: the first */
	unsigned list_pages;

	struct plan plan;
	bool replan;
	bool gated;           /* may not act yet; due_wall_ms says when */
	uint64_t edited;      /* the number of the edit, or command, that changed it last */
	struct digest source; /* of the manifest, to notice edits */
	struct digest asks;   /* what waits for this approval; zero: nothing */
	char asks_hex[DIGEST_HEX_SIZE]; /* the same, for the overview */
	bool foreign;                   /* the difference was not made by us */
	uint64_t due_wall_ms;           /* plan again then; 0: never */
	struct wanted wanted;           /* count 0 where inputs are not all there */
	bool resolved;
	bool waits_moving; /* what it waits for moves by itself */
	struct digest digest;
	/* Foreign changes don't wait for RevertDelay until it was in sync in a look that a call
	 * from this number on asked for; 0: they wait. */
	uint64_t impatient;
	bool refused;    /* an operation failed since the start */
	bool ssm;        /* has an SSM-typed parameter */
	bool ssm_looked; /* behind its SSM parameters, since the start */

	/* Its manifest is gone, see removal.c; boottime_ms. */
	uint64_t missing_ms; /* since when, in every look at a good folder; 0: it is not */
	bool due;            /* and it was gone for RemovalDelay, at the last look too */
	bool gone;           /* the stack is deleted: nothing has to be remembered any more */
	bool left;           /* people know that it stays */

	/* Termination protection and stack policy, see rest.c. */
	bool policy_known;
	struct digest policy; /* of the live one, canonical; zero: there is none */
	uint64_t policy_due_ms;
	uint64_t protected; /* protection was set: a look that a call from this one on asked for
			       shows it */

	bool may_send; /* the operation's next call has not left for sure */
	struct review review;
	uint64_t stirred_ms;      /* wall clock: something was seen to happen to it; 0: not yet */
	bool stalled;             /* people were warned that nothing did for long */
	bool busy;                /* a call of the operation is out */
	uint64_t unsure;          /* an observation counts if a later call asked for it */
	unsigned tries;           /* calls of this operation or stack that failed in a row */
	unsigned upload_failures; /* of its template, in a row, that may pass by themselves */
	uint64_t not_before_ms;   /* the next one */
	uint64_t traceless_ms;    /* since when there is no trace of the operation; 0: there is */
	bool events_due, reading_events;
	char *events_token; /* of the next page; NULL: the first */
	unsigned event_pages;
	struct stack_event *events; /* pages read so far, newest first */
	size_t event_count, event_size;

	enum plan_action told; /* what people know */
	char *told_reason;
	bool trouble_told;
	uint32_t denied_told; /* a bit for each kind of call: people know that it is not allowed */
};

struct pending {
	struct call call;
	struct unit *unit;   /* NULL: of none, or of what is gone or over */
	struct scope *scope; /* NULL: a call of the memory */
	uint64_t generation; /* CALL_SAVE */
};

struct intent_item {
	enum intent_kind kind;
	struct pending *pending;
	struct report report;         /* its texts are owned here */
	struct command_answer answer; /* likewise */
};

/* A command that is answered once what it changed is remembered. */
struct promise {
	uint64_t number;
	char *key;           /* of the unit; NULL: all */
	uint64_t generation; /* of its record */
	char *text;
};

enum memory_state { MEMORY_UNASKED, MEMORY_ASKED, MEMORY_KNOWN };

struct recalled {
	char *key;
	struct record record;
	char *problem;
	bool taken;
};

struct engine {
	struct engine_options options;
	uint64_t random;
	struct moment now;
	uint64_t deadline_ms;
	struct desired *desired;
	struct unit **units; /* by key */
	size_t unit_count;
	struct unit **order; /* the same, parents first */
	bool ranking;        /* those of each scope have to be ranked again */
	struct unit **rows;  /* of desired->stacks; NULL where name and region are not known */
	struct scope **scopes;
	size_t scope_count, scope_size;
	struct quota **quotas;
	size_t quota_count, quota_size;
	struct pairs uploads; /* large templates: what was uploaded where, and its URL */
	struct texts uploading;
	char *account; /* of the daemon's own credentials; NULL: not known */
	bool asking_account;
	unsigned account_tries; /* in vain */
	uint64_t account_due_ms;
	enum memory_state memory;
	uint64_t memory_due_ms;
	struct recalled *recalled;
	size_t recalled_count;
	uint8_t state_key[32];
	struct pending **pending;
	size_t pending_count, pending_size;
	uint64_t next_call;
	struct intent_item *queue;
	size_t queue_head, queue_count, queue_size;
	struct intent_item handed;
	struct promise *promises;
	size_t promise_count, promise_size;
	uint64_t edits;           /* see unit.edited */
	bool scan_wanted;         /* INTENT_SCAN was handed out, the folder not read since */
	struct pairs told_frozen; /* path and problem */
	struct overview overview;
};
