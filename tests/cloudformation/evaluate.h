/* The model's evaluator of templates: what CloudFormation makes of a template body and parameters.
 *
 * Written from the documentation and recordings, on purpose without any of stackd's own code about
 * templates, so that one mistake can't hide in both. Pure: chance, exports and SSM values come from
 * callbacks. Each error is ERROR_INVALID and its text is the message of AWS's ValidationError.
 *
 * How the core uses it:
 *   blueprint_parse       body -> checked template, kept per stack and per change set
 *   blueprint_summary     what ValidateTemplate and GetTemplateSummary say; capabilities
 *   arguments_resolve     given parameters -> effective ones, checked
 *   transition_plan       live state + blueprint + arguments -> what changes, and the state after
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/pairs.h"

/* What a change set shows for a value that only the execution will know. */
#define EVALUATE_UNKNOWN "{{changeSet:KNOWN_AFTER_APPLY}}"

/* ---- Templates ---- */

struct blueprint; /* a parsed and checked template; immutable, owns copies of everything */

/* The caller frees it. NULL with an error for what CreateStack, UpdateStack, CreateChangeSet and
 * ValidateTemplate refuse at once. The body's size limit is the core's. */
struct blueprint *blueprint_parse(const char *body, size_t length, struct error *e);
void blueprint_free(struct blueprint *blueprint);
DEFINE_AUTO(struct blueprint *, blueprint_free);

struct parameter_summary {
	char *name;
	char *type;
	char *default_value; /* NULL: none */
	char *description;   /* NULL: none */
	bool no_echo;
	struct texts allowed_values;
};

/* For GetTemplateSummary's ResourceIdentifierSummaries. */
struct identifier_summary {
	char *type;
	struct texts logical_ids;
	struct texts identifiers; /* names of the properties that identify one, may be empty */
};

struct summary {
	char *version;     /* AWSTemplateFormatVersion, or NULL */
	char *description; /* NULL: none */
	char *metadata;    /* compact JSON, or NULL */
	struct parameter_summary *parameters;
	size_t parameter_count;
	struct texts resource_types; /* each once, sorted */
	struct texts capabilities;   /* those needed: CAPABILITY_IAM or _NAMED_IAM; _AUTO_EXPAND */
	char *capabilities_reason;   /* NULL where none is needed */
	struct texts transforms;     /* DeclaredTransforms, in the template's order */
	struct identifier_summary *identifiers;
	size_t identifier_count;
};

const struct summary *blueprint_summary(const struct blueprint *blueprint); /* borrowed */

/* ---- Parameters ---- */

struct given_argument {
	const char *name;
	const char *value; /* NULL: no ParameterValue; "" is a value */
	bool use_previous;
};

struct argument {
	char *name;
	char *value;    /* as given, or the default */
	char *resolved; /* SSM types: the value behind the name; else NULL */
	bool no_echo;   /* reply "****" */
};

struct arguments { /* in the template's order; zeroed memory is an empty list */
	struct argument *items;
	size_t count;
	size_t size;
};

struct environment;

/* previous is NULL for a new stack, else the live stack's effective parameters. *out is
 * overwritten, and empty after an error. */
bool arguments_resolve(const struct blueprint *blueprint, const struct given_argument *given,
	size_t given_count, const struct arguments *previous, const struct environment *environment,
	struct arguments *out, struct error *e);
void arguments_copy(struct arguments *to, const struct arguments *from);
void arguments_done(struct arguments *arguments);
const struct argument *arguments_find(const struct arguments *arguments, const char *name);

/* ---- What a stack is evaluated in ---- */

struct change;
struct resource;

/* Plans the stack that a resource of type AWS::CloudFormation::Stack stands for: sets the
 * resource's physical id and attributes, and whether anything in it differs. What else there is to
 * know goes to change->nested. False: the resource fails with the text. */
typedef bool plan_nested_stack(void *owner, bool preview, struct change *change,
	struct resource *resource, bool *differs, struct error *e);

struct environment {
	const char *partition;  /* "aws" */
	const char *url_suffix; /* "amazonaws.com" */
	const char *account;    /* 12 digits */
	const char *region;
	const char *stack_name;
	const char *stack_id;
	const struct texts *notification_arns; /* may be NULL */
	const struct arguments
		*arguments; /* effective; may be NULL; arguments_resolve ignores it */

	/* Each callback may be NULL and gets owner. Texts returned are borrowed until the next
	 * call; NULL: no such export, no such SSM parameter. */
	void *owner;
	const char *(*export_value)(void *owner, const char *name);
	const char *(*ssm_value)(void *owner, const char *name);
	uint64_t (*random)(void *owner); /* the source of physical ids; NULL: a fixed sequence */
	plan_nested_stack *plan_nested;  /* NULL: such a resource is one like any other */
};

/* ---- The state of a stack ---- */

struct resource {
	char *logical_id;
	char *type;
	char *physical_id;
	struct pairs properties; /* evaluated; name -> canonical JSON: sorted, scalars as strings */
	struct pairs attributes; /* for Fn::GetAtt; plain text (a list: joined by commas) */
	struct pairs sections;   /* Metadata, CreationPolicy, UpdatePolicy -> canonical JSON */
	char *deletion_policy;   /* "Delete", "Retain", "RetainExceptOnCreate", "Snapshot" */
	char *update_replace_policy; /* "Delete", "Retain", "Snapshot" */
	struct texts dependencies;   /* logical ids: DependsOn and references, each once */
};

struct resources { /* in creation order: whoever depends comes later */
	struct resource *items;
	size_t count;
	size_t size;
};

void resource_copy(struct resource *to, const struct resource *from);
void resource_done(struct resource *resource);
void resources_add(struct resources *resources, const struct resource *resource); /* copies */
void resources_copy(struct resources *to, const struct resources *from);
void resources_done(struct resources *resources);
struct resource *resources_find(const struct resources *resources, const char *logical_id);
char *resource_properties_json(const struct resource *resource); /* the caller frees it */

struct stack_output {
	char *name;
	char *value;
	char *description; /* NULL: none */
	char *export_name; /* NULL: not exported */
};

struct stack_outputs { /* in the template's order; one with a false condition is absent */
	struct stack_output *items;
	size_t count;
	size_t size;
};

void stack_outputs_copy(struct stack_outputs *to, const struct stack_outputs *from);
void stack_outputs_done(struct stack_outputs *outputs);

/* ---- From one state to the next ---- */

enum change_action { CHANGE_ADD, CHANGE_MODIFY, CHANGE_REMOVE, CHANGE_IMPORT };
enum change_replacement { REPLACEMENT_FALSE, REPLACEMENT_CONDITIONAL, REPLACEMENT_TRUE };
enum change_recreation { RECREATION_NEVER, RECREATION_CONDITIONALLY, RECREATION_ALWAYS };
enum change_source {
	SOURCE_DIRECT_MODIFICATION,
	SOURCE_PARAMETER_REFERENCE,
	SOURCE_RESOURCE_REFERENCE,
	SOURCE_RESOURCE_ATTRIBUTE,
	SOURCE_AUTOMATIC, /* a nested stack: its template may say something else now */
};

const char *change_action_name(enum change_action action);                /* "Add" ... */
const char *change_replacement_name(enum change_replacement replacement); /* "False" ... */
const char *change_recreation_name(enum change_recreation recreation);    /* "Never" ... */
const char *change_source_name(enum change_source source); /* "DirectModification" ... */

struct nested_plan; /* nested.h: not the evaluator's */
void nested_plan_free(struct nested_plan *plan);

struct change_detail {
	const char *attribute; /* "Properties", "Metadata", "DeletionPolicy" ... */
	char *name;            /* of the property, else NULL */
	char *path;            /* "/Properties/NAME", "/DeletionPolicy" ... */
	char *before;          /* as text or canonical JSON; NULL: not there */
	char *after;
	enum change_recreation recreation;
	bool is_dynamic; /* Evaluation: Dynamic, else Static */
	enum change_source source;
	char *causing_entity; /* NULL for a direct modification */
};

struct change {
	enum change_action action;
	enum change_replacement replacement; /* Modify only */
	const char *policy_action; /* "Delete", "ReplaceAndDelete", "Retain" ... or NULL */
	const struct resource
		*before; /* NULL: Add, Import. Borrowed from transition_start.resources */
	const struct resource *after; /* NULL: Remove. Borrowed from transition.after */
	struct texts scope;           /* "Properties", "Metadata" ... sorted */
	struct change_detail *details;
	size_t detail_count;
	char *before_context; /* JSON as DescribeChangeSet shows it with property values; or NULL */
	char *after_context;
	struct nested_plan *nested; /* of a nested stack; NULL: none */
	char *change_set_id;        /* of the nested stack's own set; NULL: none */
	char *failure; /* why the execution of this change must fail ("No export named X found.") */
};

/* Where a transition starts. For a new stack everything is NULL. Borrowed. */
struct transition_start {
	const struct resources *resources;
	const struct stack_outputs *outputs;
	const struct arguments *arguments;
	const struct pairs *imported; /* logical id -> physical id, of an import; NULL: none */
};

enum transition_mode {
	TRANSITION_PREVIEW, /* for a change set: new ids are EVALUATE_UNKNOWN, dependents Dynamic */
	TRANSITION_EXECUTE, /* ids are drawn, dependents compared with them */
};

struct transition {
	struct change
		*changes; /* Add and Modify in creation order, then Remove in deletion order */
	size_t change_count;
	struct resources after;       /* all that exist afterwards, unchanged ones too */
	struct stack_outputs outputs; /* afterwards */
	char *output_failure;         /* why the stack must fail at its end, or NULL */
	struct texts imports;         /* names of the exports used, each once, sorted */
	bool outputs_differ;
	bool differs; /* false: "No updates are to be performed." as far as the template goes */
};

/* Errors are those that AWS reports before it starts. *out is overwritten, empty after an error.
 * start's members must outlive the transition. */
bool transition_plan(const struct blueprint *blueprint, const struct environment *environment,
	const struct transition_start *start, enum transition_mode mode, struct transition *out,
	struct error *e);
void transition_done(struct transition *transition);
