#include "io/cloudformation_job.h"

#include <string.h>

#include "aws/query.h"
#include "aws/replies.h"
#include "base/memory.h"

enum { DUE_MS = 1 }; /* not 0: libuv goes on with timers until none is due */

void job_free(struct job *job)
{
	free(job->region);
	text_done(&job->form);
	upload_done(&job->upload);
	credentials_done(&job->keys);
	reply_done(&job->kept);
	free(job);
}

struct job *job_new(struct cloudformation *client, enum call_kind kind, const char *region,
	struct identity *identity)
{
	struct job *job = xcalloc(1, sizeof(*job));

	*job = (struct job){
		.client = client,
		.previous = client->last,
		.kind = kind,
		.region = xstrdup(region),
		.identity = identity,
		.form.secret = true,
	};
	if (client->last)
		client->last->next = job;
	else
		client->jobs = job;
	client->last = job;
	return job;
}

/* --- the end of a job --- */

/* The last of a job. Its owner may close the client. */
static void job_answer(struct job *job, struct reply *reply)
{
	struct cloudformation *client = job->client;

	*(job->previous ? &job->previous->next : &client->jobs) = job->next;
	*(job->next ? &job->next->previous : &client->last) = job->previous;
	if (job->kind == CALL_GET_CALLER_IDENTITY && reply->code == REPLY_OK)
		identity_set_account(job->identity, job->keys.access_key, reply->account);
	job->done(job->owner, job->id, reply);
	reply_done(reply);
	job_free(job);
}

static void on_due(uv_timer_t *due)
{
	struct cloudformation *client = due->data;
	struct job *job = client->jobs;
	struct reply reply;

	while (job && job->state != JOB_LOST && job->state != JOB_KEPT)
		job = job->next;
	if (!job)
		return;
	if (job->state == JOB_LOST)
		replies_lost(job->kind, &job->why, false, &reply);
	else
		reply = job->kept;
	if (job->alone)
		reply.scope_wide = false;
	job->kept = (struct reply){0};
	uv_timer_start(due, on_due, DUE_MS, 0); /* there may be more; and the owner may close */
	job_answer(job, &reply);
}

static void job_due(struct job *job, enum job_state state)
{
	job->state = state;
	uv_timer_start(&job->client->due, on_due, DUE_MS, 0);
}

static void job_lose(struct job *job, const struct error *why)
{
	job->why = *why;
	job_due(job, JOB_LOST);
}

/* --- whose keys these are --- */

static bool restricted(const struct job *job)
{
	return account_matters(&job->client->allowed_accounts, job->kind);
}

/* True where nothing can be sent before it is known. */
static bool needs_account(const struct job *job)
{
	return restricted(job) || job->kind == CALL_UPLOAD_TEMPLATE;
}

static void on_identity(void *owner, uint64_t call, struct reply *reply);

/* Once for all of an identity that wait, in each region: one that is mute holds up itself only. */
static void ask(const struct job *asker)
{
	struct cloudformation *client = asker->client;
	struct call call = {.kind = CALL_GET_CALLER_IDENTITY};

	for (const struct job *job = client->jobs; job; job = job->next)
		if (job->done == on_identity && job->identity == asker->identity &&
			strcmp(job->region, asker->region) == 0)
			return;
	struct job *job = job_new(client, call.kind, asker->region, asker->identity);

	job->done = on_identity;
	job->owner = job;
	query_write(&call, &job->form);
	job_begin(job);
}

static void lose_asker(struct job *job, const struct error *why)
{
	struct error e = *why;

	error_context(&e, restricted(job) ? "AllowedAccounts= can't be checked"
					  : "the account of TemplateBucket= isn't known");
	job->alone = !restricted(job);
	job_lose(job, &e);
}

static void on_identity(void *owner, uint64_t call, struct reply *reply)
{
	const struct job *asked = owner;

	(void)call;
	for (struct job *job = asked->client->jobs; job; job = job->next) {
		if (job->state != JOB_ASKS || job->identity != asked->identity)
			continue;
		if (reply->code == REPLY_OK)
			job_begin(job);
		else if (strcmp(job->region, asked->region) == 0)
			lose_asker(job, &reply->error);
	}
}

/* --- sending --- */

static void on_http(void *owner, const struct http_reply *reply);

static void job_send(struct job *job, const struct endpoint *endpoint)
{
	struct sender_form form = {
		.endpoint = endpoint,
		.service = query_service(job->kind),
		.keys = &job->keys,
		.form = &job->form,
		.once = call_kind_mutates(job->kind),
	};

	job->state = JOB_SENT;
	job->transfer = sender_send(
		&job->client->sender, &form, &job->session, &job->signed_ms, on_http, job);
}

/* Not over a new connection each: with a key that tells the content, twice does no harm. S3 prints
 * what was signed when it refuses a signature; the session token is among it. */
static void upload_send(struct job *job)
{
	struct upload_request request;

	upload_request(&job->upload, &request);
	struct sender_form form = {
		.endpoint = &job->upload.place,
		.service = query_service(job->kind),
		.keys = &job->keys,
		.form = request.bytes,
		.method = request.method,
		.headers = &request.headers,
		.secret = true,
	};

	job->state = JOB_SENT;
	job->transfer = sender_send(
		&job->client->sender, &form, &job->session, &job->signed_ms, on_http, job);
	upload_request_done(&request);
}

static void upload_go(struct job *job, const struct endpoint *s3, const char *account)
{
	AUTO_DONE(endpoint_done) struct endpoint cloudformation = {0};
	struct error e = {0};

	if (sender_endpoint(&job->client->sender, query_service(CALL_CREATE_STACK), job->region,
		    &cloudformation, &e) &&
		upload_aim(&job->upload, account, s3, &cloudformation, &e)) {
		upload_send(job);
		return;
	}
	job->alone = true;
	job_lose(job, &e);
}

static void job_go(struct job *job, const struct credentials *keys)
{
	AUTO_DONE(endpoint_done) struct endpoint endpoint = {0};
	struct error e = {0};

	credentials_done(&job->keys);
	credentials_copy(&job->keys, keys);
	const char *account = identity_account(job->identity, job->keys.access_key);

	if (!sender_endpoint(
		    &job->client->sender, query_service(job->kind), job->region, &endpoint, &e)) {
		job->alone = job->kind == CALL_UPLOAD_TEMPLATE;
		job_lose(job, &e);
	} else if (needs_account(job) && !account) {
		job->state = JOB_ASKS;
		ask(job);
	} else if (restricted(job) &&
		   !account_allowed(&job->client->allowed_accounts, account, &e)) {
		job_lose(job, &e);
	} else if (job->kind == CALL_UPLOAD_TEMPLATE) {
		upload_go(job, &endpoint, account);
	} else {
		job_send(job, &endpoint);
	}
}

void job_begin(struct job *job)
{
	const struct credentials *keys = NULL;
	struct error e = {0};

	switch (keeper_look(job->client->keeper, job->identity, job->region, &keys, &e)) {
	case IDENTITY_READY:
		job_go(job, keys);
		break;
	case IDENTITY_PENDING:
		job->state = JOB_WAITS;
		break;
	case IDENTITY_DENIED:
		job_lose(job, &e);
		break;
	}
}

/* --- keys that came, or didn't --- */

static void renewed(struct job *job)
{
	const struct credentials *keys = NULL;
	struct error e = {0};
	enum identity_state state =
		keeper_look(job->client->keeper, job->identity, job->region, &keys, &e);

	if (state == IDENTITY_PENDING)
		return;
	if (state == IDENTITY_READY && !credentials_equal(keys, &job->keys)) {
		reply_done(&job->kept);
		job->again = true;
		job_go(job, keys);
	} else {
		job_due(job, JOB_KEPT);
	}
}

void jobs_look(struct cloudformation *client, struct identity *identity, const struct error *error)
{
	for (struct job *job = client->jobs; job; job = job->next) {
		if (job->identity != identity)
			continue;
		if (job->state == JOB_WAITS && error)
			job_lose(job, error);
		else if (job->state == JOB_WAITS)
			job_begin(job);
		else if (job->state == JOB_RENEWS && error)
			job_due(job, JOB_KEPT);
		else if (job->state == JOB_RENEWS)
			renewed(job);
	}
}

/* --- what came back --- */

/* True: the job goes on, or waits for others' keys to go on with; *reply may be taken. */
static bool resent(struct job *job, const struct answer *answer, struct reply *reply)
{
	enum session_next next = session_decide(
		job->session, job->kind, answer, reply, job->signed_ms, sender_wall_ms());
	enum identity_state state = IDENTITY_READY;

	if (job->again || next == SESSION_DELIVER)
		return false;
	if (next == SESSION_RENEW)
		state = keeper_renew(job->client->keeper, job->identity, job->region, &job->keys);
	if (state == IDENTITY_DENIED)
		return false;
	if (state == IDENTITY_PENDING) {
		job->state = JOB_RENEWS;
		job->kept = *reply;
		*reply = (struct reply){0};
		return true;
	}
	job->again = true;
	job_begin(job);
	return true;
}

/* False: there is more to send before the call is answered. */
static bool read_reply(struct job *job, const struct http_reply *got, const struct answer *answer,
	struct reply *reply)
{
	const struct upload_answer object = {*answer, got->bucket_region, got->content_length};
	bool lost = got->error.kind != ERROR_NONE;

	if (job->kind == CALL_UPLOAD_TEMPLATE && !lost)
		return upload_reply(&job->upload, &object, reply);
	if (job->kind == CALL_UPLOAD_TEMPLATE)
		upload_lost(&job->upload, &got->error, got->sent, reply);
	else if (lost)
		replies_lost(job->kind, &got->error, got->sent, reply);
	else
		replies_read(job->kind, answer, reply);
	return true;
}

static void on_http(void *owner, const struct http_reply *got)
{
	struct job *job = owner;
	struct reply reply = {0};
	struct answer answer = {got->status, got->date, got->request_id, got->body, got->length};

	job->transfer = NULL;
	if (!read_reply(job, got, &answer, &reply))
		upload_send(job);
	else if (got->error.kind == ERROR_NONE && resent(job, &answer, &reply))
		reply_done(&reply);
	else
		job_answer(job, &reply);
}
