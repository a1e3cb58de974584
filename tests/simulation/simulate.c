/* simulate: a story for each seed, a line of TAP for each, with what went wrong and how to see it
 * again; what they came across and numbers of all at the end. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "simulation/shrink.h"

enum { REQUIRED_SEEDS = 1000, JOBS_MOST = 64, KEYS_LAST_MOST_S = 43200 };

static const char usage[] =
	"usage: simulate [--seed N | --seeds A-B | --seconds S] [--only LIST] [--verbose] "
	"[--shrink] [--twice] [--expect NAME] [--keys-expire S] [--jobs N]\n"
	"       simulate --day [--verbose]\n"
	"  --seed N     one story; --seeds A-B: many\n"
	"  --seconds S  fresh seeds for so long, then one line of figures\n"
	"  --only LIST  of the events only those with these numbers: 3,7,9 (0: none)\n"
	"  --verbose    tells the story\n"
	"  --shrink     finds the shortest --only that breaks the same\n"
	"  --twice      each seed again: does it take the same course?\n"
	"  --expect X   until the invariant X is broken, which is what is hoped for\n"
	"  --day        24 hours of an operation that always fails, with a kill every ten "
	"minutes\n"
	"  --keys-expire S  all have stacks in other accounts, and keys end after S seconds\n"
	"  --jobs N     processes; as many as there are processors, if not given\n";

static bool read_number(const char *text, uint64_t *number)
{
	char *end = NULL;

	*number = strtoull(text, &end, 10);
	return end != text && *end == '\0';
}

static bool read_seeds(const char *text, uint64_t *first, uint64_t *last)
{
	char *end = NULL;

	*first = strtoull(text, &end, 10);
	*last = *first;
	if (end != text && *end == '-')
		*last = strtoull(end + 1, &end, 10);
	return end != text && *end == '\0' && *first <= *last;
}

static bool read_only(const char *text, struct selection *selection)
{
	selection->some = true;
	for (char *end = NULL;; text = end + 1) {
		unsigned long number = strtoul(text, &end, 10);

		if (end == text || number > BEATS_LIMIT)
			return false;
		selection->played[number] = true;
		if (*end == '\0')
			return true;
		if (*end != ',')
			return false;
	}
}

/* An option that has a value; false: it is none of them, or its value makes no sense. */
static bool read_value(const char *option, const char *value, struct crew *crew)
{
	uint64_t number = 0;

	if (!value)
		return false;
	if (strcmp(option, "--seed") == 0 || strcmp(option, "--seeds") == 0)
		return read_seeds(value, &crew->first, &crew->last);
	if (strcmp(option, "--only") == 0)
		return read_only(value, &crew->story.selection);
	if (strcmp(option, "--expect") == 0) {
		crew->expected = value;
		return true;
	}
	if (!read_number(value, &number) || !number)
		return false;
	if (strcmp(option, "--seconds") == 0) {
		/* Seeds that no run has seen yet. */
		crew->seconds = (unsigned)number;
		crew->first = (uint64_t)time(NULL) * 1000000;
		crew->last = UINT64_MAX - 1;
		return true;
	}
	if (strcmp(option, "--keys-expire") == 0) {
		crew->story.selection.keys_expire_s = (unsigned)number;
		return number <= KEYS_LAST_MOST_S;
	}
	crew->jobs = (unsigned)number;
	return strcmp(option, "--jobs") == 0 && number <= JOBS_MOST;
}

struct arguments {
	struct crew crew;
	bool shrink, day;
};

static bool read_arguments(int count, char **arguments, struct arguments *read)
{
	struct crew *crew = &read->crew;

	for (int i = 1; i < count; i++) {
		if (strcmp(arguments[i], "--verbose") == 0)
			crew->story.verbose = true;
		else if (strcmp(arguments[i], "--shrink") == 0)
			read->shrink = true;
		else if (strcmp(arguments[i], "--day") == 0)
			read->day = true;
		else if (strcmp(arguments[i], "--twice") == 0)
			crew->twice = true;
		else if (!read_value(arguments[i], i + 1 < count ? arguments[i + 1] : NULL, crew))
			return false;
		else
			i++;
	}
	return true;
}

static bool play_days(bool verbose)
{
	static const char *const what[] = {"creation", "update"};
	bool good = true;

	printf("1..2\n");
	for (unsigned i = 0; i < 2; i++) {
		bool passed = day_pass(i == 1, 1, verbose);

		printf("%sok %u - a day in which one %s always fails: three attempts\n",
			passed ? "" : "not ", i + 1, what[i]);
		good = good && passed;
	}
	return good;
}

int main(int count, char **arguments)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	struct arguments read = {.crew = {.first = 1, .last = 20}};
	struct crew *crew = &read.crew;

	crew->jobs = processors < 1 ? 1 : processors > JOBS_MOST ? JOBS_MOST : (unsigned)processors;
	if (!read_arguments(count, arguments, &read)) {
		(void)fputs(usage, stderr);
		return 64;
	}
	if (read.day)
		return !play_days(crew->story.verbose);
	if (read.shrink) {
		crew->story.seed = crew->first;
		return !shrink_run(&crew->story);
	}
	if (crew->story.verbose || crew->first == crew->last)
		crew->jobs = 1;
	crew->required = !crew->seconds && !crew->twice && !crew->story.selection.some &&
			 crew->last - crew->first + 1 >= REQUIRED_SEEDS;
	return !crew_run(crew);
}
