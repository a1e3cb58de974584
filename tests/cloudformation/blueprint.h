/* Inside the evaluator: the normalised tree of a template, and how one walks it.
 *
 * Normalised: short tags are written out ({"Fn::Sub": ...}), Fn::GetAtt is always a list of two,
 * plain True and FALSE are lower case. So everything behind the parser knows one form only. */
#pragma once

#include "base/document.h"
#include "cloudformation/evaluate.h"

struct blueprint {
	struct node *root;
	struct summary summary;
};

/* A section's map, or NULL. */
const struct node *blueprint_section(const struct blueprint *blueprint, const char *name);

struct node *blueprint_normalise(const struct node *source, struct error *e);
bool blueprint_check(const struct node *root, struct error *e);
void blueprint_summarise(const struct node *root, struct summary *summary);
void summary_done(struct summary *summary);

/* The name of the function that a node is ("Ref", "Fn::Join"), or NULL: a map of exactly one
 * member with such a name. *argument is set then. */
const char *function_of(const struct node *node, const struct node **argument);

/* One piece of a Fn::Sub text: literal text, or the name of a variable. */
struct sub_piece {
	const char *text;
	size_t length;
	bool is_variable;
};

/* Cuts the next piece off *rest; false at the end. ${!x} comes out as the literal pieces "${" and
 * "x}". */
bool sub_next(const char **rest, struct sub_piece *piece);

enum reference_kind {
	REFERENCE_NAME,      /* Ref, or ${Name} */
	REFERENCE_ATTRIBUTE, /* Fn::GetAtt, or ${Name.Attribute} */
	REFERENCE_CONDITION, /* Fn::If, or Condition within Conditions */
	REFERENCE_MAPPING,
	REFERENCE_IMPORT,
	REFERENCE_ZONES, /* Fn::GetAZs */
};

struct references {
	void *owner;
	void (*visit)(
		void *owner, enum reference_kind kind, const char *name, const char *attribute);
	/* Which branches of Fn::If count: with conditions (name -> "true" or "false") those taken;
	 * without, all, or none where skip_if is set. */
	const struct pairs *conditions;
	bool skip_if;
	bool in_conditions; /* {"Condition": name} is a reference, too */
};

/* Visits all that a tree refers to. Names that are no text (functions) are left out. */
void references_walk(const struct references *references, const struct node *node);

/* Adds canonical JSON: members sorted, every scalar as a string. Equal text means equal value. */
void canonical_write(const struct node *node, struct text *out);
char *canonical_json(const struct node *node);

/* The order in which the resources named in `active` (a subset of the template's, in its order) can
 * be created: each behind all that it depends on. dependencies[i] names those of active[i]. False
 * with AWS's text where they go in a circle. */
bool order_resources(const struct texts *active, const struct texts *dependencies, size_t *order,
	struct error *e);

/* Adds the names in a resource's DependsOn, a text or a list. */
void depends_on(const struct node *resource, struct texts *out);

/* Adds the names of the same section that a member refers to, once each: resources (DependsOn
 * included), or conditions where how->in_conditions is set. how's owner and visit are not used. */
void dependencies_of(
	const struct node *section, size_t index, const struct references *how, struct texts *out);

/* order_resources() for a whole section. */
bool order_section(
	const struct node *section, const struct references *how, size_t *order, struct error *e);
