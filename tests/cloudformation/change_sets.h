/* What the files about change sets share. */
#pragma once

#include "cloudformation/exchange.h"
#include "cloudformation/stacks.h"

/* A change as DescribeChangeSet shows it. */
void render_change(const struct change *change, bool with_values, struct text *out);

/* Its Status and ExecutionStatus as of a moment. */
const char *change_set_status_at(const struct change_set *set, uint64_t moment_ms);
const char *change_set_execution_at(const struct change_set *set, uint64_t moment_ms);

/* Neither deleted nor executed. */
bool change_set_is_active(const struct change_set *set);
