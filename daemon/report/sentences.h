/* What the engine reports, as one plain line: for the journal, a terminal and systemctl status. */
#pragma once

#include "base/text.h"
#include "engine/engine.h"

/* Adds "STACK: text", or the text alone where it is not about one stack. As in tables it is
 * "MANIFEST (STACK)" where these differ: the same name may be in several accounts and regions. */
void sentence_report(const struct report *report, struct text *out);

/* Adds "12 stacks: 11 in sync, 1 updating". */
void sentence_status(const struct overview *overview, struct text *out);

/* Adds what there is to say where there is no manifest, and what to do. */
void sentence_empty(const char *folder, struct text *out);
