/* A manifest: what one file wants of one stack, read and checked by itself (shared/manifest.md).
 * What needs other files (template, references, {file:}) is checked by desired.h. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/document.h"
#include "base/memory.h"
#include "base/pairs.h"
#include "stack/settings.h"

enum { PROBLEMS_LIMIT = 20 }; /* faults of one file that are named */

enum stack_kind { KIND_STACK, KIND_CLUSTER, KIND_SERVICE };

const char *stack_kind_name(enum stack_kind kind); /* "stack", "cluster", "service" */

enum on_failure { ON_FAILURE_ROLLBACK, ON_FAILURE_DELETE, ON_FAILURE_KEEP };

/* Termination protection, where the manifest says anything of it. */
enum protection { PROTECTION_UNSAID, PROTECTION_OFF, PROTECTION_ON };

enum edge_kind { EDGE_CLUSTER, EDGE_PARENT, EDGE_OUTPUT, EDGE_ORDER };

/* A reference to another stack. A manifest knows kind, text and position; desired.h adds the rest.
 */
struct edge {
	enum edge_kind kind;
	char *text;   /* as written, for people: "ecs-cluster", "eu-west-1/base" */
	char *region; /* where that stack lives */
	char *name;   /* its stack name */
	char *assume_role_arn, *external_id; /* what reaches it; NULL: the daemon's own */
	size_t stack; /* index in desired->stacks; SIZE_MAX: not managed by a manifest */
	unsigned line, column;
};

enum part_kind { PART_LITERAL, PART_OUTPUT, PART_CREDENTIAL, PART_ENVIRONMENT, PART_FILE };

/* A value is its parts, joined with commas (one part, unless it was written as a list). */
struct part {
	enum part_kind kind;
	char *text;  /* the value, perhaps a secret; for PART_OUTPUT: the output's key */
	char *name;  /* credential, variable or path as written, for people; NULL for others */
	size_t edge; /* PART_OUTPUT: index of the stack's edge */
	unsigned line, column;
};

void edge_done(struct edge *edge);
void part_done(struct part *part); /* wipes the text */

struct manifest_parameter {
	char *name;
	bool list;          /* written as a list */
	struct part *parts; /* the text of credentials, variables and files is not filled in yet */
	size_t part_count, part_size;
	unsigned line, column;
};

struct manifest {
	bool template_like; /* not a manifest: its top level has Resources; nothing else is set */
	bool identified; /* stack_name, region and assume_role_arn could be read, whatever else is
			    broken */
	enum stack_kind kind;
	char *stack_name;                /* NULL only where not identified */
	unsigned name_line, name_column; /* of 'stack-name:'; 0: the file gives the name */
	char *region;                    /* NULL: none given */
	char *assume_role_arn;           /* NULL: none given */
	char *external_id;               /* likewise; only with assume_role_arn */
	char *suspend;                   /* the sentence; NULL: not suspended */
	bool apply_given, guard_given, on_removal_given; /* else the settings say */
	enum apply apply;
	enum guard guard;
	enum on_removal on_removal;
	bool dedicated, follow_ssm;
	unsigned dedicated_line, dedicated_column;
	struct edge *edges; /* cluster first, then parents, then {output:}, then depends-on */
	size_t edge_count, edge_size;
	struct manifest_parameter *parameters; /* in the order of the file */
	size_t parameter_count, parameter_size;
	struct texts capabilities;
	/* An empty map or list is given, too. */
	bool tags_given, notification_arns_given;
	struct pairs tags;              /* sorted by name */
	struct texts notification_arns; /* sorted: their order does not count */
	char *role_arn;                 /* NULL: none given */
	enum protection termination_protection;
	enum on_failure on_failure;
	unsigned timeout_minutes; /* 0: none given */
	char *template_path;      /* as written; NULL: inside the manifest, or faulty */
	char *template_url;       /* NULL: none given */
	unsigned template_line, template_column;
	const struct node *template_node; /* in root: a scalar or a map; NULL likewise */
	char *policy_path;                /* of the stack policy, as written; NULL: none */
	unsigned policy_line, policy_column;
	struct node *root;
};

/* Reads a manifest. `file` is the file's name in the folder: it gives the manifest's name, tells
 * JSON from YAML and stands in errors. Each fault (at most PROBLEMS_LIMIT, in the order of the
 * file) is added to *problems as "FILE:LINE:COLUMN: ..."; what could be read is there all the same.
 * Never NULL. */
struct manifest *manifest_parse(
	const char *file, const char *bytes, size_t length, struct texts *problems);
void manifest_free(struct manifest *manifest);
DEFINE_AUTO(struct manifest *, manifest_free);

/* "reports" of "reports.yaml"; the caller frees it. */
char *manifest_name(const char *file);

/* A reference is the name of a manifest or stack, or REGION/STACK; where it is one of these by its
 * form, true. */
bool reference_valid(const char *text);

/* Keys of the language, for the test of the schema; NULL behind the last. */
const char *manifest_key(size_t index);
