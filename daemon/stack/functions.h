/* CloudFormation's functions as YAML writes them: short tags become members (`!Ref X` is
 * {"Ref": "X"}), plain scalars get the types that AutoStacker24's YAML gives them. */
#pragma once

#include "base/document.h"

/* "!Ref" -> "Ref", "!Sub" -> "Fn::Sub". NULL where the node has no tag or one of YAML's own. The
 * caller frees it. A function that is not known yet is one all the same. */
char *function_name(const struct node *node);

/* Where the text of a Fn::GetAtt ("A.B.C") parts into resource and attribute: the offset of its
 * first dot. False where it doesn't. */
bool function_attribute(const struct node *argument, size_t *dot);

/* A copy without tags that node_write_json() writes as meant: `yes` is true, `~` is null, decimals
 * are numbers; all other scalars, quoted and tagged ones among them, are text. What was read from
 * JSON keeps its types. Its maps are sorted. */
struct node *function_form(const struct node *node);
