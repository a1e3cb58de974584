/* Parts of a scenario that are about what stands around CloudFormation: roles, buckets, and who
 * hands out keys. Each takes one item; false: it can't be read. */
#pragma once

#include <cjson/cJSON.h>

#include "cloudformation/state.h"

bool scenario_account(struct model *model, const cJSON *json, struct error *e);
bool scenario_role(struct model *model, const cJSON *json, struct error *e);
bool scenario_bucket(struct model *model, const cJSON *json, struct error *e);
bool scenario_metadata(struct model *model, const cJSON *json, struct error *e);
bool scenario_container(struct model *model, const cJSON *json, struct error *e);

/* Frees what they made, but for accounts and buckets. */
void scenario_forget(struct model *model);
