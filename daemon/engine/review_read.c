/* A change set read in full: all pages, and the sets of nested stacks. The guard judges all of it.
 */
#include <string.h>

#include "base/text.h"
#include "engine/parts.h"

enum { CHANGES_LIMIT = 20000, NESTED_LIMIT = 500, PATH_LIMIT = 2000 };

void review_forget(struct unit *unit)
{
	struct review *review = &unit->review;

	changes_free(review->changes, review->count);
	pairs_done(&review->nested);
	free(review->token);
	free(review->unread);
	free(review->failed);
	*review = (struct review){0};
}

const struct pair *review_nested(const struct review *review)
{
	return review->root_read && review->next < review->nested.count
		       ? &review->nested.items[review->next]
		       : NULL;
}

static void note_unread(struct review *review, const char *stack)
{
	if (!review->unread)
		review->unread = xstrdup(stack);
}

/* A changed nested stack has a set of its own. What is added is seen as a whole, what is removed,
 * too. */
static void note_nested(struct review *review, const struct change *change)
{
	if (strcmp(change->type, "AWS::CloudFormation::Stack") != 0 ||
		(strcmp(change->action, "Modify") != 0 && strcmp(change->action, "Dynamic") != 0))
		return;
	if (!change->change_set_id || review->nested.count >= NESTED_LIMIT ||
		strlen(change->logical_id) > PATH_LIMIT)
		note_unread(review, change->logical_id);
	else
		pairs_add(&review->nested, change->change_set_id, change->logical_id);
}

static void take_change(struct review *review, const char *stack, struct change *change)
{
	if (stack) {
		char *id = xasprintf("%s.%s", stack, change->logical_id);

		free(change->logical_id);
		change->logical_id = id;
	}
	note_nested(review, change);
	GROW(review->changes, review->size, review->count + 1);
	review->changes[review->count++] = *change;
	*change = (struct change){0};
}

/* One page; of the last one of a set, on to the next set. */
void review_take_page(
	struct review *review, const char *stack, struct change_set *set, const char *next_token)
{
	for (size_t i = 0; i < set->change_count; i++) {
		if (review->count < CHANGES_LIMIT)
			take_change(review, stack, &set->changes[i]);
		else
			note_unread(review, set->changes[i].logical_id);
	}
	replace_text(&review->token, next_token);
	if (pages_go_on(&review->pages, next_token) && review->count < CHANGES_LIMIT)
		return;
	if (next_token)
		note_unread(review, stack && *stack ? stack : "all the rest of it");
	replace_text(&review->token, NULL);
	review->pages = 0;
	review->next += review->root_read;
	review->root_read = true;
}

static void skip(struct review *review)
{
	const struct pair *nested = review_nested(review);

	if (!nested)
		return;
	note_unread(review, nested->value);
	replace_text(&review->token, NULL);
	review->pages = 0;
	review->next++;
}

/* It was answered: what it would do, or why that can't be told. */
static void read_set(
	struct engine *engine, struct unit *unit, struct change_set *set, const char *next_token)
{
	struct review *review = &unit->review;
	const struct pair *nested = review_nested(review);
	AUTO(free_text) char *stack = xstrdup(nested ? nested->value : "");

	if (strcmp(set->status, "CREATE_COMPLETE") == 0 || review_finds_nothing(set))
		review_take_page(review, stack, set, next_token);
	else if (text_starts(set->status, "CREATE_"))
		review_poll_again(engine, unit);
	else
		skip(review);
}

void review_read_nested(struct engine *engine, struct unit *unit, struct reply *reply)
{
	if (reply->code == REPLY_OK && reply->change_set_count)
		read_set(engine, unit, &reply->change_sets[0], reply->next_token);
	else if (reply->scope_wide || reply->error.kind == ERROR_THROTTLED)
		return;
	else if (reply->error.kind == ERROR_TRANSIENT)
		unit_pause(engine, unit);
	else
		skip(&unit->review);
}
