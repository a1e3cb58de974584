/* Fills a struct from the members of a JSON object, by a table. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <cjson/cJSON.h>

#include "base/error.h"

enum kind { KIND_TEXT, KIND_BOOL, KIND_NUMBER, KIND_SMALL, KIND_LONG, KIND_DOUBLE, KIND_TEXTS };

struct member {
	const char *name;
	enum kind kind;
	size_t offset;
};

bool members_set_one(
	void *object, const struct member *member, const cJSON *value, struct error *e);
/* A member that the table doesn't have is an error. Texts are copied. */
bool members_set(void *object, const struct member *members, size_t count, const cJSON *json,
	struct error *e);
/* What was refused half-way leaves no texts behind; returns false. */
bool members_drop(void *object, const struct member *members, size_t count);

#define MEMBERS_SET(object, members, json, e) members_set(object, members, COUNT(members), json, e)
#define MEMBERS_DROP(object, members) members_drop(object, members, COUNT(members))
