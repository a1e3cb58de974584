#include "engine/record.h"

#include <assert.h>
#include <string.h>

#include "engine/record_words.h"

const char *const record_kinds[] = {"none", "create", "update", "delete", "continue", NULL};
const char *const record_steps[] = {
	"submit", "review", "execute", "follow", "discard", "hold", NULL};
const char *const record_removals[] = {"keep", "delete", NULL};
const char *const record_applies[] = {"auto", "approve", "never", NULL};
const char *const record_guards[] = {"stateful", "all", "none", NULL};
static_assert(COUNT(record_kinds) == OPERATION_KIND_COUNT + 1, "one word per kind");
static_assert(COUNT(record_steps) == OPERATION_STEP_COUNT + 1, "one word per step");

const char *operation_kind_name(enum operation_kind kind)
{
	return record_kinds[kind];
}

void record_operation_done(struct record_operation *operation)
{
	free(operation->token);
	free(operation->reason);
	free(operation->change_set);
	free(operation->updated);
	free(operation->after);
	free(operation->event);
	free(operation->ended);
	free(operation->cause);
	free(operation->held);
	free(operation->judged);
	pairs_done(&operation->secrets);
	*operation = (struct record_operation){0};
}

void record_mark_clear(struct record_mark *mark)
{
	free(mark->version);
	*mark = (struct record_mark){0};
}

void record_mark_set(struct record_mark *mark, const char *version, const struct digest *digest)
{
	replace_text(&mark->version, version);
	mark->digest = *digest;
}

void record_approval_clear(struct record_approval *approval)
{
	free(approval->change_set);
	*approval = (struct record_approval){0};
}

bool record_mark_is(
	const struct record_mark *mark, const char *version, const struct digest *digest)
{
	return mark->version && strcmp(mark->version, version) == 0 &&
	       (!digest || digest_equal(&mark->digest, digest));
}

void record_settle(struct record *record, const char *version)
{
	record_mark_set(&record->settled, version, &record->operation.digest);
	pairs_done(&record->secrets);
	pairs_copy(&record->secrets, &record->operation.secrets);
}

void record_forgive(struct record *record)
{
	record->failed = (struct digest){0};
	record->attempts = 0;
	record->not_before_ms = 0;
	replace_text(&record->cause, NULL);
}

void record_done(struct record *record)
{
	free(record->region);
	free(record->name);
	free(record->role);
	free(record->external_id);
	free(record->manifest);
	free(record->folder);
	free(record->stack_id);
	record_operation_done(&record->operation);
	free(record->cause);
	free(record->wreck);
	free(record->suspended);
	texts_done(&record->parents);
	record_approval_clear(&record->approved);
	record_mark_clear(&record->template);
	record_mark_clear(&record->verdict);
	record_mark_clear(&record->settled);
	pairs_done(&record->secrets);
	texts_done(&record->orphans);
	*record = (struct record){0};
}
