#include "stack/live.h"

#include <assert.h>
#include <string.h>

#include "base/memory.h"

enum {
	SETTLED = 1,
	UPDATABLE = 2,
	OUTPUTS = 4,
	FREE = 8,
	FAILED = 16,
	USABLE = SETTLED | UPDATABLE | OUTPUTS,
	BROKEN = SETTLED | FAILED,
};

struct status_row {
	const char *name;
	unsigned flags;
	const char *hold;
	const char *command; /* of "aws cloudformation", and its options but for the stack's name */
};

/* Every settled row that is neither updatable nor free has a sentence: else it would be neither
 * changed, nor waited for, nor explained. Where a command leads out of it, the sentence ends with
 * what that does. */
static const struct status_row rows[] = {
	[STACK_UNKNOWN] = {"unknown", 0, NULL},
	[STACK_ABSENT] = {"absent", SETTLED | FREE, NULL},
	[STACK_REVIEW_IN_PROGRESS] = {"REVIEW_IN_PROGRESS", SETTLED,
		"somebody's change set for creating it waits for a review; execute that, or "
		"delete the stack",
		"delete-stack"},
	[STACK_CREATE_IN_PROGRESS] = {"CREATE_IN_PROGRESS", 0, NULL},
	[STACK_CREATE_FAILED] = {"CREATE_FAILED", BROKEN,
		"its creation failed with rollback disabled; use RollbackStack, then it is created "
		"again",
		"rollback-stack"},
	[STACK_CREATE_COMPLETE] = {"CREATE_COMPLETE", USABLE, NULL},
	[STACK_ROLLBACK_IN_PROGRESS] = {"ROLLBACK_IN_PROGRESS", 0, NULL},
	[STACK_ROLLBACK_FAILED] = {"ROLLBACK_FAILED", BROKEN,
		"its creation failed and could not be rolled back; delete it, then it is created "
		"again",
		"delete-stack"},
	[STACK_ROLLBACK_COMPLETE] = {"ROLLBACK_COMPLETE", BROKEN,
		"its creation failed and was rolled back; delete it, then it is created again",
		"delete-stack"},
	[STACK_DELETE_IN_PROGRESS] = {"DELETE_IN_PROGRESS", 0, NULL},
	[STACK_DELETE_FAILED] = {"DELETE_FAILED", BROKEN,
		"it could not be deleted; delete it, retaining the resources that can't go",
		"delete-stack --retain-resources RESOURCES"},
	[STACK_DELETE_COMPLETE] = {"DELETE_COMPLETE", SETTLED | FREE, NULL},
	[STACK_UPDATE_IN_PROGRESS] = {"UPDATE_IN_PROGRESS", 0, NULL},
	[STACK_UPDATE_COMPLETE_CLEANUP_IN_PROGRESS] = {"UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", 0,
		NULL},
	[STACK_UPDATE_COMPLETE] = {"UPDATE_COMPLETE", USABLE, NULL},
	[STACK_UPDATE_FAILED] = {"UPDATE_FAILED", BROKEN,
		"its update failed with rollback disabled; use RollbackStack", "rollback-stack"},
	[STACK_UPDATE_ROLLBACK_IN_PROGRESS] = {"UPDATE_ROLLBACK_IN_PROGRESS", 0, NULL},
	[STACK_UPDATE_ROLLBACK_FAILED] = {"UPDATE_ROLLBACK_FAILED", BROKEN,
		"its update failed and could not be rolled back; mend what hinders it, then use "
		"ContinueUpdateRollback",
		"continue-update-rollback"},
	[STACK_UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS] =
		{"UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", 0, NULL},
	[STACK_UPDATE_ROLLBACK_COMPLETE] = {"UPDATE_ROLLBACK_COMPLETE", USABLE | FAILED, NULL},
	[STACK_IMPORT_IN_PROGRESS] = {"IMPORT_IN_PROGRESS", 0, NULL},
	[STACK_IMPORT_COMPLETE] = {"IMPORT_COMPLETE", USABLE, NULL},
	[STACK_IMPORT_ROLLBACK_IN_PROGRESS] = {"IMPORT_ROLLBACK_IN_PROGRESS", 0, NULL},
	[STACK_IMPORT_ROLLBACK_FAILED] = {"IMPORT_ROLLBACK_FAILED", BROKEN,
		"an import into it failed and could not be rolled back; mend it by hand"},
	[STACK_IMPORT_ROLLBACK_COMPLETE] = {"IMPORT_ROLLBACK_COMPLETE", USABLE | FAILED, NULL},
};
static_assert(COUNT(rows) == STACK_STATUS_COUNT, "one row per status");

enum stack_status stack_status_from(const char *text)
{
	/* "unknown" and "absent" are our words, not CloudFormation's. */
	for (size_t i = STACK_REVIEW_IN_PROGRESS; text && i < COUNT(rows); i++)
		if (strcmp(rows[i].name, text) == 0)
			return (enum stack_status)i;
	return STACK_UNKNOWN;
}

const char *stack_status_name(enum stack_status status)
{
	return rows[status].name;
}

static bool has(enum stack_status status, unsigned flag)
{
	return rows[status].flags & flag;
}

bool stack_status_settled(enum stack_status status)
{
	return has(status, SETTLED);
}

bool stack_status_updatable(enum stack_status status)
{
	return has(status, UPDATABLE);
}

bool stack_status_outputs_valid(enum stack_status status)
{
	return has(status, OUTPUTS);
}

bool stack_status_free(enum stack_status status)
{
	return has(status, FREE);
}

bool stack_status_failed(enum stack_status status)
{
	return has(status, FAILED);
}

const char *stack_status_hold(enum stack_status status)
{
	return rows[status].hold;
}

char *stack_status_way_out(enum stack_status status, const char *name, const char *region)
{
	return rows[status].command ? xasprintf("aws cloudformation %s --stack-name %s --region %s",
					      rows[status].command, name, region)
				    : NULL;
}

const char *live_time(const struct live *live)
{
	if (live->updated)
		return live->updated;
	return live->created ? live->created : "";
}

void live_free(struct live *live)
{
	if (!live)
		return;
	free(live->status_text);
	free(live->status_reason);
	free(live->stack_id);
	free(live->name);
	free(live->created);
	free(live->updated);
	free(live->parent_id);
	free(live->change_set_id);
	free(live->role_arn);
	pairs_done(&live->parameters);
	pairs_done(&live->resolved);
	pairs_done(&live->outputs);
	pairs_done(&live->tags);
	texts_done(&live->notification_arns);
	texts_done(&live->capabilities);
	texts_done(&live->operations);
	free(live);
}
