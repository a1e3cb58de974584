/* The same request, sent again: of those that left before any of them was accepted, the service
 * must accept no more than one, however late the others arrive. */
#include <string.h>

#include "simulation/world.h"

static bool starts_operation(enum call_kind kind)
{
	return kind == CALL_CREATE_STACK || kind == CALL_EXECUTE_CHANGE_SET;
}

static size_t accepted_before(const struct world *world, const struct digest *form)
{
	size_t count = 0;

	for (size_t i = 0; i < world->posting_count; i++)
		count +=
			world->postings[i].accepted && digest_equal(&world->postings[i].form, form);
	return count;
}

void repeats_leave(struct world *world, const struct call *call, const char *form)
{
	struct digest digest = digest_of(form, strlen(form));

	if (!starts_operation(call->kind))
		return;
	size_t after = accepted_before(world, &digest);

	GROW(world->postings, world->posting_size, world->posting_count + 1);
	world->postings[world->posting_count++] =
		(struct posting){.form = digest, .after = after, .at_ms = world->now_ms};
}

/* The request of this form that left first is the first to be looked for: they are the same. */
static struct posting *find(const struct world *world, const char *form, uint64_t posted_ms)
{
	struct digest digest = digest_of(form, strlen(form));

	for (size_t i = 0; i < world->posting_count; i++)
		if (world->postings[i].at_ms == posted_ms &&
			digest_equal(&world->postings[i].form, &digest))
			return &world->postings[i];
	return NULL;
}

void repeats_accepted(struct world *world, const struct happening *request)
{
	struct posting *posting = starts_operation(request->call_kind)
					  ? find(world, request->body, request->posted_ms)
					  : NULL;

	if (!posting)
		return;
	posting->accepted = true;
	posting->entry = model_entry_count(world->model) - 1;
	for (size_t i = 0; i < world->posting_count; i++) {
		const struct posting *other = &world->postings[i];

		if (other != posting && other->accepted && other->after == posting->after &&
			digest_equal(&other->form, &posting->form) && !world->forgets_tokens)
			world_breach(world, ONE_ACCEPT_PER_ATTEMPT,
				"#%u %s, which was sent again, is accepted as well",
				(unsigned)request->call, call_kind_name(request->call_kind));
	}
}

uint64_t repeats_sent_ms(const struct world *world, const struct model_entry *entry)
{
	const struct posting *accepted = NULL;

	for (size_t i = 0; i < world->posting_count; i++)
		if (world->postings[i].accepted &&
			model_entry(world->model, world->postings[i].entry) == entry)
			accepted = &world->postings[i];
	for (size_t i = 0; accepted && i < world->posting_count; i++) {
		const struct posting *first = &world->postings[i];

		if (first->after == accepted->after && digest_equal(&first->form, &accepted->form))
			return first->at_ms;
	}
	return world->now_ms;
}

bool repeats_entry(const struct model *model, const struct model_entry *entry)
{
	for (size_t i = 0; entry->token && model_entry(model, i) != entry; i++) {
		const struct model_entry *before = model_entry(model, i);

		if (strcmp(before->action, entry->action) == 0 &&
			text_same(before->token, entry->token) &&
			strcmp(before->stack_name, entry->stack_name) == 0)
			return true;
	}
	return false;
}
