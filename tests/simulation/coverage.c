#include "simulation/coverage.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "simulation/plot.h"
#include "simulation/required.h"

static const char *const steps[RESTARTS] = {
	[STEP_SUBMIT] = "submit",
	[STEP_REVIEW] = "review",
	[STEP_EXECUTE] = "execute",
	[STEP_FOLLOW] = "follow",
	[STEP_DISCARD] = "discard",
	[STEP_HOLD] = "hold",
	[RESTARTS - 1] = "none",
};

static const char *const states[STATE_COUNT] = {
	[STATE_UNKNOWN] = "unknown",
	[STATE_IN_SYNC] = "in sync",
	[STATE_CREATE] = "create",
	[STATE_UPDATE] = "update",
	[STATE_RUNNING] = "running",
	[STATE_WAIT] = "wait",
	[STATE_HOLD] = "hold",
	[STATE_FROZEN] = "frozen",
	[STATE_DELETE] = "delete",
};

void coverage_add(struct coverage *to, const struct coverage *from)
{
	unsigned long *sum = (unsigned long *)to;
	const unsigned long *more = (const unsigned long *)from;

	for (size_t i = 0; i < sizeof(*to) / sizeof(*sum); i++)
		sum[i] += more[i];
}

void coverage_restart(struct coverage *coverage, const char *record)
{
	const char *found = record ? strstr(record, "\"step\":\"") : NULL;

	for (size_t i = 0; found && i < OPERATION_STEP_COUNT; i++)
		if (steps[i] && text_starts(found + strlen("\"step\":\""), steps[i]))
			coverage->restart[i]++;
	coverage->restart[RESTARTS - 1] += !found;
}

/* --- printing --- */

/* One cell: its number, or a sign that it should not be empty. Gives whether it should not. */
static bool cell(unsigned long count, bool required)
{
	if (count)
		printf(" %8lu", count);
	else
		printf(" %8s", required ? "MISSING" : "-");
	return !count && required;
}

static size_t print_statuses(const struct coverage *coverage)
{
	size_t missing = 0;

	printf("# %-44s", "status as observed, by state of the plan");
	for (size_t j = 0; j < STATE_COUNT; j++)
		printf(" %8s", states[j]);
	for (size_t i = 0; i < STACK_STATUS_COUNT; i++) {
		printf("\n# %-44s", stack_status_name((enum stack_status)i));
		for (size_t j = 0; j < STATE_COUNT; j++)
			missing += cell(coverage->status[i][j],
				required_status((enum stack_status)i, (enum stack_state)j));
	}
	printf("\n#\n");
	return missing;
}

static size_t print_calls(const struct coverage *coverage)
{
	size_t missing = 0;

	printf("# fate, by call:\n");
	for (size_t j = 0; j < FAULT_COUNT; j++)
		printf("# %2zu is %s\n", j, fault_name((enum fault)j));
	printf("# %-28s", "");
	for (size_t j = 0; j < FAULT_COUNT; j++)
		printf(" %8zu", j);
	for (size_t i = CALL_GET_CALLER_IDENTITY; i < CALL_KIND_COUNT; i++) {
		printf("\n# %-28s", call_kind_name((enum call_kind)i));
		for (size_t j = 0; j < FAULT_COUNT; j++)
			missing += cell(coverage->call[i][j],
				required_call((enum call_kind)i, (enum fault)j));
	}
	printf("\n#\n");
	return missing;
}

/* Below the engine: those that are too late are nobody's any more. */
static size_t print_keys(const struct coverage *coverage)
{
	static const char *const rows[] = {"GetCallerIdentity, to check", "AssumeRole"};
	size_t missing = 0;

	for (size_t i = 0; i < COUNT(rows); i++) {
		printf("# %-28s", rows[i]);
		for (size_t j = 0; j < FAULT_COUNT; j++)
			missing += cell(coverage->keys[i][j], j != FAULT_POSTHUMOUS);
		putchar('\n');
	}
	printf("#\n# keys that ended while a request was on its way");
	missing += cell(coverage->expired, true);
	printf("\n# sick, and edits elsewhere meanwhile:\n");
	for (size_t i = SICK_NOTHING + 1; i < SICK_KIND_COUNT; i++) {
		printf("# %-28s", sick_name((enum sick_kind)i));
		missing += cell(coverage->sick[i], true);
		missing += cell(coverage->beside[i], true);
		putchar('\n');
	}
	printf("#\n");
	return missing;
}

static size_t print_list(const char *title, const char *const *labels, size_t count,
	const unsigned long *counts, bool (*required)(size_t index))
{
	size_t missing = 0;

	printf("# %s:\n", title);
	for (size_t i = 0; i < count; i++) {
		if (!labels[i])
			continue;
		printf("# %-28s", labels[i]);
		missing += cell(counts[i], required(i));
		putchar('\n');
	}
	printf("#\n");
	return missing;
}

static bool always(size_t index)
{
	(void)index;
	return true;
}

static size_t print_reasons(const struct coverage *coverage)
{
	const char *labels[REASON_COUNT];

	for (size_t i = 0; i < REASON_COUNT; i++)
		labels[i] = reason_name((enum reason)i);
	return print_list("reason", labels, REASON_COUNT, coverage->reason, required_reason);
}

static size_t print_options(const struct coverage *coverage)
{
	size_t missing = 0;

	printf("# what is not established about the service: answers no, yes\n");
	for (size_t i = 0; i < OPTIONS_LIMIT && option_name(i); i++) {
		printf("# %-28s", option_name(i));
		missing += cell(coverage->option[i][0], true);
		missing += cell(coverage->option[i][1], true);
		putchar('\n');
	}
	printf("#\n");
	return missing;
}

static size_t print_feats(const struct coverage *coverage)
{
	const char *labels[FEAT_COUNT];

	for (size_t i = 0; i < FEAT_COUNT; i++)
		labels[i] = feat_name(i);
	return print_list("feat", labels, FEAT_COUNT, coverage->feat, always);
}

static size_t print_guarded(const struct coverage *coverage)
{
	static const char *const commands[] = {
		"approve", "suspend", "resume", "retry", "reconcile"};
	size_t missing = 0;

	printf("# executions: unguarded %lu (%lu of them approved), guarded and approved",
		coverage->guarded[0][0] + coverage->guarded[0][1], coverage->guarded[0][1]);
	missing += cell(coverage->guarded[1][1], true);
	printf("\n# what has no change set: approved, where each change has to be");
	missing += cell(coverage->requested[1][1], true);
	printf("\n# deletions of failed creates, and of what is wanted no more");
	missing += cell(coverage->deleted[0], true);
	missing += cell(coverage->deleted[1], true);
	putchar('\n');
	return missing +
	       print_list("commands", commands, COMMAND_KIND_COUNT, coverage->command, always);
}

size_t coverage_print(const struct coverage *coverage)
{
	const char *beats[BEATS_OF_COVERAGE] = {0};
	size_t missing = print_statuses(coverage) + print_calls(coverage);

	missing += print_keys(coverage);

	missing += print_list(
		"restart while the record says", steps, RESTARTS, coverage->restart, always);
	missing += print_reasons(coverage) + print_options(coverage);
	missing += print_guarded(coverage) + print_feats(coverage);
	for (size_t i = 0; i < BEATS_OF_COVERAGE; i++)
		beats[i] = beat_name(i);
	return missing + print_list("event", beats, BEATS_OF_COVERAGE, coverage->beat, always);
}
