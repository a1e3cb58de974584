/* How the desired set is built. For desired*.c only.
 *
 * Nothing is taken from the old set before all files are at hand: what is used again is marked
 * `kept`, and left alone when the old set, or the attempt, is freed. */
#pragma once

#include "base/lookup.h"
#include "stack/desired.h"

/* A template and what it was made of. */
struct drawn {
	char *path;            /* of the file, or of the manifest that it stands in */
	struct texts includes; /* paths of the files that it includes */
	struct digest source;  /* of the file and all that it includes */
	struct template *template;
	char *problem;   /* where there is no template */
	bool unreadable; /* the file itself: the problem has no place in it */
	bool told;       /* its warnings, in this build */
	bool kept;
};

/* One entry of the folder, read by itself. */
struct parsed {
	char *file;
	struct digest digest;
	struct manifest *manifest; /* without its tree; NULL: could not be read */
	struct texts problems;
	struct drawn *inline_template; /* NULL: none stands in the manifest */
	bool kept;
};

/* One manifest on its way to become a stack. */
struct draft {
	struct parsed *parsed;
	struct drawn *drawn; /* NULL: the manifest is faulty */
	struct desired_stack *stack;
};

struct building {
	const struct folder *folder;
	const struct surroundings *surroundings;
	const struct settings *settings;
	const char *region;        /* where a manifest names none; NULL: there is none */
	const struct desired *old; /* NULL: none */
	struct desired *made;
	struct texts *missing;
	struct lookup entries, files; /* by path */
	struct texts entry_paths;
	char *root;           /* the folder's path, as it stands in front of them */
	struct draft *drafts; /* by manifest's name */
	size_t draft_count;
};

/* --- desired.c --- */

void draft_problem(struct draft *draft, unsigned line, unsigned column, const char *format, ...)
	FORMAT(4, 5);
void draft_warning(struct draft *draft, unsigned line, unsigned column, const char *format, ...)
	FORMAT(4, 5);

/* The same with a place in another file than the manifest. */
void draft_warning_in(
	struct draft *draft, const char *path, unsigned line, unsigned column, const char *what);

/* The same of a stack whose draft is no more. */
void stack_problem(struct desired_stack *stack, unsigned line, unsigned column, const char *format,
	...) FORMAT(4, 5);

/* --- desired_files.c --- */

void building_index_files(struct building *building);

/* The file at this path, which is watched from now on; NULL: not at hand, added to missing. */
const struct file *building_file(struct building *building, const char *path);

/* `path` for people: without the folder's path in front. */
const char *building_shown_path(const struct building *building, const char *path);

/* --- desired_parse.c --- */

void building_parse(struct building *building);
void building_drafts(struct building *building); /* of those that are manifests */
void parsed_free(struct parsed *parsed);

/* --- desired_template.c --- */

/* The template in a manifest that was just read. Where files turn out missing, it is half a one. */
struct drawn *drawn_inline(struct building *building, const char *path, const struct file *file,
	const struct manifest *manifest);

/* True where it would come out the same. */
bool drawn_fresh(struct building *building, const struct drawn *drawn, const struct file *file);
void drawn_free(struct drawn *drawn);

/* Gives each draft without a fault its template. */
void building_draw(struct building *building);

/* --- desired_parameters.c --- */

/* Wants the files behind {file:}. */
void building_want_values(struct building *building);

/* Fills in what the manifest gives; each fault is a problem of the draft. */
void building_give(struct building *building, struct draft *draft);

/* Matches what is given with what the stack's template declares. */
void stack_match_parameters(struct desired_stack *stack);

/* After the first problem: nothing of the stack is to be sent. */
void stack_freeze(struct desired_stack *stack);
void stack_values_free(struct desired_stack *stack);

/* --- desired_stack.c --- */

/* `was`: what the old set had for this file; NULL: nothing. */
void building_stack(
	struct building *building, struct draft *draft, const struct desired_stack *was);

/* --- desired_options.c --- */

void building_want_policies(struct building *building);
void building_options(struct building *building, struct draft *draft);

/* --- desired_graph.c, desired_cycle.c, desired_inputs.c --- */

void building_tie(struct building *building);
void building_refuse_cycles(struct building *building);

/* Last, where it is known who is frozen. */
void building_check_inputs(struct building *building);
