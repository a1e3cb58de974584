#include "aws/replies.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "aws/fault.h"
#include "aws/members.h"
#include "base/memory.h"
#include "base/text.h"

/* Goes into journal fields: nothing but what ids are made of. */
static void keep_id(char *id)
{
	char *to = id;

	for (const char *from = id; *from; from++)
		if (isalnum((unsigned char)*from) || *from == '-' || *from == '_')
			*to++ = *from;
	*to = '\0';
}

static const char *describe_body(const struct answer *answer)
{
	size_t i = 0;

	while (i < answer->length && isspace((unsigned char)answer->body[i]))
		i++;
	if (i == answer->length)
		return "nothing";
	if (answer->body[i] == '{')
		return "JSON";
	if (answer->body[i] != '<')
		return "something else";
	size_t left = answer->length - i;

	return (left >= 5 && strncasecmp(answer->body + i, "<html", 5) == 0) ||
			       (left >= 9 && strncasecmp(answer->body + i, "<!doctype", 9) == 0)
		       ? "HTML"
		       : "other XML";
}

/* No code of AWS in it: a proxy, a load balancer, or a reply that was cut. */
static void sort_unreadable(
	const struct answer *answer, const struct error *why, struct reply *reply)
{
	int status = answer->http_status;
	bool success = status >= 200 && status < 300;
	enum error_kind kind = status == 403               ? ERROR_DENIED
			       : fault_is_overload(status) ? ERROR_THROTTLED
							   : ERROR_TRANSIENT;

	reply->code = REPLY_ERROR;
	reply->scope_wide = !success;
	if (success)
		error_set(&reply->error, kind, "the reply can't be read: %s", why->text);
	else
		error_set(&reply->error, kind, "HTTP %d: expected an answer of AWS, found %s",
			status, describe_body(answer));
}

/* A reply that is no success must not look half like one. */
static void keep_only_fault(struct reply *reply)
{
	struct reply fault = {.code = reply->code,
		.error = reply->error,
		.scope_wide = reply->scope_wide,
		.http_status = reply->http_status};

	memcpy(fault.aws_code, reply->aws_code, sizeof(fault.aws_code));
	memcpy(fault.request_id, reply->request_id, sizeof(fault.request_id));
	reply_done(reply);
	*reply = fault;
}

/* Not even a request id: that is in a header. */
static bool says_nothing(enum call_kind kind, const struct answer *answer)
{
	return kind == CALL_UPLOAD_TEMPLATE && !answer->length && answer->http_status == 200;
}

void replies_read(enum call_kind kind, const struct answer *answer, struct reply *reply)
{
	struct refusal refusal = {0};
	struct error why = {0};
	bool success = answer->http_status >= 200 && answer->http_status < 300;

	if (answer->request_id)
		snprintf(reply->request_id, sizeof(reply->request_id), "%s", answer->request_id);
	bool read = says_nothing(kind, answer) ||
		    members_read(kind, answer->body, answer->length, reply, &refusal, &why);

	keep_id(reply->request_id);
	reply->http_status = answer->http_status;
	if (read && success && !refusal.code) {
		reply->code = REPLY_OK;
		reply->effect = EFFECT_CONFIRMED;
		return;
	}
	bool refused = read && refusal.code && *refusal.code;

	if (refused)
		fault_sort(kind, answer->http_status, refusal.code,
			refusal.message ? refusal.message : "", reply);
	else
		sort_unreadable(answer, &why, reply);
	keep_only_fault(reply);
	bool by_aws = refused && answer->http_status >= 400 && answer->http_status < 500;

	reply->effect = by_aws || !call_kind_mutates(kind) ? EFFECT_NONE : EFFECT_MAYBE;
	refusal_done(&refusal);
}

void replies_lost(enum call_kind kind, const struct error *why, bool sent, struct reply *reply)
{
	*reply = (struct reply){
		.code = REPLY_ERROR,
		.error = *why,
		.scope_wide = true,
		.effect = sent && call_kind_mutates(kind) ? EFFECT_MAYBE : EFFECT_NONE,
	};
}
