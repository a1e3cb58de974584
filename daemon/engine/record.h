/* The little that must survive: one record per managed stack, as JSON text. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/pairs.h"
#include "stack/settings.h"

enum operation_kind {
	OPERATION_NONE,
	OPERATION_CREATE,
	OPERATION_UPDATE,
	OPERATION_DELETE,   /* of a failed create, or because the manifest is gone */
	OPERATION_CONTINUE, /* ContinueUpdateRollback */
	OPERATION_KIND_COUNT,
};

/* "create", "update", "delete", "continue". */
const char *operation_kind_name(enum operation_kind kind);

enum operation_step {
	STEP_SUBMIT,  /* CreateStack or CreateChangeSet */
	STEP_REVIEW,  /* until the change set is computed */
	STEP_EXECUTE, /* ExecuteChangeSet */
	STEP_FOLLOW,  /* until the stack has settled */
	STEP_DISCARD, /* DeleteChangeSet, then it is over */
	STEP_HOLD,    /* the change set waits for an approval; nothing is under way */
	OPERATION_STEP_COUNT,
};

/* Change sets are named so; nobody else's are ever deleted. */
#define REVIEW_PREFIX "stackd-review-"

struct record_operation {
	enum operation_kind kind;
	enum operation_step step;
	bool unanswered;        /* a CreateChangeSet had no answer: it may arrive yet */
	bool look;              /* only to see whether a value behind an SSM parameter changed */
	char *token;            /* 16 hex digits; change set and requests are named by it */
	char *reason;           /* of the plan */
	char *change_set;       /* its ARN; NULL: not known */
	char *updated;          /* the stack's LastUpdatedTime before; NULL: none */
	char *after;            /* what came of it has none before this; NULL: not known */
	char *event;            /* id of the newest event that was reported; NULL: none */
	char *ended;            /* the status that our own events ended with; NULL: not yet */
	char *cause;            /* its root cause, where it failed; NULL: none */
	char *held;             /* why it has to be approved; NULL where it needn't be */
	struct digest approval; /* what has to be approved; zero likewise */
	char *judged;           /* by which rules: "stateful auto"; NULL: not yet */
	struct digest digest;   /* of what is wanted, see wanted_digest() */
	struct digest template; /* of the template's canonical form */
	bool by_url;            /* of its URL instead, for nobody knows what is behind it */
	struct pairs secrets;   /* HMACs of the NoEcho values */
	uint64_t started_ms;    /* wall clock */
};

/* Something known of one version of the stack; see record_version(). */
struct record_mark {
	char *version; /* NULL: nothing is known */
	struct digest digest;
};

/* What a manifest said itself of how its stack is changed; else the settings say. */
struct record_rules {
	bool apply_given, guard_given;
	enum apply apply;
	enum guard guard;
};

/* What a person let go ahead, once. */
struct record_approval {
	struct digest digest; /* zero: nothing */
	char *change_set;     /* the ARN that it is bound to; NULL: a request without one */
};

struct record {
	char *region, *name;
	char *role, *external_id; /* that reach it; NULL: the daemon's own credentials */
	char *manifest;
	char *folder;   /* that the manifest was in; NULL: not known */
	char *stack_id; /* NULL: not known; all marks are of this stack */
	bool created;   /* by us */
	bool adopted;   /* an update of ours completed */
	bool listed;    /* change sets of ours that an earlier memory knew of are known */
	enum on_removal on_removal; /* when its manifest goes */
	bool removal_by_settings;   /* that was OnRemoval=, the manifest said nothing of it */
	struct record_rules rules;  /* of its own: they hold for its deletion too */
	bool removal_held;          /* so many were to go at once that each has to be approved */
	struct texts parents;       /* keys of the stacks that it needs: they go after it */
	struct record_approval approved;
	char *suspended; /* by command: why; NULL: it is not */
	struct record_operation operation;
	struct digest failed;    /* what was wanted when it failed last; zero: nothing failed */
	unsigned attempts;       /* of that */
	uint64_t not_before_ms;  /* wall clock: the next attempt */
	char *cause;             /* why it failed first */
	char *wreck;             /* the version that a failed rollback of ours left; NULL: none */
	struct digest continued; /* what was wanted when that was continued last */
	unsigned continues;      /* so often */
	struct record_mark template; /* canonical digest of the live template */
	bool by_url;                 /* of its URL instead */
	struct record_mark verdict;  /* a change set found nothing to do for this that is wanted */
	struct record_mark settled;  /* in sync with this that was wanted */
	struct pairs secrets;        /* HMACs of NoEcho values, of the settled version */
	struct digest rest;          /* protection and stack policy as they were set last */
	uint64_t rest_foreign_ms;    /* wall clock: somebody else changed those; 0: nobody did */
	uint64_t ssm_ms;             /* wall clock: the last look behind SSM parameters */
	bool ssm_changed;            /* it found a new value, and people know */
	uint64_t foreign_ms;         /* wall clock: a foreign change was seen first; 0: none */
	uint64_t reverts_ms[2];      /* wall clock: the latest reverts of foreign changes */
	struct texts orphans;        /* change sets of ours that may come into being yet */
	uint64_t orphans_ms;         /* wall clock: delete them once more then */
};

void record_done(struct record *record);
void record_operation_done(struct record_operation *operation);
void record_mark_set(struct record_mark *mark, const char *version, const struct digest *digest);
void record_mark_clear(struct record_mark *mark);

void record_approval_clear(struct record_approval *approval);

/* This version is what the operation wanted, its NoEcho values too. */
void record_settle(struct record *record, const char *version);

/* Nothing failed, as far as is still of interest. */
void record_forgive(struct record *record);

bool record_mark_is(
	const struct record_mark *mark, const char *version, const struct digest *digest);

/* The caller frees it. */
char *record_write(const struct record *record);

/* False with an error where the text is no record of ours; *record is zeroed before. */
bool record_read(const char *text, struct record *record, struct error *e);
