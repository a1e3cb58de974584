/* Runs golden cases: what the evaluator makes of a template, held against what is written down.
 *
 * A golden file is a YAML map with `cases`, a list. A case:
 *   case       a sentence
 *   source     where the expectation comes from
 *   template   the body, as text; or template-path, relative to the shared seed
 *   region     eu-west-1 unless told; exports, ssm: maps of what can be looked up
 *   given      parameters; a map as value ({previous: true}) means UsePreviousValue
 * and expectations, each optional:
 *   error      of parsing, of the parameters or of the plan, whole
 *   resources  logical id -> all its evaluated properties
 *   absent     logical ids that must not be there
 *   ids        logical id -> glob for its physical id
 *   attributes "Id.Attribute" -> glob
 *   order      the logical ids in creation order
 *   outputs    all of them; export-names: those exported
 *   failures   logical id -> why its creation fails
 *   summary    version, description, metadata, types, capabilities, reason, transforms, parameters
 *   then       one more case on top of the stack that this one made; here also
 *     preview, execute   all changes, rendered, a line each (see golden_render)
 *     differs            false: no updates are to be performed */
#pragma once

#include <stdbool.h>

#include "base/document.h"
#include "base/text.h"
#include "cloudformation/evaluate.h"

/* Runs one case and adds a line to faults for each expectation that is not met. */
void golden_run(const struct node *one, const char *seed_folder, struct text *faults);

/* "Modify Topic True ReplaceAndDelete [Properties]", then a line for each detail:
 * "  Properties.TopicName Always Static ParameterReference Name". */
void golden_render(const struct transition *transition, struct text *out);
