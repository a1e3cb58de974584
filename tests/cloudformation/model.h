/* A model of CloudFormation: request bytes in, reply bytes out. It is the oracle of the tests, so
 * it shares nothing with the daemon but base/: own form decoder, own signature check, own template
 * evaluator. Pure: time is an argument and chance comes from a seed; no socket, file, clock.
 *
 * Behaviour follows what was recorded from the real service. What is not established about it is an
 * option (struct model_options), so that a test can play it both ways. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/pairs.h"
#include "base/text.h"

/* How long things take. 0 is allowed everywhere: then an operation is over when it is accepted. */
struct model_schedule {
	uint64_t
		create_ms; /* each resource; those without a dependency between them run together */
	uint64_t update_ms;
	uint64_t delete_ms;
	uint64_t rollback_ms;   /* each resource on the way back */
	uint64_t cleanup_ms;    /* UPDATE_COMPLETE_CLEANUP_IN_PROGRESS, at least */
	uint64_t change_set_ms; /* until a change set is computed */
};

/* Page sizes; a page may be smaller, an empty page with a token does not occur. */
struct model_pages {
	unsigned stacks; /* DescribeStacks without a name, ListStacks */
	unsigned events;
	unsigned resources;   /* ListStackResources */
	unsigned change_sets; /* ListChangeSets */
	unsigned changes;     /* DescribeChangeSet */
	unsigned exports;
};

/* Zero is not the default: begin with model_options_default(). */
struct model_options {
	uint64_t seed; /* of ids and of chance in faults */
	struct model_schedule schedule;
	struct model_pages pages;
	unsigned stack_limit;      /* per account and region: LimitExceededException */
	unsigned change_set_limit; /* per stack */

	bool check_signature;
	uint64_t skew_behind_ms; /* a request older than this is "Signature expired" */
	uint64_t skew_ahead_ms;
	const char *default_region; /* of requests without a signature */

	/* Not established about the real service; each plays both ways. */
	bool normalise_numbers;     /* echo of a Number: 1.0 and 007 come back as 1 and 7 */
	bool normalise_lists;       /* echo of a list: trimmed around commas */
	bool operation_ids;         /* OperationId in replies, LastOperations in DescribeStacks */
	bool outputs_while_running; /* DescribeStacks shows the old Outputs during an update */
	bool no_updates_change_set; /* "No updates are to be performed." instead of "didn't contain"
				     */
	bool export_blocks_delete; /* DeleteStack of a used export: refused at once, not reverted */
	bool delete_while_running; /* DeleteStack during CREATE_ and ROLLBACK_IN_PROGRESS */
	bool change_set_keeps_tags; /* CreateChangeSet without Tags keeps them */
	bool tokens_are_forgotten;  /* a known token of a finished operation is accepted anew */
	bool throttling_exception;  /* code ThrottlingException instead of Throttling */
	bool delete_canceled_text;  /* "Delete canceled. Cannot delete export ..." */
	bool unknown_change_set_refused; /* DeleteChangeSet of one that isn't there */
	bool delete_again_refused;       /* DeleteStack during DELETE_IN_PROGRESS */
	bool delete_during_rollback;     /* ... during UPDATE_ROLLBACK_* and IMPORT_*IN_PROGRESS */
	bool import_failure_open;   /* IMPORT_ROLLBACK_FAILED: updates are accepted, deletes not */
	bool list_imports_empty;    /* of an export nobody imports: an empty list, no error */
	bool other_texts;           /* texts that are not established are worded otherwise */
	bool nested_always_updates; /* UpdateStack of a stack with nested ones is never "No updates"
				     */
	bool describe_events;       /* else it is an InvalidAction */

	uint64_t stale_ms; /* reads answer as of up to so long ago, every stack; see scenarios */
};

struct model_options model_options_default(void);

struct model_request {
	const char *method; /* "POST" */
	const char *target; /* "/" */
	struct pairs headers;
	const char *body;
	size_t body_length;
};

/* What the transport does with the reply. */
enum model_fate {
	MODEL_ANSWER,
	MODEL_HANG,         /* nothing comes back; the effect may be none, done or late */
	MODEL_RESET_BEFORE, /* the connection breaks, without effect */
	MODEL_RESET_AFTER,  /* the connection breaks after the effect */
	MODEL_CUT,          /* headers promise body_length bytes, only cut_length come */
	MODEL_KILL_BEFORE,  /* SIGKILL to kill_pid, without effect; then as a reset */
	MODEL_KILL_AFTER,
	MODEL_FATE_COUNT,
};

struct model_reply {
	enum model_fate fate;
	int status;
	struct pairs headers;
	char *body; /* owned, NUL behind it */
	size_t body_length;
	size_t cut_length;
	uint64_t delay_ms; /* the transport answers so much later */
	long kill_pid;
	bool effect; /* the request changed something */
};

void model_reply_done(struct model_reply *reply);

struct model;
struct model *model_new(const struct model_options *options); /* NULL: the defaults */
void model_free(struct model *model);
DEFINE_AUTO(struct model *, model_free);

/* Who may call, and for whom. Without any, every access key is let in as account 111111111111
 * (check_signature then refuses all). Texts are copied. session_token may be NULL. */
void model_add_account(struct model *model, const char *access_key, const char *secret_key,
	const char *session_token, const char *account_id);

/* One request. A form for CloudFormation or STS is a POST to /; all else is S3's: PutObject,
 * GetObject, HeadObject, with the bucket in the path or in front of the host. An object that was
 * put there is a template for who gives its URL, at AWS or at this host. Brings the model up to
 * now_ms (wall clock, since 1970) first. reply is overwritten; the caller frees it with
 * model_reply_done(). Time never goes back: an earlier now_ms counts as the latest one seen. */
void model_handle(struct model *model, uint64_t now_ms, const struct model_request *request,
	struct model_reply *reply);

/* The same for what is on an instance or in a container only: its metadata, which a scenario makes.
 * Answers IMDSv2 (and v1, where allowed) below /latest, and containers at their own paths. */
void model_metadata(struct model *model, uint64_t now_ms, const struct model_request *request,
	struct model_reply *reply);

/* Somebody else's request, e.g. "Action=DeleteStack&StackName=app": neither signed nor subject to
 * faults, else like any other. reply may be NULL. */
void model_act(struct model *model, uint64_t now_ms, const char *access_key, const char *region,
	const char *form, struct model_reply *reply);

/* Chance goes on from here: of ids, of faults, of how old a stale read is. */
void model_reseed(struct model *model, uint64_t seed);

void model_advance(struct model *model, uint64_t now_ms);
uint64_t model_deadline(const struct model *model); /* of the next move; UINT64_MAX: none */

/* A scenario as JSON adds to what is there; members, all optional:
 *   options    members of struct model_options, schedule and pages by name
 *   accounts   [{access_key, secret_key, session_token, account, expires_ms}]
 *   roles      [{arn, external_id, principals, web_identity_token, duration, expires_in_ms,
 *              access_key}]: what AssumeRole and AssumeRoleWithWebIdentity hand out keys for, that
 *              are accepted from then on. principals: accounts or ARNs that may (all);
 *              web_identity_token: only for who has it, and then without a signature; duration: the
 *              most that can be asked for, in seconds; expires_in_ms: how long keys are good,
 *              whatever was asked for; access_key: the same each time, to compare who got it
 *   buckets    [{name, account, region}]: of S3, for their account only; region: NULL: any
 *   metadata   {role, access_key, account, code, expires_in_ms, expired, token_ms, v1,
 *              forget_tokens}: what an instance hands out: the keys of an access_key of
 *              accounts, or new ones for an account; without a role, nothing. expired: they
 *              seem to be; code: instead of Success; token_ms: how long tokens are good; v1:
 *              they are not needed; forget_tokens: none is good any more. {}: it is no
 *              instance
 *   containers [{path, authorization, access_key, account, code, expires_in_ms, expired}]
 *   faults     [{kind, action, stack, region, access_key, skip, count, chance, delay_ms, pid,
 *              status}]
 *              kind: throttle, internal, unavailable, html, hang, hang-after, reset-before,
 *              reset-after, late, cut, bad-xml, denied, expired-token, invalid-token, slow,
 *              kill-before, kill-after, status (HTTP's). action, stack, region, access_key:
 *              which requests (all). skip: so many of them pass first; count: then so many are
 *              hit (1; 0: all); chance: of each being hit, 0 to 1. late: no answer, the effect
 *              after delay_ms (of forms only). Metadata's actions are MetadataToken,
 *              MetadataRole, MetadataKeys and ContainerKeys.
 *   resources  [{kind, stack, resource, count, delay_ms, reason}]
 *              kind: fail-create, fail-update, fail-rollback, fail-delete, fail-import, slow
 *   validation [{stack, resource, count, reason}]: what pre-deployment validation finds; a change
 *              set fails, its reason names only DescribeEvents
 *   status     [{stack, status}]: shown instead of the real one; "": no longer
 *   stale      [{stack, ms, fixed}]: reads of this stack answer as of up to ms ago
 *   actors     [{at_ms, access_key, region, form}]: model_act() at a moment of the clock
 *   ssm        {name: value}: parameters of Systems Manager; null: there is none
 *   templates  {url: body}: what a TemplateURL leads to; null: there is none
 *   bad_roles  [ARN]: roles that can't be assumed
 *   skew_ms    the server's clock is so much ahead
 *   expire_issued  true: all keys that were issued so far have expired
 *   clear      true: forget faults, resources, validation, status, stale and actors first
 * stack is a name, a StackId or, of a nested stack, PARENT/LOGICAL; of faults also "": requests
 * that name no stack. */
bool model_scenario(struct model *model, const char *json, struct error *e);

/* What a change takes away, or may: a resource that is removed or replaced. */
struct model_loss {
	const char *stack_id; /* where it is: the entry's stack, or one nested in it */
	const char *logical_id, *physical_id, *type;
	const char *action;        /* "Remove", "Modify" */
	const char *replacement;   /* "True", "Conditional"; NULL: it is removed */
	const char *policy_action; /* "Delete", "Retain", "ReplaceAndSnapshot"...; NULL */
};

/* What was accepted. An accepted request that repeats a token is not entered again. */
struct model_entry {
	uint64_t time_ms;
	const char *action; /* "CreateStack", "ExecuteChangeSet", ... */
	const char *account, *region, *access_key, *request_id;
	const char *stack_id, *stack_name;
	const char *change_set; /* name; NULL */
	const char *token;      /* NULL */
	/* Of template, parameters, tags and so on, as submitted; ExecuteChangeSet: with its change
	 * set. UsePreviousValue is a NULL value. */
	struct digest digest;
	struct pairs parameters;
	const char *result; /* "CREATE_COMPLETE", "FAILED"...; NULL while it runs */
	uint64_t end_ms;
	/* CreateStack, UpdateStack, ExecuteChangeSet: a resource, an output or a tag differed. */
	bool changed;
	const char *bucket, *key; /* PutObject: what digest and size are of; else NULL */
	size_t size;              /* in bytes */
	/* CreateChangeSet, and ExecuteChangeSet the same: as the set says. UpdateStack: as done. */
	const struct model_loss *losses;
	size_t loss_count;
	/* The same: ids of the sets below, of nested stacks that were there before. */
	struct texts nested_sets;
};

size_t model_entry_count(const struct model *model);
const struct model_entry *model_entry(const struct model *model, size_t index); /* oldest first */

/* Every request. */
struct model_line {
	uint64_t time_ms;
	const char *service; /* "cloudformation", "sts", "s3", "metadata" */
	const char *host;    /* as asked for; "": by model_act() */
	const char *action;  /* "" where it could not be read */
	const char *account, *region, *access_key, *request_id;
	struct pairs fields; /* the form; long values (templates) cut */
	enum model_fate fate;
	int status;
	const char *code; /* "ValidationError"; "" on success */
	bool effect;
};

size_t model_line_count(const struct model *model);
const struct model_line *model_line(const struct model *model, size_t index);

/* Both as JSON lists, from an index on. */
void model_ledger_json(const struct model *model, size_t from, struct text *out);
void model_transcript_json(const struct model *model, size_t from, struct text *out);

/* A stack as it is now (never stale). Borrowed until the next call that changes the model. */
struct model_stack_view {
	const char *id, *name, *account, *region, *status, *reason;
	const char *template_body;
	const struct pairs *parameters; /* as used, in clear text */
	const struct pairs *resolved;   /* of these, what is behind SSM-typed ones */
	const struct pairs *outputs;
	const struct pairs *tags;
	const struct texts *notification_arns;
	const char *role_arn;            /* NULL: none */
	const char *policy;              /* the stack policy; NULL: none */
	const char *created_by;          /* the access key that created it */
	const char *parent_id, *root_id; /* of a nested stack; NULL */
	bool protected;                  /* termination protection */
	bool disable_rollback;
	unsigned timeout_minutes;                    /* 0: none */
	uint64_t created_ms, updated_ms, deleted_ms; /* 0: never */
	size_t change_sets;                          /* that ListChangeSets would show */
};

/* The stack that holds this name, or the one with this StackId, or the nested one that is
 * PARENT/LOGICAL; false: none. account may be NULL: any. */
bool model_stack(const struct model *model, const char *account, const char *region,
	const char *name_or_id, struct model_stack_view *view);
