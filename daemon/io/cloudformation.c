#include "io/cloudformation.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "aws/endpoint.h"
#include "aws/query.h"
#include "aws/replies.h"
#include "aws/session.h"
#include "aws/sigv4.h"
#include "aws/xml.h"
#include "base/memory.h"
#include "io/http.h"
#include "io/keyring.h"

enum { DUE_MS = 1 }; /* not 0: libuv goes on with timers until none is due */

enum job_state {
	JOB_SENT,
	JOB_ASKS, /* waits until it is known whose keys these are */
	JOB_LOST, /* its answer is due, and says that nothing was sent */
};

/* A call on its way. */
struct job {
	struct cloudformation *client;
	struct job *previous, *next;
	uint64_t id;
	enum call_kind kind;
	char *region;
	struct text form;
	cloudformation_done *done;
	void *owner;
	enum job_state state;
	bool again; /* sent for the second time: there is no third */
	struct error why;
	struct http_transfer *transfer; /* while sent */
	struct credentials keys;        /* of this try */
	struct session *session;        /* likewise */
	uint64_t signed_ms;
};

struct cloudformation {
	struct http *http;
	struct keyring *keyring;
	uv_timer_t due; /* fires where an answer must not be given at once */
	struct pairs environment;
	char *endpoint_url;
	struct texts allowed_accounts;
	struct job *jobs, *last;
	struct sessions sessions;
	char *known_key, *known_account; /* the access key that was asked about, and whose it is */
	bool asking;
	size_t handles; /* not closed yet */
	void (*closed)(void *owner);
	void *owner;
};

static uint64_t wall_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* --- jobs --- */

static void job_free(struct job *job)
{
	free(job->region);
	wipe(job->form.data, job->form.length);
	text_done(&job->form);
	credentials_done(&job->keys);
	free(job);
}

static struct job *job_new(struct cloudformation *client, enum call_kind kind, const char *region,
	cloudformation_done *done, void *owner)
{
	struct job *job = xcalloc(1, sizeof(*job));

	*job = (struct job){
		.client = client,
		.previous = client->last,
		.kind = kind,
		.region = xstrdup(region),
		.done = done,
		.owner = owner,
	};
	if (client->last)
		client->last->next = job;
	else
		client->jobs = job;
	client->last = job;
	return job;
}

/* The last of a job. Its owner may close the client. */
static void job_answer(struct job *job, struct reply *reply)
{
	struct cloudformation *client = job->client;

	*(job->previous ? &job->previous->next : &client->jobs) = job->next;
	*(job->next ? &job->next->previous : &client->last) = job->previous;
	if (job->kind == CALL_GET_CALLER_IDENTITY && reply->code == REPLY_OK) {
		replace_text(&client->known_key, job->keys.access_key);
		replace_text(&client->known_account, reply->account);
	}
	job->done(job->owner, job->id, reply);
	reply_done(reply);
	job_free(job);
}

static void on_due(uv_timer_t *due)
{
	struct cloudformation *client = due->data;
	struct job *job = client->jobs;

	while (job && job->state != JOB_LOST)
		job = job->next;
	if (!job)
		return;
	struct reply reply;

	replies_lost(job->kind, &job->why, false, &reply);
	uv_timer_start(due, on_due, DUE_MS, 0); /* there may be more; and the owner may close */
	job_answer(job, &reply);
}

static void job_lose(struct job *job, const struct error *why)
{
	job->state = JOB_LOST;
	job->why = *why;
	uv_timer_start(&job->client->due, on_due, DUE_MS, 0);
}

/* --- sending --- */

static void sign(const struct job *job, const struct endpoint *endpoint, struct pairs *headers)
{
	struct sigv4_keys keys = {
		job->keys.access_key, job->keys.secret_key, job->keys.session_token};
	struct sigv4_request request = {
		.method = "POST",
		.path = endpoint->path,
		.body = text_string(&job->form),
		.body_length = job->form.length,
		.region = job->region,
		.service = query_service(job->kind),
		.wall_ms = job->signed_ms,
	};

	pairs_add(headers, "Host", endpoint->host);
	pairs_add(headers, "Content-Type", QUERY_CONTENT_TYPE);
	sigv4_sign(&keys, &request, headers, NULL);
}

static void on_http(void *owner, const struct http_reply *reply);

static void job_send(struct job *job, const struct endpoint *endpoint)
{
	struct cloudformation *client = job->client;
	AUTO_DONE(pairs_done) struct pairs headers = {0};

	job->session = sessions_get(&client->sessions, endpoint->host);
	job->signed_ms = session_wall_ms(job->session, wall_ms());
	sign(job, endpoint, &headers);
	struct http_request request = {
		.url = endpoint->url,
		.headers = &headers,
		.body = text_string(&job->form),
		.body_length = job->form.length,
		.once = call_kind_mutates(job->kind),
	};

	job->state = JOB_SENT;
	job->transfer = http_post(client->http, &request, on_http, job);
}

static bool restricted(const struct job *job)
{
	return call_kind_mutates(job->kind) && job->client->allowed_accounts.count;
}

static bool account_known(const struct job *job)
{
	const char *key = job->client->known_key;

	return key && strcmp(key, job->keys.access_key) == 0;
}

static bool account_allowed(const struct job *job, struct error *e)
{
	const struct cloudformation *client = job->client;

	return texts_have(&client->allowed_accounts, client->known_account) ||
	       error_set(e, ERROR_DENIED,
		       "the credentials are of account %s, which AllowedAccounts= doesn't have",
		       client->known_account);
}

static void ask(struct cloudformation *client, const char *region);

/* With the keys and the endpoint as they are now, for each try. */
static void job_begin(struct job *job)
{
	struct cloudformation *client = job->client;
	struct endpoint endpoint = {0};
	struct error e = {0};
	const struct credentials *keys = keyring_get(client->keyring, &e);

	if (!keys || !endpoint_find(client->endpoint_url, &client->environment,
			     query_service(job->kind), job->region, &endpoint, &e)) {
		e.kind = ERROR_DENIED; /* one stack's edit doesn't mend it */
		job_lose(job, &e);
		endpoint_done(&endpoint);
		return;
	}
	credentials_done(&job->keys);
	credentials_copy(&job->keys, keys);
	if (restricted(job) && !account_known(job)) {
		job->state = JOB_ASKS;
		ask(client, job->region);
	} else if (!restricted(job) || account_allowed(job, &e)) {
		job_send(job, &endpoint);
	} else {
		job_lose(job, &e);
	}
	endpoint_done(&endpoint);
}

/* --- whose keys these are --- */

static void on_identity(void *owner, uint64_t call, struct reply *reply)
{
	struct cloudformation *client = owner;

	(void)call;
	client->asking = false;
	error_context(&reply->error, "AllowedAccounts= can't be checked");
	for (struct job *job = client->jobs; job; job = job->next) {
		if (job->state != JOB_ASKS)
			continue;
		if (reply->code == REPLY_OK)
			job_begin(job);
		else
			job_lose(job, &reply->error);
	}
}

/* Once for all that wait. */
static void ask(struct cloudformation *client, const char *region)
{
	struct call call = {.kind = CALL_GET_CALLER_IDENTITY};

	if (client->asking)
		return;
	client->asking = true;
	struct job *job = job_new(client, call.kind, region, on_identity, client);

	query_write(&call, &job->form);
	job_begin(job);
}

/* --- what came back --- */

/* True: the job is on its way again. */
static bool resent(struct job *job, const struct answer *answer, const struct reply *reply)
{
	enum session_next next =
		session_decide(job->session, job->kind, answer, reply, job->signed_ms, wall_ms());

	if (job->again || next == SESSION_DELIVER)
		return false;
	if (next == SESSION_RENEW && !keyring_renew(job->client->keyring, &job->keys))
		return false;
	job->again = true;
	job_begin(job);
	return true;
}

static void on_http(void *owner, const struct http_reply *got)
{
	struct job *job = owner;
	struct reply reply = {0};

	job->transfer = NULL;
	if (got->error.kind != ERROR_NONE) {
		replies_lost(job->kind, &got->error, got->sent, &reply);
	} else {
		struct answer answer = {
			got->status, got->date, got->request_id, got->body, got->length};

		replies_read(job->kind, &answer, &reply);
		if (resent(job, &answer, &reply)) {
			reply_done(&reply);
			return;
		}
	}
	job_answer(job, &reply);
}

/* --- the client --- */

struct cloudformation *cloudformation_new_with(uv_loop_t *loop, const struct pairs *environment,
	const struct cloudformation_options *options)
{
	struct cloudformation *client = xcalloc(1, sizeof(*client));
	const char *bundle = pairs_filled(environment, "AWS_CA_BUNDLE");
	struct http_options http = {
		.connect_timeout_ms = options->connect_timeout_ms,
		.timeout_ms = options->timeout_ms,
		.reply_limit = options->reply_limit,
		.ca_bundle = bundle ? bundle : pairs_filled(environment, "SSL_CERT_FILE"),
	};

	client->http = http_new(loop, &http);
	client->keyring = keyring_new(environment);
	pairs_copy(&client->environment, environment);
	uv_timer_init(loop, &client->due);
	client->due.data = client;
	return client;
}

struct cloudformation *cloudformation_new(uv_loop_t *loop, const struct pairs *environment)
{
	static const struct cloudformation_options usual = {
		.connect_timeout_ms = 5000, .timeout_ms = 30000, .reply_limit = XML_LIMIT};

	return cloudformation_new_with(loop, environment, &usual);
}

void cloudformation_settings(struct cloudformation *client, const struct settings *settings)
{
	replace_text(&client->endpoint_url, settings->endpoint_url);
	texts_done(&client->allowed_accounts);
	texts_copy(&client->allowed_accounts, &settings->allowed_accounts);
	keyring_profile(client->keyring, settings->profile);
	replace_text(&client->known_key, NULL); /* another endpoint may know the key differently */
}

void cloudformation_call(struct cloudformation *client, const struct call *call,
	cloudformation_done *done, void *owner)
{
	struct job *job = job_new(client, call->kind, call->region, done, owner);

	job->id = call->id;
	query_write(call, &job->form);
	job_begin(job);
}

const char *cloudformation_region(const struct cloudformation *client)
{
	return keyring_region(client->keyring);
}

static void client_free(struct cloudformation *client)
{
	keyring_free(client->keyring);
	pairs_done(&client->environment);
	free(client->endpoint_url);
	texts_done(&client->allowed_accounts);
	free(client->known_key);
	free(client->known_account);
	sessions_done(&client->sessions);
	free(client);
}

static void on_part_closed(void *owner)
{
	struct cloudformation *client = owner;

	if (--client->handles)
		return;
	if (client->closed)
		client->closed(client->owner);
	client_free(client);
}

static void on_due_closed(uv_handle_t *due)
{
	on_part_closed(due->data);
}

void cloudformation_close(struct cloudformation *client, void (*closed)(void *owner), void *owner)
{
	if (!client)
		return;
	client->closed = closed;
	client->owner = owner;
	client->handles = 2;
	for (struct job *job = client->jobs, *next; job; job = next) {
		next = job->next;
		job_free(job);
	}
	http_close(client->http, on_part_closed, client);
	uv_close((uv_handle_t *)&client->due, on_due_closed);
}
