/* What CloudFormation said last about a stack, and what each status means for us.
 * Source: fact sheet §1 (statuses), §1.2 (members), §5.4 (outputs). */
#pragma once

#include <stdbool.h>

#include "base/pairs.h"

enum stack_status {
	STACK_UNKNOWN, /* a status that is newer than this program: wait, warn */
	STACK_ABSENT,  /* said by a call by name or id, never by a sweep alone */
	STACK_REVIEW_IN_PROGRESS,
	STACK_CREATE_IN_PROGRESS,
	STACK_CREATE_FAILED,
	STACK_CREATE_COMPLETE,
	STACK_ROLLBACK_IN_PROGRESS,
	STACK_ROLLBACK_FAILED,
	STACK_ROLLBACK_COMPLETE,
	STACK_DELETE_IN_PROGRESS,
	STACK_DELETE_FAILED,
	STACK_DELETE_COMPLETE,
	STACK_UPDATE_IN_PROGRESS,
	STACK_UPDATE_COMPLETE_CLEANUP_IN_PROGRESS,
	STACK_UPDATE_COMPLETE,
	STACK_UPDATE_FAILED,
	STACK_UPDATE_ROLLBACK_IN_PROGRESS,
	STACK_UPDATE_ROLLBACK_FAILED,
	STACK_UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS,
	STACK_UPDATE_ROLLBACK_COMPLETE,
	STACK_IMPORT_IN_PROGRESS,
	STACK_IMPORT_COMPLETE,
	STACK_IMPORT_ROLLBACK_IN_PROGRESS,
	STACK_IMPORT_ROLLBACK_FAILED,
	STACK_IMPORT_ROLLBACK_COMPLETE,
	STACK_STATUS_COUNT,
};

/* The whole string is compared: ROLLBACK_COMPLETE is a suffix of UPDATE_ROLLBACK_COMPLETE. */
enum stack_status stack_status_from(const char *text);
const char *stack_status_name(enum stack_status status); /* "absent", "unknown" for the first two */

bool stack_status_settled(enum stack_status status);   /* moves only if somebody acts */
bool stack_status_updatable(enum stack_status status); /* takes an update or a change set */
bool stack_status_outputs_valid(enum stack_status status);
bool stack_status_free(enum stack_status status); /* the name can be created */
bool stack_status_failed(
	enum stack_status status); /* an operation that ends here did not succeed */

/* Why stackd leaves a stack in this status alone, as a sentence without a full stop; NULL where it
 * does not. */
const char *stack_status_hold(enum stack_status status);

/* The command that leads out of such a status, for people to type: "aws cloudformation
 * rollback-stack --stack-name web --region eu-west-1"; NULL where there is none. The caller frees
 * it. */
char *stack_status_way_out(enum stack_status status, const char *name, const char *region);

/* A snapshot; immutable, replaced as a whole. Absent members are NULL or empty. */
struct live {
	enum stack_status status;
	char *status_text; /* as CloudFormation wrote it */
	char *status_reason;
	char *stack_id;
	char *name;
	char *created;       /* ISO 8601, as received */
	char *updated;       /* LastUpdatedTime; absent after CreateStack: no proof of anything */
	char *parent_id;     /* nested stacks */
	char *change_set_id; /* only if the last operation was a change set */
	char *role_arn;
	bool termination_protection;
	struct pairs parameters; /* ParameterValue; sorted by name; NoEcho shows as **** */
	struct pairs resolved;   /* ResolvedValue of SSM-typed parameters; sorted by name */
	struct pairs outputs;    /* sorted by name */
	struct pairs tags;       /* sorted by name */
	struct texts notification_arns;
	struct texts capabilities;
	struct texts operations; /* OperationIds of LastOperations */
};

/* When it was created or updated last, ISO 8601; "" where nothing tells. */
const char *live_time(const struct live *live);

void live_free(struct live *live);
DEFINE_AUTO(struct live *, live_free);
