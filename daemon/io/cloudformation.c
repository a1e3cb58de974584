#include "io/cloudformation.h"

#include "aws/query.h"
#include "aws/xml.h"
#include "base/memory.h"
#include "base/text.h"
#include "io/cloudformation_job.h"

static void on_changed(void *owner, struct identity *identity, const struct error *error)
{
	jobs_look(owner, identity, error);
}

struct cloudformation *cloudformation_new_with(uv_loop_t *loop, const struct pairs *environment,
	const struct cloudformation_options *options)
{
	struct cloudformation *client = xcalloc(1, sizeof(*client));
	struct http_options http = {
		.connect_timeout_ms = options->connect_timeout_ms,
		.timeout_ms = options->timeout_ms,
		.reply_limit = options->reply_limit,
		.environment = &client->environment,
	};

	pairs_copy(&client->environment, environment);
	client->sender.http = http_new(loop, &http);
	client->sender.environment = &client->environment;
	client->keeper =
		keeper_new(loop, &client->environment, &client->sender, on_changed, client);
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

static const char *bundle(const struct cloudformation *client, const struct settings *settings)
{
	const char *found = settings->ca_bundle;

	if (!found)
		found = pairs_filled(&client->environment, "AWS_CA_BUNDLE");
	if (!found)
		found = pairs_filled(&client->sender.profile.all, "ca_bundle");
	return found ? found : pairs_filled(&client->environment, "SSL_CERT_FILE");
}

void cloudformation_settings(struct cloudformation *client, const struct settings *settings)
{
	/* Another endpoint may know a key differently. */
	if (!text_same(client->sender.endpoint_url, settings->endpoint_url))
		identities_forget_accounts(keeper_identities(client->keeper));
	replace_text(&client->sender.endpoint_url, settings->endpoint_url);
	client->sender.plain_http = settings->allow_plain_http;
	texts_done(&client->allowed_accounts);
	texts_copy(&client->allowed_accounts, &settings->allowed_accounts);
	keeper_settings(client->keeper, settings);
	http_trust(client->sender.http, bundle(client, settings));
}

void cloudformation_call(struct cloudformation *client, const struct call *call,
	cloudformation_done *done, void *owner)
{
	struct identity *identity = identities_get(
		keeper_identities(client->keeper), call->assume_role, call->external_id);
	struct job *job = job_new(client, call->kind, call->region, identity);

	job->id = call->id;
	job->done = done;
	job->owner = owner;
	if (call->kind == CALL_UPLOAD_TEMPLATE) {
		text_add(&job->form, call->body);
		upload_begin(&job->upload, call, &job->form);
	} else {
		query_write(call, &job->form);
	}
	job_begin(job);
}

const char *cloudformation_region(const struct cloudformation *client)
{
	return client->sender.profile.region;
}

static void client_free(struct cloudformation *client)
{
	pairs_done(&client->environment);
	sender_done(&client->sender);
	texts_done(&client->allowed_accounts);
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
	keeper_close(client->keeper);
	http_close(client->sender.http, on_part_closed, client);
	uv_close((uv_handle_t *)&client->due, on_due_closed);
}
