/* stackctl render TEMPLATE: what would be sent to CloudFormation, byte for byte. */
#pragma once

#include "base/error.h"

/* Prints the template's body on standard output. The error names file, line and column. */
bool render(const char *path, struct error *e);
