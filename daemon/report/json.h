/* Overview and reports as JSON, for programs. */
#pragma once

#include "base/text.h"
#include "engine/engine.h"

/* Adds one object without a line's end: {"stacks": [...], "counts": {...}, "observed": ...}. What
 * is not known is null. */
void json_overview(const struct overview *overview, struct text *out);

/* Adds one object without a line's end. */
void json_report(const struct report *report, struct text *out);

/* Adds a list of texts. */
void json_texts(const struct texts *texts, struct text *out);
