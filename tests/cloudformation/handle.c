#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cloudformation/faults.h"
#include "cloudformation/form.h"
#include "cloudformation/handle.h"
#include "cloudformation/identity.h"
#include "cloudformation/inputs.h"
#include "cloudformation/ledger.h"
#include "cloudformation/objects.h"

static const char token_invalid[] = "The security token included in the request is invalid.";

static void run(struct exchange *exchange)
{
	const struct action *action = action_find(exchange->action);
	const char *version = field(exchange, "Version");

	if (!exchange->action) {
		refuse(exchange, 400, "MissingAction", "No action was supplied with this request.");
	} else if (!action || (version && strcmp(version, action->is_sts ? "2011-06-15"
									 : "2010-05-15") != 0)) {
		refuse(exchange, 400, "InvalidAction",
			exchange->model->options.other_texts
				? "The action %s is not valid for version %s"
				: "Could not find operation %s for version %s",
			exchange->action, version ? version : "NO_VERSION_SPECIFIED");
	} else if (inputs_check(exchange, action->required)) {
		action->handler(exchange);
	}
	model_advance(exchange->model, exchange->now_ms); /* schedules of 0 ms */
}

/* What the action would have been done to. */
static char *resource_of(const struct exchange *exchange)
{
	const char *stack = field(exchange, "StackName");

	if (strcmp(exchange->service, "s3") == 0)
		return xasprintf("\"arn:aws:s3:::%s/%s\"", field(exchange, "Bucket"),
			field(exchange, "Key"));
	if (strcmp(exchange->service, "sts") == 0 && field(exchange, "RoleArn"))
		return xstrdup(field(exchange, "RoleArn"));
	if (stack && text_starts(stack, "arn:"))
		return xstrdup(stack);
	return xasprintf("arn:aws:cloudformation:%s:%s:stack/%s/*", exchange->region,
		exchange->account, stack ? stack : "*");
}

static void deny(struct exchange *exchange)
{
	const char *action = exchange->action ? exchange->action : "";
	AUTO(free_text) char *resource = resource_of(exchange);
	AUTO(free_text) char *arn = identity_arn(exchange);

	refuse(exchange, 403, "AccessDenied",
		"User: %s is not authorized to perform: %s:%s on resource: %s because no "
		"identity-based policy allows the %s:%s action",
		arn, exchange->service, action, resource, exchange->service, action);
}

/* What a fault answers instead of the action; false: it lets the action run. */
static bool play_instead(
	struct exchange *exchange, const struct fault *fault, struct model_reply *reply)
{
	static const struct {
		const char *kind;
		int status;
		const char *code, *message;
	} answers[] = {
		{"throttle", 400, "Throttling", "Rate exceeded"},
		{"internal", 500, "InternalFailure",
			"The request processing has failed because of an unknown error, exception "
			"or failure."},
		{"unavailable", 503, "ServiceUnavailable",
			"The request has failed due to a temporary failure of the server."},
		{"html", 503, "ServiceUnavailable", ""},
		{"expired-token", 403, "ExpiredToken",
			"The security token included in the request is expired"},
		{"invalid-token", 403, "InvalidClientTokenId", token_invalid},
	};
	static const struct {
		const char *kind;
		enum model_fate fate;
	} fates[] = {
		{"hang", MODEL_HANG},
		{"late", MODEL_HANG},
		{"reset-before", MODEL_RESET_BEFORE},
		{"kill-before", MODEL_KILL_BEFORE},
	};

	for (size_t i = 0; i < COUNT(answers); i++)
		if (strcmp(fault->kind, answers[i].kind) == 0) {
			bool other = i == 0 && exchange->model->options.throttling_exception;

			refuse(exchange, answers[i].status,
				other ? "ThrottlingException" : answers[i].code, "%s",
				answers[i].message);
			return true;
		}
	for (size_t i = 0; i < COUNT(fates); i++)
		if (strcmp(fault->kind, fates[i].kind) == 0) {
			reply->fate = fates[i].fate;
			return true;
		}
	if (strcmp(fault->kind, "status") == 0)
		refuse(exchange, (int)fault->status, "Fault", "as the scenario has it");
	else if (strcmp(fault->kind, "denied") == 0)
		deny(exchange);
	else
		return false;
	return true;
}

/* What happens to the answer of an action that ran. */
static void play_after(
	struct exchange *exchange, const struct fault *fault, struct model_reply *reply)
{
	if (strcmp(fault->kind, "hang-after") == 0)
		reply->fate = MODEL_HANG;
	else if (strcmp(fault->kind, "reset-after") == 0)
		reply->fate = MODEL_RESET_AFTER;
	else if (strcmp(fault->kind, "cut") == 0)
		reply->fate = MODEL_CUT;
	else if (strcmp(fault->kind, "kill-after") == 0)
		reply->fate = MODEL_KILL_AFTER;
	else if (strcmp(fault->kind, "bad-xml") == 0)
		exchange->malformed = true;
	else if (strcmp(fault->kind, "slow") == 0)
		reply->delay_ms = fault->delay_ms;
}

static void http_date(uint64_t time_ms, char out[40])
{
	time_t seconds = (time_t)(time_ms / 1000);
	struct tm parts;

	gmtime_r(&seconds, &parts);
	strftime(out, 40, "%a, %d %b %Y %H:%M:%S GMT", &parts);
}

static const char *write_body(const struct exchange *exchange, bool html, struct text *body)
{
	if (html) {
		text_add(body, "<html><body><h1>503 Service Temporarily Unavailable</h1></body>"
			       "</html>\r\n");
		return "text/html";
	}
	if (exchange->raw_type) {
		text_add_bytes(body, text_string(&exchange->result), exchange->result.length);
		return exchange->raw_type;
	}
	if (strcmp(exchange->service, "s3") == 0)
		objects_render_error(exchange, body);
	else if (strcmp(exchange->service, "metadata") == 0)
		text_format(body, "%s: %s\n", exchange->code, exchange->message);
	else
		exchange_render(exchange, body);
	return "text/xml";
}

static void write_reply(const struct exchange *exchange, bool html, struct model_reply *reply)
{
	struct text body = {0};
	char date[40];
	const char *type = write_body(exchange, html, &body);

	if (exchange->malformed && body.length > 40)
		memcpy(body.data + body.length / 2, "<&\x01>", 4);
	reply->status = exchange->status;
	reply->body_length = body.length;
	reply->body = text_take(&body);
	reply->cut_length = reply->body_length / 2;
	reply->effect = exchange->effect;
	http_date(exchange->now_ms + (uint64_t)exchange->model->skew_ms, date);
	pairs_copy(&reply->headers, &exchange->headers);
	pairs_add(&reply->headers, "Content-Type", type);
	pairs_add(&reply->headers, "x-amzn-RequestId", exchange->request_id);
	pairs_add(&reply->headers, "Date", date);
	if (exchange->status >= 400)
		pairs_add(&reply->headers, "Connection", "close");
}

static void exchange_begin(struct exchange *exchange, struct model *model, uint64_t now_ms)
{
	model_advance(model, now_ms);
	*exchange = (struct exchange){.model = model,
		.now_ms = model->now_ms,
		.status = 200,
		.code = "",
		.service = "cloudformation",
		.host = "",
		.region = model->default_region,
		.access_key = ""};
	exchange->request_id = model_uuid(model);
}

static void exchange_done(struct exchange *exchange)
{
	pairs_done(&exchange->fields);
	pairs_done(&exchange->headers);
	text_done(&exchange->result);
	free(exchange->request_id);
	free(exchange->message);
}

static void keep_for_later(
	struct exchange *exchange, const struct model_request *request, uint64_t delay_ms)
{
	struct model *model = exchange->model;

	GROW(model->later, model->later_size, model->later_count + 1);
	model->later[model->later_count++] = (struct later){
		.time_ms = exchange->now_ms + delay_ms,
		.access_key = xstrdup(exchange->access_key),
		.region = xstrdup(exchange->region),
		.form = xstrndup(request->body, request->body_length),
	};
}

static bool read_form(struct exchange *exchange, const struct model_request *request)
{
	if (!form_decode(request->body, request->body_length, &exchange->fields))
		return refuse(exchange, 400, "MalformedInput", "The form cannot be read.");
	exchange->action = field(exchange, "Action");
	const struct action *action = action_find(exchange->action);

	if (action && action->is_sts)
		exchange->service = "sts";
	return true;
}

static bool run_form(struct exchange *exchange, const struct model_request *request)
{
	const struct action *action = action_find(exchange->action);

	if (!(action && action->is_open) && !identity_check(exchange, request, exchange->service))
		return false;
	run(exchange);
	return true;
}

static const struct protocol forms = {read_form, run_form};

void handle(struct model *model, uint64_t now_ms, const struct model_request *request,
	const struct protocol *protocol, struct model_reply *reply)
{
	struct exchange exchange;
	const struct fault *fault = NULL;
	bool html = false;

	*reply = (struct model_reply){0};
	exchange_begin(&exchange, model, now_ms);
	identity_read(&exchange, request);
	if (header_value(request, "Host"))
		exchange.host = header_value(request, "Host");
	bool readable = protocol->read(&exchange, request);

	if (readable)
		fault = fault_take(&exchange);
	if (fault) {
		reply->kill_pid = fault->pid;
		html = strcmp(fault->kind, "html") == 0;
		if (strcmp(fault->kind, "late") == 0 && protocol == &forms)
			keep_for_later(&exchange, request, fault->delay_ms);
	}
	if (readable && !(fault && play_instead(&exchange, fault, reply)) &&
		protocol->run(&exchange, request) && fault)
		play_after(&exchange, fault, reply);
	write_reply(&exchange, html, reply);
	transcript_add(&exchange, reply);
	exchange_done(&exchange);
}

void model_handle(struct model *model, uint64_t now_ms, const struct model_request *request,
	struct model_reply *reply)
{
	bool is_form = strcmp(request->method, "POST") == 0 && strcmp(request->target, "/") == 0;

	handle(model, now_ms, request, is_form ? &forms : &objects_protocol, reply);
}

void model_act(struct model *model, uint64_t now_ms, const char *access_key, const char *region,
	const char *form, struct model_reply *reply)
{
	struct exchange exchange;
	struct model_reply unused = {0};
	struct model_reply *out = reply ? reply : &unused;
	const struct model_request request = {
		.method = "POST", .target = "/", .body = form, .body_length = strlen(form)};

	*out = (struct model_reply){0};
	exchange_begin(&exchange, model, now_ms);
	identity_assume(&exchange, access_key);
	if (region)
		exchange.region = region;
	if (read_form(&exchange, &request))
		run(&exchange);
	write_reply(&exchange, false, out);
	transcript_add(&exchange, out);
	exchange_done(&exchange);
	model_reply_done(&unused);
}
