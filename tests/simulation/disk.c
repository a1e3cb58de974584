/* The memory's disk: saves take a while, fail, or are not acknowledged before the daemon dies. */
#include <string.h>

#include "aws/replies.h"
#include "simulation/world.h"

static uint64_t scaled(const struct world *world, uint64_t fraction)
{
	return 1 + world->delay_ms * fraction / 1000;
}

static struct happening *add_answer(struct world *world, const struct call *call, uint64_t delay_ms)
{
	struct happening *one = world_add(world, HAPPENING_ANSWER, delay_ms);

	one->call = call->id;
	one->call_kind = call->kind;
	return one;
}

void disk_recall(struct world *world, const struct call *call, const struct fate *fate)
{
	struct happening *answer = add_answer(world, call, scaled(world, fate->delay_ms));
	struct reply *reply = &answer->reply;

	reply->effect = EFFECT_CONFIRMED;
	reply->record_count = world->records.count;
	reply->records = xcalloc(reply->record_count, sizeof(*reply->records));
	for (size_t i = 0; i < reply->record_count; i++) {
		const struct pair *record = &world->records.items[i];

		reply->records[i] = (struct record_text){
			.key = xstrdup(record->name),
			.text = xstrdup(record->value),
			.problem = record->value ? NULL : xstrdup("Input/output error"),
		};
	}
	memcpy(reply->state_key, world->state_key, sizeof(world->state_key));
}

void disk_save(struct world *world, const struct call *call, const struct fate *fate)
{
	uint64_t saved_ms = scaled(world, fate->delay_ms);
	struct error e = {0};

	if (fate->save_fails) {
		error_set(&e, ERROR_TRANSIENT, "No space left on device");
		replies_lost(call->kind, &e, false, &add_answer(world, call, saved_ms)->reply);
		return;
	}
	struct happening *record = world_add(world, HAPPENING_SAVE, saved_ms);

	record->key = xstrdup(call->stack);
	record->body = xstrdup(call->body);
	record->survives = fate->save_survives;
	saved_ms += scaled(world, fate->reply_delay_ms);
	add_answer(world, call, saved_ms)->reply.effect = EFFECT_CONFIRMED;
}

void disk_write(struct world *world, const struct happening *record)
{
	if (texts_have(&world->damaged, record->key))
		world_breach(world, UNREADABLE_STAYS, "the damaged record of %s is overwritten",
			record->key);
	if (record->body)
		pairs_set(&world->records, record->key, record->body);
	else
		pairs_remove(&world->records, record->key);
}

void disk_settle(struct world *world)
{
	for (size_t i = 0; i < world->happening_count; i++) {
		struct happening *one = &world->happenings[i];

		if (one->kind == HAPPENING_SAVE && one->life == world->life)
			one->at_ms = one->survives ? world->now_ms : UINT64_MAX;
	}
}
