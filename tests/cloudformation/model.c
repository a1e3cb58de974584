#include "cloudformation/model.h"

#include <stdio.h>
#include <string.h>

#include "cloudformation/faults.h"
#include "cloudformation/identity.h"
#include "cloudformation/ledger.h"
#include "cloudformation/objects.h"
#include "cloudformation/operations.h"
#include "cloudformation/scenario.h"

struct model_options model_options_default(void)
{
	return (struct model_options){
		.seed = 1,
		.schedule = {.create_ms = 2000,
			.update_ms = 1000,
			.delete_ms = 1000,
			.rollback_ms = 1000,
			.cleanup_ms = 500,
			.change_set_ms = 500},
		.pages = {.stacks = 100,
			.events = 100,
			.resources = 100,
			.change_sets = 100,
			.changes = 100,
			.exports = 100},
		.stack_limit = 2000,
		.change_set_limit = 1000,
		.skew_behind_ms = 300000,
		.skew_ahead_ms = 300000,
		.default_region = "eu-west-1",
		.operation_ids = true,
		.outputs_while_running = true,
		.delete_while_running = true,
		.change_set_keeps_tags = true,
		.describe_events = true,
	};
}

struct model *model_new(const struct model_options *options)
{
	struct model *model = xcalloc(1, sizeof(*model));

	model->options = options ? *options : model_options_default();
	model->default_region = xstrdup(model->options.default_region);
	model->options.default_region = model->default_region;
	model->random = model->options.seed;
	return model;
}

void model_free(struct model *model)
{
	if (!model)
		return;
	faults_clear(model);
	free(model->faults);
	free(model->later);
	free(model->resource_faults);
	free(model->stale);
	free(model->shown);
	for (size_t i = 0; i < model->stack_count; i++)
		stacks_free(model->stacks[i]);
	free(model->stacks);
	issued_done(model);
	objects_done(model);
	scenario_forget(model);
	pairs_done(&model->ssm);
	pairs_done(&model->templates);
	texts_done(&model->bad_roles);
	ledger_done(model);
	free(model->default_region);
	free(model);
}

void model_add_account(struct model *model, const char *access_key, const char *secret_key,
	const char *session_token, const char *account_id)
{
	GROW(model->accounts, model->account_size, model->account_count + 1);
	model->accounts[model->account_count++] = (struct account){
		.access_key = xstrdup(access_key),
		.secret_key = xstrdup(secret_key),
		.session_token = xstrdup(session_token),
		.id = xstrdup(account_id),
	};
}

/* splitmix64: the same seed gives the same story. */
uint64_t model_random(struct model *model)
{
	uint64_t z = model->random += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

void model_reseed(struct model *model, uint64_t seed)
{
	model->random = seed;
}

char *model_uuid(struct model *model)
{
	uint64_t high = model_random(model);
	uint64_t low = model_random(model);

	return xasprintf("%08x-%04x-4%03x-%04x-%012llx", (unsigned)(high >> 32),
		(unsigned)(high >> 16 & 0xffff), (unsigned)(high & 0xfff),
		(unsigned)(0x8000 | (low >> 48 & 0x3fff)),
		(unsigned long long)(low & UINT64_C(0xffffffffffff)));
}

void model_reply_done(struct model_reply *reply)
{
	pairs_done(&reply->headers);
	free(reply->body);
	*reply = (struct model_reply){0};
}

static struct stack *next_moving(const struct model *model)
{
	struct stack *next = NULL;

	for (size_t i = 0; i < model->stack_count; i++) {
		struct stack *stack = model->stacks[i];

		if (stack->operation &&
			(!next || stack->operation->deadline_ms < next->operation->deadline_ms))
			next = stack;
	}
	return next;
}

static size_t next_later(const struct model *model)
{
	size_t next = 0;

	for (size_t i = 1; i < model->later_count; i++)
		if (model->later[i].time_ms < model->later[next].time_ms)
			next = i;
	return next;
}

uint64_t model_deadline(const struct model *model)
{
	const struct stack *moving = next_moving(model);
	uint64_t deadline_ms = moving ? moving->operation->deadline_ms : UINT64_MAX;

	if (model->later_count) {
		uint64_t later_ms = model->later[next_later(model)].time_ms;

		if (later_ms < deadline_ms)
			deadline_ms = later_ms;
	}
	return deadline_ms;
}

/* A request that was on its way arrives. */
static void play_later(struct model *model)
{
	size_t index = next_later(model);
	struct later later = model->later[index];

	model->later[index] = model->later[--model->later_count];
	model_act(model, later.time_ms, later.access_key, later.region, later.form, NULL);
	free(later.access_key);
	free(later.region);
	free(later.form);
}

/* In the order of time, across all stacks: what one does shows in the other (exports). */
void model_advance(struct model *model, uint64_t now_ms)
{
	if (now_ms < model->now_ms)
		now_ms = model->now_ms;
	for (;;) {
		struct stack *moving = next_moving(model);
		uint64_t stack_ms = moving ? moving->operation->deadline_ms : UINT64_MAX;
		uint64_t later_ms =
			model->later_count ? model->later[next_later(model)].time_ms : UINT64_MAX;
		uint64_t due_ms = stack_ms < later_ms ? stack_ms : later_ms;

		if (due_ms > now_ms)
			break;
		if (due_ms > model->now_ms)
			model->now_ms = due_ms;
		if (stack_ms <= later_ms)
			operations_step(model, moving, model->now_ms);
		else
			play_later(model);
	}
	model->now_ms = now_ms;
}

size_t model_entry_count(const struct model *model)
{
	return model->entry_count;
}

const struct model_entry *model_entry(const struct model *model, size_t index)
{
	return index < model->entry_count ? &model->entries[index] : NULL;
}

size_t model_line_count(const struct model *model)
{
	return model->line_count;
}

const struct model_line *model_line(const struct model *model, size_t index)
{
	return index < model->line_count ? &model->lines[index] : NULL;
}
