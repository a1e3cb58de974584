#include "aws/sts.h"

#include <string.h>

#include "aws/credentials_reply.h"
#include "aws/fault.h"
#include "aws/xml.h"
#include "base/memory.h"

enum { SESSION_NAME_LIMIT = 64 };

char *sts_session_name(const char *owner, const char *host)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_+=,.@-";
	struct text name = {.limit = SESSION_NAME_LIMIT};

	text_add(&name, "stackd-");
	for (const char *c = strcmp(owner, "stackd") == 0 ? host : owner; *c; c++)
		text_add_char(&name, strchr(allowed, *c) ? *c : '-');
	return text_take(&name);
}

static void add_field(struct text *form, const char *name, const char *value)
{
	if (!value)
		return;
	text_format(form, "&%s=", name);
	text_add_percent(form, value, strlen(value), "");
}

void sts_form(
	const struct role *role, const char *session_name, const char *token, struct text *form)
{
	text_format(form, "Action=AssumeRole%s&Version=2011-06-15", token ? "WithWebIdentity" : "");
	add_field(form, "RoleArn", role->arn);
	add_field(form, "RoleSessionName", role->session_name ? role->session_name : session_name);
	add_field(form, "ExternalId", role->external_id);
	if (role->duration_s)
		text_format(form, "&DurationSeconds=%u", role->duration_s);
	add_field(form, "WebIdentityToken", token);
}

struct reader {
	struct credentials keys;
	char *expiration;
	char *code, *message;
};

static void reader_done(struct reader *reader)
{
	credentials_done(&reader->keys);
	free(reader->expiration);
	free(reader->code);
	free(reader->message);
}

static bool on_begin(void *owner, const char *path, struct error *e)
{
	(void)owner;
	(void)path;
	(void)e;
	return true;
}

static void set_secret(char **place, const char *text)
{
	free_secret(*place);
	*place = xstrdup(text);
}

static bool on_end(void *owner, const char *path, const char *text, struct error *e)
{
	struct reader *reader = owner;
	const char *name = strrchr(path, '/');

	(void)e;
	if (!name || !*text)
		return true;
	if (text_ends(path, "Result/Credentials/AccessKeyId"))
		set_secret(&reader->keys.access_key, text);
	else if (text_ends(path, "Result/Credentials/SecretAccessKey"))
		set_secret(&reader->keys.secret_key, text);
	else if (text_ends(path, "Result/Credentials/SessionToken"))
		set_secret(&reader->keys.session_token, text);
	else if (text_ends(path, "Result/Credentials/Expiration"))
		replace_text(&reader->expiration, text);
	else if (strcmp(path, "ErrorResponse/Error/Code") == 0)
		replace_text(&reader->code, text);
	else if (strcmp(path, "ErrorResponse/Error/Message") == 0)
		replace_text(&reader->message, text);
	return true;
}

static bool read_answer(const char *body, size_t length, struct reader *reader, struct error *e)
{
	static const struct xml_events events = {on_begin, on_end};

	return xml_read(body, length, &events, reader, e);
}

/* The provider of a token is asked by STS, which may fail for a while. */
static bool refused(int status, const struct reader *reader, struct error *e)
{
	struct reply reply = {0};
	bool provider = strcmp(reader->code, "IDPCommunicationError") == 0;

	fault_sort(CALL_GET_CALLER_IDENTITY, status, reader->code,
		reader->message ? reader->message : "", &reply);
	*e = reply.error;
	if (provider)
		e->kind = ERROR_TRANSIENT;
	else if (e->kind != ERROR_TRANSIENT && e->kind != ERROR_THROTTLED)
		e->kind = ERROR_DENIED;
	return false;
}

bool sts_reply(int status, const char *body, size_t length, struct credentials *keys,
	uint64_t *expires_ms, struct error *e)
{
	AUTO_DONE(reader_done) struct reader reader = {0};
	struct error why = {0};
	bool read = read_answer(body, length, &reader, &why);

	if (read && reader.code)
		return refused(status, &reader, e);
	if (!read || status != 200)
		return error_set(e, fault_is_overload(status) ? ERROR_THROTTLED : ERROR_TRANSIENT,
			"HTTP %d: expected an answer of STS, found %s", status,
			read ? "other XML" : "something else");
	if (!reader.keys.access_key || !reader.keys.secret_key || !reader.keys.session_token ||
		!reader.expiration || !credentials_time(reader.expiration, expires_ms) ||
		!credentials_fit(reader.keys.access_key) ||
		!credentials_fit(reader.keys.secret_key) ||
		!credentials_fit(reader.keys.session_token))
		return error_set(e, ERROR_TRANSIENT, "the answer of STS has no usable keys");
	*keys = reader.keys;
	reader.keys = (struct credentials){0};
	return true;
}

bool sts_refuses_keys(const char *body, size_t length)
{
	AUTO(free_text) char *code = NULL;
	AUTO(free_text) char *message = NULL;

	sts_refusal(body, length, &code, &message);
	return fault_is_stale_key(code);
}

void sts_refusal(const char *body, size_t length, char **code, char **message)
{
	AUTO_DONE(reader_done) struct reader reader = {0};
	bool read = read_answer(body, length, &reader, NULL);

	*code = read && reader.code ? take(reader.code) : xstrdup("");
	*message = read && reader.message ? take(reader.message) : xstrdup("");
}
