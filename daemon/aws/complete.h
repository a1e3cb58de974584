/* What the engine may rely on in a success: members that are always there are never NULL, lists of
 * a stack are sorted by name, its status is known. */
#pragma once

#include "engine/call.h"

/* False with an error where something is missing without which a success is no answer. */
bool complete_reply(enum call_kind kind, struct reply *reply, struct error *e);
