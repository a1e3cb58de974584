/* A record as JSON text. */
#include <cjson/cJSON.h>

#include "engine/record_words.h"

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

static void add_texts(cJSON *to, const char *name, const struct texts *texts)
{
	cJSON *array = texts->count ? cJSON_AddArrayToObject(to, name) : NULL;

	for (size_t i = 0; i < texts->count; i++)
		cJSON_AddItemToArray(array, cJSON_CreateString(texts->items[i]));
}

static void add_operation(cJSON *to, const struct record_operation *operation)
{
	cJSON *object = cJSON_AddObjectToObject(to, "operation");

	add_text(object, "kind", record_kinds[operation->kind]);
	add_text(object, "step", record_steps[operation->step]);
	cJSON_AddBoolToObject(object, "unanswered", operation->unanswered);
	cJSON_AddBoolToObject(object, "look", operation->look);
	add_text(object, "token", operation->token);
	add_text(object, "reason", operation->reason);
	add_text(object, "change_set", operation->change_set);
	add_text(object, "updated", operation->updated);
	add_text(object, "after", operation->after);
	add_text(object, "event", operation->event);
	add_text(object, "ended", operation->ended);
	add_text(object, "cause", operation->cause);
	add_text(object, "held", operation->held);
	add_text(object, "judged", operation->judged);
	add_digest(object, "approval", &operation->approval);
	add_digest(object, "digest", &operation->digest);
	add_digest(object, "template", &operation->template);
	cJSON_AddBoolToObject(object, "by_url", operation->by_url);
	add_pairs(object, "secrets", &operation->secrets);
	add_time(object, "started_ms", operation->started_ms);
}

static void add_lists(cJSON *to, const struct record *record)
{
	add_pairs(to, "secrets", &record->secrets);
	add_texts(to, "orphans", &record->orphans);
	add_texts(to, "parents", &record->parents);
	if (record->reverts_ms[0]) {
		cJSON *reverts = cJSON_AddArrayToObject(to, "reverts_ms");

		for (size_t i = 0; i < COUNT(record->reverts_ms); i++)
			cJSON_AddItemToArray(
				reverts, cJSON_CreateNumber((double)record->reverts_ms[i]));
	}
}

static void add_approval(cJSON *to, const struct record_approval *approval)
{
	if (digest_is_zero(&approval->digest))
		return;

	cJSON *object = cJSON_AddObjectToObject(to, "approved");

	add_digest(object, "digest", &approval->digest);
	add_text(object, "change_set", approval->change_set);
}

static void add_failure(cJSON *to, const struct record *record)
{
	add_digest(to, "failed", &record->failed);
	cJSON_AddNumberToObject(to, "attempts", record->attempts);
	add_time(to, "not_before_ms", record->not_before_ms);
	add_text(to, "cause", record->cause);
	add_text(to, "wreck", record->wreck);
	add_digest(to, "continued", &record->continued);
	cJSON_AddNumberToObject(to, "continues", record->continues);
}

char *record_write(const struct record *record)
{
	const struct record_rules *rules = &record->rules;
	cJSON *root = cJSON_CreateObject();

	cJSON_AddNumberToObject(root, "version", RECORD_VERSION);
	add_text(root, "region", record->region);
	add_text(root, "name", record->name);
	add_text(root, "role", record->role);
	add_text(root, "external_id", record->external_id);
	add_text(root, "manifest", record->manifest);
	add_text(root, "folder", record->folder);
	add_text(root, "stack_id", record->stack_id);
	cJSON_AddBoolToObject(root, "created", record->created);
	cJSON_AddBoolToObject(root, "adopted", record->adopted);
	cJSON_AddBoolToObject(root, "listed", record->listed);
	add_text(root, "on_removal", record_removals[record->on_removal]);
	cJSON_AddBoolToObject(root, "removal_by_settings", record->removal_by_settings);
	add_text(root, "apply", rules->apply_given ? record_applies[rules->apply] : NULL);
	add_text(root, "guard", rules->guard_given ? record_guards[rules->guard] : NULL);
	cJSON_AddBoolToObject(root, "removal_held", record->removal_held);
	if (record->operation.kind)
		add_operation(root, &record->operation);
	add_approval(root, &record->approved);
	add_text(root, "suspended", record->suspended);
	add_failure(root, record);
	add_mark(root, "template", &record->template);
	cJSON_AddBoolToObject(root, "by_url", record->by_url);
	add_mark(root, "verdict", &record->verdict);
	add_mark(root, "settled", &record->settled);
	add_digest(root, "rest", &record->rest);
	add_time(root, "rest_foreign_ms", record->rest_foreign_ms);
	add_time(root, "ssm_ms", record->ssm_ms);
	cJSON_AddBoolToObject(root, "ssm_changed", record->ssm_changed);
	add_time(root, "foreign_ms", record->foreign_ms);
	add_time(root, "orphans_ms", record->orphans_ms);
	add_lists(root, record);

	char *text = cJSON_PrintUnformatted(root);

	cJSON_Delete(root);
	return text;
}
