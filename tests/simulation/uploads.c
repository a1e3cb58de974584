#include "simulation/uploads.h"

#include <string.h>

#include "aws/query.h"
#include "aws/sigv4.h"
#include "aws/upload.h"
#include "simulation/scenario.h"
#include "stack/names.h"

enum { TIMEOUT_MS = 30000 };

/* What a call is about, from one request to the next. */
struct carried {
	struct upload upload;
	struct text bytes;
	uint64_t call;
	struct fate fate;
	bool again; /* signed for the second time: there is no third */
};

void uploads_drop(struct carried *carried)
{
	if (!carried)
		return;
	upload_done(&carried->upload);
	text_done(&carried->bytes);
	free(carried);
}

void uploads_begin(struct world *world)
{
	static const char *const regions[WORLD_REGIONS] = {WORLD_REGION, "us-east-1"};

	for (size_t i = 0; i < COUNT(regions); i++) {
		AUTO(free_text)
		char *json =
			xasprintf("{\"buckets\":[{\"name\":\"templates-" WORLD_ACCOUNT
				  "-%s\",\"account\":\"" WORLD_ACCOUNT "\",\"region\":\"%s\"}]}",
				regions[i], regions[i]);

		scenario_play(world, json);
	}
}

/* --- what was put where --- */

static struct put *find_put(struct world *world, const char *url)
{
	for (size_t i = 0; i < world->put_count; i++)
		if (strcmp(world->puts[i].url, url) == 0)
			return &world->puts[i];
	GROW(world->puts, world->put_size, world->put_count + 1);
	world->puts[world->put_count] = (struct put){.url = xstrdup(url)};
	return &world->puts[world->put_count++];
}

/* It is known to be there, and nothing has gone wrong since that could cast a doubt on it. */
static void check_needed(struct world *world, const char *url)
{
	const struct put *put = find_put(world, url);

	if (put->known_ms && put->life == world->life && put->known_ms > world->failed_ms)
		world_breach(world, ONE_ACCEPT_PER_ATTEMPT, "%s is uploaded again", url);
}

static void note_known(struct world *world, const char *url)
{
	struct put *put = find_put(world, url);

	put->known_ms = world->now_ms;
	put->life = world->life;
}

void uploads_check(struct world *world, const struct model_entry *entry)
{
	AUTO(free_text) char *bucket = bucket_fill(UPLOAD_BUCKET, WORLD_ACCOUNT, entry->region);
	char hex[DIGEST_HEX_SIZE];

	digest_hex(&entry->digest, hex, DIGEST_HEX_SIZE - 1);
	AUTO(free_text) char *key = xasprintf("stackd/%s.template", hex);

	world->coverage->feat[FEAT_UPLOADED]++;
	if (strcmp(entry->key, key) != 0 || strcmp(entry->bucket, bucket) != 0)
		world_breach(world, ONLY_WHAT_IS_WANTED, "%s in %s is not what its name says",
			entry->key, entry->bucket);
}

/* --- out --- */

static void answer(struct world *world, const struct carried *carried, uint64_t delay_ms,
	struct reply *reply_takes)
{
	struct happening *one = world_add(world, HAPPENING_ANSWER, delay_ms);

	one->call = carried->call;
	one->call_kind = CALL_UPLOAD_TEMPLATE;
	one->key = xstrdup(carried->upload.place.region);
	one->reach = reach_find(NULL, NULL);
	one->reply = *reply_takes;
	*reply_takes = (struct reply){0};
}

static void lose(struct world *world, const struct carried *carried, bool sent, uint64_t delay_ms,
	const char *why)
{
	struct error e = {0};
	struct reply reply = {0};

	error_set(&e, ERROR_TRANSIENT, "%s", why);
	upload_lost(&carried->upload, &e, sent, &reply);
	answer(world, carried, delay_ms, &reply);
}

/* One of the two requests has the call's fate, the other goes well. */
static enum fault fault_of(const struct carried *carried)
{
	bool first = carried->fate.late_ms % 3 == 0;

	return first == carried->upload.put ? FAULT_NONE : carried->fate.fault;
}

static void sign(struct world *world, struct happening *request, const struct upload_request *from)
{
	static const struct sigv4_keys keys = {WORLD_KEY, WORLD_SECRET_KEY, NULL};
	const struct endpoint *place = &request->carried->upload.place;
	const struct session *session = sessions_get(&world->sessions, place->host);

	request->signed_ms = session_wall_ms(session, world_moment(world).wall_ms);
	struct sigv4_request signing = {
		.method = from->method,
		.path = place->path,
		.body = from->bytes ? text_string(from->bytes) : "",
		.body_length = from->bytes ? from->bytes->length : 0,
		.region = place->region,
		.service = query_service(CALL_UPLOAD_TEMPLATE),
		.wall_ms = request->signed_ms,
	};

	pairs_add(&request->headers, "Host", place->host);
	for (size_t i = 0; i < from->headers.count; i++)
		pairs_add(&request->headers, from->headers.items[i].name,
			from->headers.items[i].value);
	sigv4_sign(&keys, &signing, &request->headers, NULL);
}

/* carried is taken. */
static void send_request(struct world *world, struct carried *carried, uint64_t fraction)
{
	uint64_t delay_ms = 1 + world->delay_ms * fraction / 1000;
	enum fault fault = fault_of(carried);
	bool late = fault == FAULT_LATE;

	if (fault == FAULT_REFUSED)
		lose(world, carried, false, delay_ms, "Connection refused");
	if (late || fault == FAULT_LOST || fault == FAULT_REPLY_LOST)
		/* It is given up after its timeout, whether or not it ever arrives. */
		lose(world, carried, true, TIMEOUT_MS, "Timeout was reached");
	if (fault == FAULT_REFUSED || fault == FAULT_LOST) {
		uploads_drop(carried);
		return;
	}
	struct upload_request from;
	struct happening *request = world_add(
		world, HAPPENING_ARRIVAL, late ? TIMEOUT_MS + carried->fate.late_ms : delay_ms);

	upload_request(&carried->upload, &from);
	request->call = carried->call;
	request->call_kind = CALL_UPLOAD_TEMPLATE;
	request->key = xstrdup(carried->upload.place.region);
	request->reach = reach_find(NULL, NULL);
	request->fate = carried->fate;
	request->fate.fault = fault;
	request->carried = carried;
	sign(world, request, &from);
	upload_request_done(&from);
}

void uploads_send(struct world *world, const struct call *call, const struct fate *fate)
{
	static const struct pairs environment;
	static const struct endpoint_options options = {.environment = &environment};
	AUTO_DONE(endpoint_done) struct endpoint s3 = {0};
	AUTO_DONE(endpoint_done) struct endpoint cloudformation = {0};
	struct carried *carried = xcalloc(1, sizeof(*carried));
	struct error e = {0};

	carried->call = call->id;
	carried->fate = *fate;
	text_add(&carried->bytes, call->body);
	upload_begin(&carried->upload, call, &carried->bytes);
	if (!endpoint_find(&options, "s3", call->region, &s3, &e) ||
		!endpoint_find(&options, "cloudformation", call->region, &cloudformation, &e) ||
		!upload_aim(&carried->upload, WORLD_ACCOUNT, &s3, &cloudformation, &e))
		world_breach(world, SOUND_SIMULATION, "an upload has no place: %s", e.text);
	check_needed(world, carried->upload.template_url);
	send_request(world, carried, fate->delay_ms);
}

/* --- in --- */

/* What the model makes of it. */
static void put_to_model(
	struct world *world, const struct happening *request, struct model_reply *reply)
{
	struct upload_request from;

	upload_request(&request->carried->upload, &from);
	struct model_request arriving = {
		.method = from.method,
		.target = request->carried->upload.place.path,
		.headers = request->headers,
		.body = from.bytes ? text_string(from.bytes) : "",
		.body_length = from.bytes ? from.bytes->length : 0,
	};

	network_prepare(world, request);
	model_handle(world->model, world_wall(world), &arriving, reply);
	world_tell(world, "  <- #%u %s %s: %d", (unsigned)request->call, from.method,
		request->carried->upload.object, reply->status);
	upload_request_done(&from);
}

/* True: *heard is the answer to the call. False: the next request is due. */
static bool hear(struct world *world, const struct model_reply *from, struct happening *request,
	struct reply *heard)
{
	struct carried *carried = request->carried;
	bool head = !carried->upload.put;
	struct upload_answer got = {
		.answer = {.http_status = from->status,
			.date = pairs_get(&from->headers, "Date"),
			.request_id = pairs_get(&from->headers, "x-amzn-RequestId"),
			.body = head ? "" : from->body,
			.length = head ? 0 : from->body_length},
		.bucket_region = pairs_get(&from->headers, "x-amz-bucket-region"),
		.content_length = (int64_t)from->body_length,
	};
	struct session *session = sessions_get(&world->sessions, carried->upload.place.host);
	struct error e = {0};

	if (from->fate != MODEL_ANSWER) {
		error_set(&e, ERROR_TRANSIENT, "%s",
			from->fate == MODEL_HANG ? "Timeout was reached" : "Connection was reset");
		upload_lost(&carried->upload, &e, true, heard);
		return true;
	}
	if (!upload_reply(&carried->upload, &got, heard))
		return false;
	if (carried->again ||
		session_decide(session, CALL_UPLOAD_TEMPLATE, &got.answer, heard,
			request->signed_ms, world_moment(world).wall_ms) != SESSION_RESEND)
		return true;
	carried->again = true;
	reply_done(heard);
	*heard = (struct reply){0};
	return false;
}

void uploads_arrive(struct world *world, struct happening *request)
{
	struct carried *carried = request->carried;
	bool unheard = request->life != world->life || request->fate.fault == FAULT_LATE ||
		       request->fate.fault == FAULT_REPLY_LOST;
	struct model_reply reply;
	struct reply heard = {0};

	put_to_model(world, request, &reply);
	if (unheard) {
		uploads_drop(carried);
	} else if (!hear(world, &reply, request, &heard)) {
		send_request(world, carried, carried->fate.reply_delay_ms);
	} else {
		uint64_t delay_ms =
			reply.delay_ms + 1 + world->delay_ms * carried->fate.reply_delay_ms / 1000;

		if (heard.code == REPLY_OK)
			note_known(world, heard.template_url);
		answer(world, carried, reply.fate == MODEL_HANG ? TIMEOUT_MS : delay_ms, &heard);
		uploads_drop(carried);
	}
	request->carried = NULL;
	reply_done(&heard);
	model_reply_done(&reply);
}
