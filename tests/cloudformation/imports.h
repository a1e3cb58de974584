/* Change sets of type IMPORT. */
#pragma once

#include "cloudformation/blueprint.h"
#include "cloudformation/exchange.h"

/* ResourcesToImport: logical id -> physical id. False: refused. */
bool imports_read(
	struct exchange *exchange, const struct deployment *deployment, struct pairs *out);

/* Why a change set can't be executed as an import, or NULL; the caller frees it. */
char *imports_forbidden(const struct transition *transition);
