/* What the rarer actors of a story bring about, counted for the tables of coverage. */
#pragma once

#include <stddef.h>

enum feat {
	FEAT_NESTED,        /* executions that change a nested stack */
	FEAT_NESTED_LOSS,   /* of them: something is lost in there, and was approved */
	FEAT_NESTED_UNREAD, /* of them: nobody could look, and it was approved */
	FEAT_DELETE_AGAIN,  /* deletions of what came back from one before */
	FEAT_CONTINUED,     /* rollbacks that failed */
	FEAT_IN_USE,        /* updates that failed while somebody uses an export */
	FEAT_UPLOADED,      /* large templates */
	FEAT_INVALID,       /* change sets for what failed to be one before */
	FEAT_COUNT,
};

const char *feat_name(size_t feat);
