#include "simulation/shrink.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct list {
	unsigned numbers[BEATS_LIMIT];
	size_t count;
};

struct shrinking {
	const struct story *story;
	char broken[64]; /* name of the invariant; "" where the process died */
	unsigned tries;
};

static void name_of(const struct result *result, char name[64])
{
	(void)snprintf(
		name, 64, "%.*s", (int)strcspn(result->breaches[0], ":"), result->breaches[0]);
}

static bool breaks(struct shrinking *shrinking, const struct list *list)
{
	struct story story = *shrinking->story;
	struct result result;
	char broken[64];
	int died;

	story.selection = (struct selection){.some = true};
	for (size_t i = 0; i < list->count; i++)
		story.selection.played[list->numbers[i]] = true;
	shrinking->tries++;
	if (!crew_try(&story, &result, &died))
		return !*shrinking->broken;
	name_of(&result, broken);
	return result.breach_count && strcmp(broken, shrinking->broken) == 0;
}

/* All but the chunk of this size that begins there. */
static struct list without(const struct list *list, size_t start, size_t size)
{
	struct list rest = {.count = 0};

	for (size_t i = 0; i < list->count; i++)
		if (i < start || i >= start + size)
			rest.numbers[rest.count++] = list->numbers[i];
	return rest;
}

/* Leaves out chunks, ever smaller ones, until no single event can be spared. */
static void reduce(struct shrinking *shrinking, struct list *list)
{
	size_t size = (list->count + 1) / 2;

	while (list->count) {
		bool spared = false;

		for (size_t start = 0; start < list->count;) {
			struct list rest = without(list, start, size);

			if (breaks(shrinking, &rest)) {
				*list = rest;
				spared = true;
			} else {
				start += size;
			}
		}
		if (size == 1 && !spared)
			break;
		size = size > 1 ? (size + 1) / 2 : 1;
	}
}

bool shrink_run(const struct story *story)
{
	struct shrinking shrinking = {.story = story};
	struct result result;
	struct list list = {.count = 0};
	int died = 0;

	if (crew_try(story, &result, &died)) {
		if (!result.breach_count) {
			printf("seed %" PRIu64 " breaks nothing\n", story->seed);
			return false;
		}
		name_of(&result, shrinking.broken);
	}
	for (unsigned i = 1; i <= (result.beats ? result.beats : BEATS_LIMIT); i++)
		if (!story->selection.some || story->selection.played[i])
			list.numbers[list.count++] = i;
	reduce(&shrinking, &list);
	printf("%s, after %u tries: tests/simulate --seed %" PRIu64 " --only ",
		*shrinking.broken ? shrinking.broken : "it dies", shrinking.tries, story->seed);
	for (size_t i = 0; i < list.count; i++)
		printf("%s%u", i ? "," : "", list.numbers[i]);
	printf("%s\n", list.count ? "" : "0");
	return true;
}
