/* What the stories came across, so that nobody has to believe that they prove anything. Cells that
 * a run of many seeds must reach are listed with the tables. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "engine/engine.h"
#include "engine/record.h"
#include "simulation/fate.h"
#include "simulation/feats.h"
#include "simulation/reasons.h"
#include "simulation/sick.h"
#include "stack/live.h"

enum { OPTIONS_LIMIT = 24, BEATS_OF_COVERAGE = 56, RESTARTS = OPERATION_STEP_COUNT + 1 };

/* Plain counters, so that processes can add theirs up. */
struct coverage {
	unsigned long status[STACK_STATUS_COUNT][STATE_COUNT];
	unsigned long call[CALL_KIND_COUNT][FAULT_COUNT];
	unsigned long keys[2][FAULT_COUNT];    /* GetCallerIdentity to check, AssumeRole */
	unsigned long expired;                 /* requests whose keys ended on their way */
	unsigned long sick[SICK_KIND_COUNT];   /* scopes that were so */
	unsigned long beside[SICK_KIND_COUNT]; /* edits elsewhere, meanwhile */
	unsigned long restart[RESTARTS];       /* the last: while no operation was on its way */
	unsigned long reason[REASON_COUNT];
	unsigned long option[OPTIONS_LIMIT][2];
	unsigned long beat[BEATS_OF_COVERAGE];
	unsigned long feat[FEAT_COUNT];
	unsigned long command[COMMAND_KIND_COUNT];
	unsigned long deleted[2];      /* by us: failed creates, what no manifest wants any more */
	unsigned long guarded[2][2];   /* executions: had to be approved, was */
	unsigned long requested[2][2]; /* the same of what needs no change set */
};

void coverage_add(struct coverage *to, const struct coverage *from);

/* Prints the tables as comments of TAP. Gives how many cells that are required are empty. */
size_t coverage_print(const struct coverage *coverage);

/* The daemon dies while memory holds this record. */
void coverage_restart(struct coverage *coverage, const char *record);
