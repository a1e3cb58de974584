/* An instance's metadata: a token (IMDSv2), the name of its role, the role's keys. */
#include <string.h>

#include "aws/credentials_reply.h"
#include "aws/fetch_parts.h"
#include "base/memory.h"

enum {
	WINDOW_MS = 15 * 60 * 1000, /* before the end in which others would be fetched */
	JITTER_MIN_MS = 2 * 60 * 1000,
	JITTER_MS = 8 * 60 * 1000,
	NAME_LIMIT = 512,
};

#define ROLES "/latest/meta-data/iam/security-credentials/"

static void fail_metadata(struct fetch *fetch, const struct error *why)
{
	const struct recipe *recipe = fetch->recipe;
	struct error e = *why;

	/* As the last resort it need not be there: what helps stands in front. */
	if (recipe->nothing)
		error_set(
			&e, ERROR_DENIED, "%s; %s: %s", recipe->nothing, recipe->where, why->text);
	else
		error_context(&e, "%s", recipe->where);
	fetch_fail(fetch, &e);
}

/* What goes into the next request: nothing that could make it another one. */
static bool plain(const char *text, size_t length, size_t limit)
{
	return length && length <= limit && strlen(text) == length && credentials_fit(text);
}

void fetch_metadata_begin(struct fetch *fetch)
{
	const struct recipe *recipe = fetch->recipe;
	bool token = fetch->state == FETCH_METADATA_TOKEN;

	pairs_done(&fetch->headers);
	free(fetch->url);
	fetch->url = xasprintf("%s%s%s", recipe->url, token ? "/latest/api/token" : ROLES,
		fetch->state == FETCH_METADATA_KEYS ? fetch->role : "");
	if (token)
		pairs_add(&fetch->headers, "X-aws-ec2-metadata-token-ttl-seconds", "21600");
	else if (fetch->metadata_token)
		pairs_add(&fetch->headers, "X-aws-ec2-metadata-token", fetch->metadata_token);
	fetch_request(fetch, token ? "PUT" : "GET", recipe->timeout_ms);
}

/* --- the token --- */

/* Where the token is out of reach (old instances, a proxy in between, one hop too many), there may
 * still be answers without one. */
static void without_token(struct fetch *fetch, const struct error *why)
{
	struct error e = *why;

	if (fetch->recipe->v1) {
		fetch_enter(fetch, FETCH_METADATA_ROLE);
		return;
	}
	error_context(&e, "no token, and AWS_EC2_METADATA_V1_DISABLED asks for one");
	fail_metadata(fetch, &e);
}

static void on_token(struct fetch *fetch, const struct fetch_event *event)
{
	struct error e = {0};
	bool known = !event->error &&
		     (event->status == 403 || event->status == 404 || event->status == 405);

	if (!event->error && event->status == 200 &&
		plain(event->bytes, event->length, FETCH_ANSWER_LIMIT)) {
		free_secret(fetch->metadata_token);
		fetch->metadata_token = xstrndup(event->bytes, event->length);
		fetch_enter(fetch, FETCH_METADATA_ROLE);
		return;
	}
	if (event->error)
		e = *event->error;
	else if (event->status == 200 && event->length)
		error_set(&e, ERROR_DENIED, "a token that no header can hold");
	else
		error_set(&e, event->status == 400 ? ERROR_DENIED : ERROR_TRANSIENT,
			"HTTP %d for a token", event->status);
	if (!event->error && e.kind == ERROR_DENIED)
		fail_metadata(fetch, &e);
	else if (!known && fetch->attempt + 1 < fetch->recipe->attempts)
		fetch_again(fetch, 0);
	else
		without_token(fetch, &e);
}

/* --- the role and its keys --- */

/* When the service that hands out keys is unwell, the last ones go on being accepted: they are used
 * on, and asked for again later. */
static uint64_t extended(uint64_t expires_ms, const struct fetch_event *event)
{
	uint64_t offset_ms =
		WINDOW_MS + JITTER_MIN_MS + (uint64_t)(event->chance * (double)JITTER_MS);
	uint64_t later_ms = event->wall_ms + offset_ms;

	return expires_ms <= later_ms ? later_ms : expires_ms;
}

static bool take_role(struct fetch *fetch, const struct fetch_event *event, struct error *e)
{
	/* Some doubles end the line. */
	size_t length = strcspn(event->bytes, "\r\n");
	const char *rest = event->bytes + length;
	AUTO(free_text) char *name = xstrndup(event->bytes, length);

	if (rest[strspn(rest, "\r\n")])
		return error_set(e, ERROR_DENIED, "the instance names more than one role");
	if (!plain(name, strlen(name), NAME_LIMIT) ||
		name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "0123456789_+=,.@-")])
		return error_set(e, ERROR_DENIED, "the instance has no role");
	replace_text(&fetch->role, name);
	fetch_enter(fetch, FETCH_METADATA_KEYS);
	return true;
}

static bool take_keys(struct fetch *fetch, const struct fetch_event *event, struct error *e)
{
	AUTO_DONE(credentials_done) struct credentials keys = {0};
	uint64_t expires_ms = 0;

	if (!credentials_reply(
		    CREDENTIALS_OF_ENDPOINT, event->bytes, event->length, &keys, &expires_ms, e))
		return false;
	fetch_keys(fetch, &keys, extended(expires_ms, event), event->wall_ms);
	return true;
}

static void on_answer(struct fetch *fetch, const struct fetch_event *event)
{
	bool role = fetch->state == FETCH_METADATA_ROLE;
	struct error e = {0};

	if (!event->error && event->status == 401 && fetch->metadata_token && !fetch->new_token) {
		fetch->new_token = true;
		fetch_enter(fetch, FETCH_METADATA_TOKEN);
		return;
	}
	if (event->error)
		e = *event->error;
	else if (event->status == 404 && role)
		error_set(&e, ERROR_DENIED, "the instance has no role");
	else if (event->status != 200)
		error_set(&e, event->status >= 500 ? ERROR_TRANSIENT : ERROR_DENIED,
			"HTTP %d for the %s", event->status, role ? "role" : "keys");
	else if (role ? take_role(fetch, event, &e) : take_keys(fetch, event, &e))
		return;
	if (fetch->attempt + 1 < fetch->recipe->attempts)
		fetch_again(fetch, 0);
	else
		fail_metadata(fetch, &e);
}

void fetch_metadata(struct fetch *fetch, const struct fetch_event *event)
{
	if (fetch->state == FETCH_METADATA_TOKEN)
		on_token(fetch, event);
	else
		on_answer(fetch, event);
}
