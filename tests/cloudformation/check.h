/* Inside the evaluator: the two halves of blueprint_check(). */
#pragma once

#include "cloudformation/blueprint.h"

/* Whether each name that is referred to is there, and may be referred to from where it is. */
bool check_references(const struct node *root, struct error *e);

/* Whether the resources depend on each other in a circle whatever the conditions say. */
bool check_circles(const struct node *root, struct error *e);

bool check_is_pseudo_parameter(const char *name);

/* Types of parameters: those of the service itself, AWS-specific ones and those behind SSM. */
bool parameter_type_exists(const char *type);
