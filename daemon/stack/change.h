/* One change to a resource, as a change set names it; what the guard judges. */
#pragma once

#include <stddef.h>

/* A member that does not say NULL is never NULL, but may be "". */
struct change {
	char *action;        /* Add, Modify, Remove, Import, Dynamic, SyncWithActual */
	char *logical_id;    /* of a nested stack's: "Network.Table", as ResourcesToSkip has them */
	char *type;          /* "AWS::DynamoDB::Table" */
	char *replacement;   /* True, False, Conditional; NULL: none */
	char *policy_action; /* Delete, Retain, Snapshot, ReplaceAnd...; NULL: none */
	char *change_set_id; /* of a nested stack; NULL: none */
};

void change_done(struct change *change);

/* Frees the list, too; *changes may be NULL. */
void changes_free(struct change *changes, size_t count);
