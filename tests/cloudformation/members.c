#include "cloudformation/members.h"

#include <string.h>

#include "base/memory.h"
#include "base/pairs.h"

static bool is_texts(const cJSON *value)
{
	for (const cJSON *item = value->child; item; item = item->next)
		if (!cJSON_IsString(item))
			return false;
	return cJSON_IsArray(value);
}

bool members_set_one(void *object, const struct member *member, const cJSON *value, struct error *e)
{
	void *place = (char *)object + member->offset;
	const double limit = member->kind == KIND_SMALL ? UINT32_MAX : 9e15; /* exact as doubles */
	bool fits = member->kind == KIND_TEXT    ? cJSON_IsString(value)
		    : member->kind == KIND_BOOL  ? cJSON_IsBool(value)
		    : member->kind == KIND_TEXTS ? is_texts(value)
						 : cJSON_IsNumber(value);

	if (!fits)
		return error_set(
			e, ERROR_INVALID, "%s: not of the kind that is expected", member->name);
	if (cJSON_IsNumber(value) && !(value->valuedouble >= 0 && value->valuedouble <= limit))
		return error_set(e, ERROR_INVALID, "%s: expected a number from 0 to %.0f",
			member->name, limit);
	switch (member->kind) {
	case KIND_TEXT:
		replace_text(place, value->valuestring);
		break;
	case KIND_BOOL:
		*(bool *)place = cJSON_IsTrue(value);
		break;
	case KIND_NUMBER:
		*(uint64_t *)place = (uint64_t)value->valuedouble;
		break;
	case KIND_SMALL:
		*(unsigned *)place = (unsigned)value->valuedouble;
		break;
	case KIND_LONG:
		*(long *)place = (long)value->valuedouble;
		break;
	case KIND_DOUBLE:
		*(double *)place = value->valuedouble;
		break;
	case KIND_TEXTS:
		for (const cJSON *item = value->child; item; item = item->next)
			texts_add(place, item->valuestring);
		break;
	}
	return true;
}

bool members_set(void *object, const struct member *members, size_t count, const cJSON *json,
	struct error *e)
{
	for (const cJSON *value = json->child; value; value = value->next) {
		size_t i = 0;

		while (i < count && strcmp(members[i].name, value->string) != 0)
			i++;
		if (i == count)
			return error_set(e, ERROR_INVALID, "%s: no such member", value->string);
		if (!members_set_one(object, &members[i], value, e))
			return false;
	}
	return true;
}

bool members_drop(void *object, const struct member *members, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		void *place = (char *)object + members[i].offset;

		if (members[i].kind == KIND_TEXT)
			free(*(char **)place);
		else if (members[i].kind == KIND_TEXTS)
			texts_done(place);
	}
	return false;
}
