/* The network: a call becomes signed bytes, the model's bytes become a reply. */
#include <string.h>

#include "aws/query.h"
#include "aws/replies.h"
#include "aws/sigv4.h"
#include "simulation/world.h"

enum { TIMEOUT_MS = 30000, LATE_MS = 60000 };

static const struct sigv4_keys keys = {WORLD_KEY, "simulated/secret", NULL};

static uint64_t delay(struct world *world)
{
	return 1 + chance_below(&world->chance, world->weather.delay_ms);
}

static struct happening *add_for(
	struct world *world, const struct call *call, enum happening_kind kind, uint64_t delay_ms)
{
	struct happening *one = world_add(world, kind, delay_ms);

	one->call = call->id;
	one->call_kind = call->kind;
	return one;
}

static void lose(struct happening *answer, enum error_kind kind, bool sent, const char *why)
{
	struct error e = {0};

	error_set(&e, kind, "%s", why);
	replies_lost(answer->call_kind, &e, sent, &answer->reply);
}

static void sign(struct world *world, const struct call *call, struct happening *request)
{
	const char *service = query_service(call->kind);
	AUTO(free_text)
	char *host = xasprintf("%s.%s.amazonaws.com", service, call->region);
	struct text form = {0};

	query_write(call, &form);
	pairs_add(&request->headers, "Host", host);
	pairs_add(&request->headers, "Content-Type", QUERY_CONTENT_TYPE);
	struct sigv4_request signing = {
		.method = "POST",
		.path = "/",
		.body = text_string(&form),
		.body_length = form.length,
		.region = call->region,
		.service = service,
		.wall_ms = world_wall(world),
	};

	sigv4_sign(&keys, &signing, &request->headers, NULL);
	request->body = text_take(&form);
}

/* The request is given up after its timeout, whether or not it ever arrives. */
static void give_up(struct world *world, const struct call *call)
{
	lose(add_for(world, call, HAPPENING_ANSWER, TIMEOUT_MS), ERROR_TRANSIENT, true,
		"Timeout was reached");
}

static void send_request(struct world *world, const struct call *call)
{
	const struct weather *weather = &world->weather;
	struct happening *request;

	if (chance_hits(&world->chance, weather->refused)) {
		lose(add_for(world, call, HAPPENING_ANSWER, delay(world)), ERROR_TRANSIENT, false,
			"Connection refused");
		return;
	}
	if (chance_hits(&world->chance, weather->lost_request)) {
		world_tell(world, "     (lost on its way)");
		give_up(world, call);
		return;
	}
	unsigned times = call_kind_mutates(call->kind) ? 4 : 1; /* there it is worth most */
	bool late = chance_hits(&world->chance, weather->late * times);
	bool unheard = late || chance_hits(&world->chance, weather->lost_reply);

	if (unheard) {
		world_tell(world, late ? "     (will be late)" : "     (its reply will be lost)");
		give_up(world, call);
		if (call->kind == CALL_CREATE_CHANGE_SET)
			replace_text(&world->provoked, call->stack);
	}
	request = add_for(world, call, HAPPENING_ARRIVAL,
		late ? TIMEOUT_MS + chance_below(&world->chance, LATE_MS) : delay(world));
	request->unheard = unheard;
	sign(world, call, request);
}

static void recall(struct world *world, const struct call *call)
{
	struct happening *answer = add_for(world, call, HAPPENING_ANSWER, delay(world));
	struct reply *reply = &answer->reply;

	reply->effect = EFFECT_CONFIRMED;
	reply->record_count = world->records.count;
	reply->records = xcalloc(reply->record_count, sizeof(*reply->records));
	for (size_t i = 0; i < reply->record_count; i++)
		reply->records[i] = (struct record_text){
			.key = xstrdup(world->records.items[i].name),
			.text = xstrdup(world->records.items[i].value),
			.problem = world->records.items[i].value ? NULL
								 : xstrdup("Input/output error"),
		};
	memcpy(reply->state_key, world->state_key, sizeof(world->state_key));
}

static void save(struct world *world, const struct call *call)
{
	uint64_t saved_ms = delay(world);

	if (chance_hits(&world->chance, world->weather.failed_save)) {
		lose(add_for(world, call, HAPPENING_ANSWER, saved_ms), ERROR_TRANSIENT, false,
			"No space left on device");
		return;
	}
	struct happening *record = add_for(world, call, HAPPENING_SAVE, saved_ms);

	record->key = xstrdup(call->stack);
	record->body = xstrdup(call->body);
	add_for(world, call, HAPPENING_ANSWER, saved_ms + delay(world))->reply.effect =
		EFFECT_CONFIRMED;
}

uint64_t network_sent(const struct world *world, const char *token)
{
	for (size_t i = world->sent_count; token && i-- > 0;)
		if (strcmp(world->sent[i].token, token) == 0)
			return world->sent[i].at_ms;
	return 0;
}

static void note_sent(struct world *world, const char *token)
{
	if (!token || network_sent(world, token))
		return;
	GROW(world->sent, world->sent_size, world->sent_count + 1);
	world->sent[world->sent_count++] = (struct sent){xstrdup(token), world->now_ms};
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
		world_trouble(world, "%s leaves before its token %s is saved",
			call_kind_name(call->kind), call->token);
}

void network_send(struct world *world, const struct call *call)
{
	if (call->kind == CALL_RECALL) {
		recall(world, call);
	} else if (call->kind == CALL_SAVE) {
		save(world, call);
	} else {
		world->counts.calls++;
		world->counts.mutations += call_kind_mutates(call->kind);
		check_remembered(world, call);
		note_sent(world, call->token);
		send_request(world, call);
	}
}

/* What the transport makes of the model's reply. */
static void hear(const struct model_reply *from, struct happening *answer)
{
	struct answer heard = {
		.http_status = from->status,
		.date = pairs_get(&from->headers, "Date"),
		.request_id = pairs_get(&from->headers, "x-amzn-RequestId"),
		.body = from->body,
		.length = from->body_length,
	};

	if (from->fate == MODEL_ANSWER)
		replies_read(answer->call_kind, &heard, &answer->reply);
	else
		lose(answer, ERROR_TRANSIENT, true,
			from->fate == MODEL_HANG ? "Timeout was reached" : "Connection was reset");
}

void network_arrive(struct world *world, struct happening *request)
{
	struct model_request arriving = {
		.method = "POST",
		.target = "/",
		.headers = request->headers,
		.body = request->body,
		.body_length = strlen(request->body),
	};
	struct model_reply reply;

	model_handle(world->model, world_wall(world), &arriving, &reply);
	const struct model_line *line =
		model_line(world->model, model_line_count(world->model) - 1);

	if (call_kind_mutates(request->call_kind))
		world_tell(world, "  <- #%u %s: %d %s%s", (unsigned)request->call, line->action,
			reply.status, line->code, line->effect ? ", accepted" : "");
	if (!request->unheard) {
		uint64_t delay_ms = reply.delay_ms + delay(world);
		struct happening *answer = world_add(
			world, HAPPENING_ANSWER, reply.fate == MODEL_HANG ? TIMEOUT_MS : delay_ms);

		answer->call = request->call;
		answer->call_kind = request->call_kind;
		answer->life = request->life;
		hear(&reply, answer);
	}
	model_reply_done(&reply);
}
