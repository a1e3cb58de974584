#include "aws/credentials_reply.h"

#include <string.h>

#include <cjson/cJSON.h>

#include "aws/fault.h"
#include "base/calendar.h"
#include "base/memory.h"
#include "base/text.h"

static bool two_digits(const char **text, uint64_t *number)
{
	const char *at = *text;

	if (strspn(at, "0123456789") < 2)
		return false;
	*number = (uint64_t)(at[0] - '0') * 10 + (uint64_t)(at[1] - '0');
	*text = at + 2;
	return true;
}

/* "+01:00", "+0100", "-08": east of Greenwich it is earlier there. */
static bool read_offset(const char *text, uint64_t *ms)
{
	bool east = *text == '+';
	uint64_t hours = 0;
	uint64_t minutes = 0;

	if (*text != '+' && *text != '-')
		return false;
	text++;
	if (!two_digits(&text, &hours))
		return false;
	text += *text == ':';
	if ((*text && !two_digits(&text, &minutes)) || *text || hours > 23 || minutes > 59)
		return false;
	uint64_t offset_ms = (hours * 60 + minutes) * 60000;

	if (east && offset_ms > *ms)
		return false;
	*ms = east ? *ms - offset_ms : *ms + offset_ms;
	return true;
}

bool credentials_time(const char *text, uint64_t *ms)
{
	const char *rest;

	if (!calendar_read("%Y-%M-%D%?%h:%m:%s", text, ms, &rest))
		return false;
	if (*rest == '.' || *rest == ',')
		rest += 1 + strspn(rest + 1, "0123456789");
	/* Without its zone it is no moment. */
	return strcmp(rest, "Z") == 0 || strcmp(rest, "z") == 0 || read_offset(rest, ms);
}

/* --- the JSON --- */

/* cJSON frees what it read as it is. */
static void forget(cJSON *root)
{
	for (cJSON *item = root ? root->child : NULL; item; item = item->next)
		if (item->valuestring)
			wipe(item->valuestring, strlen(item->valuestring));
	cJSON_Delete(root);
}

/* The last of several, as most readers of JSON take it. NULL: none, or null. */
static const cJSON *item(const cJSON *root, const char *name)
{
	const cJSON *found = NULL;

	for (const cJSON *next = root ? root->child : NULL; next; next = next->next)
		if (strcmp(next->string, name) == 0)
			found = next;
	return cJSON_IsNull(found) ? NULL : found;
}

static const char *member(const cJSON *root, const char *name)
{
	const char *text = cJSON_GetStringValue(item(root, name));

	return text && *text ? text : NULL;
}

static bool refused(const cJSON *root, struct error *e)
{
	const char *code = member(root, "Code");
	const char *message = member(root, "Message");
	char said[256];

	if (!code || strcmp(code, "Success") == 0)
		return false;
	AUTO(free_text)
	char *both = xasprintf("%s: %s", code, message ? message : "no reason given");

	fault_tidy(both, said, sizeof(said));
	error_set(e, ERROR_DENIED, "no keys: %s", said);
	return true;
}

static bool first_version(const cJSON *root, struct error *e)
{
	const cJSON *version = item(root, "Version");

	return (cJSON_IsNumber(version) && version->valuedouble == 1) ||
	       error_set(e, ERROR_DENIED, "expected \"Version\": 1");
}

static bool take_members(enum credentials_form form, const cJSON *root, struct credentials *keys,
	uint64_t *expires_ms, struct error *e)
{
	bool endpoint = form == CREDENTIALS_OF_ENDPOINT;
	const char *token = endpoint ? "Token" : "SessionToken";
	const char *const names[] = {"AccessKeyId", "SecretAccessKey", token, "Expiration"};

	for (size_t i = 0; i < (endpoint ? 4 : 2); i++)
		if (!member(root, names[i]))
			return error_set(e, ERROR_DENIED, "no %s", names[i]);
	*keys = (struct credentials){xstrdup(member(root, names[0])),
		xstrdup(member(root, names[1])), xstrdup(member(root, token))};
	if (!credentials_fit(keys->access_key) || !credentials_fit(keys->secret_key) ||
		!credentials_fit(keys->session_token))
		return error_set(e, ERROR_DENIED, "a key has characters that no key of AWS has");
	*expires_ms = 0;
	const char *expires = member(root, "Expiration");

	return !item(root, "Expiration") || (expires && credentials_time(expires, expires_ms)) ||
	       error_set(
		       e, ERROR_DENIED, "Expiration: expected a time such as 2030-01-31T12:00:00Z");
}

bool credentials_reply(enum credentials_form form, const char *bytes, size_t length,
	struct credentials *keys, uint64_t *expires_ms, struct error *e)
{
	size_t bad;

	if (length > CREDENTIALS_REPLY_LIMIT)
		return error_set(e, ERROR_DENIED, "more than %d bytes", CREDENTIALS_REPLY_LIMIT);
	/* A byte order mark is none of JSON's, but cJSON passes over it. */
	cJSON *root = utf8_valid(bytes, length, &bad) && !text_starts(bytes, "\xef\xbb\xbf")
			      ? cJSON_ParseWithLengthOpts(bytes, length + 1, NULL, true)
			      : NULL;
	bool read = false;

	if (!cJSON_IsObject(root))
		error_set(e, ERROR_DENIED, "expected a JSON object");
	else if (form == CREDENTIALS_OF_ENDPOINT)
		read = !refused(root, e) && take_members(form, root, keys, expires_ms, e);
	else
		read = first_version(root, e) && take_members(form, root, keys, expires_ms, e);
	forget(root);
	return read;
}
