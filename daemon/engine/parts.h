/* What the parts of the engine do for each other, for engine/ only. */
#pragma once

#include "engine/state.h"

/* engine.c: what the others use */
void engine_due(struct engine *engine, uint64_t boottime_ms);
void engine_due_wall(struct engine *engine, uint64_t wall_ms);
double engine_chance(struct engine *engine); /* in [0, 1) */
uint64_t engine_random(struct engine *engine);
const struct settings *engine_settings(const struct engine *engine);

/* outbox.c: calls, reports and answers on their way out */
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
void pending_free(struct pending *pending);
void outbox_done(struct engine *engine);

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
/* Two keys mean one stack, one of them with its account, or may as far as is known. */
bool identity_same(const struct engine *engine, const char *key, const char *other);
/* Another manifest that means this stack, or may as far as is known; NULL: none does. */
const struct unit *identity_other(const struct engine *engine, const struct unit *unit);
bool identity_awaited(const struct engine *engine, const struct unit *unit); /* may be told soon */

/* observer.c */
void observer_looks(struct engine *engine, struct scope *scope);
/* Takes what was said of a stack, by the call of this number. */
void observer_take(struct engine *engine, struct unit *unit, struct live *takes, uint64_t asked);
void observer_looked(struct engine *engine, struct pending *pending, struct reply *reply);
/* The stack can't be observed, or its template read. */
void observer_trouble(
	struct engine *engine, struct unit *unit, const struct reply *reply, bool template);

/* live_template.c */
void live_template_ask(struct engine *engine, struct unit *unit); /* GetTemplate */
void live_template_replied(struct engine *engine, struct pending *pending, struct reply *reply);

/* sweep.c: looks at all stacks of a scope */
void sweep_move(struct engine *engine, struct scope *scope);
void sweep_replied(struct engine *engine, struct pending *pending, struct reply *reply);

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
/* Half of what was approved is done: the approval is for the other half. Any other is void. */
void approval_half_used(struct unit *unit, struct digest whole, struct digest half);
void approval_void(struct unit *unit); /* it was used, or is not for what would be done now */
/* By this name it is approved, suspended and so on. */
const char *approval_name(const struct unit *unit);

/* doubt.c: whether a missing manifest was taken away on purpose */

bool doubt_folder(const struct engine *engine); /* nothing follows from the folder */
/* Why nothing may be concluded for this stack, whose manifest may be where it always was while we
 * look elsewhere; NULL: it may. The caller frees it. */
char *doubt_removal(const struct desired *desired, const struct record *record);

/* removal.c: stacks whose manifest is gone */
bool removal_concerns(const struct record *record);
void removal_scanned(struct engine *engine); /* the folder was read */
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
struct digest rest_asked(const struct unit *unit);  /* what would be changed, to be approved */
bool rest_unseen(const struct unit *unit);          /* changed, and not looked at since */
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
/* The stack has settled, and nothing shows that it was our doing. */
void follow_trace_lost(struct engine *engine, struct unit *unit);

/* follow_read.c: the events of an operation */
void follow_ask(struct engine *engine, struct unit *unit);
void follow_events(struct engine *engine, struct pending *pending, struct reply *reply);
void follow_forget(struct unit *unit); /* what was read so far */
