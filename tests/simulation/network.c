/* The network: a call becomes signed bytes, the model's bytes become a reply. */
#include <string.h>

#include "aws/query.h"
#include "aws/replies.h"
#include "aws/sigv4.h"
#include "base/text.h"
#include "simulation/nest.h"
#include "simulation/uploads.h"
#include "simulation/world.h"

enum { TIMEOUT_MS = 30000 };

static const struct sigv4_keys keys = {WORLD_KEY, "simulated/secret", NULL};

/* --- what it is about --- */

const struct sent *network_sent(const struct world *world, const char *token)
{
	for (size_t i = world->sent_count; token && i-- > 0;)
		if (strcmp(world->sent[i].token, token) == 0)
			return &world->sent[i];
	return NULL;
}

/* What stands between `before` and the next '/'; NULL: nothing does. */
static char *segment(const char *arn, const char *before)
{
	const char *found = strstr(arn, before);

	return found ? xstrndup(found + strlen(before), strcspn(found + strlen(before), "/"))
		     : NULL;
}

char *network_stack(const struct world *world, const struct call *call)
{
	if (call->stack) {
		char *name = segment(call->stack, ":stack/");

		return name ? name : xstrdup(call->stack);
	}
	if (!call->change_set)
		return xstrdup(call->region ? call->region : "");
	AUTO(free_text) char *set = segment(call->change_set, ":changeSet/");
	char *nested = set ? strstr(set, "-" NEST "-") : NULL;

	/* A nested set goes by the name of the one above. */
	if (nested)
		*nested = '\0';
	const struct sent *sent = network_sent(world, set ? set : call->change_set);

	return xstrdup(sent ? sent->stack : "");
}

static void note_sent(struct world *world, const char *token, const char *stack)
{
	struct sent *sent = (struct sent *)network_sent(world, token);

	if (!token)
		return;
	if (!sent) {
		GROW(world->sent, world->sent_size, world->sent_count + 1);
		sent = &world->sent[world->sent_count++];
		*sent = (struct sent){xstrdup(token), xstrdup(stack), world->now_ms, 0};
	}
	sent->last_ms = world->now_ms;
}

/* Whatever carries a token is remembered before it leaves: else a kill would do it twice. */
static void check_remembered(struct world *world, const struct call *call)
{
	const char *token = call->token ? strrchr(call->token, '-') : NULL;
	bool remembered = token == NULL;

	for (size_t i = 0; i < world->records.count && !remembered; i++) {
		const char *record = world->records.items[i].value;

		remembered = record && strstr(record, token + 1);
	}
	if (!remembered)
		world_breach(world, SAVED_BEFORE_SENT, "%s leaves before its token %s is saved",
			call_kind_name(call->kind), call->token);
}

/* --- out --- */

static uint64_t scaled(const struct world *world, uint64_t fraction)
{
	return 1 + world->delay_ms * fraction / 1000;
}

static struct happening *add_answer(struct world *world, enum call_kind kind, uint64_t call,
	const char *region, uint64_t delay_ms)
{
	struct happening *one = world_add(world, HAPPENING_ANSWER, delay_ms);

	one->call = call;
	one->call_kind = kind;
	one->key = xstrdup(region);
	return one;
}

static void lose(struct happening *answer, enum error_kind kind, bool sent, const char *why)
{
	struct error e = {0};

	error_set(&e, kind, "%s", why);
	replies_lost(answer->call_kind, &e, sent, &answer->reply);
}

static void sign(struct world *world, struct happening *request)
{
	const char *service = query_service(request->call_kind);
	AUTO(free_text)
	char *host = xasprintf("%s.%s.amazonaws.com", service, request->key);
	const struct session *session = sessions_get(&world->sessions, host);

	request->signed_ms = session_wall_ms(session, world_moment(world).wall_ms);
	struct sigv4_request signing = {
		.method = "POST",
		.path = "/",
		.body = request->body,
		.body_length = strlen(request->body),
		.region = request->key,
		.service = service,
		.wall_ms = request->signed_ms,
	};

	pairs_done(&request->headers);
	pairs_add(&request->headers, "Host", host);
	pairs_add(&request->headers, "Content-Type", QUERY_CONTENT_TYPE);
	sigv4_sign(&keys, &signing, &request->headers, NULL);
}

static void send_request(struct world *world, const struct call *call, const struct fate *fate)
{
	uint64_t delay_ms = scaled(world, fate->delay_ms);
	bool late = fate->fault == FAULT_LATE;

	if (fate->fault == FAULT_REFUSED) {
		lose(add_answer(world, call->kind, call->id, call->region, delay_ms),
			ERROR_TRANSIENT, false, "Connection refused");
		return;
	}
	if (late || fate->fault == FAULT_LOST || fate->fault == FAULT_REPLY_LOST) {
		/* The request is given up after its timeout, whether or not it ever arrives. */
		world_tell(world, "     (%s)", fault_name(fate->fault));
		lose(add_answer(world, call->kind, call->id, call->region, TIMEOUT_MS),
			ERROR_TRANSIENT, true, "Timeout was reached");
	}
	if (fate->fault == FAULT_LOST)
		return;
	struct happening *request =
		world_add(world, HAPPENING_ARRIVAL, late ? TIMEOUT_MS + fate->late_ms : delay_ms);
	struct text form = {0};

	query_write(call, &form);
	request->body = text_take(&form);
	request->call = call->id;
	request->call_kind = call->kind;
	request->key = xstrdup(call->region);
	request->fate = *fate;
	sign(world, request);
}

void network_send(struct world *world, const struct call *call, const struct fate *drawn)
{
	struct fate own = *drawn;
	const struct fate *fate = &own;

	if (own.fault == FAULT_NONE && nest_hidden(world, call))
		own.fault = FAULT_DENIED;
	if (call->kind == CALL_RECALL) {
		disk_recall(world, call, fate);
		return;
	}
	if (call->kind == CALL_SAVE) {
		disk_save(world, call, fate);
		return;
	}
	AUTO(free_text) char *stack = network_stack(world, call);
	bool mutates = call_kind_mutates(call->kind);

	world->counts.calls++;
	world->counts.mutations += mutates;
	world->coverage->call[call->kind][fate->fault]++;
	check_remembered(world, call);
	note_sent(world, call->token, stack);
	rates_leave(world, call);
	if (mutates)
		world->leaves(world->owner, call, stack);
	/* While such a request is missing its manifest may be edited: see plot_provoke(). */
	if (call->kind == CALL_CREATE_CHANGE_SET &&
		(fate->fault == FAULT_LATE || fate->fault == FAULT_REPLY_LOST)) {
		replace_text(&world->provoked, stack);
		world->provocation = fate->edit;
	}
	if (call->kind == CALL_UPLOAD_TEMPLATE)
		uploads_send(world, call, fate);
	else
		send_request(world, call, fate);
}

/* --- in --- */

/* What the transport makes of the model's reply. True: it is to be sent again, with another time.
 */
static bool hear(struct world *world, const struct model_reply *from, struct happening *request,
	struct reply *reply)
{
	struct answer heard = {
		.http_status = from->status,
		.date = pairs_get(&from->headers, "Date"),
		.request_id = pairs_get(&from->headers, "x-amzn-RequestId"),
		.body = from->body,
		.length = from->body_length,
	};
	struct error e = {0};

	if (from->fate != MODEL_ANSWER) {
		error_set(&e, ERROR_TRANSIENT, "%s",
			from->fate == MODEL_HANG ? "Timeout was reached" : "Connection was reset");
		replies_lost(request->call_kind, &e, true, reply);
		return false;
	}
	replies_read(request->call_kind, &heard, reply);
	if (request->life != world->life)
		return false;
	struct session *session =
		sessions_get(&world->sessions, pairs_get(&request->headers, "Host"));

	return session_decide(session, request->call_kind, &heard, reply, request->signed_ms,
		       world_moment(world).wall_ms) == SESSION_RESEND &&
	       !request->again;
}

static void send_again(struct world *world, struct happening *request)
{
	struct happening *again =
		world_add(world, HAPPENING_ARRIVAL, scaled(world, request->fate.reply_delay_ms));

	again->body = take(request->body);
	again->key = xstrdup(request->key);
	again->call = request->call;
	again->call_kind = request->call_kind;
	again->fate = request->fate;
	again->again = true;
	sign(world, again);
}

void network_prepare(struct world *world, const struct happening *request)
{
	enum fault fault = request->fate.fault;
	struct error e = {0};

	if (request->life != world->life)
		world->coverage->call[request->call_kind][FAULT_POSTHUMOUS]++;
	model_reseed(world->model, request->fate.service_seed);
	if (fault < FAULT_OF_SERVICE)
		return;
	AUTO(free_text)
	char *json = xasprintf("{\"faults\":[{\"kind\":\"%s\"}]}", fault_name(fault));

	if (!model_scenario(world->model, json, &e))
		world_breach(world, SOUND_SIMULATION, "%s", e.text);
}

static bool is_unheard(const struct world *world, const struct happening *request)
{
	return request->life != world->life || request->fate.fault == FAULT_LATE ||
	       request->fate.fault == FAULT_REPLY_LOST;
}

static void note_stray(struct world *world, const char *form)
{
	for (size_t i = 0; i < world->sent_count; i++)
		if (strstr(form, world->sent[i].token))
			world->sent[i].stray = true;
}

static void tell_arrival(struct world *world, const struct happening *request, int status)
{
	const struct model_line *line =
		model_line(world->model, model_line_count(world->model) - 1);

	if (call_kind_mutates(request->call_kind) || status != 200)
		world_tell(world, "  <- #%u %s: %d %s%s", (unsigned)request->call, line->action,
			status, line->code, line->effect ? ", accepted" : "");
}

void network_arrive(struct world *world, struct happening *request)
{
	struct model_request arriving = {
		.method = "POST",
		.target = "/",
		.headers = request->headers,
		.body = request->body,
		.body_length = request->body ? strlen(request->body) : 0,
	};
	struct model_reply reply;
	struct reply heard = {0};

	if (request->carried) {
		uploads_arrive(world, request);
		return;
	}
	network_prepare(world, request);
	model_handle(world->model, world_wall(world), &arriving, &reply);
	tell_arrival(world, request, reply.status);
	bool unheard = is_unheard(world, request);

	if (unheard && request->fate.fault != FAULT_REPLY_LOST)
		note_stray(world, request->body);
	if (!unheard && hear(world, &reply, request, &heard)) {
		send_again(world, request);
	} else if (!unheard) {
		uint64_t delay_ms = reply.delay_ms + scaled(world, request->fate.reply_delay_ms);

		add_answer(world, request->call_kind, request->call, request->key,
			reply.fate == MODEL_HANG ? TIMEOUT_MS : delay_ms)
			->reply = heard;
		if (request->call_kind == CALL_DESCRIBE_CHANGE_SET && heard.code == REPLY_OK)
			nest_note_read(world, &heard);
		heard = (struct reply){0};
	}
	reply_done(&heard);
	model_reply_done(&reply);
}
