/* What goes on in a stack: an operation moves through phases, a phase runs tasks (one resource
 * each), which start when what they need is done. Time only enters through operations_step(). */
#pragma once

#include "cloudformation/state.h"

enum operation_kind { OPERATION_CREATE, OPERATION_UPDATE, OPERATION_DELETE, OPERATION_IMPORT };
enum phase {
	PHASE_FORWARD,          /* create and change, in the order of dependencies */
	PHASE_HELD,             /* of a nested stack's update: until the one above is done */
	PHASE_CLEANUP,          /* of an update: delete what is no longer wanted */
	PHASE_ROLLBACK,         /* of an update: restore */
	PHASE_ROLLBACK_CLEANUP, /* ... and delete what was created */
	PHASE_DELETE,           /* of a delete, and of a create that is rolled back */
	PHASE_IMPORT_ROLLBACK,  /* of an import: let go of what was taken over */
};

enum task_kind {
	TASK_CREATE,
	TASK_UPDATE,
	TASK_REPLACE,
	TASK_RESTORE,
	TASK_DELETE,
	TASK_IMPORT,
	TASK_RELEASE, /* an import that is taken back */
};
enum task_state { TASK_WAITING, TASK_RUNNING, TASK_DONE, TASK_FAILED, TASK_CANCELLED };

struct task {
	enum task_kind kind;
	enum task_state state;
	const struct resource *resource; /* as it will be; with TASK_DELETE: as it was */
	bool shadow;                     /* deletes an old physical id of a resource that lives */
	bool retained;                   /* DELETE_SKIPPED */
	bool is_nested;                  /* waits for the operation of a nested stack */
	char *failure;                   /* why it is going to fail; NULL: it won't */
	size_t change;                   /* index into transition.changes */
	uint64_t due_ms;
	size_t waiting;     /* for so many tasks */
	size_t *dependents; /* tasks that wait for this one */
	size_t dependent_count, dependent_size;
};

struct operation {
	enum operation_kind kind;
	const char *type; /* "CREATE_STACK" ... */
	enum phase phase;
	enum on_failure on_failure;
	bool force_delete;
	bool retain_except_on_create;
	bool by_parent;            /* of a nested stack: the stack above waits for it */
	bool delete_after_failure; /* OnFailure=DELETE: on its way out */
	char *token, *id;          /* token NULL: none */
	size_t entry;              /* in the ledger; NO_ENTRY */
	struct change_set *change_set;
	struct transition transition;
	struct resources victims; /* what PHASE_DELETE and the cleanups delete */
	struct texts retain;
	struct task *tasks;
	size_t task_count;
	char *failure; /* of the stack as a whole, or NULL */
	struct texts failed_create, failed_update, failed_delete, failed_import;
	const char *status_before; /* DeleteStack: where it may go back to */
	uint64_t not_before_ms;    /* the phase doesn't end earlier */
	uint64_t deadline_ms;
	uint64_t started_ms;
	uint64_t timeout_ms; /* TimeoutInMinutes: when PHASE_FORWARD has to be over; 0: never */
};

const char *operations_token(const struct operation *operation);
const char *operations_id(const struct operation *operation);
void operations_free(struct operation *operation);

/* Everything that begins an operation. The stack moves to its first status at once. */
struct beginning {
	enum operation_kind kind;
	const char *type;    /* NULL: as its kind says */
	uint64_t timeout_ms; /* from now; 0: none */
	bool retain_except_on_create;
	bool by_parent;
	bool validate;                    /* before anything is touched */
	const char *token, *operation_id; /* token NULL: none */
	enum on_failure on_failure;
	struct change_set *change_set;     /* NULL: none */
	const struct deployment *deployed; /* kept by the stack already; NULL: delete */
	const struct texts *retain;        /* DeleteStack; NULL: none */
	bool force_delete;
	size_t entry;
	struct transition *takes; /* planned to be executed; NULL: delete */
};

void operations_begin(struct model *model, struct stack *stack, uint64_t now_ms,
	const struct beginning *beginning);

/* Does what is due at now_ms. The operation is gone when it is over. */
void operations_step(struct model *model, struct stack *stack, uint64_t now_ms);

/* Turns a running operation around: CancelUpdateStack. */
void operations_cancel(struct model *model, struct stack *stack, uint64_t now_ms);
/* Goes on with a rollback that failed; `skip` are left as they are. */
void operations_continue_rollback(struct model *model, struct stack *stack, uint64_t now_ms,
	const struct beginning *beginning, const struct texts *skip);

/* Stops it where it is: stack->resources are what exists now. For a delete on top of it. */
void operations_abandon(struct model *model, struct stack *stack, uint64_t now_ms);

/* ---- between operations.c, phases.c and tasks.c ---- */
void tasks_clear(struct operation *operation);
struct task *tasks_new(struct operation *operation, size_t count); /* zeroed */
void tasks_link(struct operation *operation, bool backwards);
/* True: all is over, done or failed. */
bool tasks_run(struct model *model, struct stack *stack, uint64_t now_ms);
void tasks_cancel(struct model *model, struct stack *stack, uint64_t now_ms);

/* "The following resource(s) failed to VERB: [A, B]. ", with the blank at the end as recorded. */
void phase_add_failed(struct text *out, const char *verb, const struct texts *names);
/* The end of an import: complete, or taken back. */
void import_over(struct model *model, struct stack *stack, uint64_t now_ms);
void import_rollback_over(struct model *model, struct stack *stack, uint64_t now_ms);
/* An update that is complete but for the cleanup goes on with it, or back. */
void phase_cleanup(struct model *model, struct stack *stack, uint64_t now_ms);
void phase_roll_back(struct model *model, struct stack *stack, uint64_t now_ms);
/* The state after the transition becomes the live one. */
void phase_adopt(struct stack *stack);
void phase_forward(struct stack *stack, uint64_t now_ms);
void phase_delete(struct stack *stack, uint64_t now_ms);
/* The export that keeps a stack from being deleted; false: none. */
void exports_check(const struct model *model, struct stack *stack); /* may set ->failure */
bool exports_hold(const struct model *model, const struct stack *stack, char **reason);
void phase_over(struct model *model, struct stack *stack, uint64_t now_ms);
void operations_end(struct model *model, struct stack *stack, uint64_t now_ms, const char *status,
	const char *reason);
