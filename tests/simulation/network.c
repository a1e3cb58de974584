/* The network: a call becomes signed bytes, the model's bytes become a reply. */
#include <string.h>

#include "aws/query.h"
#include "aws/replies.h"
#include "aws/sigv4.h"
#include "base/text.h"
#include "simulation/keeper.h"
#include "simulation/nest.h"
#include "simulation/scenario.h"
#include "simulation/uploads.h"

enum { TIMEOUT_MS = 30000, JUST_NOW_MS = 60000 };

/* --- out --- */

static uint64_t scaled(const struct world *world, uint64_t fraction)
{
	return 1 + world->delay_ms * fraction / 1000;
}

struct happening *network_answer(struct world *world, const struct happening *request,
	struct reply *takes, uint64_t delay_ms)
{
	struct happening *one = world_add(world, HAPPENING_ANSWER, delay_ms);

	one->call = request->call;
	one->call_kind = request->call_kind;
	one->purpose = request->purpose;
	one->reach = request->reach;
	one->signed_ms = request->signed_ms;
	one->key = xstrdup(request->key);
	one->keys.access_key = xstrdup(request->keys.access_key);
	one->reply = *takes;
	*takes = (struct reply){0};
	return one;
}

void network_lose(struct world *world, const struct happening *request, const struct error *why,
	bool sent, uint64_t delay_ms)
{
	struct reply reply;

	replies_lost(request->call_kind, why, sent, &reply);
	network_answer(world, request, &reply, delay_ms);
}

static void lose(struct world *world, const struct happening *request, bool sent, const char *why,
	uint64_t delay_ms)
{
	struct error e = {0};

	error_set(&e, ERROR_TRANSIENT, "%s", why);
	network_lose(world, request, &e, sent, delay_ms);
}

static void sign(struct world *world, struct happening *request)
{
	const char *service = query_service(request->call_kind);
	const struct credentials *keys = &request->keys;
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
	struct sigv4_keys with = {keys->access_key, keys->secret_key, keys->session_token};

	pairs_done(&request->headers);
	pairs_add(&request->headers, "Host", host);
	pairs_add(&request->headers, "Content-Type", QUERY_CONTENT_TYPE);
	sigv4_sign(&with, &signing, &request->headers, NULL);
}

static void leave(struct world *world, struct happening *request_takes, uint64_t delay_ms)
{
	struct happening *leaving = world_add(world, HAPPENING_ARRIVAL, delay_ms);
	struct happening when = *leaving;

	*leaving = *request_takes;
	leaving->kind = when.kind;
	leaving->at_ms = when.at_ms;
	leaving->number = when.number;
	leaving->life = when.life;
	*request_takes = (struct happening){0};
}

void network_post(struct world *world, struct happening *request_takes)
{
	const struct fate *fate = &request_takes->fate;
	uint64_t delay_ms = scaled(world, fate->delay_ms);
	bool late = fate->fault == FAULT_LATE;

	sign(world, request_takes);
	if (request_takes->again) {
		leave(world, request_takes, scaled(world, fate->reply_delay_ms));
		return;
	}
	if (request_takes->purpose != PURPOSE_CALL)
		world->coverage->keys[request_takes->purpose == PURPOSE_ROLE][fate->fault]++;
	if (fate->fault == FAULT_REFUSED)
		lose(world, request_takes, false, "Connection refused", delay_ms);
	if (late || fate->fault == FAULT_LOST || fate->fault == FAULT_REPLY_LOST) {
		/* The request is given up after its timeout, whether or not it ever arrives. */
		world_tell(world, "     (%s)", fault_name(fate->fault));
		lose(world, request_takes, true, "Timeout was reached", TIMEOUT_MS);
	}
	if (fate->fault == FAULT_REFUSED || fate->fault == FAULT_LOST)
		happening_done(request_takes);
	else
		leave(world, request_takes, late ? TIMEOUT_MS + fate->late_ms : delay_ms);
}

struct fate network_fate(struct world *world, const struct happening *request)
{
	static const char *const actions[] = {
		[PURPOSE_CALL] = "",
		[PURPOSE_ACCOUNT] = "GetCallerIdentity",
		[PURPOSE_ROLE] = "AssumeRole",
		[PURPOSE_KEYS] = "ContainerKeys",
	};
	bool role = request->purpose == PURPOSE_ROLE;
	const char *who = request->reach->role ? request->reach->role : request->key;
	struct fate fate =
		fate_next(&world->fates, &world->weather, who, actions[request->purpose], false);

	if (request->purpose != PURPOSE_KEYS)
		sick_apply(world, request->reach, request->key, role, &fate);
	return fate;
}

static void begin(struct world *world, const struct call *call, const struct fate *fate)
{
	struct text form = {0};
	struct happening request = {.call = call->id,
		.call_kind = call->kind,
		.key = xstrdup(call->region),
		.reach = reach_find(call->assume_role, call->external_id),
		.fate = *fate};

	query_write(call, &form);
	request.body = text_take(&form);
	request.posted_ms = world->now_ms;
	repeats_leave(world, call, request.body);
	keeper_begin(world, &request);
}

void network_send(struct world *world, const struct call *call, const struct fate *drawn)
{
	struct fate own = *drawn, *fate = &own;

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

	sick_apply(
		world, reach_find(call->assume_role, call->external_id), call->region, false, &own);
	world->counts.calls++;
	/* An upload looks first whether there is anything to do. */
	world->counts.mutations += mutates && call->kind != CALL_UPLOAD_TEMPLATE;
	world->coverage->call[call->kind][fate->fault]++;
	network_check_remembered(world, call);
	network_note_sent(world, call, stack);
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
		begin(world, call, fate);
}

/* --- in --- */

/* STS's answer is read by who asked. */
static void hear_role(const struct model_reply *from, struct happening *answer)
{
	answer->status = from->status;
	answer->body = xstrndup(from->body, from->body_length);
	answer->date = xstrdup(pairs_get(&from->headers, "Date"));
}

/* Keys that ended on the way are renewed, unless there are no others. */
static void check_expired(
	struct world *world, const struct happening *request, const struct reply *reply)
{
	const struct keeper *keeper = world->keeper;
	uint64_t failed_ms = keeper->failed_ms[request->reach - reaches];
	bool twice = request->again && world->ended_ms + JUST_NOW_MS > world->now_ms;

	/* Sent once more for the clock already: there is no third time. */
	if (!request->skewed && !twice && request->fate.fault == FAULT_NONE &&
		strcmp(reply->aws_code, "ExpiredToken") == 0 &&
		(!failed_ms || failed_ms + JUST_NOW_MS < world->now_ms))
		world_breach(world, EXPIRED_IS_RENEWED, "%s of %s is answered by %s",
			call_kind_name(request->call_kind), request->reach->account,
			reply->error.text);
}

/* What the session and the keys make of a reply. True: it is sent again, or waits to be; what the
 * request and the reply own was taken. */
static bool again(struct world *world, struct happening *request, const struct answer *heard,
	struct reply *reply)
{
	struct session *session =
		sessions_get(&world->sessions, pairs_get(&request->headers, "Host"));
	enum session_next next = session_decide(session, request->call_kind, heard, reply,
		request->signed_ms, world_moment(world).wall_ms);

	if (request->again || next == SESSION_DELIVER)
		return false;
	if (next == SESSION_RENEW)
		return keeper_renew(world, request, reply);
	reply_done(reply);
	request->again = request->skewed = true;
	keeper_begin(world, request);
	return true;
}

/* What the transport makes of the model's reply, which is heard. */
static void hear(struct world *world, const struct model_reply *from, struct happening *request)
{
	struct answer heard = {
		.http_status = from->status,
		.date = pairs_get(&from->headers, "Date"),
		.request_id = pairs_get(&from->headers, "x-amzn-RequestId"),
		.body = from->body,
		.length = from->body_length,
	};
	uint64_t delay_ms = from->delay_ms + scaled(world, request->fate.reply_delay_ms);
	struct reply reply = {0};

	if (from->fate != MODEL_ANSWER) {
		bool hangs = from->fate == MODEL_HANG;

		lose(world, request, true, hangs ? "Timeout was reached" : "Connection was reset",
			hangs ? TIMEOUT_MS : delay_ms);
	} else if (request->purpose == PURPOSE_ROLE) {
		hear_role(from, network_answer(world, request, &reply, delay_ms));
	} else {
		replies_read(request->call_kind, &heard, &reply);
		bool expired = request->fate.fault == FAULT_NONE &&
			       strcmp(reply.aws_code, "ExpiredToken") == 0;

		world->coverage->expired += expired;
		if (request->call_kind == CALL_DESCRIBE_CHANGE_SET && reply.code == REPLY_OK)
			nest_note_read(world, &reply);
		if (!again(world, request, &heard, &reply)) {
			check_expired(world, request, &reply);
			network_answer(world, request, &reply, delay_ms);
		}
	}
}

void network_prepare(struct world *world, const struct happening *request)
{
	enum fault fault = request->fate.fault;

	if (request->life != world->life && request->purpose == PURPOSE_CALL)
		world->coverage->call[request->call_kind][FAULT_POSTHUMOUS]++;
	model_reseed(world->model, request->fate.service_seed);
	if (fault < FAULT_OF_SERVICE)
		return;
	AUTO(free_text)
	char *json = xasprintf("{\"faults\":[{\"kind\":\"%s\"}]}", fault_name(fault));

	scenario_play(world, json);
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

	if (request->carried) {
		uploads_arrive(world, request);
		return;
	}
	network_prepare(world, request);
	model_handle(world->model, world_wall(world), &arriving, &reply);
	tell_arrival(world, request, reply.status);
	if (model_line(world->model, model_line_count(world->model) - 1)->effect)
		repeats_accepted(world, request);
	if (!is_unheard(world, request))
		hear(world, &reply, request);
	else if (request->fate.fault != FAULT_REPLY_LOST)
		note_stray(world, request->body);
	model_reply_done(&reply);
}
