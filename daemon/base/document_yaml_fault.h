/* libyaml's terse errors in words that say what was found and what to do. */
#pragma once

#include <yaml.h>

#include "base/document_builder.h"

/* After a failed yaml_parser_parse() on these bytes. The caller frees the sentence. */
char *yaml_fault(
	const yaml_parser_t *parser, const char *bytes, size_t length, struct place *place);
