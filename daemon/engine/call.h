/* A call is what the world does once and answers exactly once, also on timeout: an action of AWS,
 * recall and save of memory. aws/query turns a call into a form, aws/replies a body into a reply;
 * the simulation does the same over the model. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/pairs.h"
#include "stack/change.h"
#include "stack/live.h"
#include "stack/template.h"

enum call_kind {
	CALL_RECALL, /* all records of the memory; first of all calls, region NULL */
	CALL_SAVE,   /* one record: stack is its key, body its text; NULL: forget it */
	CALL_GET_CALLER_IDENTITY,
	CALL_DESCRIBE_STACKS, /* stack NULL: a page of all stacks; else one, by name or StackId */
	CALL_DESCRIBE_STACK_EVENTS, /* a page, newest first */
	CALL_GET_TEMPLATE,          /* TemplateStage=Original */
	CALL_LIST_CHANGE_SETS,      /* a page */
	CALL_DESCRIBE_CHANGE_SET,   /* a page; change_set is an ARN, or a name with stack */
	CALL_CREATE_STACK,
	CALL_CREATE_CHANGE_SET, /* ChangeSetType=UPDATE, IncludeNestedStacks=true */
	CALL_EXECUTE_CHANGE_SET,
	CALL_DELETE_CHANGE_SET,
	CALL_DESCRIBE_EVENTS, /* the failed ones of a change set; older accounts: InvalidAction */
	CALL_GET_STACK_POLICY,
	CALL_SET_STACK_POLICY,
	CALL_UPDATE_TERMINATION_PROTECTION,
	CALL_DELETE_STACK, /* by StackId */
	CALL_CONTINUE_UPDATE_ROLLBACK,
	CALL_GET_TEMPLATE_SUMMARY, /* of template_url: what parameters it declares */
	CALL_UPLOAD_TEMPLATE,      /* body as object of bucket, unless it is there already */
	CALL_KIND_COUNT,
};

/* "DescribeStacks"; "recall" and "save" for memory. */
const char *call_kind_name(enum call_kind kind);
bool call_kind_mutates(enum call_kind kind); /* changes something in AWS: a write of the budget */

struct call {
	uint64_t id; /* unique within this engine; engine_reply() names it */
	enum call_kind kind;
	char *region;            /* the scope, with the next two */
	char *assume_role;       /* ARN; NULL: the daemon's own identity */
	char *external_id;       /* for that role; NULL: none */
	char *stack;             /* name or StackId; NULL: all */
	char *next_token;        /* NULL: first page */
	char *change_set;        /* name or ARN */
	char *token;             /* ClientRequestToken (ClientToken for change sets); NULL: none */
	char *description;       /* of a change set */
	char *body;              /* template, stack policy, or a record's text */
	char *template_url;      /* NULL: none; else sent instead of a template's body */
	char *bucket;            /* TemplateBucket=, see bucket_fill() */
	char *object;            /* the key in it, which tells the content */
	struct pairs parameters; /* a NULL value means UsePreviousValue=true */
	struct texts capabilities;
	struct pairs tags; /* sent where tags_given, also empty ("Tags=") */
	bool tags_given;
	struct texts notification_arns; /* sent where notification_arns_given, also empty */
	bool notification_arns_given;
	char *role_arn;           /* NULL: not sent, CloudFormation goes on with the stack's */
	char *on_failure;         /* "ROLLBACK", "DELETE", "DO_NOTHING"; NULL: not sent */
	unsigned timeout_minutes; /* 0: not sent */
	bool protection;          /* CALL_UPDATE_TERMINATION_PROTECTION: on */
};

void call_done(struct call *call);

/* Did the request take effect? none: certainly not. maybe: sent, no usable answer. */
enum effect { EFFECT_NONE, EFFECT_MAYBE, EFFECT_CONFIRMED };

/* What to do about it, sorted by aws/replies (fact sheet §2.5). */
enum reply_code {
	REPLY_OK,
	REPLY_NO_STACK,  /* the stack does not exist */
	REPLY_NO_CHANGE, /* "No updates are to be performed." */
	REPLY_BUSY,      /* "... is in X_IN_PROGRESS state", or a change set in progress: look */
	REPLY_NOT_UPDATABLE, /* "... is in X state" that does not move on its own */
	REPLY_EXISTS,        /* the name, or the change set's name, is taken: look */
	REPLY_TOKEN_EXISTS,  /* submitted before: look for the token */
	REPLY_NO_CHANGE_SET,
	REPLY_CHANGE_SET_STATUS, /* can't be executed in its status */
	REPLY_ERROR,             /* see error.kind */
	REPLY_CODE_COUNT,
};

/* In events, changes and change sets a member that does not say NULL is never NULL, but may be "".
 */
struct stack_event {
	char *id;
	char *stack_id;
	char *logical_id;
	char *physical_id;
	char *type;
	char *time; /* ISO 8601 */
	char *status;
	char *reason; /* NULL: none */
	char *token;  /* NULL: none */
};

void stack_event_done(struct stack_event *event);

struct change_set {
	char *id, *name, *stack_id, *status, *status_reason, *execution_status;
	struct change *changes; /* of this page */
	size_t change_count;
};

struct record_text {
	char *key;
	char *text; /* NULL: could not be read, see problem */
	char *problem;
};

struct reply {
	enum reply_code code;
	enum effect effect;
	struct error error; /* kind ERROR_NONE with REPLY_OK; else its text is fit for people */
	bool scope_wide;    /* credentials, connection, throttling: not about this one stack */
	char aws_code[64];  /* "ValidationError"; "" without one */
	char request_id[64];
	int http_status; /* 0: none */

	struct live **stacks;
	size_t stack_count;
	char *next_token;
	char *stack_id, *operation_id, *change_set_id;
	char *template_body;
	char *template_url; /* CALL_UPLOAD_TEMPLATE: where CloudFormation finds it */
	struct template_parameter *parameters; /* CALL_GET_TEMPLATE_SUMMARY; without places */
	size_t parameter_count;
	char *stack_policy; /* NULL: the stack has none */
	char *account;
	struct stack_event *events;
	size_t event_count;
	struct change_set *change_sets; /* DescribeChangeSet: one; ListChangeSets: a page */
	size_t change_set_count;
	struct record_text *records; /* CALL_RECALL */
	size_t record_count;
	uint8_t state_key[32]; /* CALL_RECALL: secrets enter digests only through HMAC with it */
};

void reply_done(struct reply *reply);
