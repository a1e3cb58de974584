/* What should be: every manifest of the folder, read, checked against its template and tied to its
 * parents. Immutable once built; replaced as a whole.
 *
 * Building is pure. The world hands in what it read; the builder says which other files it wants
 * (templates, includes, {file:}) and is called again until none is missing. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/digest.h"
#include "base/pairs.h"
#include "stack/manifest.h"
#include "stack/settings.h"
#include "stack/template.h"

enum { MANIFESTS_LIMIT = 10000 };

/* --- what the world read --- */

enum folder_state {
	FOLDER_READ,       /* there and read */
	FOLDER_MISSING,    /* ENOENT: unknown, never "empty" */
	FOLDER_UNREADABLE, /* any other failure */
};

struct file {
	char *path;  /* folder entries: the name only; others: the path that was asked for */
	char *bytes; /* NULL: could not be read, see problem */
	size_t length;
	char *problem;        /* "No such file or directory" */
	struct digest digest; /* of the bytes */
};

struct files {
	struct file *items;
	size_t count, size;
};

void files_done(struct files *files);

struct folder {
	char *path; /* "/etc/stackd" */
	enum folder_state state;
	char *problem;        /* where it is not FOLDER_READ */
	struct files entries; /* candidates: see manifest_candidate() */
};

struct surroundings {
	struct files files;       /* what the builder asked for */
	struct pairs environment; /* the daemon's */
	struct pairs credentials; /* systemd credentials, name and text */
	const char *region;       /* AWS_REGION, AWS_DEFAULT_REGION, the profile's; NULL: none */
};

/* True for names that may be manifests: .yaml, .yml, .json; no dot file, no editor's or packager's
 * left-over (shared/manifest.md, "What is not a manifest"). */
bool manifest_candidate(const char *name);

/* --- what comes out --- */

/* One for each parameter that the template declares, in the template's order. */
struct desired_parameter {
	const struct template_parameter *declared;
	bool given; /* by the manifest: parts hold it. Else: outputs of the same name, default */
	bool has_sources;         /* a part is neither literal nor output: shown by name only */
	const struct part *parts; /* borrowed from the stack's given */
	size_t part_count;
	unsigned line, column;
};

/* One for each of the manifest's parameters, in its order: also where it is not known yet what the
 * template declares. */
struct desired_given {
	char *name;
	bool list, has_sources;
	struct part *parts;
	size_t part_count;
	unsigned line, column;
};

struct desired_stack {
	char *manifest;        /* NAME of NAME.yaml */
	char *path;            /* of the manifest file, under the folder's path */
	char *name;            /* stack-name */
	char *region;          /* may be "" only where frozen */
	char *assume_role_arn; /* NULL: the daemon's own credentials. Its account, region and name
				  are what the stack is, see stack_key() */
	char *external_id;     /* for that role; NULL: none */
	bool name_known; /* false: the file is too broken to tell name and region, see engine */
	bool frozen;
	struct texts problems; /* where frozen: "reports.yaml:12:3: expected ..., found ..."; 1 or
				  more */
	struct texts warnings; /* same form; do not freeze. Of a template that several use, only
				  the first says them, at their place in the template */
	enum stack_kind kind;
	char *suspend;             /* the sentence; NULL: not suspended */
	struct template *template; /* borrowed from desired->templates, or from the caller of
				      desired_bind_template(); NULL where frozen or awaited */
	char *template_path;       /* NULL: inside the manifest, or behind a URL */
	char *template_url;        /* NULL: none */
	unsigned template_line, template_column; /* in the manifest */
	struct desired_parameter *parameters;    /* none while the template is awaited */
	size_t parameter_count;
	struct desired_given *given; /* empty where frozen */
	size_t given_count;
	struct texts capabilities;
	enum apply apply; /* the manifest's, else Apply= */
	enum guard guard; /* likewise Guard= */
	bool apply_given, guard_given, on_removal_given;
	enum on_removal on_removal; /* likewise OnRemoval=; keep where the manifest is faulty */
	bool dedicated, follow_ssm;
	enum on_failure on_failure;
	unsigned timeout_minutes; /* 0: none given */
	/* Absent: leave it as it is. */
	bool tags_given;
	struct pairs tags; /* sorted by name */
	bool notification_arns_given;
	struct texts notification_arns; /* sorted: their order does not count */
	char *role_arn;                 /* NULL: absent */
	enum protection termination_protection;
	char *stack_policy; /* the document as it is sent; NULL: absent */
	struct edge *edges; /* cluster first, then parents, then {output:}, then depends-on */
	size_t edge_count;
	struct digest source; /* of the manifest's bytes and all it drew in; covers secrets: never
				 saved or shown */
};

struct desired {
	struct settings *settings;
	char *folder;
	enum folder_state state;
	char *problem;                 /* of the folder; NULL: none */
	bool settings_faulty;          /* stackd.conf is: `settings` are those of before */
	struct desired_stack **stacks; /* sorted by manifest name */
	size_t stack_count;
	struct texts others; /* what else is there: NAME of each NAME.yaml that is a
				template or a policy, no manifest */
	struct template **templates;
	size_t template_count;
	struct texts watched; /* folders of everything that was drawn in, without doubles */

	/* What the next build may take over; for desired*.c only. */
	struct parsed **parsed; /* the folder's entries */
	size_t parsed_count;
	struct drawn **drawn; /* templates in files of their own */
	size_t drawn_count;
};

/* Builds anew. `settings` and `old` are taken (old may be NULL); old is freed, after unchanged
 * stacks and templates moved over from it; a manifest that became unparsable keeps name and region
 * it had in old. Returns NULL and the paths still wanted in *missing (the caller's, zeroed before)
 * where files are missing: then nothing was taken.
 * Where the folder was not read, the stacks of old stay as they are and `problem` says why. */
struct desired *desired_build(const struct folder *folder, const struct surroundings *surroundings,
	struct settings *settings_takes, struct desired *old_takes, struct texts *missing);
void desired_free(struct desired *desired);

/* True while it is not known what the template behind the stack's URL declares: nothing is known of
 * its parameters then, and the plan is PLAN_LOOK. */
bool desired_template_awaited(const struct desired_stack *stack);

/* Gives a stack with a URL its template, see template_from_summary(); also again, where that was
 * read anew. `template` is borrowed: it must live until another is bound, or the stack is freed.
 * False where the manifest's parameters don't fit it: then the stack is frozen like any other with
 * such a fault, with its problems, until the folder is read again. Not for other stacks. */
bool desired_bind_template(struct desired_stack *stack, struct template *template);
DEFINE_AUTO(struct desired *, desired_free);
