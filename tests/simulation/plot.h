/* What happens in a story: edits, accidents, other people, storms. All of it is a list of numbered
 * events that is drawn first; each brings its own chance along, so that any of them can be left out
 * and the others stay what they were. */
#pragma once

#include "simulation/person.h"

enum { BEATS_LIMIT = 200 };

enum beat_kind {
	BEAT_EDIT,    /* a parameter, the template, the secret, or only words */
	BEAT_BREAK,   /* the manifest can't be read */
	BEAT_SUSPEND, /* by its own word */
	BEAT_REMOVE,  /* the manifest goes */
	BEAT_MEND,
	BEAT_FOREIGN,       /* somebody else changes a parameter */
	BEAT_DELETION,      /* somebody else deletes the stack */
	BEAT_REVIEW,        /* somebody else makes a change set, and leaves it at that */
	BEAT_CANCEL,        /* somebody else cancels the update that runs */
	BEAT_FAILURE,       /* the next creates or updates of the stack fail */
	BEAT_DOOM,          /* all of them do, until this is mended */
	BEAT_STUCK,         /* an update of the stack fails, and its rollback, too */
	BEAT_SLOW,          /* a resource takes long */
	BEAT_FLOP,          /* the next creations of the stack fail */
	BEAT_ORDER_SUSPEND, /* by command */
	BEAT_ORDER_RESUME,
	BEAT_ORDER_RETRY,
	BEAT_ORDER_RECONCILE,
	BEAT_KILL,
	BEAT_ABSENCE,     /* the daemon doesn't run for a while */
	BEAT_REBOOT,      /* and boottime begins anew */
	BEAT_CLOCK,       /* the wall clock is set */
	BEAT_RELOAD,      /* SIGHUP */
	BEAT_OBLIVION,    /* the memory is lost, and the daemon killed */
	BEAT_DAMAGE,      /* one record can't be read any more, and the daemon is killed */
	BEAT_FOLDER_GONE, /* the folder is missing, unreadable or empty */
	BEAT_FOLDER_BACK,
	BEAT_HAZE,  /* reads are stale, and all else is well */
	BEAT_ECHO,  /* what was given up arrives after all, and all else is well */
	BEAT_STORM, /* network and service behave badly */
	BEAT_CALM,
	BEAT_SICK,        /* one account or region */
	BEAT_CURE,        /* and well again */
	BEAT_EXPIRY,      /* keys of roles end before their time */
	BEAT_KEYS,        /* an edit of what else the manifest says */
	BEAT_HANDS,       /* somebody else changes protection, policy, tags or topics */
	BEAT_FLAW,        /* what is created next fails, or takes too long */
	BEAT_FINDING,     /* the next change sets are found to be at fault */
	BEAT_FEED,        /* what Systems Manager keeps becomes another */
	BEAT_NEST,        /* an edit of what is nested in the stack */
	BEAT_HIDE,        /* that can't be seen any more */
	BEAT_WITHIN,      /* in there something fails, and perhaps its rollback, too */
	BEAT_IMPORT,      /* somebody else imports what the stack exports */
	BEAT_RENAME,      /* an edit replaces that */
	BEAT_LEAVE,       /* and does no longer */
	BEAT_PROTECT,     /* somebody else switches termination protection on */
	BEAT_UNDELETABLE, /* the next deletions in the stack fail */
	BEAT_INVALID,     /* the next change sets for the stack fail, and an edit makes one */
	BEAT_WRECK,       /* an update and its rollback fail, and an edit makes it happen */
	BEAT_KIND_COUNT,
};

struct beat {
	enum beat_kind kind;
	unsigned number; /* from 1, in the order of time */
	uint64_t at_ms;
	size_t member;
	struct chance chance; /* what else it needs */
};

/* Which of the events are played; zeroed: all. */
struct selection {
	unsigned keys_expire_s; /* all stories have stacks elsewhere, that take their time, and keys
				   end so soon; 0: as it is drawn */
	bool some;
	bool played[BEATS_LIMIT + 1]; /* by number */
};

struct plot {
	struct cast cast;
	struct beat beats[BEATS_LIMIT]; /* in the order of time */
	size_t count, next;
	struct selection selection;
	uint64_t end_ms;           /* after it nothing happens any more, but what lasts */
	bool lasts;                /* what is broken or suspended then stays so */
	bool mended;               /* nothing is left that justifies a hold */
	unsigned attempts;         /* MaxAttempts */
	uint64_t retry_max_ms;     /* RetryMax */
	uint64_t interval_ms;      /* Interval */
	uint64_t removal_delay_ms; /* RemovalDelay */
	bool asks;                 /* Apply=approve */
	bool hazy;                 /* all reads are stale */
	bool echoing;              /* requests arrive late, and creations fail */
	bool abroad;               /* some stacks are in other accounts */
	bool forgetful;            /* the memory was lost at some time */
	struct chance chance;      /* while it is drawn */
	struct person person;
};

const char *beat_name(size_t kind); /* NULL: there is none */

/* Builds the world of a seed with its first manifests, and draws what is going to happen. */
void plot_begin(struct plot *plot, struct world *world, uint64_t seed,
	const struct selection *selection, struct coverage *coverage);
void plot_done(struct plot *plot);

/* draw.c: settings and the answers to what is not established about the service */
char *draw_settings(struct plot *plot, struct world *world);
void draw_reaches(struct plot *plot, struct world *world, uint64_t seed);
struct model_options draw_options(struct plot *plot, struct coverage *coverage);
const char *option_name(size_t index); /* NULL: behind the last */

/* play.c */
/* When the next beat is due; end_ms behind the last. */
uint64_t plot_due(const struct plot *plot);
void plot_play(struct plot *plot, struct world *world);

/* Somebody edits this manifest, if there is a folder. */
void plot_edit(
	struct plot *plot, struct world *world, struct member *member, struct chance *chance);

/* The same, of what else it says. */
void plot_edit_keys(
	struct plot *plot, struct world *world, struct member *member, struct chance *chance);

/* What must not be changed any more, or may be again: since now. */
void plot_note_frozen(struct plot *plot, const struct world *world);

/* While a request is missing, its stack's manifest may be edited: after each step of the world. */
void plot_provoke(struct plot *plot, struct world *world);

/* What passes by itself is over: network, service, disk and folder are well. Where nothing lasts,
 * everything else is mended, too. */
void plot_calm(struct plot *plot, struct world *world);

/* Everything is mended, what others left behind goes, and what was given up is edited once more. */
void plot_mend(struct plot *plot, struct world *world);

/* From time to time while it is mended: what was under way may still have ended badly. */
void plot_help(struct plot *plot, struct world *world);

/* Says whether a kind of reason is justified for a stack by what was done to it. */
bool plot_justifies(const struct plot *plot, const struct world *world, const struct member *member,
	enum reason reason);
