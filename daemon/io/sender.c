#include "io/sender.h"

#include <time.h>

#include "aws/query.h"
#include "aws/sigv4.h"
#include "base/memory.h"

uint64_t sender_wall_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void sender_done(struct sender *sender)
{
	free(sender->endpoint_url);
	client_profile_done(&sender->profile);
	sessions_done(&sender->sessions);
}

bool sender_endpoint(const struct sender *sender, const char *service, const char *region,
	struct endpoint *out, struct error *e)
{
	const struct client_profile *profile = &sender->profile;
	struct endpoint_options options = {
		.setting = sender->endpoint_url,
		.environment = sender->environment,
		.profile = &profile->all,
		.services = profile->has_services ? &profile->services : NULL,
		.plain_http = sender->plain_http,
	};

	if (endpoint_find(&options, service, region, out, e))
		return true;
	e->kind = ERROR_DENIED;
	return false;
}

static void sign(const struct sender_form *form, uint64_t wall_ms, struct pairs *headers)
{
	struct sigv4_keys keys = {
		form->keys->access_key, form->keys->secret_key, form->keys->session_token};
	struct sigv4_request request = {
		.method = form->method ? form->method : "POST",
		.path = form->endpoint->path,
		.body = form->form ? text_string(form->form) : "",
		.body_length = form->form ? form->form->length : 0,
		.region = form->endpoint->region,
		.service = form->service,
		.wall_ms = wall_ms,
	};

	sigv4_sign(&keys, &request, headers, NULL);
}

struct http_transfer *sender_send(struct sender *sender, const struct sender_form *form,
	struct session **session, uint64_t *signed_ms, http_done *done, void *owner)
{
	const struct endpoint *endpoint = form->endpoint;
	AUTO_DONE(pairs_done) struct pairs headers = {0};

	*session = sessions_get(&sender->sessions, endpoint->host);
	*signed_ms = session_wall_ms(*session, sender_wall_ms());
	pairs_add(&headers, "Host", endpoint->host);
	for (size_t i = 0; form->headers && i < form->headers->count; i++)
		pairs_add(&headers, form->headers->items[i].name, form->headers->items[i].value);
	if (!form->headers)
		pairs_add(&headers, "Content-Type", QUERY_CONTENT_TYPE);
	if (form->keys)
		sign(form, *signed_ms, &headers);
	struct http_request request = {
		.method = form->method,
		.url = endpoint->url,
		.headers = &headers,
		.body = form->form ? text_string(form->form) : "",
		.body_length = form->form ? form->form->length : 0,
		.once = form->once,
		.secret = form->secret,
		.timeout_ms = form->timeout_ms,
	};

	return http_send(sender->http, &request, done, owner);
}
