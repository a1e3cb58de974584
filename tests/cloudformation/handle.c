#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cloudformation/faults.h"
#include "cloudformation/form.h"
#include "cloudformation/inputs.h"
#include "cloudformation/ledger.h"
#include "cloudformation/signature.h"
#include "cloudformation/xml.h"

static const char default_account[] = "111111111111";
static const char token_invalid[] = "The security token included in the request is invalid.";

static const struct account *find_account(const struct model *model, const char *access_key)
{
	for (size_t i = 0; i < model->account_count; i++)
		if (strcmp(model->accounts[i].access_key, access_key) == 0)
			return &model->accounts[i];
	return NULL;
}

static bool check_identity(struct exchange *exchange, const struct model_request *request,
	const struct signature *signature, const struct account *account)
{
	const struct model *model = exchange->model;
	const struct action *action = action_find(exchange->action);
	struct refusal refusal;

	if (model->account_count && *exchange->access_key && !account)
		return refuse(exchange, 403, "InvalidClientTokenId", "%s", token_invalid);
	if (!model->options.check_signature)
		return true;
	if (!header_value(request, "Authorization"))
		return refuse(exchange, 403, "MissingAuthenticationToken",
			"Request is missing Authentication Token");
	if (!*signature->access_key)
		return refuse(exchange, 400, "IncompleteSignature",
			"Authorization header requires 'Credential', 'Signature', 'SignedHeaders' "
			"and 'X-Amz-Date'.");
	if (!account)
		return refuse(exchange, 403, "InvalidClientTokenId", "%s", token_invalid);
	struct signature_check check = {
		.secret_key = account->secret_key,
		.session_token = account->session_token,
		.service = action && action->is_sts ? "sts" : "cloudformation",
		.now_ms = exchange->now_ms + (uint64_t)model->skew_ms,
		.behind_ms = model->options.skew_behind_ms,
		.ahead_ms = model->options.skew_ahead_ms,
	};

	if (signature_check(request, signature, &check, &refusal))
		return true;
	return refuse(exchange, refusal.status, refusal.code, "%s", refusal.text);
}

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
	if (strcmp(fault->kind, "denied") != 0)
		return false;
	const char *stack = field(exchange, "StackName");
	const char *action = exchange->action ? exchange->action : "";
	AUTO(free_text)
	char *resource =
		stack && text_starts(stack, "arn:")
			? xstrdup(stack)
			: xasprintf("arn:aws:cloudformation:%s:%s:stack/%s/*", exchange->region,
				  exchange->account, stack ? stack : "*");

	refuse(exchange, 403, "AccessDenied",
		"User: arn:aws:iam::%s:user/model is not authorized to perform: cloudformation:%s "
		"on resource: %s because no identity-based policy allows the cloudformation:%s "
		"action",
		exchange->account, action, resource, action);
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

static void write_reply(const struct exchange *exchange, bool html, struct model_reply *reply)
{
	struct text body = {0};
	char date[40];

	if (html)
		text_add(&body, "<html><body><h1>503 Service Temporarily Unavailable</h1></body>"
				"</html>\r\n");
	else
		exchange_render(exchange, &body);
	if (exchange->malformed && body.length > 40)
		memcpy(body.data + body.length / 2, "<&\x01>", 4);
	reply->status = exchange->status;
	reply->body_length = body.length;
	reply->body = text_take(&body);
	reply->cut_length = reply->body_length / 2;
	reply->effect = exchange->effect;
	http_date(exchange->now_ms + (uint64_t)exchange->model->skew_ms, date);
	pairs_add(&reply->headers, "Content-Type", html ? "text/html" : "text/xml");
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
		.account = default_account,
		.region = model->default_region,
		.access_key = ""};
	exchange->request_id = model_uuid(model);
}

static void exchange_done(struct exchange *exchange)
{
	pairs_done(&exchange->fields);
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

static bool read_request(struct exchange *exchange, const struct model_request *request)
{
	if (strcmp(request->method, "POST") != 0 || strcmp(request->target, "/") != 0)
		return refuse(exchange, 400, "MalformedInput", "Only POST to / is modelled.");
	if (!form_decode(request->body, request->body_length, &exchange->fields))
		return refuse(exchange, 400, "MalformedInput", "The form cannot be read.");
	exchange->action = field(exchange, "Action");
	return true;
}

void model_handle(struct model *model, uint64_t now_ms, const struct model_request *request,
	struct model_reply *reply)
{
	struct exchange exchange;
	struct signature signature;
	const struct account *account = NULL;
	const struct fault *fault = NULL;
	bool html = false;

	*reply = (struct model_reply){0};
	exchange_begin(&exchange, model, now_ms);
	if (signature_read(request, &signature)) {
		exchange.access_key = signature.access_key;
		exchange.region = signature.region;
		account = find_account(model, signature.access_key);
		exchange.account = account ? account->id : default_account;
	}
	bool readable = read_request(&exchange, request);

	if (readable)
		fault = fault_take(&exchange);
	if (fault) {
		reply->kill_pid = fault->pid;
		html = strcmp(fault->kind, "html") == 0;
		if (strcmp(fault->kind, "late") == 0)
			keep_for_later(&exchange, request, fault->delay_ms);
	}
	if (readable && !(fault && play_instead(&exchange, fault, reply)) &&
		check_identity(&exchange, request, &signature, account)) {
		run(&exchange);
		if (fault)
			play_after(&exchange, fault, reply);
	}
	write_reply(&exchange, html, reply);
	transcript_add(&exchange, reply);
	exchange_done(&exchange);
}

void model_act(struct model *model, uint64_t now_ms, const char *access_key, const char *region,
	const char *form, struct model_reply *reply)
{
	struct exchange exchange;
	struct model_reply unused = {0};
	struct model_reply *out = reply ? reply : &unused;
	const struct account *account = find_account(model, access_key);

	*out = (struct model_reply){0};
	exchange_begin(&exchange, model, now_ms);
	exchange.access_key = access_key;
	if (region)
		exchange.region = region;
	if (account)
		exchange.account = account->id;
	if (form_decode(form, strlen(form), &exchange.fields)) {
		exchange.action = field(&exchange, "Action");
		run(&exchange);
	} else {
		refuse(&exchange, 400, "MalformedInput", "The form cannot be read.");
	}
	write_reply(&exchange, false, out);
	transcript_add(&exchange, out);
	exchange_done(&exchange);
	model_reply_done(&unused);
}
