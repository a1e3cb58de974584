/* Inside the evaluator: the values of parameters and what they must be like. */
#pragma once

#include "cloudformation/blueprint.h"

/* The declared type without AWS::SSM::Parameter::Value<>. The caller frees it. */
char *argument_value_type(const struct node *parameter);
bool argument_is_ssm(const struct node *parameter);
bool argument_type_is_list(const char *value_type);

/* Splits a list's value at commas and trims the items. */
void argument_split(const char *value, struct texts *out);

/* Type, AllowedValues, AllowedPattern, length and range. */
bool argument_check(
	const struct node *parameter, const char *name, const char *value, struct error *e);

/* True where the whole text matches. Patterns are Java's; what POSIX can't say (look-around, back
 * references) counts as a match. */
bool pattern_matches(const char *pattern, const char *text);
