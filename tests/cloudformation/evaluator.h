/* Inside the evaluator: from an expression in a template to a value.
 *
 * Errors of kind ERROR_INVALID are the template's: AWS reports them before it begins. Those of kind
 * ERROR_REFUSED come only while it executes: the resource, or the stack, fails with the text. */
#pragma once

#include "cloudformation/blueprint.h"

struct evaluator {
	const struct blueprint *blueprint;
	const struct environment *environment;
	const struct resources *resources; /* those one may refer to; NULL: none */
	struct pairs conditions;           /* name -> "true" or "false" */
	struct texts imports;              /* names of exports that were used, once each */
	bool preview;                      /* what is not there yet is EVALUATE_UNKNOWN */
	size_t nodes;                      /* made so far, against EVALUATE_NODES */
};

enum {
	EVALUATE_NODES = 2000000,
	EVALUATE_TEXT_LIMIT = 1024 * 1024, /* of one text: functions can multiply */
};

/* Evaluates all conditions. The evaluator is overwritten. */
bool evaluator_init(struct evaluator *evaluator, const struct blueprint *blueprint,
	const struct environment *environment, bool preview, struct error *e);
void evaluator_done(struct evaluator *evaluator);

/* The value as a new tree; *out is NULL for AWS::NoValue. */
bool evaluate_value(
	struct evaluator *evaluator, const struct node *node, struct node **out, struct error *e);

/* A value that must be a text; `what` begins the error's text. The caller frees *out. */
bool evaluate_text(struct evaluator *evaluator, const struct node *node, const char *what,
	char **out, struct error *e);

bool evaluate_condition(
	struct evaluator *evaluator, const struct node *node, bool *out, struct error *e);

/* Whether a resource or an output with this Condition member exists. */
bool evaluator_is_active(const struct evaluator *evaluator, const struct node *member);

/* Ref and Fn::GetAtt by name; *out as above. */
bool evaluate_ref(
	struct evaluator *evaluator, const char *name, struct node **out, struct error *e);
bool evaluate_attribute(struct evaluator *evaluator, const char *name, const char *attribute,
	struct node **out, struct error *e);

/* The other functions: argument is not evaluated yet. */
typedef bool evaluate_function(struct evaluator *evaluator, const struct node *argument,
	struct node **out, struct error *e);
evaluate_function function_base64, function_cidr, function_find_in_map, function_get_azs,
	function_import_value, function_join, function_length, function_select, function_split,
	function_sub, function_to_json_string;

/* Evaluates argument and its items: a list of exactly `count`, else an error with the function's
 * usage. */
bool evaluate_arguments(struct evaluator *evaluator, const struct node *argument, size_t least,
	size_t most, const char *usage, struct node **out, struct error *e);

/* A list's items as texts, or a text as one item; false where one is neither. */
bool list_texts(const struct node *list, struct texts *out);
bool is_unknown(const char *text);
