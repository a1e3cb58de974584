#include "engine/record.h"

#include <string.h>

#include <cjson/cJSON.h>

#include "base/text.h"

enum { RECORD_VERSION = 1 };

static const char *const kinds[] = {"none", "create", "update", NULL};
static const char *const steps[] = {"submit", "review", "execute", "follow", "discard", NULL};

const char *operation_kind_name(enum operation_kind kind)
{
	return kinds[kind];
}

void record_operation_done(struct record_operation *operation)
{
	free(operation->token);
	free(operation->reason);
	free(operation->change_set);
	free(operation->updated);
	free(operation->event);
	free(operation->ended);
	free(operation->cause);
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
	free(record->manifest);
	free(record->stack_id);
	record_operation_done(&record->operation);
	free(record->cause);
	record_mark_clear(&record->template);
	record_mark_clear(&record->verdict);
	record_mark_clear(&record->settled);
	pairs_done(&record->secrets);
	texts_done(&record->orphans);
	*record = (struct record){0};
}

/* --- writing --- */

static void add_text(cJSON *to, const char *name, const char *text)
{
	if (text)
		cJSON_AddStringToObject(to, name, text);
}

static void add_digest(cJSON *to, const char *name, const struct digest *digest)
{
	char hex[DIGEST_HEX_SIZE];

	if (digest_is_zero(digest))
		return;
	digest_hex(digest, hex, DIGEST_HEX_SIZE - 1);
	cJSON_AddStringToObject(to, name, hex);
}

static void add_time(cJSON *to, const char *name, uint64_t ms)
{
	if (ms)
		cJSON_AddNumberToObject(to, name, (double)ms);
}

static void add_mark(cJSON *to, const char *name, const struct record_mark *mark)
{
	if (!mark->version)
		return;

	cJSON *object = cJSON_AddObjectToObject(to, name);

	add_text(object, "version", mark->version);
	add_digest(object, "digest", &mark->digest);
}

static void add_pairs(cJSON *to, const char *name, const struct pairs *pairs)
{
	cJSON *object = pairs->count ? cJSON_AddObjectToObject(to, name) : NULL;

	for (size_t i = 0; i < pairs->count; i++)
		add_text(object, pairs->items[i].name, pairs->items[i].value);
}

static void add_operation(cJSON *to, const struct record_operation *operation)
{
	cJSON *object = cJSON_AddObjectToObject(to, "operation");

	add_text(object, "kind", kinds[operation->kind]);
	add_text(object, "step", steps[operation->step]);
	cJSON_AddBoolToObject(object, "unanswered", operation->unanswered);
	add_text(object, "token", operation->token);
	add_text(object, "reason", operation->reason);
	add_text(object, "change_set", operation->change_set);
	add_text(object, "updated", operation->updated);
	add_text(object, "event", operation->event);
	add_text(object, "ended", operation->ended);
	add_text(object, "cause", operation->cause);
	add_digest(object, "digest", &operation->digest);
	add_digest(object, "template", &operation->template);
	add_pairs(object, "secrets", &operation->secrets);
	add_time(object, "started_ms", operation->started_ms);
}

static void add_lists(cJSON *to, const struct record *record)
{
	add_pairs(to, "secrets", &record->secrets);
	if (record->orphans.count) {
		cJSON *orphans = cJSON_AddArrayToObject(to, "orphans");

		for (size_t i = 0; i < record->orphans.count; i++)
			cJSON_AddItemToArray(orphans, cJSON_CreateString(record->orphans.items[i]));
	}
	if (record->reverts_ms[0]) {
		cJSON *reverts = cJSON_AddArrayToObject(to, "reverts_ms");

		for (size_t i = 0; i < COUNT(record->reverts_ms); i++)
			cJSON_AddItemToArray(
				reverts, cJSON_CreateNumber((double)record->reverts_ms[i]));
	}
}

char *record_write(const struct record *record)
{
	cJSON *root = cJSON_CreateObject();

	cJSON_AddNumberToObject(root, "version", RECORD_VERSION);
	add_text(root, "region", record->region);
	add_text(root, "name", record->name);
	add_text(root, "manifest", record->manifest);
	add_text(root, "stack_id", record->stack_id);
	cJSON_AddBoolToObject(root, "created", record->created);
	cJSON_AddBoolToObject(root, "listed", record->listed);
	if (record->operation.kind)
		add_operation(root, &record->operation);
	add_digest(root, "failed", &record->failed);
	cJSON_AddNumberToObject(root, "attempts", record->attempts);
	add_time(root, "not_before_ms", record->not_before_ms);
	add_text(root, "cause", record->cause);
	add_mark(root, "template", &record->template);
	add_mark(root, "verdict", &record->verdict);
	add_mark(root, "settled", &record->settled);
	add_time(root, "foreign_ms", record->foreign_ms);
	add_time(root, "orphans_ms", record->orphans_ms);
	add_lists(root, record);

	char *text = cJSON_PrintUnformatted(root);

	cJSON_Delete(root);
	return text;
}

/* --- reading: what is not as written above makes the whole record unreadable --- */

static char *text_of(const cJSON *object, const char *name)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);

	return cJSON_IsString(item) ? xstrdup(item->valuestring) : NULL;
}

static uint64_t time_of(const cJSON *object, const char *name)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
	double value = cJSON_IsNumber(item) ? item->valuedouble : 0;

	return value > 0 && value < 9e15 ? (uint64_t)value : 0;
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
	int kind = word_of(object, "kind", kinds), step = word_of(object, "step", steps);

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
	operation->event = text_of(object, "event");
	operation->ended = text_of(object, "ended");
	operation->cause = text_of(object, "cause");
	operation->started_ms = time_of(object, "started_ms");
	read_pairs(object, "secrets", &operation->secrets);
	return operation->token && operation->reason &&
	       read_digest(object, "digest", &operation->digest) &&
	       read_digest(object, "template", &operation->template);
}

static void read_lists(const cJSON *root, struct record *record)
{
	const cJSON *reverts = cJSON_GetObjectItemCaseSensitive(root, "reverts_ms");
	const cJSON *orphans = cJSON_GetObjectItemCaseSensitive(root, "orphans");

	read_pairs(root, "secrets", &record->secrets);
	for (const cJSON *item = orphans ? orphans->child : NULL; item; item = item->next)
		if (cJSON_IsString(item) && text_starts(item->valuestring, REVIEW_PREFIX))
			texts_add(&record->orphans, item->valuestring);
	for (size_t i = 0; i < COUNT(record->reverts_ms); i++) {
		const cJSON *item = cJSON_GetArrayItem(reverts, (int)i);

		if (cJSON_IsNumber(item) && item->valuedouble > 0)
			record->reverts_ms[i] = (uint64_t)item->valuedouble;
	}
}

static bool read_members(const cJSON *root, struct record *record)
{
	record->region = text_of(root, "region");
	record->name = text_of(root, "name");
	record->manifest = text_of(root, "manifest");
	record->stack_id = text_of(root, "stack_id");
	record->created = flag_of(root, "created");
	record->listed = flag_of(root, "listed");
	record->attempts = (unsigned)time_of(root, "attempts");
	record->not_before_ms = time_of(root, "not_before_ms");
	record->cause = text_of(root, "cause");
	record->foreign_ms = time_of(root, "foreign_ms");
	record->orphans_ms = time_of(root, "orphans_ms");
	read_lists(root, record);
	return record->region && record->name && read_operation(root, &record->operation) &&
	       read_digest(root, "failed", &record->failed) &&
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
