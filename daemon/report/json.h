/* Overview and reports as JSON, for programs. */
#pragma once

#include "base/text.h"
#include "engine/engine.h"

/* Adds one object: {"stacks": [...], "counts": {...}, "observed": ..., "reports": [...]}. What is
 * not known is null. `reports` is what json_report() made, "" for none. */
void json_overview(const struct overview *overview, const char *reports, struct text *out);

/* The state that a stack's "state" names; STATE_UNKNOWN also for a word that is not known. */
enum stack_state json_state(const char *name);

/* Adds one object, with a comma in front where it is not the first in `out`. */
void json_report(const struct report *report, struct text *out);

/* Adds a list of texts. */
void json_texts(const struct texts *texts, struct text *out);
