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
	bool seen;            /* in the sweep that goes on */
	bool look;            /* ask by name or id as soon as may be */
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

	bool may_send; /* the operation's next call has not left for sure */
	struct review review;
	uint64_t stirred_ms;    /* wall clock: something was seen to happen to it; 0: not yet */
	bool stalled;           /* people were warned that nothing did for long */
	bool busy;              /* a call of the operation is out */
	uint64_t unsure;        /* an observation counts if a later call asked for it */
	unsigned tries;         /* calls of this operation or stack that failed in a row */
	uint64_t not_before_ms; /* the next one */
	uint64_t traceless_ms;  /* since when there is no trace of the operation; 0: there is */
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

/* engine.c: what the others use */
void engine_due(struct engine *engine, uint64_t boottime_ms);
void engine_due_wall(struct engine *engine, uint64_t wall_ms);
double engine_chance(struct engine *engine); /* in [0, 1) */
uint64_t engine_random(struct engine *engine);
const struct settings *engine_settings(const struct engine *engine);

/* A new call on its way, to be filled in; NULL where the scope has no room or token for it now. */
struct call *engine_ask(
	struct engine *engine, struct unit *unit, struct scope *scope, enum call_kind kind);
/* The operation is over: answers to its calls say nothing of the next one. */
void engine_disown(struct engine *engine, const struct unit *unit);
/* The same without a scope: a call of the memory. */
struct pending *engine_begin(struct engine *engine, struct unit *unit, enum call_kind kind);

/* Reports about a unit (may be NULL); `text` is formatted. */
void engine_report(struct engine *engine, const struct unit *unit, enum report_class class,
	enum report_level level, const char *format, ...) FORMAT(5, 6);

void engine_request(struct engine *engine, const char *request_id); /* of the last report */

/* The answer to a command; the text is formatted. */
void engine_answer(struct engine *engine, uint64_t number, enum answer_code code,
	const char *format, ...) FORMAT(4, 5);
void engine_scan(struct engine *engine); /* the folder should be read again */

/* tell.c: what people are told of a unit when its plan changes */
void engine_tell(struct engine *engine, struct unit *unit);
/* A call without which an operation doesn't go on was not allowed, or is again. */
void engine_tell_denied(
	struct engine *engine, const struct pending *pending, const struct reply *reply);

/* units.c */
struct address address_of(const struct desired_stack *stack);
struct address address_behind(const struct edge *edge);
void unit_set_role(struct unit *unit, const char *role, const char *external_id);
struct scope *unit_scope(struct engine *engine, const struct unit *unit);
void units_bind(struct engine *engine); /* to manifests and parents; units_bind.c */
void units_build(struct engine *engine, struct desired *takes);
void units_free(struct engine *engine);
void unit_changed(struct unit *unit); /* plan it and its children again */
void unit_touch(struct unit *unit);   /* its record changed */
bool unit_saved(const struct unit *unit);
/* One more page was read: is another one asked for? Not where they find no end. */
bool pages_go_on(unsigned *pages, const char *next_token);
char *unit_version(const struct unit *unit); /* of live; the caller frees it */
struct unit *unit_find(const struct engine *engine, const struct address *address);
struct unit *unit_by_key(const struct engine *engine, char *key);
/* Why its live stack may not be changed at all; NULL: it may. The caller frees it. */
char *unit_forbidden(const struct engine *engine, const struct unit *unit);
/* Why it is only observed: by a command, or for its record can't be read; NULL: it isn't. The
 * caller frees it. */
char *unit_spared(const struct unit *unit);
/* Nothing of what waits for a time waits any longer; what was looked at is looked at anew. */
void unit_hasten(struct engine *engine, struct unit *unit);
/* The manifest edited or the command given last comes first, then what was not tried yet. */
int unit_compare_urgency(const void *a, const void *b);
/* The call failed: when may the next one go? */
void unit_pause(struct engine *engine, struct unit *unit);
bool unit_paused(struct engine *engine, const struct unit *unit);

/* memory.c */
void memory_decide(struct engine *engine);
void memory_recalled(struct engine *engine, struct reply *reply);
void memory_saved(struct engine *engine, struct pending *pending, const struct reply *reply);
void memory_attach(struct engine *engine, struct unit *unit);
/* What is known of the stack of this key, with a unit or without; NULL: nothing. Borrowed. */
const struct record *memory_record(const struct engine *engine, char *key);
void memory_detach(
	struct engine *engine, struct unit *unit); /* the unit goes, what is known stays */

/* scope.c */
/* The scope of this address; made where there is none yet. */
struct scope *scope_get(struct engine *engine, const struct address *address);
void scope_settings(struct engine *engine);
void scope_share(struct engine *engine);
void scopes_take_units(struct engine *engine); /* each its own, for the order may have changed */
void scope_free(struct scope *scope);
void quota_free(struct quota *quota);
bool scope_open(struct engine *engine, struct scope *scope); /* may be called now */
void scope_replied(struct engine *engine, struct pending *pending, const struct reply *reply);
bool scope_admits(struct engine *engine, struct scope *scope); /* one more operation */
void scope_ended(struct engine *engine, struct scope *scope, bool well);
void scope_lift(struct scope *scope); /* somebody says: try again */

/* identity.c: whose the daemon's own credentials are, and which stacks are the same therefore */
void identity_decide(struct engine *engine);
void identity_replied(struct engine *engine, const struct reply *reply);
void identity_find_twins(struct engine *engine);
/* Why it is not known whether two manifests mean this stack, or that they do; NULL: they don't. The
 * caller frees it. */
char *identity_doubt(const struct engine *engine, const struct unit *unit);
/* Another manifest that means this stack, or may as far as is known; NULL: none does. */
const struct unit *identity_other(const struct engine *engine, const struct unit *unit);
bool identity_awaited(const struct engine *engine, const struct unit *unit); /* may be told soon */

/* observer.c */
void observer_looks(struct engine *engine, struct scope *scope);
void observer_sweep(struct engine *engine, struct scope *scope);
/* Takes what was said of a stack, by the call of this number. */
void observer_take(struct engine *engine, struct unit *unit, struct live *takes, uint64_t asked);
void observer_replied(struct engine *engine, struct pending *pending, struct reply *reply);
/* The stack can't be observed, or its template read. */
void observer_trouble(
	struct engine *engine, struct unit *unit, const struct reply *reply, bool template);
void observer_read(struct engine *engine, struct unit *unit); /* GetTemplate */
void observer_template(struct engine *engine, struct pending *pending, struct reply *reply);

/* input.c: where the values come from; sets wanted, resolved, digest. *waits and *missing are the
 * caller's. */
void input_resolve(struct engine *engine, struct unit *unit, char **waits, char **missing);

/* The outputs of this stack that manifests use: output, and the manifest. */
void input_uses(const struct unit *unit, struct pairs *uses);
/* A child that is about to be asked what it takes; NULL: none is. The unit is not changed before
 * that is known. */
const struct unit *input_unknown(const struct unit *unit);

/* decision.c */
void decision_make(struct engine *engine, struct unit *unit);
void decision_act(struct engine *engine, struct unit *unit);

/* summary.c: templates behind a URL */
void summary_bind(struct unit *unit); /* what is known of it, to a manifest that was read anew */
void summary_ask(struct engine *engine, struct unit *unit);
void summary_replied(struct engine *engine, struct pending *pending, struct reply *reply);

/* upload.c: templates that are too large for a request */
/* How the call shall name the template; false: it has to be uploaded first, and is. */
bool upload_ready(struct engine *engine, struct unit *unit);
/* What was uploaded may be gone, for what needed it failed: look at it again. */
void upload_doubt(struct engine *engine, const struct unit *unit);
void upload_name(const struct engine *engine, const struct unit *unit, struct call *call);
void upload_replied(struct engine *engine, struct pending *pending, struct reply *reply);

/* wreck.c: ways out of a failed create, and of a rollback that failed */
void wreck_plan(struct engine *engine, struct unit *unit);
bool wreck_stands(const struct unit *unit); /* a creation that failed is what there is */
void wreck_left(struct unit *unit);         /* by an operation that has just failed */
void wreck_refused(struct engine *engine, struct unit *unit, const struct reply *reply);
void wreck_continued(struct engine *engine, struct unit *unit, bool well);

/* approval.c: the one gate that every change goes through */
/* A plan that needs no change set: may it go ahead, or is it held? */
void approval_gate(struct unit *unit);
/* Holds the plan until this is approved; true where it was. */
bool approval_asked(struct unit *unit, const char *why, const struct digest *digest);
/* The change set was read in full: it is executed, or held. */
void approval_review(struct engine *engine, struct unit *unit);
/* How it may be changed: the manifest's word, also of one that is gone, else the settings'. */
enum apply approval_apply(const struct engine *engine, const struct unit *unit);
enum guard approval_guard(const struct engine *engine, const struct unit *unit);
/* By which rules it is judged now: "stateful auto". The caller frees it. */
char *approval_rules(const struct engine *engine, const struct unit *unit);
/* They are those that the operation was judged by. */
bool approval_stands(const struct engine *engine, const struct unit *unit);
/* A held one: is it still what is wanted, or was it approved? Sets the plan. */
void approval_held(struct engine *engine, struct unit *unit);
void approval_void(struct unit *unit); /* it was used, or is not for what would be done now */
/* By this name it is approved, suspended and so on. */
const char *approval_name(const struct unit *unit);

/* removal.c: stacks whose manifest is gone */
bool removal_concerns(const struct record *record);
void removal_scanned(struct engine *engine);        /* the folder was read */
bool removal_doubtful(const struct engine *engine); /* nothing follows from the folder */
void removal_plan(struct engine *engine, struct unit *unit);
/* Its deletion, as it was planned, and nothing speaks against it by now. */
bool removal_wanted(const struct engine *engine, const struct unit *unit);
void removal_void(struct unit *unit); /* its manifest is there: nothing is approved */
void removal_act(struct engine *engine, struct unit *unit);
void removal_done(struct engine *engine, struct unit *unit); /* the stack is deleted */

/* Says so once: it has no manifest any more, and stays. */
void removal_tell_left(struct engine *engine, struct unit *unit);

/* needed.c: who still needs a stack whose manifest is gone */
/* It stays, though its manifest is gone, and needs others. */
bool needed_stays(const struct unit *unit);
const struct unit *needed_by(const struct engine *engine, const struct unit *unit);
/* Sets the plan where it is needed; false: it may go. */
bool needed_plan(const struct engine *engine, struct unit *unit);
/* Something else is planned for it: those that go after it look again. */
void needed_changed(const struct engine *engine, const struct unit *unit);

/* rest.c: what of a stack is no part of its template */
struct digest rest_wanted(const struct unit *unit); /* to tell an edit from a change by others */
bool rest_concerns(const struct unit *unit);        /* the manifest has one of these keys */
/* Its policy is still to be asked for, for the first time. */
bool rest_unread(struct engine *engine, const struct unit *unit);
void rest_plan(struct engine *engine, struct unit *unit);
void rest_act(struct engine *engine, struct unit *unit);
void rest_replied(struct engine *engine, struct pending *pending, struct reply *reply);

/* stall.c */
void stall_warn(struct engine *engine, struct unit *unit); /* where nothing happened for long */
void stall_end(struct engine *engine, struct unit *unit);  /* something did */

/* ssm.c: values behind SSM-typed parameters */
bool ssm_has(const struct unit *unit); /* of what is wanted now */
bool ssm_due(struct engine *engine, struct unit *unit);
void ssm_looked(struct engine *engine, struct unit *unit, bool changed);
void ssm_over(const struct engine *engine, struct unit *unit); /* a look, perhaps in vain */

/* command.c */
void command_obey(struct engine *engine, uint64_t number, const struct command *command);
void commands_decide(struct engine *engine); /* answers those that are remembered */

/* operation.c, submit.c, review.c, follow.c */
bool operation_runs(const struct unit *unit); /* something is under way */
bool operation_held(const struct unit *unit); /* a change set of ours waits for its approval */
void operation_start(struct engine *engine, struct unit *unit, enum operation_kind kind);
void operation_turn(struct engine *engine, struct unit *unit, enum operation_step step);
void operation_move(struct engine *engine, struct unit *unit);
void operation_drop(struct engine *engine, struct unit *unit); /* look, and plan anew */
void operation_fail(struct engine *engine, struct unit *unit, enum error_kind kind,
	const char *cause, const char *request_id);
/* A permission or a quota may be granted without an edit: such failures never hold a stack. */
bool operation_passes(enum error_kind kind);
uint64_t operation_pause_ms(struct engine *engine, unsigned attempts, enum error_kind kind);
bool operation_wanted(struct engine *engine, struct unit *unit); /* still what is wanted */
char *operation_name(const struct unit *unit, const char *what); /* "stackd-WHAT-TOKEN" */

void submit_move(struct engine *engine, struct unit *unit);
void submit_execute(struct engine *engine, struct unit *unit);
void submit_replied(struct engine *engine, struct pending *pending, struct reply *reply);

void review_move(struct engine *engine, struct unit *unit);
void review_poll_again(struct engine *engine, struct unit *unit);
bool review_finds_nothing(const struct change_set *set);
void review_cause(struct engine *engine, struct pending *pending, struct reply *reply);
void review_replied(struct engine *engine, struct pending *pending, struct reply *reply);
void review_discard(struct engine *engine, struct unit *unit);
void review_deleted(struct engine *engine, struct pending *pending, struct reply *reply);
/* Left-over change sets of ours go; true where none is in the way (any more). */
bool review_tidy(struct engine *engine, struct unit *unit);
void review_listed(struct engine *engine, struct pending *pending, struct reply *reply);

/* review_read.c: all that a change set would do */
void review_forget(struct unit *unit);                         /* what was read so far */
const struct pair *review_nested(const struct review *review); /* is read now; NULL: the root */
void review_take_page(
	struct review *review, const char *stack, struct change_set *set, const char *next_token);
void review_read_nested(struct engine *engine, struct unit *unit, struct reply *reply);

void follow_move(struct engine *engine, struct unit *unit);
void follow_observed(struct unit *unit, bool moved);
void follow_events(struct engine *engine, struct pending *pending, struct reply *reply);
void follow_forget(struct unit *unit); /* events read so far */
