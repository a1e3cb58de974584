#include "aws/fetch.h"

#include "aws/fetch_parts.h"
#include "aws/sts.h"
#include "base/memory.h"

enum { STS_ATTEMPTS = 2, STS_PAUSE_MS = 1000 };

/* --- from state to state --- */

static void begin_file(struct fetch *fetch, size_t limit)
{
	fetch->step = (struct fetch_step){
		.want = FETCH_FILE, .path = fetch->recipe->token_file, .limit = limit};
}

void fetch_enter(struct fetch *fetch, enum fetch_state state)
{
	static void (*const begins[])(struct fetch *) = {
		[FETCH_PROGRAM] = fetch_process_begin,
		[FETCH_IDENTITY] = fetch_identity_begin,
		[FETCH_CONTAINER] = fetch_container_begin,
		[FETCH_METADATA_TOKEN] = fetch_metadata_begin,
		[FETCH_METADATA_ROLE] = fetch_metadata_begin,
		[FETCH_METADATA_KEYS] = fetch_metadata_begin,
		[FETCH_HOP] = fetch_hop_begin,
		[FETCH_END] = NULL,
	};

	fetch->state = state;
	fetch->attempt = 0;
	if (state == FETCH_IDENTITY_FILE || state == FETCH_CONTAINER_FILE)
		begin_file(fetch, FETCH_TOKEN_LIMIT);
	else if (begins[state])
		begins[state](fetch);
}

void fetch_again(struct fetch *fetch, uint64_t delay_ms)
{
	fetch->attempt++;
	fetch->step.delay_ms = delay_ms;
}

void fetch_fail(struct fetch *fetch, const struct error *why)
{
	fetch->why = *why;
	fetch->state = FETCH_END;
	fetch->step = (struct fetch_step){.want = FETCH_FAILED, .why = &fetch->why};
	credentials_done(&fetch->keys);
}

static void fail_at(struct fetch *fetch, const struct error *why)
{
	struct error whole = *why;

	error_context(&whole, "%s", fetch->recipe->where);
	fetch_fail(fetch, &whole);
}

void fetch_keys(
	struct fetch *fetch, struct credentials *takes, uint64_t expires_ms, uint64_t wall_ms)
{
	struct error e;

	credentials_done(&fetch->keys);
	fetch->keys = *takes;
	*takes = (struct credentials){0};
	fetch->expires_ms = expires_ms;
	if (expires_ms && expires_ms <= wall_ms) {
		error_set(&e, ERROR_DENIED, "the credentials have expired already");
		fail_at(fetch, &e);
	} else if (fetch->hop < fetch->recipe->hop_count) {
		fetch_enter(fetch, FETCH_HOP);
	} else {
		fetch->state = FETCH_END;
		fetch->step = (struct fetch_step){.want = FETCH_HAVE};
	}
}

void fetch_request(struct fetch *fetch, const char *method, uint64_t timeout_ms)
{
	fetch->step = (struct fetch_step){
		.want = FETCH_HTTP,
		.method = method,
		.url = fetch->url,
		.headers = &fetch->headers,
		.limit = FETCH_ANSWER_LIMIT,
		.timeout_ms = timeout_ms,
	};
}

/* --- roles --- */

void fetch_hop_begin(struct fetch *fetch)
{
	text_clear(&fetch->form);
	sts_form(&fetch->recipe->hops[fetch->hop], fetch->session_name, NULL, &fetch->form);
	fetch->step =
		(struct fetch_step){.want = FETCH_STS, .form = &fetch->form, .keys = &fetch->keys};
}

static void fail_role(struct fetch *fetch, const struct error *why)
{
	const struct recipe *recipe = fetch->recipe;
	struct error whole = *why;

	error_context(&whole, "cannot assume %s",
		fetch->state == FETCH_HOP ? recipe->hops[fetch->hop].arn : recipe->role.arn);
	fetch_fail(fetch, &whole);
}

static void begin(struct fetch *fetch, uint64_t wall_ms);

/* The keys that a role was asked for with may have expired on their way. Others are made from the
 * source, once; keys that were given to us only the giver can renew. */
static void refused(struct fetch *fetch, const struct error *why, uint64_t wall_ms)
{
	bool given = fetch->recipe->base == RECIPE_KEYS && !fetch->hop;

	if (!given && !fetch->anew) {
		fetch->anew = true;
		fetch->hop = 0;
		credentials_done(&fetch->keys);
		begin(fetch, wall_ms);
		return;
	}
	fail_role(fetch, why);
	fetch->step.keys_refused = given;
}

void fetch_sts(struct fetch *fetch, const struct fetch_event *event)
{
	AUTO_DONE(credentials_done) struct credentials keys = {0};
	uint64_t expires_ms = 0;
	struct error e = {0};

	if (event->error)
		e = *event->error;
	else if (sts_reply(event->status, event->bytes, event->length, &keys, &expires_ms, &e)) {
		fetch->hop += fetch->state == FETCH_HOP;
		fetch_keys(fetch, &keys, expires_ms, event->wall_ms);
		return;
	}
	if (!event->error && fetch->state == FETCH_HOP &&
		sts_refuses_keys(event->bytes, event->length))
		refused(fetch, &e, event->wall_ms);
	else if (e.kind != ERROR_DENIED && fetch->attempt + 1 < STS_ATTEMPTS)
		fetch_again(fetch, STS_PAUSE_MS);
	else
		fail_role(fetch, &e);
}

/* --- the whole --- */

static void begin(struct fetch *fetch, uint64_t wall_ms)
{
	static const enum fetch_state begins[] = {
		[RECIPE_PROCESS] = FETCH_PROGRAM,
		[RECIPE_WEB_IDENTITY] = FETCH_IDENTITY_FILE,
		[RECIPE_CONTAINER] = FETCH_CONTAINER,
		[RECIPE_IMDS] = FETCH_METADATA_TOKEN,
	};
	const struct recipe *recipe = fetch->recipe;
	AUTO_DONE(credentials_done) struct credentials keys = {0};

	if (recipe->base == RECIPE_KEYS) {
		credentials_copy(&keys, &recipe->keys);
		fetch_keys(fetch, &keys, recipe->expires_ms, wall_ms);
	} else if (recipe->base == RECIPE_CONTAINER && recipe->token_file) {
		fetch_enter(fetch, FETCH_CONTAINER_FILE);
	} else {
		fetch_enter(fetch, begins[recipe->base]);
	}
}

struct fetch *fetch_new(const struct recipe *recipe, const char *session_name, uint64_t wall_ms)
{
	struct fetch *fetch = xcalloc(1, sizeof(*fetch));

	fetch->recipe = recipe;
	fetch->session_name = xstrdup(session_name);
	fetch->form.secret = true;
	begin(fetch, wall_ms);
	return fetch;
}

void fetch_free(struct fetch *fetch)
{
	if (!fetch)
		return;
	free(fetch->session_name);
	pairs_done(&fetch->headers);
	text_done(&fetch->form);
	free(fetch->url);
	free_secret(fetch->metadata_token);
	free(fetch->role);
	credentials_done(&fetch->keys);
	free(fetch);
}

void fetch_look(const struct fetch *fetch, struct fetch_step *out)
{
	*out = fetch->step;
}

void fetch_happened(struct fetch *fetch, const struct fetch_event *event)
{
	switch (fetch->state) {
	case FETCH_PROGRAM:
		fetch_process(fetch, event);
		break;
	case FETCH_IDENTITY_FILE:
		fetch_identity(fetch, event);
		break;
	case FETCH_CONTAINER_FILE:
	case FETCH_CONTAINER:
		fetch_container(fetch, event);
		break;
	case FETCH_METADATA_TOKEN:
	case FETCH_METADATA_ROLE:
	case FETCH_METADATA_KEYS:
		fetch_metadata(fetch, event);
		break;
	case FETCH_IDENTITY:
	case FETCH_HOP:
		fetch_sts(fetch, event);
		break;
	case FETCH_END:
		break;
	}
}

void fetch_take(struct fetch *fetch, struct credentials *out, uint64_t *expires_ms)
{
	*out = fetch->keys;
	*expires_ms = fetch->expires_ms;
	fetch->keys = (struct credentials){0};
}
