/* Many seeds, told by several processes side by side: one that dies takes its seed down only. */
#pragma once

#include "simulation/story.h"

struct crew {
	uint64_t first, last; /* seeds */
	struct story story;   /* but for its seed */
	bool twice;           /* each seed again, to see whether it takes the same course */
	unsigned jobs;
	unsigned seconds;     /* no more seeds after these; 0: all of them */
	const char *expected; /* name of an invariant: a breach of it is what is looked for */
	bool required;        /* empty cells of the table of coverage are failures */
};

/* Prints TAP, the tables, and a line of figures. True: nothing was broken. Where a breach is
 * expected: one line only, and true where one was found. */
bool crew_run(const struct crew *crew);

/* Plays one story in a process of its own. False: it died, see *died. */
bool crew_try(const struct story *story, struct result *result, int *died);
