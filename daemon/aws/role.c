#include <string.h>

#include "aws/recipe.h"
#include "base/memory.h"
#include "base/text.h"
#include "stack/names.h"

enum {
	ARN_MIN = 20,
	ARN_LIMIT = 2048,
	EXTERNAL_ID_LIMIT = 1224,
	SESSION_NAME_LIMIT = 64,
	DURATION_MIN_S = 900,
	DURATION_LIMIT_S = 43200,
};

#define WORD "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

static bool made_of(const char *text, const char *characters, size_t least, size_t most)
{
	size_t length = strlen(text);

	return length >= least && length <= most && strspn(text, characters) == length;
}

/* What is no whole number counts for nothing, as with AWS's own tools. */
static bool read_duration(const char *text, unsigned *seconds)
{
	const char *digits = text ? text + (*text == '+' || *text == '-') : "";

	if (!made_of(digits, "0123456789", 1, SIZE_MAX))
		return true;
	unsigned long number = strtoul(digits, NULL, 10);

	if (*text == '-' || number < DURATION_MIN_S || number > DURATION_LIMIT_S)
		return false;
	*seconds = (unsigned)number;
	return true;
}

bool role_read(const char *where, const char *arn, const char *external_id,
	const char *session_name, const char *seconds, struct role *out, struct error *e)
{
	if (session_name && !*session_name)
		session_name = NULL;
	*out = (struct role){xstrdup(arn), xstrdup(external_id), xstrdup(session_name), 0};
	if (!text_starts(arn, "arn:") || strlen(arn) < ARN_MIN || strlen(arn) > ARN_LIMIT ||
		!credentials_fit(arn))
		return error_set(
			e, ERROR_DENIED, "%s: '%s' is no role's ARN", where, shown(arn).text);
	if (external_id && !made_of(external_id, WORD "+=,.@:/-", 2, EXTERNAL_ID_LIMIT))
		return error_set(e, ERROR_DENIED,
			"%s: the external id: expected 2 to %d letters, digits and _+=,.@:/-",
			where, EXTERNAL_ID_LIMIT);
	if (session_name && !made_of(session_name, WORD "+=,.@-", 2, SESSION_NAME_LIMIT))
		return error_set(e, ERROR_DENIED,
			"%s: the session name: expected 2 to %d letters, digits and _+=,.@-", where,
			SESSION_NAME_LIMIT);
	if (!read_duration(seconds, &out->duration_s))
		return error_set(e, ERROR_DENIED,
			"%s: duration_seconds: expected %d to %d, found '%s'", where,
			DURATION_MIN_S, DURATION_LIMIT_S, shown(seconds).text);
	return true;
}
