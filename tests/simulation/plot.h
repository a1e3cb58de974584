/* What happens in a story: edits, accidents, other people, storms. Everything follows from the
 * seed. */
#pragma once

#include "simulation/cast.h"

enum { BEATS_LIMIT = 128 };

enum beat_kind {
	BEAT_EDIT,  /* a parameter, the template, the secret, or only words */
	BEAT_BREAK, /* a manifest can't be read, is suspended or gone */
	BEAT_MEND,
	BEAT_FOREIGN,  /* somebody else changes a parameter */
	BEAT_DELETION, /* somebody else deletes the stack */
	BEAT_FAILURE,  /* the next create or update of the stack fails */
	BEAT_KILL,
	BEAT_RELOAD,   /* SIGHUP */
	BEAT_OBLIVION, /* the memory is lost, and the daemon killed */
	BEAT_DAMAGE,   /* one record can't be read any more, and the daemon is killed */
	BEAT_STORM,    /* network and service behave badly */
	BEAT_CALM,
	BEAT_KIND_COUNT,
};

struct beat {
	enum beat_kind kind;
	uint64_t at_ms;
	size_t member;
};

struct plot {
	struct cast cast;
	struct beat beats[BEATS_LIMIT]; /* in the order of time */
	size_t count, next;
	uint64_t end_ms;   /* after it nothing goes wrong any more */
	unsigned attempts; /* MaxAttempts */
	bool forgetful;    /* the memory was lost at some time */
	struct chance chance;
};

/* Builds the world of a seed with its first manifests. */
void plot_begin(struct plot *plot, struct world *world, uint64_t seed);
void plot_done(struct plot *plot);

/* When the next beat is due; end_ms behind the last. */
uint64_t plot_due(const struct plot *plot);
void plot_play(struct plot *plot, struct world *world);

/* While a request is missing, its stack's manifest may be edited: after each step of the world. */
void plot_provoke(struct plot *plot, struct world *world);

/* Everything is mended; what others left behind goes. */
void plot_repair(struct plot *plot, struct world *world);

/* Failed or was changed by others, perhaps so often that it is held until it is edited. */
bool plot_unlucky(const struct member *member);

/* One more edit of the unlucky ones. */
void plot_encourage(struct plot *plot, struct world *world);
