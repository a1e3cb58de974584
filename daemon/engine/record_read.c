/* A record from JSON text; what is not as it is written makes the whole record unreadable. */
#include <limits.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "base/text.h"
#include "engine/record_words.h"

static char *text_of(const cJSON *object, const char *name)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);

	return cJSON_IsString(item) ? xstrdup(item->valuestring) : NULL;
}

static uint64_t time_from(const cJSON *item)
{
	double value = cJSON_IsNumber(item) ? item->valuedouble : 0;

	return value > 0 && value < 9e15 ? (uint64_t)value : 0;
}

static uint64_t time_of(const cJSON *object, const char *name)
{
	return time_from(cJSON_GetObjectItemCaseSensitive(object, name));
}

/* More than there can be is as bad as the most there can be. */
static unsigned count_of(const cJSON *object, const char *name)
{
	uint64_t count = time_of(object, name);

	return count > UINT_MAX ? UINT_MAX : (unsigned)count;
}

static bool flag_of(const cJSON *object, const char *name)
{
	return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(object, name));
}

static bool read_digest(const cJSON *object, const char *name, struct digest *digest)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);

	return !item || (cJSON_IsString(item) && digest_from_hex(digest, item->valuestring));
}

static bool read_mark(const cJSON *root, const char *name, struct record_mark *mark)
{
	const cJSON *object = cJSON_GetObjectItemCaseSensitive(root, name);

	if (!object)
		return true;
	mark->version = text_of(object, "version");
	return mark->version && read_digest(object, "digest", &mark->digest);
}

static int word_of(const cJSON *object, const char *name, const char *const *words)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);

	for (int i = 0; cJSON_IsString(item) && words[i]; i++)
		if (strcmp(words[i], item->valuestring) == 0)
			return i;
	return -1;
}

static void read_pairs(const cJSON *root, const char *name, struct pairs *pairs)
{
	const cJSON *object = cJSON_GetObjectItemCaseSensitive(root, name);

	for (const cJSON *item = object ? object->child : NULL; item; item = item->next)
		if (item->string && cJSON_IsString(item))
			pairs_add(pairs, item->string, item->valuestring);
}

static bool read_operation(const cJSON *root, struct record_operation *operation)
{
	const cJSON *object = cJSON_GetObjectItemCaseSensitive(root, "operation");
	int kind = word_of(object, "kind", record_kinds),
	    step = word_of(object, "step", record_steps);

	if (!object)
		return true;
	if (kind <= 0 || step < 0)
		return false;
	operation->kind = (enum operation_kind)kind;
	operation->step = (enum operation_step)step;
	operation->unanswered = flag_of(object, "unanswered");
	operation->token = text_of(object, "token");
	operation->reason = text_of(object, "reason");
	operation->change_set = text_of(object, "change_set");
	operation->updated = text_of(object, "updated");
	operation->after = text_of(object, "after");
	operation->event = text_of(object, "event");
	operation->ended = text_of(object, "ended");
	operation->cause = text_of(object, "cause");
	operation->held = text_of(object, "held");
	operation->judged = text_of(object, "judged");
	operation->look = flag_of(object, "look");
	operation->by_url = flag_of(object, "by_url");
	operation->started_ms = time_of(object, "started_ms");
	read_pairs(object, "secrets", &operation->secrets);
	return operation->token && operation->reason &&
	       read_digest(object, "approval", &operation->approval) &&
	       read_digest(object, "digest", &operation->digest) &&
	       read_digest(object, "template", &operation->template);
}

static void read_lists(const cJSON *root, struct record *record)
{
	const cJSON *reverts = cJSON_GetObjectItemCaseSensitive(root, "reverts_ms");
	const cJSON *orphans = cJSON_GetObjectItemCaseSensitive(root, "orphans");
	const cJSON *parents = cJSON_GetObjectItemCaseSensitive(root, "parents");

	read_pairs(root, "secrets", &record->secrets);
	for (const cJSON *item = orphans ? orphans->child : NULL; item; item = item->next)
		if (cJSON_IsString(item) && text_starts(item->valuestring, REVIEW_PREFIX))
			texts_add(&record->orphans, item->valuestring);
	for (const cJSON *item = parents ? parents->child : NULL; item; item = item->next)
		if (cJSON_IsString(item))
			texts_add(&record->parents, item->valuestring);
	for (size_t i = 0; i < COUNT(record->reverts_ms); i++) {
		const cJSON *item = cJSON_GetArrayItem(reverts, (int)i);

		record->reverts_ms[i] = time_from(item);
	}
}

static bool read_approval(const cJSON *root, struct record_approval *approval)
{
	const cJSON *object = cJSON_GetObjectItemCaseSensitive(root, "approved");

	if (!object)
		return true;
	approval->change_set = text_of(object, "change_set");
	return read_digest(object, "digest", &approval->digest);
}

/* Looser rules than those that were meant would let something go: a word must be known. */
static bool read_rules(const cJSON *root, struct record_rules *rules)
{
	int apply = word_of(root, "apply", record_applies);
	int guard = word_of(root, "guard", record_guards);

	rules->apply_given = cJSON_GetObjectItemCaseSensitive(root, "apply") != NULL;
	rules->guard_given = cJSON_GetObjectItemCaseSensitive(root, "guard") != NULL;
	if ((rules->apply_given && apply < 0) || (rules->guard_given && guard < 0))
		return false;
	rules->apply = rules->apply_given ? (enum apply)apply : APPLY_AUTO;
	rules->guard = rules->guard_given ? (enum guard)guard : GUARD_STATEFUL;
	return true;
}

/* What came with later versions of this program may be missing. */
static void read_policy(const cJSON *root, struct record *record)
{
	record->adopted = flag_of(root, "adopted");
	record->on_removal = word_of(root, "on_removal", record_removals) == ON_REMOVAL_DELETE
				     ? ON_REMOVAL_DELETE
				     : ON_REMOVAL_KEEP;
	record->removal_by_settings = flag_of(root, "removal_by_settings");
	record->removal_held = flag_of(root, "removal_held");
	record->by_url = flag_of(root, "by_url");
	record->suspended = text_of(root, "suspended");
	record->wreck = text_of(root, "wreck");
	record->continues = count_of(root, "continues");
	record->rest_foreign_ms = time_of(root, "rest_foreign_ms");
	record->ssm_ms = time_of(root, "ssm_ms");
	record->ssm_changed = flag_of(root, "ssm_changed");
}

static bool read_members(const cJSON *root, struct record *record)
{
	record->region = text_of(root, "region");
	record->name = text_of(root, "name");
	record->role = text_of(root, "role");
	record->external_id = text_of(root, "external_id");
	record->manifest = text_of(root, "manifest");
	record->folder = text_of(root, "folder");
	record->stack_id = text_of(root, "stack_id");
	record->created = flag_of(root, "created");
	record->listed = flag_of(root, "listed");
	record->attempts = count_of(root, "attempts");
	record->not_before_ms = time_of(root, "not_before_ms");
	record->cause = text_of(root, "cause");
	record->foreign_ms = time_of(root, "foreign_ms");
	record->orphans_ms = time_of(root, "orphans_ms");
	read_policy(root, record);
	read_lists(root, record);
	return record->region && record->name && read_operation(root, &record->operation) &&
	       read_digest(root, "failed", &record->failed) &&
	       read_digest(root, "continued", &record->continued) &&
	       read_digest(root, "rest", &record->rest) && read_rules(root, &record->rules) &&
	       read_approval(root, &record->approved) &&
	       read_mark(root, "template", &record->template) &&
	       read_mark(root, "verdict", &record->verdict) &&
	       read_mark(root, "settled", &record->settled);
}

bool record_read(const char *text, struct record *record, struct error *e)
{
	cJSON *root = cJSON_ParseWithOpts(text, NULL, true);
	bool good = false;

	if (!cJSON_IsObject(root))
		error_set(e, ERROR_INVALID, "it is no JSON object");
	else if (time_of(root, "version") != RECORD_VERSION)
		error_set(e, ERROR_INVALID, "it is not of this version");
	else if (!read_members(root, record))
		error_set(e, ERROR_INVALID, "a member is missing or broken");
	else
		good = true;
	cJSON_Delete(root);
	if (!good)
		record_done(record);
	return good;
}
