/* What the model keeps: stacks with their deployments, events and change sets, for all accounts and
 * regions. Everything belongs to a stack, every stack to the model, until the model is freed. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "cloudformation/evaluate.h"
#include "cloudformation/model.h"

/* What was submitted for a stack, with everything that was omitted filled in. Immutable once it is
 * handed to a stack, which frees it at its own end: change sets and old states point here, too. */
struct deployment {
	char *body;
	struct blueprint *blueprint;
	struct arguments arguments;
	struct texts capabilities;
	struct pairs tags;
	struct texts notification_arns;
	char *role_arn;           /* NULL: none */
	char *monitoring_minutes; /* of the RollbackConfiguration; NULL: none */
	struct pairs triggers;    /* alarms by ARN, and their type */
};

enum change_set_status { CHANGE_SET_PENDING, CHANGE_SET_COMPLETE, CHANGE_SET_FAILED };
enum change_set_execution {
	EXECUTION_UNAVAILABLE,
	EXECUTION_AVAILABLE,
	EXECUTION_RUNNING,
	EXECUTION_COMPLETE,
	EXECUTION_FAILED,
	EXECUTION_OBSOLETE,
};

struct change_set {
	char *id, *name, *description, *on_stack_failure;
	bool is_create;
	bool is_import;
	struct pairs imported; /* logical id -> physical id */
	bool include_nested;
	bool import_existing;
	enum change_set_status status;
	enum change_set_execution execution;
	char *status_reason;
	char *operation_id; /* of its creation */
	bool deleted;
	uint64_t created_ms, ready_ms;
	struct digest digest; /* of what was submitted */
	const struct deployment *deployment;
	struct text *changes; /* each as XML: without and with property values */
	struct text *changes_with_values;
	size_t change_count;
	size_t entry;                           /* in the ledger; NO_ENTRY: a nested stack's */
	const struct change_set *parent, *root; /* of a nested stack's; NULL */
};

enum event_kind {
	EVENT_STATUS,     /* of a stack or a resource: DescribeStackEvents and DescribeEvents */
	EVENT_OPERATION,  /* DescribeEvents only: an operation begins or ends */
	EVENT_VALIDATION, /* likewise: what pre-deployment validation found */
};

struct event {
	enum event_kind kind;
	char *id, *logical_id, *physical_id, *type, *reason, *token, *operation_id, *properties;
	const char *status;         /* EVENT_OPERATION: of the operation */
	const char *operation_type; /* NULL: it belongs to none */
	uint64_t time_ms;
	uint64_t start_ms, end_ms; /* EVENT_OPERATION; 0: it still runs */
};

/* A resource as DescribeStackResources shows it. */
struct row {
	char *logical_id, *physical_id, *type, *reason, *metadata;
	const char *status;
	uint64_t time_ms;
};

/* An old state of a stack, kept while reads may be stale. */
struct snapshot {
	uint64_t time_ms;
	struct text xml, summary; /* as in DescribeStacks and ListStacks */
	const char *status;
	const struct deployment *shown;
};

enum on_failure { ON_FAILURE_ROLLBACK, ON_FAILURE_NOTHING, ON_FAILURE_DELETE };

struct operation; /* operation.h: what is going on in a stack */

struct stack {
	char *id, *name, *account, *region;
	struct stack *parent; /* of a nested one; NULL: it stands alone */
	char *logical_id;     /* in the parent */
	bool has_nested;      /* or had some */
	uint64_t number;      /* in the order of creation */
	const char *status;
	char *reason;
	uint64_t created_ms, updated_ms, deleted_ms;
	char *change_set_id; /* of the last operation, if it was a change set */
	char *description;
	char *created_by; /* access key */
	bool disable_rollback;
	bool protected;
	unsigned timeout_minutes;
	char *policy; /* stack policy */
	struct pairs last_operations;

	const struct deployment *live;    /* NULL: never deployed */
	const struct deployment *pending; /* of the running operation; NULL: none */
	struct resources resources;
	struct stack_outputs outputs;
	struct texts imports;
	struct operation *operation; /* NULL: nothing is going on */
	struct texts stuck;          /* resources that a rollback could not restore */

	struct deployment **deployments;
	size_t deployment_count, deployment_size;
	struct change_set **change_sets;
	size_t change_set_count, change_set_size;
	struct event *events; /* oldest first */
	size_t event_count, event_size;
	struct row *rows;
	size_t row_count, row_size;
	struct snapshot *snapshots;
	size_t snapshot_count, snapshot_size;
	struct pairs view_parameters, view_resolved, view_outputs; /* filled by model_stack() */
	uint64_t last_event_ms; /* in an EventId: those differ even where times don't */
};

struct account {
	char *access_key, *secret_key, *session_token, *id;
	uint64_t expires_ms;            /* 0: never */
	bool issued;                    /* by the model; else by a scenario */
	char *arn, *user_id, *role_arn; /* of a role's session; NULL: a user */
};

/* What STS knows of a role. */
struct role {
	char *arn, *external_id, *web_identity_token, *access_key;
	struct texts principals;
	unsigned duration; /* seconds */
	uint64_t expires_in_ms;
};

struct bucket {
	char *name, *account, *region;
};

struct object {
	char *bucket, *key, *body; /* a NUL behind it */
	size_t length;
	uint64_t time_ms;
	struct digest digest;
};

/* Hands out keys to who is on the machine: an instance's metadata, or a container's endpoint. */
struct dispenser {
	char *path, *authorization; /* a container's */
	char *role;                 /* an instance's */
	char *access_key, *account, *code;
	uint64_t expires_in_ms;
	uint64_t token_ms; /* how long tokens are good, whatever was asked for; 0: as asked for */
	bool expired, v1, forget_tokens;
};

struct metadata_token {
	char *text;
	uint64_t expires_ms;
};

struct fault {
	char *kind, *action, *stack, *region, *access_key;
	unsigned skip, count;
	bool forever;
	double chance;
	uint64_t delay_ms;
	long pid;
	unsigned status; /* of the kind status */
};

struct resource_fault {
	char *kind, *stack, *resource, *reason;
	unsigned count;
	bool forever;
	uint64_t delay_ms;
};

/* What DescribeStacks and ListStacks say instead of the real status. */
struct shown_status {
	char *stack, *status;
};

struct stale_rule {
	char *stack;
	uint64_t ms;
	bool fixed;
};

/* A request that takes effect later: a late arrival, or another actor's. */
struct later {
	uint64_t time_ms;
	char *access_key, *region, *form;
};

/* A token that was seen: what came with it, and what was answered. */
struct known_token {
	char *account, *region, *token, *action, *reply;
	struct digest digest;
	const struct stack *stack;
};

struct model {
	struct model_options options;
	char *default_region;
	uint64_t now_ms;
	uint64_t random;
	int64_t skew_ms;
	struct texts bad_roles; /* that can't be assumed */
	struct pairs ssm;       /* parameters of Systems Manager, by name */
	struct pairs templates; /* what S3 has: by URL */
	uint64_t stack_number;
	struct stack **stacks; /* in the order of creation */
	size_t stack_count, stack_size;
	struct account *accounts;
	size_t account_count, account_size;
	struct role *roles; /* here and below: the last one of a name counts */
	size_t role_count, role_size;
	struct bucket *buckets;
	size_t bucket_count, bucket_size;
	struct object *objects;
	size_t object_count, object_size;
	struct dispenser metadata; /* of the instance; zeroed: there is none */
	struct dispenser *containers;
	size_t container_count, container_size;
	struct metadata_token *metadata_tokens;
	size_t metadata_token_count, metadata_token_size;
	struct fault *faults;
	size_t fault_count, fault_size;
	struct resource_fault *resource_faults;
	size_t resource_fault_count, resource_fault_size;
	struct shown_status *shown; /* the last one of a stack counts */
	size_t shown_count, shown_size;
	struct stale_rule *stale;
	size_t stale_count, stale_size;
	struct later *later;
	size_t later_count, later_size;
	struct known_token *tokens;
	size_t token_count, token_size;
	struct model_entry *entries;
	size_t entry_count, entry_size;
	struct model_line *lines;
	size_t line_count, line_size;
};

enum { NO_ENTRY = (int)-1 };

uint64_t model_random(struct model *model);
char *model_uuid(struct model *model); /* the caller frees it */
