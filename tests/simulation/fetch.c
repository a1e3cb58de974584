/* What aws/identity wants to be fetched: aws/fetch says how, the model's STS answers. */
#include <string.h>

#include "aws/fetch.h"
#include "aws/sts.h"
#include "simulation/keeper.h"

enum { DUE_MS = 1 };

struct fetching {
	struct fetch *fetch;
	bool again;        /* this form was signed with another time already */
	int64_t offset_ms; /* of the clock by which the keys expire */
};

static void due(struct world *world, const struct reach *reach, uint64_t delay_ms)
{
	struct happening *one =
		world_add(world, HAPPENING_FETCH, delay_ms > DUE_MS ? delay_ms : DUE_MS);

	one->reach = reach;
}

void fetch_wanted(struct world *world)
{
	struct identity *identity;

	while ((identity = identities_wanted(&world->keeper->identities))) {
		struct fetching *fetching = xcalloc(1, sizeof(*fetching));

		fetching->fetch =
			fetch_new(&identity->recipe, "stackd", world_moment(world).wall_ms);
		identity->fetcher = fetching;
		due(world, reach_find(identity->role_arn, identity->external_id), DUE_MS);
	}
}

static struct identity *identity_of(struct world *world, const struct reach *reach)
{
	return identities_get(&world->keeper->identities, reach->role, reach->external_id);
}

static void fetching_free(struct fetching *fetching)
{
	fetch_free(fetching->fetch);
	free(fetching);
}

void fetches_done(struct identities *identities)
{
	for (struct identity *one = identities->first; one; one = one->next)
		if (one->fetcher)
			fetching_free(one->fetcher);
}

static struct session *sts_session(struct world *world)
{
	return sessions_get(&world->sessions, "sts." WORLD_REGION ".amazonaws.com");
}

static void end(struct world *world, const struct reach *reach, const struct fetch_step *step)
{
	struct identity *identity = identity_of(world, reach);
	struct fetching *fetching = identity->fetcher;
	struct chance chance = chance_for(
		world->seed, reach->role ? reach->role : "", "jitter", world->keeper->fetches++);
	AUTO_DONE(credentials_done) struct credentials keys = {0};
	struct error why = {0};
	uint64_t expires_ms = 0;
	bool failed = step->want == FETCH_FAILED, refused = failed && step->keys_refused;

	if (failed)
		why = *step->why;
	else
		fetch_take(fetching->fetch, &keys, &expires_ms);
	if (expires_ms)
		expires_ms -= (uint64_t)fetching->offset_ms;
	if (failed)
		world->keeper->failed_ms[reach - reaches] = world->now_ms;
	world_tell(world, "     keys of %s: %s", reach->role ? reach->role : "our own",
		failed ? why.text : keys.access_key);
	identity->fetcher = NULL;
	fetching_free(fetching);
	if (refused && identity_ask_again(identity, world_moment(world).wall_ms)) {
		fetch_wanted(world);
		return;
	}
	identity_fetched(identity, &keys, expires_ms, failed ? &why : NULL,
		world_moment(world).wall_ms, (double)chance_below(&chance, 1000) / 1000);
}

static void send_form(struct world *world, const struct reach *reach, const struct fetch_step *step)
{
	struct happening request = {.purpose = PURPOSE_ROLE,
		.call_kind = CALL_GET_CALLER_IDENTITY,
		.key = xstrdup(WORLD_REGION),
		.reach = reach,
		.body = xstrdup(text_string(step->form))};

	credentials_copy(&request.keys, step->keys);
	request.fate = network_fate(world, &request);
	network_post(world, &request);
}

/* The container is near: it answers at once, or not at all. */
static void ask_container(
	struct world *world, const struct reach *reach, const struct fetch_step *step)
{
	struct fetching *fetching = identity_of(world, reach)->fetcher;
	char region[] = WORLD_REGION;
	const struct happening asking = {.purpose = PURPOSE_KEYS, .key = region, .reach = reach};
	bool lost = network_fate(world, &asking).fault != FAULT_NONE;
	struct model_request request = {
		.method = step->method, .target = step->url + strlen(CONTAINER), .body = ""};
	struct error why = {0};
	struct model_reply reply;

	error_set(&why, ERROR_TRANSIENT, "Timeout was reached");
	pairs_copy(&request.headers, step->headers);
	model_metadata(world->model, world_wall(world), &request, &reply);
	struct fetch_event event = {
		.error = lost ? &why : NULL,
		.status = reply.status,
		.bytes = lost ? "" : reply.body,
		.length = lost ? 0 : reply.body_length,
		.wall_ms = world_moment(world).wall_ms,
	};
	struct fetch_step next;

	fetching->offset_ms = 0;
	fetch_happened(fetching->fetch, &event);
	fetch_look(fetching->fetch, &next);
	due(world, reach, next.delay_ms);
	pairs_done(&request.headers);
	model_reply_done(&reply);
}

void keeper_due(struct world *world, const struct happening *due)
{
	struct fetching *fetching = identity_of(world, due->reach)->fetcher;
	struct fetch_step step;

	fetch_look(fetching->fetch, &step);
	if (step.want == FETCH_STS)
		send_form(world, due->reach, &step);
	else if (step.want == FETCH_HTTP)
		ask_container(world, due->reach, &step);
	else
		end(world, due->reach, &step);
}

/* True: it is on its way again, with the time that was learned. */
static bool resent(struct world *world, const struct happening *answer)
{
	struct fetching *fetching = identity_of(world, answer->reach)->fetcher;
	AUTO(free_text) char *code = NULL;
	AUTO(free_text) char *message = NULL;

	if (fetching->again || answer->reply.error.kind != ERROR_NONE || answer->status == 200)
		return false;
	sts_refusal(answer->body, strlen(answer->body), &code, &message);
	if (!session_skew(sts_session(world), code, message, answer->date, answer->signed_ms,
		    world_moment(world).wall_ms))
		return false;
	fetching->again = true;
	due(world, answer->reach, DUE_MS);
	return true;
}

void fetch_answered(struct world *world, const struct happening *answer)
{
	struct fetching *fetching = identity_of(world, answer->reach)->fetcher;
	const struct error *error = &answer->reply.error;
	uint64_t now_ms = world_moment(world).wall_ms;
	struct fetch_event event = {
		.error = error->kind == ERROR_NONE ? NULL : error,
		.status = answer->status,
		.bytes = answer->body ? answer->body : "",
	};
	struct fetch_step step;

	if (resent(world, answer))
		return;
	fetching->again = false;
	fetching->offset_ms = session_ahead_ms(sts_session(world), answer->date, now_ms);
	event.wall_ms = now_ms + (uint64_t)fetching->offset_ms;
	event.length = strlen(event.bytes);
	fetch_happened(fetching->fetch, &event);
	fetch_look(fetching->fetch, &step);
	due(world, answer->reach, step.delay_ms);
}
