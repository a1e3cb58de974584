/* The stacks of a story: what their manifests and templates say. Values are small numbers, from
 * which the texts of files are made; what was made can be recognised in the live stack again. */
#pragma once

#include "simulation/keys.h"

enum { MEMBERS_LEAST = 3, MEMBERS_LIMIT = 12, PARENTS_LIMIT = 3 };

/* How a stack's outputs come to its child. */
enum tie { TIE_CLUSTER, TIE_PARENT, TIE_OUTPUT, TIE_ORDER };

struct parent {
	size_t member;
	enum tie tie;
};

struct member {
	char *name;  /* of the manifest */
	char *stack; /* its own, or one that is taken elsewhere, too */
	const char *region;
	const struct reach *reach; /* whose account, and how it is reached */
	bool managed;              /* has a manifest; else somebody else made it */
	bool has_service;          /* somebody's cluster */
	struct parent parents[PARENTS_LIMIT];
	size_t parent_count;
	bool inside; /* the template stands in the manifest */
	bool secret; /* has a NoEcho parameter */
	bool listed; /* has a parameter that is a list */
	bool holds;  /* has a table, which can't be made anew */
	bool goes;   /* with its manifest */
	bool fed;    /* has a parameter behind which Systems Manager keeps the value */
	bool nests;  /* its table is in a stack of its own */
	bool exports;
	bool large;  /* its template is too large for a request */
	bool behind; /* its template is behind a URL */

	/* Of the manifest. */
	unsigned size, tone, names, password; /* tone 0: the default */
	bool broken, suspended, removed;
	bool damaged; /* its record can't be read */
	/* Of the template: what its resources are, what an update replaces, what is only said. */
	unsigned revision, generation, wording, layout;
	unsigned table;   /* of its key; an odd one brings a queue along */
	struct keys keys; /* what else the manifest says */
	unsigned image;   /* what Systems Manager keeps for it */
	bool starved;     /* nothing, for now */

	/* What the story did to it. */
	unsigned foreign_changes, failures, reviews;
	unsigned orders, retries;  /* commands: suspensions, and what else lets it try again */
	bool ordered;              /* suspended by one that was said to be done */
	bool imported;             /* somebody else uses its export */
	bool invalid;              /* change sets of it fail */
	bool undeletable;          /* one of its resources */
	bool was_undeletable;      /* what an update could not delete stays for good */
	uint64_t protected_ms;     /* by somebody else, against termination; 0: never */
	uint64_t gone_ms, back_ms; /* the manifest was taken away, and back; 0: not (yet) */
	uint64_t moved_ms;         /* broken, taken away or back then; 0: never */
	uint64_t fed_ms;           /* what Systems Manager keeps was changed then; 0: never */
	uint64_t frozen_ms;        /* since when any of these; 0: it may be changed */
};

struct cast {
	struct member members[MEMBERS_LIMIT];
	size_t count;
};

/* `theirs`: the first stack is somebody else's, and the second a child of it. */
void cast_begin(struct cast *cast, struct chance *chance, bool theirs);
/* Which of them say more than they have to, and what. Each has a chance of its own. */
void cast_begin_keys(struct cast *cast, struct world *world);
void cast_done(struct cast *cast);

/* The manifest's and the template's file go into the world's folder. */
void cast_write(const struct cast *cast, const struct member *member, struct world *world);
void cast_template(const struct cast *cast, const struct member *member, struct text *out);
/* Where a name alone means the same stack. */
bool cast_same_reach(const struct member *a, const struct member *b);
char *cast_record(const struct member *member);   /* its key in memory; the caller frees it */
char *cast_password(const struct member *member); /* the caller frees it */
const char *cast_tone(const struct member *member);
bool cast_gives_outputs(const struct parent *parent); /* as they are named there */

/* cast_meaning.c: what the manifest wants, and what the live stack is: texts that are equal where
 * they mean the same. Both are the caller's. NULL: there is no stack. */
char *cast_wants(const struct cast *cast, const struct member *member, const struct world *world);
char *cast_lives(const struct cast *cast, const struct member *member, const struct world *world,
	struct model_stack_view *view);
